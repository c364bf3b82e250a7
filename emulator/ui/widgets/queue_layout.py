"""Where the columns of a table stand: NP and the first one fixed, the others sideways behind them.

Positions are in cells. ` NP   JOBNAME  JobID    Owner`: a mark, NP (4 wide, `+n` widens it), the
fixed column, then the others with a blank between them (spool-ui.md 1.1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.panels.values import Column
from emulator.ui.widgets.cells import cell_len, crop, fit

NP = "NP"
NP_WIDTH, NP_WIDEST = 4, 20
_NP_START = 1  # behind the mark


@dataclass(frozen=True, slots=True)
class Field:
    """Where something can be typed: NP (`column` is None), or a cell that can be overtyped."""

    column: Column[Any] | None = None


@dataclass(slots=True)
class Layout:
    """The columns of a table and where they are. `starts` has the place of each column but the
    first in what scrolls."""

    columns: Sequence[Column[Any]]
    np_width: int = NP_WIDTH
    fields: list[Field] = field(init=False)  # where something can be typed, from left to right
    starts: list[int] = field(init=False)
    widths: list[int] = field(init=False)
    frozen: int = field(init=False)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.fields = [Field(), *(Field(c) for c in self.columns if c.overtype is not None)]
        self.widths = [max(column.width, cell_len(column.title)) for column in self.columns]
        self.starts, at = [], 0
        for width in self.widths[1:]:
            self.starts.append(at)
            at += width + 1
        first = self.widths[0] + 1 if self.widths else 0
        self.frozen = _NP_START + self.np_width + 1 + first
        self.total = self.frozen + max(0, at - 1)

    @property
    def np(self) -> tuple[int, int]:
        """The cells of NP: first, and behind the last."""
        return _NP_START, _NP_START + self.np_width

    # --- sideways ------------------------------------------------------------------------------

    def visible(self, left: int, width: int) -> range:
        """The indexes of the columns that scroll and are at least partly seen at `left`."""
        end = left + max(0, width - self.frozen)
        found = [
            index
            for index, start in enumerate(self.starts)
            if start < end and start + self.widths[index + 1] > left
        ]
        return range(found[0] + 1, found[-1] + 2) if found else range(0)

    def next_left(self, left: int) -> int:
        """Where the column behind the one at `left` begins."""
        return next((start for start in self.starts if start > left), left)

    def page_left(self, left: int, width: int, direction: int) -> int:
        """Where a page of whole columns further, or back, begins."""
        room = max(1, width - self.frozen)
        if direction > 0:
            cut = [s for s, w in self._scrolled() if s > left and s + w > left + room]
            return cut[0] if cut else left
        return next((s for s in self.starts if s > left - room), 0) if left > room else 0

    def left_for(self, column: Column[Any], left: int, width: int) -> int:
        """The nearest place from which the whole of a column is seen."""
        index = self.columns.index(column)
        if index == 0:
            return left
        start, size = self.starts[index - 1], self.widths[index]
        room = max(1, width - self.frozen)
        if start < left or size >= room:
            return start
        if start + size <= left + room:
            return left
        return next(s for s in (*self.starts, start) if s + room >= start + size)

    def _scrolled(self) -> list[tuple[int, int]]:
        return list(zip(self.starts, self.widths[1:], strict=True))

    # --- places --------------------------------------------------------------------------------

    def where(self, field: Field, left: int) -> tuple[int, int, int]:
        """The cells of a field on the screen: its first, the first one that is seen of it, and the
        one behind its last."""
        if field.column is None:
            return _NP_START, _NP_START, _NP_START + self.np_width
        index = self.columns.index(field.column)
        if index == 0:
            start = self.np[1] + 1
            return start, start, start + self.widths[0]
        start = self.frozen + self.starts[index - 1] - left
        return start, max(start, self.frozen), start + self.widths[index]

    def at(self, x: int, left: int) -> Column[Any] | None:
        """The column that is seen in cell `x`, None for NP and for none."""
        if x <= self.np[1]:
            return None
        if x < self.frozen:
            return self.columns[0] if self.columns else None
        behind = x - self.frozen + left
        for index, (start, width) in enumerate(self._scrolled(), 1):
            if start <= behind <= start + width:
                return self.columns[index]
        return None

    # --- texts ---------------------------------------------------------------------------------

    def text(self, cells: Callable[[int], str], left: int, width: int) -> str:
        """A line behind NP: the fixed column, and what is seen of the others."""
        if not self.columns:
            return " " * max(0, width - self.np[1])
        first = fit(cells(0), self.widths[0], right=self.columns[0].right)
        room = width - self.frozen
        seen = self.visible(left, width)
        parts = [fit(cells(i), self.widths[i], right=self.columns[i].right) for i in seen]
        text = f" {first} "
        if parts:
            before = left - self.starts[seen[0] - 1]  # -1: the blank between two columns is first
            joined = " ".join(parts) if before >= 0 else " ".join(("", *parts))
            text += crop(joined, max(0, before), room)
        return crop(text, 0, width - self.np[1])

    def heading(self, left: int, width: int) -> str:
        """The column headings; `<` and `>` say that there are more columns that way."""
        titles = self.text(lambda index: self.columns[index].title, left, width)
        line = " " * _NP_START + fit(NP, self.np_width) + titles
        if left > 0 and self.frozen <= width:
            line = f"{crop(line, 0, self.frozen - 1)}<{crop(line, self.frozen, width)}"
        if self.frozen < width < self.total - left:
            line = f"{crop(line, 0, width - 1)}>"
        return crop(line, 0, width)
