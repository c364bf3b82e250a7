"""Commands about output groups (jes2.md 1.3, 1.5, 3.3): $D O, $L, $T O, $O, $P O, $C O, $P Q."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from jes.commands import answers, messages
from jes.commands.filters import (
    ALL,
    LONG,
    Field,
    Sorted,
    Takes,
    Values,
    fits,
    is_mask,
    sort_operands,
    wrong,
)
from jes.commands.grammar import JesCommand, Operand, number_of
from jes.commands.jobs import of_completions
from jes.commands.outchange import CHANGES, DISPOSITIONS, change_of
from jes.commands.selection import (
    Desk,
    GroupOperands,
    demand_filter,
    groups,
    listed,
    named,
    seconds_since,
    stamp,
)
from jes.errors import BadName, CommandRejected
from jes.names import SysoutClass
from jes.sysout import AFTER_RELEASE, SELECTABLE, Disposition
from jes.views import GroupChange, GroupFilter, GroupView, JobFilter

STDFORM = "STD"  # what output without FORMS= is on (jes2.md 1.2)
NOTHING = "****"
_OF_ALL: GroupOperands = Sorted()


def holds(view: GroupView) -> list[str]:
    """What HOLD= says."""
    found = ["OPER"] if view.operator_hold else []
    return found + (["SYS"] if view.system_hold is not None else []) or ["NONE"]


# every keyword of $HASP686; the last ones only when they are asked for, or have something to say
_SHOWN: Mapping[str, Callable[[GroupView], str]] = {
    "OUTGRP": lambda view: view.outgrp,
    "BURST": lambda view: "YES" if view.burst else "NO",
    "FCB": lambda view: view.fcb or NOTHING,
    "FLASH": lambda view: view.flash or NOTHING,
    "FORMS": lambda view: view.forms or STDFORM,
    "HOLD": lambda view: f"({','.join(holds(view))})",
    "OUTDISP": lambda view: view.disposition,
    "PRIORITY": lambda view: str(view.priority),
    "PRMODE": lambda view: view.prmode or "LINE",
    "QUEUE": lambda view: view.sysout_class,
    "RECORDS": lambda view: f"({view.records} OF {view.records})",
    "ROUTECDE": lambda view: view.dest,
    "SECLABEL": lambda _: "",
    "TSOAVAIL": lambda _: "NO",
    "UCS": lambda view: view.ucs or NOTHING,
    "USERSET": lambda _: "NO",
    "WRITER": lambda view: view.writer or "",
    "HOLDRC": lambda view: view.system_hold or "",
    "CRTIME": lambda view: stamp(view.created),
}
_USUAL = tuple(_SHOWN)[:17]
_LISTED = ("OUTGRP", "FORMS", "HOLD", "OUTDISP", "QUEUE", "RECORDS", "ROUTECDE", "WRITER")


# --- filters -------------------------------------------------------------------------------------


def _classes(wanted: GroupFilter, values: Values) -> GroupFilter | None:
    return None if any(map(is_mask, values)) else replace(wanted, classes=values)


def _dispositions(wanted: GroupFilter, values: Values) -> GroupFilter | None:
    if not set(values) <= set(Disposition):
        return None
    return replace(wanted, dispositions=tuple(Disposition(value) for value in values))


def _forms(wanted: GroupFilter, values: Values) -> GroupFilter:
    """Output without forms is on the standard ones."""
    standard = any(fits(value, STDFORM) for value in values)
    return replace(wanted, forms=(*values, "") if standard else values)


def _of_jobs(wanted: GroupFilter, values: Values) -> GroupFilter | None:
    of_jobs = of_completions(wanted.jobs, values)
    return None if of_jobs is None else replace(wanted, jobs=of_jobs)


def _seconds(view: GroupView, now: datetime) -> float:
    return seconds_since(view.created, now)


FIELDS: tuple[Field[GroupView, GroupFilter], ...] = (
    Field(
        names=("OUTGRP",), texts=lambda view: (view.outgrp,),
        ask=lambda wanted, values: replace(wanted, outgrps=values),
    ),
    Field(names=("QUEUE", "Q"), texts=lambda view: (view.sysout_class,), ask=_classes),
    Field(
        names=("WRITER", "W"), texts=lambda view: (view.writer or "",),
        ask=lambda wanted, values: replace(wanted, writers=values),
    ),
    Field(
        names=("ROUTECDE", "R", "DEST", "D"), texts=lambda view: (view.dest,),
        ask=lambda wanted, values: replace(wanted, dests=values),
    ),
    Field(names=("FORMS", "F"), texts=lambda view: (view.forms or STDFORM,), ask=_forms),
    Field(
        names=("OUTDISP",), texts=lambda view: (view.disposition,), ask=_dispositions,
        spell=DISPOSITIONS,
    ),
    Field(names=("HOLD",), texts=holds),
    Field(names=("HOLDRC",), texts=lambda view: (view.system_hold or "",)),
    Field(names=("PRIORITY", "P"), number=lambda view, _: view.priority),
    Field(names=("RECORDS", "REC"), number=lambda view, _: view.records),
    Field(names=("PRMODE",), texts=lambda view: (view.prmode or "LINE",)),
    Field(names=("BURST",), texts=lambda view: ("YES" if view.burst else "NO",),
          spell={"Y": "YES", "N": "NO"}),
    Field(names=("FCB",), texts=lambda view: (view.fcb or NOTHING,)),
    Field(names=("FLASH",), texts=lambda view: (view.flash or NOTHING,)),
    Field(names=("UCS",), texts=lambda view: (view.ucs or NOTHING,)),
    Field(
        names=("JOBMASK", "JM"), texts=lambda view: (view.jobname,),
        ask=lambda wanted, values: replace(wanted, jobs=replace(wanted.jobs, names=values)),
    ),
    Field(
        names=("USERID", "OWNER"), texts=lambda view: (view.owner,),
        ask=lambda wanted, values: replace(wanted, jobs=replace(wanted.jobs, owners=values)),
    ),
    Field(names=("CC",), ask=_of_jobs),
    Field(names=("AGE", "DAYS", "A"), number=lambda view, now: _seconds(view, now) / 86400),
    Field(names=("HOURS", "H"), number=lambda view, now: _seconds(view, now) / 3600),
)  # fmt: skip
_DISPLAY = Takes(fields=FIELDS, words={**LONG, **ALL}, shows=_SHOWN)
_LIST = Takes(fields=FIELDS, words={**ALL, "HOLD": "HOLD", "H": "HOLD", "READY": "READY"})
_CHANGE = Takes(fields=FIELDS, words=ALL, changes=CHANGES)
_RELEASE = Takes(fields=FIELDS, words={**ALL, "CANCEL": "CANCEL"})
_CANCEL = Takes(fields=FIELDS, words=ALL)


# --- displays ------------------------------------------------------------------------------------


def lines_of(view: GroupView, keywords: Iterable[str] = ()) -> list[str]:
    """`$HASP686` of one output group, with the usual keywords or those that are asked for."""
    wanted = list(keywords) or [*_USUAL, *(["HOLDRC"] if view.system_hold else [])]
    if "OUTGRP" not in wanted:
        wanted.insert(0, "OUTGRP")
    pairs = [(keyword, _SHOWN[keyword](view)) for keyword in wanted]
    return answers.shown(messages.HASP686, _name(view), pairs, answers.OUTPUT_COLUMN, view.jobid)


def _done(view: GroupView, what: str) -> list[str]:
    """What became of a group, in one line."""
    name = f"{_name(view):<{answers.OUTPUT_COLUMN}}"
    line = f"{messages.HASP686.id} {name}OUTGRP={view.outgrp} {what}"
    return [answers.prefixed(line, view.jobid)]


def _name(view: GroupView) -> str:
    return f"OUTPUT({view.jobname})"


def display(desk: Desk, command: JesCommand) -> list[str]:
    """$D O."""
    found = sort_operands(command, _DISPLAY)
    keywords = list(_SHOWN) if "LONG" in found.words else found.shows
    views = groups(desk, command, found)
    return listed(desk, command, views, lambda view: lines_of(view, keywords))


def list_output(desk: Desk, command: JesCommand) -> list[str]:
    """$L J: all groups of jobs, or those that are held, or ready."""
    found = sort_operands(command, _LIST)
    views = groups(desk, command, found)
    if "HOLD" in found.words:
        views = (view for view in views if not unheld(view))
    elif "READY" in found.words:
        views = (view for view in views if unheld(view))
    return listed(desk, command, views, lambda view: lines_of(view, _LISTED))


# --- changes -------------------------------------------------------------------------------------


def unheld(view: GroupView) -> bool:
    """Neither held nor on the hold queue; output for another node is held there, not here
    (jes2.md 1.3)."""
    free = not view.operator_hold and view.system_hold is None
    return free and (not view.local or view.disposition in SELECTABLE)


def change(desk: Desk, command: JesCommand) -> list[str]:
    """$T O: new values for groups that nobody has in hand."""
    found = sort_operands(command, _CHANGE)
    views = groups(desk, command, found)
    if not found.changes:
        return listed(desk, command, views, lines_of)
    demand_filter(command, found)
    if "ALL" in found.words and found.filtered:
        raise CommandRejected(messages.ALL_AND_FILTER, text=named(command))
    wanted = change_of(found.changes)
    return _changed(desk, command, views, lambda _: wanted, lambda view: _now(desk, view))


def release(desk: Desk, command: JesCommand) -> list[str]:
    """$O: HOLD becomes WRITE, LEAVE becomes KEEP; with CANCEL the output is purged instead."""
    found = sort_operands(command, _RELEASE)
    demand_filter(command, found)
    views = (
        view for view in groups(desk, command, found)
        if view.local and view.disposition in AFTER_RELEASE
    )  # fmt: skip
    if "CANCEL" in found.words:
        return _cancelled(desk, command, views)
    return _changed(
        desk, command, views,
        lambda view: GroupChange(disposition=AFTER_RELEASE[view.disposition]),
        lambda view: _done(view, "RELEASED"),
    )  # fmt: skip


def _changed(
    desk: Desk,
    command: JesCommand,
    views: Iterator[GroupView],
    change: Callable[[GroupView], GroupChange],
    lines: Callable[[GroupView], list[str]],
) -> list[str]:
    """Every group changed, and what is said of the first."""
    refused: set[int] = set()

    def changed() -> Iterator[GroupView]:
        for view in views:
            if not desk.store.change_group(view.key, change(view), desk.machine.route):
                refused.add(view.key)
            yield view

    return listed(
        desk, command, changed(),
        lambda view: _refused(view) if view.key in refused else lines(view), to_end=True,
    )  # fmt: skip


def _refused(view: GroupView) -> list[str]:
    line = messages.NOT_CHANGED.line(
        jobname=view.jobname, outgrp=view.outgrp, member=view.busy or "ANOTHER"
    )
    return [answers.prefixed(line, view.jobid)]


def _now(desk: Desk, view: GroupView) -> list[str]:
    """The group as it is now; OUTDISP=PURGE leaves none."""
    of_job = JobFilter(jobids=(view.jobid,))
    found = desk.store.groups(GroupFilter(jobs=of_job, outgrps=(view.outgrp,)))
    return lines_of(found[0]) if found else _done(view, "CANCELLED")


_HELD_TOO = {"QUEUE", "Q", "OUTGRP", "OUTDISP", "HOLD"}


def cancel(desk: Desk, command: JesCommand) -> list[str]:
    """$P O, $C O: groups go, those that are in use as soon as they are let go. Held ones do not,
    but for ALL and for filters that can mean them."""
    found = sort_operands(command, _CANCEL)
    demand_filter(command, found)
    chosen = _HELD_TOO & {operand.name for operand in command.operands}
    views = groups(desk, command, found)
    if not chosen and "ALL" not in found.words:
        views = (view for view in views if unheld(view))
    return _cancelled(desk, command, views)


def _cancelled(desk: Desk, command: JesCommand, views: Iterator[GroupView]) -> list[str]:
    def cancelled() -> Iterator[GroupView]:
        for view in views:
            desk.store.cancel_group(view.key)
            yield view

    return listed(desk, command, cancelled(), lambda view: _done(view, "CANCELLED"), to_end=True)


# --- $P Q ----------------------------------------------------------------------------------------

_PURGE_QUEUE: Takes[GroupView, GroupFilter] = Takes(
    words=ALL, changes={"Q": "Q", "A": "A", "D": "D"}
)
_DAY = 86400


def purge_queue(desk: Desk, command: JesCommand) -> list[str]:
    """$P Q: output by class and age in days; D=H what is held, D=A all, else what is not held."""
    found = sort_operands(command, _PURGE_QUEUE)
    classes, days, held = (found.changes.get(name) for name in "QAD")
    if classes is None and "ALL" not in found.words:
        raise CommandRejected(messages.NEEDS_FILTER, text=named(command))
    if held is not None and held.value not in ("H", "A"):
        raise wrong(held)
    least = 0 if days is None else number_of(days.value)
    if days is not None and least is None:
        raise wrong(days)
    now = desk.machine.now()
    views = groups(desk, command, _OF_ALL, GroupFilter(classes=_class_list(classes)))
    old = (view for view in views if _seconds(view, now) >= (least or 0) * _DAY)
    if held is None or held.value == "H":
        old = (view for view in old if unheld(view) is (held is None))
    return _cancelled(desk, command, old)


def _class_list(operand: Operand | None) -> tuple[str, ...]:
    """No class for all of them. Raises `CommandRejected`."""
    if operand is None or operand.value == "ALL":
        return ()
    try:
        return tuple(SysoutClass(value) for value in operand.values)
    except BadName:
        raise wrong(operand) from None
