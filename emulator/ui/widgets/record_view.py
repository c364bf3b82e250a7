"""Data sets on the screen: lines of `Browse`, of which only those that are seen are read and drawn.

`RecordDisplay` shows lines and stays at its record when the view changes; `RecordView` adds moving,
FIND, and following a line of MAIL or REC to its record. Reading is somebody else's: `ask` runs a
function with the spool's `read` in another thread, so nothing here ever waits.
"""

from typing import ClassVar, TypeAlias

from textual import events
from textual.binding import Binding, BindingType

from emulator.exits import Problem
from emulator.panels.browsing import Form, Line, Spot
from emulator.panels.finding import Needle
from emulator.panels.searching import Search, Way
from emulator.ui.widgets import record_messages as messages
from emulator.ui.widgets.record_display import Ask, RecordDisplay
from jes.errors import SpoolError

__all__ = ["Ask", "RecordView"]
FORMS = (Form.TEXT, Form.HEX, Form.SDSF, Form.REC, Form.MAIL)


class RecordView(RecordDisplay):
    """Browses data sets. In REC and MAIL there is a cursor, and Enter goes to the record."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="view.up", show=False),
        Binding("down", "move(1)", "Down", id="view.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="view.page-up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="view.page-down", show=False),
        Binding("home,ctrl+home", "top", "Top", id="view.top", show=False),
        Binding("end,ctrl+end", "bottom", "Bottom", id="view.bottom", show=False),
        Binding("left", "sideways(-8)", "Left", id="view.left", show=False),
        Binding("right", "sideways(8)", "Right", id="view.right", show=False),
        Binding("enter", "follow", "To the record", id="view.follow", show=False),
        Binding("f2,v", "next_form", "View", id="view.form", show=False),
        Binding("escape", "cancel", "Stop", id="view.cancel", show=False),
    ]
    Viewed: TypeAlias = messages.Viewed
    Searching: TypeAlias = messages.Searching
    Searched: TypeAlias = messages.Searched
    Chosen: TypeAlias = messages.Chosen
    LoadFailed: TypeAlias = messages.LoadFailed

    _search: Search | None = None
    hit: Spot | None = None

    # --- moving --------------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        """The cursor some lines further; without one, what is seen."""
        if self.picks:
            self.to_cursor(self.cursor + lines)
        else:
            self.to_line(self.top + lines)

    def action_page(self, pages: int) -> None:
        """Some pages further."""
        self.scroll_lines(pages * self.page)

    def scroll_lines(self, lines: int) -> None:
        """What is seen, and the cursor, so many lines further."""
        place = self.cursor - self.top
        top = self.top
        self.to_line(top + lines)
        if self.picks:
            self.to_cursor(self.top + place if self.top != top else self.cursor + lines)

    def action_top(self) -> None:
        """To TOP OF DATA."""
        self.to_line(0)
        self.to_cursor(0)

    def action_bottom(self) -> None:
        """To BOTTOM OF DATA."""
        self.to_line(self.count - self.page)
        self.to_cursor(self.count - 1)

    def action_sideways(self, columns: int) -> None:
        """Some columns to the right or left."""
        self.scroll_to(x=max(0, self.scroll_offset.x + columns), animate=False, force=True)

    def next_dataset(self, count: int) -> bool:
        """To the beginning of the data set `count` further, or back. False: there is none.

        MAIL goes on to the mails of that one.
        """
        if self.mails is not None:
            number = self.dataset + count
            if not 0 <= number < len(self.browse.datasets):
                return False
            self.show_mails(number)
            return True
        line = self.browse.step(self.look, self.top, count)
        if line is not None:
            self.to_line(line)
        return line is not None

    def to_spot(self, spot: Spot) -> None:
        """To a record, and sideways to its character; out of MAIL, since that has no records."""
        if self.look.form is Form.MAIL:
            self.use(form=Form.REC)
        line = self.browse.index(self.look, spot)
        if not self.top <= line <= self.top + self.page - self.look.parts:
            self.to_line(line - min(3, self.page // 4))
        self.cursor = line
        left, room = self.scroll_offset.x, self.columns_seen
        if not left <= spot.column < left + room - self.hit_length:
            self.scroll_to(x=max(0, spot.column - room // 2), animate=False, force=True)
        self.refresh()

    def action_follow(self) -> None:
        """To the record that the line of the cursor is about."""
        line = self.line_at(self.cursor) if self.picks else None
        if line is None or line.spot is None:
            return
        self.use(form=Form.REC if self.look.form is Form.MAIL else Form.TEXT)
        self.to_spot(line.spot)
        self.post_message(messages.Chosen(self, line))

    def action_next_form(self) -> None:
        """The next view of the same record."""
        at = FORMS.index(self.look.form) + 1
        self.use(form=FORMS[at % len(FORMS)])

    def line_at(self, index: int) -> Line | None:
        """A line, None when there is none or it has not been read."""
        found = self.window(index, 1) if index >= 0 else []
        return found[0] if found else None

    def on_click(self, event: events.Click) -> None:
        """A line; twice is Enter."""
        index = self.top + event.y - self.head
        if self.picks and event.y >= self.head and index < self.count:
            self.to_cursor(index)
            if event.chain == 2:
                self.action_follow()

    # --- FIND ----------------------------------------------------------------------------------

    def find(self, needle: Needle, way: Way = Way.NEXT) -> None:
        """Look for a needle from where we are; it stays marked. `Searched` says what came of it.

        A search that still goes on is ended without a word. Raises `BadCharacter` for an unknown
        code page.
        """
        start = self._start(needle, way)
        if self.look.form is Form.MAIL:
            self.use(form=Form.TEXT)
        search = Search(self.browse, self.look, needle, way, start)
        self.use(find=needle)
        self._search = search
        self.run_worker(self._searching(search), group="find")

    def _start(self, needle: Needle, way: Way) -> Spot:
        """Behind or before what was found last while it can be seen, else at the first line."""
        hit = self.hit if needle == self.look.find else None
        seen = range(self.top, self.top + self.page)
        if hit is not None and self.look.form is not Form.MAIL:
            line = self.browse.index(self.look, hit)
            if line in seen:
                return Spot(hit.dataset, hit.record, hit.column + (way is Way.NEXT))
        return self.spot

    async def _searching(self, search: Search) -> None:
        percent = -1
        try:
            while await self.scan(search.step):
                if search is not self._search:
                    return
                if search.percent != percent:
                    percent = search.percent
                    self.post_message(messages.Searching(self, percent))
        except (SpoolError, Problem) as error:
            self.post_message(messages.LoadFailed(self, error))
            return
        if search is self._search:
            self._search = None
            self.hit, self.hit_length = search.hit, search.length
            if search.hit is not None:
                self.to_spot(search.hit)
            self.post_message(messages.Searched(self, search.hit, search.hits, search.records))

    def action_cancel(self) -> None:
        """End a search that goes on."""
        if self._search is not None:
            self._search = None
            self.post_message(messages.Searched(self, None, cancelled=True))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that have nothing to do here are left to others."""
        if action == "cancel":
            return self._search is not None
        if action == "follow":
            return self.picks
        return True

    def reset(self) -> None:
        """Nothing is marked any more (RESET)."""
        self.hit = None
        self.use(find=None)
