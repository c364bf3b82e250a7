"""The spool that the panels show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.panels.spool import Bench, a_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A spool of its own."""
    with a_bench(tmp_path) as made:
        yield made
