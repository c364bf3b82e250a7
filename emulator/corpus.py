"""The spool files of a site, to be looked at one by one: JCL that makes them, files that are spool
files already, folders of both, and spools.

JCL is run and files are spooled on one throw-away system; what was looked at is purged, so that
ten thousand files need no more room than one.
"""

import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cssmtp.rehearsal import Blocks
from emulator import place
from emulator.deposit import FileShape, frame, job_for
from emulator.exits import Unreachable, UsageFault
from emulator.settings import Settings
from emulator.system import System
from jes.errors import JesError
from jes.jcl.converter import NoJob, jobs_from
from jes.job import Job
from jes.names import JobId
from jes.records import Block
from jes.store.sql import SpoolStore
from jes.subsystem import Ended
from jes.sysout import SpoolFile, SysoutRequest

READ_STEP = 1024 * 1024  # bytes of blocks at a time
_SQLITE = b"SQLite format 3\0"
_JCL = re.compile(rb"(?://\*[^\n]*\n|\s)*//[A-Z$#@][A-Z0-9$#@]{0,7} +JOB\b")
_ADDRESSES = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A spool file and where it comes from; `blocks` reads it from the one that holds a record,
    as long as the next candidate was not asked for. `jcl` when a job made it, `netdata` when TSO
    TRANSMIT did.

    Jobs are numbered from 1 in each source, unless it is a spool: a file is the same whatever was
    looked at before it.
    """

    source: str
    file: SpoolFile
    blocks: Blocks
    jcl: bool = False
    netdata: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that gives no spool file, and why."""

    source: str
    reason: str


def sources(given: Sequence[str]) -> list[str]:
    """Each file that is meant: those of folders in order of their names, at any depth, without
    hidden ones. Raises `UsageFault` for what is not there."""
    found: list[str] = []
    for name in given:
        if name.startswith(_ADDRESSES):
            found.append(name)
        elif Path(name).is_dir():
            found += _files_below(name)
        elif Path(name).exists():
            found.append(name)
        else:
            raise UsageFault(f"{name}: no such file or folder")
    return list(dict.fromkeys(found))


def is_spool(source: str) -> bool:
    """Whether a source is a spool, in a file or a database. Raises `OSError`."""
    return source.startswith(_ADDRESSES) or _head(source).startswith(_SQLITE)


def _files_below(folder: str) -> Iterator[str]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield str(Path(where) / name)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Makes candidates on `system`, which is open and nobody else's. `shape` says how the records
    of binary files lie, `request` where a plain file is for; `user` submits."""

    system: System
    shape: FileShape
    request: SysoutRequest
    user: str

    def of(self, source: str) -> Generator[Candidate | Unread, None, None]:
        """The spool files of one source. Never raises for what is in it."""
        try:
            head = _head(source)
            if is_spool(source):
                yield from self._spool(source)
            elif self.shape.recfm is None and _JCL.match(head):
                yield from self._jobs(source)
            else:
                yield from self._plain(source)
        except (UsageFault, Unreachable) as error:
            yield Unread(source, str(error).removeprefix(f"{source}: "))
        except OSError as error:
            yield Unread(source, error.strerror or str(error))
        except JesError as error:
            yield Unread(source, f"{error.message.id} {error}")

    def _plain(self, source: str) -> Iterator[Candidate]:
        path = Path(source)
        framed = frame(path, self.shape, self.system.page)
        job = job_for(path, None, framed.owner or self.user)
        ended = self.system.jes.deposit(
            job, self.request, framed.recfm, framed.lrecl, framed.read()
        )
        for one in self._ended(source, ended):
            yield replace(one, netdata=framed.netdata)

    def _jobs(self, source: str) -> Iterator[Candidate | Unread]:
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageFault(f"not UTF-8 text (byte {error.start})") from error
        for number, job in enumerate(jobs_from(text, self.system.jcl(self.user)), 1):
            match job:
                case NoJob():
                    yield Unread(source, "text without a JOB statement")
                case Job():
                    ended = self.system.jes.run(job)
                    if ended.result.abnormal or ended.result.faults:
                        why = "; ".join([ended.result.retcode, *map(str, ended.result.faults)])
                        yield Unread(
                            source, f"{job.jobname} {_id(number)} did not run to its end: {why}"
                        )
                    yield from self._ended(source, ended, number, jcl=True)

    def _ended(
        self, source: str, ended: Ended, number: int = 1, *, jcl: bool = False
    ) -> Iterator[Candidate]:
        store = self.system.jes.store
        try:
            for file in ended.files:
                named = replace(file, jobid=_id(number))
                yield Candidate(source, named, _reader(store, file), jcl)
        finally:
            store.doom([file.key for file in store.files(ended.jobid)])
            while store.free():
                pass

    def _spool(self, source: str) -> Iterator[Candidate]:
        spool = source if source.startswith(_ADDRESSES) else Path(source)
        settings = replace(Settings(), spool=spool)
        with place.look(place.Place(spool, settings)) as store:
            for file in store.all_files():
                yield Candidate(source, file, _reader(store, file))


def _id(number: int) -> JobId:
    return JobId(f"JOB{number:05}")


def _reader(store: SpoolStore, file: SpoolFile) -> Blocks:
    def read(record: int) -> Sequence[Block]:
        return store.read(file.key, record, READ_STEP) if record <= file.records else ()

    return read


def _head(source: str) -> bytes:
    if source.startswith(_ADDRESSES):
        return b""
    with Path(source).open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf")
