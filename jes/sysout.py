"""SYSOUT: classes, dispositions, what a data set and an output group are, and what becomes of them.

Pure values and tables (jes2.md 1.1-1.3, 2.3). Who may be selected is said here and only here; a
store filters by a `Selection` and knows no disposition of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jes import messages
from jes.errors import BadName
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm

LOCAL = "LOCAL"
DEFAULT_PRIORITY = 144  # of an output group, jes2.md 1.2
STDFORM = "STD"  # the form of output that asks for none, jes2.md 1.2
LINE_MODE, PAGE_MODE = "LINE", "PAGE"  # PRMODE; line mode unless asked for, jes2.md 1.1
CLASSES_MAX = 8  # of a SAPI class list, jes2.md 2.2


class Disposition(StrEnum):
    """OUTDISP values (jes2.md 1.3)."""

    WRITE = "WRITE"  # select, then purge
    HOLD = "HOLD"  # wait for a release, then WRITE
    KEEP = "KEEP"  # select, then LEAVE
    LEAVE = "LEAVE"  # wait for a release, then KEEP
    PURGE = "PURGE"  # never select, purge at once


SELECTABLE = frozenset({Disposition.WRITE, Disposition.KEEP})
AFTER_RELEASE = {Disposition.HOLD: Disposition.WRITE, Disposition.LEAVE: Disposition.KEEP}
AFTER_HOLD = {Disposition.WRITE: Disposition.HOLD, Disposition.KEEP: Disposition.LEAVE}


class Disposal(StrEnum):
    """What a SAPI caller asks for when it gives a data set back (jes2.md 2.3)."""

    PROCESSED = "PROCESSED"  # the keep bit is off: doing nothing deletes
    KEEP = "KEEP"  # give back as it was
    HOLD = "HOLD"  # keep and hold
    RELEASE = "RELEASE"  # keep and release


def after(disposition: Disposition, disposal: Disposal) -> Disposition | None:
    """The disposition after `disposal`, or None when the data set is purged (jes2.md 2.3)."""
    match disposal:
        case Disposal.PROCESSED:
            return Disposition.LEAVE if disposition is Disposition.KEEP else None
        case Disposal.KEEP:
            return disposition
        case Disposal.HOLD:
            return AFTER_HOLD.get(disposition, disposition)
        case Disposal.RELEASE:
            return AFTER_RELEASE.get(disposition, disposition)


@dataclass(frozen=True, slots=True)
class Outdisp:
    """`OUTDISP=(normal,abnormal)`."""

    normal: Disposition = Disposition.WRITE
    abnormal: Disposition = Disposition.WRITE


HELD = Outdisp(Disposition.HOLD, Disposition.HOLD)


class JobKind(StrEnum):
    """What kind of work a number is for; the letters of its id (jes2.md 1.7)."""

    JOB = "JOB"
    STC = "STC"
    TSU = "TSU"


class Output(StrEnum):
    """OUTCLASS OUTPUT=: DUMMY output uses space and is never selectable."""

    PRINT = "PRINT"
    PUNCH = "PUNCH"
    DUMMY = "DUMMY"


@dataclass(frozen=True, slots=True)
class OutClass:
    """One OUTCLASS(v) initialization statement (jes2.md 1.2).

    `compress` and `trkcell` are how JES2 lays data out on its volumes: without effect here.
    """

    outdisp: Outdisp = Outdisp()
    output: Output = Output.PRINT
    blnktrnc: bool = True
    compress: bool = False
    trkcell: bool = True

    @property
    def held(self) -> bool:
        """A held class: its output waits for a release."""
        return self.outdisp.normal in AFTER_RELEASE


def default_outclasses() -> dict[SysoutClass, OutClass]:
    """Class B punches, H holds, Z is a dummy, all others print (jes2.md 1.2, recommended)."""
    classes = {SysoutClass(c): OutClass() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}
    classes[SysoutClass("B")] = OutClass(output=Output.PUNCH)
    classes[SysoutClass("H")] = OutClass(outdisp=HELD)
    classes[SysoutClass("Z")] = OutClass(output=Output.DUMMY)
    return classes


@dataclass(frozen=True, slots=True, kw_only=True)
class SysoutRequest:
    """What DD and OUTPUT statements ask for, merged by precedence; None where nothing was said.

    `keywords` are further OUTPUT keywords (NAME, ROOM, TITLE, MAILTO …) as coded: they must match
    exactly for two data sets to share a group, and JES only carries them.

    `spin`: selectable once it is unallocated, not at the end of the job. `free`: unallocated when
    the program closes it, not when the step ends (jes2.md 1.4). `copies` 0 is no output at all.
    """

    sysout_class: SysoutClass
    writer: WriterName | None = None
    forms: str = STDFORM
    dest: str = LOCAL
    hold: bool | None = None
    outdisp: Outdisp | None = None
    groupid: str | None = None
    copies: int = 1
    priority: int | None = None
    spin: bool | None = None
    free: bool = False
    fcb: str | None = None
    ucs: str | None = None
    burst: bool | None = None
    flash: str | None = None
    prmode: str | None = None
    keywords: tuple[tuple[str, str], ...] = ()


def disposition_of(
    request: SysoutRequest, outclasses: Mapping[SysoutClass, OutClass], *, abnormal: bool
) -> Disposition:
    """DD HOLD= beats OUTPUT OUTDISP=, which beats the class default (jes2.md 1.3)."""
    if request.hold is True:
        return Disposition.HOLD
    pair = request.outdisp or outclasses[request.sysout_class].outdisp
    wanted = pair.abnormal if abnormal else pair.normal
    if request.hold is False:
        return AFTER_RELEASE.get(wanted, wanted)
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDataset:
    """A SYSOUT data set to be made: what is known when it is allocated.

    `dsname` is the whole spool name (`owner.jobname.jobid.Dnnnnnnn.?`). JES2's own data sets have
    stepname `JES2` and ids below 101.
    """

    dsid: int
    stepname: str
    procstep: str | None
    ddname: DdName
    dsname: str
    recfm: Recfm
    lrecl: int
    request: SysoutRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolFile:
    """One SYSOUT data set on the spool, as a program that selects output sees it.

    `key` is the store's handle; `dsid` the data set number (101 and up for a job's own); `outgrp`
    the id of its output group, such as `1.1.1`; `size` its bytes of spool space;
    `incarnation` is another one each time it was given back; `copies` is how often to print it.
    """

    key: int
    dsid: int
    jobid: JobId
    jobname: JobName
    owner: UserId
    stepname: str
    procstep: str | None
    ddname: DdName
    dsname: str
    recfm: Recfm
    lrecl: int
    records: int
    size: int
    sysout_class: SysoutClass
    writer: WriterName | None
    dest: str
    forms: str | None
    notify: UserId | None
    disposition: Disposition
    outgrp: str
    incarnation: int
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """Which output groups a SAPI thread wants (jes2.md 2.2): every criterion that is given must
    hold, any of its values may.

    With `or_routed`, output routed to the user of the writer's name is wanted too, as CSSMTP does
    (jes2.md 2.7). `jobname` and `owner` are masks, `numbers` and `records` ranges with both ends,
    `dest` is spelled as output groups have it (`Route.dest`), `dataset` is the key of one data set,
    `no_writer` wants output without an external writer.
    `fifo`: in the order the groups were made, not by priority.
    """

    writer: WriterName | None = None
    dispositions: frozenset[Disposition] = SELECTABLE
    or_routed: bool = True
    classes: tuple[SysoutClass, ...] = ()
    dest: str | None = None
    forms: tuple[str, ...] = ()
    no_writer: bool = False
    jobname: str | None = None
    owner: str | None = None
    kinds: tuple[JobKind, ...] = ()
    numbers: tuple[int, int] | None = None
    records: tuple[int, int] | None = None
    dataset: int | None = None
    fifo: bool = False

    def __post_init__(self) -> None:
        """Raises `BadName` for more than eight classes."""
        if len(self.classes) > CLASSES_MAX:
            rule = f"{CLASSES_MAX} classes at most"
            raise BadName(messages.BAD_NAME, value=self.classes, what="class list", rule=rule)

    @property
    def of_jobs(self) -> bool:
        """Whether a criterion looks at the job."""
        return bool(self.jobname or self.owner or self.kinds or self.numbers)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a destination is: output for another node waits to be sent there, and nobody here may
    select it; `user` is that of a local one (jes2.md 0.9, 1.2). `dest` is the destination as routes
    are compared."""

    local: bool
    user: str | None = None
    dest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue:
    """What else a SAPI caller asks for when it keeps a data set (jes2.md 2.3); None: as it was.

    `route` says where `dest` is. `system_hold` is the reason for a hold that only an operator takes
    away.
    """

    sysout_class: SysoutClass | None = None
    writer: WriterName | None = None
    dest: str | None = None
    route: Route | None = None
    forms: str | None = None
    system_hold: str | None = None


@dataclass(frozen=True, slots=True)
class Ungrouped:
    """A data set that the output processor has to put into a group."""

    key: int
    dsid: int
    request: SysoutRequest
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class NewGroup:
    """An output group to be made: its id in two parts (the copy element is always 1)."""

    group_id: str
    number: int
    members: tuple[Ungrouped, ...]

    @property
    def outgrp(self) -> str:
        """As JES2 prints it."""
        return f"{self.group_id}.{self.number}.1"


def _keys(item: Ungrouped) -> tuple[object, ...]:
    """The grouping keys (jes2.md 1.1): all must agree for two data sets to share a group. What is
    not coded agrees with a default that is."""
    r = item.request
    return (
        r.sysout_class, r.dest, r.writer, r.prmode or LINE_MODE, r.forms, r.fcb, r.ucs,
        bool(r.burst), r.flash, r.copies,
        DEFAULT_PRIORITY if r.priority is None else r.priority, r.keywords, item.disposition,
    )  # fmt: skip


def group(items: Iterable[Ungrouped], taken: Iterable[tuple[str, int]] = ()) -> list[NewGroup]:
    """Group a job's data sets: its own first, then the JES data sets, in data set id order.

    Groups without GROUPID= are numbered 1, 2, 3… as first seen, after those `taken`; with it, the
    number tells groups of one id apart (jes2.md 1.1, blueprint §10).
    """
    used = set(taken)
    found: dict[tuple[object, ...], list[Ungrouped]] = {}
    for item in sorted(items, key=lambda i: (i.dsid < 101, i.dsid)):
        found.setdefault((item.request.groupid, *_keys(item)), []).append(item)
    groups = []
    for (groupid, *_), members in found.items():
        if groupid is None:
            group_id, number = next_group_id(used), 1
        else:
            group_id, number = str(groupid), 1
            while (group_id, number) in used:
                number += 1
        used.add((group_id, number))
        groups.append(NewGroup(group_id, number, tuple(members)))
    return groups


def next_group_id(used: Iterable[tuple[str, int]]) -> str:
    """The next free number for a group that JES2 names."""
    return str(max((int(g) for g, _ in used if g.isdecimal()), default=0) + 1)
