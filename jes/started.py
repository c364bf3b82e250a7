"""A started task's job on the spool. What it prints is spun: selectable at once (jes2.md 1.4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from jes.errors import JesError
from jes.job import Phase
from jes.names import DdName, JobId, JobName, SysoutClass, UserId
from jes.records import Recfm, blocks
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.subsystem import Jes
from jes.sysout import JobKind, NewDataset, SysoutRequest

FIRST_DSID = 101
MSGCLASS = SysoutClass("A")  # of a started task whose procedure says nothing


@dataclass(slots=True)
class StartedJob:
    """The job of a started task; it gets its number when it first prints something."""

    jes: Jes
    jobname: JobName
    owner: UserId
    _jobid: JobId | None = None
    _dsid: int = field(default=FIRST_DSID)

    def jobid(self) -> JobId:
        """The job's id."""
        if self._jobid is None:
            self._jobid = self._store.add_job(
                NewJob(
                    jobname=self.jobname,
                    owner=self.owner,
                    job_class="STC",
                    notify=None,
                    submitted=self.jes.now().isoformat(),
                    kind=JobKind.STC,
                ),
                *self.jes.system.job_numbers,
            )
            self._store.set_phase(self._jobid, Phase.EXECUTION)
        return self._jobid

    @property
    def _store(self) -> SpoolStore:
        return self.jes.store

    def spin(
        self, sysout_class: SysoutClass | None, recfm: Recfm, lrecl: int, records: Iterable[bytes]
    ) -> None:
        """Print records to a SYSOUT data set of the job. Raises `SpoolError`, `BadRecord`."""
        jobid = self.jobid()
        request = SysoutRequest(sysout_class=sysout_class or MSGCLASS)
        new = NewDataset(
            dsid=self._dsid,
            stepname=self.jobname,
            procstep=None,
            ddname=DdName(f"SYS{self._dsid - FIRST_DSID + 1:05d}"),
            dsname=f"{self.owner}.{self.jobname}.{jobid}.D{self._dsid:07d}.?",
            recfm=recfm,
            lrecl=lrecl,
            request=request,
        )
        self._dsid += 1
        key = self._store.create(jobid, new)
        try:
            found = list(blocks(records, recfm, lrecl))
            if found:
                self._store.append(key, found)
        except JesError:
            self._store.doom([key])
            raise
        self._store.seal(key)
        self.jes.output(jobid, {key: (new, self.jes.disposition(new, abnormal=False))})

    def end(self) -> None:
        """The started task ended."""
        if self._jobid is not None:
            self._store.end_job(self._jobid, "CC 0000", lambda taken: [], self.jes.route)
            self._jobid = None
