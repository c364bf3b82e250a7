"""Blocks of a spool file become lines: framed, carriage control off, translated, stripped, joined.

The bulk path never looks at a single record: a block is translated at once, unpacked at once, and
what must not be there shows as a mark of the inspection code. Only a block with a record that is to
be joined with the next (80 bytes, the last one X'4C' or X'15') is walked (spool-mail.md 4).

A line keeps X'0A' where the record had X'15': in text it splits there, in a command it is a blank.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from struct import Struct

from cssmtp.transcode import FORBIDDEN, NEW_LINE, Inspection
from jes.records import Block, Recfm, split

JOIN_LENGTH = 80
_JOIN = (0x4C, 0x15)  # `<` has this code point in every page
_JOINED_MAX = 64 * 1024  # a joined line far above every limit is not gathered any further
_RECORD_END = b"\x0d"  # separates records while they are translated; forbidden inside them


@dataclass(slots=True)
class Lines:
    """The lines of one block, in inspection code, without trailing blanks.

    Line `i` begins with record `first + i`, or `numbers[i]` where records were joined. `forbidden`
    and `new_lines` say whether any line has such a mark, `ascii` that none has a byte above X'7F'.
    """

    first: int
    text: list[bytes]
    forbidden: bool
    new_lines: bool
    ascii: bool
    dots: bool = True  # some line may begin with a period that is not all of it
    numbers: list[int] | None = None
    longest: int = 0  # an upper bound of the lines' lengths
    keep: bool = False  # cannot be read again by `first`
    raw: list[bytes] | None = None  # the lines in EBCDIC, kept when one has a forbidden byte

    def record(self, index: int) -> int:
        """The number of the first record of a line."""
        return self.first + index if self.numbers is None else self.numbers[index]


@dataclass(frozen=True, slots=True)
class Carry:
    """The beginning of a line that goes on in the next block."""

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
    carries: dict[int, Carry] = field(default_factory=dict)
    _struct: tuple[int, Struct] | None = None

    def lines(self, block: Block) -> Lines:
        """The lines that end in `block`. A line that does not end here is carried on."""
        raw, text, whole, dots = self._fixed(block) if self.recfm.fixed else self._variable(block)
        carry = self.carries.get(block.first)
        result = Lines(
            block.first,
            text,
            forbidden=FORBIDDEN in whole,
            new_lines=NEW_LINE in whole,
            ascii=whole.isascii(),
            longest=self.lrecl,
            dots=dots,
        )
        ends = raw.joins()
        if carry is not None or ends:
            self._join(block, raw, result, carry)
        elif result.forbidden:
            result.raw = raw.records()
        return result

    def last(self, next_record: int) -> Lines | None:
        """A line whose joining record was the last of the data set: what there is of it."""
        carry = self.carries.get(next_record)
        if carry is None:
            return None
        lines = self._walked(carry.record, [carry.prefix], [carry.record])
        lines.keep = True
        return lines

    def _fixed(self, block: Block) -> tuple["_Raw", list[bytes], bytes, bool]:
        whole = block.data.translate(self.code.table)
        if self._struct is None or self._struct[0] != block.count:
            skip = "x" if self.recfm.control else ""
            self._struct = block.count, Struct(f"{skip}{self.lrecl - len(skip)}s" * block.count)
        text = list(map(bytes.rstrip, self._struct[1].unpack(whole), repeat(b" ")))
        dots = whole[1 if self.recfm.control else 0 :: self.lrecl].count(b".")
        return _Raw(block, self.recfm, self.lrecl), text, whole, dots > text.count(b".")

    def _variable(self, block: Block) -> tuple["_Raw", list[bytes], bytes, bool]:
        records = split(block.data, self.recfm, self.lrecl)
        if self.recfm.control:
            records = [record[1:] for record in records]
        raw = _Raw(block, self.recfm, self.lrecl, records)
        joined = _RECORD_END.join(records)
        if joined.count(_RECORD_END) != len(records) - 1:
            text = [record.translate(self.code.table).rstrip(b" ") for record in records]
            return raw, text, b" ".join(text), True
        # X'0D' is forbidden inside a record, so that the mark for it ends each record here
        whole = joined.translate(_with_record_end(self.code.table))
        text = list(map(bytes.rstrip, whole.split(b"\r"), repeat(b" ")))
        dots = whole.count(b"\r.") + whole.startswith(b".")
        return raw, text, whole, dots > text.count(b".")

    def _join(self, block: Block, raw: "_Raw", lines: Lines, carry: Carry | None) -> None:
        """Walk the records of a block with joins, and replace the lines by those that end here."""
        ends = set(raw.joins())
        parts: list[bytes] = [carry.prefix] if carry else []
        number = carry.record if carry else block.first
        text, numbers = [], []
        for index, record in enumerate(raw.records()):
            if not parts:
                number = block.first + index
            if index in ends:
                parts.append(record[:-1])
                if sum(map(len, parts)) > _JOINED_MAX:
                    parts = [b"".join(parts)[:_JOINED_MAX]]
                continue
            text.append(b"".join((*parts, record)))
            numbers.append(number)
            parts = []
        if parts:
            self.carries[block.next] = Carry(b"".join(parts), number)
        walked = self._walked(block.first, text, numbers)
        lines.text, lines.numbers, lines.longest = walked.text, numbers, walked.longest
        lines.forbidden, lines.new_lines = walked.forbidden, walked.new_lines
        lines.ascii, lines.raw, lines.dots = walked.ascii, walked.raw, True

    def _walked(self, first: int, raw: list[bytes], numbers: list[int]) -> Lines:
        text = [line.translate(self.code.table).rstrip(b" ") for line in raw]
        whole = b" ".join(text)
        forbidden = FORBIDDEN in whole
        return Lines(
            first,
            text,
            forbidden=forbidden,
            new_lines=NEW_LINE in whole,
            ascii=whole.isascii(),
            numbers=numbers,
            longest=max(map(len, text), default=0),
            raw=raw if forbidden else None,
        )


@dataclass(frozen=True, slots=True)
class _Raw:
    """A block's records before translation, without carriage control; made only when asked for."""

    block: Block
    recfm: Recfm
    lrecl: int
    variable: list[bytes] | None = None

    def records(self) -> list[bytes]:
        if self.variable is not None:
            return self.variable
        skip = 1 if self.recfm.control else 0
        return [r[skip:] for r in split(self.block.data, self.recfm, self.lrecl)]

    def joins(self) -> list[int]:
        """The indexes of records that are joined with the next one (spool-mail.md 4.5)."""
        if self.variable is not None:
            return [
                index
                for index, record in enumerate(self.variable)
                if len(record) == JOIN_LENGTH and record[-1] in _JOIN
            ]
        if self.lrecl - (1 if self.recfm.control else 0) != JOIN_LENGTH:
            return []
        last = self.block.data[self.lrecl - 1 :: self.lrecl]
        if not any(byte in last for byte in _JOIN):
            return []
        return [index for index, byte in enumerate(last) if byte in _JOIN]


@lru_cache(maxsize=8)
def _with_record_end(table: bytes) -> bytes:
    return table[:0x0D] + _RECORD_END + table[0x0E:]
