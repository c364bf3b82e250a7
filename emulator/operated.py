"""A running CSSMTP as its operator sees it (`cssmtp.operator.desk.Subject`): what MODIFY needs of
the world is the configuration file, and names to be looked up."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cssmtp import messages
from cssmtp.config import findings
from cssmtp.config.findings import Severity
from cssmtp.config.parser import Parsed
from cssmtp.config.statements import Config
from cssmtp.monitor import Monitor
from cssmtp.operation import Operation
from cssmtp.operator.desk import Exits
from cssmtp.operator.displays import Facts
from cssmtp.operator.refresh import refreshed
from cssmtp.targetlist import RESOLVE_FAILED, TargetList
from cssmtp.task import Cssmtp
from cssmtp.watch import ResourceWatch
from emulator import memory
from emulator.exits import Problem

Read = Callable[[], Parsed]  # raises `UsageFault`
Again = Callable[[TargetList], Coroutine[None, None, None]]
Locate = Callable[[Config], Awaitable[TargetList]]


@dataclass(slots=True, kw_only=True)
class Operated:
    """`read` reads the configuration of `path` again, `locate` finds its target servers, `again`
    asks for names that nobody could resolve, `woken` is called when spool files may be taken.
    `since` is when it was started."""

    task: Cssmtp
    path: Path | None
    read: Read
    locate: Locate
    woken: Callable[[], None]
    again: Again
    since: datetime
    watch: ResourceWatch = field(init=False)
    monitor: Monitor = field(init=False)
    _asking: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        """What it watches."""
        self.watch = ResourceWatch(self.task.place.jobname)
        self.monitor = Monitor(self.task.care)

    def attend(self, stack: AsyncExitStack) -> None:
        """Look at targets that are in trouble, until `stack` ends."""
        name = f"monitor of {self.task.place.jobname}"
        helper = asyncio.create_task(self.monitor.run(), name=name)
        stack.callback(helper.cancel)
        stack.callback(self._ask_no_more)

    def ask_again(self, found: TargetList) -> None:
        """Ask for the names of this list that have no address yet, and for no others any more."""
        self._ask_no_more()
        if found.unresolved:
            self._asking = asyncio.create_task(self.again(found), name=f"addresses for {self.job}")

    def _ask_no_more(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def look(self) -> None:
        """Tell of resources that are scarce."""
        for line in self.watch.look(self.task.snapshot(), memory.percent()):
            self.operation.tell(line)

    @property
    def operation(self) -> Operation:
        """As `Subject.operation`."""
        return self.task.operation

    @property
    def retry(self) -> Cssmtp:
        """As `Subject.retry`: the CSSMTP itself."""
        return self.task

    @property
    def exits(self) -> Exits | None:
        """As `Subject.exits`."""
        return self.task.exits

    def facts(self) -> Facts:
        """As `Subject.facts`."""
        task, operation = self.task, self.operation
        return Facts(
            job=task.place.jobname,
            node=task.place.node,
            sysname=task.place.sysname,
            config=task.config,
            snapshot=task.snapshot(),
            targets=task.targets,
            log_level=operation.log_level,
            exit_level=operation.exit_level,
            since=self.since,
            config_file=None if self.path is None else str(self.path),
            checkpoint=task.ledger.name,
            stack=operation.options.stack,
        )

    def refresh_targets(self) -> int:
        """As `Subject.refresh_targets`."""
        targets = tuple(self.task.targets)
        for target in targets:
            self.task.care.forget(target)
        self.monitor.look(targets)
        return len(targets)

    async def refresh_addresses(self) -> list[str]:
        """As `Subject.refresh_addresses`."""
        found = await self.locate(self.task.config)
        lines = self._remarks(found)
        if found.targets:
            self.task.use(found.targets)
        self.ask_again(found)
        count = len(self.task.targets)
        return [*lines, messages.IPLIST_REFRESHED.line(job=self.job, count=count)]

    async def refresh(self) -> list[str]:
        """As `Subject.refresh`. Nothing changes when anything is wrong with the file, or no target
        server of it has an address."""
        if self.path is None:
            return [messages.NO_CONFIG_FILE.line(job=self.job)]
        try:
            parsed = self.read()
        except Problem as error:
            return self._rejected([messages.CONFIG_ERROR.line(file=self.path, text=error)])
        lines = [_finding(self.path, self.job, one) for one in parsed.findings]
        if parsed.config is None:
            return self._rejected(lines)
        found = refreshed(self.task.config, parsed.config)
        lines += [messages.NOT_REFRESHABLE.line(statement=one, job=self.job) for one in found.kept]
        located = await self.locate(found.config)
        lines += self._remarks(located)
        if not located.targets and not located.unresolved:
            return self._rejected(lines)
        self.task.configure(found.config)
        self.operation.configured(found.config)
        if self.exits is not None:
            self.exits.set_exit_level(found.config.user_exit)
        self.operation.on_change()
        if located.targets:
            self.task.use(located.targets)
        self.ask_again(located)
        changed = ", ".join(found.changed).upper() or "NOTHING"
        return [*lines, messages.CONFIG_UPDATED.line(job=self.job, changed=changed)]

    @property
    def job(self) -> str:
        """Its job name."""
        return self.task.place.jobname

    def _remarks(self, found: TargetList) -> list[str]:
        """What is to be said of target servers; of names without an address, in IBM's message."""
        prefix = f"{RESOLVE_FAILED.id} "
        return [
            messages.RESOLVER.line(job=self.job, name=remark.removeprefix(prefix))
            if remark.startswith(prefix)
            else remark
            for remark in found.remarks
        ]

    def _rejected(self, lines: Sequence[str]) -> list[str]:
        return [*lines, messages.REFRESH_ERRORS.line(job=self.job)]


def _finding(path: Path, job: str, one: findings.Finding) -> str:
    if one.id == findings.TEST_MODE.id:
        return messages.TEST_MODE.line(job=job)
    message = messages.CONFIG_ERROR if one.severity is Severity.ERROR else messages.CONFIG_REMARK
    return message.line(file=path.name, text=one)
