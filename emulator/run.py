"""`jesmail run` and `jesmail mail` below their command lines: jobs in, mail out, a report.

Jobs run first, one after the other; then every CSSMTP works off what it can select, against the
sandbox unless mail is really to be delivered.
"""

import asyncio
import signal
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cssmtp.choices import DEFAULT, Choices
from cssmtp.config.findings import Severity
from cssmtp.config.parser import Parsed, parse
from cssmtp.config.scanner import Source, read
from cssmtp.config.statements import Config
from cssmtp.mail import Mail
from cssmtp.targets import Target
from cssmtp.task import Cssmtp, Place
from emulator import targets
from emulator.collect import Collector
from emulator.exits import Exit, UsageFault, strongest
from emulator.runreport import RunReport
from emulator.sandbox.errors import SandboxError
from emulator.sandbox.mta import Sandbox, SandboxSettings
from emulator.sandbox.store import Mail as Accepted
from emulator.settings import Settings
from emulator.spool import StoreThread, ThreadedSession
from emulator.system import System
from jes.errors import JesError, SpoolError
from jes.jcl.converter import NoJob, jobs_from
from jes.job import Job
from jes.names import JobName, UserId, WriterName
from jes.sapi import SapiSession
from jes.started import StartedJob
from jes.sysout import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a command line can say, beyond the system file."""

    config: Path | None = None
    deliver: bool = False
    save_dir: Path | None = None
    standing_clock: bool = False
    timeout: float = 60
    user: str = "IBMUSER"


class Submission(Protocol):
    """Something that puts work on the spool."""

    def submit(self, system: System, collector: Collector) -> None:
        """Put it there, and tell the collector. Raises `SpoolError`."""


@dataclass(frozen=True, slots=True)
class Jcl:
    """The text of a JCL file; `name` is how messages call the file."""

    text: str
    user: str
    name: str

    def submit(self, system: System, collector: Collector) -> None:
        """Run the jobs of the text, one after the other."""
        for job in jobs_from(self.text, system.jcl(self.user)):
            if collector.stopping:
                return
            match job:
                case NoJob():
                    collector.no_job(job, self.name)
                case Job():
                    collector.job(job, system.jes.run(job), self.name)


@dataclass(frozen=True, slots=True)
class Instance:
    """A CSSMTP with its configuration."""

    jobname: JobName
    config: Config
    choices: Choices = DEFAULT


class _Saved:
    """Which file of the sandbox belongs to which mail."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, int], str] = {}

    def keep(self, mail: Accepted) -> None:
        """The sandbox accepted a mail; it is not answered yet."""
        if mail.path is not None:
            self._names[mail.receipt] = mail.path.name

    def name(self, mail: Mail) -> str | None:
        """The first file that the mail was saved to. Asked for once, when the mail is settled."""
        found = [self._names.pop(receipt, None) for receipt in mail.receipts]
        return min((name for name in found if name), default=None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `problem` says what went wrong with the spool, or is empty."""

    report: RunReport
    code: Exit
    problem: str = ""


async def run(
    system: System,
    instances: Sequence[Instance],
    work: Sequence[Submission],
    options: RunOptions,
) -> Outcome:
    """Put the work on the spool, let every CSSMTP work it off, and report.

    Ends early when it is cancelled or gets SIGTERM: what was on its way goes back to the spool, and
    the report says how far things got. Raises `UsageFault`, `Unreachable`.
    """
    saved = _Saved()
    collector = Collector(saved.name)
    thread = StoreThread()
    problem = ""
    _cancel_on_sigterm()
    try:
        async with AsyncExitStack() as stack:
            wiring = _Wiring(system, options, collector, thread, stack, saved)
            tasks = await wiring.start(instances)
            try:
                async with asyncio.timeout(options.timeout):
                    await _submit(work, system, thread, collector)
                    await _work_off(tasks, options)
            except TimeoutError:
                collector.out_of_time = True
        await thread.call(system.jes.housekeeping)
    except SpoolError as error:
        problem = f"{error.message.id} {error}"
    except SandboxError as error:
        raise UsageFault(str(error)) from error
    except asyncio.CancelledError:
        collector.interrupted = True
    finally:
        thread.close()
    codes = [*collector.exits(), *([Exit.UNREACHABLE] if problem else [])]
    return Outcome(collector.report(), strongest(codes), problem)


def _cancel_on_sigterm() -> None:
    """SIGTERM ends a run as Ctrl-C does; in a thread that is not the main one there is neither."""
    task = asyncio.current_task()
    if task is not None and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _submit(
    work: Sequence[Submission], system: System, thread: StoreThread, collector: Collector
) -> None:
    """Run the jobs; without any, look at what is on the spool."""
    try:
        for submission in work:
            await thread.call(submission.submit, system, collector)
        if not work:
            collector.files(await thread.call(system.jes.store.all_files))
    except asyncio.CancelledError:
        collector.stopping = True  # the store's thread looks at it before the next job
        raise


async def _work_off(tasks: Sequence[Cssmtp], options: RunOptions) -> None:
    """Let every CSSMTP work until it is idle. Raises `SpoolError`.

    With a clock that stands still they take turns, so that mails are saved in the same order.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                name = f"started task {task.place.jobname}"
                running = group.create_task(task.run_until_idle(), name=name)
                if options.standing_clock:
                    await asyncio.wait([running])
    except BaseExceptionGroup as errors:
        raise _first(errors) from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What broke a task group first."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


@dataclass(slots=True)
class _Wiring:
    """Starts the CSSMTPs of a run, the sandbox behind their targets unless mail is delivered."""

    system: System
    options: RunOptions
    collector: Collector
    thread: StoreThread
    stack: AsyncExitStack
    saved: _Saved

    async def start(self, instances: Sequence[Instance]) -> list[Cssmtp]:
        """A CSSMTP for each instance. Raises `SandboxError`, `UsageFault`, `Unreachable`."""
        if self.options.deliver:
            return [self._task(one, targets.real(one.config)) for one in instances]
        counts = [len(targets.configured(one.config)) for one in instances]
        addresses = await self._sandbox(sum(counts)) if instances else []
        tasks = []
        for one, count in zip(instances, counts, strict=True):
            mine, addresses = addresses[:count], addresses[count:]
            names = self.options.standing_clock
            tasks.append(self._task(one, targets.in_sandbox(one.config, mine, as_configured=names)))
        return tasks

    async def _sandbox(self, count: int) -> list[tuple[str, int]]:
        """The addresses of a sandbox with so many listeners."""
        settings, folder = self.system.settings.sandbox, self.options.save_dir
        sandbox = Sandbox(
            SandboxSettings(
                listeners=_listeners(self.system.settings, count),
                hostname=settings.hostname,
                size_limit=settings.size_limit,
                save_dir=folder,
                discard=folder is None,
                remember=False,
            ),
            self.saved.keep,
        )
        return list((await self.stack.enter_async_context(sandbox)).addresses)

    def _task(self, one: Instance, servers: Sequence[Target]) -> Cssmtp:
        system = self.system
        session = ThreadedSession(
            SapiSession(system.jes.store, Selection(one.config.ext_wrt_name)),
            StartedJob(system.jes, one.jobname, UserId(one.jobname)),
            system.page,
            self.thread,
        )
        self.stack.push_async_callback(session.close)
        place = Place(
            jobname=one.jobname,
            host=system.settings.hostname,
            sysname=system.settings.sysname,
            node=system.settings.node,
            now=system.clock,
            serial=self.options.standing_clock,
        )
        return Cssmtp(one.config, session, servers, place, self.collector, one.choices)


def _listeners(settings: Settings, count: int) -> tuple[tuple[str, int], ...]:
    """One listener a target; only the first can have the port that the system file asks for."""
    port = settings.sandbox.port
    return tuple(("127.0.0.1", port if number == 0 else 0) for number in range(count))


def instances_of(settings: Settings, config: Path | None) -> list[Instance]:
    """The CSSMTPs of a system; `config` takes the place of the first one's configuration.

    Raises `UsageFault` with every error of a configuration.
    """
    found = []
    for number, task in enumerate(settings.started_tasks):
        path = config if number == 0 and config is not None else task.config
        if path is None:
            plain = Config(
                ext_wrt_name=WriterName(task.name), target_servers=targets.default_servers()
            )
        else:
            plain = checked_config(path, task.name)
        found.append(Instance(task.name, plain, task.choices))
    return found


def checked_config(path: Path, jobname: str) -> Config:
    """The configuration of a file. Raises `UsageFault`."""
    parsed = parsed_config(path, jobname)
    if parsed.config is None:
        errors = [f"{path}: {f}" for f in parsed.findings if f.severity is Severity.ERROR]
        raise UsageFault("\n".join(errors))
    return parsed.config


def parsed_config(path: Path, jobname: str, codepage: str | None = None) -> Parsed:
    """What a configuration file says. Raises `UsageFault` when it cannot be read."""
    return parse(config_source(path, codepage).text, jobname=jobname)


def config_source(path: Path, codepage: str | None) -> Source:
    """The text of a configuration file, and its code page. Raises `UsageFault`."""
    try:
        return read(path.read_bytes(), codepage)
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    except JesError as error:
        raise UsageFault(f"{path}: {error.message.id} {error}") from error
