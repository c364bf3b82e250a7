"""The stores that every contract test runs against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from tests.databases import new_database


@dataclass(frozen=True, slots=True)
class Place:
    """Where a spool is: `open` opens it, the first time new and then again."""

    kind: str
    open: Callable[[], SpoolStore]
    path: Path
    conninfo: str = ""


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A new spool in each kind of store."""
    path = tmp_path / "spool"
    if request.param == "sqlite":
        return Place("sqlite", lambda: open_spool(path), path)
    conninfo = new_database(request.getfixturevalue("postgres_server"))
    return Place("postgres", lambda: open_postgres(conninfo, "TEST"), path, conninfo)


@pytest.fixture
def store(place: Place) -> Iterator[SpoolStore]:
    """An open spool of each kind."""
    opened = place.open()
    yield opened
    opened.close()
