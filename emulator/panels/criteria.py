"""What a view asks of the spool (spool-ui.md 1.3, 1.5): PREFIX, OWNER, DEST, the parameter of the
panel's command, FILTER, SORT.

What the spool can look for goes into its filter; what is left is a test of rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from emulator.panels.asking import GROUPS_ASKED, JOBS_ASKED, NO_JOBS, Ask
from emulator.panels.masks import fits, stored
from emulator.panels.parameters import Asked, kinds_of, parameter_of
from emulator.panels.values import Column, Comparison, Criterion, Kind, Panel, Refused, View
from emulator.shown import printable
from jes.commands.jobs import BEFORE_OUTPUT
from jes.job import Phase
from jes.sysout import STDFORM, JobKind
from jes.views import GroupFilter, JobFilter, JobView

Row = TypeVar("Row")
Test = Callable[[Row], bool]
CRITERIA_MAX = 25
_COMPARED: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQ: lambda one, other: one == other,
    Comparison.NE: lambda one, other: one != other,
    Comparison.LT: lambda one, other: one < other,
    Comparison.LE: lambda one, other: one <= other,
    Comparison.GT: lambda one, other: one > other,
    Comparison.GE: lambda one, other: one >= other,
}


@dataclass(frozen=True, slots=True)
class SortKey(Generic[Row]):
    """A column to sort by: by its `stored` one where it has one, else by its `value`."""

    column: Column[Row]
    descending: bool


@dataclass(frozen=True, slots=True)
class Plan(Generic[Row]):
    """How to get the rows of a view: what to ask the spool for, a test of what it gives (None: all
    of it is wanted), and the order. `wanted` is None for rows that are no jobs and no groups."""

    wanted: JobFilter | GroupFilter | None
    fits: Test[Row] | None
    sort: tuple[SortKey[Row], ...]


def plan(panel: Panel[Row], view: View) -> Plan[Row]:
    """The plan for a view. Raises `Refused` for a column, a value or a parameter that is none."""
    asked = parameter_of(panel.name, view.parameter)
    wanted, tests = _limits(panel, view, asked)
    criteria = view.criteria if view.filtering else ()
    if len(criteria) > CRITERIA_MAX:
        raise Refused(f"A FILTER HAS {CRITERIA_MAX} CRITERIA AT MOST")
    each = [(panel.column(one.column), one) for one in criteria]
    if view.any_of and len(each) > 1:
        any_of = [criterion_test(column, one) for column, one in each]
        tests.append(lambda row: any(test(row) for test in any_of))
    else:
        for column, one in each:
            test = criterion_test(column, one)
            narrowed = _narrowed(wanted, column, one)
            if narrowed is None:
                tests.append(test)
            else:
                wanted = narrowed
    sort = tuple(SortKey(panel.column(title), down) for title, down in view.sort)
    return Plan(wanted, _all_of(tests), sort)


def _all_of(tests: Sequence[Test[Row]]) -> Test[Row] | None:
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda row: all(test(row) for test in tests)


# --- FILTER --------------------------------------------------------------------------------------


def criterion_test(column: Column[Row], criterion: Criterion) -> Test[Row]:
    """Whether a row has what a criterion asks for: numbers are compared as numbers, texts as they
    are shown. Raises `Refused`."""
    compared, value = criterion.comparison, criterion.value
    equal = compared in (Comparison.EQ, Comparison.NE)
    if column.right and column.value is not None:
        number = number_of(value)
        if number is not None:
            return _numeric(column.value, compared, number)
        if not equal:
            raise Refused(f"{column.title} IS A NUMBER: {printable(value)[:16]} IS NONE")
    if equal:
        wanted = compared is Comparison.EQ
        return lambda row: fits(value, column.show(row)) is wanted
    upper, holds = value.upper(), _COMPARED[compared]
    return lambda row: holds(column.show(row).upper(), upper)


def _numeric(of: Callable[[Row], int | str], compared: Comparison, number: int) -> Test[Row]:
    holds = _COMPARED[compared]
    return lambda row: holds(of(row), number)


def number_of(value: str) -> int | None:
    """A value as a number; None for any other text."""
    digits = value.strip().replace(",", "")
    plain = digits.removeprefix("-")
    return int(digits) if plain.isascii() and plain.isdecimal() and len(plain) < 19 else None


def _narrowed(
    wanted: JobFilter | GroupFilter | None, column: Column[Any], criterion: Criterion
) -> JobFilter | GroupFilter | None:
    """The filter with a criterion in it; None when it has no place for it, or none any more."""
    if isinstance(wanted, JobFilter):
        return _asked_of(wanted, JOBS_ASKED, column, criterion)
    if isinstance(wanted, GroupFilter):
        of_jobs = _asked_of(wanted.jobs, JOBS_ASKED, column, criterion)
        if of_jobs is not None and column.title in ("JOBNAME", "JobID", "Owner"):
            return replace(wanted, jobs=of_jobs)
        return _asked_of(wanted, GROUPS_ASKED, column, criterion)
    return None


Where = TypeVar("Where", JobFilter, GroupFilter)


def _asked_of(
    wanted: Where, known: dict[str, Ask], column: Column[Any], criterion: Criterion
) -> Where | None:
    ask = known.get(column.title)
    changes = None if ask is None else ask(criterion.comparison, criterion.value.upper())
    if changes is None or any(getattr(wanted, name) not in (None, ()) for name in changes):
        return None
    return replace(wanted, **changes)


# --- PREFIX, OWNER, DEST, parameters -------------------------------------------------------------


def _limits(
    panel: Panel[Row], view: View, asked: Asked
) -> tuple[JobFilter | GroupFilter | None, list[Test[Any]]]:
    """What every row of a panel is, and what the view limits it to."""
    tests: list[Test[Any]] = []
    if panel.kind not in (Kind.JOBS, Kind.GROUPS):
        if asked.classes:
            tests.append(lambda row: panel.columns[0].show(row) in asked.classes)
        return None, tests
    jobs = JobFilter(owners=_masks([view.owner]))
    masks = [view.prefix, *([asked.mask] if panel.name != "O" else [])]
    names = [mask for mask in masks if mask.strip("*")]
    jobs = replace(jobs, names=_masks(names[:1]))
    tests += [_named(mask) for mask in names[1:]]
    if panel.kind is Kind.GROUPS:
        return _groups(panel.name, view, asked, jobs), tests
    return _jobs(panel.name, asked, jobs, tests), tests


def _named(mask: str) -> Test[Any]:
    return lambda row: fits(mask, row.jobname)


def _masks(masks: Sequence[str]) -> tuple[str, ...]:
    """Masks for the spool; one that everything fits is none. Raises `Refused`."""
    found = []
    for mask in masks:
        as_stored = stored(mask)
        if as_stored is None:
            raise Refused(f"{printable(mask)[:24]} IS NOT A MASK: % IS ONE CHARACTER, * ANY STRING")
        found.append(as_stored)
    return tuple(found) if all(mask.strip("*") for mask in found) else ()


def _groups(name: str, view: View, asked: Asked, jobs: JobFilter) -> GroupFilter:
    forms = _masks([asked.mask]) if name == "O" else ()
    if forms and fits(asked.mask, STDFORM):
        forms = (*forms, "")  # output without forms is on the standard ones
    return GroupFilter(
        jobs=jobs, held=name == "H", classes=tuple(asked.classes), dests=_masks(view.dest),
        forms=forms,
    )  # fmt: skip


def _jobs(name: str, asked: Asked, jobs: JobFilter, tests: list[Test[Any]]) -> JobFilter:
    if name == "DA":
        kinds = tuple(JobKind(kind) for kind in kinds_of(asked.words))
        if not kinds:
            return replace(jobs, numbers=NO_JOBS)
        kinds = kinds if len(kinds) < len(JobKind) else ()
        return replace(jobs, phases=(Phase.EXECUTION,), active=True, kinds=kinds)
    if name == "I":
        held = {"H": True, "NH": False}.get("".join(asked.words))
        classes = tuple(asked.classes)
        return replace(jobs, phases=BEFORE_OUTPUT, held=held, classes=classes)
    return _status(asked.classes, jobs, tests)


# what characters other than classes mean to ST; the queues of the others are always empty here
_PHASES = {
    "-": (Phase.INPUT,), "*": (Phase.CONVERSION,), "+": (Phase.OUTPUT, Phase.HARDCOPY),
    "!": (Phase.HARDCOPY,), "?": (Phase.PURGE,), "=": (), "@": (), ")": (), "/": (),
}  # fmt: skip
_RUNNING = {"#": JobKind.STC, "$": JobKind.TSU}


def _status(classes: str, jobs: JobFilter, tests: list[Test[Any]]) -> JobFilter:
    """ST's classes: the spool finds classes, or queues, or one kind that runs; a mixture is
    tested."""
    plain = [one for one in classes if one not in _PHASES and one not in _RUNNING]
    phases = tuple(dict.fromkeys(phase for one in classes for phase in _PHASES.get(one, ())))
    kinds = [_RUNNING[one] for one in classes if one in _RUNNING]
    if not classes:
        return jobs
    if plain and not phases and not kinds:
        return replace(jobs, classes=tuple(plain))
    if phases and not plain and not kinds:
        return replace(jobs, phases=phases)
    if kinds and not plain and not phases:
        return replace(jobs, kinds=tuple(kinds), phases=(Phase.EXECUTION,), active=True)
    if not (plain or phases or kinds):
        return replace(jobs, numbers=NO_JOBS)

    def wanted(job: JobView) -> bool:
        runs = job.phase is Phase.EXECUTION and job.active is not None and job.kind in kinds
        return job.job_class in plain or job.phase in phases or runs

    tests.append(wanted)
    return jobs
