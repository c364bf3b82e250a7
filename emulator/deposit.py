"""Files that are spool files already: text, binary records or NETDATA, put on the spool.

Each file is a job of its own (blueprint §6): step MAIL, DD MAIL, data set 102. A file is read
twice, in chunks: once to see that all of it frames, and again when it is spooled. So nothing of a
file that cannot be framed is ever on the spool, and no file is held in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from emulator.collect import Collector
from emulator.exits import UsageFault
from emulator.source import Source
from emulator.system import System
from jes import descriptors, framing, netdata
from jes.codepages import CodePage, page
from jes.errors import BadName, BadRecord
from jes.job import Job
from jes.names import JobName, SysoutClass, UserId
from jes.records import (
    FB,
    LRECL_MAX,
    RDW,
    RECORD_MAX,
    VB,
    Block,
    Recfm,
    blocks,
    check_lrecl,
    widest,
)
from jes.sysout import SysoutRequest

HEAD = 64 * 1024  # bytes that are looked at to see whether a file may be EBCDIC
V = Recfm("V")
_INVARIANT = page("IBM-037")  # letters and digits are the same in every page
_USUAL = _INVARIANT.encode(
    " .,:;-/<>=()'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
_GREETINGS = ("HELO", "EHLO")
_USUAL_SHARE = 2 / 3  # of the bytes of EBCDIC text; of Latin-1 text some tenth is among them


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How the records lie in a file; `recfm` None is for it to say: NETDATA, or text.

    `bdw` None: its first words say whether variable records are in blocks behind BDWs.
    """

    recfm: Recfm | None = None
    lrecl: int | None = None
    blksize: int | None = None
    bdw: bool | None = None


def shape_of(
    recfm: str | None, lrecl: int | None, blksize: int | None, bdw: bool | None
) -> FileShape:
    """What a command line says of files. Raises `UsageFault`, `BadName`."""
    found = Recfm.parse(recfm) if recfm else None
    shape = FileShape(recfm=found, lrecl=lrecl, blksize=blksize, bdw=bdw)
    if found is None and shape != FileShape():
        raise UsageFault("--lrecl, --blksize and --bdw go with --recfm")
    if bdw is not None and found and found.text[0] != "V":
        raise UsageFault(f"--bdw and --no-bdw are for V formats, not for {found}")
    return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A file that frames: how, what was found out about it, and its records when asked for.

    `owner` is who sent it, where the file says so; `netdata` that TSO TRANSMIT made it.
    """

    path: Path
    recfm: Recfm
    lrecl: int
    read: Callable[[], Iterator[Block]]
    remark: str = ""
    owner: str | None = None
    netdata: bool = False


@dataclass(frozen=True, slots=True)
class SpoolFileInput:
    """A file for the spool, framed already."""

    framed: Framed
    job: Job
    request: SysoutRequest

    def submit(self, system: System, collector: Collector) -> None:
        """Put it there. Raises `UsageFault` when it is not what it was."""
        framed = self.framed
        try:
            ended = system.jes.deposit(
                self.job, self.request, framed.recfm, framed.lrecl, framed.read()
            )
        except BadRecord as error:
            raise UsageFault(f"{framed.path} was changed while it was read: {error}") from error
        collector.job(self.job, ended, str(framed.path))


def frame(path: Path, shape: FileShape, codepage: CodePage) -> Framed:
    """How a file's records lie. Raises `UsageFault` naming the file and the offset or line."""
    source = Source(path)
    try:
        if shape.recfm is not None:
            return _binary(source, shape, shape.recfm)
        if netdata.is_netdata(source.head(HEAD)):
            return _netdata(source)
        return _text(source, codepage)
    except BadRecord as error:
        raise UsageFault(f"{path}: {framing.place(error)}") from error
    except BadName as error:
        raise UsageFault(f"{path}: {error.message.id} {error}") from error


# --- text and NETDATA, which say themselves what they are -----------------------------------------


def _text(source: Source, codepage: CodePage) -> Framed:
    """UTF-8 lines as variable records in the system's page; EBCDIC, if it proves to be that."""
    try:
        lines = framing.text(source.chunks(), codepage, RECORD_MAX)
        longest = max((max(map(len, some)) for some in lines), default=0)
    except BadRecord as error:
        if error.fields["reason"] != framing.NOT_UTF_8:
            raise
        return _ebcdic(source, error)
    lrecl = max(longest, 1) + RDW

    def read() -> Iterator[Block]:
        lines = framing.text(source.chunks(), codepage, RECORD_MAX)
        return blocks(chain.from_iterable(lines), VB, lrecl)

    remark = f"{source.path}: UTF-8 text, one record a line"
    return Framed(path=source.path, recfm=VB, lrecl=lrecl, read=read, remark=remark)


def _ebcdic(source: Source, fault: BadRecord) -> Framed:
    """EBCDIC records, when all of the file proves it. Raises `UsageFault` for any other file.

    A chain of descriptor words that ends with the file is proof; card images have to begin with two
    SMTP commands, 80 bytes apart.
    """
    head = source.head(HEAD)
    where = f"{source.path}: {framing.place(fault)}"
    if not _reads_like_ebcdic(head):
        raise UsageFault(f"{where}; --recfm names the record format of a binary file") from fault
    for shape in (
        FileShape(recfm=VB, bdw=True),
        FileShape(recfm=V, bdw=False),
        FileShape(recfm=FB, lrecl=80),
    ):
        try:
            found = _binary(source, shape, shape.recfm or FB)
        except BadRecord:
            continue
        if found.recfm.fixed and not _two_cards(head):
            continue
        words = {True: ", RDW and BDW", False: ", RDW without BDW", None: ""}[shape.bdw]
        remark = f"RECFM={found.recfm} LRECL={found.lrecl}{words}; --recfm says it otherwise"
        return replace(
            found, remark=f"{source.path}: no UTF-8 text, taken for EBCDIC records: {remark}"
        )
    advice = "it looks like EBCDIC: name the record format, such as --recfm FB --lrecl 80"
    raise UsageFault(f"{where}; {advice}") from fault


def _reads_like_ebcdic(head: bytes) -> bool:
    head = head.replace(b"\0", b"")  # records with RDW are full of NULs
    usual = len(head) - len(head.translate(None, _USUAL))
    return usual >= len(head) * _USUAL_SHARE


def _two_cards(head: bytes) -> bool:
    first, second = (_INVARIANT.decode(head[at : at + 4]).upper() for at in (0, 80))
    return first in _GREETINGS and second in (*_GREETINGS, "MAIL", "RSET", "STAR", "QUIT")


def _netdata(source: Source) -> Framed:
    sent = netdata.survey(source.chunks())

    def read() -> Iterator[Block]:
        return blocks(netdata.records(source.chunks()), sent.recfm, sent.lrecl)

    what = f"data set {sent.dsname}" if sent.dsname else "a message"
    remark = (
        f"{source.path}: NETDATA (TSO TRANSMIT) from {sent.user or '-'} at {sent.node or '-'}:"
        f" {what}, RECFM={sent.recfm} LRECL={sent.lrecl}"
    )
    if sent.message_lines:
        lines = "1 line" if sent.message_lines == 1 else f"{sent.message_lines} lines"
        remark += f"; a message of {lines} to its receiver is left out"
    try:
        owner = UserId(sent.user) if sent.user else None
    except BadName:
        owner = None
    return Framed(
        path=source.path,
        recfm=sent.recfm,
        lrecl=sent.lrecl,
        read=read,
        remark=remark,
        owner=owner,
        netdata=True,
    )


# --- binary ---------------------------------------------------------------------------------------


def _binary(source: Source, shape: FileShape, recfm: Recfm) -> Framed:
    """Records of a format that was named, byte for byte. Raises `BadRecord`, `BadName`."""
    if recfm.fixed:
        return _fixed(source, recfm, shape.lrecl)
    if recfm.undefined:
        return _undefined(source, recfm, shape.blksize)
    return _variable(source, recfm, shape)


def _fixed(source: Source, recfm: Recfm, lrecl: int | None) -> Framed:
    if lrecl is None:
        raise UsageFault(f"{source.path}: RECFM {recfm} needs --lrecl")
    width = check_lrecl(recfm, lrecl)

    def read() -> Iterator[Block]:
        return framing.fixed(source.chunks(), width)

    for _ in read():
        pass
    return Framed(path=source.path, recfm=recfm, lrecl=width, read=read)


def _undefined(source: Source, recfm: Recfm, blksize: int | None) -> Framed:
    if blksize is None:
        raise UsageFault(f"{source.path}: RECFM {recfm} needs --blksize")
    size = check_lrecl(recfm, blksize)

    def read() -> Iterator[Block]:
        return framing.undefined(source.chunks(), recfm, size)

    return Framed(path=source.path, recfm=recfm, lrecl=size, read=read)


def _variable(source: Source, recfm: Recfm, shape: FileShape) -> Framed:
    """Records with RDWs or segments with SDWs, behind BDWs or not."""
    most = LRECL_MAX if shape.lrecl is None else check_lrecl(recfm, shape.lrecl)
    told = shape.bdw
    if told is None:
        bdw = framing.looks_blocked(source.head(2 * RDW), spanned=recfm.spanned)
    else:
        bdw = told

    def read() -> Iterator[Block]:
        if recfm.spanned:
            return framing.spanned(source.chunks(), recfm, most, bdw=bdw)
        return framing.variable(source.chunks(), most, bdw=bdw)

    word = "segments with SDW" if recfm.spanned else "records with RDW"
    try:
        longest = widest(read(), recfm, most)
    except BadRecord as error:
        if not bdw or told:
            raise
        reason = f"{error.fields['reason']} (the first words look like a BDW; --no-bdw if not)"
        raise descriptors.bad(int(str(error.fields["offset"])), reason) from error
    remark = f"{source.path}: {word}, {'in blocks with' if bdw else 'without'} BDW"
    if bdw and told is None:
        remark += ", as the first words say; --no-bdw takes each block for a record"
    lrecl = shape.lrecl or max(longest, 1) + RDW
    return Framed(path=source.path, recfm=recfm, lrecl=lrecl, read=read, remark=remark)


# --- jobs -----------------------------------------------------------------------------------------


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
