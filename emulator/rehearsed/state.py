"""What was rehearsed already, on disk: a line of JSON for each source.

A run that was interrupted, or that comes again after some files changed, takes from here what is
still true: the same size and time of the file, and the same configurations and program.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec

from cssmtp.smtpd.report import FileReport, NotRead
from emulator.exits import UsageFault
from emulator.rehearsed.plan import Plan


class Entry(msgspec.Struct, kw_only=True):
    """A source and what came of it; `stamp` says whether that is still true."""

    source: str
    stamp: str
    files: tuple[FileReport, ...] = ()
    not_read: tuple[NotRead, ...] = ()

    def each(self) -> Iterator[FileReport | NotRead]:
        """All of it."""
        yield from self.files
        yield from self.not_read


class _Head(msgspec.Struct):
    """The part of an entry that a look-up needs."""

    source: str
    stamp: str


_encoder = msgspec.json.Encoder()
_entries = msgspec.json.Decoder(Entry)
_heads = msgspec.json.Decoder(_Head)


def stamp_of_plan(plan: Plan) -> str:
    """Changes with anything but the sources that a report depends on."""
    digest = hashlib.sha256(version("jesmail").encode())
    for path in (plan.smtpd, plan.cssmtp):
        digest.update(b"\0" + (path.read_bytes() if path is not None else b"-"))
    rest = (plan.smtpd_name, plan.settings, plan.shape, plan.sysout_class, plan.writer, plan.user)
    digest.update(repr(rest).encode())
    return digest.hexdigest()[:16]


def stamp_of(source: str, plan: str) -> str:
    """Of a source now; empty for one that is never taken from here, such as a spool that is a
    database server's or is written to."""
    try:
        found = os.stat(source)  # noqa: PTH116 a source may be no path
    except OSError:
        return ""
    return f"{plan} {found.st_size} {found.st_mtime_ns}"


class State:
    """The entries of a file, or of a temporary one. Raises `UsageFault` for another file."""

    def __init__(self, file: BinaryIO, name: str = "") -> None:
        self._file = file
        self._at: dict[str, tuple[int, str]] = {}  # source: offset, stamp
        end = 0
        for line in file:
            if not line.endswith(b"\n"):
                break  # it was interrupted in the middle of this one
            try:
                head = _heads.decode(line)
            except msgspec.MsgspecError as error:
                raise UsageFault(f"{name}: not the state of a rehearsal: {error}") from error
            self._at[head.source] = end, head.stamp
            end += len(line)
        file.seek(end)
        file.truncate()

    def has(self, source: str, stamp: str) -> bool:
        """Whether what is here of a source is still true."""
        return bool(stamp) and self._at.get(source, (0, ""))[1] == stamp

    def add(self, entry: bytes, source: str, stamp: str) -> None:
        """Keep an encoded entry."""
        self._at[source] = self._file.seek(0, os.SEEK_END), stamp
        self._file.write(entry)

    def entries(self, sources: Iterable[str]) -> Iterator[Entry]:
        """What is here of these sources, in their order."""
        self._file.flush()
        for source in sources:
            self._file.seek(self._at[source][0])
            yield _entries.decode(self._file.readline())


def encoded(entry: Entry) -> bytes:
    """An entry as a line."""
    return _encoder.encode(entry) + b"\n"


def open_state(path: Path) -> State:
    """The state in a file, which is made when it is not there. Raises `UsageFault`."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return State(os.fdopen(fd, "r+b"), str(path))
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
