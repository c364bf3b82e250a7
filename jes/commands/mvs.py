"""Commands of MVS: start, stop and modify a started task, display those that there are."""

import re

from jes.commands import messages
from jes.commands.grammar import Command, MvsCommand, echo
from jes.commands.selection import Desk
from jes.errors import BadName, CommandRejected
from jes.names import JobName, SysoutClass
from jes.sysout import CLASSES_MAX

_OPTIONS = re.compile(r"([^,]*),\s*OPT=('[^']*'|[^',]*)")
_CLASSES_AT = 3  # operands of START behind the name: device, volume, classes


def start(desk: Desk, command: MvsCommand) -> list[str]:
    """S name, S name,,,classes for a writer (jes2.md 2.6), or S name,OPT='options'."""
    syntax = "S name[,,,classes|,OPT='options']"
    if (matched := _OPTIONS.fullmatch(command.rest)) is not None:
        jobname, options = _name(matched[1].strip(), syntax), matched[2].strip("'")
        return desk.machine.start_task(jobname, (), options).split("\n")
    name, *rest = command.rest.split(",")
    if rest and (len(rest) != _CLASSES_AT or any(rest[:-1])):
        raise CommandRejected(messages.MVS_OPERAND, text=echo(f"S {command.rest}"), syntax=syntax)
    classes = _classes(rest[-1], syntax) if rest else ()
    return desk.machine.start_task(_name(name.strip(), syntax), classes, "").split("\n")


def stop(desk: Desk, command: MvsCommand) -> list[str]:
    """P name."""
    return desk.machine.stop_task(_name(command.rest, "P name")).split("\n")


def modify(desk: Desk, command: MvsCommand) -> list[str]:
    """F name,text."""
    name, _, text = command.rest.partition(",")
    if not text.strip():
        raise CommandRejected(
            messages.MVS_OPERAND, text=echo(f"F {command.rest}"), syntax="F name,text"
        )
    return list(desk.machine.modify(_name(name.strip(), "F name,text"), text.strip()))


def passed_on(command: Command) -> tuple[JobName, str] | None:
    """The started task that a MODIFY is for, and what stands behind its name as it was typed; None
    for any other command, and for one that says neither."""
    if not isinstance(command, MvsCommand) or command.verb not in ("F", "MODIFY"):
        return None
    name, _, text = command.rest.partition(",")
    try:
        return (JobName(name), text) if text.strip() else None
    except BadName:
        return None


def display(desk: Desk, command: MvsCommand) -> list[str]:
    """D A,L."""
    if command.rest.replace(" ", "") not in ("A", "A,L", "A,LIST", "A,ALL"):
        raise CommandRejected(messages.MVS_OPERAND, text=echo(f"D {command.rest}"), syntax="D A,L")
    tasks = desk.machine.tasks()
    lines = [
        messages.TASK.line(name=one.name, jobid=one.jobid or "", status=one.status, since=one.since)
        for one in tasks
    ]
    return [messages.TASKS.line(count=len(tasks)), *lines]


def _classes(text: str, syntax: str) -> tuple[SysoutClass, ...]:
    """A writer's classes in order of priority, eight at most."""
    try:
        classes = tuple(SysoutClass(one) for one in text.strip())
    except BadName:
        classes = ()
    if not 1 <= len(classes) <= CLASSES_MAX:
        raise CommandRejected(messages.MVS_OPERAND, text=echo(text), syntax=syntax)
    return classes


def _name(text: str, syntax: str) -> JobName:
    try:
        return JobName(text)
    except BadName:
        raise CommandRejected(messages.MVS_OPERAND, text=echo(text), syntax=syntax) from None
