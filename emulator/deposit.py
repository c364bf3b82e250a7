"""Files that are spool files already: text or binary records put on the spool as they are.

Each file is a job of its own (blueprint §6): step MAIL, DD MAIL, data set 102. A file that cannot
be framed is refused whole, with the offset or line, and nothing of it is spooled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.collect import Collector
from emulator.exits import UsageFault
from emulator.system import System
from jes.codepages import CodePage
from jes.errors import JesError
from jes.job import Job
from jes.names import JobName, SysoutClass, UserId
from jes.records import (
    RDW,
    VB,
    Block,
    Recfm,
    blocks,
    check_lrecl,
    fixed_blocks,
)
from jes.sysout import SysoutRequest

NETDATA = b"INMR01".decode().encode("cp037")
_NETDATA_HEAD = 32  # the first control record's name stands at the beginning
_MOST_RDW = 32_760
_LONGEST = 32_756
LATER = {
    "netdata": "a TRANSMIT file (NETDATA): reading it is not built yet",
    "spanned": "RECFM {recfm}: joining spanned records is not built yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How the records lie in a file; `recfm` None is text, one record a line."""

    recfm: Recfm | None = None
    lrecl: int | None = None
    blksize: int | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """A file's records, and what was found out about it."""

    recfm: Recfm
    lrecl: int
    blocks: tuple[Block, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class SpoolFileInput:
    """A file for the spool, framed already."""

    framed: Framed
    job: Job
    request: SysoutRequest

    def submit(self, system: System, collector: Collector) -> None:
        """Put it there."""
        framed = self.framed
        ended = system.jes.deposit(
            self.job, self.request, framed.recfm, framed.lrecl, framed.blocks
        )
        collector.job(self.job, ended)


def frame(path: Path, shape: FileShape, codepage: CodePage) -> Framed:
    """The records of a file. Raises `UsageFault` naming the file and the offset or line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    try:
        if shape.recfm is None:
            return _text(path, data, codepage)
        return _binary(path, data, shape, shape.recfm)
    except JesError as error:
        raise UsageFault(f"{path}: {error.message.id} {error}") from error


def _text(path: Path, data: bytes, codepage: CodePage) -> Framed:
    """UTF-8 lines as variable records in the system's page."""
    if NETDATA in data[:_NETDATA_HEAD]:
        raise UsageFault(f"{path}: {LATER['netdata']}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageFault(
            f"{path}: line {line}: not UTF-8 text; name the record format with --recfm"
        ) from error
    rows = text.replace("\r\n", "\n").split("\n")
    if rows[-1] == "":
        rows.pop()
    records = [
        codepage.encode(row, f"{path}: line {number}") for number, row in enumerate(rows, start=1)
    ]
    for number, record in enumerate(records, start=1):
        if len(record) > _LONGEST:
            raise UsageFault(f"{path}: line {number}: longer than {_LONGEST} characters")
    lrecl = max((len(record) for record in records), default=1) + RDW
    return Framed(VB, lrecl, tuple(blocks(records, VB, lrecl)))


def _binary(path: Path, data: bytes, shape: FileShape, recfm: Recfm) -> Framed:
    if "S" in recfm.text and not recfm.fixed:
        raise UsageFault(f"{path}: {LATER['spanned'].format(recfm=recfm)}")
    if recfm.fixed:
        return _fixed(path, data, recfm, shape.lrecl)
    if recfm.text[0] == "U":
        return _undefined(path, data, recfm, shape.blksize)
    return _variable(path, data, recfm, shape.lrecl)


def _fixed(path: Path, data: bytes, recfm: Recfm, lrecl: int | None) -> Framed:
    if lrecl is None:
        raise UsageFault(f"{path}: RECFM {recfm} needs --lrecl")
    check_lrecl(recfm, lrecl)
    whole, rest = divmod(len(data), lrecl)
    if rest:
        raise UsageFault(
            f"{path}: offset {whole * lrecl}: {rest} bytes are left over: the length"
            f" {len(data)} is no multiple of LRECL {lrecl}"
        )
    return Framed(recfm, lrecl, tuple(fixed_blocks(data, lrecl)))


def _undefined(path: Path, data: bytes, recfm: Recfm, blksize: int | None) -> Framed:
    if blksize is None:
        raise UsageFault(f"{path}: RECFM {recfm} needs --blksize")
    check_lrecl(recfm, blksize)
    records = [data[at : at + blksize] for at in range(0, len(data), blksize)]
    return Framed(recfm, blksize, tuple(blocks(records, recfm, blksize)))


def _variable(path: Path, data: bytes, recfm: Recfm, lrecl: int | None) -> Framed:
    """Records with RDWs, behind BDWs or not: the first two words tell."""
    blocked = _has_bdw(data)
    records = list(_in_blocks(path, data) if blocked else _rdws(path, data, 0, len(data)))
    longest = max((len(record) for record in records), default=1) + RDW
    if lrecl is not None and longest > lrecl:
        raise UsageFault(f"{path}: a record of {longest - RDW} bytes, LRECL is {lrecl}")
    lrecl = check_lrecl(recfm, lrecl or longest)
    remark = f"{path}: records with RDW, {'with' if blocked else 'without'} BDW"
    return Framed(recfm, lrecl, tuple(blocks(records, recfm, lrecl)), remark)


def _has_bdw(data: bytes) -> bool:
    """A BDW is followed by an RDW that fits into its block (jes2.md 4.1)."""
    if len(data) < 2 * RDW:
        return False
    block, record = int.from_bytes(data[:2]), int.from_bytes(data[4:6])
    return (
        data[2:4] == data[6:8] == b"\0\0"
        and RDW <= record <= block - RDW
        and block <= len(data)
        and _blocks_fit(data)
    )


def _blocks_fit(data: bytes) -> bool:
    at = 0
    while at + RDW <= len(data):
        step = int.from_bytes(data[at : at + 2])
        if step < 2 * RDW or data[at + 2 : at + 4] != b"\0\0":
            return False
        inner, end = at + RDW, at + step
        while inner + RDW <= end:
            inner += max(int.from_bytes(data[inner : inner + 2]), RDW)
        if inner != end:
            return False
        at = end
    return at == len(data)


def _in_blocks(path: Path, data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        step = int.from_bytes(data[at : at + 2])
        yield from _rdws(path, data, at + RDW, at + step)
        at += step


def _rdws(path: Path, data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        step = int.from_bytes(data[at : at + 2])
        if at + RDW > end or not RDW <= step <= _MOST_RDW or data[at + 2 : at + 4] != b"\0\0":
            raise UsageFault(
                f"{path}: offset {at}: no record descriptor word: {data[at : at + 4].hex(' ')}"
            )
        if at + step > end:
            raise UsageFault(f"{path}: offset {at}: a record of {step} bytes is cut off")
        yield data[at + RDW : at + step]
        at += step


def job_for(path: Path, jobname: str | None, owner: str) -> Job:
    """The job that a spool file seems to come from. Raises `BadName`."""
    name = jobname or _jobname(path)
    return Job(
        jobname=JobName(name.upper()), owner=UserId(owner.upper()), msgclass=SysoutClass("A")
    )


def _jobname(path: Path) -> str:
    """A job name out of a file's: what of it is allowed, or MAIL."""
    name = "".join(c for c in path.stem.upper() if c.isascii() and (c.isalnum() or c in "$#@"))
    name = name.lstrip("0123456789")[:8]
    return name or "MAIL"
