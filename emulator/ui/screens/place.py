"""What every place of the UI has: a title line, a command line, and a way to answer commands."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from emulator.panels.commands import Amount, Command, Towards
from emulator.panels.grammar import parse
from emulator.panels.values import Panel, Refused
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.title import TitleLine

if TYPE_CHECKING:
    from emulator.ui.app import SpoolApp


NOT_HERE = "NOT ON THIS PANEL"


class Place(Screen[None]):
    """A screen that commands go to. `place` is its command: ST, LOG …"""

    place: str = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help"),
        Binding("f3", "end", "End", id="end"),
        Binding("f4", "return", "Return", id="return", show=False),
        Binding("f5", "rfind", "RFind", id="rfind", show=False),
        Binding("f7", "scroll('UP')", "Up", id="up"),
        Binding("f8", "scroll('DOWN')", "Down", id="down"),
        Binding("f10", "scroll('LEFT')", "Left", id="left"),
        Binding("f11", "scroll('RIGHT')", "Right", id="right"),
        Binding("f12", "retrieve", "Retrieve", id="retrieve", show=False),
        Binding("f6,colon", "command_line", "Command", id="command-line"),
        # before any widget: what is typed behind it, however fast, is for the command line
        Binding("f6", "command_line", show=False, priority=True),
        Binding("ctrl+r", "refresh", "Refresh", id="refresh", show=False),
    ]

    @property
    def spool_app(self) -> "SpoolApp":
        """The app, by its own type."""
        return cast("SpoolApp", self.app)

    @property
    def panel(self) -> Panel[object] | None:
        """The panel that is shown, if it is a table."""
        return None

    def say(self, text: str) -> None:
        """A message at the right end of the title, for one interaction."""
        for line in self.query(TitleLine):
            line.say(text)

    def on_command_line_entered(self, event: CommandLine.Entered) -> None:
        """A command was typed."""
        event.stop()
        self.soon(self.obey_text(event.text))

    def soon(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it as a worker of the app: it may take this very screen away, or ask a question."""
        self.app.run_worker(work, exit_on_error=True)

    async def obey_text(self, text: str) -> None:
        """Carry out a command line of this place."""
        self.say("")
        if not text.strip():
            await self.entered_nothing()
            return
        self.spool_app.session.remember(text)
        try:
            await self.obey(parse(text))
        except Refused as refused:
            self.say(str(refused))

    async def obey(self, command: Command) -> None:
        """Carry out a command: what every place knows. Raises `Refused`."""
        await self.spool_app.obey(self, command)

    async def entered_nothing(self) -> None:
        """Enter on an empty command line."""

    # --- what some places know and others do not -----------------------------------------------

    def scroll_to_line(self, towards: Towards, amount: Amount | int) -> None:
        """Move what is shown."""

    async def locate(self, text: str) -> None:
        """Go to a row, line or column. Raises `Refused`."""
        raise Refused(NOT_HERE)

    async def browse_command(self, command: Command) -> None:
        """FIND, VIEW, NUM, CP, PRINT … where lines are shown. Raises `Refused`."""
        raise Refused(NOT_HERE)

    async def looked_at_otherwise(self) -> None:
        """SET HEX changed."""

    def lesson(self) -> str | None:
        """The lesson about what shows right now."""
        return None

    def help_text(self) -> str:
        """Help on a place that is no table, in Markdown."""
        return f"# {self.place}"

    # --- keys ----------------------------------------------------------------------------------

    def action_end(self) -> None:
        """One step back."""
        self.soon(self.obey_text("END"))

    def action_return(self) -> None:
        """To the menu."""
        self.soon(self.obey_text("RETURN"))

    def action_rfind(self) -> None:
        """Find it again."""
        self.soon(self.obey_text("RFIND"))

    def action_scroll(self, direction: str) -> None:
        """With the amount that stands on the command line, or the usual one; M is MAX."""
        amount = ""
        for line in self.query(CommandLine):
            amount = line.take()
        self.soon(self.obey_text(f"{direction} {'MAX' if amount.upper() == 'M' else amount}"))

    def action_help(self) -> None:
        """Help on this place."""
        self.soon(self.obey_text("HELP"))

    def action_command_line(self) -> None:
        """To the command line."""
        self.query_one(CommandLine).focus_input()

    def action_retrieve(self) -> None:
        """The command before."""
        self.query_one(CommandLine).retrieve()

    def action_refresh(self) -> None:
        """Look again."""
        self.soon(self.entered_nothing())
