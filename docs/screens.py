"""Draws the screens of the terminal UI for docs/images/ui, always of the same small system.

`make pages` draws them; tests/test_docs.py compares the words in them with what the UI shows today.
The system, and the way through the screens, are those of the UI's own tests.
"""

import html
import os
import re
import tempfile
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # before textual is imported: it reads it once

from tests.emulator.ui.desk import Hands, a_desk, at_desk
from tests.emulator.ui.walk import SCREENS, cells

FOLDER = Path(__file__).parent / "images" / "ui"
SIZE = (100, 24)
_WIDTH, _HEIGHT, _MARGIN = 8.4, 18, 8  # of a character, of a line, around all, in pixels
_TEXT = re.compile(r'<text x="[0-9.]+" y="([0-9]+)"[^>]*>([^<]*)</text>')
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_GROUND = "#101010"
Runs = list[tuple[str, str]]  # texts of a line, each with its style: `bold #ffffff on #000000`


def screens() -> dict[str, str]:
    """Each screen as a picture, by its name."""
    found: dict[str, str] = {}

    async def work(hands: Hands) -> None:
        for name, way in SCREENS.items():
            await way(hands)
            await hands.drawn()
            found[name] = svg(cells(hands.app))

    with tempfile.TemporaryDirectory() as folder, a_desk(Path(folder)) as desk:
        at_desk(desk, work, SIZE)
    return found


def svg(lines: list[Runs]) -> str:
    """A picture of lines. Every run says how wide it is, so any font with fixed width will do."""
    width = round(SIZE[0] * _WIDTH + 2 * _MARGIN)
    height = len(lines) * _HEIGHT + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' xml:space="preserve" font-family="{_FONT}" font-size="14">',
        f'<rect width="{width}" height="{height}" rx="6" fill="{_GROUND}"/>',
    ]
    for number, line in enumerate(lines):
        parts += _line(number, line)
    return "\n".join([*parts, "</svg>", ""])


def _line(number: int, line: Runs) -> list[str]:
    grounds, texts, at = [], [], 0
    for text, style in line:
        words, _, ground = style.partition(" on ")
        *marks, colour = words.split()
        colour = "#e4e4e4" if colour == "-" else colour
        if "reverse" in marks:
            colour, ground = ground, colour
        x = _MARGIN + at * _WIDTH
        if ground not in ("-", _GROUND):
            size = f'width="{len(text) * _WIDTH:.1f}" height="{_HEIGHT}"'
            y = _MARGIN + number * _HEIGHT
            grounds.append(f'<rect x="{x:.1f}" y="{y}" {size} fill="{ground}"/>')
        if text.strip():
            blanks = len(text) - len(text.lstrip())
            texts.append(_text(text.strip(), x + blanks * _WIDTH, number, colour, marks))
        at += len(text)
    return grounds + texts


def _text(text: str, x: float, number: int, colour: str, marks: list[str]) -> str:
    looks = ' font-weight="bold"' if "bold" in marks else ""
    looks += ' text-decoration="underline"' if "underline" in marks else ""
    y = _MARGIN + number * _HEIGHT + 13
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{colour}"{looks}'
        f' textLength="{len(text) * _WIDTH:.1f}">{html.escape(text)}</text>'
    )


def words_of(picture: str) -> list[str]:
    """The words of a picture, line by line."""
    lines: dict[int, list[str]] = {}
    for y, text in _TEXT.findall(picture):
        lines.setdefault(int(y), []).extend(html.unescape(text).split())
    return [" ".join(words) for words in lines.values()]


def draw() -> None:
    """Write all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in screens().items():
        (FOLDER / f"{name}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    draw()
