"""`jesmail` behind a pseudo-terminal: what it writes there, and how it leaves the terminal.

with terminal(["ui", "--spool", spool], tmp_path) as screen:
    screen.until("SDSF MENU")
    screen.types(b"=X\\r")
    assert screen.ended() == 0
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 240.0  # seconds: what is missed then does not come, however busy the machine is
F3, F6, PAGE_DOWN, PAGE_UP = b"\x1b[13~", b"\x1b[17~", b"\x1b[6~", b"\x1b[5~"
CTRL_C = b"\x03"
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_COLOURS = {*range(30, 50), *range(90, 108)}  # of Select Graphic Rendition
_BLOCK = 1 << 16


@dataclass
class Terminal:
    """A process, its terminal, and all that it wrote. `speed` is that of the line, in bytes a
    second; None: as fast as it can be read."""

    process: "subprocess.Popen[bytes]"
    file: int
    slave: int
    before: list[Any]
    speed: int | None = None
    output: bytes = b""
    mark: int = 0
    _allowed: float = field(default_factory=time.monotonic)

    @property
    def seen(self) -> bytes:
        """What came since the last `types`."""
        return self.output[self.mark :]

    def until(self, *texts: str) -> float:
        """Wait until all of these came since the last `types`. How many seconds that took."""
        began = time.monotonic()
        wanted = [text.encode() for text in texts]
        while not all(one in self.seen for one in wanted):
            left = began + PATIENCE - time.monotonic()
            assert left > 0, f"no {texts}: {self.seen[-3000:]!r}"
            assert self.more(left), f"it ended, or says nothing: {self.seen[-3000:]!r}"
        return time.monotonic() - began

    def more(self, seconds: float) -> bool:
        """Take in what comes next, if anything comes in time."""
        wait = 0.0 if self.speed is None else max(0.0, self._allowed - time.monotonic())
        select.select([], [], [], wait)  # the line is busy with what it took before
        if not select.select([self.file], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.file, _BLOCK if self.speed is None else self.speed // 10)
        except OSError:  # nobody has the terminal open any more
            return False
        if self.speed is not None:
            self._allowed = max(self._allowed, time.monotonic() - 0.1) + len(data) / self.speed
        self.output += data
        return bool(data)

    def quiet(self, seconds: float) -> None:
        """Until nothing comes for so long."""
        while self.more(seconds):
            pass

    def types(self, keys: bytes) -> None:
        """Press keys."""
        self.mark = len(self.output)
        os.write(self.file, keys)

    def command(self, text: str) -> None:
        """Type a command on the command line."""
        self.types(F6 + text.encode() + b"\r")

    def ended(self) -> int:
        """The exit code, once it has one; what it says until then is taken in."""
        watched = os.pidfd_open(self.process.pid)
        try:
            end = time.monotonic() + PATIENCE
            while not select.select([watched], [], [], 0)[0]:
                assert time.monotonic() < end, f"it does not end: {self.seen[-3000:]!r}"
                ready = select.select([watched, self.file], [], [], PATIENCE)[0]
                if self.file in ready:
                    self.more(0)
        finally:
            os.close(watched)
        self.quiet(0)
        return self.process.wait()

    def restored(self) -> bool:
        """Whether the terminal is as it was: every mode, the cursor, echo and lines."""
        modes = {}
        for numbers, letter in _MODE.findall(self.output):
            for number in numbers.split(b";"):
                modes[number] = letter
        usual = {number: b"h" if number in (b"7", b"25") else b"l" for number in modes}
        same = termios.tcgetattr(self.slave) == self.before
        pushed = self.output.count(b"\x1b[>") == self.output.count(b"\x1b[<u")  # Kitty's keys
        return modes == usual and same and pushed and b"1049" in modes

    @property
    def colours(self) -> set[bytes]:
        """The sequences that set a colour."""
        found = set()
        for sequence in _SGR.findall(self.output):
            numbers = re.split(rb"[;:]", sequence)
            if any(number and int(number) in _COLOURS for number in numbers):
                found.add(sequence)
        return found


@contextmanager
def terminal(
    arguments: Sequence[str],
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    speed: int | None = None,
    **environment: str,
) -> Iterator[Terminal]:
    """`jesmail` with these arguments on a terminal of that size, for as long as the block takes."""
    file, slave = pty.openpty()
    columns, lines = size
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    before = termios.tcgetattr(slave)
    usual = {name: text for name, text in os.environ.items()
             if name not in ("NO_COLOR", "COLUMNS", "LINES")}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
        env=usual
        | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none",
           "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        | environment,
    )  # fmt: skip
    try:
        yield Terminal(process, file, slave, before, speed)
    finally:
        process.kill()
        process.wait()
        os.close(file)
        os.close(slave)
