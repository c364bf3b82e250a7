"""Jobs, output groups and data sets as displays show them, and how a display picks them.

One set of values for operator commands, the command line, panels and REST alike (jes2.md 2.8, 3.1).
"""

from dataclasses import dataclass
from enum import StrEnum

from jes.job import Phase
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm
from jes.sysout import Disposition, JobKind


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job. Times are ISO; `entered` is when it came to its current queue.

    `active` is the system that runs it. `purging` and `cancelled`: an operator asked for it, and it
    happens when its current activity ends.
    """

    key: int
    jobid: JobId
    number: int
    kind: JobKind
    jobname: JobName
    owner: UserId
    job_class: str
    priority: int
    phase: Phase
    active: str | None
    held: bool
    retcode: str | None
    notify: UserId | None
    submitted: str
    entered: str
    ended: str | None
    cancelled: bool = False
    purging: bool = False


class Hold(StrEnum):
    """What an operator can do to the hold of an output group (jes2.md 1.5)."""

    OPER = "OPER"
    NOT_OPER = "-OPER"
    NOT_SYS = "-SYS"
    NONE = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """An output group. `outgrp` is its id; `busy` who has it in hand; `system_hold` a reason.

    `local` is false for output on its way to another node.
    """

    key: int
    jobid: JobId
    jobname: JobName
    owner: UserId
    outgrp: str
    sysout_class: SysoutClass
    writer: WriterName | None
    dest: str
    local: bool
    forms: str | None
    fcb: str | None
    ucs: str | None
    burst: bool
    flash: str | None
    prmode: str | None
    copies: int
    priority: int
    disposition: Disposition
    created: str
    records: int
    size: int
    datasets: int
    operator_hold: bool = False
    system_hold: str | None = None
    job_hold: bool = False
    busy: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """A SYSOUT data set, in a group (`outgrp`, `disposition`) or still the job's own."""

    key: int
    jobid: JobId
    jobname: JobName
    dsid: int
    stepname: str
    procstep: str | None
    ddname: DdName
    dsname: str
    recfm: Recfm
    lrecl: int
    records: int
    size: int
    sysout_class: SysoutClass
    outgrp: str | None = None
    disposition: Disposition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; every part that is given must hold, any of its values may.

    `names`, `owners` are masks: `*` any string, `?` one character (jes2.md 3.1). `numbers` are
    ranges with both ends, None for no upper end. `active`: running now or not. `since` and `before`
    bound `entered`.
    """

    kinds: tuple[JobKind, ...] = ()
    jobids: tuple[str, ...] = ()
    numbers: tuple[tuple[int, int | None], ...] = ()
    names: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    retcodes: tuple[str, ...] = ()
    active: bool | None = None
    held: bool | None = None
    before: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """Which output groups, of which jobs. `outgrps` are ids or masks of them; `dests`, `forms` and
    `writers` masks; an empty mask is one without a value. `ready` can be selected right now; `held`
    waits for somebody to release it or its job, whether in hand or not (jes2.md 1.3, 1.5)."""

    jobs: JobFilter = JobFilter()
    outgrps: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    dests: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    records: tuple[int, int] | None = None
    ready: bool | None = None
    held: bool | None = None
    busy: bool | None = None
    local: bool | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """What becomes of output groups ($T O, SAPI BULK MODIFY); None leaves a value as it is."""

    sysout_class: SysoutClass | None = None
    writer: WriterName | None = None
    no_writer: bool = False
    dest: str | None = None
    forms: str | None = None
    fcb: str | None = None
    ucs: str | None = None
    flash: str | None = None
    burst: bool | None = None
    prmode: str | None = None
    priority: int | None = None
    disposition: Disposition | None = None
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """What becomes of jobs ($T J, $H J, $A J); None leaves a value as it is."""

    job_class: str | None = None
    priority: int | None = None
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How many jobs stand on a queue: by phase, class and hold."""

    phase: Phase
    job_class: str
    held: bool
    count: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the spool: its number, its name, and whether it is alive."""

    number: int
    name: str
    alive: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of the spool: in use, and in all; `files` is how many data sets there are."""

    used: int
    total: int
    datasets: int

    @property
    def percent(self) -> float:
        """Of the whole."""
        return 100 * self.used / self.total
