"""A panel: the table of jobs, output groups, data sets … and what can be done with its rows."""

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from emulator.exits import Problem
from emulator.panels.commands import Amount, Towards
from emulator.panels.helping import topic_of
from emulator.panels.np import Entered, RefusedAt, entered
from emulator.panels.panels import title
from emulator.panels.values import Action, Column, Panel, Refused, Rows
from emulator.panels.wording import described
from emulator.ui.keymaps import LETTERS
from emulator.ui.screens.asking import Confirm
from emulator.ui.screens.place import Place
from emulator.ui.source import Source
from emulator.ui.tones import tone_of
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.queue_table import QueueTable
from emulator.ui.widgets.title import Chips, TitleLine

_LOCATED, _STEP = 20_000, 500  # rows that LOCATE looks at, and at a time
_PAUSE = 0.2  # seconds that the cursor rests before its row is shown in full
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
        self._last_action: Action[Any] | None = None
        self._detail: Timer | None = None

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
        yield CommandLine(session.history, session.scroll)
        yield Chips()
        with Horizontal():
            self._rows = self._source.rows(self._panel, session.view(self._panel))
            table = QueueTable(self._rows, session.columns(self._panel), tone=tone_of)
            table.typing = self.spool_app.typing
            table.at_view = self._viewed
            yield table
            yield Static(id="detail")
        yield Static(id="tour")
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
            self._viewed(*self.table.viewed)

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

    def _viewed(self, first: int, last: int, count: int) -> None:
        more = "" if self._rows is None or self._rows.complete else "+"
        self.query_one(TitleLine).right = f"LINE {first}-{last} ({count:,}{more})"

    @on(QueueTable.CursorMoved)
    def _moved(self) -> None:
        if self._detail is not None:
            self._detail.stop()
        self._detail = self.set_timer(_PAUSE, self._show_detail)

    def _show_detail(self) -> None:
        """The row of the cursor in full, once the cursor rests."""
        row = self.table.row_at(self.table.cursor_index)
        detail = self.query_one("#detail", Static)
        if detail.display and row is not None:
            facts = [(c.title, c.show(row).strip()) for c in self._panel.columns]
            lines = [f"{name:<10} {text}" for name, text in facts if text]
            detail.update(Content("\n".join(lines)), layout=False)

    @on(QueueTable.HeadingClicked)
    def _heading(self, event: QueueTable.HeadingClicked) -> None:
        down = self.spool_app.session.of(self._panel).sort == ((event.column.title, False),)
        self.soon(self.obey_text(f"SORT {event.column.title} {'D' if down else 'A'}"))

    @on(QueueTable.LoadFailed)
    def _failed(self, event: QueueTable.LoadFailed) -> None:
        self.say(str(event.error).upper())

    # --- what is done with rows ----------------------------------------------------------------

    @on(QueueTable.Activated)
    def _activated(self, event: QueueTable.Activated) -> None:
        if self._panel.actions:
            self.soon(self.act({event.key: self._panel.actions[0].character}))

    @on(QueueTable.Submitted)
    def _submitted(self, event: QueueTable.Submitted) -> None:
        self.soon(self._carry_out(event))

    async def _carry_out(self, event: QueueTable.Submitted) -> None:
        self.say("")
        try:
            typed = await self._overtyped(event.overtypes)
        except Refused as refused:
            self.table.put_back(event, [*event.np, *(key for key, _, _ in event.overtypes)])
            self.say(str(refused))
            return
        if typed and not await self.give(typed):
            self.table.put_back(event, [key for key, _, _ in event.overtypes])
        if event.np and not await self.act(event.np):
            self.table.put_back(event, list(event.np))

    async def _at(self, index: int) -> Any:
        """A row, read when it is not in memory. Raises `Refused` when it is gone."""
        row = self.table.row_at(index)
        if row is None and self._rows is not None:
            await self._rows.load(index, 1)
            row = next(iter(self._rows.window(index, 1)), None)
        if row is None:
            raise Refused("THE ROW IS GONE")
        return row

    async def _keyed(self, key: int) -> Any:
        index = None if self._rows is None else self._rows.index(key)
        if index is None:
            raise Refused("THE ROW IS GONE")
        return await self._at(index)

    async def _overtyped(self, cells: Sequence[tuple[int, Column[Any], str]]) -> list[str]:
        return [
            column.overtype(await self._keyed(key), text)
            for key, column, text in cells
            if column.overtype is not None
        ]

    async def act(self, np: dict[int, str]) -> bool:
        """Run what stands in NP. False: something was refused, and nothing was done."""
        rows = self._rows
        if rows is None:
            return False
        places = {at: text for key, text in np.items() if (at := rows.index(key)) is not None}
        try:
            done = entered(places, self._panel, self._last_action)
            if done.width:
                self.table.np_width = done.width
            commands, asks = await self._commands(done)
        except RefusedAt as refused:
            self.table.to_index(refused.row)
            self.say(str(refused))
            return False
        except Refused as refused:
            self.say(str(refused))
            return False
        self._last_action = done.last or self._last_action
        if asks and not await self._agreed(commands):
            return True  # it is settled: nothing is typed any more
        return await self._carried_out(done, commands)

    async def _carried_out(self, done: Entered[Any], commands: list[str]) -> bool:
        """Operator commands first, then what the panel itself does. False: one was not given."""
        if commands and not await self.give(commands):
            return False
        for index, action in done.actions:
            if action.command is None:
                await self._own(action, index)
        return True

    async def _commands(self, done: Entered[Any]) -> tuple[list[str], bool]:
        """The operator commands of actions, and whether one of them destroys something."""
        commands = [
            action.command(await self._at(index))
            for index, action in done.actions
            if action.command is not None
        ]
        return commands, any(action.destructive for _, action in done.actions)

    async def _agreed(self, commands: list[str]) -> bool:
        """Whether commands may be given; asked where SET CONFIRM wants it."""
        app = self.spool_app
        if not app.session.confirm or await app.push_screen_wait(Confirm(commands)):
            return True
        self.say("NOTHING WAS DONE")
        return False

    async def give(self, commands: list[str]) -> bool:
        """Give operator commands. False: one of them could not be given."""
        app = self.spool_app
        for number, command in enumerate(commands, 1):
            try:
                lines = await app.services.command(command)
            except Problem as error:
                self.say(str(error).upper())
                return False
            said = f" ({number} OF {len(commands)})" if len(commands) > 1 else ""
            self.say(f"{command}{said}: {lines[0] if lines else 'COMMAND ISSUED'}")
        return True

    async def _own(self, action: Action[Any], index: int) -> None:
        """What the panel itself does."""
        try:
            await self.spool_app.open_row(self, action.name, await self._at(index))
        except Refused as refused:
            self.say(str(refused))
        except Problem as error:
            self.say(str(error).upper())

    async def run_action_on_cursor(self, character: str) -> None:
        """A key of the modern key map: on the marked rows, or the one of the cursor."""
        table = self.table
        keys = table.marked or ({table.cursor_key} if table.cursor_key is not None else set())
        self.say("")
        await self.act(dict.fromkeys(keys, character))
        table.marked = set()
        table.refresh()

    def on_key(self, event: events.Key) -> None:
        """A letter of the modern key map."""
        table = self.table
        letter = LETTERS.get(event.character or "")
        if letter and self.focused is table and not (table.typing or table.editing):
            event.stop()
            self.soon(self.run_action_on_cursor(letter))

    def describe(self) -> str:
        """The row of the cursor in a sentence."""
        row = self.table.row_at(self.table.cursor_index)
        return "NO ROW" if row is None else described(self._panel.columns, row)

    async def entered_nothing(self) -> None:
        """Enter: run what is typed, else look again."""
        if self.table.typed:
            self.table.action_enter()
        else:
            self._look()

    # --- moving --------------------------------------------------------------------------------

    def scroll_to_line(self, towards: Towards, amount: Amount | int) -> None:
        """Rows up or down, or columns to the sides."""
        table = self.table
        if towards in (Towards.TOP, Towards.BOTTOM):
            table.action_top() if towards is Towards.TOP else table.action_bottom()
            return
        sign = 1 if towards in (Towards.DOWN, Towards.RIGHT) else -1
        if towards in (Towards.LEFT, Towards.RIGHT):
            table.action_columns(sign)
            return
        if amount is Amount.MAX:
            table.action_bottom() if sign > 0 else table.action_top()
            return
        by_cursor = max(1, table.cursor_index - table.top)
        rows = {
            Amount.HALF: max(1, table.page // 2),
            Amount.CSR: by_cursor if sign > 0 else max(1, table.page - by_cursor),
        }
        table.scroll_rows(
            sign * (amount if isinstance(amount, int) else rows.get(amount, table.page))
        )

    async def locate(self, text: str) -> None:
        """To the row with a number, to the first that fits in the sorted or fixed column, or a
        column into view. Raises `Refused`."""
        rows = self._rows
        if rows is None:
            return
        if text.isdecimal():
            self.table.to_index(int(text) - 1)
            return
        sort = self.spool_app.session.of(self._panel).sort
        column = self._panel.column(sort[0][0]) if sort else self._panel.columns[0]
        wanted = text.upper()
        for first in range(0, min(rows.count, _LOCATED), _STEP):
            await rows.load(first, _STEP)
            for at, row in enumerate(rows.window(first, _STEP), first):
                if row is not None and column.show(row).upper().startswith(wanted):
                    self.table.to_index(at)
                    return
        if not self._show_column(text):
            raise Refused(f"{wanted} NOT FOUND IN {column.title}: FILTER FINDS IT IN ANY ROW")

    def _show_column(self, text: str) -> bool:
        """Bring a column into view. False: there is none."""
        try:
            self.table.to_column(self._panel.column(text).title)
        except Refused:
            return False
        return True

    def lesson(self) -> str | None:
        """What explains the row of the cursor."""
        row = self.table.row_at(self.table.cursor_index)
        return None if row is None else topic_of(row)
