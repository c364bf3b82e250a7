"""An input file that is read more than once, in chunks."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from emulator.exits import UsageFault
from jes.framing import CHUNK


@dataclass(slots=True)
class Source:
    """A file that was there when it was opened first, and has to be the same ever after.

    A pipe, such as a shell's `<(command)`, is copied once. Raises `UsageFault`.
    """

    path: Path
    _stamp: tuple[int, int, int] | None = field(init=False, default=None)
    _copy: IO[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """See what it is."""
        with self._errors():
            found = self.path.stat()
            if stat.S_ISFIFO(found.st_mode):
                with self.path.open("rb") as pipe:
                    self._copy = tempfile.TemporaryFile()  # noqa: SIM115 lives as long as this
                    shutil.copyfileobj(pipe, self._copy, CHUNK)
            elif not stat.S_ISREG(found.st_mode):
                raise UsageFault(f"{self.path} is no file")
            else:
                self._stamp = _stamp(found)

    def chunks(self) -> Iterator[bytes]:
        """All of it, from the beginning."""
        with self._errors():
            if self._copy is not None:
                self._copy.seek(0)
                yield from _chunks(self._copy)
                return
            with self.path.open("rb") as stream:
                yield from _chunks(stream)
                if _stamp(os.fstat(stream.fileno())) != self._stamp:
                    raise UsageFault(f"{self.path} was changed while it was read")

    def head(self, size: int) -> bytes:
        """How it begins."""
        return next(self.chunks(), b"")[:size]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageFault(f"{self.path}: {error.strerror or error}") from error


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    """Changes whenever the file does."""
    return found.st_mtime_ns, found.st_size, found.st_ino
