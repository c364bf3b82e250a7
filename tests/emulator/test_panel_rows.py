"""Rows of panels over a real spool, on each store (spool-ui.md 4.5)."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest

from bench.spool import fill
from emulator.exits import Unreachable
from emulator.panels import values
from emulator.panels.reading import GroupListing, JobListing, Reading
from emulator.panels.source import By, SpoolRows, by
from jes.store.postgres import attach_postgres, open_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool, open_spool
from jes.sysout import Disposition
from jes.views import GroupChange, GroupFilter, GroupView, Hold, JobFilter, JobView
from tests.databases import new_database
from tests.emulator.watched_rows import Gate, Spool, Watch, everything, refreshed, shown
from tests.jes.store_builders import a_dataset, a_job, a_request, here, spooled

GROUPS = 3000  # more than a scan's first step
HELD = GroupFilter(dispositions=(Disposition.HOLD,))
LIMIT = 10_000


@pytest.fixture(params=["sqlite", "postgres"])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spool]:
    """A spool of 300 jobs with ten output groups each."""
    if request.param == "sqlite":
        path = tmp_path / "spool"
        store = open_spool(path, durable=False)
        made = Spool(store, lambda: attach_spool(path, read_only=True))
    else:
        conninfo = new_database(request.getfixturevalue("postgres_server"))
        store = open_postgres(conninfo, "TEST")
        made = Spool(store, lambda: attach_postgres(conninfo))
    fill(store, GROUPS // 10)
    yield made
    store.close()


def play(case: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(case())


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(GroupFilter(), id="all"),
        pytest.param(HELD, id="held"),
        pytest.param(GroupFilter(jobs=JobFilter(names=("JOB1*",))), id="names"),
        pytest.param(GroupFilter(classes=("X",)), id="none"),
    ],
)
def test_the_rows_are_those_of_the_filter(spool: Spool, wanted: GroupFilter) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing(wanted)) as (rows, _):
            assert await everything(rows) == spool.store.groups(wanted, limit=LIMIT)
            assert rows.count == spool.store.count_groups(wanted)

    play(case)


def test_rows_are_jobs_too(spool: Spool) -> None:
    async def case() -> None:
        async with shown(spool, JobListing(JobFilter(names=("*7",)))) as (rows, _):
            assert await everything(rows) == spool.store.jobs(JobFilter(names=("*7",)))

    play(case)


WRITER: By[GroupView] = By(lambda group: group.writer or "", stored="writer")
NAME: By[GroupView] = By(lambda group: group.jobname, descending=True, stored="jobname")
DISPOSITION: By[GroupView] = By(lambda group: group.disposition.value[::-1])
NUMBER: By[GroupView] = By(lambda group: int(group.outgrp.split(".")[0]) - 5, descending=True)


@pytest.mark.parametrize(
    "sort",
    [
        pytest.param((WRITER,), id="stored"),
        pytest.param((NAME,), id="down"),
        pytest.param((WRITER, NAME), id="both"),
        pytest.param((DISPOSITION, NUMBER), id="not-stored"),
        pytest.param((NUMBER, WRITER), id="one-not-stored"),
        pytest.param((By(lambda group: group.copies, stored="no_such_column"), NAME), id="unknown"),
    ],
)
@pytest.mark.parametrize("wanted", [GroupFilter(), HELD], ids=["all", "held"])
def test_rows_are_in_order(
    spool: Spool, wanted: GroupFilter, sort: tuple[By[GroupView], ...]
) -> None:
    """By several columns, each up or down, whether the store has them or not; rows that are equal
    stay in the order they were made."""
    expected = spool.store.groups(wanted, limit=LIMIT)
    for one in reversed(sort):
        expected.sort(key=one.value, reverse=one.descending)

    async def case() -> None:
        async with shown(spool, GroupListing(wanted), sort=sort) as (rows, _):
            assert await everything(rows) == expected

    play(case)


@pytest.mark.parametrize("sort", [(), (NAME,)], ids=["unsorted", "sorted"])
def test_what_the_store_cannot_look_for_is_looked_for_in_rows(
    spool: Spool, sort: tuple[By[GroupView], ...]
) -> None:
    def odd(group: GroupView) -> bool:
        return group.jobid.endswith("3")

    async def case() -> None:
        async with shown(spool, GroupListing(HELD), sort=sort, only=odd) as (rows, _):
            found = await everything(rows)
            assert {group.key for group in found} == {
                group.key for group in spool.store.groups(HELD, limit=LIMIT) if odd(group)
            }

    play(case)


def test_a_column_of_a_panel_is_what_rows_are_sorted_by() -> None:
    column: values.Column[JobView] = values.Column("JobID", "JOBID", 8, lambda job: job.jobid)
    assert by(column, descending=True) == By(column.show, True, None)


# --- windows -------------------------------------------------------------------------------------


def test_the_next_pages_are_there_before_they_are_asked_for(spool: Spool) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing()) as (rows, watch):
            await rows.load(1000, 40)
            await watch.until(lambda: None not in rows.window(920, 200))
            spool.queries.clear()
            await rows.load(1040, 40)
            assert None not in rows.window(1040, 40)
            assert rows.window(1200, 1) == [None]

    play(case)


def test_a_window_ends_where_the_rows_end(spool: Spool) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing()) as (rows, _):
            await rows.load(GROUPS - 5, 40)
            assert len(rows.window(GROUPS - 5, 40)) == 5
            assert None not in rows.window(GROUPS - 5, 40)
            assert (rows.key(GROUPS), rows.key(-1)) == (None, None)

    play(case)


def test_every_query_has_a_limit(spool: Spool) -> None:
    """Whatever is shown, filtered, sorted or found anew (the issue's rule for a million groups)."""

    async def case() -> None:
        for sort, only in (((), None), ((WRITER, NAME), None), ((NUMBER,), lambda _: True)):
            async with shown(spool, GroupListing(HELD), sort=sort, only=only) as (rows, _):
                await everything(rows)
                made(spool.store, 3)
                before = rows.count
                await refreshed(rows, lambda: rows.count == before + 3)  # noqa: B023
        async with shown(spool, JobListing()) as (rows, _):
            await everything(rows)

    play(case)
    assert len(spool.queries) > 20
    assert [query for query in spool.queries if not re.search(r"LIMIT (\?|1)$", query)] == []


# --- news ----------------------------------------------------------------------------------------


def made(store: SpoolStore, count: int, writer: str = "W1") -> list[int]:
    """New held groups; the keys of their data sets."""
    jobid = store.add_job(a_job("NEW"))
    return [
        key
        for number in range(count)
        for key in spooled(
            store, jobid, a_dataset(a_request(writer=writer, priority=number)),
            disposition=Disposition.HOLD,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("sort", [(), (NAME,)], ids=["unsorted", "sorted"])
def test_new_rows_are_found(spool: Spool, sort: tuple[By[GroupView], ...]) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing(HELD), sort=sort) as (rows, _):
            before = rows.count
            await rows.load(0, 20)
            made(spool.store, 5)
            await refreshed(rows, lambda: rows.count == before + 5)
            await refreshed(rows, lambda: {*order(rows)} >= {*newest(spool)})
            if sort:  # NEW comes before JOB… when names descend, once the rows are scanned again
                await refreshed(rows, lambda: order(rows)[:5] == newest(spool))
                await rows.load(0, 5)
                assert [row.jobname for row in rows.window(0, 5) if row is not None] == ["NEW"] * 5
            else:
                assert order(rows)[-5:] == newest(spool)

    play(case)


def order(rows: SpoolRows[Any]) -> list[int | None]:
    return [rows.key(at) for at in range(rows.count)]


def newest(spool: Spool) -> list[int]:
    new = GroupFilter(jobs=JobFilter(names=("NEW",)))
    return [group.key for group in spool.store.groups(new)]


@pytest.mark.parametrize("sort", [(), (NAME,)], ids=["unsorted", "sorted"])
def test_a_row_keeps_its_key_when_others_vanish(
    spool: Spool, sort: tuple[By[GroupView], ...]
) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing(), sort=sort) as (rows, _):
            await rows.load(0, 20)
            gone, kept = [rows.key(at) for at in (2, 3, 7)], rows.key(9)
            assert kept is not None
            for key in gone:
                spool.store.cancel_group(key or 0)
            await refreshed(rows, lambda: rows.count == GROUPS - 3)
            assert rows.index(kept) == 6
            assert rows.key(6) == kept
            assert [rows.index(key or 0) for key in gone] == [None] * 3
            await rows.load(0, 20)
            assert None not in rows.window(0, 20)

    play(case)


def test_a_row_that_is_looked_at_shows_what_became_of_it(spool: Spool) -> None:
    """And leaves when it no longer is what the panel shows."""

    async def case() -> None:
        async with shown(spool, GroupListing(HELD)) as (rows, _):
            await rows.load(0, 20)
            first, second = (rows.key(at) or 0 for at in (0, 1))
            before, generation = rows.count, rows.generation
            spool.store.change_group(first, GroupChange(forms="BLUE"), here)
            spool.store.change_group(second, GroupChange(disposition=Disposition.WRITE), here)
            await refreshed(rows, lambda: rows.count == before - 1)
            assert [row.forms for row in rows.window(0, 1) if row is not None] == ["BLUE"]
            assert rows.index(second) is None
            assert rows.generation > generation

    play(case)


def test_a_row_that_comes_to_belong_there_is_found(spool: Spool) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing(GroupFilter(ready=False))) as (rows, _):
            before = rows.count
            (group,) = spool.store.groups(GroupFilter(ready=True), limit=1)
            spool.store.change_group(group.key, GroupChange(hold=Hold.OPER), here)
            await refreshed(rows, lambda: rows.count == before + 1)
            assert rows.index(group.key) is not None

    play(case)


def test_without_news_nothing_changes(spool: Spool) -> None:
    async def case() -> None:
        async with shown(spool, GroupListing()) as (rows, _):
            await rows.load(0, 20)
            for _ in range(5):
                await rows.refresh()
            generation = rows.generation
            for _ in range(5):
                await rows.refresh()
            assert rows.generation <= generation + 1  # one scan may still have been to come

    play(case)


# --- a scan in the background --------------------------------------------------------------------


def test_the_first_rows_are_shown_while_the_others_are_looked_for(spool: Spool) -> None:
    """A page never waits for a scan: they have threads of their own."""

    async def case() -> None:
        watch, reading, gate = Watch(), Reading(spool.look), Gate()
        rows: SpoolRows[GroupView] = SpoolRows(reading, gate, changed=watch.ring)
        shape: values.Rows[GroupView] = rows
        await shape.load(0, 40)
        assert None not in rows.window(0, 40)
        assert (0 < rows.count < GROUPS, rows.complete) == (True, False)
        gate.open.set()
        await watch.until(lambda: rows.complete)
        assert rows.count == GROUPS
        assert len(gate.scanners) == len(gate.pagers) == 1
        assert len({*gate.scanners, *gate.pagers, get_ident()}) == 3
        await rows.close()
        await reading.close()

    play(case)


def test_what_was_found_stays_until_the_next_scan_is_complete(spool: Spool) -> None:
    async def case() -> None:
        watch, reading, gate = Watch(), Reading(spool.look), Gate()
        gate.open.set()
        rows: SpoolRows[GroupView] = SpoolRows(reading, gate, changed=watch.ring)
        await watch.until(lambda: rows.complete)
        await rows.load(0, 20)
        gate.open.clear()
        gone = rows.key(1500) or 0
        spool.store.cancel_group(gone)
        scans = gate.scans
        await refreshed(rows, lambda: gate.scans > scans)
        assert (rows.count, rows.complete) == (GROUPS, True)
        await rows.load(2000, 20)
        assert None not in rows.window(2000, 20)
        gate.open.set()
        await watch.until(lambda: rows.count == GROUPS - 1)
        assert rows.index(gone) is None
        await rows.close()
        await reading.close()

    play(case)


# --- a spool that is lost ------------------------------------------------------------------------


def test_a_spool_that_is_lost_is_a_problem_until_it_is_back(spool: Spool) -> None:
    """Not an error in whoever shows it; what was read stays."""
    there = True

    def look() -> AbstractContextManager[SpoolStore]:
        if not there:
            raise Unreachable("JML005E NO SPOOL")
        return spool.look()

    async def case() -> None:
        nonlocal there
        there = False
        watch, reading = Watch(), Reading(look)
        rows = SpoolRows(reading, GroupListing(), changed=watch.ring)
        await rows.load(0, 40)
        assert rows.problem == "JML005E NO SPOOL"
        assert (rows.count, rows.complete) == (0, False)
        there = True
        await refreshed(rows, lambda: rows.complete)
        assert rows.problem is None
        await rows.load(0, 40)
        assert rows.count == GROUPS
        await lost(reading)
        there = False
        await refreshed(rows, lambda: rows.problem is not None)
        assert (rows.count, rows.complete) == (GROUPS, True)
        assert None not in rows.window(0, 40)
        there = True
        await refreshed(rows, lambda: rows.problem is None)
        await rows.close()
        await reading.close()

    def broken(store: SpoolStore) -> list[JobView]:
        store.close()
        return store.jobs()

    async def lost(reading: Reading) -> None:
        """The connections break."""
        for ask in (reading.page, reading.scan):
            with pytest.raises(Unreachable):
                await ask(broken)

    play(case)
