"""Tables to look at: rows in memory, some of which have to be loaded first."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from emulator.panels.values import Column
from emulator.ui.widgets.queue_layout import Field
from emulator.ui.widgets.queue_table import QueueTable


@dataclass(frozen=True, slots=True)
class Row:
    key: int
    name: str
    dest: str = "LOCAL"
    records: int = 0


@dataclass
class Memory:
    """The `Rows` of a list. Those with a key in `absent` come with `load`, when `gate` is open."""

    held: list[Row]
    generation: int = 1
    complete: bool = True
    absent: set[int] = field(default_factory=set)
    gate: asyncio.Event | None = None
    loads: list[tuple[int, int]] = field(default_factory=list)
    asked: int = 0

    @property
    def count(self) -> int:
        return len(self.held)

    def window(self, first: int, count: int) -> Sequence[Row | None]:
        found = self.held[first : first + count]
        self.asked += len(found)
        return [None if row.key in self.absent else row for row in found]

    async def load(self, first: int, count: int) -> None:
        self.loads.append((first, count))
        if self.gate is not None:
            await self.gate.wait()
        self.absent -= {row.key for row in self.held[first : first + count]}

    def key(self, index: int) -> int | None:
        return self.held[index].key if 0 <= index < len(self.held) else None

    def index(self, key: int) -> int | None:
        return next((i for i, row in enumerate(self.held) if row.key == key), None)

    def become(self, held: Sequence[Row]) -> None:
        """Other rows, or the same elsewhere."""
        self.held = list(held)
        self.generation += 1


def rows(count: int) -> Memory:
    return Memory([Row(n, f"JOB{n}", records=n) for n in range(1, count + 1)])


def overtype(row: Row, text: str) -> str:
    return f"$TO {row.name},D={text}"


COLUMNS: tuple[Column[Row], ...] = (
    Column("JOBNAME", "JNAME", 8, lambda row: row.name),
    Column("Dest", "DEST", 6, lambda row: row.dest, overtype=overtype),
    Column("Tot-Rec", "RECORDS", 7, lambda row: str(row.records), right=True),
    Column("Forms", "FORMS", 5, lambda row: "STD", overtype=overtype),
)


class Host(App[None]):
    """An app with one table, which notes the messages that it gets."""

    def __init__(self, table: QueueTable) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_queue_table_submitted(self, message: QueueTable.Submitted) -> None:
        self.heard.append(message)

    def on_queue_table_activated(self, message: QueueTable.Activated) -> None:
        self.heard.append(message)

    def on_queue_table_heading_clicked(self, message: QueueTable.HeadingClicked) -> None:
        self.heard.append(message)

    def on_queue_table_cursor_moved(self, message: QueueTable.CursorMoved) -> None:
        self.heard.append(message)

    def on_queue_table_viewed(self, message: QueueTable.Viewed) -> None:
        self.heard.append(message)

    def on_queue_table_load_failed(self, message: QueueTable.LoadFailed) -> None:
        self.heard.append(message)


Look = Callable[[Pilot[Any], QueueTable, Host], Awaitable[None]]


def shown(table: QueueTable) -> list[str]:
    """The lines of the table as text."""
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def on_screen(table: QueueTable, look: Look, size: tuple[int, int] = (40, 8)) -> Host:
    """Show the table on a screen and let `look` use it."""
    host = Host(table)

    async def run() -> None:
        async with host.run_test(size=size) as pilot:
            await pilot.pause()
            await look(pilot, table, host)

    asyncio.run(run())
    return host


DEST = Field(COLUMNS[1])


def table(count: int = 30) -> QueueTable:
    return QueueTable(rows(count), COLUMNS)


def last(host: Host, kind: type) -> Any:
    return [message for message in host.heard if isinstance(message, kind)][-1]
