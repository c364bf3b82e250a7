"""JES2 itself: jobs in, run one after the other, their output put into groups (jes2.md 1.1-1.6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from jes.execution import run_job
from jes.job import Job, JobResult, Phase
from jes.names import DdName, JobId
from jes.records import Block, Recfm
from jes.running import RunSystem
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.sysout import (
    LOCAL,
    Disposition,
    NewDataset,
    Output,
    Route,
    SpoolFile,
    SysoutRequest,
    Ungrouped,
    disposition_of,
    group,
)

DEPOSIT = "MAIL"  # step and DD of records that came without a job (blueprint §6)
DEPOSIT_DSID = 102
APPEND_BYTES = 4 * 1024 * 1024  # in one transaction at most (blueprint §3)


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
    unspun: dict[int, NewDataset] = field(default_factory=dict)

    def create(self, dataset: NewDataset) -> int:
        key = self.jes.store.create(self.jobid, dataset)
        self.open[key] = dataset
        return key

    def append(self, key: int, blocks: Sequence[Block]) -> None:
        self.jes.store.append(key, blocks)

    def close(self, key: int, spin: Disposition | None) -> None:
        dataset = self.open.pop(key)
        if spin is None:
            self.jes.store.seal(key)
            self.unspun[key] = dataset
        else:
            self.gone += self.jes.output(self.jobid, {key: (dataset, spin)})


class Jes:
    """A JES2 member: numbers jobs, runs them and processes their output."""

    def __init__(self, store: SpoolStore, system: RunSystem) -> None:
        self.store = store
        self.system = system
        self._outclasses = system.outclasses

    def now(self) -> datetime:
        """The time of day of this system."""
        return self.system.now()

    def run(self, job: Job) -> Ended:
        """Number a job, run it to its end and make its output selectable."""
        jobid = self._numbered(job)
        self.store.set_phase(jobid, Phase.EXECUTION)
        spool = _JobSpool(self, jobid)
        result = run_job(job, jobid, spool, self.system)
        return self._ended(spool, result)

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
        return self.store.add_job(
            NewJob(
                jobname=job.jobname,
                owner=job.owner,
                job_class=job.job_class,
                notify=job.notify,
                submitted=self.now().isoformat(),
            )
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
            if dummy or disposition is Disposition.PURGE:
                gone[key] = Gone(new, self.store.records(key), dummy)
            else:
                items.append(Ungrouped(key, new.dsid, new.request, disposition))
        return items, gone

    def route(self, dest: str) -> Route:
        """Where a destination is (jes2.md 1.2, destination forms)."""
        node, dot, user = dest.rpartition(".")
        if dot and node not in (self.system.node, LOCAL):
            return Route(local=False)
        return Route(local=True, user=None if user == LOCAL else user)

    def housekeeping(self) -> None:
        """Free purged space in steps; jobs go with the last of it."""
        while self.store.free():
            pass


def _steps(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks in lists of at most `APPEND_BYTES`."""
    step: list[Block] = []
    size = 0
    for block in blocks:
        if step and size + len(block.data) > APPEND_BYTES:
            yield step
            step, size = [], 0
        step.append(block)
        size += len(block.data)
    if step:
        yield step
