"""Jobs put on a spool for whoever runs jobs there (`jesmail submit`)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.clock import Clock
from emulator.exits import Unreachable
from emulator.place import Place
from emulator.system import converter
from jes import messages
from jes.errors import SpoolError
from jes.jcl.converter import NoJob, read_in
from jes.job import Fault, Phase
from jes.names import JobId, JobName, UserId
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.views import JobFilter

_LOOK = 0.2  # seconds between two looks at a job that runs


@dataclass(frozen=True, slots=True)
class Submitted:
    """One job of a file: its id, or None when it is none. `faults` are what a reader would say."""

    file: str
    jobid: JobId | None
    jobname: JobName | None
    faults: tuple[Fault, ...]


@contextmanager
def submitter(place: Place, clock: Clock) -> Iterator[SpoolStore]:
    """The spool beside whoever has it, made when there is none. Raises `Unreachable`."""
    try:
        store = _attached(place, clock)
        try:
            yield store
        finally:
            store.close()
    except SpoolError as error:
        raise Unreachable(f"{error.message.id} {error}") from error


def _attached(place: Place, clock: Clock) -> SpoolStore:
    def stamp() -> str:
        return clock().isoformat()

    if isinstance(place.spool, Path):
        from jes.store.sqlite import attach_spool, open_spool

        if not place.spool.exists():
            open_spool(place.spool, clock=stamp).close()
        return attach_spool(place.spool, clock=stamp)
    from jes.store.postgres import attach_postgres, open_postgres

    try:
        return attach_postgres(place.spool, clock=stamp)
    except SpoolError as error:
        if error.message is not messages.NO_SPOOL:
            raise
    open_postgres(place.spool, place.settings.sysname, clock=stamp).close()
    return attach_postgres(place.spool, clock=stamp)


def submit(
    store: SpoolStore, place: Place, text: str, name: str, user: str, clock: Clock
) -> list[Submitted]:
    """Put the jobs of a file's text on the spool, each safe on disk when this returns."""
    found = []
    setting = converter(place.settings, user)
    for read in read_in(text, setting):
        job = read.job
        if isinstance(job, NoJob):
            found.append(Submitted(name, None, None, job.faults))
            continue
        jobid = store.add_job(
            NewJob(
                jobname=job.jobname,
                owner=job.owner,
                job_class=job.job_class,
                notify=job.notify,
                submitted=clock().isoformat(),
                jcl=read.text,
                submitter=UserId(user.upper()),
            ),
            *place.settings.job_numbers,
        )
        found.append(Submitted(name, jobid, job.jobname, job.faults))
    return found


def ended(store: SpoolStore, jobids: Sequence[JobId], timeout: float) -> dict[JobId, str | None]:
    """Wait until the jobs have ended: how each did. One that went before that was seen has
    `PURGED`, one that has not ended in `timeout` seconds None."""
    until = time.monotonic() + timeout
    results: dict[JobId, str | None] = dict.fromkeys(jobids)
    while True:
        open_ = [jobid for jobid, result in results.items() if result is None]
        found = store.jobs(JobFilter(jobids=tuple(open_)), limit=len(open_))
        views = {job.jobid: job for job in found}
        for jobid in open_:
            if jobid not in views:
                results[jobid] = "PURGED"
            elif views[jobid].phase in (Phase.HARDCOPY, Phase.PURGE):
                results[jobid] = views[jobid].retcode
        if None not in results.values() or time.monotonic() >= until:
            return results
        while not store.news() and time.monotonic() < until:
            time.sleep(_LOOK)
