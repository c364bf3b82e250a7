"""Nothing on the screen moves by itself while tests look at it; a system to look at."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.ui.desk import Desk

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # before textual is imported: it reads it once


@pytest.fixture
def desk(tmp_path: Path) -> "Iterator[Desk]":
    """A spool with jobs on it, its operator, and what its system says."""
    from tests.emulator.ui.desk import a_desk

    with a_desk(tmp_path) as made:
        yield made
