"""Carries out MODIFY commands: a text in, the lines of an answer out (cssmtp-operations.md 2.2).

What a command needs of a running CSSMTP is a `Subject`. A command that is wrong, and one that
cannot be carried out, change nothing and name the operand.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from cssmtp import messages
from cssmtp.config.statements import UserExit
from cssmtp.operation import Mode, Operation
from cssmtp.operator import displays, render
from cssmtp.operator.displays import Facts
from cssmtp.operator.grammar import Command, Fault, parse
from cssmtp.operator.table import Do


@runtime_checkable
class Retry(Protocol):
    """A CSSMTP that tries mails again."""

    def flush_long_retry(self, tkid: int) -> int | None:
        """End the long retry of a spool task's mails; how many, None when it has no file."""

    def flush_extended_retry(self, age_days: int) -> int:
        """End the extended retry of mails older than this; how many."""


@runtime_checkable
class Exits(Protocol):
    """A CSSMTP with a user exit."""

    def set_exit_level(self, level: UserExit) -> None:
        """Which version is called from now on."""


class Subject(Protocol):
    """A running CSSMTP, on its event loop."""

    @property
    def operation(self) -> Operation:
        """Its switches."""

    @property
    def retry(self) -> Retry:
        """Its retries."""

    @property
    def exits(self) -> Exits | None:
        """None while there is none."""

    def facts(self) -> Facts:
        """What it does at this moment."""

    def woken(self) -> None:
        """There may be spool files that it can take."""

    async def refresh(self) -> list[str]:
        """Read the configuration again; the lines of the answer."""

    async def refresh_addresses(self) -> list[str]:
        """Look up the target servers again; the lines of the answer."""

    def refresh_targets(self) -> int:
        """Look at every target server now; how many there are."""


async def answer(text: str, subject: Subject) -> list[str]:
    """The answer to what stands behind `F procname,`: lines of at most 71 characters."""
    command = parse(text)
    if isinstance(command, Fault):
        return _refused(subject, command)
    found = await _CARRIED_OUT[command.does](command, subject)
    return _refused(subject, found) if isinstance(found, Fault) else folded(found)


def folded(lines: Sequence[str]) -> list[str]:
    """Lines as a console shows them."""
    return [line for one in lines for line in render.folded(one)]


def _refused(subject: Subject, fault: Fault) -> list[str]:
    job = subject.facts().job
    line = messages.MODIFY_ERROR.line(job=job, operand=fault.operand, reason=fault.reason)
    return folded([line])


Answer = list[str] | Fault


async def _config(command: Command, subject: Subject) -> Answer:
    return render.config(subject.facts())


async def _iplist(command: Command, subject: Subject) -> Answer:
    return render.addresses(subject.facts())


async def _log_level(command: Command, subject: Subject) -> Answer:
    return render.log_level(subject.facts())


async def _summary(command: Command, subject: Subject) -> Answer:
    return render.summary(subject.facts())


async def _details(command: Command, subject: Subject) -> Answer:
    facts = subject.facts()
    return render.details(facts, displays.tasks(facts, busy=True))


async def _task(command: Command, subject: Subject) -> Answer:
    facts = subject.facts()
    found = [one for one in facts.snapshot.tasks if one.tkid == command.number]
    return render.details(facts, found) if found else _no_task(command)


def _no_task(command: Command) -> Fault:
    return Fault(f"TKID={command.number}", "THERE IS NO SUCH SPOOL TASK")


async def _targets(command: Command, subject: Subject) -> Answer:
    facts = subject.facts()
    if command.text and not displays.targets(facts, command.text):
        return Fault(f"ADDR={command.text}", "NOT THE ADDRESS OF A TARGET SERVER")
    return render.targets(facts, command.text)


async def _flush(command: Command, subject: Subject) -> Answer:
    retry, job = subject.retry, subject.facts().job
    if command.does is Do.FLUSH_AGE:
        return [messages.FLUSHED.line(job=job, count=retry.flush_extended_retry(command.number))]
    count = retry.flush_long_retry(command.number)
    return _no_task(command) if count is None else [messages.FLUSHED.line(job=job, count=count)]


async def _set_log_level(command: Command, subject: Subject) -> Answer:
    operation = subject.operation
    before, operation.log_level = operation.log_level, command.number
    operation.on_change()
    values = {"job": subject.facts().job, "level": command.number, "before": before}
    return [messages.LOG_LEVEL_SET.line(**values)]


async def _refresh(command: Command, subject: Subject) -> Answer:
    return await subject.refresh()


async def _refresh_addresses(command: Command, subject: Subject) -> Answer:
    return await subject.refresh_addresses()


async def _refresh_targets(command: Command, subject: Subject) -> Answer:
    count = subject.refresh_targets()
    return [messages.TARGETS_REFRESHED.line(job=subject.facts().job, count=count)]


async def _suspend(command: Command, subject: Subject) -> Answer:
    mode = Mode.DELAY if command.does is Do.SUSPEND_DELAY else Mode.IMMEDIATE
    operation, job = subject.operation, subject.facts().job
    if operation.suspend(mode):
        return [messages.SUSPENDED.line(job=job, mode=mode)]
    return [messages.ALREADY_SUSPENDED.line(job=job, mode=operation.mode)]


async def _resume(command: Command, subject: Subject) -> Answer:
    job = subject.facts().job
    if not subject.operation.resume():
        return [messages.NOT_SUSPENDED.line(job=job)]
    subject.woken()
    return [messages.RESUMED.line(job=job)]


async def _user_exit(command: Command, subject: Subject) -> Answer:
    exits, job = subject.exits, subject.facts().job
    if exits is None:
        return [messages.NO_EXIT.line(job=job)]
    level = next(one for one in UserExit if one.upper() == command.text)
    exits.set_exit_level(level)
    subject.operation.exit_level = level
    subject.operation.on_change()
    return [messages.EXIT_SET.line(job=job, level=command.text)]


_CARRIED_OUT: Mapping[Do, Callable[[Command, Subject], Awaitable[Answer]]] = {
    Do.DISPLAY_CONFIG: _config,
    Do.DISPLAY_IPLIST: _iplist,
    Do.DISPLAY_LOGLEVEL: _log_level,
    Do.DISPLAY_SUMMARY: _summary,
    Do.DISPLAY_DETAIL: _details,
    Do.DISPLAY_TASK: _task,
    Do.DISPLAY_TARGETS: _targets,
    Do.FLUSH_AGE: _flush,
    Do.FLUSH_TASK: _flush,
    Do.LOGLEVEL: _set_log_level,
    Do.REFRESH: _refresh,
    Do.REFRESH_IPLIST: _refresh_addresses,
    Do.REFRESH_TARGETS: _refresh_targets,
    Do.RESUME: _resume,
    Do.SUSPEND: _suspend,
    Do.SUSPEND_DELAY: _suspend,
    Do.USEREXIT: _user_exit,
}
