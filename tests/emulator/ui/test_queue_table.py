"""The table: what it draws, where its cursor is, what is typed, while rows come and go."""

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from emulator.panels.values import Column
from emulator.ui.widgets.queue_layout import Field
from emulator.ui.widgets.queue_table import QueueTable, Tone
from jes import messages
from jes.errors import SpoolError
from tests.emulator.ui.hostile import assert_harmless, texts
from tests.emulator.ui.tables import (
    COLUMNS,
    DEST,
    Host,
    Memory,
    Row,
    last,
    on_screen,
    overtype,
    rows,
    shown,
    table,
)

P = Pilot[Any]


def test_rows_stand_under_their_headings() -> None:
    async def look(_: P, table: QueueTable, host: Host) -> None:
        assert shown(table) == [
            " NP   JOBNAME  Dest   Tot-Rec Forms",
            "▌     JOB1     LOCAL        1 STD",
            "      JOB2     LOCAL        2 STD",
            "", "", "",
        ]  # fmt: skip

    on_screen(table(2), look, (40, 6))


def test_the_first_column_stays_when_the_others_scroll() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        assert shown(table)[:2] == [
            " NP   JOBNAME  Dest   Tot-Re>",
            "▌     JOB1     LOCAL        1",
        ]
        await pilot.press("shift+right")
        assert shown(table)[1] == "▌     JOB1            1 STD"
        assert shown(table)[0].startswith(" NP   JOBNAME <")
        table.scroll_to(x=2, animate=False)
        assert shown(table)[1][15:] == "CAL        1 S"
        await pilot.press("shift+left")
        assert table.scroll_offset.x == 0

    on_screen(table(2), look, (29, 6))


def test_only_columns_that_are_seen_are_computed() -> None:
    """Never compute a column that is not on screen (spool-ui.md 1.1)."""
    seen: list[str] = []

    def show(name: str, _: Row) -> str:
        seen.append(name)
        return name

    columns = [Column(name, name, 8, partial(show, name)) for name in "ABCD"]

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        assert set(seen) == {"A", "B"}
        table.scroll_to(x=18, animate=False)
        await pilot.pause()
        assert set(seen) == {"A", "B", "D"}

    on_screen(QueueTable(rows(2), columns), look, (24, 5))


def test_a_row_is_one_segment_beside_what_is_typed() -> None:
    """What is sent over a slow line (spool-ui.md 4.5)."""

    async def look(_: P, table: QueueTable, host: Host) -> None:
        assert len([s for s in table.render_line(2) if s.text]) == 1

    on_screen(table(), look)


def test_only_what_is_seen_is_asked_for() -> None:
    held = rows(100_000)

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        for _page in range(20):
            await pilot.press("pagedown")
        await pilot.press("end")
        assert shown(table)[-1].split() == ["▌", "JOB100000"[:8], "LOCAL", "100000", "STD"]
        assert held.asked < 25 * 3 * table.page

    on_screen(QueueTable(held, COLUMNS), look)


def test_pages_and_ends() -> None:
    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.press("down", "down", "pagedown")
        assert (table.top, table.cursor_index) == (7, 9)
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert (table.top, table.cursor_index) == (23, 25)
        await pilot.press("pagedown")
        assert (table.top, table.cursor_index) == (23, 29)
        await pilot.press("pageup")
        assert table.top == 16
        await pilot.press("home")
        assert (table.top, table.cursor_index) == (0, 0)
        await pilot.press("up")
        assert table.cursor_index == 0
        await pilot.press("end")
        assert (table.top, table.cursor_index) == (23, 29)
        await pilot.pause()
        viewed = last(host, QueueTable.Viewed)
        assert (viewed.first, viewed.last, viewed.count) == (24, 30, 30)
        assert table.to_key(3)
        assert (table.cursor_key, table.top) == (3, 2)
        assert not table.to_key(99)

    on_screen(table(), look)


def test_cursor_and_view_stay_on_their_rows_when_others_move() -> None:
    """New rows above shift the view, not the cursor (spool-ui.md 4.5)."""
    held = rows(30)

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        await pilot.press("pagedown", "down", "h")
        before = shown(table)[1:]
        held.become([Row(100 + n, f"NEW{n}") for n in range(5)] + held.held)
        table.refresh_rows()
        await pilot.pause()
        assert shown(table)[1:] == before
        assert (table.cursor_key, table.cursor_index, table.top) == (9, 13, 12)
        assert "▌h    JOB9" in shown(table)[2]
        held.become(list(reversed(held.held)))
        table.refresh_rows()
        assert table.cursor_key == 9
        assert held.held[table.top].key == 8

    on_screen(QueueTable(held, COLUMNS), look)


def test_before_anyone_moves_the_first_row_is_shown() -> None:
    held = rows(3)

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        held.become([Row(100, "NEW"), *held.held])
        table.refresh_rows()
        assert shown(table)[1].startswith("▌     NEW")
        await pilot.press("down", "home")
        held.become([Row(101, "NEWER"), *held.held])
        table.refresh_rows()
        assert shown(table)[1].startswith("▌     NEWER")

    on_screen(QueueTable(held, COLUMNS), look)


def test_when_its_row_goes_the_cursor_stays_in_its_place() -> None:
    held = rows(30)

    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.press("down", "down")
        held.become([row for row in held.held if row.key != 3])
        table.refresh_rows()
        await pilot.pause()
        assert (table.cursor_key, table.cursor_index) == (4, 2)
        assert last(host, QueueTable.CursorMoved).key == 4
        held.become([])
        table.refresh_rows()
        assert (table.cursor_key, table.cursor_index) == (None, 0)
        await pilot.press("down", "enter", "s", "space", "tab", "e", "pagedown", "end")
        held.become([Row(7, "BACK")])
        table.refresh_rows()
        assert table.cursor_key == 7

    on_screen(QueueTable(held, COLUMNS), look)


def test_an_empty_table_says_why() -> None:
    async def look(_: P, table: QueueTable, host: Host) -> None:
        table.empty = "812 groups hidden by PREFIX=PAY* \x1b[/foo]"
        assert shown(table)[2] == "  812 groups hidden by PREFIX=PAY* .[/foo]"
        assert table.describe() == "812 groups hidden by PREFIX=PAY* .[/foo]"

    on_screen(table(0), look, (60, 6))


# --- rows that are not there yet -----------------------------------------------------------------


def test_rows_that_are_not_loaded_are_shown_dim_and_come() -> None:
    held = rows(30)
    held.absent = {2, 3, 20}

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        assert [line.strip() for line in shown(table)[1:4]][1:] == ["…", "…"]
        assert table.describe().startswith("Row 1 of 30: JOBNAME JOB1, Dest LOCAL")
        await pilot.press("pagedown", "pagedown", "pageup")
        assert held.loads == [(0, 7)]
        assert held.gate is not None
        held.gate.set()
        await pilot.pause()
        await pilot.press("home")
        assert "JOB2" in shown(table)[2]
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert "JOB20" in "".join(shown(table))

    async def gated() -> None:
        held.gate = asyncio.Event()

    asyncio.run(gated())
    on_screen(QueueTable(held, COLUMNS), look)


def test_a_row_that_never_comes_is_asked_for_once() -> None:
    class Never(Memory):
        async def load(self, first: int, count: int) -> None:
            self.loads.append((first, count))

    held = Never(rows(5).held, absent={2})

    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        for _again in range(3):
            await pilot.pause()
            table.refresh()
        assert len(held.loads) == 1
        assert table.describe().startswith("Row 1")
        await pilot.press("down")
        assert table.describe() == "The row is not loaded yet."

    on_screen(QueueTable(held, COLUMNS), look)


def test_a_spool_that_fails_is_said() -> None:
    class Failing(Memory):
        async def load(self, first: int, count: int) -> None:
            raise SpoolError(messages.SPOOL_FAILED, spool="X", reason="gone")

    async def look(pilot: P, _: QueueTable, host: Host) -> None:
        await pilot.pause()
        assert "gone" in str(last(host, QueueTable.LoadFailed).error)

    on_screen(QueueTable(Failing(rows(5).held, absent={2}), COLUMNS), look)


def test_another_panel_starts_at_its_first_row() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        await pilot.press("end", "s")
        table.show_rows(rows(2), COLUMNS[:2])
        assert shown(table)[:2] == [" NP   JOBNAME  Dest", "▌     JOB1     LOCAL"]
        assert not table.typed
        await pilot.press("down", "x")
        other = rows(2)
        other.become(list(reversed(other.held)))
        table.show_rows(other, keep=True)
        assert shown(table)[1] == "▌x    JOB2     LOCAL"

    on_screen(table(), look)


# --- what must not reach a terminal --------------------------------------------------------------


def test_nothing_but_what_can_be_seen_is_in_a_strip() -> None:
    async def look(_: P, table: QueueTable, host: Host) -> None:
        @given(st.lists(texts(), min_size=1, max_size=5), texts(), st.integers(0, 30))
        @settings(deadline=None, max_examples=200)
        def drawn(names: list[str], typed: str, left: int) -> None:
            column: Column[Row] = Column(names[0], "HOSTILE", 9, str, overtype=overtype)
            held = Memory([Row(n, name, dest=name) for n, name in enumerate(names, 1)])
            table.show_rows(held, (*COLUMNS, column))
            table.empty = typed
            table.put(1, Field(), typed)
            table.put(1, DEST, typed)
            table.marked = {1}
            table.scroll_to(x=left, animate=False)
            for y in range(table.size.height):
                assert_harmless(table.render_line(y), table.view_width)
            assert table.describe().isprintable()

        drawn()

    on_screen(QueueTable(rows(1), COLUMNS, tone=lambda _: Tone.HELD), look, (41, 7))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8, 3), (15, 4), (200, 60)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        await pilot.press("pagedown", "s", "right", "x", "shift+right", "shift+left", "end", "up")
        for y in range(table.size.height):
            assert_harmless(table.render_line(y), table.view_width)

    on_screen(table(), look, size)
