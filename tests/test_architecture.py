"""Imports point one way, I/O sits in a few named modules, and the command line stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path.relative_to(ROOT)
    for package in ("jes", "cssmtp", "emulator")
    for path in (ROOT / package).rglob("*.py")
)
MAY_IMPORT = {
    "jes": {"jes"},
    "cssmtp": {"jes", "cssmtp"},
    "emulator": {"jes", "cssmtp", "emulator"},
}
IO = {
    "aiosmtpd", "asyncio", "fcntl", "os", "pathlib", "psycopg", "select", "selectors", "shutil",
    "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "textual", "threading", "time",
}  # fmt: skip
# Growing this list is a decision: these modules alone touch the world below `emulator`.
SHELL = {
    "jes/store/anew.py",
    "jes/store/sqlite.py",
    "jes/store/postgres.py",
    "jes/store/sql.py",
    "cssmtp/smtp/wire.py",
    "cssmtp/connecting.py",
    "cssmtp/delivery.py",
    "cssmtp/smtp/tls.py",
    "cssmtp/monitor.py",
    "cssmtp/operation.py",
    "cssmtp/task.py",
    "cssmtp/work.py",
}
MODULE_MAX = 400
FUNCTION_MAX = 50
LATE = {
    "aiohttp", "aiosmtpd", "asyncio", "construct", "dns", "psycopg", "rich", "starlette", "textual",
    "uvicorn", "yaml", "msgspec", "sqlite3",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    layer = path.parts[0]
    assert imported(path) & MAY_IMPORT.keys() <= MAY_IMPORT[layer]
    if layer != "emulator" and str(path) not in SHELL:
        assert not imported(path) & IO


def test_the_modules_that_may_do_io_say_so() -> None:
    marked = {str(path) for path in MODULES if '"""⚡' in (ROOT / path).read_text()[:10]}
    assert marked == SHELL


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = (ROOT / path).read_text()
    assert len(text.splitlines()) <= MODULE_MAX
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = (node.end_lineno or 0) - node.lineno - docstring.count("\n")
            assert length <= FUNCTION_MAX, f"{path}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_terminal_ui_knows_its_toolkit(path: Path) -> None:
    """What panels are and what their commands mean can be asked without a screen."""
    toolkit = imported(path) & {"textual", "textual_serve"}
    assert not toolkit or path.parts[:2] == ("emulator", "ui")
    if path.parts[:2] == ("emulator", "panels"):
        assert "from emulator.ui" not in (ROOT / path).read_text()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_below_the_emulator_asks_what_time_it_is(path: Path) -> None:
    if path.parts[0] == "emulator":
        return
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "utcnow", "today"} or not (
                isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
            )
            assert not (
                node.attr == "sleep"
                and isinstance(node.value, ast.Name)
                and node.value.id == "asyncio"
            )


@pytest.mark.parametrize(
    ("statement", "late"),
    [
        pytest.param("import emulator.cli; emulator.cli.main(['--help'])", LATE, id="help"),
        pytest.param(
            "import emulator.panels.grammar, emulator.panels.panels, emulator.panels.session",
            {"aiohttp", "psycopg", "rich", "starlette", "textual", "uvicorn", "yaml"},
            id="panels",
        ),
        pytest.param("import emulator.cli.ui", {"aiohttp", "rich", "textual"}, id="ui"),
        pytest.param("import jes", LATE | {"ebcdic", "click"}, id="jes"),
        pytest.param("import cssmtp", LATE | {"ebcdic", "click"}, id="cssmtp"),
        pytest.param(
            "import emulator.cli.run",
            {"construct", "dns", "psycopg", "rich", "textual", "yaml", "trustme", "starlette"},
            id="run",
        ),
        pytest.param(
            "import emulator.cli.job, emulator.cli.spool",
            {
                "aiosmtpd",
                "asyncio",
                "construct",
                "psycopg",
                "rich",
                "textual",
                "yaml",
                "msgspec",
                "starlette",
                "uvloop",
            },
            id="job",
        ),
    ],
)
def test_libraries_are_imported_when_they_are_needed(statement: str, late: set[str]) -> None:
    program = f"""
import sys
try:
    {statement}
except SystemExit:
    pass
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {late!r}))
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert said.splitlines()[-1] == ""
