"""JES2 itself: jobs in, run one after the other, their output put into groups (jes2.md 1.1-1.6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from jes.destinations import route_of
from jes.errors import SpoolShortage
from jes.execution import run_job
from jes.job import Job, JobResult, Phase, Sysout
from jes.names import DdName, JobId, SysoutClass, UserId
from jes.records import Block, Recfm
from jes.running import APPEND_MAX, RunSystem
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.sysout import (
    Disposition,
    NewDataset,
    OutClass,
    Output,
    Route,
    SpoolFile,
    SysoutRequest,
    Ungrouped,
    disposition_of,
    group,
)

JES_STEP = "JES2"  # the step name of JES2's own data sets
DEPOSIT = "MAIL"  # step and DD of records that came without a job (blueprint §6)
DEPOSIT_DSID = 102


@dataclass(frozen=True, slots=True)
class Gone:
    """A data set that is gone as soon as it was written: of a DUMMY class, or OUTDISP PURGE."""

    dataset: NewDataset
    records: int
    dummy: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that ended: its number, result, and the data sets a writer could take.

    `files` have an output group; `gone` never had one.
    """

    jobid: JobId
    result: JobResult
    files: tuple[SpoolFile, ...]
    gone: tuple[Gone, ...]


@dataclass(slots=True)
class _JobSpool:
    """The spool as one running job sees it (`jes.execution.OutputSpool`)."""

    jes: "Jes"
    jobid: JobId
    open: dict[int, NewDataset] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    copies: int = 1  # of everything, by /*JOBPARM COPIES=
    unspun: dict[int, NewDataset] = field(default_factory=dict)

    def create(self, dataset: NewDataset) -> int:
        copies = dataset.request.copies * self.copies
        dataset = replace(dataset, request=replace(dataset.request, copies=copies))
        key = self.jes.store.create(self.jobid, dataset)
        self.open[key] = dataset
        return key

    def append(self, key: int, blocks: Sequence[Block]) -> None:
        while True:
            if self.open[key].stepname != JES_STEP:  # what JES2 says of a cancelled job is kept
                self.jes.watch.check(self.jobid)
            try:
                return self.jes.store.append(key, blocks)
            except SpoolShortage:
                if len(blocks) > 1:  # as much as there is room for
                    for block in blocks:
                        self.append(key, [block])
                    return None
                if not self.jes.watch.wait_for_space(self.jobid):
                    raise

    def close(self, key: int, spin: Disposition | None) -> None:
        dataset = self.open.pop(key)
        if spin is None:
            self.jes.store.seal(key)
            self.unspun[key] = dataset
        else:
            self.gone += self.jes.output(self.jobid, {key: (dataset, spin)})


class Watch(Protocol):
    """Who looks after the jobs that run."""

    def check(self, jobid: JobId) -> None:
        """The job is about to write. Raises `Abend` S222 when an operator cancelled it."""

    def wait_for_space(self, jobid: JobId) -> bool:
        """The spool is full. True when it is worth another try; false: the job fails."""


class NoWatch:
    """Jobs that nobody looks after: they cannot be cancelled, and a full spool fails them."""

    def check(self, jobid: JobId) -> None:
        """Nobody cancels."""

    def wait_for_space(self, jobid: JobId) -> bool:
        """Nobody frees."""
        return False


class Jes:
    """A JES2 member: numbers jobs, runs them and processes their output."""

    def __init__(
        self,
        store: SpoolStore,
        system: RunSystem,
        watch: Watch = NoWatch(),  # noqa: B008 a value
    ) -> None:
        self.store = store
        self.system = system
        self.watch = watch
        self._outclasses = system.outclasses

    def now(self) -> datetime:
        """The time of day of this system."""
        return self.system.now()

    def run(self, job: Job) -> Ended:
        """Number a job, run it to its end and make its output selectable."""
        jobid = self._numbered(job)
        self.store.set_phase(jobid, Phase.EXECUTION)
        return self.execute(job, jobid)

    def execute(self, job: Job, jobid: JobId, init: int = 1) -> Ended:
        """Run a job that has its number, and is ours, on initiator `init`."""
        spool = _JobSpool(self, jobid, copies=job_copies(job, self._outclasses))
        result = run_job(job, jobid, spool, self.system, init)
        return self._ended(spool, result)

    def submit(self, job: Job, jcl: str, submitter: UserId) -> JobId:
        """Put a job on the spool to be run when its turn comes; `jcl` is its own text. When this
        returns it is safe on disk (jes2.md 1.6)."""
        new = replace(self._new_job(job), jcl=jcl, submitter=submitter)
        return self.store.add_job(new, *self.system.job_numbers)

    def deposit(
        self, job: Job, request: SysoutRequest, recfm: Recfm, lrecl: int, blocks: Iterable[Block]
    ) -> Ended:
        """Put records on the spool as the output of a job that ran elsewhere: data set 102.

        `blocks` is read as it is spooled. When it raises, nothing of the job stays on the spool.
        """
        jobid = self._numbered(job)
        spool = _JobSpool(self, jobid)
        key = spool.create(
            NewDataset(
                dsid=DEPOSIT_DSID,
                stepname=DEPOSIT,
                procstep=None,
                ddname=DdName(DEPOSIT),
                dsname=f"{job.owner}.{job.jobname}.{jobid}.D{DEPOSIT_DSID:07d}.?",
                recfm=recfm,
                lrecl=lrecl,
                request=request,
            )
        )
        try:
            for step in _steps(blocks):
                spool.append(key, step)
        except BaseException:
            self.store.doom([key])
            self.store.set_phase(jobid, Phase.HARDCOPY)
            raise
        spool.close(key, None)
        return self._ended(spool, JobResult("CC 0000"))

    def _ended(self, spool: _JobSpool, result: JobResult) -> Ended:
        jobid = spool.jobid
        ended = {
            key: (new, self.disposition(new, abnormal=result.abnormal))
            for key, new in spool.unspun.items()
        }
        items, gone = self._sorted(ended)
        self.store.end_job(jobid, result.retcode, partial(group, items), self.route, gone)
        spool.gone += gone.values()
        return Ended(jobid, result, tuple(self.store.files(jobid)), tuple(spool.gone))

    def _numbered(self, job: Job) -> JobId:
        return self.store.add_job(self._new_job(job), *self.system.job_numbers)

    def _new_job(self, job: Job) -> NewJob:
        return NewJob(
            jobname=job.jobname,
            owner=job.owner,
            job_class=job.job_class,
            notify=job.notify,
            submitted=self.now().isoformat(),
        )

    def disposition(self, new: NewDataset, *, abnormal: bool) -> Disposition:
        """What DD, OUTPUT and class say about a data set of a job that ended so."""
        return disposition_of(new.request, self._outclasses, abnormal=abnormal)

    def output(
        self, jobid: JobId, ended: Mapping[int, tuple[NewDataset, Disposition]]
    ) -> list[Gone]:
        """The output processor: data sets into groups. Gives those that are never selectable."""
        items, gone = self._sorted(ended)
        self.store.doom(gone)
        self.store.add_groups(jobid, partial(group, items), self.route)
        return list(gone.values())

    def _sorted(
        self, ended: Mapping[int, tuple[NewDataset, Disposition]]
    ) -> tuple[list[Ungrouped], dict[int, Gone]]:
        """Data sets that go into groups, and those that nobody can ever select."""
        items, gone = [], {}
        for key, (new, disposition) in ended.items():
            dummy = self._outclasses[new.request.sysout_class].output is Output.DUMMY
            if dummy or disposition is Disposition.PURGE or not new.request.copies:
                gone[key] = Gone(new, self.store.records(key), dummy)
            else:
                dest = self.route(new.request.dest).dest or new.request.dest
                request = replace(new.request, dest=dest)
                items.append(Ungrouped(key, new.dsid, request, disposition))
        return items, gone

    def route(self, dest: str) -> Route:
        """Where a destination is (jes2.md 1.2, destination forms)."""
        return route_of(dest, self.system.node)

    def housekeeping(self) -> None:
        """Free purged space in steps; jobs go with the last of it."""
        while self.store.free():
            pass


def job_copies(job: Job, outclasses: Mapping[SysoutClass, OutClass]) -> int:
    """How often all output of a job is wanted: once when any of its classes is held, whatever
    /*JOBPARM COPIES= says (jes2.md 5.6)."""
    requests = (
        request
        for step in job.steps
        for dd in step.dds
        if isinstance(sysout := dd.parts[0].allocation, Sysout)
        for request in sysout.requests
    )
    classes = {job.msgclass, *(request.sysout_class for request in requests)}
    return 1 if any(outclasses[c].held for c in classes) else job.copies


def _steps(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks in lists of at most `APPEND_MAX`."""
    step: list[Block] = []
    size = 0
    for block in blocks:
        if step and size + len(block.data) > APPEND_MAX:
            yield step
            step, size = [], 0
        step.append(block)
        size += len(block.data)
    if step:
        yield step
