"""A spool, its operator and a fixed system behind a port of their own, and hands on the UI."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from textual.pilot import Pilot
from textual.widgets import Static

from emulator.clock import standing, zone
from emulator.console import Following
from emulator.outcomes import MOST, MailOutcome, Outcomes
from emulator.panels.port import Port
from emulator.panels.session import Session
from emulator.place import Place as Spool
from emulator.settings import Settings
from emulator.status import InitiatorStatus, OutClassStatus, Status
from emulator.ui.app import SpoolApp
from emulator.ui.screens.place import Place
from emulator.ui.screens.table import PanelPlace
from emulator.ui.services import Services
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.queue_table import QueueTable
from emulator.ui.widgets.title import Chips, TitleLine
from jes.commands.operator import Operator
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.views import GroupFilter, GroupView, JobFilter, JobView
from tests.emulator.ui import scene
from tests.jes.fake_machine import FakeMachine

SMALL, LARGE = (80, 24), (132, 43)
_PATIENCE = 5.0  # seconds until something that does not come is missed
_CLOCK = standing("2024-02-02T12:00:00", zone(None))


@dataclass
class Desk:
    """The spool and its operator, who notes the `commands` that he gets; what the system says."""

    folder: Path
    store: SpoolStore
    machine: FakeMachine = field(default_factory=FakeMachine)
    commands: list[str] = field(default_factory=list)
    running: bool = True
    read_only: bool = False
    sent: int = 100
    outcomes: Sequence[MailOutcome] = scene.OUTCOMES
    log: Sequence[str] = scene.LOG
    more: "SimpleQueue[str | None]" = field(default_factory=SimpleQueue)

    def answer(self, command: str) -> list[str]:
        self.commands.append(command)
        return list(Operator(self.store, self.machine).answer(command))

    def status(self) -> Status | None:
        if not self.running:
            return None
        initiators = tuple(
            InitiatorStatus(number=one.number, status=one.status.value, classes=one.classes,
                            jobid=one.jobid, jobname=one.jobname)
            for one in self.machine.initiators()
        )  # fmt: skip
        classes = tuple(
            OutClassStatus(sysout_class=name, normal=one.outdisp.normal.value,
                           abnormal=one.outdisp.abnormal.value, output=one.output.value,
                           blnktrnc=one.blnktrnc, compress=False, trkcell=False)
            for name, one in sorted(self.machine.classes.items())
        )  # fmt: skip
        return Status(
            sysname="SYS1", node="N1", hostname="zhost", spool="spool", since=scene.SINCE,
            now=scene.NOW, processing=True, initiators=initiators, started_tasks=(),
            cssmtps=(scene.a_cssmtp(self.sent),), outclasses=classes, jobclasses=(),
            mails=len(self.outcomes),
        )  # fmt: skip

    def job(self, name: str) -> JobView:
        """The job of a name."""
        (found,) = self.store.jobs(JobFilter(names=(name,)))
        return found

    def jobs(self) -> set[str]:
        """The names of all jobs."""
        return {job.jobname for job in self.store.jobs()}

    def groups(self, name: str) -> list[GroupView]:
        """The output groups of a job."""
        return self.store.groups(GroupFilter(jobs=JobFilter(names=(name,))))

    def group(self, name: str, sysout_class: str = "B") -> GroupView:
        """The output group of a job in a class."""
        (found,) = [one for one in self.groups(name) if one.sysout_class == sysout_class]
        return found

    @property
    def port(self) -> "DeskPort":
        spool = self.folder / "spool"
        return DeskPort(self, Spool(spool, Settings(spool=spool)))

    def app(self, *, theme: str = "dark", keys: str = "sdsf", ascii_only: bool = False) -> SpoolApp:
        """The UI of it."""
        services = Services(self.port, _CLOCK)
        app = SpoolApp(services, Session("IBMUSER"), self.folder / "ui.json")
        app.set_up(keys=keys, theme=theme, ascii_only=ascii_only)
        return app


class DeskPort(Port):
    """The port of a desk: commands go to its operator, in this process."""

    desk: Desk

    def __init__(self, desk: Desk, place: Spool) -> None:
        super().__init__(place, desk.read_only)
        object.__setattr__(self, "desk", desk)  # a port is frozen

    def command(self, text: str) -> list[str]:
        return super().command(text) if self.read_only else self.desk.answer(text)

    def status(self) -> Status | None:
        return self.desk.status()

    def outcomes(self, after: int = 0, limit: int = MOST) -> Outcomes | None:
        if not self.desk.running:
            return None
        mails = tuple(one for one in self.desk.outcomes if one.number > after)
        return Outcomes(mails=mails, last=len(self.desk.outcomes), since=scene.SINCE)

    def log(self, count: int) -> list[str]:
        return list(self.desk.log[-count:]) if self.desk.running else []

    def follow(self) -> Following:
        return _Lines(self.desk.more)


class _Lines(Following):
    """Console lines out of a queue, until there is a None."""

    def __init__(self, queue: "SimpleQueue[str | None]") -> None:
        self._queue = queue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[str]:
        return iter(self._queue.get, None)

    def close(self) -> None:
        self._queue.put(None)


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    """A spool with the scene on it."""
    store = open_spool(folder / "spool", durable=False, clock=lambda: scene.NOW)
    scene.a_scene(store)
    desk = Desk(folder, store)
    try:
        yield desk
    finally:
        desk.more.put(None)
        store.close()


# --- using it -----------------------------------------------------------------------------------


@dataclass
class Hands:
    """Somebody at the keyboard, who waits until he sees what he expects."""

    desk: Desk
    app: SpoolApp
    pilot: Pilot[int]

    @property
    def place(self) -> Place:
        here = self.app.here
        assert here is not None
        return here

    @property
    def table(self) -> QueueTable:
        assert isinstance(self.place, PanelPlace)
        return self.place.table

    @property
    def message(self) -> str:
        return self.place.query_one(TitleLine).message

    @property
    def chips(self) -> str:
        return str(self.place.query_one(Chips).render())

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(lines_of(self.app))

    def names(self, column: str = "JOBNAME") -> list[str]:
        """What the rows have in a column, in their order."""
        table, rows = self.table, self.table.rows
        show = next(one.show for one in table.columns if one.title == column)
        return [show(row) if row is not None else "…" for row in rows.window(0, rows.count)]

    async def until(self, seen: Callable[[], object], what: str = "") -> None:
        """Wait for it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while not seen():
            assert loop.time() < end, f"{what}\n{self.message}\n{self.text}"
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def says(self, text: str) -> None:
        """Wait for a message."""
        await self.until(lambda: text in self.message, f"no {text}")

    async def sees(self, text: str) -> None:
        """Wait for a text on the screen."""
        await self.until(lambda: text in self.text, f"no {text}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def command(self, text: str) -> None:
        """Type it on the command line."""
        line = self.app.screen.query_one(CommandLine)
        line.focus_input()
        line.type_text(text)
        await self.pilot.press("enter")

    async def open(self, command: str, *names: str) -> None:
        """To a panel, until it has rows, or those."""
        await self.command(command)
        wanted = command.split(maxsplit=1)[0].strip("=").upper()
        await self.until(lambda: wanted.startswith(self.place.place), f"{wanted} did not open")
        await self.rows(*names)

    async def rows(self, *names: str) -> None:
        """Wait until the table has rows, or just those."""

        def there() -> bool:
            if not self.place.is_mounted or not self.table.rows.complete:
                return False
            found = self.table.rows.window(0, self.table.count)
            drawn = self.table.virtual_size.height == len(found) + 1
            loaded = found and drawn and None not in found
            return bool(loaded and (not names or self._first() == sorted(names)))

        await self.until(there, f"not just {names}")

    def _first(self) -> list[str]:
        return sorted(self.names(self.table.columns[0].title))

    def go_to(self, *cells: str) -> None:
        """The cursor to the row that shows all of these words."""
        table = self.table
        for index, row in enumerate(table.rows.window(0, table.count)):
            shown = {column.show(row).strip() for column in table.columns}
            if row is not None and shown.issuperset(cells):
                table.focus()
                table.to_index(index)
                return
        raise AssertionError(f"no row has {cells}:\n{self.text}")

    async def np(self, text: str, *cells: str) -> None:
        """Type it in NP of a row."""
        self.go_to(*cells)
        await self.pilot.press(*(_KEYS.get(one, one) for one in text))

    async def act(self, text: str, *cells: str) -> None:
        """Type it there and press Enter."""
        await self.np(text, *cells)
        await self.pilot.press("enter")

    async def overtype(self, column: str, text: str, *cells: str) -> None:
        """Type over a cell of a row, without Enter."""
        self.go_to(*cells)
        field = next(
            one for one in self.table.layout_.fields
            if one.column is not None and one.column.title == column
        )  # fmt: skip
        self.table.to_field(field)
        await self.pilot.press(*(_KEYS.get(one, one) for one in text))

    async def gives(self, *commands: str) -> None:
        """Wait until just these commands were given."""
        await self.until(lambda: len(self.desk.commands) >= len(commands), f"no {commands}")
        assert tuple(self.desk.commands) == commands, self.desk.commands

    @property
    def detail(self) -> str:
        return str(self.place.query_one("#detail", Static).render())


_KEYS = {
    "/": "slash", "?": "question_mark", "=": "equals_sign", "+": "plus", "*": "asterisk",
    ".": "full_stop", " ": "space", "@": "at", ",": "comma",
}  # fmt: skip
Work = Callable[[Hands], Awaitable[None]]


def at_desk(
    desk: Desk, work: Work, size: tuple[int, int] = SMALL, app: SpoolApp | None = None
) -> SpoolApp:
    """Open the UI and work with it."""
    opened = desk.app() if app is None else app

    async def run() -> None:
        async with opened.run_test(size=size) as pilot:
            hands = Hands(desk, opened, pilot)
            await hands.until(lambda: hands.app.here is not None and hands.place.is_mounted)
            await hands.until(lambda: hands.app.services.status or not desk.running)
            await hands.rows()
            await work(hands)

    asyncio.run(run())
    return opened


def lines_of(app: SpoolApp) -> list[str]:
    """The lines of the screen as they go to the terminal."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
