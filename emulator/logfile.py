"""The file of a CSSMTP's log, or standard error. Mail goes on whatever becomes of it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from emulator.exits import UsageFault
from jes.messages import Message

STANDARD_ERROR = Path("-")
NO_LOG = Message("JML395W", "THE LOG {file} CANNOT BE WRITTEN: {reason}")


class LogFile:
    """Entries at the end of a file that its owner alone may read. What a full disk does not take is
    counted, and said when it takes some again. Raises `UsageFault` when it cannot be opened."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._lost = 0
        if path == STANDARD_ERROR:
            self._fd = os.dup(sys.stderr.fileno())
            return
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UsageFault(f"log {path}: {error.strerror or error}") from error

    def put(self, line: str) -> None:
        """An entry."""
        data = line.encode("utf-8", "replace") + b"\n"
        if self._lost:
            data = b"[%d entries lost]\n" % self._lost + data
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            self._missed(error.strerror or str(error))
            return
        self._lost = 0
        if written < len(data):
            self._missed("no space is left")

    def _missed(self, reason: str) -> None:
        if not self._lost:
            self._tell(NO_LOG.line(file=self._path, reason=reason))
        self._lost += 1

    def close(self) -> None:
        """No entry comes any more."""
        os.close(self._fd)
