"""Bytes of a record as characters that can be seen, in a code page of the viewer's choice.

What a page leaves undefined, and what would move a cursor, is a middle dot, unlike the period,
which records are full of.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, east_asian_width

from emulator.shown import printable
from jes import codepages, mixed
from jes.codepages import MIXED, UNDEFINED, canonical
from jes.mixed import MixedPage

DOT = "·"


@dataclass(frozen=True, slots=True)
class Characters:
    """How bytes are shown. `text` is for reading, `bytewise` has a character of one cell for each
    byte; `unknown` are the bytes that a single-byte page does not define, none for a mixed one."""

    name: str
    text: Callable[[bytes], str]
    bytewise: Callable[[bytes], str]
    unknown: bytes
    mixed: MixedPage | None
    decoding: str


@lru_cache(maxsize=16)
def characters(name: str, dot: str = DOT) -> Characters:
    """Those of a page, single-byte or mixed. Raises `jes.errors.BadCharacter`."""
    if canonical(name) in MIXED:
        page = mixed.mixed_page(name)
        single = page.single
        by_byte = _charmap("".join(_narrow(c, dot) for c in single))

        def text(record: bytes) -> str:
            return _seen(page.decode(record).text, dot)

        return Characters(page.name, text, by_byte, b"", page, single)
    plain = codepages.page(name)
    decoding = plain.decoding
    unknown = bytes(byte for byte, c in enumerate(decoding) if c == UNDEFINED)
    seen = _charmap("".join(_seen(c, dot) for c in decoding))
    by_byte = _charmap("".join(_narrow(c, dot) for c in decoding))
    return Characters(plain.name, seen, by_byte, unknown, None, decoding)


def _charmap(table: str) -> Callable[[bytes], str]:
    return lambda record: codecs.charmap_decode(record, "strict", table)[0]


def _seen(text: str, dot: str) -> str:
    """`text` with dots where `printable` has periods."""
    if text.isprintable() and UNDEFINED not in text:
        return text
    return "".join(c if printable(c) == c else dot for c in text)


def _narrow(character: str, dot: str) -> str:
    """A character that takes one cell, or a dot."""
    seen = _seen(character, dot)
    return dot if category(seen)[0] == "M" or east_asian_width(seen) in "WF" else seen


def cells(text: str) -> int:
    """About how many cells a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def index_at(text: str, cell: int) -> int:
    """The index of the first character that begins in `cell` or behind it."""
    if text.isascii():
        return min(cell, len(text))
    at = 0
    for index, character in enumerate(text):
        if at >= cell:
            return index
        at += _width(character)
    return len(text)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
