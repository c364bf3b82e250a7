"""The table: what is typed into NP and over cells, what is marked, what the mouse does."""

from typing import Any

from textual.pilot import Pilot

from emulator.ui.widgets.queue_layout import Field
from emulator.ui.widgets.queue_table import QueueTable
from tests.emulator.ui.tables import COLUMNS, DEST, Host, last, on_screen, rows, shown, table

P = Pilot[Any]


def test_letters_go_into_np_and_enter_hands_them_on_in_the_order_of_rows() -> None:
    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.press(
            "down", "down", "down", *"//h", "up", "up", "?", "up", "s", "x", "backspace"
        )
        assert [line[:6].rstrip() for line in shown(table)[1:5]] == ["▌s", " ?", "", " //h"]
        await pilot.press("enter")
        await pilot.pause()
        submitted = last(host, QueueTable.Submitted)
        assert list(submitted.np.items()) == [(1, "s"), (2, "?"), (4, "//h")]
        assert submitted.control is table
        assert not table.typed
        table.put_back(submitted, [4])
        assert table.typed.np == {4: "//h"}
        table.forget()
        assert not table.typed

    on_screen(table(), look)


def test_np_takes_four_characters_and_more_after_plus_n() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        await pilot.press(*"abcdef")
        assert table.typed.np == {1: "abcd"}
        table.np_width = 8
        await pilot.press(*"efghijk")
        assert shown(table)[1] == "▌abcdefgh JOB1     LOCAL        1 STD"
        assert shown(table)[0].startswith(" NP       JOBNAME")
        table.forget()
        assert table.np_width == 4
        table.np_width = 99
        assert table.np_width == 20

    on_screen(table(), look)


def test_what_is_typed_stays_with_its_row() -> None:
    held = rows(30)

    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.press("down", "p", "tab", "R", "5")
        held.become([row for row in reversed(held.held) if row.key != 2])
        table.refresh_rows()
        await pilot.press("enter")
        await pilot.pause()
        submitted = last(host, QueueTable.Submitted)
        assert submitted.np == {2: "p"}
        assert [(key, column.title, text) for key, column, text in submitted.overtypes] == [
            (2, "Dest", "R5")
        ]

    on_screen(QueueTable(held, COLUMNS), look)


def test_cells_are_overtyped() -> None:
    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.press("tab", *"N1.OPERATOR")
        assert shown(table)[1] == "▌     JOB1     ERATOR       1 STD"
        await pilot.press("tab", "S", "tab", "q")
        assert shown(table)[1] == "      JOB1     ERATOR       1 S"
        assert table.cursor_key == 2
        await pilot.press("shift+tab")
        assert (table.cursor_key, table.field) == (1, Field(COLUMNS[3]))
        await pilot.press("delete", "enter")
        await pilot.pause()
        submitted = last(host, QueueTable.Submitted)
        assert submitted.np == {2: "q"}
        assert [(k, c.name, t) for k, c, t in submitted.overtypes] == [(1, "DEST", "N1.OPERATOR")]

    on_screen(table(), look)


def test_a_field_comes_into_view() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        await pilot.press("right", "right")
        assert shown(table)[1].endswith("STD")
        await pilot.press("left")
        assert "LOCAL" in shown(table)[1]
        await pilot.press("left", "left")
        assert table.field == Field()

    on_screen(table(), look, (24, 6))


def test_the_modern_map_leaves_letters_to_bindings_and_marks_with_blank() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        table.typing = False
        await pilot.press("s", "space", "shift+down", "shift+down")
        assert not table.typed
        assert table.marked == {1, 2, 3, 4}
        assert [line[5] for line in shown(table)[1:6]] == ["*", "*", "*", "*", " "]
        await pilot.press("space")
        assert table.marked == {1, 2, 3}
        await pilot.press("home", "e", "backspace", "backspace", "X", " ")
        assert table.typed.get(1, DEST) == "LOCX "
        await pilot.press("escape")
        assert not table.typed
        await pilot.press("e", "down", "z")
        assert table.typed.get(2, DEST) is None

    on_screen(table(), look)


def test_pasted_text_is_typed_up_to_its_line_end() -> None:
    async def look(pilot: P, table: QueueTable, _: Host) -> None:
        from textual.events import Paste

        await pilot.press("tab")
        table.post_message(Paste("R7\x1b[2J\nrm -rf"))
        await pilot.pause()
        assert table.typed.get(1, DEST) == "R7.[2J"

    on_screen(table(), look)


def test_enter_on_a_row_without_anything_typed_activates_it() -> None:
    async def look(pilot: P, _: QueueTable, host: Host) -> None:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert last(host, QueueTable.Activated).key == 2

    on_screen(table(), look)


# --- mouse ---------------------------------------------------------------------------------------


def test_the_mouse_picks_rows_cells_and_headings() -> None:
    async def look(pilot: P, table: QueueTable, host: Host) -> None:
        await pilot.click(QueueTable, offset=(17, 3))
        assert (table.cursor_key, table.field) == (3, DEST)
        await pilot.click(QueueTable, offset=(24, 2))
        assert (table.cursor_key, table.field) == (2, Field())
        await pilot.click(QueueTable, offset=(24, 0))
        await pilot.click(QueueTable, offset=(2, 0))
        await pilot.pause()
        headings = [m for m in host.heard if isinstance(m, QueueTable.HeadingClicked)]
        assert [m.column.title for m in headings] == ["Tot-Rec"]
        await pilot.double_click(QueueTable, offset=(8, 4))
        await pilot.pause()
        assert last(host, QueueTable.Activated).key == 4
        table.scroll_down(animate=False)
        await pilot.click(QueueTable, offset=(8, 1))
        assert table.cursor_key == 2

    on_screen(table(), look)
