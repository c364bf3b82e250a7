"""Panels of the system: INIT, SP, JC, OC, and the MENU (spool-ui.md 1.3).

Their rows are asked for as a whole; the functions here make them of what a system says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emulator.panels import actions, overtypes
from emulator.panels.values import Action, Column, Kind, Panel, Refused
from emulator.panels.wording import number, text
from emulator.shown import printable
from jes.commands.machine import InitiatorView
from jes.commands.system import TRACK_GROUP, VOLUME
from jes.job import Phase
from jes.names import SysoutClass
from jes.sysout import OutClass
from jes.views import JobView, Queue, Space

# --- initiators ----------------------------------------------------------------------------------

_INITIATORS: tuple[Column[InitiatorView], ...] = (
    number(("ID", "INITID", 3), lambda one: one.number),
    text(("Status", "STATUS", 10), lambda one: one.status),
    text(("Classes", "CLASSES", 36), lambda one: one.classes,
         overtype=overtypes.initiator_classes),
    text(("JobName", "JNAME", 8), lambda one: one.jobname),
    text(("JobID", "JOBID", 8), lambda one: one.jobid),
)  # fmt: skip
INIT = Panel(
    name="INIT",
    title="SDSF INITIATOR DISPLAY",
    help="The initiators, the job classes that they take, and the jobs that they run.",
    kind=Kind.FACTS,
    columns=_INITIATORS,
    actions=actions.INIT,
)


# --- the spool -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A spool volume, its space in track groups."""

    volume: str
    total: int
    used: int
    percent: int
    datasets: int


def volumes(space: Space) -> tuple[VolumeRow, ...]:
    """The volumes: one."""
    used, total = -(-space.used // TRACK_GROUP), space.total // TRACK_GROUP
    return (VolumeRow(VOLUME, total, used, int(space.percent), space.datasets),)


_VOLUMES: tuple[Column[VolumeRow], ...] = (
    text(("VOLUME", "VOLSER", 6), lambda one: one.volume),
    text(("Status", "STATUS", 8), lambda _: "ACTIVE"),
    number(("TGPct", "TGPCT", 5), lambda one: one.percent),
    number(("TGNum", "TGNUM", 9), lambda one: one.total),
    number(("TGUse", "TGUSE", 9), lambda one: one.used),
    text(("SAff", "SYSAFF", 5), lambda _: "ANY"),
    number(("DS-Cnt", "DSCNT", 9), lambda one: one.datasets),
)
SP = Panel(
    name="SP",
    title="SDSF SPOOL DISPLAY",
    help="How full the spool is, in track groups of 119,760 bytes.",
    kind=Kind.FACTS,
    columns=_VOLUMES,
    actions=actions.SP,
)


# --- job classes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JobClassRow:
    """A job class: jobs that wait, that run, that are held, and the initiators that take it."""

    job_class: str
    waiting: int
    running: int
    held: int
    initiators: str


def job_classes(
    queues: Iterable[Queue], running: Iterable[JobView], initiators: Sequence[InitiatorView]
) -> tuple[JobClassRow, ...]:
    """The classes that jobs before their end have, and those that initiators take."""
    executing = [job for job in running if job.phase is Phase.EXECUTION]
    queues = [
        one for one in queues if one.phase in (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION)
    ]
    names = {one.job_class for one in queues} | {job.job_class for job in executing}
    names |= {name for one in initiators for name in one.classes}
    return tuple(_job_class(name, queues, executing, initiators) for name in sorted(names))


def _job_class(
    name: str,
    queues: Sequence[Queue],
    executing: Sequence[JobView],
    initiators: Sequence[InitiatorView],
) -> JobClassRow:
    here = [one for one in queues if one.job_class == name]
    active = [job for job in executing if job.job_class == name]
    free = sum(one.count for one in here if not one.held) - sum(not job.held for job in active)
    held = sum(one.count for one in here if one.held) - sum(job.held for job in active)
    takers = ",".join(str(one.number) for one in initiators if name in one.classes)
    return JobClassRow(name, max(0, free), len(active), max(0, held), takers)


def _waiting_jobs(row: JobClassRow) -> str:
    if not (row.job_class.isascii() and row.job_class.isalnum()):
        raise Refused(f"NO COMMAND CAN NAME CLASS {printable(row.job_class)[:8]}")
    return f"$D JQ,CLASS={row.job_class},QUEUE=XEQ"


_JOB_CLASSES: tuple[Column[JobClassRow], ...] = (
    text(("CLASS", "CLASS", 8), lambda one: one.job_class),
    number(("Wait-Cnt", "WAITCNT", 8), lambda one: one.waiting),
    number(("Xeq-Cnt", "XEQCNT", 8), lambda one: one.running),
    number(("Hold-Cnt", "HOLDCNT", 8), lambda one: one.held),
    text(("Initiators", "INITS", 20), lambda one: one.initiators),
)
JC = Panel(
    name="JC",
    title="SDSF JOB CLASS DISPLAY",
    help="Job classes: the jobs that wait and run in each, and the initiators that take it.",
    kind=Kind.FACTS,
    columns=_JOB_CLASSES,
    actions=(
        Action("D", "display", "display the jobs of the class that wait or run, in the log",
               _waiting_jobs),
    ),
)  # fmt: skip


# --- SYSOUT classes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutClassRow:
    """A SYSOUT class."""

    sysout_class: SysoutClass
    out_class: OutClass


def out_classes(classes: Mapping[SysoutClass, OutClass]) -> tuple[OutClassRow, ...]:
    """The classes in their order."""
    return tuple(OutClassRow(name, one) for name, one in sorted(classes.items()))


_OUT_CLASSES: tuple[Column[OutClassRow], ...] = (
    text(("CLASS", "CLASS", 5), lambda one: one.sysout_class),
    text(("ODisp", "ODISP", 5), lambda one: one.out_class.outdisp.normal,
         overtype=lambda one, value: overtypes.class_disposition(
             one.sysout_class, value, abnormal=False)),
    text(("ODispAb", "ODISPAB", 7), lambda one: one.out_class.outdisp.abnormal,
         overtype=lambda one, value: overtypes.class_disposition(
             one.sysout_class, value, abnormal=True)),
    text(("Output", "OUTPUT", 6), lambda one: one.out_class.output),
    text(("BlnkTrnc", "BLNKTRNC", 8), lambda one: "YES" if one.out_class.blnktrnc else "NO",
         overtype=lambda one, value: overtypes.class_truncation(one.sysout_class, value)),
    text(("Held", "HELD", 4), lambda one: "YES" if one.out_class.held else "NO"),
)  # fmt: skip
OC = Panel(
    name="OC",
    title="OUTPUT CLASS DISPLAY",
    help="SYSOUT classes: what becomes of output that is allocated in them from now on. This panel"
    " is ours, not SDSF's. ODispAb is the disposition when the job ends abnormally.",
    kind=Kind.FACTS,
    columns=_OUT_CLASSES,
    actions=(
        Action("D", "display", "display the class in the log",
               lambda one: f"$D OUTCLASS({one.sysout_class})"),
    ),
)  # fmt: skip


# --- the menu ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MenuRow:
    """A line of the menu: the command of a panel."""

    name: str
    description: str
    group: str


MENU_ROWS = (
    MenuRow("ST", "Status of jobs", "Jobs"),
    MenuRow("DA", "Active jobs and started tasks", "Jobs"),
    MenuRow("I", "Input queue", "Jobs"),
    MenuRow("O", "Output queue", "Output"),
    MenuRow("H", "Held output queue", "Output"),
    MenuRow("CSSMTP", "Mail forwarder: targets, spool tasks, counters", "Mail"),
    MenuRow("MAIL", "What became of each mail", "Mail"),
    MenuRow("LOG", "System log", "Log"),
    MenuRow("ULOG", "Console: commands and their answers", "Log"),
    MenuRow("INIT", "Initiators", "System"),
    MenuRow("SP", "Spool volumes", "System"),
    MenuRow("JC", "Job classes", "System"),
    MenuRow("OC", "Output classes", "System"),
    MenuRow("TOUR", "A tour of ten minutes", "Help"),
    MenuRow("TUTOR", "Help on every panel and command", "Help"),
)
_MENU: tuple[Column[MenuRow], ...] = (
    text(("NAME", "NAME", 8), lambda one: one.name),
    text(("Description", "DESC", 50), lambda one: one.description),
    text(("Group", "GROUP", 8), lambda one: one.group),
)
MENU = Panel(
    name="MENU",
    title="SDSF MENU",
    help="The panels. S beside one opens it, or its name as a command on any panel.",
    kind=Kind.FACTS,
    columns=_MENU,
    actions=actions.MENU,
)
