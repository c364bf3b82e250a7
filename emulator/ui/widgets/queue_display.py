"""The half of a table that shows rows: drawing, loading, and staying on them while they move.

Cursor and view hold on to rows by their keys, so that nothing moves under a user's hands; before he
has moved, and after TOP, they stay at the first row.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from emulator.exits import Problem
from emulator.panels.values import Column, Rows
from emulator.ui.widgets import queue_messages as messages
from emulator.ui.widgets.cells import fit, safe, strip_of
from emulator.ui.widgets.queue_drawing import Over, overlaid
from emulator.ui.widgets.queue_layout import NP_WIDTH, Field, Layout
from emulator.ui.widgets.queue_typed import Typed
from jes.errors import SpoolError

BAR, MARK, ABSENT = "▌", "*", "…"
_STRIPS = 1024  # that are kept


class Tone(StrEnum):
    """What a row's colour says; its columns say it in words."""

    PLAIN = "row"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    HELD = "held"
    ACTIVE = "active"


class QueueDisplay(ScrollView, can_focus=True):
    """Shows `rows` in `columns`; `tone` gives a row its colour. Call `refresh_rows` when they may
    have changed, a few times a second at most. `empty` is what stands in an empty table."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue-table--heading", "queue-table--cursor", "queue-table--field",
        "queue-table--typed", "queue-table--marked", "queue-table--absent", "queue-table--row",
        "queue-table--good", "queue-table--warn", "queue-table--bad", "queue-table--held",
        "queue-table--active",
    }  # fmt: skip
    DEFAULT_CSS = """
    QueueDisplay {
        height: 1fr; background: $surface; color: $foreground;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
    }
    QueueDisplay > .queue-table--heading { text-style: bold underline; }
    QueueDisplay > .queue-table--cursor { text-style: bold; }
    QueueDisplay:focus > .queue-table--cursor { text-style: reverse; }
    QueueDisplay > .queue-table--field { text-style: underline; }
    QueueDisplay > .queue-table--typed { text-style: bold underline; color: $text-accent; }
    QueueDisplay > .queue-table--marked { text-style: bold; }
    QueueDisplay > .queue-table--absent { text-style: dim; }
    QueueDisplay > .queue-table--good { color: $text-success; }
    QueueDisplay > .queue-table--warn { color: $text-warning; }
    QueueDisplay > .queue-table--bad { color: $text-error; }
    QueueDisplay > .queue-table--held { color: $text-secondary; }
    QueueDisplay > .queue-table--active { color: $text-primary; }
    """

    def __init__(
        self,
        rows: Rows[Any],
        columns: Sequence[Column[Any]],
        *,
        tone: Callable[[Any], Tone] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: Rows[Any] = rows
        self.tone = tone
        self.layout_ = Layout(tuple(columns))
        self.typed = Typed()
        self.marked: set[int] = set()
        self.field = Field()
        self.editing = False
        self.anchored = False
        self.cursor_key: int | None = None
        self.cursor_index = 0
        self._empty = ""
        self._state: tuple[int, int] | None = None
        self._top_key: int | None = None
        self._seen: tuple[tuple[int, int, int], Sequence[Any]] | None = None
        self._strips: LRUCache[object, Strip] = LRUCache(_STRIPS)
        self._wanted: tuple[int, int, int] | None = None
        self._tried: tuple[int, int, int] | None = None
        self._loading = False
        self._viewed: tuple[int, int, int] | None = None
        self._drawn_rows: list[Any] = []
        # told at once, so that a title is drawn in the same frame
        self.at_view: Callable[[int, int, int], None] | None = None

    # --- what is shown -------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns, in their order."""
        return tuple(self.layout_.columns)

    @property
    def count(self) -> int:
        """How many rows there are, as far as is known."""
        return self.rows.count

    @property
    def view_width(self) -> int:
        """The cells of a line, without the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """How many rows can be seen at a time."""
        return max(1, self.scrollable_content_region.height - 1)

    @property
    def top(self) -> int:
        """The index of the first row that is seen."""
        return self.scroll_offset.y

    @property
    def empty(self) -> str:
        """What an empty table says: why it is."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        self._empty = text
        if not self.count:
            self.refresh()

    def show_rows(
        self,
        rows: Rows[Any],
        columns: Sequence[Column[Any]] | None = None,
        *,
        keep: bool = False,
    ) -> None:
        """Show other rows, from the first one on. `keep`: the same ones in another order or choice
        (SORT, FILTER), so cursor and what was typed stay with theirs."""
        self.rows = rows
        self._state = self._wanted = self._tried = None
        if not keep:
            self.typed.clear()
            self.marked = set()
            self.field, self.editing, self.anchored = Field(), False, False
            self.cursor_key, self.cursor_index, self._top_key = None, 0, None
            self.scroll_to(x=0, y=0, animate=False, force=True)
        self.relayout(columns or self.columns, self.layout_.np_width if keep else NP_WIDTH)

    def relayout(self, columns: Sequence[Column[Any]], np_width: int) -> None:
        """Other columns, in other places (ARRANGE, `?`, `+n`)."""
        self.layout_ = Layout(tuple(columns), np_width)
        if self.field not in self.layout_.fields:
            self.field = Field()
        self._strips.clear()
        self._state = None
        self.refresh_rows()
        self.refresh()

    def on_mount(self) -> None:
        """The first rows."""
        self.refresh_rows()

    def on_resize(self) -> None:
        """Another page is seen."""
        self._tell_view()

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        self._strips.clear()

    def refresh_rows(self) -> None:
        """Rows may have changed: show them, with cursor and first line on the rows they were on."""
        rows = self.rows
        state = rows.generation, rows.count
        if state == self._state:
            return
        self._state, self._seen = state, None
        size = Size(self.layout_.total, rows.count + 1)
        if size != self.virtual_size:
            self.virtual_size = size
        at, top = 0, 0
        if self.anchored:
            at = self._now(self.cursor_key, self.cursor_index)
            top = self._now(self._top_key, self.top)
        before = self.cursor_key, self.top
        self._cursor_to(at)
        self.scroll_to(y=top, animate=False, force=True)
        self._top_key = rows.key(self.top) if self.top < rows.count else None
        self._tell_view()
        now = list(rows.window(self.top, self.page))
        if (self.cursor_key, self.top, now) != (*before, self._drawn_rows):
            self._drawn_rows = now
            self.refresh()

    def _now(self, key: int | None, index: int) -> int:
        """Where a row is now, or where it was."""
        found = None if key is None else self.rows.index(key)
        return index if found is None else found

    # --- cursor --------------------------------------------------------------------------------

    def to_index(self, index: int) -> None:
        """The cursor to a row, or to the nearest there is, into view."""
        self.anchored = True
        before = self.cursor_index
        self._cursor_to(index)
        if self.cursor_index != before:
            self.refresh_line(before + 1)
            self.refresh_line(self.cursor_index + 1)
        if self.cursor_index < self.top:
            self.scroll_to(y=self.cursor_index, animate=False, force=True)
        elif self.cursor_index >= self.top + self.page:
            self.scroll_to(y=self.cursor_index - self.page + 1, animate=False, force=True)

    def to_key(self, key: int) -> bool:
        """The cursor to the row with a key. False: there is none."""
        index = self.rows.index(key)
        if index is not None:
            self.to_index(index)
        return index is not None

    def to_field(self, field: Field) -> None:
        """The cell cursor to a field of the row, into view."""
        if field != self.field:
            self.field, self.editing = field, False
            if field.column is not None:
                left = self.layout_.left_for(field.column, self.scroll_offset.x, self.view_width)
                self.scroll_to(x=left, animate=False, force=True)
            self.refresh_line(self.cursor_index + 1)

    def _cursor_to(self, index: int) -> None:
        index = min(max(0, index), max(0, self.count - 1))
        key = self.rows.key(index) if index < self.count else None
        if (key, index) != (self.cursor_key, self.cursor_index):
            self.editing = self.editing and key == self.cursor_key
            self.cursor_key, self.cursor_index = key, index
            self.post_message(messages.CursorMoved(self, key, index))

    def refresh_row(self, key: int) -> None:
        """Draw one row anew."""
        index = self.rows.index(key)
        if index is not None:
            self.refresh_line(index + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The view holds on to its first row."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.anchored = self.anchored or self.top > 0
            self._top_key = self.rows.key(self.top) if self.top < self.count else None
            self._tell_view()

    @property
    def viewed(self) -> tuple[int, int, int]:
        """The numbers of the first and the last row that are seen, and how many there are."""
        return min(self.top + 1, self.count), min(self.top + self.page, self.count), self.count

    def _tell_view(self) -> None:
        viewed = self.viewed
        if viewed != self._viewed and self.is_mounted:
            self._viewed = viewed
            if self.at_view is not None:
                self.at_view(*viewed)
            self.post_message(messages.Viewed(self, *viewed))

    # --- rows ----------------------------------------------------------------------------------

    def row_at(self, index: int) -> Any | None:
        """A row, None when there is none or it is not loaded."""
        seen = self._look()
        at = index - self.top
        if 0 <= at < len(seen):
            return seen[at]
        found = self.rows.window(index, 1) if 0 <= index < self.count else ()
        return found[0] if found else None

    def _look(self) -> Sequence[Any]:
        """The rows that can be seen; those that are not there are asked for."""
        place = self.rows.generation, self.top, self.page
        if self._seen is None or self._seen[0] != place or None in self._seen[1]:
            self._seen = place, self.rows.window(place[1], place[2])
        seen = self._seen[1]
        if place != self._tried and (None in seen or place[1:] != (self._tried or place)[1:]):
            self._want(place)
        return seen

    def _want(self, place: tuple[int, int, int]) -> None:
        """Load a window, and with it what lies next to it: also when it is there already."""
        self._wanted = place
        if not self._loading and self.is_mounted:
            self._loading = True
            self.run_worker(self._load(), group="rows", exit_on_error=True)

    async def _load(self) -> None:
        """Load what is wanted, always what was wanted last; one load at a time."""
        try:
            while self._wanted is not None:
                wanted, self._wanted = self._wanted, None
                rows = self.rows
                try:
                    await rows.load(wanted[1], wanted[2])
                except (SpoolError, Problem) as error:
                    self.post_message(messages.LoadFailed(self, error))
                if rows is self.rows:
                    self._tried = rows.generation, wanted[1], wanted[2]
                    self._seen = None
                    self.refresh_rows()
        finally:
            self._loading = False

    # --- drawing -------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """As the line API wants it; rows are looked up once for all lines."""
        self._drawn_rows = list(self._look())
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """The heading, or a row."""
        width, left = self.view_width, self.scroll_offset.x
        if y == 0:
            style = self.get_component_rich_style("queue-table--heading")
            return strip_of(width, (self.layout_.heading(left, width), style))
        index = self.top + y - 1
        if index < self.count:
            return self._row(index, left, width)
        style = self.get_component_rich_style("queue-table--absent")
        text = self._empty if not self.count and y == 2 else ""
        return strip_of(width, (fit(f"  {text}", width), style))

    def _row(self, index: int, left: int, width: int) -> Strip:
        seen = self._look()
        at = index - self.top
        row = seen[at] if at < len(seen) else None
        key = self.rows.key(index)
        if row is None or key is None:
            style = self.get_component_rich_style("queue-table--absent")
            bar = BAR if index == self.cursor_index else " "
            return strip_of(width, (fit(bar, self.layout_.np[1] + 1) + ABSENT, style))
        cursor = key == self.cursor_key
        np, cells = self.typed.of(key)
        if cursor or np or cells:
            return self._drawn(row, key, left, width)
        state = key, self.rows.generation, left, width, key in self.marked
        strip = self._strips.get(state)
        if strip is None:
            strip = self._strips[state] = self._drawn(row, key, left, width)
        return strip

    def _drawn(self, row: Any, key: int, left: int, width: int) -> Strip:
        """A row in its parts: mark, NP, cells, with what was typed over them."""
        cursor = key == self.cursor_key
        np, typed = self.typed.of(key)
        layout = self.layout_
        texts = layout.text(lambda i: layout.columns[i].show(row), left, width)
        if key in self.marked:
            texts = MARK + texts[1:]
        line = (BAR if cursor else " ") + fit(np, layout.np_width) + texts
        style = self._style(row, key, cursor=cursor)
        if not (cursor or np or typed):
            return strip_of(width, (line, style))
        return overlaid(line, style, self._typed_over(row, key, left), width)

    def _typed_over(self, row: Any, key: int, left: int) -> list[Over]:
        """What stands over the cells of a row: texts that were typed, the cell cursor."""
        np, typed = self.typed.of(key)
        here = self.field if key == self.cursor_key and self.has_focus else None
        over = []
        for field in self.layout_.fields:
            text = np or None if field.column is None else typed.get(field.column.name)
            if text is not None or field == here:
                name = "field" if field == here else "typed"
                style = self.get_component_rich_style(f"queue-table--{name}")
                shown = text or ("" if field.column is None else field.column.show(row))
                over.append(Over(self.layout_.where(field, left), safe(shown), style))
        return over

    def _style(self, row: Any, key: int, *, cursor: bool) -> Style:
        tone = Tone.PLAIN if self.tone is None else self.tone(row)
        style = self.get_component_rich_style(f"queue-table--{tone}")
        for name, applies in (("marked", key in self.marked), ("cursor", cursor)):
            if applies:
                style += self.get_component_rich_style(f"queue-table--{name}", partial=True)
        return style
