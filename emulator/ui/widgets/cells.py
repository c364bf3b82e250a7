"""Text for a strip: nothing in it moves the cursor, and its width in cells is known.

Every widget here puts text on the screen through `safe`, whoever made it (spool-ui.md 2.5).
"""

import re
from unicodedata import normalize

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from emulator.shown import printable

# how wide a character is must not hang on the next one: terminals do not agree about that
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MARKS_MAX = 2  # marks on one character; more would pile up over other lines

__all__ = ["cell_len", "crop", "fit", "safe", "strip_of"]


def safe(text: str) -> str:
    """`text` with a period for everything that a terminal could take for more than a character."""
    if text.isascii() and text.isprintable():
        return text
    text = printable(_SELECTORS.sub("", normalize("NFC", text)))
    return _few_marks(text) if cell_len(text) < len(text) else text


def _few_marks(text: str) -> str:
    """At most so many marks on a character, and none on nothing."""
    found, marks = [], _MARKS_MAX
    for character in text:
        if get_character_cell_size(character):
            marks = 0
        else:
            marks += 1
        found.append(character if marks <= _MARKS_MAX else ".")
        if marks > _MARKS_MAX:
            marks = 0
    return "".join(found)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text`, made safe, cut or filled to just `width` cells."""
    if text.isascii() and text.isprintable():
        text = text[:width]
        return text.rjust(width) if right else text.ljust(width)
    text = safe(text)
    size = cell_len(text)
    if size > width:
        return crop(text, 0, width)
    return " " * (width - size) + text if right else text + " " * (width - size)


def crop(text: str, first: int, width: int) -> str:
    """The cells from `first` on, `width` of them, of safe text; a blank for half a character, and
    for what is behind the end."""
    if width <= 0:
        return ""
    if text.isascii():
        return text[first : first + width].ljust(width)
    found: list[str] = []
    at, end, size = 0, first + width, 0
    for character in text:
        step = get_character_cell_size(character)
        if at >= end:
            break
        if at >= first and at + step <= end:
            if step or found:
                found.append(character)
                size += step
        elif step and at + step > first:
            blanks = min(at + step, end) - max(at, first)
            found.append(" " * blanks)
            size += blanks
        at += step
    return "".join(found) + " " * (width - size)


def strip_of(width: int, *parts: tuple[str, Style]) -> Strip:
    """A strip of safe texts side by side, of just `width` cells; empty ones are left out."""
    segments, left = [], width
    for text, style in parts:
        if not text:
            continue
        shown = crop(text, 0, left) if cell_len(text) > left else text
        if shown:
            segments.append(Segment(shown, style))
            left -= cell_len(shown)
    if left:
        segments.append(Segment(" " * left, parts[-1][1] if parts else Style()))
    return Strip(segments, width)
