"""A table of any length: only the rows that can be seen are asked for, and drawn (spool-ui.md 2.4).

Made of two halves: `QueueDisplay` shows rows and keeps cursor and view on them while they move,
`QueueTable` adds what a user does: moves, types into NP and over cells, marks, clicks.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

from textual import events
from textual.binding import Binding, BindingType

from emulator.panels.values import Column
from emulator.ui.widgets import queue_messages as messages
from emulator.ui.widgets.cells import safe
from emulator.ui.widgets.queue_display import QueueDisplay, Tone
from emulator.ui.widgets.queue_layout import NP_WIDEST, NP_WIDTH, Field

__all__ = ["QueueTable", "Tone"]
_COMMAND_KEY = ":"  # goes to the command line, so it is not typed into NP


class QueueTable(QueueDisplay):
    """The table of a panel. `typing`: letters go into NP or over cells, as in SDSF; otherwise they
    are left to key bindings, blank marks rows, and `edit` opens a cell."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="table.up", show=False),
        Binding("down", "move(1)", "Down", id="table.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="table.page-up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="table.page-down", show=False),
        Binding("home,ctrl+home", "top", "Top", id="table.top", show=False),
        Binding("end,ctrl+end", "bottom", "Bottom", id="table.bottom", show=False),
        Binding("left", "field(-1)", "Field left", id="table.field-left", show=False),
        Binding("right", "field(1)", "Field right", id="table.field-right", show=False),
        Binding("tab", "next_field(1)", "Next field", id="table.next-field", show=False),
        Binding("shift+tab", "next_field(-1)", "Field before", id="table.last-field", show=False),
        Binding("shift+right", "columns(1)", "Columns right", id="table.right", show=False),
        Binding("shift+left", "columns(-1)", "Columns left", id="table.left", show=False),
        Binding("enter", "enter", "Enter", id="table.enter", show=False),
        Binding("space", "mark", "Mark", id="table.mark", show=False),
        Binding("shift+down", "extend(1)", "Mark down", id="table.mark-down", show=False),
        Binding("shift+up", "extend(-1)", "Mark up", id="table.mark-up", show=False),
        Binding("e,f2", "edit", "Edit cell", id="table.edit", show=False),
        Binding("backspace", "erase(1)", id="table.erase", show=False),
        Binding("delete", "erase(0)", id="table.clear", show=False),
        Binding("escape", "cancel", id="table.cancel", show=False),
    ]
    Submitted: TypeAlias = messages.Submitted
    Activated: TypeAlias = messages.Activated
    CursorMoved: TypeAlias = messages.CursorMoved
    HeadingClicked: TypeAlias = messages.HeadingClicked
    Viewed: TypeAlias = messages.Viewed
    LoadFailed: TypeAlias = messages.LoadFailed

    typing = True

    # --- moving --------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """The cursor some rows down or, with a negative number, up."""
        self.to_index(self.cursor_index + rows)

    def action_page(self, pages: int) -> None:
        """View and cursor a page further."""
        self.scroll_rows(pages * self.page)

    def scroll_rows(self, rows: int) -> None:
        """View and cursor so many rows further; the cursor stays in its place on the screen where
        there is room."""
        self.refresh_rows()  # there may be more than when they were last drawn
        place = min(max(0, self.cursor_index - self.top), self.page - 1)
        top = min(max(0, self.top + rows), max(0, self.count - self.page))
        index = top + place if top != self.top else self.cursor_index + rows
        self.scroll_to(y=top, animate=False, force=True)
        self.to_index(index)

    def action_top(self) -> None:
        """To the first row; new rows above it are shown from then on."""
        self.to_index(0)
        self.anchored = False

    def action_bottom(self) -> None:
        """To the last row."""
        self.to_index(self.count - 1)

    def action_columns(self, direction: int) -> None:
        """A page of columns to the right or left."""
        left = self.layout_.page_left(self.scroll_offset.x, self.view_width, direction)
        self.scroll_to(x=left, animate=False, force=True)

    def action_field(self, step: int) -> None:
        """The cell cursor to the next field of the row, or the one before."""
        fields = self.layout_.fields
        at = fields.index(self.field) + step
        if 0 <= at < len(fields):
            self.to_field(fields[at])

    def action_next_field(self, step: int) -> None:
        """To the next field, that of the next row behind the last one of a row."""
        fields = self.layout_.fields
        at = fields.index(self.field) + step
        if not 0 <= at < len(fields):
            self.to_index(self.cursor_index + step)
        self.to_field(fields[at % len(fields)])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean something else where nothing can be typed are left to others."""
        if action in ("erase", "next_field"):
            return self.typing or self.editing
        if action == "cancel":
            return self.editing
        return True

    # --- typing --------------------------------------------------------------------------------

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is typed here, so that no binding shows for it."""
        return character is not None and character.isprintable() and self._is_typed(character)

    def _is_typed(self, character: str) -> bool:
        if self.cursor_key is None:
            return False
        if self.field.column is None:
            nothing = character == " " and not self.typed.get(self.cursor_key, self.field)
            return self.typing and character != _COMMAND_KEY and not nothing
        return self.typing or self.editing

    def on_key(self, event: events.Key) -> None:
        """Characters go into the field that the cell cursor is on."""
        if event.is_printable and event.character and self._is_typed(event.character):
            event.stop()
            event.prevent_default()
            self.type_text(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """The first line of what is pasted is typed."""
        event.stop()
        if self.typing or self.editing:
            self.type_text("".join(event.text.splitlines()[:1]))

    def type_text(self, text: str) -> None:
        """Type into the field that the cell cursor is on."""
        if self.cursor_key is None:
            return
        now = (self.typed.get(self.cursor_key, self.field) or "") + text
        if self.field.column is None:
            if len(now) > self.layout_.np_width:
                self.app.bell()
            now = now[: self.layout_.np_width]
        self.put(self.cursor_key, self.field, now)

    def put(self, key: int, where: Field, text: str) -> None:
        """Make `text` what is typed there."""
        self.anchored = True
        self.typed.put(key, where, safe(text))
        self.refresh_row(key)

    def put_back(self, submitted: messages.Submitted, keys: Sequence[int]) -> None:
        """What was typed for the rows `keys` was not carried out: show it again."""
        for key in keys:
            if key in submitted.np:
                self.put(key, Field(), submitted.np[key])
        for key, column, text in submitted.overtypes:
            if key in keys:
                self.put(key, Field(column), text)

    def action_erase(self, characters: int) -> None:
        """Take back so many characters of the field; 0: all of them."""
        if self.cursor_key is not None:
            text = self.typed.get(self.cursor_key, self.field) or ""
            self.put(self.cursor_key, self.field, text[:-characters] if characters else "")

    def action_edit(self) -> None:
        """Change the text of a cell: the one of the cell cursor, or the first that can be."""
        cells = [field for field in self.layout_.fields if field.column is not None]
        row = self.row_at(self.cursor_index)
        if not cells or self.cursor_key is None or row is None:
            return
        if self.field.column is None:
            self.to_field(cells[0])
        column = self.field.column
        if column is not None:
            if self.typed.get(self.cursor_key, self.field) is None:
                self.put(self.cursor_key, self.field, safe(column.show(row)).strip())
            self.editing = True

    def action_cancel(self) -> None:
        """The cell that is edited stays what it is."""
        self.action_erase(0)
        self.editing = False

    def action_enter(self) -> None:
        """Hand on what was typed, or the row of the cursor."""
        self.editing = False
        if self.typed:
            self._submit()
        elif self.cursor_key is not None:
            self.post_message(self.Activated(self, self.cursor_key))

    def _submit(self) -> None:
        places = {key: self.rows.index(key) for key in self.typed.np}
        last = self.count
        order = sorted(places, key=lambda key: (last if (at := places[key]) is None else at, key))
        np = {key: self.typed.np[key] for key in order}
        overtypes = self.typed.overtypes(self.columns)
        self.forget()
        self.to_field(Field())
        self.post_message(self.Submitted(self, np, overtypes))

    def forget(self) -> None:
        """Nothing is typed, NP is as wide as it was (RESET)."""
        self.typed.clear()
        self.editing = False
        self.np_width = NP_WIDTH
        self.refresh()

    @property
    def np_width(self) -> int:
        """How wide NP is: 4, and 4 to 20 after `+n`."""
        return self.layout_.np_width

    @np_width.setter
    def np_width(self, width: int) -> None:
        self.relayout(self.columns, min(max(NP_WIDTH, width), NP_WIDEST))

    # --- marks ---------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the row of the cursor, or take the mark away; then to the next row."""
        if self.cursor_key is not None:
            self.marked ^= {self.cursor_key}
            self.refresh_row(self.cursor_key)
            self.action_move(1)

    def action_extend(self, step: int) -> None:
        """Mark the row of the cursor and the next one, or the one before."""
        for _ in range(2):
            if self.cursor_key is not None and self.cursor_key not in self.marked:
                self.marked |= {self.cursor_key}
                self.refresh_row(self.cursor_key)
            step, moved = 0, step
            self.action_move(moved)

    # --- mouse ---------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A heading, a row, a cell; twice on a row is Enter."""
        left = self.scroll_offset.x
        column: Column[Any] | None = self.layout_.at(event.x, left)
        if event.y == 0:
            if column is not None:
                self.post_message(self.HeadingClicked(self, column))
            return
        index = self.top + event.y - 1
        if not 0 <= index < self.count:
            return
        self.to_index(index)
        field = Field(column)
        self.to_field(field if field in self.layout_.fields else Field())
        if event.chain == 2 and self.cursor_key is not None:
            self.post_message(self.Activated(self, self.cursor_key))

    # --- for those who hear the screen ------------------------------------------------------------

    def describe(self) -> str:
        """One sentence about the row of the cursor."""
        row = self.row_at(self.cursor_index)
        if row is None:
            return safe(self.empty) if not self.count else "The row is not loaded yet."
        facts = [(safe(c.title), safe(c.show(row)).strip()) for c in self.layout_.columns]
        said = ", ".join(f"{title} {text}" for title, text in facts if text)
        typed = self.typed.of(self.cursor_key or 0)[0]
        more = f", typed {typed}" if typed else ""
        return f"Row {self.cursor_index + 1} of {self.count}: {said}{more}."
