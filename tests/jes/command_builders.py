"""A small spool for operator commands, always the same."""

from dataclasses import replace

from jes.job import Phase
from jes.names import SysoutClass, UserId
from jes.store.sql import SpoolStore
from jes.sysout import Disposition, JobKind, SysoutRequest
from tests.jes.store_builders import a_dataset, a_job, a_request, ended, spooled

SUBMITTED = "2024-01-31T06:10:00+00:00"
CLOCK = "2024-02-02T12:00:00+00:00"  # a day before the fake machine's noon

CAPACITY = 100_000_000  # bytes


def a_spool(store: SpoolStore) -> None:
    """Four jobs that ended, one that runs, two that wait, a started task."""
    mail = store.add_job(a_job("MAILJOB"))
    spooled(store, mail, a_dataset(dsid=102), size=12)
    spooled(store, mail, a_dataset(_of("H", None), dsid=103), disposition=Disposition.HOLD)
    ended(store, mail)
    other = store.add_job(a_job("MAILB"))
    spooled(store, other, a_dataset(replace(a_request(), forms="INV")))
    spooled(store, other, a_dataset(_of("C", None)), disposition=Disposition.LEAVE)
    ended(store, other, "ABEND S0C7")
    away = store.add_job(replace(a_job("AWAY"), owner=UserId("TEST")))
    spooled(store, away, a_dataset(_of("A", None, "N2.THEM")), disposition=Disposition.HOLD)
    ended(store, away, "JCL ERROR")
    store.set_phase(store.add_job(a_job("RUNS")), Phase.EXECUTION)
    for name, job_class in (("WAITA", "A"), ("WAITB", "B")):
        store.add_job(replace(a_job(name), job_class=job_class, jcl="//", submitted=SUBMITTED))
        claimed = store.claim_job(Phase.CONVERSION)
        assert claimed is not None
        store.pass_on(claimed.view.jobid, Phase.EXECUTION)
    task = store.add_job(replace(a_job("CSSMTP"), kind=JobKind.STC, job_class="STC"))
    store.set_phase(task, Phase.EXECUTION)
    spooled(store, task, a_dataset(_of("A", None)))


def _of(sysout_class: str, writer: str | None, dest: str = "LOCAL") -> SysoutRequest:
    request = a_request(writer=writer, dest=dest)
    return replace(request, sysout_class=SysoutClass(sysout_class))
