"""The started tasks of a system that stays up: CSSMTPs and external writers that an operator starts
and stops."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from cssmtp import messages as cssmtp_messages
from cssmtp.config.statements import Report
from cssmtp.mail import Mail
from cssmtp.operation import Operation
from cssmtp.operator import desk
from cssmtp.operator.desk import folded
from cssmtp.operator.options import NO_OPTIONS, StartOptions, start_options
from cssmtp.statistics import Snapshot
from cssmtp.targets import Target
from cssmtp.task import Cssmtp
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from emulator.console_log import Console
from emulator.exits import Problem, first_of
from emulator.external_writer import NO_CLASSES, Printed, open_writer
from emulator.opening import Opened, Task, opened
from emulator.operated import Operated
from emulator.outcomes import OutcomeRing
from emulator.settings import Checkpointing, WriterTask
from emulator.spool import Bell, StoreThread
from emulator.system import System
from emulator.wiring import Instance, Saved, Wiring
from jes import messages
from jes.commands.machine import TaskView
from jes.errors import JesError, SpoolError
from jes.messages import Message
from jes.names import JobId, JobName, SysoutClass
from jes.sysout import SpoolFile

FILE_DONE = Message(
    "JML311I",
    "{jobname} {jobid} {outgrp}: {mails} MAILS, SENT TO {sent}, REFUSED {refused}, {fate}",
)
FILE_WAITS = Message(
    "JML312W",
    "{jobname} {jobid} {outgrp}: {open} RECIPIENTS WAIT; THE FILE GOES BACK TO THE SPOOL AS IT WAS",
)
DEAD_LETTER = Message("JML390I", "{jobname} {jobid}: MAIL {ordinal} IS A DEAD LETTER{file}")


class State(StrEnum):
    """Where a started task is."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    STOPPING = "STOPPING"


@dataclass(slots=True)
class Running:
    """A started task and what is known of it. `open` makes what it runs, which ends with a stack;
    `classes` and `options` came with the START command."""

    name: JobName
    open: Callable[[AsyncExitStack], Awaitable[Opened]]
    takes_classes: bool = False
    writer: str | None = None  # ExtWrtName of a CSSMTP
    classes: tuple[SysoutClass, ...] = ()
    options: StartOptions = NO_OPTIONS
    state: State = State.STOPPED
    since: str = ""
    jobid: JobId | None = None
    task: Task | None = None
    operated: Operated | None = None

    @property
    def shown(self) -> str:
        """As displays show it."""
        suspended = self.operated is not None and self.operated.operation.suspended
        return "SUSPENDED" if suspended and self.state is State.STARTED else self.state.value


@dataclass(frozen=True, slots=True)
class CssmtpView:
    """A CSSMTP; `snapshot` is None while it does not run."""

    name: JobName
    writer: str
    state: State
    jobid: JobId | None
    since: str
    snapshot: Snapshot | None


class Teller:
    """An observer of CSSMTP that puts what becomes of spool files on the console, and keeps what
    became of mails."""

    def __init__(self, console: Console, saved: Saved, outcomes: OutcomeRing) -> None:
        self._console = console
        self._saved = saved
        self._outcomes = outcomes

    def begin(self, work: FileWork) -> None:
        """Nothing is said."""

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """Nothing is said of one mail."""
        self._outcomes.add(file, mail, self._saved.name(mail))

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        """Where it is; that it could not be stored is said elsewhere."""
        names = {"jobname": file.jobname, "jobid": file.jobid, "ordinal": letter.ordinal}
        where = f": {letter.file}" if letter.file else ", NOT STORED"
        self._console.say(DEAD_LETTER.line(**names, file=where), file.jobid)

    def say(self, line: str) -> None:
        """On the console."""
        self._console.say(line)

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """One line for a spool file, and its error report."""
        file = work.file
        names = {"jobname": file.jobname, "jobid": file.jobid, "outgrp": file.outgrp}
        if fate is Fate.IN_USE:
            self._console.say(FILE_WAITS.line(**names, open=work.unfinished), file.jobid)
            return
        counts = {"mails": work.mails, "sent": work.sent, "refused": work.refused}
        line = FILE_DONE.line(**names, **counts, fate=fate.value.upper())
        self._console.say("\n".join([line, *(one[1:].rstrip() for one in report)]), file.jobid)


class StartedTasks:
    """The started tasks by name. Changes are asked for on any thread and happen on the loop."""

    def __init__(
        self, system: System, thread: StoreThread, bell: Bell, console: Console, wiring: Wiring
    ) -> None:
        self._system = system
        self._thread = thread
        self._bell = bell
        self._console = console
        self._wiring = wiring
        self._loop = asyncio.get_running_loop()
        self._all: dict[JobName, Running] = {}
        self._servers: Sequence[Sequence[Target]] = ()  # of the sandbox, for each CSSMTP
        self._group: asyncio.TaskGroup | None = None
        self.stopping = False  # no task is started any more

    async def run(
        self, instances: Sequence[Instance], stop: asyncio.Event, *, cold: bool = False
    ) -> None:
        """Start all, and serve operators until `stop`; then let each finish what it has in hand."""
        for number, instance in enumerate(instances):
            self._all[instance.jobname] = Running(
                instance.jobname,
                partial(self._cssmtp, instance, number),
                writer=str(instance.config.ext_wrt_name),
                options=StartOptions(cold=cold),
                state=State.STARTING,
            )
        for writer in self._system.settings.writers:
            printing = partial(self._writer, writer)
            self._all[writer.name] = Running(writer.name, printing, takes_classes=True)
        self._servers = await self._wiring.servers(instances)
        async with asyncio.TaskGroup() as self._group:
            for one in self._all.values():
                self._start(one)
            await stop.wait()
            self.stopping = True
            for one in self._all.values():
                self._stop(one)

    async def _cssmtp(self, one: Instance, number: int, stack: AsyncExitStack) -> Opened:
        running = self._all[one.jobname]
        if running.options.cold:
            one = replace(one, checkpoint=Checkpointing.COLD)

        def tell(line: str) -> None:
            self._console.say("\n".join(folded([line])), running.jobid or "")

        operation = Operation(running.options, tell)
        found = await opened(self._wiring, one, self._servers[number], stack, operation)
        running.writer = found.writer
        return found

    async def _writer(self, task: WriterTask, stack: AsyncExitStack) -> Opened:
        def tell(printed: Printed) -> None:
            self._console.say(printed.line, printed.file.jobid)

        if classes := self._all[task.name].classes:
            task = replace(task, classes=classes)
        return Opened(*open_writer(self._system, self._thread, task, tell, stack))

    @property
    def idle(self) -> bool:
        """None runs."""
        return all(one.state is State.STOPPED for one in self._all.values())

    def views(self) -> list[TaskView]:
        """As displays show them ($D A,L)."""
        return [
            TaskView(name=name, jobid=one.jobid, status=one.shown, since=one.since)
            for name, one in self._all.items()
        ]

    def cssmtps(self) -> list[CssmtpView]:
        """Those that are CSSMTPs, with what they do; to be called on the loop."""
        return [
            CssmtpView(
                name,
                one.writer,
                one.state,
                one.jobid,
                one.since,
                one.task.snapshot() if isinstance(one.task, Cssmtp) else None,
            )
            for name, one in self._all.items()
            if one.writer is not None
        ]

    # --- asked for by operators, on the store's thread -----------------------------------------

    def start(self, name: JobName, classes: tuple[SysoutClass, ...] = (), options: str = "") -> str:
        """S name; classes are for a writer, in place of those that it has (jes2.md 2.6), options
        for a CSSMTP. Raises `CommandRejected` for options that there are not."""
        one = self._all.get(name)
        if one is not None and one.state is State.STOPPED:
            if options and one.writer is None:
                fields = {"option": options, "reason": f"{name} HAS NONE"}
                return cssmtp_messages.START_OPTION.line(**fields)
            if classes and not one.takes_classes:
                return NO_CLASSES.line(name=name)
            one.classes, one.options = classes, start_options(options)
        return self._ask(name, State.STOPPED, self._start, "IS STARTING")

    def stop(self, name: JobName) -> str:
        """P name."""
        return self._ask(name, State.STARTED, self._stop, "IS STOPPING")

    async def modify(self, name: JobName, text: str) -> list[str]:
        """F name,text; on the loop."""
        one = self._all.get(name)
        if one is None:
            return [self._unknown(name)]
        if one.writer is None:
            return [cssmtp_messages.NO_COMMANDS.line(job=name)]
        if one.operated is None:
            return [cssmtp_messages.NOT_STARTED.line(job=name)]
        return await desk.answer(text, one.operated)

    def look(self) -> None:
        """Tell of resources that are scarce."""
        for one in self._all.values():
            if one.operated is not None:
                one.operated.look()

    def _unknown(self, name: JobName) -> str:
        near = difflib.get_close_matches(name, self._all, n=1, cutoff=0.3)
        hint = f" (NEAREST: {near[0]})" if near else ""
        return messages.TASK_UNKNOWN.line(name=name, hint=hint)

    def _ask(
        self, name: JobName, needed: State, change: Callable[[Running], None], answer: str
    ) -> str:
        one = self._all.get(name)
        if one is None:
            return self._unknown(name)
        if self.stopping:
            return messages.SYSTEM_ENDS.line(sysname=self._system.settings.sysname)
        if one.state is not needed:
            return messages.TASK_BUSY.line(name=name, status=one.state.value)
        one.state = State.STARTING if needed is State.STOPPED else State.STOPPING
        self._loop.call_soon_threadsafe(change, one)
        return f"{name} {answer}"

    # --- on the loop ---------------------------------------------------------------------------

    def _start(self, one: Running) -> None:
        one.state = State.STARTING
        if self.stopping:
            one.state = State.STOPPED
        elif self._group is not None:
            self._group.create_task(self._serve(one), name=f"started task {one.name}")

    def _stop(self, one: Running) -> None:
        if one.state is not State.STOPPED:
            one.state = State.STOPPING
        if one.task is not None:
            one.task.stop()
        self._bell.ring_here()

    async def _serve(self, one: Running) -> None:
        """A started task from its start to its end."""
        name = one.name
        try:
            async with AsyncExitStack() as stack:
                opened = await one.open(stack)
                one.jobid = await self._thread.call(opened.job.jobid)
                one.since = self._system.clock().isoformat()
                one.task, one.operated = opened.task, opened.operated
                one.state = State.STARTED if one.state is State.STARTING else one.state
                self._console.say(opened.line, one.jobid)
                await self._work(one, opened.task)
        except BaseExceptionGroup as errors:
            self._failed(name, first_of(errors))
        except (JesError, OSError, Problem) as error:
            self._failed(name, error)
        finally:
            self._console.say(messages.TASK_ENDED.line(name=name), one.jobid or "")
            one.state, one.task, one.jobid, one.operated = State.STOPPED, None, None, None

    def _failed(self, name: JobName, error: BaseException) -> None:
        """A task that fails ends alone; without its spool the whole system cannot go on. What is
        a kind of `SpoolError` concerns one data set, or one job."""
        if type(error) is SpoolError or not isinstance(error, Exception):
            raise error
        mark = error.message.id if isinstance(error, JesError) else type(error).__name__
        self._console.say(messages.TASK_FAILED.line(name=name, reason=f"{mark} {error}"))

    async def _work(self, one: Running, task: Task) -> None:
        while one.state is State.STARTED:
            ring = self._bell.next
            await task.run_until_idle()
            if one.state is State.STARTED:
                await ring.wait()
