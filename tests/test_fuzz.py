"""Every fuzz target for a few seconds; `make fuzz` gives each a million inputs."""

import pytest

from tests.fuzz.__main__ import run, targets

SECONDS = 6.0


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(targets()))
def test_no_input_breaks_a_parsers_promise(name: str) -> None:
    assert run(targets()[name], seed=1, inputs=1_000_000, seconds=SECONDS) > 100
