"""A panel: the table of jobs, output groups, data sets … and what can be done with its rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from emulator.exits import Problem
from emulator.panels import actions
from emulator.panels.grammar import Command
from emulator.panels.np import Done, read_np
from emulator.panels.panels import title
from emulator.panels.values import Action, Column, Panel, Refused, Rows
from emulator.panels.wording import described
from emulator.ui.screens.asking import Confirm
from emulator.ui.screens.place import Place
from emulator.ui.sources import Source
from emulator.ui.tones import tone_of
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.queue_table import QueueTable
from emulator.ui.widgets.title import Chips, TitleLine

_LOOK = 0.25  # seconds between two looks whether rows have changed


class PanelPlace(Place):
    """One panel. `of` narrows it: the job or group whose data sets are listed (JDS)."""

    def __init__(self, panel: Panel[Any], source: Source, *, of: str = "") -> None:
        super().__init__()
        self.place = panel.name
        self._panel = panel
        self._source = source
        self._of = of
        self._rows: Rows[Any] | None = None
        self._last_action = ""

    @property
    def panel(self) -> Panel[Any]:
        """The panel."""
        return self._panel

    @property
    def table(self) -> QueueTable:
        """The table."""
        return self.query_one(QueueTable)

    def compose(self) -> ComposeResult:
        """Title, command line, what is set, table, and a row in full where there is room."""
        session = self.spool_app.session
        yield TitleLine()
        yield CommandLine(session.history)
        yield Chips()
        with Horizontal():
            self._rows = self._source.rows(self._panel, session.view(self._panel))
            table = QueueTable(self._rows, session.columns(self._panel), tone=tone_of)
            table.typing = self.spool_app.typing
            yield table
            yield Static(id="detail")
        yield self.spool_app.keys_line(self._panel)

    def on_mount(self) -> None:
        """Begin to look for changes."""
        self.set_interval(_LOOK, self._look)
        self._show_view()
        self.table.focus()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        if self._rows is not None:
            self._source.close(self._rows)

    def _look(self) -> None:
        if self._rows is not None and self.is_current:
            self._source.refresh(self._rows)
            self.table.refresh_rows()
            if problem := self._source.problem(self._rows):
                self.say(problem)
            self.table.empty = self._why_empty()

    def _why_empty(self) -> str:
        if self._rows is None or not self._rows.complete:
            return "LOOKING …"
        if self._source.lacks:
            return self._source.lacks
        if self.spool_app.session.hides(self._panel):
            return "NO DISPLAY DATA: WHAT STANDS ABOVE HIDES ALL ROWS. RESET FILTERS SHOWS THEM"
        return "NO DISPLAY DATA"

    # --- the view ------------------------------------------------------------------------------

    def new_view(self) -> None:
        """PREFIX, FILTER, SORT … changed. Raises `Refused`, and shows what it showed."""
        view = self.spool_app.session.view(self._panel)
        rows = self._source.rows(self._panel, view)
        if self._rows is not None:
            self._source.close(self._rows)
        self._rows = rows
        self.table.show_rows(rows, self.spool_app.session.columns(self._panel), keep=True)
        self._show_view()

    def new_columns(self) -> None:
        """Other columns, or in another order."""
        table = self.table
        table.relayout(self.spool_app.session.columns(self._panel), table.np_width)

    def _show_view(self) -> None:
        session = self.spool_app.session
        chips = self.query_one(Chips)
        chips.show(session.chips(self._panel))
        chips.display = session.display
        left = title(self._panel, session.view(self._panel), self._of or self._source.of)
        self.query_one(TitleLine).left = left

    @on(QueueTable.Viewed)
    def _viewed(self, event: QueueTable.Viewed) -> None:
        more = "" if self._rows is None or self._rows.complete else "+"
        line = f"LINE {event.first}-{event.last} ({event.count:,}{more})"
        self.query_one(TitleLine).right = line

    @on(QueueTable.CursorMoved)
    def _moved(self, event: QueueTable.CursorMoved) -> None:
        row = self.table.row_at(event.index)
        detail = self.query_one("#detail", Static)
        if detail.display and row is not None:
            facts = [(c.title, c.show(row).strip()) for c in self._panel.columns]
            lines = [f"{name:<10} {text}" for name, text in facts if text]
            detail.update(Content("\n".join(lines)))

    @on(QueueTable.HeadingClicked)
    async def _heading(self, event: QueueTable.HeadingClicked) -> None:
        down = self.spool_app.session.of(self._panel).sort == ((event.column.title, False),)
        await self.obey_text(f"SORT '{event.column.title}' {'D' if down else 'A'}")

    @on(QueueTable.LoadFailed)
    def _failed(self, event: QueueTable.LoadFailed) -> None:
        self.say(str(event.error).upper())

    # --- what is done with rows ----------------------------------------------------------------

    @on(QueueTable.Activated)
    async def _activated(self, event: QueueTable.Activated) -> None:
        await self.act({event.key: self._panel.actions[0].character} if self._panel.actions else {})

    @on(QueueTable.Submitted)
    async def _submitted(self, event: QueueTable.Submitted) -> None:
        self.say("")
        try:
            typed = self._overtyped(event.overtypes)
        except Refused as refused:
            self.table.put_back(event, [*event.np, *(key for key, _, _ in event.overtypes)])
            self.say(str(refused))
            return
        if typed and not await self.give(typed):
            self.table.put_back(event, [key for key, _, _ in event.overtypes])
        if event.np and not await self.act(event.np):
            self.table.put_back(event, list(event.np))

    def _row(self, key: int) -> Any:
        """A row by its key. Raises `Refused` when it is gone."""
        index = None if self._rows is None else self._rows.index(key)
        row = None if index is None else self.table.row_at(index)
        if row is None:
            raise Refused("THE ROW IS GONE")
        return row

    def _overtyped(self, cells: Sequence[tuple[int, Column[Any], str]]) -> list[str]:
        return [
            column.overtype(self._row(key), text)
            for key, column, text in cells
            if column.overtype is not None
        ]

    async def act(self, np: dict[int, str]) -> bool:
        """Run what stands in NP. False: something was refused, and nothing was done."""
        rows = self._rows
        if rows is None:
            return False
        try:
            done = read_np(self._panel, np, rows, self._last_action)
            if done.widen:
                self.table.np_width = done.widen
            commands, asks = self._commands(done)
        except Refused as refused:
            self.say(str(refused))
            return False
        self._last_action = done.last or self._last_action
        if commands and not await self.give(commands, ask=asks):
            return False
        for key, action in done.actions:
            if action.command is None:
                await self._own(action, key)
        return True

    def _commands(self, done: Done) -> tuple[list[str], bool]:
        """The operator commands of actions, and whether one of them destroys something."""
        commands = [
            action.command(self._row(key))
            for key, action in done.actions
            if action.command is not None
        ]
        return commands, any(action.destructive for _, action in done.actions)

    async def give(self, commands: list[str], *, ask: bool = False) -> bool:
        """Give operator commands, shown before where SET CONFIRM wants it. False: they were not."""
        app = self.spool_app
        if ask and app.session.confirm and not await app.push_screen_wait(Confirm(commands)):
            self.say("NOTHING WAS DONE")
            return False
        for number, command in enumerate(commands, 1):
            try:
                lines = await app.services.command(command)
            except Problem as error:
                self.say(str(error).upper())
                return False
            said = f" ({number} OF {len(commands)})" if len(commands) > 1 else ""
            self.say(f"{command}{said}: {lines[0] if lines else 'COMMAND ISSUED'}")
        return True

    async def _own(self, action: Action[Any], key: int) -> None:
        """What the panel itself does."""
        try:
            await self.spool_app.open_row(self, action.name, self._row(key))
        except Refused as refused:
            self.say(str(refused))
        except Problem as error:
            self.say(str(error).upper())

    async def run_action_on_cursor(self, character: str) -> None:
        """A key of the modern key map: on the marked rows, or the one of the cursor."""
        table = self.table
        keys = table.marked or ({table.cursor_key} if table.cursor_key is not None else set())
        actions.find(self._panel, character)
        await self.act(dict.fromkeys(keys, character))
        table.marked = set()
        table.refresh()

    def describe(self) -> str:
        """The row of the cursor in a sentence."""
        row = self.table.row_at(self.table.cursor_index)
        return "NO ROW" if row is None else described(self._panel.columns, row)

    async def obey(self, command: Command) -> None:
        """A command, here."""
        await self.spool_app.obey(self, command)

    async def entered_nothing(self) -> None:
        """Enter: run what is typed, else look again."""
        self.table.action_enter() if self.table.typed else self._look()

    def save_to(self, path: Path) -> None:
        """The rows as they are shown, as text (PRINT)."""
        raise NotImplementedError(path)
