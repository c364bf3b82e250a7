"""LOG, what the system says, and ULOG, this user's commands and their answers."""

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from emulator.panels import commands as c
from emulator.panels.values import Refused
from emulator.ui.screens.place import NOT_HERE, Place
from emulator.ui.services import Lines
from emulator.ui.source import NO_SYSTEM
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.line_view import LineView
from emulator.ui.widgets.title import TitleLine

_LOOK = 0.2  # seconds between two looks for more lines
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?", re.ASCII)


class ConsolePlace(Place):
    """Lines that go on, with the end in view until somebody scrolls up."""

    TITLE_TEXT: ClassVar = ""

    def __init__(self) -> None:
        super().__init__()
        self._count = -1
        self._find = ""

    @property
    def source(self) -> Lines:
        """Where the lines come from."""
        raise NotImplementedError

    @property
    def view(self) -> LineView:
        """The lines on the screen."""
        return self.query_one(LineView)

    def compose(self) -> ComposeResult:
        """Title, command line, lines."""
        yield TitleLine()
        yield CommandLine(self.spool_app.session.history, self.spool_app.session.scroll)
        yield LineView()
        yield Static(id="tour")
        yield self.spool_app.keys_line(None)

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(TitleLine).left = self.TITLE_TEXT
        self.set_interval(_LOOK, self._look)
        self.call_after_refresh(self._look)
        self.query_one(CommandLine).focus_input()

    def _look(self) -> None:
        if not self.is_current:
            return
        source, view = self.source, self.view
        if source.count != self._count:
            self._count = source.count
            view.show(tuple(source.lines))
        first = view.scroll_offset.y
        last = min(first + view.page, len(view.lines))
        following = "" if view.follow else "  END FOLLOWS AGAIN"
        self.query_one(
            TitleLine
        ).right = f"LINE {min(first + 1, last)}-{last} ({len(view.lines):,}){following}"

    def scroll_to_line(self, towards: c.Towards, amount: c.Amount | int) -> None:
        """As everywhere; HALF and CSR are half a page."""
        view = self.view
        if towards in (c.Towards.LEFT, c.Towards.RIGHT):
            view.action_sideways(40 if towards is c.Towards.RIGHT else -40)
            return
        up = towards in (c.Towards.UP, c.Towards.TOP)
        if towards in (c.Towards.TOP, c.Towards.BOTTOM) or amount is c.Amount.MAX:
            view.action_ends(0 if up else 1)
            return
        half = amount in (c.Amount.HALF, c.Amount.CSR)
        lines = amount if isinstance(amount, int) else max(1, view.page // (2 if half else 1))
        view.action_line(-lines if up else lines)

    async def locate(self, text: str) -> None:
        """To a line by its number, or the first one at or behind a time of day."""
        time = _TIME.fullmatch(text.split(maxsplit=1)[0]) if text.split() else None
        if text.isdecimal():
            self.view.to_line(int(text) - 1)
        elif time is not None:
            wanted = f"{int(time[1]):02}.{time[2]}.{time[3] or '00'}"
            at = next((n for n, line in enumerate(self.view.lines) if line[:8] >= wanted), None)
            if at is None:
                raise Refused(f"NO LINE AT {wanted} OR LATER")
            self.view.to_line(at)
        else:
            raise Refused("LOCATE A LINE NUMBER OR A TIME: L 12:30")

    async def browse_command(self, command: c.Command) -> None:
        """FIND and RFIND."""
        match command:
            case c.Find():
                self._find = command.text
                back = command.direction in (c.Direction.PREV, c.Direction.LAST)
                if command.direction in (c.Direction.FIRST, c.Direction.LAST):
                    self.view.found = len(self.view.lines) if back else -1
            case c.Plain.RFIND if self._find:
                back = False
            case _:
                raise Refused(NOT_HERE)
        found = self.view.find(self._find, back=back)
        self.say(f"CHARS '{self._find}' {'FOUND' if found else 'NOT FOUND'}")

    async def entered_nothing(self) -> None:
        """Look again."""
        self._look()


class LogPlace(ConsolePlace):
    """The console of the system."""

    place = "LOG"
    TITLE_TEXT = "SDSF SYSLOG"

    @property
    def source(self) -> Lines:
        """What the system says."""
        if self.spool_app.services.status is None and not self.spool_app.services.log.count:
            self.say(NO_SYSTEM)
        return self.spool_app.services.log

    def help_text(self) -> str:
        """Help on LOG."""
        return (
            "# LOG: the console of the system\n\nThe newest 10,000 lines: time, job, message. FIND"
            " text, F5 again, LOCATE 12:30 for a time. Scroll up to stop following, End follows"
            " again. A letter behind the number of a message says how grave it is: I, W, E, A.\n"
        )


class UlogPlace(ConsolePlace):
    """What this user told the system, and what it answered."""

    place = "ULOG"
    TITLE_TEXT = "SDSF ULOG  CONSOLE"

    @property
    def source(self) -> Lines:
        """This user's own lines."""
        return self.spool_app.services.own

    def help_text(self) -> str:
        """Help on ULOG."""
        return (
            "# ULOG: your commands and their answers\n\nEvery action and every cell typed over is"
            " an operator command; it stands here with its answer. Type `/` and a command, such as"
            " `/$D JQ`; F12 brings the one before back.\n"
        )
