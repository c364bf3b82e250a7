"""A row's line with other texts in some of its cells: what was typed, and where the cursor is."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from emulator.ui.widgets.cells import cell_len, crop, strip_of


@dataclass(frozen=True, slots=True)
class Over:
    """Safe text for cells of a line: the first, the first that is seen, the one behind the last.

    Of a text that is too long its end is shown, since that is where is typed.
    """

    cells: tuple[int, int, int]
    text: str
    style: Style


def overlaid(line: str, base: Style, over: Sequence[Over], width: int) -> Strip:
    """`line` with the texts of `over`, which are in order from left to right."""
    parts, at = [], 0
    for one in over:
        first, seen, behind = one.cells
        start, end = max(seen, at), min(behind, width)
        if start >= end:
            continue
        text = crop(one.text, max(0, cell_len(one.text) - (behind - first)), behind - first)
        parts.append((crop(line, at, start - at), base))
        parts.append((crop(text, start - first, end - start), one.style))
        at = end
    return strip_of(width, *parts, (crop(line, at, width - at), base))
