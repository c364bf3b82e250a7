"""Which jobs and output groups a command means: its object, subscripts and filters, on the spool.

Everything is read in pages, and each job or group is changed in a transaction of its own, so that
no command holds up the spool for long.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from jes.commands import answers, messages
from jes.commands.answers import EXCESSIVE, NOT_FOUND
from jes.commands.filters import Sorted, fits
from jes.commands.grammar import JesCommand, Range, Subscript, echo
from jes.commands.machine import Machine
from jes.errors import CommandRejected
from jes.names import JobId
from jes.store.sql import SpoolStore
from jes.sysout import JobKind
from jes.views import GroupFilter, GroupView, JobFilter, JobView

View = TypeVar("View", JobView, GroupView)
Where = TypeVar("Where")
JobOperands = Sorted[JobView, JobFilter]
GroupOperands = Sorted[GroupView, GroupFilter]

_PAGE = 500
_KINDS = {
    "JQ": (), "JOBQ": (), "J": (JobKind.JOB,), "JOB": (JobKind.JOB,), "S": (JobKind.STC,),
    "STC": (JobKind.STC,), "T": (JobKind.TSU,), "TSU": (JobKind.TSU,),
}  # fmt: skip
JOBS = tuple(_KINDS)
OUTPUTS = tuple(f"O{name}" for name in _KINDS)


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands work with. `dispmax` is how many objects one answer shows (CONDEF DISPMAX)."""

    store: SpoolStore
    machine: Machine
    dispmax: int


def demand_filter(command: JesCommand, found: Sorted[View, Where]) -> None:
    """Commands that change a whole group of objects want to be told which, or ALL (jes2.md 3.1).

    Raises `CommandRejected`.
    """
    if command.subscripts is None and not found.filtered and "ALL" not in found.words:
        raise CommandRejected(messages.NEEDS_FILTER, text=named(command))


def job_filter(command: JesCommand) -> JobFilter:
    """What the store can look for of an object and its subscripts."""
    subscripts = command.subscripts or ()
    numbers = tuple((s.low, s.high) for s in subscripts if isinstance(s, Range))
    names = tuple(s for s in subscripts if isinstance(s, str))
    mixed = bool(numbers and names)
    return JobFilter(
        kinds=_KINDS[_jobs_of(command)],
        numbers=() if mixed else numbers,
        names=() if mixed else names,
    )


def jobs(
    desk: Desk, command: JesCommand, found: JobOperands, wanted: JobFilter | None = None
) -> Iterator[JobView]:
    """The jobs that a command means, in the order they came; of `wanted` where that is given."""
    now = desk.machine.now()
    where = found.narrowed(job_filter(command) if wanted is None else wanted)
    for view in _pages(lambda after: desk.store.jobs(where, after, _PAGE)):
        if _named(command.subscripts, view.number, view.jobname) and found.fits(view, now):
            yield view


def groups(
    desk: Desk, command: JesCommand, found: GroupOperands, wanted: GroupFilter | None = None
) -> Iterator[GroupView]:
    """The output groups that a command means, in the order they were made."""
    now = desk.machine.now()
    where = found.narrowed(GroupFilter(jobs=job_filter(command)) if wanted is None else wanted)
    for view in _pages(lambda after: desk.store.groups(where, after, _PAGE)):
        number = number_in(view.jobid)
        if _named(command.subscripts, number, view.jobname) and found.fits(view, now):
            yield view


def listed(
    desk: Desk,
    command: JesCommand,
    views: Iterable[View],
    lines: Callable[[View], list[str]],
    *,
    to_end: bool = False,
) -> list[str]:
    """The answer about some views, `$HASP003` when there is none or there are too many.

    `to_end`: what goes through the views changes them, so it must not stop when the answer does.
    """
    said: list[str] = []
    count = 0
    for view in views:
        count += 1
        if count <= desk.dispmax:
            said += lines(view)
        elif not to_end:
            break
    if not count:
        return not_found(command)
    return said if count <= desk.dispmax else [*said, *_result(command, EXCESSIVE)]


def not_found(command: JesCommand) -> list[str]:
    """Nothing fits."""
    return _result(command, NOT_FOUND)


def named(command: JesCommand) -> str:
    """A command as answers name it, without its operands."""
    return echo(" ".join(_verb_and_object(command)))


def _result(command: JesCommand, reason: tuple[int, tuple[str, ...]]) -> list[str]:
    return answers.result(messages.HASP003, *_verb_and_object(command), reason)


def _verb_and_object(command: JesCommand) -> tuple[str, str]:
    """`PO` and `TSU1-9999`: of output, the `O` stands with the verb."""
    if command.object in OUTPUTS:
        return f"{command.verb}O", command.text[1:]
    return command.verb, command.text


def number_in(jobid: JobId) -> int:
    """The number of a job id of either shape."""
    return int("".join(c for c in jobid if c.isdecimal()))


def seconds_since(stamp: str | None, now: datetime) -> float:
    """How long ago an ISO time was; 0 for none, and for one in the future."""
    try:
        then = datetime.fromisoformat(stamp or "")
    except ValueError:
        return 0.0
    if then.tzinfo is None or now.tzinfo is None:
        then, now = then.replace(tzinfo=None), now.replace(tzinfo=None)
    return max(0.0, (now - then).total_seconds())


def stamp(text: str) -> str:
    """An ISO time as `(yyyy.ddd,hh:mm:ss)`."""
    try:
        return f"{datetime.fromisoformat(text):(%Y.%j,%H:%M:%S)}"
    except ValueError:
        return "()"


def _jobs_of(command: JesCommand) -> str:
    return command.object[1:] if command.object in OUTPUTS else command.object


def _named(subscripts: tuple[Subscript, ...] | None, number: int, name: str) -> bool:
    if subscripts is None:
        return True
    return any(number in s if isinstance(s, Range) else fits(s, name) for s in subscripts)


def _pages(page: Callable[[int], list[View]]) -> Iterator[View]:
    after = 0
    while found := page(after):
        yield from found
        after = found[-1].key
