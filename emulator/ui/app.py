"""`jesmail ui` itself: which screen shows, what all of them share, how it is left."""

import asyncio
import json
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Static

from emulator.exits import Exit
from emulator.panels import commands as c
from emulator.panels.criteria import plan
from emulator.panels.grammar import COMMANDS
from emulator.panels.helping import page, topic
from emulator.panels.panels import PANELS
from emulator.panels.reading import Reading
from emulator.panels.session import Session
from emulator.panels.tables_mail import MAIL
from emulator.panels.tour import TOUR
from emulator.panels.values import Panel, Refused
from emulator.ui import obeying
from emulator.ui.keymaps import KEYMAPS, keys_text
from emulator.ui.screens.consoles import LogPlace, UlogPlace
from emulator.ui.screens.forwarders import CssmtpPlace
from emulator.ui.screens.helping import Help
from emulator.ui.screens.place import Place
from emulator.ui.screens.table import PanelPlace
from emulator.ui.services import Services
from emulator.ui.sources import Sources
from emulator.ui.theme import THEMES, NoColours
from emulator.ui.widgets.cells import safe
from emulator.ui.widgets.command_line import CommandLine

_STATUS = 1.0  # seconds between two looks at the system
ALL_PANELS: dict[str, Panel[Any]] = {**PANELS, MAIL.name: MAIL}
_THEMES = {"dark": "jesmail-dark", "light": "jesmail-light", "contrast": "jesmail-contrast",
           "green": "green-screen"}  # fmt: skip


class SpoolApp(App[int]):
    """The UI on a port. `kept` is the file that remembers a user's columns and commands."""

    TITLE = "jesmail"
    CSS_PATH = "ui.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (132, "-wide")]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "Quit", id="quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "Quit", id="interrupt", show=False),
        Binding("ctrl+n", "tour(1)", "Next stop", id="tour.next", show=False),
        Binding("ctrl+b", "tour(-1)", "Stop before", id="tour.back", show=False),
    ]

    def __init__(self, services: Services, session: Session, kept: Path | None = None) -> None:
        super().__init__()
        self.services = services
        self.session = session
        self._kept = kept
        self.keys = "sdsf"
        self.ascii_only = False
        self._theme_name = "dark"
        self._stop: int | None = None
        self._tour = False
        self.reading: Reading
        self.sources: Sources

    def set_up(
        self, *, keys: str, theme: str, ascii_only: bool = False, tour: bool = False
    ) -> None:
        """How it is to look and feel."""
        self.keys, self._theme_name = keys, theme
        self.ascii_only, self._tour = ascii_only, tour

    # --- life ----------------------------------------------------------------------------------

    def on_load(self) -> None:
        """Signals end it as keys do: with the terminal as it was."""
        if not (self.is_headless or self.is_web):
            for one in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(one, self.action_interrupt)

    def on_mount(self) -> None:
        """Show the menu, and begin to look at the system."""
        for theme in THEMES:
            self.register_theme(theme)
        self.use_theme(self._theme_name)
        self.use_keys(self.keys)
        self.recall()
        self.reading = Reading(self.services.port.look)
        self.sources = Sources(self)
        self.services.start()
        self.set_interval(_STATUS, self._look)
        self.run_worker(self.show("MENU", ""))
        if self._tour:
            self.call_after_refresh(self.begin_tour)

    async def _look(self) -> None:
        await self.services.look()

    async def on_unmount(self) -> None:
        """Let go of the spool."""
        self.services.stop()
        if hasattr(self, "reading"):
            await self.reading.close()

    def action_leave(self) -> None:
        """Quit."""
        self.exit(0)

    def action_interrupt(self) -> None:
        """Ctrl-C, where there is nothing selected that it could copy."""
        self.exit(return_code=Exit.INTERRUPTED)

    async def on_event(self, event: events.Event) -> None:
        """What is pasted is text as any other from outside."""
        if isinstance(event, events.Paste):
            lines = event.text.splitlines()
            event.text = "\n".join("\t".join(map(safe, line.split("\t"))) for line in lines)
        await super().on_event(event)

    # --- places --------------------------------------------------------------------------------

    @property
    def here(self) -> Place | None:
        """The place that is shown, or the one below a question."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, Place)), None)

    async def show(self, name: str, parameter: str) -> None:
        """Go to a panel; what was open is left. Raises `Refused`."""
        panel = ALL_PANELS.get(name)
        if panel is not None:
            self._ask_for(panel, parameter)
            place: Place = PanelPlace(panel, self.sources.of(panel))
        elif name == "CSSMTP":
            place = CssmtpPlace()
        else:
            place = LogPlace() if name == "LOG" else UlogPlace()
        while len(self.screen_stack) > 1 and (name == "MENU" or len(self.screen_stack) > 2):
            await self.pop_screen()
        if name == "MENU" and isinstance(self.here, PanelPlace):
            return
        if len(self.screen_stack) > 2:
            await self.pop_screen()
        await self.push_screen(place)

    def _ask_for(self, panel: Panel[Any], parameter: str) -> None:
        """Try a parameter before anything is left. Raises `Refused`."""
        state = self.session.of(panel)
        before, state.parameter = state.parameter, parameter
        try:
            plan(panel, self.session.view(panel))
        except Refused:
            state.parameter = before
            raise

    async def end(self, place: Place) -> None:
        """One step back; from the menu, out."""
        if place.place == "MENU":
            self.exit(0)
        elif len(self.screen_stack) > 1:
            await self.pop_screen()

    async def obey(self, place: Place, command: c.Command) -> None:
        """Carry out a command of a place. Raises `Refused`."""
        await obeying.obey(self, place, command)

    async def open_row(self, place: PanelPlace, action: str, row: Any) -> None:
        """What a panel's action does here: browse, datasets, jcl … Raises `Refused`, `Problem`."""
        await self.sources.open(place, action, row)

    # --- help ----------------------------------------------------------------------------------

    async def help_on(self, place: Place, word: str) -> None:
        """Help on a panel or a command, or on the place and what it shows right now."""
        pages = {name: page(panel) for name, panel in ALL_PANELS.items()}
        pages["COMMANDS"] = commands_page()
        pages["KEYS"] = keys_text(self)
        first = word if word in pages else "COMMANDS" if word else place.place
        lesson = place.lesson() if not word else None
        if lesson is not None:
            text = topic(lesson)
            first = text.partition("\n")[0].lstrip("# ")
        pages.setdefault(first, place.help_text() if not word else pages["COMMANDS"])
        await self.push_screen(Help(pages, first))

    async def help_page(self, title: str, text: str) -> None:
        """One page of our own."""
        await self.push_screen(Help({title: text}, title))

    def begin_tour(self) -> None:
        """Go to the first stop."""
        self._stop = -1
        self.run_worker(self.action_tour(1))

    async def action_tour(self, step: int) -> None:
        """To the next stop of the tour, or the one before."""
        if self._stop is None:
            return
        at = self._stop + step
        if not 0 <= at < len(TOUR):
            self._stop = None
            self._say_stop("")
            return
        self._stop = at
        stop = TOUR[at]
        await self.show(stop.command, "")
        keys = "Ctrl-N: next   Ctrl-B: back"
        self._say_stop(f"{at + 1}/{len(TOUR)} {stop.title}   ({keys})\n{stop.text}")

    def _say_stop(self, text: str) -> None:
        for box in self.screen.query("#tour").results(Static):
            box.update(Content(text))
            box.set_class(bool(text), "shown")

    # --- looks and keys --------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Whether letters go into NP, as in SDSF."""
        return self.keys == "sdsf"

    def use_keys(self, name: str) -> None:
        """Another key map."""
        self.keys = name
        self.set_keymap(KEYMAPS[name])
        for place in self.screen_stack:
            if isinstance(place, PanelPlace) and place.is_mounted:
                place.table.typing = self.typing
        self.refresh_keys()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR no colour at all, shades of grey neither."""
        return (NoColours(),) if self.no_color else super().get_line_filters()

    def use_theme(self, name: str) -> None:
        """Other colours."""
        self.theme = _THEMES[name]

    def keys_line(self, panel: Panel[Any] | None) -> Static:
        """The line at the bottom: keys, and the actions of the panel."""
        return Static(Content(self.keys_of(panel)), id="keys")

    def keys_of(self, panel: Panel[Any] | None) -> str:
        """What stands there."""
        keys = "F1 Help F3 End F7 Up F8 Down F10 Left F11 Right F12 Retrieve ^P Palette"
        if panel is None or not panel.actions or not self.session.action_line:
            return keys
        return f"NP: {' '.join(one.character for one in panel.actions)}   F1 Help F3 End ^P Palette"

    def refresh_keys(self) -> None:
        """The line at the bottom, anew."""
        for place in self.screen_stack:
            for line in place.query("#keys").results(Static):
                line.update(Content(self.keys_of(getattr(place, "panel", None))))

    def show_amount(self) -> None:
        """The scroll amount, anew."""
        for place in self.screen_stack:
            for line in place.query(CommandLine):
                line.show_amount(self.session.scroll)

    @property
    def who(self) -> str:
        """WHO."""
        status = self.services.status
        system = f"SYSTEM={status.sysname} NODE={status.node}" if status else "NO SYSTEM RUNS"
        return f"USERID={self.session.user} {system} SPOOL={self.services.port.place.spool}"

    @property
    def may(self) -> str:
        """QUERY."""
        if self.services.port.read_only:
            return "YOU MAY LOOK AT EVERYTHING AND CHANGE NOTHING (READ ONLY)"
        return "YOU MAY GIVE EVERY OPERATOR COMMAND"

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every command, and the panel's actions on the row of the cursor."""
        here = self.here
        for one in COMMANDS:
            if one.group in ("Panels", "Session") and " " not in one.syntax:
                title = f"{one.name}: {one.help}"
                yield SystemCommand(title, one.syntax, self._obeyer(one.name))
        if isinstance(here, PanelPlace):
            for action in here.panel.actions:
                title = f"{action.character}: {action.help}"
                yield SystemCommand(title, "on this row", self._actor(action.character))
        for theme in _THEMES:
            yield SystemCommand(f"SET THEME {theme.upper()}", "other colours",
                                self._obeyer(f"SET THEME {theme}"))  # fmt: skip

    def _obeyer(self, text: str) -> Any:
        def obey() -> None:
            if self.here is not None:
                self.run_worker(self.here.obey_text(text))

        return obey

    def _actor(self, character: str) -> Any:
        def act() -> None:
            if isinstance(self.here, PanelPlace):
                self.run_worker(self.here.run_action_on_cursor(character))

        return act

    # --- what is kept --------------------------------------------------------------------------

    def recall(self) -> None:
        """What the user had set before; a file that is not understood is as none."""
        if self._kept is not None:
            try:
                document = json.loads(self._kept.read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError):
                return
            if isinstance(document, dict):
                self.session.recall(document)

    def keep(self) -> None:
        """Remember it for the next time; without a place to write, this time only."""
        if self._kept is None:
            return
        text = json.dumps(self.session.document(), indent=1)
        beside = self._kept.with_suffix(".new")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._kept)
        except OSError:
            pass


def commands_page() -> str:
    """Every command, in Markdown."""
    lines = ["# Commands", ""]
    for group in dict.fromkeys(one.group for one in COMMANDS):
        lines += [f"## {group}", "", "| Command | What it does |", "| --- | --- |"]
        lines += [
            f"| `{one.syntax.replace('|', chr(92) + '|')}` | {one.help} |"
            for one in COMMANDS
            if one.group == group
        ]
        lines.append("")
    return "\n".join(lines)
