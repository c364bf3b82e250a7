"""What a printer makes of the records of a data set: lines and pages of text (jes2.md 4.2, 4.3).

Pure, and fed block by block; the text is the same however the blocks are cut. A line ends at its
last character that can be seen. A page ends with a form feed. What a printer has no type for
(control characters, bytes that the code page leaves undefined) is a blank, so that no byte of a
record can end a line.

Records that overprint each other (ASA `+`, machine X'01') become one line where no column has two
different characters, as with bold print or a line in two parts; else each stays a line of its own,
the later one below: underscores stand under what they underline. Without a forms control buffer
the channels 2 to 12 are just the next line.
"""

import codecs
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from jes.codepages import UNDEFINED, CodePage
from jes.descriptors import WORD
from jes.records import BLANK, RDW, Block, Recfm, split

_NEWLINE, _FORM_FEED = b"\x15", b"\x0c"  # of every EBCDIC page; never in a line: see `_Type`


def binary(block: Block, recfm: Recfm, lrecl: int) -> bytes:
    """The records of a block as they are, each behind an RDW. Raises `BadRecord`."""
    if not recfm.fixed:
        return block.data
    word = WORD.pack(lrecl + RDW, 0)
    return b"".join(word + record for record in split(block.data, recfm, lrecl))


class Printer:
    """Prints the records of one data set."""

    def __init__(self, recfm: Recfm, lrecl: int, page: CodePage) -> None:
        self._recfm, self._lrecl = recfm, lrecl
        self._type = _type(page)
        self._paper = _Paper()
        control = {"A": _asa, "M": _machine}
        self._control: Callable[[_Paper, int, bytes], None] | None = (
            control[recfm.control] if recfm.control else None
        )

    def feed(self, block: Block) -> str:
        """The text that the records of a block add. Raises `BadRecord`."""
        records = split(block.data, self._recfm, self._lrecl)
        clean = self._type.clean
        if self._control is None:
            lines = [record.translate(clean).rstrip(BLANK) for record in records]
            return self._type.text(_NEWLINE.join((*lines, b"")))
        control, paper = self._control, self._paper
        for record in records:
            # a record without a control character was blank, and lost it when it was spooled
            code = record[0] if record else _DEFAULT[self._recfm.control or ""]
            control(paper, code, record[1:].translate(clean).rstrip(BLANK))
        return self._type.text(paper.torn())

    def finish(self) -> str:
        """The last line, when it has not been ended."""
        self._paper.end_line()
        return self._type.text(self._paper.torn())


@dataclass(slots=True)
class _Paper:
    """What was printed. `line` stands where the printer is; None: nothing does yet.

    `turning`: the next thing goes to a new page. `used`: something is on this page.
    """

    out: list[bytes] = field(default_factory=list)
    line: bytes | None = None
    turning: bool = False
    used: bool = False

    def print(self, text: bytes) -> None:
        """On the line where the printer is, over what is there."""
        if self.line is not None:
            both = overprinted(self.line, text)
            if both is None:
                self.end_line()
            else:
                text = both
        self._turn()
        self.line = text

    def space(self, lines: int) -> None:
        """Move down."""
        self._turn()
        if self.line is not None:
            self.end_line()
            lines -= 1
        self.out.append(_NEWLINE * lines)

    def advance(self, lines: int) -> None:
        """Move down from the line that was printed last; the first line of a page is there."""
        if self.line is None and not self.used:
            lines -= 1
        if lines:
            self.space(lines)

    def skip(self) -> None:
        """To channel 1. A page that nothing was printed on is not turned."""
        self.end_line()
        if self.used:
            self.turning, self.used = True, False

    def end_line(self) -> None:
        """Behind the line where the printer is, when something stands there."""
        if self.line is not None:
            self.out += (self.line, _NEWLINE)
            self.line = None

    def _turn(self) -> None:
        if self.turning:
            self.out.append(_FORM_FEED)
            self.turning = False
        self.used = True

    def torn(self) -> bytes:
        """What was printed since the last time, but for the line where the printer is."""
        out, self.out = b"".join(self.out), []
        return out


def overprinted(under: bytes, over: bytes) -> bytes | None:
    """Two lines on top of each other; None where a column has two different characters."""
    width = max(len(under), len(over))
    under, over = under.ljust(width, BLANK), over.ljust(width, BLANK)
    blank = BLANK[0]
    if any(a != b and blank not in (a, b) for a, b in zip(under, over, strict=True)):
        return None
    return bytes(b if a == blank else a for a, b in zip(under, over, strict=True))


# --- ASA: moves, then prints --------------------------------------------------------------------

_SPACES = {0x40: 1, 0xF0: 2, 0x60: 3}  # blank, 0, -
_OVER, _TOP = 0x4E, 0xF1  # +, 1


def _asa(paper: _Paper, code: int, text: bytes) -> None:
    """2 to 9, A to C (channels), V and W (stackers) and whatever is unknown are as a blank."""
    if code == _TOP:
        paper.skip()
    elif code != _OVER:
        paper.advance(_SPACES.get(code, 1))
    paper.print(text)


# --- machine: prints, then moves ----------------------------------------------------------------

_MOVES = {0x01: 0, 0x09: 1, 0x11: 2, 0x19: 3}  # lines to space
_CHANNELS = frozenset(range(0x89, 0xE2, 8))  # 1 to 12
_CHANNEL_1 = 0x89
_AT_ONCE = 0x02  # this bit: moves without printing
_PAGE_MODE = 0x5A  # a structured field, not text


def _machine(paper: _Paper, code: int, text: bytes) -> None:
    """A code that nobody knows prints and spaces one line."""
    if code == _PAGE_MODE:
        return
    action = code & ~_AT_ONCE
    known = action in _MOVES or action in _CHANNELS
    if not (known and code & _AT_ONCE):
        paper.print(text)
    if action == _CHANNEL_1:
        paper.skip()
    elif lines := _MOVES.get(action, 1):
        paper.space(lines)


_DEFAULT = {"A": 0x40, "M": 0x09}  # of a record without even that


# --- characters ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Type:
    """`clean` makes a blank of what cannot be printed; `decoding` has our own two line ends."""

    clean: bytes
    decoding: str

    def text(self, printed: bytes) -> str:
        return codecs.charmap_decode(printed, "strict", self.decoding)[0]


@lru_cache(maxsize=16)
def _type(page: CodePage) -> _Type:
    printable = [
        char != UNDEFINED and unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        for char in page.decoding
    ]
    clean = bytes(byte if printable[byte] else BLANK[0] for byte in range(256))
    decoding = list(page.decoding)
    decoding[_NEWLINE[0]], decoding[_FORM_FEED[0]] = "\n", "\f"
    return _Type(clean, "".join(decoding))
