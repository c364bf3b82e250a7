"""Blocks of a spool file become lines: framed, carriage control off, translated, stripped, joined.

The bulk path never looks at a single record: a block is translated at once and unpacked at once,
and a byte that needs a second look shows as one mark of the inspection code. Only records that are
to be joined with the next (80 bytes, the last one X'4C' or X'15') are picked out (spool-mail.md 4).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import itemgetter
from struct import Struct

from cssmtp.choices import DEFAULT, CarriageControl, Choices
from cssmtp.shortrecords import Framing, framing, short_records
from cssmtp.transcode import LOOK, Inspection
from jes.records import RDW, Block, Recfm, split

JOIN_LENGTH = 80
_JOIN = b"\x4c\x15"  # `<` has this code point in every page
_JOINED_MAX = 64 * 1024  # a joined line far above every limit is not gathered any further
_WAIT = 15
_DIGITS = bytes(range(0xF0, 0xFA))  # the same in every EBCDIC page
_OVERPRINT = 0x4E  # ASA "+" (spool-mail.md 7)
_TAG = re.compile(rb"[/!]?[A-Za-z][^<>\n]*>")


@dataclass(slots=True)
class Hints:
    """What may deserve a notice, found in bulk; `cssmtp.notices` looks closer.

    `odd`: something does. `swallowed` and `html` are indexes of joined lines: the record joined to
    it was a lone period; it was cut inside a tag. `overprints` are indexes of records.
    """

    odd: bool = False
    overprints: Sequence[int] = ()
    swallowed: Sequence[int] = ()
    html: Sequence[int] = ()


@dataclass(slots=True)
class Lines:
    """The lines of one block, in inspection code, without trailing blanks.

    Line `i` begins with record `first + i`, or `numbers[i]` where records were joined; `end` is the
    record behind the last line. `special` says whether any line has a mark other than a tab,
    `ascii` that none has a byte above X'7F'; `longest` is an upper bound of their lengths. `width`
    is what a record takes on the spool, 0 when that differs. `column` has the first byte of each
    line, a blank for an empty one; it is empty when nobody looked.
    """

    first: int
    text: list[bytes]
    special: bool = False
    ascii: bool = True
    longest: int = 0
    end: int = 0
    width: int = 0
    column: bytes = b""
    hints: Hints = field(default_factory=Hints)
    numbers: list[int] | None = None
    keep: bool = False  # cannot be read again by `first`

    def record(self, index: int) -> int:
        """The number of the first record of a line."""
        if self.numbers is None:
            return self.first + index
        return self.numbers[index] if index < len(self.numbers) else self.end

    def records(self, start: int, stop: int) -> Sequence[int]:
        """The numbers of the first records of lines `start` to `stop`."""
        if self.numbers is None:
            return range(self.first + start, self.first + stop)
        return self.numbers[start:stop]

    def spooled(self, start: int, stop: int) -> int:
        """Bytes of spool space that lines `start` to `stop` take."""
        if self.width:
            return (self.record(stop) - self.record(start)) * self.width
        return sum(map(len, self.text[start:stop])) + 4 * (stop - start)


@dataclass(frozen=True, slots=True)
class Carry:
    """The beginning of a line that goes on in the next block: EBCDIC, and its first record."""

    prefix: bytes
    record: int


@dataclass(slots=True)
class LineReader:
    """Turns the blocks of one data set, in order, into `Lines`. Raises `BadRecord`.

    `carries` has the state in front of those blocks that begin in the middle of a line, so that a
    block can be read a second time.
    """

    recfm: Recfm
    lrecl: int
    code: Inspection
    choices: Choices = DEFAULT
    carries: dict[int, Carry] = field(default_factory=dict)
    _frame: tuple[int, Struct] | None = None
    _framing: Framing | None = None
    _wait: int = 0  # so many blocks of V records are not tried as short ones

    @property
    def _skip(self) -> int:
        """Bytes of carriage control in front of each record."""
        strip = self.choices.carriage_control is CarriageControl.STRIP
        return 1 if strip and self.recfm.control else 0

    def lines(self, block: Block) -> Lines:
        """The lines that end in `block`. A line that does not end here is carried on."""
        if self.recfm.fixed:
            return self._fixed(block)
        return self._variable(block)

    def last(self, next_record: int) -> Lines | None:
        """A line whose joining record was the last of the data set: what there is of it."""
        carry = self.carries.get(next_record)
        if carry is None:
            return None
        line = self._joined_line(carry.prefix)
        lines = Lines(
            carry.record, [line], True, line.isascii(), len(line), next_record, self._width
        )
        lines.numbers, lines.keep = [carry.record], True
        lines.hints = Hints(odd=True, swallowed=(0,))
        return lines

    @property
    def _width(self) -> int:
        return self.lrecl if self.recfm.fixed else 0

    def _fixed(self, block: Block) -> Lines:
        skip, lrecl = self._skip, self.lrecl
        data = block.data
        whole = data.translate(self.code.coarse)
        special = LOOK in whole
        if special:
            whole = data.translate(self.code.table)
        if self._frame is None or self._frame[0] != block.count:
            self._frame = block.count, Struct(f"{skip}x{lrecl - skip}s" * block.count)
        text = _stripped(self._frame[1].unpack(whole), whole, special=special)
        column = whole[skip::lrecl] if lrecl > skip else b""
        lines = Lines(block.first, text, special, whole.isascii(), lrecl, block.next, lrecl, column)
        hints = lines.hints
        hints.odd = _signature(column, text)
        if self.recfm.control == "A" and skip and _OVERPRINT in data[::lrecl]:
            hints.overprints = _indexes(data[::lrecl], _OVERPRINT)
            hints.odd = True
        if lrecl - skip == JOIN_LENGTH:
            last = data[lrecl - 1 :: lrecl]
            hints.odd = hints.odd or _numbered(last)
            self._join_fixed(block, lines, last)
        return lines

    def _join_fixed(self, block: Block, lines: Lines, last: bytes) -> None:
        """`last` has the last byte of each record."""
        ends = []
        if self.choices.join_rule and (_JOIN[0] in last or _JOIN[1] in last):
            ends = [index for index, byte in enumerate(last) if byte in _JOIN]
        if ends or block.first in self.carries:
            raw = [r[self._skip :] for r in split(block.data, self.recfm, self.lrecl)]
            self._join(block, lines, raw, ends)

    def _variable(self, block: Block) -> Lines:
        return self._short(block) or self._any_variable(block)

    def _short(self, block: Block) -> Lines | None:
        """The lines of a block of short plain records, none to be joined; None for another one.

        A block that is none makes it likely that the next ones are none either.
        """
        if self._wait:
            self._wait -= 1
            return None
        # a record of 80 bytes has this byte in its RDW
        if self._skip or block.first in self.carries or JOIN_LENGTH + RDW in block.data:
            return None
        if self._framing is None:
            self._framing = framing(self.code)
        records = short_records(block.data, self._framing)
        if records is None:
            self._wait = _WAIT
            return None
        column, text = first_bytes(records), list(map(bytes.rstrip, records))
        lines = Lines(block.first, text, False, True, self.lrecl, block.next, 0, column)
        lines.hints.odd = _signature(column, text)
        return lines

    def _any_variable(self, block: Block) -> Lines:
        records = split(block.data, self.recfm, self.lrecl)
        overprints: list[int] = []
        if self._skip:
            if self.recfm.control == "A":
                overprints = [i for i, r in enumerate(records) if r[:1] == b"\x4e"]
            records = [record[1:] for record in records]
        text = list(map(bytes.translate, records, repeat(self.code.coarse)))
        whole = b"\n".join(text)
        column = first_bytes(text)
        special = LOOK in whole
        if special:
            text = list(map(bytes.translate, records, repeat(self.code.table)))
        text = _stripped(text, whole, special=special)
        ascii_ = whole.isascii()
        lines = Lines(block.first, text, special, ascii_, self.lrecl, block.next, 0, column)
        lines.hints.overprints = overprints
        lines.hints.odd = bool(overprints) or _signature(column, text)
        self._join_variable(block, lines, records, whole)
        return lines

    def _join_variable(
        self, block: Block, lines: Lines, records: list[bytes], whole: bytes
    ) -> None:
        """`whole` is the translated records with X'0A' behind each but the last."""
        ends: list[int] = []
        # a record of 80 bytes has this byte in its RDW; a look at all lengths takes longer
        if JOIN_LENGTH + RDW + self._skip in block.data and JOIN_LENGTH in map(len, records):
            first = list(map(len, records)).index(JOIN_LENGTH)
            lines.hints.odd = lines.hints.odd or lines.text[first][72:].isdigit()
            if self.choices.join_rule and (
                lines.special or b"<\n" in whole or whole.endswith(b"<")
            ):
                ends = [
                    index
                    for index, record in enumerate(records)
                    if len(record) == JOIN_LENGTH and record[-1] in _JOIN
                ]
        if ends or block.first in self.carries:
            self._join(block, lines, records, ends)

    # --- joined records ------------------------------------------------------------------------

    def _join(self, block: Block, lines: Lines, raw: list[bytes], ends: list[int]) -> None:
        """Replace the lines of joined records by what they are together (spool-mail.md 4.5)."""
        carry = self.carries.get(block.first)
        parts = [carry.prefix] if carry else []
        size = len(carry.prefix) if carry else 0
        number = carry.record if carry else block.first
        text: list[bytes] = []
        numbers: list[int] = []
        swallowed, html = [], []
        at = 0
        for end in (*ends, len(raw)):
            if parts and at < end:
                if lines.text[at] == b".":
                    swallowed.append(len(text))
                elif _TAG.match(lines.text[at]):
                    html.append(len(text))
                text.append(self._joined_line(b"".join((*parts, raw[at]))))
                numbers.append(number)
                at, parts, size = at + 1, [], 0
            text += lines.text[at:end]
            numbers += range(block.first + at, block.first + end)
            if end < len(raw):
                number = number if parts else block.first + end
                if size < _JOINED_MAX:
                    parts.append(raw[end][:-1])
                    size += JOIN_LENGTH - 1
                at = end + 1
        lines.end = block.next
        if parts:
            self.carries[block.next] = Carry(b"".join(parts), number)
            lines.end = number
        lines.text, lines.numbers, lines.column = text, numbers, first_bytes(text)
        lines.longest = max(lines.longest, max(map(len, text), default=0))
        lines.special = lines.special or bool(carry)
        lines.ascii = lines.ascii and not carry
        lines.hints.odd = True
        lines.hints.swallowed, lines.hints.html = swallowed, html

    def _joined_line(self, raw: bytes) -> bytes:
        """A joined line, translated and stripped; one that was cut short is too long whatever."""
        line = raw.translate(self.code.table).rstrip(b" ")
        return line.replace(b"\n", b" ") if len(raw) >= _JOINED_MAX else line


def _stripped(records: Sequence[bytes], whole: bytes, *, special: bool) -> list[bytes]:
    """Records without trailing blanks; `bytes.rstrip` alone is quicker, but takes tabs too."""
    if special or b"\t" in whole:
        return list(map(bytes.rstrip, records, repeat(b" ")))
    return list(map(bytes.rstrip, records))


def first_bytes(lines: list[bytes]) -> bytes:
    """The first byte of each line, a blank for an empty one."""
    try:
        return bytes(map(itemgetter(0), lines))
    except IndexError:
        return b"".join([line[:1] or b" " for line in lines])


def _signature(column: bytes, text: list[bytes]) -> bool:
    """Whether there is a signature mark. `column` has the first bytes of the lines."""
    return b"-" in column and b"--" in text


def _indexes(column: bytes, byte: int) -> list[int]:
    return [index for index, found in enumerate(column) if found == byte]


def _numbered(column: bytes) -> bool:
    """Whether some records end in a digit: they may carry sequence numbers (spool-mail.md 6)."""
    return len(column) - len(column.translate(None, _DIGITS)) > 1
