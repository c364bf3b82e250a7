"""A system that stays up: JES with its initiators, started tasks, sandbox, console (blueprint §2).

Everything runs under one task group. A stop (SIGTERM, `$P JES2`) lets jobs and spool files that are
in hand come to their end for a grace time; what is left then goes back to the spool as it was.
"""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from emulator import channel, inspection
from emulator.clock import Clock
from emulator.console_log import Console
from emulator.exits import Exit, Unreachable, UsageFault, first_of
from emulator.initiators import Initiators, in_thread
from emulator.machine import SystemFacts
from emulator.outcomes import OutcomeRing
from emulator.parent import end_with_parent
from emulator.sandbox.errors import SandboxError
from emulator.sandbox.faults import Rule
from emulator.settings import Settings
from emulator.spool import Bell, StoreThread
from emulator.started import StartedTasks, Teller
from emulator.status import Status, TaskStatus
from emulator.system import System
from emulator.unixfiles import NO_ROOT, root_of
from emulator.wiring import Instance, Saved, Wiring
from jes import messages
from jes.commands.grammar import Command
from jes.commands.machine import InitiatorView, TaskView
from jes.commands.mvs import passed_on
from jes.commands.operator import Operator, asked
from jes.errors import CommandRejected, SpoolError
from jes.names import JobName, SysoutClass

_LOOK = 0.2  # seconds between two looks whether another process changed the spool
_LOOKS = 5  # of them between two looks whether a member died
_AT_ONCE = 1.0  # seconds in which two signals are one
_CLOSING = 5.0  # seconds for the last store call
_RECONNECT = 2.0  # seconds between two tries to reach a spool that was lost


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """What `jesmail start` can say beyond the system file; `grace` in seconds."""

    deliver: bool = False
    save_dir: Path | None = None
    grace: float = 30
    socket: Path | None = None
    cold: bool = False  # the spool was begun anew
    with_parent: bool = False  # standard input is a pipe from the process that we end with
    faults: tuple[Rule, ...] = ()


class Stop:
    """When the system is to end: `asked` lets it finish what it has in hand, `now` does not."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._first = 0.0
        self.now = asyncio.Event()

    def signal(self) -> None:
        """The first one asks, a later one does not wait; timeout(1) sends two at once."""
        moment = asyncio.get_running_loop().time()
        if not self.asked.is_set():
            self._first = moment
        elif moment - self._first > _AT_ONCE:
            self.now.set()
        self.asked.set()


async def keep_up(
    settings: Settings,
    instances: Sequence[Instance],
    options: StartOptions,
    console: Console,
    clock: Clock,
) -> Exit:
    """Run a system until it is told to end. A spool in PostgreSQL that is lost is tried again.

    Raises `UsageFault`, `Unreachable` when it cannot start.
    """
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.signal)
    if options.with_parent:
        patience = 2 * (options.grace + _CLOSING)
        end_with_parent(lambda: loop.call_soon_threadsafe(stop.signal), patience)
    started = False
    while True:
        try:
            system = System(settings, clock, lambda jobid, line: console.say(line, jobid))
            async with _opened(system):
                node = Node(system, instances, options, console, stop)
                started = True
                await node.run()
            return Exit.OK
        except (SpoolError, Unreachable) as error:
            again = isinstance(settings.spool, str)
            if not started or not again or stop.asked.is_set():
                raise Unreachable(str(error)) from error
            console.say(messages.SPOOL_LOST.line(reason=error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.asked.wait(), _RECONNECT)


@asynccontextmanager
async def _opened(system: System) -> AsyncIterator[None]:
    """A system that is open. To open it may take long, and signals must be heard meanwhile."""
    await in_thread(system.__enter__)
    try:
        yield
    finally:
        system.__exit__(None, None, None)


class Node(SystemFacts):
    """One running system. Is the `Machine` of operator commands."""

    def __init__(
        self,
        system: System,
        instances: Sequence[Instance],
        options: StartOptions,
        console: Console,
        stop: Stop,
    ) -> None:
        super().__init__(system)
        self._instances = instances
        self._options = options
        self._console = console
        self._stop = stop
        self._thread = StoreThread()
        self._bell = Bell()
        self._loop = asyncio.get_running_loop()
        self._initiators = Initiators(system, self._thread, self._bell, console)
        self._outcomes = OutcomeRing(system.clock)
        self._tasks: StartedTasks
        system.jes.store.on_change = self._bell.ring

    async def run(self) -> None:
        """Until the stop, or until the spool is lost (`SpoolError`)."""
        try:
            async with AsyncExitStack() as stack:
                await self._serve(stack)
        except BaseExceptionGroup as errors:
            first = first_of(errors)
            raise UsageFault(str(first)) if isinstance(first, SandboxError) else first from errors
        finally:
            self._system.jes.store.on_change = lambda: None
            self._close()

    def _close(self) -> None:
        """Let go of the store's thread. A database that does not answer cannot be waited for: the
        process ends here, and its claims with it."""
        if not self._thread.close(self._options.grace or _CLOSING):
            self._console.say(messages.SPOOL_STUCK.line())
            os._exit(Exit.UNREACHABLE)

    def _unix_root(self, stack: AsyncExitStack) -> Path | None:
        """Where z/OS UNIX begins. Raises `UsageFault`."""
        settings = self._system.settings
        if settings.spool is None and settings.unix_files is None:
            folder = tempfile.TemporaryDirectory(prefix="jesmail-")
            return Path(stack.enter_context(folder))
        root = root_of(settings)
        if root is None and any(one.config.extended_retry for one in self._instances):
            raise UsageFault(NO_ROOT)
        return root

    async def _serve(self, stack: AsyncExitStack) -> None:
        system, console, store = self._system, self._console, self._system.jes.store
        saved = Saved()
        wiring = Wiring(
            system=system,
            observer=Teller(console, saved, self._outcomes),
            thread=self._thread,
            stack=stack,
            saved=saved,
            tell=console.say,
            faults=self._options.faults,
            deliver=self._options.deliver,
            save_dir=self._options.save_dir,
            bell=self._bell,
            mail_root=(root := self._unix_root(stack)),
            letter_root=root,
        )
        self._tasks = StartedTasks(system, self._thread, self._bell, console, wiring)
        socket = self._options.socket
        if socket is not None:
            desk = channel.Desk(self._answer, console, self._status, self._outcomes.newer)
            await stack.enter_async_context(channel.listening(socket, desk))
        kind = "COLD" if self._options.cold else "WARM" if store.repaired else "QUICK"
        console.say(messages.HASP493.line(kind=kind))
        console.say(
            messages.SYSTEM_UP.line(
                sysname=system.settings.sysname,
                spool=system.jes.store.name,
                initiators=len(self._initiators.all),
                console=socket or "-",
            )
        )
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(self._initiators.look_after(), name="housekeeping"),
                group.create_task(self._watch_others(), name="news of others"),
            ]
            work = [
                group.create_task(self._initiators.run(), name="jobs"),
                group.create_task(
                    self._tasks.run(self._instances, self._stop.asked, cold=self._options.cold),
                    name="started tasks",
                ),
            ]
            helpers.append(group.create_task(self._end(work), name="stop"))
            await asyncio.wait(work)
            for helper in helpers:
                helper.cancel()
        console.say(messages.SYSTEM_ENDED.line(sysname=system.settings.sysname))

    async def _end(self, work: Sequence["asyncio.Task[None]"]) -> None:
        """Wait for the stop, then for the end of what is in hand, but not for ever."""
        await self._stop.asked.wait()
        self._console.say(messages.SYSTEM_ENDS.line(sysname=self.sysname))
        self._initiators.stop()
        self._tasks.stopping = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.now.wait(), self._options.grace)
        self._console.say(messages.GRACE_OVER.line())
        for task in work:
            task.cancel()

    async def _watch_others(self) -> None:
        """Ring when another process changed the spool; find out that it was lost."""
        store = self._system.jes.store
        while True:
            for _ in range(_LOOKS):
                if await self._thread.call(store.news):
                    self._bell.ring_here()
                await asyncio.sleep(_LOOK)
            self._tasks.look()
            await self._thread.call(store.still_a_member)
            for name in await self._thread.call(store.take_over):
                self._console.say(messages.MEMBER_GONE.line(name=name))

    async def _answer(self, text: str) -> list[str]:
        """What the system answers to an operator command; both stand on the console."""
        self._console.say(text)
        lines: list[str] = []
        for command in asked(text):
            if (told := passed_on(command)) is not None:
                lines += await self._tasks.modify(*told)
            else:
                lines += await self._thread.call(self._carried_out, command)
        self._console.say("\n".join(lines))
        return lines

    def _status(self) -> Status:
        """What is not on the spool; on the loop."""
        settings, views = self._system.settings, self.initiators()
        cssmtps = tuple(inspection.cssmtp(one) for one in self._tasks.cssmtps())
        names = {one.name for one in cssmtps}
        return Status(
            sysname=self.sysname,
            node=self.node,
            hostname=settings.hostname,
            spool=self._system.jes.store.name,
            since=self._outcomes.since,
            now=self.now().isoformat(),
            processing=self.processing(),
            initiators=inspection.initiators(views),
            started_tasks=tuple(
                TaskStatus(
                    name=str(one.name),
                    type="CSSMTP" if one.name in names else "WRITER",
                    status=one.status,
                    jobid=None if one.jobid is None else str(one.jobid),
                    since=one.since or None,
                )
                for one in self._tasks.views()
            ),
            cssmtps=cssmtps,
            outclasses=inspection.out_classes(self.outclasses()),
            jobclasses=inspection.job_classes(views),
            mails=self._outcomes.last,
        )

    def _carried_out(self, command: Command) -> list[str]:
        """On the store's thread. A job that is cancelled knows it before the operator does."""
        lines = Operator(self._system.jes.store, self).answer_to(command)
        self._initiators.hear_of_cancelled()
        return lines

    # --- `jes.commands.machine.Machine`, on the store's thread ---------------------------------

    def initiators(self) -> Sequence[InitiatorView]:
        """All of them, by number."""
        return [one.view for one in self._initiators.all]

    def start_initiator(self, number: int) -> None:
        """Take jobs."""
        self._initiators.all[number - 1].drained = False
        self._bell.ring()

    def drain_initiator(self, number: int) -> None:
        """Take no more jobs; the one that runs goes on."""
        self._initiators.all[number - 1].drained = True

    def set_initiator(self, number: int, classes: str) -> None:
        """Take jobs of these classes."""
        self._initiators.all[number - 1].classes = classes
        self._bell.ring()

    def processing(self) -> bool:
        """Whether work is selected at all."""
        return self._initiators.processing

    def set_processing(self, on: bool, /) -> None:
        """$S, $P."""
        self._initiators.processing = on
        self._bell.ring()

    def withdraw(self) -> bool:
        """End JES2 ($P JES2). False: it is not dormant, and goes on."""
        if not self._initiators.idle or not self._tasks.idle:
            self.set_processing(False)  # it drains
            return False
        self._loop.call_soon_threadsafe(self._stop.asked.set)
        return True

    def tasks(self) -> Sequence[TaskView]:
        """The started tasks."""
        return [one for one in self._tasks.views() if one.status != "STOPPED"]

    def start_task(self, name: JobName, classes: tuple[SysoutClass, ...], options: str) -> str:
        """Start a task; the lines of the answer."""
        return self._tasks.start(name, classes, options)

    def stop_task(self, name: JobName) -> str:
        """Stop a task; the lines of the answer."""
        return self._tasks.stop(name)

    def modify(self, name: JobName, text: str) -> Sequence[str]:
        """A command that names no task: `_answer` passes on all others."""
        raise CommandRejected(messages.TASK_UNKNOWN, name=name, hint="")
