"""`jesmail run` and `jesmail mail` below their command lines: jobs in, mail out, a report.

Jobs run first, one after the other; then every CSSMTP works off what it can select, against the
sandbox unless mail is really to be delivered.
"""

import asyncio
import signal
import tempfile
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cssmtp.task import Cssmtp
from emulator.checkpoint.messages import CheckpointError
from emulator.collect import Collector
from emulator.exits import Exit, UsageFault, first_of, strongest
from emulator.runreport import RunReport
from emulator.sandbox.errors import SandboxError
from emulator.sandbox.faults import Rule
from emulator.spool import StoreThread
from emulator.system import System
from emulator.unixfiles import root_of
from emulator.waits import JumpingWaits
from emulator.wiring import Instance, Saved, Wiring
from jes.errors import SpoolError
from jes.jcl.converter import NoJob, jobs_from
from jes.job import Job

LETTERS_GONE = "dead letters went with this run: --save-mail DIR keeps them, below DIR"
_LONG = 10 * 365 * 86_400.0  # seconds; as good as for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a command line can say, beyond the system file. `jumping` is the clock of a run in which
    retries take no time."""

    config: Path | None = None
    deliver: bool = False
    save_dir: Path | None = None
    standing_clock: bool = False
    timeout: float = 60
    user: str = "IBMUSER"
    faults: tuple[Rule, ...] = ()
    jumping: JumpingWaits | None = None


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
class Outcome:
    """How a run ended; `problem` says what went wrong with the spool, or is empty; `remarks` are
    for the user's eyes."""

    report: RunReport
    code: Exit
    problem: str = ""
    remarks: tuple[str, ...] = ()


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
    saved = Saved()
    remarks: list[str] = []
    faults = dict.fromkeys((one.name for one in options.faults), 0)
    collector = Collector(saved.name, remarks.append, faults=faults)
    thread = StoreThread()
    thread.clock = options.jumping
    problem = ""
    _cancel_on_sigterm()
    try:
        async with AsyncExitStack() as stack:
            wiring = _wiring(system, collector, thread, saved, options, stack)
            tasks = await wiring.start(instances)
            try:
                async with asyncio.timeout(options.timeout):
                    await _submit(work, system, thread, collector)
                    await _work_off(tasks, options)
            except TimeoutError:
                collector.out_of_time = True
        await thread.call(system.jes.housekeeping)
    except (SpoolError, CheckpointError) as error:
        problem = f"{error.message.id} {error}"
    except SandboxError as error:
        raise UsageFault(str(error)) from error
    except asyncio.CancelledError:
        collector.interrupted = True
    finally:
        thread.close()
    if collector.has_dead_letters and not (options.save_dir or root_of(system.settings)):
        remarks.append(LETTERS_GONE)
    codes = [*collector.exits(), *([Exit.UNREACHABLE] if problem else [])]
    return Outcome(collector.report(), strongest(codes), problem, tuple(remarks))


def _wiring(
    system: System,
    collector: Collector,
    thread: StoreThread,
    saved: Saved,
    options: RunOptions,
    stack: AsyncExitStack,
) -> Wiring:
    jumping = options.jumping
    return Wiring(
        system=system,
        observer=collector,
        thread=thread,
        stack=stack,
        saved=saved,
        tell=collector.say,
        faults=options.faults,
        acted=collector.acted,
        deliver=options.deliver,
        save_dir=options.save_dir,
        standing_clock=options.standing_clock,
        jumping=jumping,
        until=None if jumping else _until(system, options),
        mail_root=_folder(stack) if jumping else None,
        letter_root=options.save_dir or root_of(system.settings) or _folder(stack),
    )


def _until(system: System, options: RunOptions) -> datetime:
    """When the run gives up, by a clock that may stand still: a later retry is not waited for."""
    seconds = 0 if options.standing_clock else min(options.timeout, _LONG)
    return system.clock() + timedelta(seconds=seconds)


def _folder(stack: AsyncExitStack) -> Path:
    """A folder of this run alone: no later run finds mail with times in the future."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jesmail-")))


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
        raise first_of(errors) from errors
