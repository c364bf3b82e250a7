"""`jesmail ui` on a real pseudo-terminal: how it looks there, and how it leaves it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.exits import Exit
from tests.emulator.looked_at import a_spool
from tests.emulator.ui.terminal import CTRL_C, F3, F6, Terminal, terminal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("screens")]
SIZES = [(80, 24), (200, 60)]


def _ui(tmp_path: Path) -> list[str]:
    return ["ui", "--spool", str(a_spool(tmp_path / "spool"))]


def _menu(screen: Terminal) -> None:
    """Wait until it hears keys."""
    screen.until("SDSF MENU", "LINE 1-")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_ui_fills_its_terminal_and_leaves_it_as_it_was(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    columns, lines = size
    with terminal(_ui(tmp_path), tmp_path, size=size) as screen:
        _menu(screen)
        screen.until(f"\x1b[{lines};1H")  # something stands on the last line
        screen.command("st")
        screen.until("SDSF STATUS DISPLAY", "MAILJOB")
        assert screen.colours
        assert f";{columns + 1}H" not in screen.output.decode()  # nor beyond the last column
        screen.command("=X")
        assert screen.ended() == Exit.OK
        assert screen.restored()


def test_end_on_the_menu_leaves_too(tmp_path: Path) -> None:
    with terminal(_ui(tmp_path), tmp_path) as screen:
        _menu(screen)
        screen.types(F3)
        assert screen.ended() == Exit.OK
        assert screen.restored()


def test_without_colour_no_colour_is_sent(tmp_path: Path) -> None:
    """no-color.org; what is chosen and where the cursor is shows all the same."""
    with terminal(_ui(tmp_path), tmp_path, NO_COLOR="1") as screen:
        _menu(screen)
        screen.command("st")
        screen.until("SDSF STATUS DISPLAY", "MAILJOB")
        screen.command("help")
        screen.until("HELP   arrows: pages")
        screen.types(F3)
        screen.until("SDSF STATUS DISPLAY")
        screen.types(CTRL_C)
        screen.ended()
        assert not screen.colours


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(
    tmp_path: Path, how: signal.Signals
) -> None:
    with terminal(_ui(tmp_path), tmp_path) as screen:
        _menu(screen)
        screen.process.send_signal(how)
        assert screen.ended() == Exit.INTERRUPTED
        assert screen.restored()
        assert b"Traceback" not in screen.output


@pytest.mark.parametrize("where", ["the table", "the command line", "help"])
def test_ctrl_c_ends_it_wherever_the_cursor_is(tmp_path: Path, where: str) -> None:
    with terminal(_ui(tmp_path), tmp_path) as screen:
        _menu(screen)
        if where == "the command line":
            screen.types(F6 + b"half a comm")
            screen.until("half a comm")
        elif where == "help":
            screen.command("help")
            screen.until("HELP   arrows: pages")
        screen.types(CTRL_C)
        assert screen.ended() == Exit.INTERRUPTED
        assert screen.restored()


@pytest.mark.parametrize("which", ["stdin", "stdout"])
def test_what_is_no_terminal_is_a_usage_error(tmp_path: Path, which: str) -> None:
    with terminal(["--version"], tmp_path) as there:
        ends = {"stdin": there.slave, "stdout": there.slave, which: subprocess.PIPE}
        found = subprocess.run(
            [sys.executable, "-m", "emulator", *_ui(tmp_path)], check=False,
            stdin=ends["stdin"], stdout=ends["stdout"], stderr=subprocess.PIPE,
        )  # fmt: skip
    assert found.returncode == Exit.USAGE
    assert b"needs a terminal" in found.stderr
    assert found.stderr.count(b"\n") == 1
