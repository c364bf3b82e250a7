"""What was rehearsed already, on disk: a line of JSON for each source, behind one that says so.

A run that was interrupted, or that comes again after some files changed, takes from here what is
still true: the same size and time of the file, and the same configurations and program.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec

from cssmtp.smtpd.report import FileReport, NotRead
from emulator.corpus import is_spool
from emulator.exits import UsageFault
from emulator.rehearsed.plan import Plan


class Entry(msgspec.Struct, kw_only=True):
    """A source, by its `key_of`, and what came of it; `stamp` says whether that is still true."""

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


_HEADER = b'{"jesmail_rehearsal_state": 1}\n'
_encoder = msgspec.json.Encoder()
_entries = msgspec.json.Decoder(Entry)
_heads = msgspec.json.Decoder(_Head)


def key_of(source: str) -> str:
    """A source's name as text that can be written, whatever bytes the file's name has."""
    return os.fsencode(source).decode("latin-1")


def stamp_of_plan(plan: Plan) -> str:
    """Changes with anything but the sources that a report depends on."""
    digest = hashlib.sha256(version("jesmail").encode())
    for path in (plan.smtpd, plan.file_of_cssmtp):
        digest.update(b"\0" + (path.read_bytes() if path is not None else b"-"))
    rest = (plan.smtpd_name, plan.settings, plan.shape, plan.sysout_class, plan.writer, plan.user)
    digest.update(repr(rest).encode())
    for data_set in plan.settings.datasets.values():
        members = data_set.path.iterdir() if data_set.path.is_dir() else ()
        for path in (data_set.path, *sorted(members)):
            digest.update(f"{path} {_state_of(path)}\0".encode())
    return digest.hexdigest()[:16]


def stamp_of(source: str, plan: str) -> str:
    """Of a source now; empty for one that is never taken from here: a spool, or what is gone."""
    try:
        return "" if is_spool(source) else f"{plan} {_state_of(Path(source))}"
    except OSError:
        return ""


def _state_of(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_size} {found.st_mtime_ns}"


class State:
    """The entries of a file, or of a temporary one; `name` is for people. An entry that was
    interrupted in its middle is forgotten. Raises `UsageFault` for a file that is something else,
    which is left as it is."""

    def __init__(self, file: BinaryIO, name: str = "") -> None:
        self._file = file
        self._at: dict[str, tuple[int, str]] = {}  # source: offset, stamp
        first = file.readline()
        if not _HEADER.startswith(first):
            raise UsageFault(f"{name}: not the state of a rehearsal")
        if first != _HEADER:  # empty, or interrupted at once
            file.seek(0)
            file.write(_HEADER)
        self._read(name)

    def _read(self, name: str) -> None:
        end = len(_HEADER)
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                head = _heads.decode(line)
            except msgspec.MsgspecError as error:
                raise UsageFault(f"{name}: not the state of a rehearsal: {error}") from error
            self._at[head.source] = end, head.stamp
            end += len(line)
        self._file.seek(end)
        self._file.truncate()

    def has(self, source: str, stamp: str) -> bool:
        """Whether what is here of a source is still true."""
        return bool(stamp) and self._at.get(key_of(source), (0, ""))[1] == stamp

    def add(self, entry: Entry) -> None:
        """Keep what came of a source."""
        self._at[entry.source] = self._file.seek(0, os.SEEK_END), entry.stamp
        self._file.write(_encoder.encode(entry) + b"\n")
        self._file.flush()  # whatever ends this process

    def entries(self, sources: Iterable[str]) -> Iterator[Entry]:
        """What is here of these sources, in their order."""
        for source in sources:
            self._file.seek(self._at[key_of(source)][0])
            yield _entries.decode(self._file.readline())


@contextmanager
def open_state(path: Path | None) -> Iterator[State]:
    """The state in a file, which is made when it is not there, for nobody else meanwhile; None is
    one that does not stay. Raises `UsageFault`."""
    if path is None:
        with tempfile.TemporaryFile() as file:
            yield State(file)
        return
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    with os.fdopen(fd, "r+b") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageFault(f"{path}: another rehearsal uses it") from error
        yield State(opened, str(path))
