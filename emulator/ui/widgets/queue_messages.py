"""What a table tells the screen that it is on."""

from typing import TYPE_CHECKING, Any

from textual.message import Message

from emulator.panels.values import Column

if TYPE_CHECKING:
    from emulator.ui.widgets.queue_display import QueueDisplay


class TableMessage(Message):
    """From a table; `control` so that handlers can select by it."""

    def __init__(self, table: "QueueDisplay") -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> "QueueDisplay":
        """The table."""
        return self.table


class Submitted(TableMessage, namespace="queue_table"):
    """Enter with something typed: NP texts by row key, from the first row to the last, and
    overtyped cells as (key, column, text). The table has forgotten them; `QueueTable.put_back`
    brings back what was refused."""

    def __init__(
        self,
        table: "QueueDisplay",
        np: dict[int, str],
        overtypes: list[tuple[int, Column[Any], str]],
    ) -> None:
        super().__init__(table)
        self.np = np
        self.overtypes = overtypes


class Activated(TableMessage, namespace="queue_table"):
    """Enter without anything typed, or a double click, on a row."""

    def __init__(self, table: "QueueDisplay", key: int) -> None:
        super().__init__(table)
        self.key = key


class CursorMoved(TableMessage, namespace="queue_table"):
    """The cursor is on another row; None: there is none."""

    def __init__(self, table: "QueueDisplay", key: int | None, index: int) -> None:
        super().__init__(table)
        self.key = key
        self.index = index


class HeadingClicked(TableMessage, namespace="queue_table"):
    """A column heading was clicked: sort by it."""

    def __init__(self, table: "QueueDisplay", column: Column[Any]) -> None:
        super().__init__(table)
        self.column = column


class Viewed(TableMessage, namespace="queue_table"):
    """Other rows are seen, or there are more or fewer: `LINE first-last (count)`, from 1."""

    def __init__(self, table: "QueueDisplay", first: int, last: int, count: int) -> None:
        super().__init__(table)
        self.first, self.last, self.count = first, last, count


class LoadFailed(TableMessage, namespace="queue_table"):
    """Rows could not be read from the spool."""

    def __init__(self, table: "QueueDisplay", error: Exception) -> None:
        super().__init__(table)
        self.error = error
