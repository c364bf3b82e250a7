"""Many members on one spool (blueprint §3, Claims): only PostgreSQL has more than one."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from jes.names import WriterName
from jes.sapi import SapiSession
from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Selection, SpoolFile
from tests.databases import new_database
from tests.jes.store_builders import a_dataset, a_job, spooled

CSSMTP = Selection(WriterName("CSSMTP"))


@pytest.fixture
def conninfo(postgres_server: str) -> str:
    return new_database(postgres_server)


@pytest.fixture
def members(conninfo: str) -> Iterator[tuple[SpoolStore, SpoolStore]]:
    one, two = open_postgres(conninfo, "ONE"), open_postgres(conninfo, "TWO")
    yield one, two
    one.close()
    two.close()


def test_job_numbers_are_shared(members: tuple[SpoolStore, SpoolStore]) -> None:
    one, two = members
    numbers = [member.add_job(a_job()) for member in (one, two, two, one)]
    assert numbers == ["JOB00001", "JOB00002", "JOB00003", "JOB00004"]


def test_a_group_is_held_by_one_member(members: tuple[SpoolStore, SpoolStore]) -> None:
    one, two = members
    spooled(one, one.add_job(a_job()), a_dataset())
    with SapiSession(one, CSSMTP) as first, SapiSession(two, CSSMTP) as second:
        assert first.select()
        assert second.select() == ()


def test_a_live_members_claims_are_not_taken(
    members: tuple[SpoolStore, SpoolStore], conninfo: str
) -> None:
    one, _ = members
    spooled(one, one.add_job(a_job()), a_dataset())
    with SapiSession(one, CSSMTP) as first:
        assert first.select()
        third = open_postgres(conninfo, "THREE")
        with SapiSession(third, CSSMTP) as late:
            assert late.select() == ()
        third.close()


def test_unfinished_output_of_a_live_member_is_not_swept(
    members: tuple[SpoolStore, SpoolStore], conninfo: str
) -> None:
    one, _ = members
    jobid = one.add_job(a_job())
    key = one.create(jobid, a_dataset())
    open_postgres(conninfo, "THREE").close()
    one.seal(key)
    assert [job.jobid for job in one.jobs()] == [jobid]


@pytest.mark.parametrize("ending", ["killed", "stopped"])
def test_claims_end_with_a_members_proven_death_and_not_with_time(
    conninfo: str, ending: str
) -> None:
    """A member that is stopped and goes on would send what another has sent meanwhile."""
    program = f"""
import sys
from jes.names import WriterName
from jes.sapi import SapiSession
from jes.store.postgres import open_postgres
from jes.sysout import Selection
from tests.jes.store_builders import a_dataset, a_job, spooled
store = open_postgres({conninfo!r}, "OTHER")
spooled(store, store.add_job(a_job()), a_dataset())
session = SapiSession(store, Selection(WriterName("CSSMTP")))
assert session.select()
print("holding", flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "holding\n"
    other.send_signal(signal.SIGSTOP if ending == "stopped" else signal.SIGKILL)
    if ending == "killed":
        other.wait()
    found: tuple[SpoolFile, ...] = ()
    for _ in range(50):  # the server notices a closed socket within moments
        mine = open_postgres(conninfo, "MINE")
        with SapiSession(mine, CSSMTP) as session:
            found = session.select()
        mine.close()
        if found:
            break
    assert bool(found) is (ending == "killed")
    other.kill()
    other.wait()
    other.stdout.close()
    if other.stdin is not None:
        other.stdin.close()


def test_four_members_take_each_group_once(conninfo: str) -> None:
    first = open_postgres(conninfo, "MAKER")
    jobid = first.add_job(a_job())
    for _ in range(60):
        spooled(first, jobid, a_dataset(), size=1)
    taken: Counter[int] = Counter()

    def work(name: str) -> None:
        store = open_postgres(conninfo, name)
        with SapiSession(store, CSSMTP) as session:
            while files := session.select():
                for file in files:
                    taken[file.key] += 1
                    session.dispose(file, Disposal.PROCESSED)
        store.close()

    threads = [threading.Thread(target=work, args=(f"M{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60
    assert set(taken.values()) == {1}
    assert first.all_files() == []
    first.close()


def test_members_that_hold_output_of_one_job_number_its_groups_apart(conninfo: str) -> None:
    first = open_postgres(conninfo, "MAKER")
    jobid = first.add_job(a_job())
    for _ in range(40):
        spooled(first, jobid, a_dataset(), size=1)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        store = open_postgres(conninfo, name)
        try:
            with SapiSession(store, CSSMTP) as session:
                while files := session.select():
                    session.dispose(files[0], Disposal.HOLD)
        except BaseException as error:  # noqa: BLE001 shown below
            failed.append(error)
        store.close()

    threads = [threading.Thread(target=work, args=(f"M{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({file.outgrp for file in first.all_files()}) == 40
    first.close()


def test_members_that_free_the_same_space_do_not_disturb_each_other(conninfo: str) -> None:
    first = open_postgres(conninfo, "MAKER")
    keys = spooled(first, first.add_job(a_job()), a_dataset(), a_dataset(), size=160_000)
    first.doom(keys)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            store = open_postgres(conninfo, name)  # a warm start frees what is doomed
            store.close()
        except BaseException as error:  # noqa: BLE001 shown below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"M{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert first.read(keys[0], 1, 1) == first.read(keys[1], 1, 1) == []
    first.close()
