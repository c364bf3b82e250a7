"""The title line and the line of what is set: nothing that hides rows is hidden itself."""

from collections.abc import Sequence

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from emulator.ui.widgets.cells import cell_len, crop, safe


class TitleLine(Widget):
    """A title at the left; at the right where one is, or a message for one interaction."""

    DEFAULT_CSS = "TitleLine { height: 1; background: $panel; color: $primary; text-style: bold; }"
    left = reactive("")
    right = reactive("")
    message = reactive("")

    def say(self, text: str) -> None:
        """A message in place of the right part; '' takes it away."""
        self.message = text

    def render(self) -> Text:
        """One line; the message goes first when there is no room for both."""
        width = self.size.width
        left, right = f" {safe(self.left)}", safe(self.message or self.right)
        right = crop(right, 0, min(cell_len(right), width - 2))
        room = width - cell_len(right) - 1
        return Text(f"{crop(left, 0, max(0, room - 1))} {right} ", no_wrap=True)


class Chips(Widget):
    """PREFIX, DEST, OWNER, SORT, FILTER: what keeps rows away, and what orders them."""

    DEFAULT_CSS = "Chips { height: 1; color: $secondary; }"

    def __init__(self) -> None:
        super().__init__()
        self._chips: Sequence[str] = ()

    def show(self, chips: Sequence[str]) -> None:
        """Other ones."""
        self._chips = chips
        self.refresh()

    def render(self) -> Text:
        """One line of all."""
        text = safe(f" {'  '.join(self._chips)}")
        return Text(crop(text, 0, self.size.width), no_wrap=True)
