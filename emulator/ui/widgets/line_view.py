"""Lines that go on: a console. Only those that can be seen are drawn.

The view follows its end until somebody scrolls up; End goes there and follows again.
"""

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from emulator.ui.widgets.cells import cell_len, crop, safe, strip_of

# the id of a message ends with how grave it is
_ID = re.compile(r"(?:^|\s)[$]?[A-Z]{3,5}[0-9]{2,4}([IWEASD])(?=\s|$)", re.ASCII)
_KINDS = {"W": "warn", "E": "bad", "A": "warn", "S": "bad"}
Kind = Callable[[str], str]


def severity(line: str) -> str:
    """The kind of a console line, by the letter of its message id."""
    match = _ID.search(line)
    return _KINDS.get(match[1], "") if match else ""


class LineView(ScrollView, can_focus=True):
    """Shows lines; `kind` gives each a colour: good, warn, bad, active, heading, or ''."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "line(-1)", "Up", show=False),
        Binding("down,j", "line(1)", "Down", show=False),
        Binding("pageup", "pages(-1)", "Page up", show=False),
        Binding("pagedown", "pages(1)", "Page down", show=False),
        Binding("home", "ends(0)", "Top", show=False),
        Binding("end", "ends(1)", "Bottom", show=False),
        Binding("left", "sideways(-8)", "Left", show=False),
        Binding("right", "sideways(8)", "Right", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"line-view--{kind}"
        for kind in ("plain", "good", "warn", "bad", "active", "heading", "found")
    }
    DEFAULT_CSS = """
    LineView { height: 1fr; background: $surface; color: $foreground; scrollbar-size-vertical: 1;
               scrollbar-size-horizontal: 0; }
    LineView > .line-view--good { color: $text-success; }
    LineView > .line-view--warn { color: $text-warning; }
    LineView > .line-view--bad { color: $text-error; }
    LineView > .line-view--active { color: $text-primary; }
    LineView > .line-view--heading { text-style: bold; }
    LineView > .line-view--found { text-style: reverse; }
    """

    def __init__(self, kind: Kind = severity, *, follow: bool = True) -> None:
        super().__init__()
        self._kind = kind
        self._lines: Sequence[str] = ()
        self._kinds: Sequence[str] | None = None
        self.follow = follow
        self.found: int | None = None

    @property
    def lines(self) -> Sequence[str]:
        """What is shown."""
        return self._lines

    @property
    def page(self) -> int:
        """Lines that can be seen at a time."""
        return max(1, self.scrollable_content_region.height)

    def show(self, lines: Sequence[str], kinds: Sequence[str] | None = None) -> None:
        """Other lines; `kinds` in place of what their texts say."""
        self._lines, self._kinds = lines, kinds
        width = max((len(line) for line in lines[-1000:]), default=0)
        self.virtual_size = Size(width + 1, len(lines))
        if self.follow:
            self.scroll_to(y=max(0, len(lines) - self.page), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        """Before the first one, nobody knew where the end is."""
        if self.follow:
            self.scroll_to(y=max(0, len(self._lines) - self.page), animate=False, force=True)

    def action_line(self, lines: int) -> None:
        """Some lines further."""
        self.to_line(self.scroll_offset.y + lines)

    def action_pages(self, pages: int) -> None:
        """Some pages further."""
        self.to_line(self.scroll_offset.y + pages * self.page)

    def action_ends(self, end: int) -> None:
        """To the first or the last line."""
        self.to_line(len(self._lines) if end else 0)

    def action_sideways(self, columns: int) -> None:
        """Some columns to the right or left."""
        self.scroll_to(x=max(0, self.scroll_offset.x + columns), animate=False, force=True)

    def to_line(self, line: int) -> None:
        """That line first, as far as there are lines; at the end the view follows again."""
        last = max(0, len(self._lines) - self.page)
        line = min(max(0, line), last)
        self.follow = line == last
        self.scroll_to(y=line, animate=False, force=True)

    def find(self, text: str, *, back: bool = False) -> bool:
        """To the next line that has a text in any case. False: there is none."""
        wanted = text.casefold()
        start = self.scroll_offset.y - 1 if self.found is None else self.found
        order = range(start - 1, -1, -1) if back else range(start + 1, len(self._lines))
        for line in order:
            if wanted in self._lines[line].casefold():
                self.found = line
                self.to_line(line)
                self.refresh()
                return True
        return False

    def render_line(self, y: int) -> Strip:
        """One line."""
        index = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if index >= len(self._lines):
            return strip_of(width, (" " * width, self._style("plain")))
        line = safe(self._lines[index])
        kind = self._kind(line) if self._kinds is None else self._kinds[index]
        name = "found" if index == self.found else kind or "plain"
        shown = crop(line, self.scroll_offset.x, width)
        return strip_of(width, (shown + " " * (width - cell_len(shown)), self._style(name)))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"line-view--{name}")
