"""The half of a view of records that shows lines: reading what is seen, drawing, staying there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from emulator.exits import Problem
from emulator.panels.browsing import Browse, Form, Kind, Line, Look, Spot
from emulator.panels.holding import Read
from emulator.panels.mails import Mails
from emulator.ui.widgets import record_messages as messages
from emulator.ui.widgets.cells import crop, safe, strip_of
from jes.errors import SpoolError

BAR, ABSENT = "▌", "…"
_NUMBER = 9  # cells of a record's number and the blank behind it
_AHEAD = 2  # pages that are read before and behind what is seen
Result = TypeVar("Result")


class Ask(Protocol):
    """Runs a function with the spool's `read` in another thread. Raises `Problem`, `SpoolError`."""

    def __call__(self, work: Callable[[Read], Result]) -> Awaitable[Result]:
        """What the function returns."""


class RecordDisplay(ScrollView, can_focus=True):
    """Shows the lines of `browse` as `look` says. `ask` reads what somebody waits for, `scan` what
    goes on for long: searches, mails."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-view--heading", "record-view--number", "record-view--found",
        "record-view--cursor", "record-view--absent",
        *(f"record-view--{kind}" for kind in Kind),
    }  # fmt: skip
    DEFAULT_CSS = """
    RecordDisplay {
        height: 1fr;
        background: $surface;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    RecordDisplay > .record-view--heading { text-style: bold underline; }
    RecordDisplay > .record-view--number { color: $text-muted; }
    RecordDisplay > .record-view--found { text-style: reverse; }
    RecordDisplay > .record-view--cursor { text-style: reverse; }
    RecordDisplay > .record-view--absent { text-style: dim; }
    RecordDisplay > .record-view--edge { color: $text-primary; }
    RecordDisplay > .record-view--digits { color: $text-secondary; }
    RecordDisplay > .record-view--ruler { text-style: dim; }
    RecordDisplay > .record-view--fault { color: $text-error; text-style: bold; }
    RecordDisplay > .record-view--mail { color: $text-primary; text-style: bold; }
    RecordDisplay > .record-view--error { color: $text-error; }
    RecordDisplay > .record-view--notice { color: $text-warning; }
    """

    def __init__(
        self,
        browse: Browse,
        look: Look,
        ask: Ask,
        scan: Ask | None = None,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.browse = browse
        self.look = look
        self.ask = ask
        self.scan = scan or ask
        self.mails: Mails | None = None
        self.dataset = 0  # the one whose mails are shown
        self.numbers = False
        self.ruler = False
        self.cursor = 0
        self.hit_length = 0
        self._wanted: tuple[int, int] | None = None
        self._tried: tuple[int, int, Look] | None = None
        self._loading = False
        self._viewed: object = None

    # --- how it is looked at -------------------------------------------------------------------

    @property
    def picks(self) -> bool:
        """Whether there is a cursor."""
        return self.look.form in (Form.REC, Form.MAIL)

    @property
    def head(self) -> int:
        """Lines above the data: headings of REC, the ruler of COLS."""
        return int((self.ruler or self.look.form is Form.REC) and self.mails is None)

    @property
    def before(self) -> int:
        """Cells before the data: the bar of the cursor, numbers."""
        numbers = self.numbers and self.look.form is not Form.REC and self.mails is None
        return int(self.picks) + (_NUMBER if numbers else 0)

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self.browse.count(self.look) if self.mails is None else self.mails.count()

    @property
    def top(self) -> int:
        """The first line that is seen."""
        return self.scroll_offset.y

    @property
    def page(self) -> int:
        """How many lines can be seen."""
        return max(1, self.scrollable_content_region.height - self.head)

    @property
    def spot(self) -> Spot:
        """Where the first line that is seen is in the data."""
        if self.mails is not None:
            return Spot(self.dataset, 1)
        return self.browse.near(self.look, self.top)

    @property
    def columns_seen(self) -> int:
        """How many columns of a record can be seen."""
        look = self._look_now()
        return look.bytes_seen if look.form is Form.HEX else look.width

    def use(self, **changes: Any) -> None:
        """Look at the same record otherwise: fields of `Look`. Raises `BadCharacter` for an unknown
        code page, and nothing is changed then."""
        look = replace(self.look, **changes)
        _ = look.characters
        spot = self._here()
        page = look.codepage != self.look.codepage
        self.look = look
        if look.form is not Form.MAIL:
            self.mails = None
        elif self.mails is None or page:
            self.show_mails(spot.dataset)
            return
        self._resize()
        if self.mails is None:
            self.cursor = self.browse.index(look, spot)
            self.to_line(0 if spot == Spot(0, 1) and not self.top else self.cursor)
        self.refresh()

    def _here(self) -> Spot:
        if self.picks and self.mails is None:
            return self.browse.near(self.look, self.cursor)
        return self.spot

    def show(self, *, numbers: bool | None = None, ruler: bool | None = None) -> None:
        """NUM and COLS."""
        self.numbers = self.numbers if numbers is None else numbers
        self.ruler = self.ruler if ruler is None else ruler
        self._resize()
        self.refresh()

    def show_mails(self, dataset: int) -> None:
        """The mails of a data set. Raises `BadCharacter` for an unknown code page."""
        mails = Mails(self.browse.datasets[dataset], dataset, self.look.codepage)
        self.look = replace(self.look, form=Form.MAIL)
        self.mails, self.dataset, self.cursor = mails, dataset, 0
        self._resize()
        self.scroll_to(x=0, y=0, animate=False, force=True)
        self.run_worker(self._read_mails(mails), group="mails")

    async def _read_mails(self, mails: Mails) -> None:
        percent = -1
        try:
            while await self.scan(mails.step):
                if mails is not self.mails:
                    return
                if mails.percent != percent:
                    percent = mails.percent
                    self._resize()
                    self.refresh()
                    self.post_message(messages.Searching(self, percent))
        except (SpoolError, Problem) as error:
            self.post_message(messages.LoadFailed(self, error))
        if mails is self.mails:
            self._resize()
            self.refresh()
            self.post_message(messages.Searching(self, 100))

    # --- places --------------------------------------------------------------------------------

    def to_line(self, line: int) -> None:
        """That line first, as far as there are lines."""
        self.scroll_to(
            y=min(max(0, line), max(0, self.count - self.page)), animate=False, force=True
        )

    def to_cursor(self, line: int) -> None:
        """The cursor to a line, into view."""
        self.cursor = min(max(0, line), max(0, self.count - 1))
        if self.cursor < self.top:
            self.to_line(self.cursor)
        elif self.cursor >= self.top + self.page:
            self.to_line(self.cursor - self.page + 1)
        self.refresh()

    def on_mount(self) -> None:
        """The first lines."""
        if self.look.form is Form.MAIL and self.browse.datasets:
            self.show_mails(0)
        self._resize()

    def on_resize(self) -> None:
        """Another width."""
        self._resize()

    def _look_now(self) -> Look:
        """What is seen of the data: the cells behind the before."""
        width = max(1, self.scrollable_content_region.width - self.before)
        return replace(self.look, left=self.scroll_offset.x, width=width)

    def _resize(self) -> None:
        width = self.before
        if self.mails is None:
            width += self.browse.widest(self._look_now())
        else:
            width += max((len(line.text) for line in self.mails.lines), default=0)
        size = Size(width, self.count + self.head)
        if size != self.virtual_size:
            self.virtual_size = size
        self._tell_view()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other lines are seen."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_view()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Other columns are seen."""
        super().watch_scroll_x(old_value, new_value)
        self._tell_view()

    def _tell_view(self) -> None:
        if not self.is_mounted:
            return
        spot = self.spot
        columns = 1, 1
        if self.browse.datasets:
            columns = self.browse.columns(self._look_now(), spot.dataset)
        seen = self.top, min(self.top + self.page, self.count) - 1, self.count
        if (seen, spot, columns) != self._viewed:
            self._viewed = seen, spot, columns
            self.post_message(messages.Viewed(self, seen, spot, columns))

    # --- lines ---------------------------------------------------------------------------------

    def window(self, first: int, count: int) -> Sequence[Line | None]:
        """Lines as far as they have been read."""
        look = self._look_now()
        if self.mails is not None:
            return self.mails.window(look, first, count)
        return self.browse.lines(look, first, count)

    def _seen(self) -> Sequence[Line | None]:
        """The lines that can be seen; those that have not been read are asked for."""
        lines = self.window(self.top, self.page)
        place = self.top, self.page
        if None in lines and (*place, self.look) != self._tried:
            self._wanted = place
            if not self._loading and self.is_mounted:
                self._loading = True
                self.run_worker(self._load(), group="records")
        return lines

    def again(self) -> None:
        """Try once more to read what could not be read."""
        self._tried = None
        self.refresh()

    async def _load(self) -> None:
        """Read what is wanted, always what was wanted last; one reading at a time."""
        try:
            while self._wanted is not None:
                (top, page), self._wanted = self._wanted, None
                browse, look = self.browse, self.look
                first, count = max(0, top - _AHEAD * page), (2 * _AHEAD + 1) * page
                self._tried = top, page, look
                await self.ask(partial(browse.load, look=look, first=first, count=count))
                self.refresh()
        except (SpoolError, Problem) as error:
            self.post_message(messages.LoadFailed(self, error))
        finally:
            self._loading = False

    # --- drawing -------------------------------------------------------------------------------

    def render_lines(self, crop: Any) -> list[Strip]:
        """As the line API wants it; lines are looked up once for all."""
        self._drawn = self._seen()
        try:
            return super().render_lines(crop)
        finally:
            del self._drawn

    def render_line(self, y: int) -> Strip:
        """The heading, or a line."""
        width = self.scrollable_content_region.width
        if y < self.head:
            text = " " * self.before + self.browse.heading(self._look_now(), self.spot.dataset)
            return strip_of(width, (crop(safe(text), 0, width), self._style("heading")))
        lines = getattr(self, "_drawn", None) or self._seen()
        at = y - self.head
        if at >= len(lines):
            return strip_of(width, (" " * width, self.rich_style))
        return self._strip(lines[at], self.top + at, width)

    def _strip(self, line: Line | None, index: int, width: int) -> Strip:
        bar = (BAR if index == self.cursor else " ") if self.picks else ""
        if line is None:
            return strip_of(width, (crop(bar + ABSENT, 0, width), self._style("absent")))
        style = self._style(line.kind)
        if bar == BAR and self.has_focus:
            style += self.get_component_rich_style("record-view--cursor", partial=True)
        parts = [(bar, style)]
        if self.before > len(bar):
            parts.append((self._number(line, index), self._style("number")))
        at = 0
        for first, behind in line.spans:
            parts.append((safe(line.text[at:first]), style))
            parts.append((safe(line.text[first:behind]), self._style("found")))
            at = behind
        parts.append((safe(line.text[at:]), style))
        return strip_of(width, *parts, ("", style))

    def _number(self, line: Line, index: int) -> str:
        """The number of a record, before the first of its lines."""
        first = line.spot is not None and not (index - 1) % self.look.parts
        number = line.spot.record if line.spot is not None and first else ""
        return f"{number:>{_NUMBER - 1}} "

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"record-view--{name}")

    def describe(self) -> str:
        """One sentence about where we are, for those who hear the screen."""
        if not self.browse.datasets:
            return "There are no data sets."
        lines = self.window(self.cursor if self.picks else self.top, 1)
        line = lines[0] if lines else None
        spot = self.spot if line is None or line.spot is None else line.spot
        dataset = self.browse.datasets[spot.dataset]
        text = ABSENT if line is None else safe(line.text).strip()
        return (
            f"View {self.look.form} of {dataset.ddname}, record {spot.record} of"
            f" {dataset.records}: {text}"
        )
