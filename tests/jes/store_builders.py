"""Builders of what a spool holds; each fills in what a case is not about."""

from collections.abc import Callable
from functools import partial
from itertools import count

from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import FB, Block, fixed_blocks
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.sysout import Disposition, NewDataset, Route, SysoutRequest, Ungrouped, group

_dsids = count(101)


def a_job(name: str = "MAILJOB") -> NewJob:
    return NewJob(
        jobname=JobName(name),
        owner=UserId("IBMUSER"),
        job_class="A",
        notify=None,
        submitted="2024-01-31T06:10:00+00:00",
    )


def a_request(
    *, writer: str | None = "CSSMTP", dest: str = "LOCAL", priority: int | None = None
) -> SysoutRequest:
    return SysoutRequest(
        sysout_class=SysoutClass("B"),
        writer=WriterName(writer) if writer else None,
        dest=dest,
        priority=priority,
    )


def a_dataset(request: SysoutRequest | None = None, *, dsid: int | None = None) -> NewDataset:
    number = next(_dsids) if dsid is None else dsid
    return NewDataset(
        dsid=number,
        stepname="SEND",
        procstep=None,
        ddname=DdName("SYSUT2"),
        dsname=f"IBMUSER.MAILJOB.JOB00001.D{number:07d}.?",
        recfm=FB,
        lrecl=80,
        request=request or a_request(),
    )


def records(number: int) -> list[Block]:
    """So many records of 80 bytes, each different."""
    return list(fixed_blocks(b"".join(b"%079d\x4b" % n for n in range(1, number + 1)), 80))


def here(dest: str) -> Route:
    """`N2.…` is another node; anything else but LOCAL is a user here."""
    return Route(local=not dest.startswith("N2."), user=None if dest == "LOCAL" else dest)


def spooled(
    store: SpoolStore,
    jobid: JobId,
    *datasets: NewDataset,
    disposition: Disposition = Disposition.WRITE,
    size: int = 3,
    found: list[Block] | None = None,
    route: Callable[[str], Route] = here,
) -> list[int]:
    """Data sets written, sealed and put into groups, as at job end; their keys.

    Each has the records that were `found`, or `size` of its own.
    """
    items = []
    for new in datasets:
        key = store.create(jobid, new)
        store.append(key, records(size) if found is None else found)
        store.seal(key)
        items.append(Ungrouped(key, new.dsid, new.request, disposition))
    store.add_groups(jobid, partial(group, items), route)
    return [item.key for item in items]


def ended(store: SpoolStore, jobid: JobId, retcode: str = "CC 0000") -> None:
    """The job ends, and what it has spooled stays."""
    store.end_job(jobid, retcode, lambda taken: [], here)
