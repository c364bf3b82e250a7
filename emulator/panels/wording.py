"""What panels say of jobs and output in words (spool-ui.md 1.3, jes2.md 1.5-1.6)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from emulator.documents import holds_of
from emulator.panels.values import Column
from emulator.shown import printable
from jes.commands.machine import InitiatorStatus, InitiatorView
from jes.commands.wording import status
from jes.job import Phase
from jes.names import JobId
from jes.sysout import SELECTABLE
from jes.views import GroupView, JobView

Row = TypeVar("Row")
QUEUES = {phase: phase.value for phase in Phase} | {Phase.HARDCOPY: "PRINT"}
NOTHING = "****"  # what displays have for a value that is not set
_HOLDS = {"OPER": "BY OPERATOR", "SYS": "BY SYSTEM", "JOB": "WITH ITS JOB"}
_SECONDS = 19  # characters of an ISO time as far as its seconds
_TAKING = (InitiatorStatus.INACTIVE, InitiatorStatus.ACTIVE)


def text(
    head: tuple[str, str, int],
    of: Callable[[Row], str | None],
    stored: str | None = None,
    *,
    blank: str = "",
    overtype: Callable[[Row, str], str] | None = None,
    alternate: bool = False,
) -> Column[Row]:
    """A column of text: its title, short name and width. `blank` is shown where there is none."""
    return Column(
        *head,
        show=lambda row: printable(str(of(row) or blank)),
        value=lambda row: str(of(row) or ""),
        stored=stored, overtype=overtype, alternate=alternate,
    )  # fmt: skip


def number(
    head: tuple[str, str, int],
    of: Callable[[Row], int],
    stored: str | None = None,
    *,
    overtype: Callable[[Row, str], str] | None = None,
    alternate: bool = False,
) -> Column[Row]:
    """A column of numbers."""
    return Column(
        *head, show=lambda row: str(of(row)), value=of, right=True,
        stored=stored, overtype=overtype, alternate=alternate,
    )  # fmt: skip


def time(
    head: tuple[str, str], of: Callable[[Row], str | None], stored: str, *, alternate: bool = False
) -> Column[Row]:
    """A column of ISO times, shown to the second as they are stored."""
    return Column(
        *head, _SECONDS,
        show=lambda row: printable(moment(of(row))),
        value=lambda row: of(row) or "",
        stored=stored, alternate=alternate,
    )  # fmt: skip


def moment(stamp: str | None) -> str:
    """An ISO time as a date and a time of day."""
    return (stamp or "")[:_SECONDS].replace("T", " ")


def short(job: JobView | JobId) -> str:
    """A job as operators write it: J12, S3, T4."""
    jobid = job.jobid if isinstance(job, JobView) else job
    return f"{jobid[0]}{int(''.join(c for c in jobid if c.isdecimal()))}"


def job_status(job: JobView) -> str:
    """What a job is doing, or waits for."""
    waits = job.active is None
    if waits and job.phase is not Phase.PURGE and (job.purging or job.cancelled):
        return "AWAITING PURGE" if job.purging else "CANCELLED"
    if waits and job.held:
        return "HELD"
    doing = status(job).partition("/")[0]
    ending = "PURGED" if job.purging else "CANCELLED" if job.cancelled else ""
    return f"{doing}, {ending}" if ending and not waits else doing


def group_status(group: GroupView) -> str:
    """Whether an output group can be selected, and if not, why."""
    if group.busy is not None:
        return "SELECTED, CANCELLED" if group.cancelled else "SELECTED"
    if holds := holds_of(group):
        return f"HELD {_HOLDS[holds[0]]}"
    if not group.local:
        return "AWAITING XMIT"
    return "READY" if group.disposition in SELECTABLE else "HELD"


def is_held(group: GroupView) -> bool:
    """What `GroupFilter.held` says."""
    return bool(holds_of(group)) or (group.local and group.disposition not in SELECTABLE)


def delays(
    job: JobView, initiators: Sequence[InitiatorView], *, processing: bool = True
) -> tuple[str, ...]:
    """Why a job does not run (action I); no reason when nothing keeps it, or it runs."""
    if job.active is not None or job.phase not in (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION):
        return ()
    found = []
    if job.held:
        found.append("THE JOB IS HELD")
    if not processing:
        found.append("JES2 IS STOPPED ($P)")
    if job.phase is Phase.EXECUTION:
        found += _without_initiator(job, initiators)
    return tuple(found)


def _without_initiator(job: JobView, initiators: Sequence[InitiatorView]) -> list[str]:
    """Why no initiator takes a job; two jobs of one name run one after the other."""
    same = [one for one in initiators if one.jobname == job.jobname]
    found = [f"JOB {one.jobid} OF THE SAME NAME IS RUNNING" for one in same]
    for_class = [one for one in initiators if job.job_class in one.classes]
    taking = [one for one in for_class if one.status in _TAKING]
    if not for_class:
        return [*found, f"NO INITIATOR TAKES CLASS {printable(job.job_class)}"]
    if not taking:
        return [*found, f"THE INITIATORS OF CLASS {printable(job.job_class)} ARE DRAINED"]
    if all(one.jobid is not None for one in taking):
        found.append(f"THE INITIATORS OF CLASS {printable(job.job_class)} ARE BUSY")
    return found


def described(columns: Sequence[Column[Any]], row: object) -> str:
    """A row in one sentence: every column that has something to say."""
    cells = [(column.title, column.show(row)) for column in columns]
    return ", ".join(f"{title} {cell}" for title, cell in cells if cell.strip())
