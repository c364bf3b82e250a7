"""What every checkpoint promises, in SQLite and in PostgreSQL, and the journal over it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from cssmtp.checkpoint import FileKey, decode, encode
from emulator.checkpoint.journal import Journal
from emulator.checkpoint.messages import CheckpointError, unusable
from emulator.checkpoint.store import CheckpointStore, PostgresTable, SqliteFile
from tests.databases import new_database

KEY = FileKey("CSSMTP", "MAILJOB", "JOB00001", 1, 5)
Open = Callable[[], CheckpointStore]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """What opens the same checkpoint each time."""
    if request.param == "sqlite":
        return lambda: CheckpointStore(SqliteFile(tmp_path / "spool.checkpoint"))
    conninfo = new_database(request.getfixturevalue("postgres_server"))
    return lambda: CheckpointStore(PostgresTable(conninfo))


@pytest.fixture
def store(opened: Open) -> Iterator[CheckpointStore]:
    """An open checkpoint of each kind."""
    one = opened()
    yield one
    one.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.checkpoint"


# --- the table -----------------------------------------------------------------------------------


def test_what_was_committed_is_there_after_a_restart(store: CheckpointStore, opened: Open) -> None:
    store.commit([(KEY, b"one")])
    store.commit([(KEY, b"two"), (replace(KEY, dataset=2), b"three")])
    again = opened()
    assert sorted(again.mails(KEY)) == [b"one", b"two"]
    again.close()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(KEY, writer="OTHER"), id="writer"),
        pytest.param(replace(KEY, jobname="OTHERJOB"), id="jobname"),
        pytest.param(replace(KEY, jobid="JOB00002"), id="jobid"),
        pytest.param(replace(KEY, dataset=2), id="dataset"),
        pytest.param(replace(KEY, incarnation=6), id="incarnation"),
    ],
)
def test_an_entry_is_of_one_writer_file_and_incarnation(
    store: CheckpointStore, other: FileKey
) -> None:
    """Job ids wrap, and a held file that is released is sent whole again (blueprint §3)."""
    store.commit([(KEY, b"one")])
    assert store.mails(other) == []
    store.commit([(other, b"two")], [KEY])
    assert (store.mails(KEY), store.mails(other)) == ([], [b"two"])


def test_a_cold_start_forgets_what_its_own_writer_noted(store: CheckpointStore) -> None:
    other = replace(KEY, writer="OTHER")
    store.commit([(KEY, b"one"), (replace(KEY, dataset=2), b"two"), (other, b"three")])
    assert {key.dataset for key in store.files("CSSMTP")} == {1, 2}
    store.clear("CSSMTP")
    assert store.files("CSSMTP") == []
    assert store.files("OTHER") == [other]


def test_two_may_open_a_new_one_at_once(opened: Open) -> None:
    one, two = opened(), opened()
    one.commit([(KEY, b"one")])
    two.commit([(KEY, b"two")])
    assert sorted(one.mails(KEY)) == [b"one", b"two"]
    one.close()
    two.close()


def test_another_layout_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(CheckpointError, match="layout 99"):
        CheckpointStore(SqliteFile(path)).mails(KEY)


def test_a_damaged_file_is_refused(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(CheckpointError, match=r"spool\.checkpoint cannot be used"):
        CheckpointStore(SqliteFile(path)).mails(KEY)


def test_a_file_is_durable_as_the_spool_is(path: Path) -> None:
    file = SqliteFile(path)
    assert file.run("PRAGMA journal_mode") == [("wal",)]
    assert file.run("PRAGMA synchronous") == [(2,)]
    assert file.run("PRAGMA fullfsync") == [(1,)]
    file.close()


# --- the journal ---------------------------------------------------------------------------------


def noting(store: CheckpointStore, mails: Sequence[int]) -> tuple[set[int], list[str]]:
    """Note mails one by one, flush; which of them a restart knows, and what was said."""
    said: list[str] = []

    async def main() -> None:
        journal = Journal(store, said.append)
        entry = await journal.begin(KEY)
        for number in mails:
            entry.note((number, 10 * number))
        await entry.flush()
        journal.close()

    asyncio.run(main())
    outcomes = [one for row in store.mails(KEY) for one in decode(row)]
    return {one[0] for one in outcomes if isinstance(one, tuple)}, said


def test_many_mails_are_committed_at_once(store: CheckpointStore) -> None:
    """Blueprint §5: at most 10 syncs per 1,000 mails."""
    found, said = noting(store, range(1, 1001))
    assert (found, said) == (set(range(1, 1001)), [])
    assert store.syncs <= 3


def until_there(store: CheckpointStore) -> None:
    """Wait until something was noted."""
    until = time.monotonic() + 20
    while not store.mails(KEY):
        assert time.monotonic() < until
        time.sleep(0.01)
    store.close()


def test_what_nobody_waits_for_is_committed_too(opened: Open) -> None:
    async def main() -> None:
        journal = Journal(opened(), pytest.fail)
        entry = await journal.begin(KEY)
        entry.note((1, 10))
        await asyncio.to_thread(until_there, opened())
        journal.close()

    asyncio.run(main())


def test_a_file_that_is_begun_again_knows_what_was_noted_before(store: CheckpointStore) -> None:
    """Its CSSMTP was stopped and started; nothing had to be on disk yet."""

    async def main() -> None:
        journal = Journal(store, pytest.fail)
        one = await journal.begin(KEY)
        one.note((1, 10))
        two = await journal.begin(KEY)
        assert two.known.sent == {1: 10}
        two.note((2, 20))
        two.forget()
        assert len((await journal.begin(KEY)).known) == 0
        journal.close()

    asyncio.run(main())
    assert store.files("CSSMTP") == []


def test_the_end_brings_everything_to_disk(opened: Open) -> None:
    async def main() -> None:
        journal = Journal(opened(), pytest.fail)
        (await journal.begin(KEY)).note((1, 10))
        journal.close()

    asyncio.run(main())
    after = opened()
    assert [list(decode(row)) for row in after.mails(KEY)] == [[(1, 10)]]
    after.close()


def test_what_nobody_can_read_is_said_and_not_passed_over(store: CheckpointStore) -> None:
    """Mail would be sent twice without a word."""
    store.commit([(KEY, encode([(1, 10)])[:-1])])

    async def main() -> None:
        journal = Journal(store, pytest.fail)
        try:
            await journal.begin(KEY)
        finally:
            journal.close()

    with pytest.raises(CheckpointError, match="MAILJOB JOB00001"):
        asyncio.run(main())


class Flaky(SqliteFile):
    """A database that fails as often as it is told to."""

    failures = 2

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.failures -= 1
        if self.failures >= 0:
            raise unusable(self.name, "the disk is full")
        with super().transaction():
            yield


def test_mail_goes_on_when_the_disk_refuses_and_nothing_noted_is_lost(path: Path) -> None:
    said: list[str] = []
    store = CheckpointStore(Flaky(path))

    async def main() -> None:
        journal = Journal(store, said.append)
        entry = await journal.begin(KEY)
        for number in range(1, 4):
            entry.note((number, 10 * number))
            await entry.flush()
        journal.close()

    asyncio.run(main())
    assert [line[:8] for line in said] == ["JML383E ", "JML384I "]
    assert [list(decode(row)) for row in store.mails(KEY)] == [[(1, 10), (2, 20), (3, 30)]]


def test_a_connection_that_is_cut_off_is_made_again(postgres_server: str) -> None:
    conninfo = new_database(postgres_server)
    said: list[str] = []
    store = CheckpointStore(PostgresTable(conninfo))

    async def main() -> None:
        journal = Journal(store, said.append)
        entry = await journal.begin(KEY)
        with psycopg.connect(conninfo, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        entry.note((1, 10))
        await entry.flush()
        entry.note((2, 20))
        await entry.flush()
        journal.close()

    asyncio.run(main())
    assert [line[:8] for line in said] == ["JML383E ", "JML384I "]
    assert [list(decode(row)) for row in store.mails(KEY)] == [[(1, 10), (2, 20)]]
    store.close()
