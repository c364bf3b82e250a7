"""Jobs of a system that stays up: converted, run by initiators, each job in a thread of its own.

A job's thread talks to the spool through the store's one thread. When the spool is full it waits
here, and nothing is lost (jes2.md 1.8).
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from emulator.console_log import Console
from emulator.settings import JOB_CLASSES
from emulator.spool import Bell, StoreThread
from emulator.system import System
from jes import messages
from jes.commands.machine import InitiatorStatus, InitiatorView
from jes.errors import Interrupted
from jes.jcl.converter import NoJob, jobs_from
from jes.job import Fault, Job, Phase
from jes.names import JobId, SysoutClass
from jes.programs.step import Abend
from jes.store.capacity import WARN
from jes.store.jobs import QueuedJob
from jes.subsystem import Jes

Result = TypeVar("Result")
_HOLDS = ("HOLD", "JCLHOLD")
PAUSE = 0.005  # seconds between two steps of freeing space, so that others get their turn
_WAIT = 1.0  # seconds between two looks of a job that waits for space, in case nobody says anything


@dataclass(slots=True)
class Initiator:
    """A place where jobs of some classes run, one at a time (jes2.md 3.3, $D I)."""

    number: int
    classes: str
    drained: bool = False
    job: QueuedJob | None = None

    @property
    def view(self) -> InitiatorView:
        """As displays show it."""
        busy = self.job is not None
        if self.drained:
            status = InitiatorStatus.DRAINING if busy else InitiatorStatus.DRAINED
        else:
            status = InitiatorStatus.ACTIVE if busy else InitiatorStatus.INACTIVE
        return InitiatorView(
            number=self.number,
            name=str(self.number),
            status=status,
            classes=self.classes,
            jobid=self.job.view.jobid if self.job else None,
            jobname=self.job.view.jobname if self.job else None,
        )


class Initiators:
    """The converter and the initiators. Is the `Watch` of the jobs that run."""

    def __init__(self, system: System, thread: StoreThread, bell: Bell, console: Console) -> None:
        self._system = system
        self._store = system.jes.store
        self._thread = thread
        self._bell = bell
        self._console = console
        self._jes = Jes(thread.of(system.jes.store), system.jes.system, self)
        self.all = [
            Initiator(number, classes)
            for number, classes in enumerate(system.settings.initiators, start=1)
        ]
        self.processing = True
        self.stopping = False
        self._cancelled: set[JobId] = set()
        self._space = threading.Condition()
        self._full = self._warned = False

    @property
    def idle(self) -> bool:
        """No job runs."""
        return all(one.job is None for one in self.all)

    async def run(self) -> None:
        """Convert and run jobs until `stop`, and until those that run have ended."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._convert(), name="converter")
            for one in self.all:
                group.create_task(self._initiate(one), name=f"initiator {one.number}")

    def stop(self) -> None:
        """Take no further job. One that waits for space gives up, and runs again another time."""
        self.stopping = True
        self._bell.ring_here()
        self.space_came()

    async def _next(
        self, phase: Phase, classes: Callable[[], str], wanted: Callable[[], bool]
    ) -> QueuedJob | None:
        """The next job that waits in a phase; None when the system stops."""
        while not self.stopping:
            ring = self._bell.next
            if wanted():
                coded: Sequence[str] = classes()
                if set(coded) >= set(JOB_CLASSES):
                    coded = ()
                alone = phase is Phase.EXECUTION
                found = await self._thread.call(
                    lambda coded=coded, alone=alone: self._store.claim_job(
                        phase, coded, alone=alone
                    )
                )
                if found is not None:
                    return found
            await ring.wait()
        return None

    # --- conversion ----------------------------------------------------------------------------

    async def _convert(self) -> None:
        while (
            queued := await self._next(Phase.CONVERSION, lambda: "", lambda: self.processing)
        ) is not None:
            view = queued.view
            job = await in_thread(self._converted, queued)
            line = messages.HASP100.line(
                jobname=view.jobname, device="INTRDR", programmer=job.programmer
            )
            self._console.say(line, view.jobid)
            if job.faults or job.typrun == "SCAN":  # needs no initiator: no step will run
                await self._work(queued, job, 0)
            else:
                hold = job.typrun in _HOLDS
                await self._thread.call(
                    lambda jobid=view.jobid, hold=hold: self._store.pass_on(
                        jobid, Phase.EXECUTION, hold=hold
                    )
                )

    def _converted(self, queued: QueuedJob) -> Job:
        """The job of a text that was a job when it was sent in."""
        (found, *_) = jobs_from(queued.jcl, self._system.jcl(queued.submitter))
        if isinstance(found, NoJob):
            view = queued.view
            faults = found.faults or (Fault("JML100E", "no job"),)
            return Job(
                jobname=view.jobname,
                owner=view.owner,
                msgclass=SysoutClass("A"),
                faults=faults,
            )
        return found

    # --- execution -----------------------------------------------------------------------------

    async def _initiate(self, one: Initiator) -> None:
        def wanted() -> bool:
            return self.processing and not one.drained

        while (
            queued := await self._next(Phase.EXECUTION, lambda: one.classes, wanted)
        ) is not None:
            one.job = queued
            try:
                job = await in_thread(self._converted, queued)
                await self._work(queued, job, one.number)
            finally:
                one.job = None
                self._bell.ring_here()

    async def _work(self, queued: QueuedJob, job: Job, init: int) -> None:
        """Run a job to its end. One that could not be run for want of space waits again."""
        jobid = queued.view.jobid
        if job.typrun in _HOLDS:
            job = replace(job, typrun=None)
        try:
            ended = await in_thread(self._jes.execute, job, jobid, init)
        except Interrupted:
            await self._thread.call(self._store.give_back, jobid)
            return
        if job.notify:
            ending = _ending(ended.result.retcode)
            node = self._system.settings.node
            self._console.say(
                messages.HASP165.line(jobname=job.jobname, node=node, ending=ending), jobid
            )

    # --- watching (`jes.subsystem.Watch`), on the threads of jobs ------------------------------

    def check(self, jobid: JobId) -> None:
        """Raises `Abend` S222 when an operator cancelled the job."""
        if jobid in self._cancelled:
            raise Abend("S222", 0, messages.CANCELLED.line())

    def wait_for_space(self, jobid: JobId) -> bool:
        """The spool is full: wait for space. Raises `Interrupted` when the system stops."""
        with self._space:
            if not self._full:
                self._full = True
                self._console.say(messages.HASP355.line())
            self._space.wait(_WAIT)
        if self.stopping:
            raise Interrupted(messages.INTERRUPTED, jobid=jobid)
        return True

    def hear_of_cancelled(self) -> None:
        """See which jobs of ours an operator cancelled; on the store's thread."""
        self._cancelled = set(self._store.asked_to_end())

    def space_came(self) -> None:
        """Let those that wait for space try again."""
        with self._space:
            self._space.notify_all()

    # --- looking after the spool ---------------------------------------------------------------

    async def look_after(self) -> None:
        """Free purged space, tell of shortages, hear of cancelled jobs; for ever."""
        while True:
            ring = self._bell.next
            while await self._thread.call(self._store.free):
                self._full = False
                self.space_came()
                await asyncio.sleep(PAUSE)
            await self._thread.call(self.hear_of_cancelled)
            percent = await self._thread.call(self._store.percent)
            if percent >= WARN and not self._warned:
                self._console.say(messages.HASP050.line(resource="TGS", percent=int(percent)))
            self._warned = percent >= WARN
            await ring.wait()


async def in_thread(function: Callable[..., Result], *arguments: object) -> Result:
    """Run something long in a thread of its own, which does not keep the process alive."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def work() -> None:
        try:
            result = function(*arguments)
        except BaseException as error:  # noqa: BLE001 it is raised where it is waited for
            settle(done.set_exception, error)
        else:
            settle(done.set_result, result)

    def settle(outcome: Callable[..., None], value: object) -> None:
        with suppress(RuntimeError):  # the system ended without us
            loop.call_soon_threadsafe(_settle, done, outcome, value)

    threading.Thread(target=work, name="job", daemon=True).start()
    return await done


def _settle(done: "asyncio.Future[Result]", outcome: Callable[..., None], value: object) -> None:
    if not done.done():
        outcome(value)


def _ending(retcode: str) -> str:
    """How $HASP165 says it (jes2.md 3.4)."""
    kind, _, code = retcode.partition(" ")
    if kind == "CC":
        return f"  MAXCC={int(code)}"
    return f" - ABENDED {code}" if kind == "ABEND" else f" - {retcode}"
