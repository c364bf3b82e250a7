"""Mixed EBCDIC code pages: single bytes, and pairs of bytes between SO (X'0E') and SI (X'0F').

A shift code always shifts, also where it cuts a pair in two: no second byte of a pair is below
X'40'. So a buffer is cut at its shift codes, and all its single bytes, then all its pairs, become
characters at once. Tables: `jes.tables`. As in `jes.codepages`, X'15' is NEL and X'25' is LF.
"""

import codecs
import re
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from typing import NamedTuple, cast

from jes import messages, tables
from jes.codepages import MIXED, UNDEFINED, canonical
from jes.errors import BadCharacter

SO, SI = b"\x0e", b"\x0f"
_SHIFT = "\x0e"
_BETWEEN = 0x0E0E  # a pair that no data can have, since shift codes cut it
_NOT_SHIFTS = bytes(byte for byte in range(256) if byte not in b"\x0e\x0f")
_REGION = re.compile(rb"\x0e[^\x0f]*\x0f?|\x0f")


class Shift(StrEnum):
    """What the next byte is: a character, or the first half of one."""

    SINGLE = "single"
    DOUBLE = "double"


class Faults(NamedTuple):
    """What was wrong in decoded data. Each undefined code and each lone half became U+FFFD."""

    undefined: int = 0  # single bytes and pairs that the page leaves undefined
    halves: int = 0  # pairs without a second half
    shifts: int = 0  # shift codes to the state that was in force already


class Decoded(NamedTuple):
    """Decoded data: the text, the shift state behind it, and what was wrong."""

    text: str
    shift: Shift
    faults: Faults


@dataclass(frozen=True, eq=False)
class MixedPage:
    """A mixed page. `single` has the character of each single byte, U+FFFD where there is none."""

    name: str
    single: str
    double: list[str] = field(repr=False)  # by pair, 65,536 entries; few have two characters

    def decode(
        self, data: bytes, shift: Shift = Shift.SINGLE, single: str | None = None
    ) -> Decoded:
        """`data` as text, beginning in state `shift`; never fails.

        A pair cut off by the end of `data` is a lone half: decode what belongs together at once.
        `single` replaces the page's characters of the 256 single bytes (U+000E for SO).
        """
        redundant = 0
        shifts = data.translate(None, _NOT_SHIFTS)
        if shift is Shift.DOUBLE or shifts != (SO + SI) * (len(shifts) // 2):
            data, shift, redundant = _balanced(data, shift)
        pieces = data.replace(SI, SO).split(SO)
        doubles = pieces[1::2]
        halves = sum(len(piece) & 1 for piece in doubles)
        if halves:
            doubles = [piece + b"\0" if len(piece) & 1 else piece for piece in doubles]
        text = codecs.charmap_decode(SO.join(pieces[0::2]), "strict", single or self.single)[0]
        if doubles:
            both = [""] * len(pieces)
            both[0::2] = text.split(_SHIFT)
            both[1::2] = self._pairs(doubles)
            text = "".join(both)
        undefined = text.count(UNDEFINED) - halves
        return Decoded(text, shift, Faults(undefined, halves, redundant))

    def _pairs(self, doubles: list[bytes]) -> list[str]:
        codes = array("H", _BETWEEN.to_bytes(2).join(doubles))
        if sys.byteorder == "little":
            codes.byteswap()
        double = self.double
        return "".join([double[code] for code in codes]).split(_SHIFT)

    def encode(self, text: str, where: str = "text") -> bytes:
        """`text` in this page, in single-byte state at its end.

        Raises `BadCharacter` naming the first character that the page lacks and `where`.
        """
        at = self.first_bad(text)
        if at is not None:
            raise BadCharacter(messages.NOT_IN_PAGE, where=where, char=text[at], page=self.name)
        return self.encode_lossy(text)

    def encode_lossy(self, text: str) -> bytes:
        """`text` in this page, `?` for what it lacks: for listings and messages only."""
        pieces = self._sequence.split(text) if self._sequences else [text]
        coded = [
            self._sequences.get(piece) or _charmap(piece, "replace", self._encoding)
            for piece in pieces
        ]
        return b"".join(coded).replace(SI + SO, b"")

    def first_bad(self, text: str) -> int | None:
        """The index of the first character that the page lacks, or None."""
        at = 0
        for piece in self._sequence.split(text) if self._sequences else [text]:
            if piece not in self._sequences:
                try:
                    _charmap(piece, "strict", self._encoding)
                except UnicodeEncodeError as error:
                    return at + error.start
            at += len(piece)
        return None

    @cached_property
    def _encoding(self) -> dict[int, bytes]:
        codes = tables.table(self.name).encode
        return {ord(text): _shifted(code) for text, code in codes.items() if len(text) == 1}

    @cached_property
    def _sequences(self) -> dict[str, bytes]:
        """Two characters that are one code together: IBM-1390 and IBM-1399 have 25."""
        codes = tables.table(self.name).encode
        return {text: _shifted(code) for text, code in codes.items() if len(text) > 1}

    @cached_property
    def _sequence(self) -> re.Pattern[str]:
        return re.compile(f"({'|'.join(map(re.escape, self._sequences))})")


def known() -> tuple[str, ...]:
    """Canonical names of the mixed pages."""
    return MIXED


def mixed_page(name: str) -> MixedPage:
    """The mixed page called `name`: IBM-939, CP939, 939 … Raises `BadCharacter`."""
    spelled = canonical(name)
    if spelled not in MIXED:
        hint = f" as a page with double-byte characters; these are {', '.join(MIXED)}"
        raise BadCharacter(messages.UNKNOWN_PAGE, name=name[:40], hint=hint)
    return _page(spelled)


@cache
def _page(spelled: str) -> MixedPage:
    decode = tables.table(spelled).decode
    double = [UNDEFINED] * 65536
    for code, text in decode.items():
        double[code] = text
    single = "".join(double[:256])
    double[:256] = [UNDEFINED] * 256
    double[_BETWEEN] = _SHIFT
    return MixedPage(spelled, single[:0x0E] + _SHIFT + single[0x0F:], double)


def _shifted(code: int) -> bytes:
    return code.to_bytes() if code < 256 else SO + code.to_bytes(2) + SI


def _charmap(text: str, errors: str, mapping: Mapping[int, bytes]) -> bytes:
    # The library takes bytes as values too; its annotation has numbers only.
    return codecs.charmap_encode(text, errors, cast("dict[int, int]", mapping))[0]


def _balanced(data: bytes, shift: Shift) -> tuple[bytes, Shift, int]:
    """`data` with each SO followed by its SI, the shift state behind it, and redundant shifts.

    A redundant SO still ends a pair, so it becomes SI and SO.
    """
    redundant = 0
    ended = shift

    def region(match: re.Match[bytes]) -> bytes:
        nonlocal redundant, ended
        found = match[0]
        if found == SI:
            redundant += 1
            return b""
        extra = found.count(SO) - 1
        if extra:
            redundant += extra
            found = SO + found[1:].replace(SO, SI + SO)
        ended = Shift.SINGLE if found.endswith(SI) else Shift.DOUBLE
        return found if ended is Shift.SINGLE else found + SI

    data = _REGION.sub(region, SO + data if shift is Shift.DOUBLE else data)
    return data, ended, redundant
