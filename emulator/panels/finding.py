"""FIND: a text, or bytes in hexadecimal, in records (spool-ui.md 1.5).

A block is folded and searched at once; only where that finds something, records are looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from emulator.panels.characters import Characters


class Around(StrEnum):
    """What is around a text that is found: anything; a word goes on behind it, before it, not."""

    CHARS = "CHARS"
    PREFIX = "PREFIX"
    SUFFIX = "SUFFIX"
    WORD = "WORD"


@dataclass(frozen=True, slots=True)
class Needle:
    """What is looked for: a text, in any case unless `exact`, or `data` as it lies on the spool.

    `columns` are the first and the last that it may take, from 1 with carriage control.
    """

    text: str = ""
    data: bytes = b""
    around: Around = Around.CHARS
    columns: tuple[int, int] | None = None
    exact: bool = False

    def finder(self, page: Characters) -> "Finder":
        """Finds it in data of a code page."""
        return _finder(self, page)


@lru_cache(maxsize=8)
def _finder(needle: Needle, page: Characters) -> "Finder":
    if page.mixed is not None and not needle.data:
        return MixedFinder(needle, page)
    return Finder(needle, page)


class Finder:
    """Finds a needle in records of a single-byte page, or bytes in those of any."""

    def __init__(self, needle: Needle, page: Characters) -> None:
        self._columns = needle.columns
        self._around = needle.around
        places = {character: byte for byte, character in reversed(list(enumerate(page.decoding)))}
        self._alphanumeric = bytes(b for b, c in enumerate(page.decoding) if c.isalnum())
        fold = bytes(range(256))
        if not needle.data and not needle.exact:
            fold = bytes(places.get(c.upper(), byte) for byte, c in enumerate(page.decoding))
        self._fold = fold
        if needle.data:
            self._wanted: bytes | None = needle.data
        elif needle.text and all(c in places for c in needle.text):
            self._wanted = bytes(places[c] for c in needle.text).translate(fold)
        else:
            self._wanted = None

    def maybe(self, block: bytes) -> bool:
        """Whether some record of a block's data may have it."""
        return self._wanted is not None and self._wanted in block.translate(self._fold)

    def spans(self, data: bytes, skip: int = 0) -> Iterator[tuple[int, int]]:
        """Where it is in a record, whose first `skip` bytes are left out in `data`."""
        wanted = self._wanted
        if wanted is None:
            return
        folded = data.translate(self._fold)
        at = folded.find(wanted)
        while at >= 0:
            behind = at + len(wanted)
            fits = self._fits(data, at, behind) and _within(self._columns, at, behind, skip)
            if fits:
                yield at, behind
            at = folded.find(wanted, behind if fits else at + 1)

    def _fits(self, data: bytes, at: int, behind: int) -> bool:
        if self._around is Around.CHARS:
            return True
        before = at > 0 and data[at - 1] in self._alphanumeric
        after = behind < len(data) and data[behind] in self._alphanumeric
        return _stands(self._around, before=before, after=after)


class MixedFinder(Finder):
    """Finds a text in records of a page with double-byte characters; counts characters."""

    def __init__(self, needle: Needle, page: Characters) -> None:
        super().__init__(Needle(data=b"\0"), page)
        self._columns, self._around = needle.columns, needle.around
        self._page = page
        flags = 0 if needle.exact else re.IGNORECASE
        self._pattern = re.compile(re.escape(needle.text) or r"(?!)", flags)

    def maybe(self, block: bytes) -> bool:
        """A pair of bytes may be anything."""
        return True

    def spans(self, data: bytes, skip: int = 0) -> Iterator[tuple[int, int]]:
        """As `Finder.spans`, in characters."""
        text = self._page.text(data)
        for match in self._pattern.finditer(text):
            at, behind = match.span()
            before = text[at - 1 : at].isalnum()
            after = text[behind : behind + 1].isalnum()
            stands = _stands(self._around, before=before, after=after)
            if stands and _within(self._columns, at, behind, skip):
                yield at, behind


def _stands(around: Around, *, before: bool, after: bool) -> bool:
    match around:
        case Around.PREFIX:
            return after and not before
        case Around.SUFFIX:
            return before and not after
        case Around.WORD:
            return not before and not after
        case Around.CHARS:
            return True


def _within(columns: tuple[int, int] | None, at: int, behind: int, skip: int) -> bool:
    if columns is None:
        return True
    return columns[0] <= at + skip + 1 and behind + skip <= columns[1]
