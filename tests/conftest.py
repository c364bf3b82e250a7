"""Fixtures for every test: golden files, a PostgreSQL server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import a_server

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: rewrite the golden files; review the difference before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests recorded (`record_property("figure", …)`), a line each."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figure" and report.when == "call":
                terminalreporter.write_line(str(value))


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
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL of the tests' own; its address without a database name."""
    with a_server() as address:
        yield address
