"""Commands about jobs (jes2.md 1.5-1.7, 3.3): $D, $T, $H, $A, $C, $P J; $D A, $D N, $H A, $A A."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain

from jes.commands import answers, messages
from jes.commands.filters import (
    ALL,
    LONG,
    Field,
    Sorted,
    Takes,
    Values,
    is_mask,
    no_operands,
    sort_operands,
    sort_plain,
    wrong,
)
from jes.commands.grammar import JesCommand, Operand, number_of
from jes.commands.selection import (
    Desk,
    JobOperands,
    demand_filter,
    jobs,
    listed,
    seconds_since,
    stamp,
)
from jes.commands.wording import COMPLETIONS, QUEUES, completion, status
from jes.job import Phase
from jes.sysout import JobKind
from jes.views import JobChange, JobFilter, JobView

PRIORITY_MAX = 15
BEFORE_OUTPUT = (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION)
_CLASS = re.compile(r"[A-Z0-9]{1,8}")
_HELD = {"OPER": "JOB", "YES": "JOB", "NO": "NONE"}
_OF_ALL: JobOperands = Sorted()

# every keyword of $HASP890; CANCEL= and PURGE= are shown when there is something to say
_SHOWN: Mapping[str, Callable[[JobView], str]] = {
    "STATUS": lambda view: f"({status(view)})",
    "CLASS": lambda view: view.job_class,
    "PRIORITY": lambda view: str(view.priority),
    "SYSAFF": lambda _: "(ANY)",
    "HOLD": lambda view: "(JOB)" if view.held else "(NONE)",
    "CANCEL": lambda view: "YES" if view.cancelled else "NO",
    "PURGE": lambda view: "YES" if view.purging else "NO",
    "CC": lambda view: f"({completion(view.retcode)})",
    "USERID": lambda view: view.owner,
    "CRTIME": lambda view: stamp(view.submitted),
}
_USUAL = ("STATUS", "CLASS", "PRIORITY", "SYSAFF", "HOLD")


# --- filters -------------------------------------------------------------------------------------


def age(view: JobView, now: datetime) -> float:
    """Seconds since a job came to its queue; since it ended, of one that did; 0 while it runs."""
    return 0.0 if view.active else seconds_since(view.ended or view.entered, now)


def of_classes(wanted: JobFilter, values: Values) -> JobFilter | None:
    """The store knows no masks of classes."""
    return None if any(map(is_mask, values)) else replace(wanted, classes=values)


def of_queues(wanted: JobFilter, values: Values) -> JobFilter | None:
    """By the names of queues (jes2.md 1.6)."""
    if not set(values) <= QUEUES.keys():
        return None
    return replace(wanted, phases=tuple(QUEUES[value] for value in values))


def of_completions(wanted: JobFilter, values: Values) -> JobFilter | None:
    """By how jobs ended; a word that no job ends with means nothing."""
    if not set(values) <= COMPLETIONS.keys():
        return None
    return replace(wanted, retcodes=tuple(COMPLETIONS[value] for value in values))


FIELDS: tuple[Field[JobView, JobFilter], ...] = (
    Field(names=("CLASS", "C"), texts=lambda view: (view.job_class,), ask=of_classes),
    Field(names=("PRIORITY", "P"), number=lambda view, _: view.priority),
    Field(
        names=("QUEUE", "Q"),
        texts=lambda view: [name for name, phase in QUEUES.items() if phase is view.phase],
        ask=of_queues,
    ),
    Field(
        names=("JOBMASK", "JM"), texts=lambda view: (view.jobname,),
        ask=lambda wanted, values: replace(wanted, names=values),
    ),
    Field(
        names=("USERID", "OWNER"), texts=lambda view: (view.owner,),
        ask=lambda wanted, values: replace(wanted, owners=values),
    ),
    Field(names=("CC",), ask=of_completions),
    Field(
        names=("HOLD",), texts=lambda view: ("JOB" if view.held else "NONE",), spell=_HELD,
        ask=lambda wanted, values: replace(wanted, held="JOB" in values)
        if values in (("JOB",), ("NONE",)) else None,
    ),
    Field(names=("AGE", "DAYS", "A"), number=lambda view, now: age(view, now) / 86400),
    Field(names=("HOURS", "H"), number=lambda view, now: age(view, now) / 3600),
)  # fmt: skip
_DISPLAY = Takes(fields=FIELDS, words={**LONG, **ALL}, shows=_SHOWN)
_ACT = Takes(fields=FIELDS, words=ALL)
_CANCEL = Takes(fields=FIELDS, words={**ALL, "P": "PURGE", "PURGE": "PURGE"})
_CHANGE = Takes(
    fields=FIELDS,
    words=ALL,
    changes={"C": "CLASS", "CLASS": "CLASS", "P": "PRIORITY", "PRIORITY": "PRIORITY",
             "S": "SYSAFF", "SYSAFF": "SYSAFF"},
)  # fmt: skip
_TYPES = {
    "J": JobKind.JOB, "JOB": JobKind.JOB, "S": JobKind.STC, "STC": JobKind.STC, "T": JobKind.TSU,
    "TSU": JobKind.TSU,
}  # fmt: skip


# --- displays ------------------------------------------------------------------------------------


def lines_of(view: JobView, keywords: Iterable[str] = ()) -> list[str]:
    """`$HASP890` of one job, with the usual keywords or those that are asked for."""
    wanted = list(keywords) or [
        *_USUAL, *(["CANCEL"] if view.cancelled else []), *(["PURGE"] if view.purging else []),
    ]  # fmt: skip
    pairs = [(keyword, _SHOWN[keyword](view)) for keyword in wanted]
    name = f"JOB({view.jobname})"
    return answers.shown(messages.HASP890, name, pairs, answers.JOB_COLUMN, view.jobid)


def display(desk: Desk, command: JesCommand) -> list[str]:
    """$D J."""
    found = sort_operands(command, _DISPLAY)
    keywords = list(_SHOWN) if "LONG" in found.words else found.shows
    return listed(desk, command, jobs(desk, command, found), lambda view: lines_of(view, keywords))


def display_active(desk: Desk, command: JesCommand) -> list[str]:
    """$D A: the jobs that are executing."""
    wanted = JobFilter(phases=(Phase.EXECUTION,), active=True, kinds=_types(command))
    found = jobs(desk, command, _OF_ALL, wanted)
    first = next(found, None)
    if first is None:
        return [messages.HASP612.line()]
    return listed(desk, command, chain([first], found), lines_of)


def display_queued(desk: Desk, command: JesCommand) -> list[str]:
    """$D N: every job that nobody works on, and how full the spool is."""
    wanted = JobFilter(active=False, kinds=_types(command))
    said = listed(desk, command, jobs(desk, command, _OF_ALL, wanted), lines_of)
    return [*said, messages.HASP646.line(percent=desk.store.space().percent)]


def _types(command: JesCommand) -> tuple[JobKind, ...]:
    found = sort_plain(command, words={**_TYPES, **ALL})
    return () if "ALL" in found.words else tuple(sorted(JobKind(word) for word in found.words))


# --- changes -------------------------------------------------------------------------------------


def hold(desk: Desk, command: JesCommand) -> list[str]:
    """$H J: a held job is not selected, and its output is not offered."""
    return _held(desk, command, held=True)


def release(desk: Desk, command: JesCommand) -> list[str]:
    """$A J."""
    return _held(desk, command, held=False)


def _held(desk: Desk, command: JesCommand, *, held: bool) -> list[str]:
    found = sort_operands(command, _ACT)
    demand_filter(command, found)
    views = jobs(desk, command, found)
    return _changed(desk, command, views, JobChange(held=held), ("STATUS", "HOLD"))


def hold_all(desk: Desk, command: JesCommand) -> list[str]:
    """$H A."""
    no_operands(command)
    views = jobs(desk, command, _OF_ALL, JobFilter(held=False))
    return _changed(desk, command, views, JobChange(held=True), ("STATUS", "HOLD"))


def release_all(desk: Desk, command: JesCommand) -> list[str]:
    """$A A."""
    no_operands(command)
    views = jobs(desk, command, _OF_ALL, JobFilter(held=True))
    return _changed(desk, command, views, JobChange(held=False), ("STATUS", "HOLD"))


def change(desk: Desk, command: JesCommand) -> list[str]:
    """$T J: class and priority. Only jobs that wait for their execution get another class."""
    found = sort_operands(command, _CHANGE)
    if not found.changes:
        return listed(desk, command, jobs(desk, command, found), lines_of)
    demand_filter(command, found)
    wanted = _change_of(found.changes)
    views = jobs(desk, command, found)
    if wanted.job_class is None:
        return _changed(desk, command, views, wanted)
    return listed(
        desk, command, _each(views, lambda view: _reclass(desk, view, wanted)),
        lambda view: _after_class(desk, view, wanted), to_end=True,
    )  # fmt: skip


def _change_of(changes: Mapping[str, Operand]) -> JobChange:
    wanted = JobChange()
    for name, operand in changes.items():
        number = number_of(operand.value)
        if name == "CLASS" and _CLASS.fullmatch(operand.value):
            wanted = replace(wanted, job_class=operand.value)
        elif name == "PRIORITY" and number is not None and number <= PRIORITY_MAX:
            wanted = replace(wanted, priority=number)
        elif name != "SYSAFF" or operand.value != "ANY":  # any member may run any job here
            raise wrong(operand)
    return wanted


def _reclass(desk: Desk, view: JobView, wanted: JobChange) -> None:
    desk.store.change_job(view.key, wanted if waits(view) else replace(wanted, job_class=None))


def _after_class(desk: Desk, view: JobView, wanted: JobChange) -> list[str]:
    lines = _now(desk, view)
    if waits(view) or view.job_class == wanted.job_class:
        return lines
    refused = messages.CLASS_NOT_CHANGED.line(jobname=view.jobname)
    return [*lines, answers.prefixed(refused, view.jobid)]


def waits(view: JobView) -> bool:
    """Whether a job has still to be run."""
    return view.phase in BEFORE_OUTPUT and view.active is None


def _changed(
    desk: Desk,
    command: JesCommand,
    views: Iterator[JobView],
    wanted: JobChange,
    keywords: Iterable[str] = (),
) -> list[str]:
    """Every job changed, and what the first of them look like now."""
    each = _each(views, lambda view: desk.store.change_job(view.key, wanted))
    return listed(desk, command, each, lambda view: _now(desk, view, keywords), to_end=True)


def _each(views: Iterator[JobView], act: Callable[[JobView], object]) -> Iterator[JobView]:
    for view in views:
        act(view)
        yield view


def _now(desk: Desk, view: JobView, keywords: Iterable[str] = ()) -> list[str]:
    """The job as it is now; one that has gone meanwhile as it was, about to be purged."""
    found = desk.store.jobs(JobFilter(jobids=(view.jobid,)))
    return lines_of(found[0] if found else replace(view, phase=Phase.PURGE, active=None), keywords)


# --- the end of jobs -----------------------------------------------------------------------------


def cancel(desk: Desk, command: JesCommand) -> list[str]:
    """$C J[,P]: jobs that have still to end; with P, any job, and its output goes too."""
    found = sort_operands(command, _CANCEL)
    demand_filter(command, found)
    purge_too = "PURGE" in found.words
    views = (
        view for view in jobs(desk, command, found) if purge_too or view.phase in BEFORE_OUTPUT
    )
    return _ended(desk, command, views, purge=purge_too)


def purge(desk: Desk, command: JesCommand) -> list[str]:
    """$P J: the job and everything of it, as soon as nobody has it in hand."""
    found = sort_operands(command, _ACT)
    demand_filter(command, found)
    return _ended(desk, command, jobs(desk, command, found), purge=True)


def _ended(desk: Desk, command: JesCommand, views: Iterator[JobView], *, purge: bool) -> list[str]:
    each = _each(views, lambda view: desk.store.cancel_job(view.key, purge=purge))
    return listed(
        desk,
        command,
        each,
        lambda view: _now(desk, replace(view, cancelled=True, purging=purge or view.purging)),
        to_end=True,
    )
