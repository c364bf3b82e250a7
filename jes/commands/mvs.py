"""Commands of MVS: start, stop and modify a started task, display those that there are."""

from jes.commands import messages
from jes.commands.grammar import MvsCommand, echo
from jes.commands.selection import Desk
from jes.errors import BadName, CommandRejected
from jes.names import JobName


def start(desk: Desk, command: MvsCommand) -> list[str]:
    """S name."""
    return desk.machine.start_task(_name(command.rest, "S name")).split("\n")


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


def _name(text: str, syntax: str) -> JobName:
    try:
        return JobName(text)
    except BadName:
        raise CommandRejected(messages.MVS_OPERAND, text=echo(text), syntax=syntax) from None
