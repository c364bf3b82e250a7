"""Browse: the records of one data set, or of all of a job one after the other."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from emulator.panels import commands as c
from emulator.panels.browsing import Browse, Form, Look
from emulator.panels.finding import Around, Needle
from emulator.panels.holding import Read
from emulator.panels.searching import Way
from emulator.panels.values import Refused
from emulator.ui.screens.place import NOT_HERE, Place
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.record_view import RecordView
from emulator.ui.widgets.title import TitleLine
from jes.errors import BadCharacter
from jes.views import DatasetView

Result = TypeVar("Result")
_FORMS = {
    c.Look.TEXT: Form.TEXT,
    c.Look.HEX: Form.HEX,
    c.Look.REC: Form.REC,
    c.Look.MAIL: Form.MAIL,
}
_WAYS = {
    c.Direction.NEXT: Way.NEXT,
    c.Direction.PREV: Way.PREV,
    c.Direction.FIRST: Way.FIRST,
    c.Direction.LAST: Way.LAST,
    c.Direction.ALL: Way.ALL,
}


class BrowsePlace(Place):
    """Data sets on the screen. `of` names the job."""

    place = "BROWSE"

    def __init__(self, datasets: Sequence[DatasetView], of: str) -> None:
        super().__init__()
        self._datasets = datasets
        self._of = of
        self._needle: Needle | None = None

    @property
    def view(self) -> RecordView:
        """The records."""
        return self.query_one(RecordView)

    def compose(self) -> ComposeResult:
        """Title, command line, records."""
        session = self.spool_app.session
        form = Form.SDSF if session.hexadecimal else Form.TEXT
        look = Look(form=form, codepage=self.spool_app.services.page)
        yield TitleLine()
        yield CommandLine(session.history, session.scroll)
        view = RecordView(Browse(self._datasets), look, self._ask, self._scan)
        view.numbers = session.numbers
        yield view
        yield Static(id="tour")
        yield self.spool_app.keys_line(None)

    def on_mount(self) -> None:
        """Keys go to the records."""
        self.view.focus()

    def _ask(self, work: Callable[[Read], Result]) -> Awaitable[Result]:
        return self.spool_app.reading.page(lambda store: work(store.read))

    def _scan(self, work: Callable[[Read], Result]) -> Awaitable[Result]:
        return self.spool_app.reading.scan(lambda store: work(store.read))

    @on(RecordView.Viewed)
    def _viewed(self, event: RecordView.Viewed) -> None:
        title = self.query_one(TitleLine)
        one = self._datasets[event.spot.dataset]
        title.left = f"SDSF OUTPUT DISPLAY {self._of}  DSID {one.dsid:>4} {one.ddname}"
        first, last = event.columns
        columns = f"  COLUMNS {first:02}-{last:3}" if last else ""
        title.right = f"LINE {event.first:,} ({event.count:,}){columns}"

    @on(RecordView.Searching)
    def _searching(self, event: RecordView.Searching) -> None:
        self.say("" if event.percent >= 100 else f"READING {event.percent}%   ESC STOPS")

    @on(RecordView.Searched)
    def _searched(self, event: RecordView.Searched) -> None:
        if event.cancelled:
            self.say("SEARCH STOPPED")
        elif event.hits:
            self.say(f"{event.hits:,} FOUND IN {event.records:,} RECORDS")
        else:
            self.say("FOUND" if event.spot is not None else "NOT FOUND")

    @on(RecordView.LoadFailed)
    def _failed(self, event: RecordView.LoadFailed) -> None:
        self.say(str(event.error).upper())

    # --- commands ------------------------------------------------------------------------------

    async def browse_command(self, command: c.Command) -> None:
        """FIND, NEXT, VIEW, NUM, CP, COLS, ?, RESET, PRINT. Raises `Refused`."""
        view = self.view
        match command:
            case c.Find():
                self._needle = _needle(command)
                view.find(self._needle, _WAYS[command.direction])
            case c.Plain.RFIND if self._needle is not None:
                view.find(self._needle, Way.NEXT)
            case c.Step():
                if not view.next_dataset(-command.count if command.back else command.count):
                    raise Refused("THERE IS NO FURTHER DATA SET")
            case c.ViewAs():
                self._view_as(command.look)
            case _:
                await self._look_command(command)

    def _view_as(self, look: c.Look | None) -> None:
        if look is None:
            self.view.action_next_form()
        elif look is c.Look.HEX and self.spool_app.session.hexadecimal:
            self.view.use(form=Form.SDSF)
        else:
            self.view.use(form=_FORMS[look])

    async def _look_command(self, command: c.Command) -> None:
        view = self.view
        match command:
            case c.Num():
                view.numbers = not view.numbers if command.on is None else command.on
                self.spool_app.session.numbers = view.numbers
                view.use()
            case c.CodePage():
                try:
                    view.use(codepage=command.name or self.spool_app.services.page)
                except BadCharacter as error:
                    raise Refused(str(error).upper()) from error
            case c.Plain.COLS:
                view.ruler = not view.ruler
                view.use()
            case c.Plain.FIELDS:
                view.use(control=not view.look.control)
            case c.Plain.RESET:
                view.reset()
            case c.Print():
                await self.spool_app.sources.save(self, self._datasets, command.file)
            case _:
                raise Refused(NOT_HERE)

    async def looked_at_otherwise(self) -> None:
        """SET HEX."""
        form = Form.SDSF if self.spool_app.session.hexadecimal else Form.TEXT
        self.view.use(form=form)

    async def locate(self, text: str) -> None:
        """To a line by its number. Raises `Refused`."""
        if not text.isdecimal():
            raise Refused("LOCATE A LINE NUMBER")
        self.view.to_line(int(text))

    def scroll_to_line(self, towards: c.Towards, amount: c.Amount | int) -> None:
        """As everywhere; DATA is a page but one line, to the sides it is 40 columns."""
        view = self.view
        if towards in (c.Towards.LEFT, c.Towards.RIGHT):
            step = amount if isinstance(amount, int) else 40
            view.action_sideways(step if towards is c.Towards.RIGHT else -step)
            return
        up = towards in (c.Towards.UP, c.Towards.TOP)
        if towards in (c.Towards.TOP, c.Towards.BOTTOM) or amount is c.Amount.MAX:
            view.action_top() if up else view.action_bottom()
            return
        lines = {c.Amount.HALF: view.page // 2, c.Amount.CSR: view.page // 2,
                 c.Amount.DATA: view.page - 1}  # fmt: skip
        step = amount if isinstance(amount, int) else lines.get(amount, view.page)
        view.scroll_lines(-max(1, step) if up else max(1, step))

    def help_text(self) -> str:
        """Help on browsing."""
        return (
            "# Browse\n\nThe records of a data set, or of all data sets of a job.\n\n"
            "| Command | What it does |\n| --- | --- |\n"
            "| `F text`, F5 | find, find again; `F X'C1'` finds bytes |\n"
            "| `VIEW MAIL` | the mails in it: envelope, recipients, headers, parts, errors |\n"
            "| `VIEW REC`, `VIEW HEX`, `SET HEX ON` | records with their lengths, hexadecimal |\n"
            "| `N`, `PREV` | the next data set, the one before |\n"
            "| `CP 1141` | read it in another code page |\n"
            "| `COLS`, `NUM` | a ruler, numbers of records |\n"
            "| `?` | with carriage control |\n"
            "| `PRINT FILE name` | save it |\n\nF2 goes through the views.\n"
        )


def _needle(find: c.Find) -> Needle:
    """What FIND means. Raises `Refused`."""
    around = Around(find.match)
    if find.kind is c.FindAs.HEX:
        try:
            data = bytes.fromhex(find.text)
        except ValueError:
            raise Refused(f"X'{find.text}' IS NOT HEXADECIMAL") from None
        return Needle(data=data, around=around, columns=find.columns)
    exact = find.kind is c.FindAs.CHARACTERS
    return Needle(find.text, around=around, columns=find.columns, exact=exact)
