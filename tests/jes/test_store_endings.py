"""Members that are taken out, jobs that end, and what they leave (jes2.md 1.6; blueprint §3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from jes.errors import Evicted, SpoolError
from jes.job import Phase
from jes.names import JobId, WriterName
from jes.sapi import SapiSession
from jes.store.postgres import attach_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool
from jes.sysout import Disposal, Selection
from jes.views import JobFilter
from tests.jes.conftest import Place
from tests.jes.store_builders import a_dataset, a_job, ended, here, records, spooled

CSSMTP = Selection(WriterName("CSSMTP"))
WAITING = replace(a_job(), jcl="//A JOB")


@contextmanager
def visitor(place: Place) -> Iterator[SpoolStore]:
    """Somebody beside the member that has the spool."""
    sqlite = place.kind == "sqlite"
    found = attach_spool(place.path) if sqlite else attach_postgres(place.conninfo)
    yield found
    found.close()


def evicted(place: Place) -> None:
    """An operator takes the only member out ($E MEMBER)."""
    with visitor(place) as desk:
        (member,) = desk.members()
        assert desk.take_over(member=member.number) == [member.name]


def running(store: SpoolStore) -> JobId:
    """A job with JCL that an initiator has."""
    jobid = store.add_job(WAITING)
    store.claim_job(Phase.CONVERSION)
    store.pass_on(jobid, Phase.EXECUTION)
    assert store.claim_job(Phase.EXECUTION) is not None
    return jobid


def job_key(store: SpoolStore, jobid: JobId) -> int:
    """Of a job that is there."""
    (job,) = store.jobs(JobFilter(jobids=(jobid,)))
    return job.key


def assert_cancelled(store: SpoolStore, jobid: JobId) -> None:
    (job,) = store.jobs(JobFilter(jobids=(jobid,)))
    assert (job.phase, job.retcode, job.active) == (Phase.HARDCOPY, "CANCELED", None)
    assert store.claim_job(Phase.EXECUTION) is None


# --- members -------------------------------------------------------------------------------------


def test_a_member_that_was_taken_out_can_change_nothing(store: SpoolStore, place: Place) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset())
    key = store.create(jobid, a_dataset())
    store.add_job(WAITING)
    with SapiSession(store, CSSMTP) as session:
        (file,) = session.select()
        evicted(place)
        before = (store.jobs(), store.groups(), store.space())
        for refused in (
            lambda: session.dispose(file, Disposal.PROCESSED),
            session.select,
            lambda: store.claim_job(Phase.CONVERSION),
            lambda: store.add_job(WAITING),
            lambda: store.add_job(a_job()),
            lambda: store.create(jobid, a_dataset()),
            lambda: store.append(key, records(1)),
            lambda: store.add_groups(jobid, lambda taken: [], here),
            lambda: ended(store, jobid),
        ):
            with pytest.raises(Evicted) as caught:
                refused()
            assert caught.value.message.id == "JML018E"
        store.set_phase(jobid, Phase.CONVERSION)
    assert (store.jobs(), store.groups(), store.space()) == before


def test_what_is_held_by_nobody_of_the_list_is_freed(place: Place) -> None:
    """Should a claim outlive its member all the same, the next take-over ends it."""
    store = place.open()
    jobid = running(store)
    spooled(store, jobid, a_dataset())
    store._db.change("UPDATE groups SET holder = 1, member = 99")
    store._db.change("UPDATE jobs SET member = 99")
    store.take_over()
    assert [job.active for job in store.jobs()] == [None]
    with SapiSession(store, CSSMTP) as session:
        assert session.select()
    store.close()


# --- cancelled jobs do not run again -------------------------------------------------------------


def test_a_cancelled_job_that_is_given_back_has_ended(store: SpoolStore) -> None:
    jobid = running(store)
    spooled(store, jobid, a_dataset())
    store.create(jobid, a_dataset())
    store.cancel_job(job_key(store, jobid), purge=False)
    store.give_back(jobid)
    assert_cancelled(store, jobid)
    assert len(store.datasets(jobid)) == 1  # what was spun stays


def test_a_cancelled_job_that_is_passed_on_has_ended(store: SpoolStore) -> None:
    jobid = store.add_job(WAITING)
    assert store.claim_job(Phase.CONVERSION)
    spooled(store, jobid, a_dataset())
    store.cancel_job(job_key(store, jobid), purge=False)
    store.pass_on(jobid, Phase.EXECUTION, hold=True)
    assert_cancelled(store, jobid)


@pytest.mark.parametrize("purge", [False, True])
def test_a_cancelled_job_whose_member_dies_has_ended(place: Place, purge: bool) -> None:
    store = place.open()
    jobid = running(store)
    spooled(store, jobid, a_dataset(), a_dataset())
    store.cancel_job(job_key(store, jobid), purge=purge)
    store.close()
    again = place.open()
    if purge:
        assert (again.jobs(), again.groups()) == ([], [])
    else:
        assert_cancelled(again, jobid)
    again.close()


# --- what ended jobs leave -----------------------------------------------------------------------


def test_what_is_in_no_group_when_a_job_ends_goes(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset())
    store.append(store.create(jobid, a_dataset()), records(5))
    ended(store, jobid)
    while store.free():
        pass
    assert store.space().datasets == 1
    assert store.space().used == 3 * 80
    assert list(store.audit()) == []


def test_a_data_set_in_no_group_of_an_ended_job_is_found_and_can_be_purged(
    store: SpoolStore,
) -> None:
    jobid = store.add_job(a_job())
    store.create(jobid, a_dataset(dsid=107))
    store._db.change("UPDATE jobs SET phase = 'HARDCOPY', member = NULL")
    (line,) = store.audit()
    assert line.startswith("JML089E data set 107 (SYSUT2)")
    assert store.cancel_job(job_key(store, jobid), purge=True)
    while store.free():
        pass
    assert (store.jobs(), list(store.audit())) == ([], [])


def test_a_take_over_drops_jobs_that_leave_nothing(store: SpoolStore) -> None:
    store.add_job(a_job())
    store._db.change("UPDATE jobs SET member = 99")
    store.take_over()
    assert store.jobs() == []


@pytest.mark.parametrize("state", ["sealed", "purged", "gone"])
def test_nothing_is_added_to_what_cannot_be_written(store: SpoolStore, state: str) -> None:
    key = store.create(store.add_job(a_job()), a_dataset())
    store.append(key, records(1))
    if state == "sealed":
        store.seal(key)
    else:
        store.doom([key])
    while state == "gone" and store.free():
        pass
    before = store.space()
    with pytest.raises(SpoolError, match="purged or sealed"):
        store.append(key, records(1))
    assert store.space() == before
    assert list(store.audit()) == []
