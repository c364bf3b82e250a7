"""The terminal UI over a spool of a million output groups, behind a pseudo-terminal (blueprint §5).

A key is pressed, and the time is taken until the last byte that it brings to the terminal.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import median
from bench.spool import GROUPS, Figure, fill
from jes.store.sqlite import open_spool

_COLUMNS, _LINES = 132, 43
_PAGES = 50
_SILENCE = 0.1  # seconds without a byte: the screen is complete
_PATIENCE = 30.0
_PAGE_DOWN, _END = b"\x1b[6~", b"\x1b[F"


def rows(groups: int = GROUPS) -> Iterator[Figure]:
    """First screen, page down, jump to the end, memory; with so many groups on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool"
        store = open_spool(path)
        fill(store, groups // 10)
        store.close()
        yield from _watched(path, groups)


def _watched(path: Path, groups: int) -> Iterator[Figure]:
    what = f"terminal UI, {groups:,} groups"
    terminal = Terminal(["ui", "--spool", str(path), "--read-only"])
    try:
        first = terminal.until(b"SDSF MENU")
        yield Figure(f"{what}: first screen, from process start", first, "ms")
        terminal.settle()
        terminal.press(b"\x1b[17~")  # F6
        yield Figure(f"{what}: first rows of O", terminal.asked(b"o\r", b"READY"), "ms", 1000)
        before = terminal.resident()
        found = terminal.asked(b"", f"({_open(groups):,})".encode())
        yield Figure(f"{what}: all of O found", found, "ms")
        pages = [terminal.press(_PAGE_DOWN) for _ in range(_PAGES)]
        yield Figure(f"{what}: page down, median", median(pages), "ms", 20)
        yield Figure(f"{what}: page down, p95", sorted(pages)[int(_PAGES * 0.95) - 1], "ms", 20)
        yield Figure(f"{what}: to the end", terminal.press(_END), "ms")
        yield Figure(f"{what}: memory over the menu's", terminal.resident() - before, "MB", 100)
    finally:
        terminal.close()


def _open(groups: int) -> int:
    """How many of the groups are not held: those of nine in ten numbers that `fill` writes."""
    return sum(1 for at in range(10) if at % 3) * groups // 10


class Terminal:
    """`jesmail` behind a pseudo-terminal."""

    def __init__(self, arguments: list[str]) -> None:
        self._began = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.environ["TERM"], os.environ["COLORTERM"] = "xterm-256color", "truecolor"
            os.environ["TEXTUAL_ANIMATIONS"] = "none"
            os.environ["XDG_STATE_HOME"] = tempfile.gettempdir()
            os.execv(sys.executable, [sys.executable, "-m", "emulator", *arguments])
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))

    def press(self, key: bytes) -> float:
        """Press a key: milliseconds until the last byte that follows."""
        began = last = time.perf_counter()
        os.write(self._file, key)
        while select.select([self._file], [], [], _SILENCE)[0]:
            os.read(self._file, 1 << 16)
            last = time.perf_counter()
        return (last - began) * 1e3

    def asked(self, keys: bytes, wanted: bytes) -> float:
        """Type something: milliseconds until `wanted` is on the screen."""
        self._began = time.perf_counter()
        if keys:
            os.write(self._file, keys)
        return self.until(wanted)

    def until(self, wanted: bytes) -> float:
        """Milliseconds since it was asked until `wanted` is on the screen."""
        seen = b""
        while wanted not in seen:
            if not select.select([self._file], [], [], _PATIENCE)[0]:
                raise TimeoutError(f"{wanted!r} does not come: {seen[-2000:]!r}")
            seen += os.read(self._file, 1 << 16)
        return (time.perf_counter() - self._began) * 1e3

    def settle(self) -> None:
        """Until nothing more comes."""
        while select.select([self._file], [], [], 2 * _SILENCE)[0]:
            os.read(self._file, 1 << 16)

    def resident(self) -> float:
        """MB of memory in use."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._file)
