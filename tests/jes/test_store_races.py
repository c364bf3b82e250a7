"""Members and operators who act between two statements of another (blueprint §3, Claims).

Each case lets somebody act at the worst moment: just before or after a statement of the store that
is tried. Only PostgreSQL has a moment between two statements.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from jes.errors import Evicted, SpoolError
from jes.job import Phase
from jes.names import WriterName
from jes.sapi import SapiSession
from jes.store.jobs import QueuedJob
from jes.store.postgres import attach_postgres, open_postgres
from jes.store.rows import NewJob
from jes.store.schema import LAYOUT
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, Selection
from jes.views import GroupChange, JobChange, JobFilter
from tests.databases import new_database
from tests.jes.store_builders import a_dataset, a_job, here, records, spooled

CSSMTP = Selection(WriterName("CSSMTP"))
EXECUTION = Phase.EXECUTION


@pytest.fixture
def conninfo(postgres_server: str) -> str:
    return new_database(postgres_server)


@pytest.fixture
def members(conninfo: str) -> Iterator[tuple[SpoolStore, SpoolStore]]:
    one, two = open_postgres(conninfo, "ONE"), open_postgres(conninfo, "TWO")
    yield one, two
    one.close()
    two.close()


def waiting(name: str = "MAILJOB") -> NewJob:
    """A job that waits to be run."""
    return replace(a_job(name), jcl="//A JOB")


def ready(store: SpoolStore, name: str = "MAILJOB") -> int:
    """A converted job; its key."""
    jobid = store.add_job(waiting(name))
    store.claim_job(Phase.CONVERSION)
    store.pass_on(jobid, EXECUTION)
    (job,) = store.jobs(JobFilter(jobids=(jobid,)))
    return job.key


def key_of(store: SpoolStore) -> int:
    """Of the only output group."""
    (group,) = store.groups()
    return group.key


def between(store: SpoolStore, text: str, act: Callable[[], object]) -> Callable[[], None]:
    """`act` happens once, right before the first statement of the store that contains `text`.

    It has a thread of its own: what has to wait for the store's transaction goes on behind it.
    What this gives waits for that, and fails when it never happened.
    """
    database: Any = store._db
    acting: list[threading.Thread] = []

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def statement(query: str, values: Sequence[object] = ()) -> Any:
            if text in query and not acting:
                acting.append(threading.Thread(target=act))
                acting[0].start()
                acting[0].join(0.5)
            return real(query, values)

        return statement

    def wait() -> None:
        (thread,) = acting
        thread.join()

    database.rows, database.change = wrapped(database.rows), wrapped(database.change)
    return wait


# --- jobs (jes2.md 1.6, 1.7) ---------------------------------------------------------------------


def test_a_job_that_is_claimed_while_it_is_cancelled_is_told_to_end(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    key = ready(one)
    wait = between(one, "UPDATE jobs SET cancelled", lambda: two.claim_job(EXECUTION))
    assert one.cancel_job(key, purge=True)
    wait()
    (job,) = one.jobs()
    assert (job.phase, job.active, job.cancelled) == (EXECUTION, "TWO", True)
    assert two.asked_to_end() == [job.jobid]


@pytest.mark.parametrize("purge", [False, True])
def test_a_job_that_is_cancelled_while_it_is_claimed_does_not_run(
    members: tuple[SpoolStore, SpoolStore], purge: bool
) -> None:
    one, two = members
    key = ready(one)
    spooled(one, one.jobs()[0].jobid, a_dataset())
    wait = between(one, "UPDATE jobs SET member = ?", lambda: two.cancel_job(key, purge=purge))
    assert one.claim_job(EXECUTION) is None
    wait()
    (job,) = two.jobs()
    assert (job.phase, job.active, job.retcode) == (Phase.HARDCOPY, None, "CANCELED")


def test_a_job_that_moves_on_while_it_is_claimed_is_not_had(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    """Another member may convert it between our look and our claim."""
    one, two = members
    jobid = one.add_job(waiting())

    def convert() -> None:
        two.claim_job(Phase.CONVERSION)
        two.pass_on(jobid, EXECUTION)

    wait = between(one, "UPDATE jobs SET member = ?", convert)
    assert one.claim_job(Phase.CONVERSION) is None
    wait()


def test_of_one_name_one_job_runs_whoever_looks_at_the_same_time(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    """DUPL_JOB=DELAY is for the whole complex (jes2.md 1.7), whatever the classes of the jobs."""
    one, two = members
    ready(one)
    one.change_job(ready(one), JobChange(job_class="B"))
    found: list[QueuedJob | None] = []
    wait = between(
        one,
        "UPDATE jobs SET member = ?",
        lambda: found.append(two.claim_job(EXECUTION, ("B",), alone=True)),
    )
    found.append(one.claim_job(EXECUTION, ("A",), alone=True))
    wait()
    assert sum(job is not None for job in found) == 1
    assert len(one.jobs(JobFilter(active=True))) == 1


# --- output groups (jes2.md 1.5, 2.5) ------------------------------------------------------------


def test_a_group_is_not_purged_under_the_hands_of_who_claims_it(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    session = SapiSession(two, CSSMTP)
    taken: list[object] = []
    wait = between(one, "UPDATE datasets SET doomed", lambda: taken.extend(session.select()))
    assert one.cancel_group(key_of(one))
    wait()
    assert (taken, one.groups()) == ([], [])


def test_a_cancel_while_a_claim_ends_leaves_nothing_behind(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    session = SapiSession(one, CSSMTP)
    assert session.select()
    key = key_of(one)
    wait = between(one, "UPDATE groups SET holder = NULL", lambda: two.cancel_group(key))
    session.close()
    wait()
    assert two.groups() == []


def test_a_cancel_while_a_data_set_is_given_back_is_heard_or_refused(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    session = SapiSession(one, CSSMTP)
    (file,) = session.select()
    key, heard = key_of(one), list[bool]()
    wait = between(one, "INSERT INTO groups", lambda: heard.append(two.cancel_group(key)))
    session.dispose(file, Disposal.KEEP)
    wait()
    assert heard == [not two.all_files()]


def test_what_an_operator_holds_while_it_is_claimed_is_not_had(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    key = key_of(one)
    hold = GroupChange(disposition=Disposition.HOLD)
    wait = between(one, "UPDATE groups SET holder = ?", lambda: two.change_group(key, hold, here))
    with SapiSession(one, CSSMTP) as session:
        assert session.select() == ()
    wait()


def test_what_waits_for_each_other_is_done_all_the_same(
    members: tuple[SpoolStore, SpoolStore], conninfo: str
) -> None:
    """PostgreSQL ends one of two that are deadlocked: the store does it again."""
    one, _ = members
    spooled(one, one.add_job(a_job()), a_dataset())
    job, group = one.jobs()[0].key, key_of(one)
    ready_to_wait = threading.Event()

    def against() -> None:
        with psycopg.connect(conninfo) as other, other.transaction():
            other.execute("SET LOCAL deadlock_timeout = '10s'")  # so that the store gives way
            other.execute("SELECT 1 FROM groups WHERE group_key = %s FOR UPDATE", (group,))
            ready_to_wait.set()
            other.execute("SELECT 1 FROM jobs WHERE job_key = %s FOR UPDATE", (job,))

    wait = between(one, "SELECT group_key, holder", against)
    assert one.cancel_job(job, purge=True)
    wait()
    assert ready_to_wait.is_set()
    assert one.groups() == []


# --- $E MEMBER and layouts -----------------------------------------------------------------------


def test_a_take_over_waits_for_a_claim_and_frees_it(
    members: tuple[SpoolStore, SpoolStore],
) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    session, late = SapiSession(one, CSSMTP), SapiSession(two, CSSMTP)
    ours = one._db.member
    wait = between(one, "UPDATE groups SET holder = ?", lambda: two.take_over(member=ours))
    assert session.select()
    wait()
    assert late.select()
    with pytest.raises(Evicted):
        session.select()


def test_a_member_joins_no_spool_that_is_being_upgraded(conninfo: str) -> None:
    """Only `open` lays out, and not under the hands of somebody who knows the old layout."""
    old = open_postgres(conninfo, "OLD")
    old._db.change("UPDATE meta SET value = 1 WHERE name = 'layout'")
    with pytest.raises(SpoolError, match="in use by OLD") as caught:
        open_postgres(conninfo, "NEW")
    assert caught.value.message.id == "JML009E"
    with pytest.raises(SpoolError, match=f"has layout 1, this is {LAYOUT}"):
        attach_postgres(conninfo)
    old.close()


def test_a_visitor_makes_no_tables(conninfo: str) -> None:
    for _ in range(2):
        with pytest.raises(SpoolError, match="there is no spool"):
            attach_postgres(conninfo)


def test_a_visitor_may_submit_and_cancel_and_nothing_else(conninfo: str) -> None:
    open_postgres(conninfo, "JES").close()
    with closing(attach_postgres(conninfo)) as visitor:
        jobid = visitor.add_job(waiting())
        for refused in (
            lambda: visitor.add_job(a_job()),
            lambda: visitor.claim_job(Phase.CONVERSION),
            lambda: visitor.create(jobid, a_dataset()),
            lambda: visitor.append(1, records(1)),
            lambda: visitor.claim(1, CSSMTP),
        ):
            with pytest.raises(SpoolError, match="only a member"):
                refused()
        assert visitor.cancel_job(visitor.jobs()[0].key, purge=False)
