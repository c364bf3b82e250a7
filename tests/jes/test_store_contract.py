"""What every spool store promises (blueprint §3), run against each store there is."""

from dataclasses import replace

import pytest

from jes.errors import NotClaimed, SpoolFull
from jes.names import WriterName
from jes.records import Block
from jes.sapi import SapiSession
from jes.store.datasets import FREE_STEP
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, JobKind, Selection
from tests.jes.conftest import Place
from tests.jes.store_builders import a_dataset, a_job, a_request, ended, records, spooled

CSSMTP = Selection(WriterName("CSSMTP"))


def joined(blocks: list[Block]) -> bytes:
    return b"".join(block.data for block in blocks)


# --- numbers of jobs (jes2.md 1.7) ---------------------------------------------------------------


def test_jobs_are_numbered_in_order(store: SpoolStore) -> None:
    assert [store.add_job(a_job()) for _ in range(3)] == ["JOB00001", "JOB00002", "JOB00003"]


def test_numbers_wrap_and_skip_those_in_use(store: SpoolStore) -> None:
    first = store.add_job(a_job(), 1, 3)
    spooled(store, first, a_dataset())
    for _ in range(2):
        jobid = store.add_job(a_job(), 1, 3)
        ended(store, jobid)
    assert store.add_job(a_job(), 1, 3) == "JOB00002"


def test_a_range_without_a_free_number_is_full(store: SpoolStore) -> None:
    store.add_job(a_job(), 1, 1)
    with pytest.raises(SpoolFull, match="between 1 and 1"):
        store.add_job(a_job(), 1, 1)


def test_ids_have_seven_digits_when_the_range_goes_above_99999(store: SpoolStore) -> None:
    assert store.add_job(a_job(), 1, 999_999) == "J0000001"


def test_started_tasks_are_numbered_from_the_top_and_share_the_numbers(store: SpoolStore) -> None:
    """Blueprint §10, job numbers; jes2.md 1.7: all work shares the numbers."""
    task = replace(a_job("CSSMTP"), kind=JobKind.STC)
    order = [store.add_job(one, 1, 4) for one in (task, a_job(), task, a_job())]
    assert order == ["STC00004", "JOB00001", "STC00003", "JOB00002"]
    with pytest.raises(SpoolFull):
        store.add_job(task, 1, 4)


# --- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 818, 819, 820, 2000])
def test_what_was_appended_is_read_from_any_record(store: SpoolStore, number: int) -> None:
    key = store.create(store.add_job(a_job()), a_dataset())
    blocks = records(number)
    store.append(key, blocks)
    assert joined(store.read(key, 1, 1 << 20)) == joined(blocks)
    for record in {1, number // 2 + 1, number}:
        found = store.read(key, record, 1)[0]
        assert found.first <= record < found.next
        assert found.data == joined(blocks)[(found.first - 1) * 80 : (found.next - 1) * 80]


def test_appending_goes_on_where_the_last_one_ended(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    key = store.create(jobid, a_dataset())
    blocks = records(2000)
    for block in blocks:
        store.append(key, [block])
    assert store.read(key, 1, 1 << 20) == blocks


def test_a_read_is_limited_but_gives_a_block_at_least(store: SpoolStore) -> None:
    key = store.create(store.add_job(a_job()), a_dataset())
    store.append(key, records(4000))
    assert len(store.read(key, 1, 1)) == 1
    assert len(store.read(key, 1, 3 * 65_520)) == 3


def test_a_file_knows_its_records_and_bytes(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), size=1000)
    (file,) = store.files(jobid)
    assert (file.records, file.size) == (1000, 80_000)


# --- selection (jes2.md 2.2, 2.7) ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("writer", "dest", "found"),
    [
        pytest.param("CSSMTP", "LOCAL", True, id="writer"),
        pytest.param(None, "CSSMTP", True, id="destination"),
        pytest.param("OTHER", "CSSMTP", True, id="destination-of-another-writer"),
        pytest.param("OTHER", "LOCAL", False, id="another-writer"),
        pytest.param(None, "LOCAL", False, id="neither"),
        pytest.param("CSSMTP", "N2.CSSMTP", False, id="on-its-way-to-another-node"),
    ],
)
def test_selects_by_writer_or_destination(
    store: SpoolStore, writer: str | None, dest: str, found: bool
) -> None:
    spooled(store, store.add_job(a_job()), a_dataset(a_request(writer=writer, dest=dest)))
    with SapiSession(store, CSSMTP) as session:
        assert bool(session.select()) is found


@pytest.mark.parametrize("disposition", list(Disposition))
def test_only_write_and_keep_can_be_selected(store: SpoolStore, disposition: Disposition) -> None:
    spooled(store, store.add_job(a_job()), a_dataset(), disposition=disposition)
    with SapiSession(store, CSSMTP) as session:
        selected = bool(session.select())
    assert selected is (disposition in {Disposition.WRITE, Disposition.KEEP})


def test_higher_priority_first_then_the_older(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    for priority, disposition in (
        (1, Disposition.WRITE),
        (200, Disposition.KEEP),
        (200, Disposition.WRITE),
        (None, Disposition.WRITE),  # 144
    ):
        new = a_dataset(a_request(priority=priority))
        spooled(store, jobid, new, disposition=disposition)
    with SapiSession(store, CSSMTP) as session:
        order = [session.select()[0].outgrp for _ in range(4)]
    assert order == ["2.1.1", "3.1.1", "4.1.1", "1.1.1"]


def test_a_group_comes_with_all_its_data_sets_in_order(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(dsid=103), a_dataset(dsid=102))
    with SapiSession(store, CSSMTP) as session:
        assert [file.dsid for file in session.select()] == [102, 103]


def test_data_that_is_in_no_group_is_not_there_yet(store: SpoolStore) -> None:
    key = store.create(store.add_job(a_job()), a_dataset())
    store.append(key, records(1))
    store.seal(key)
    with SapiSession(store, CSSMTP) as session:
        assert session.select() == ()


# --- claims (jes2.md 2.5, blueprint §3) ----------------------------------------------------------


def test_a_group_is_held_by_one_session(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, CSSMTP) as one, SapiSession(store, CSSMTP) as two:
        assert one.select()
        assert two.select() == ()


def test_a_session_that_ends_gives_back_what_it_holds_unchanged(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, CSSMTP) as one:
        (before,) = one.select()
    with SapiSession(store, CSSMTP) as two:
        assert two.select() == (before,)


def test_disposing_of_one_data_set_keeps_the_others_claimed(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), a_dataset(), a_dataset())
    with SapiSession(store, CSSMTP) as one, SapiSession(store, CSSMTP) as two:
        first, second = one.select()
        one.dispose(first, Disposal.PROCESSED)
        assert two.select() == ()
        assert joined(one.read(second))


def test_what_is_not_held_can_be_neither_read_nor_disposed_of(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, CSSMTP) as one:
        (file,) = one.select()
    with SapiSession(store, CSSMTP) as two:
        with pytest.raises(NotClaimed):
            two.read(file)
        with pytest.raises(NotClaimed):
            two.dispose(file, Disposal.KEEP)


def test_a_claim_that_another_took_over_is_refused_by_the_store(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), a_dataset())
    one, two = SapiSession(store, CSSMTP), SapiSession(store, CSSMTP)
    (file,) = one.select()
    store.release_session(1)
    assert two.select()
    with pytest.raises(NotClaimed):
        one.dispose(file, Disposal.PROCESSED)


# --- dispositions (jes2.md 2.3) ------------------------------------------------------------------

W, H, K, L = Disposition.WRITE, Disposition.HOLD, Disposition.KEEP, Disposition.LEAVE
TABLE: list[tuple[Disposal, dict[Disposition, Disposition | None]]] = [
    (Disposal.PROCESSED, {W: None, K: L, H: None, L: None}),
    (Disposal.KEEP, {W: W, K: K, H: H, L: L}),
    (Disposal.HOLD, {W: H, K: L, H: H, L: L}),
    (Disposal.RELEASE, {W: W, K: K, H: W, L: K}),
]


@pytest.mark.parametrize(
    ("disposal", "before", "becomes"),
    [(disposal, before, row[before]) for disposal, row in TABLE for before in row],
)
def test_disposition_after(
    store: SpoolStore, disposal: Disposal, before: Disposition, becomes: Disposition | None
) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), disposition=before)
    everything = Selection(WriterName("CSSMTP"), frozenset(Disposition))
    with SapiSession(store, everything) as session:
        (file,) = session.select()
        assert session.dispose(file, disposal) is becomes
    left = store.files(jobid)
    assert [file.disposition for file in left] == ([becomes] if becomes else [])


def test_a_held_data_set_moves_to_the_next_free_group(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), a_dataset())
    with SapiSession(store, CSSMTP) as session:
        first, second = session.select()
        session.dispose(first, Disposal.HOLD)
        session.dispose(second, Disposal.PROCESSED)
    (left,) = store.files(jobid)
    assert (left.outgrp, left.disposition) == ("2.1.1", H)
    assert left.incarnation == first.incarnation + 1
    assert store.incarnations([first.key, second.key, 99]) == {first.key: left.incarnation}


def test_a_data_set_is_never_taken_for_one_that_had_its_key_before(store: SpoolStore) -> None:
    """A checkpoint finds a data set by its key and incarnation (blueprint §3)."""
    seen = set()
    for _ in range(20):
        jobid = store.add_job(a_job(), 1, 1)
        spooled(store, jobid, a_dataset())
        with SapiSession(store, CSSMTP) as session:
            (file,) = session.select()
            session.dispose(file, Disposal.PROCESSED)
        ended(store, jobid)
        while store.free():
            pass
        seen.add((file.jobid, file.incarnation))
    assert len(seen) == 20


# --- purge (jes2.md 1.6) -------------------------------------------------------------------------


def test_a_purged_data_set_is_freed_and_its_job_goes(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    (key,) = spooled(store, jobid, a_dataset(), size=200_000)
    ended(store, jobid)
    with SapiSession(store, CSSMTP) as session:
        session.dispose(session.select()[0], Disposal.PROCESSED)
    steps = 0
    while store.free():
        steps += 1
    assert steps > 1  # 16 MiB go in more than one transaction
    assert store.read(key, 1, 1) == []
    assert store.jobs() == []


def test_many_small_data_sets_are_freed_in_few_steps(store: SpoolStore) -> None:
    """Blueprint §3: purge in steps; a step for each of a thousand would keep others waiting."""
    jobid = store.add_job(a_job())
    store.doom(spooled(store, jobid, *(a_dataset() for _ in range(300)), size=1))
    steps = 0
    while store.free():
        steps += 1
    assert (steps, store.space().used) == (-(-300 // FREE_STEP), 0)


def test_a_job_with_output_left_stays(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), disposition=H)
    ended(store, jobid)
    assert [(job.jobid, job.retcode) for job in store.jobs()] == [(jobid, "CC 0000")]


def test_freed_space_goes_back(store: SpoolStore, place: Place) -> None:
    keys = spooled(store, store.add_job(a_job()), a_dataset(), size=200_000)
    store.doom(keys)
    while store.free():
        pass
    store.close()
    if place.kind == "sqlite":  # PostgreSQL reuses its space by autovacuum
        assert place.path.stat().st_size < 1_000_000


# --- writer names (cssmtp-operations.md 1.5) -----------------------------------------------------


def test_a_writer_name_belongs_to_one_task_until_it_is_free(store: SpoolStore) -> None:
    assert store.hold_writer("CSSMTP", "CSSMTP OF SYS1") is None
    assert store.hold_writer("CSSMTP", "CSSMTP2 OF SYS1") == "CSSMTP OF SYS1"
    assert store.hold_writer("OTHER", "CSSMTP2 OF SYS1") is None
    store.free_writer("CSSMTP")
    assert store.hold_writer("CSSMTP", "CSSMTP2 OF SYS1") is None
    store.free_writer("NOBODYS")


def test_a_member_keeps_others_from_its_writer_name_until_it_ends(place: Place) -> None:
    first = place.open()
    assert first.hold_writer("CSSMTP", "CSSMTP OF TEST") is None
    if place.kind == "postgres":
        second = place.open()
        assert second.hold_writer("CSSMTP", "CSSMTP OF ME") == "TEST"
        assert second.hold_writer("OTHER", "CSSMTP OF ME") is None
        second.close()
    first.close()
    third = place.open()
    assert third.hold_writer("CSSMTP", "CSSMTP OF ME") is None
    assert third.hold_writer("OTHER", "CSSMTP OF ME") is None
    third.close()
