"""Blocks of a spool file in a mixed EBCDIC page become lines: what `cssmtp.lines` is with MBCS No.

The same `Lines` come out, as UTF-8 (see `cssmtp.multibyte`), so the parser, the notices and the
text writer run on them as they are. Records are joined as EBCDIC bytes, then decoded in one go.
"""

from dataclasses import dataclass, field

from cssmtp.choices import DEFAULT, CarriageControl, Choices
from cssmtp.lines import Carry, Hints, Lines, first_bytes
from cssmtp.mail import Notice
from cssmtp.multibyte import MixedLines, Utf8, joins, mixed_lines
from cssmtp.notices import Notices
from cssmtp.transcode import SUB
from jes.mixed import MixedPage, Shift
from jes.records import Block, Recfm, split

_JOINED_MAX = 64 * 1024  # as in cssmtp.lines: far above every limit, not gathered any further
_PERIOD = b"\x4b"
_OVERPRINT = b"\x4e"  # ASA "+" (spool-mail.md 7)
_UNBALANCED = "SO X'0E' and SI X'0F' do not take turns in this record, or cut a character in two"


@dataclass(slots=True)
class MixedLineReader:
    """Turns the blocks of one data set, in order, into `Lines`. Raises `BadRecord`.

    `reset` is the setting `mbcs_reset_per_record` (spool-mail.md 9.4). `unbalanced` counts lines
    whose shift codes are amiss, `undefined` the characters that the page leaves undefined. A block
    can be read a second time, and counts once.
    """

    recfm: Recfm
    lrecl: int
    page: MixedPage
    choices: Choices = DEFAULT
    reset: bool = True
    carries: dict[int, Carry] = field(default_factory=dict)
    unbalanced: int = 0
    undefined: int = 0
    _shifts: dict[int, Shift] = field(default_factory=dict)
    _read: int = 0  # the last block that was counted
    _first_undefined: int = 0
    _found: list[Notice] = field(default_factory=list)
    _notices: Notices = field(init=False)

    def __post_init__(self) -> None:
        """Notices are gathered while reading."""
        self._notices = Notices(self._found.append)

    @property
    def code(self) -> Utf8:
        """What the lines are in, for the parser."""
        return Utf8(self.page)

    def lines(self, block: Block) -> Lines:
        """The lines that end in `block`. A line that does not end here is carried on."""
        records = split(block.data, self.recfm, self.lrecl)
        hints = Hints(odd=True)
        if self.recfm.control and self.choices.carriage_control is CarriageControl.STRIP:
            if self.recfm.control == "A":
                hints.overprints = [i for i, r in enumerate(records) if r[:1] == _OVERPRINT]
            records = [record[1:] for record in records]
        numbers, joined = None, False
        if block.first in self.carries or (self.choices.join_rule and any(map(joins, records))):
            records, numbers = self._joined(block, records, hints)
            joined = True
        found = mixed_lines(records, self.page, self.reset, self._shifts.get(block.first, _SINGLE))
        self._shifts[block.next] = found.shift
        width = self.lrecl if self.recfm.fixed else 0
        lines = _lines(found, block.first, block.next, width)
        lines.hints, lines.numbers = hints, numbers
        if joined and block.next in self.carries:
            lines.end = self.carries[block.next].record
        self._note(block.first, found, lines)
        return lines

    def last(self, next_record: int) -> Lines | None:
        """A line whose joining record was the last of the data set: what there is of it."""
        carry = self.carries.get(next_record)
        if carry is None:
            return None
        shift = self._shifts.get(next_record, _SINGLE)
        found = mixed_lines([carry.prefix], self.page, self.reset, shift)
        width = self.lrecl if self.recfm.fixed else 0
        lines = _lines(found, carry.record, next_record, width)
        lines.numbers, lines.keep = [carry.record], True
        lines.hints = Hints(odd=True, swallowed=(0,))
        self._note(next_record, found, lines)
        return lines

    def notices(self) -> list[Notice]:
        """What was amiss in the data set; to be asked once, at its end."""
        if self.undefined:
            text = f"{self.undefined} characters, first in this record, are undefined in"
            text += f" {self.page.name}: SUB is sent"
            self._notices.note(self._first_undefined, "mbcs-undefined", text)
        self._notices.finish()
        return self._found

    def _note(self, first: int, found: MixedLines, lines: Lines) -> None:
        if first <= self._read:
            return
        self._read = first
        for index in found.unbalanced:
            self._notices.note(lines.record(index), "mbcs-unbalanced", _UNBALANCED)
        self.unbalanced += len(found.unbalanced)
        if found.undefined and not self.undefined:
            self._first_undefined = next(
                lines.record(index) for index, line in enumerate(lines.text) if _SUB in line
            )
        self.undefined += found.undefined

    def _joined(
        self, block: Block, records: list[bytes], hints: Hints
    ) -> tuple[list[bytes], list[int]]:
        """Whole lines that end in the block, and the first record of each (spool-mail.md 4.5)."""
        carry = self.carries.get(block.first)
        parts, number = ([carry.prefix], carry.record) if carry else ([], block.first)
        size = sum(map(len, parts))
        whole: list[bytes] = []
        numbers: list[int] = []
        swallowed: list[int] = []
        for index, record in enumerate(records, block.first):
            if not parts:
                number, size = index, 0
            if self.choices.join_rule and joins(record):
                if size < _JOINED_MAX:
                    parts.append(record[:-1])
                    size += len(record)
                continue
            if parts and record.rstrip(b"\x40") == _PERIOD:
                swallowed.append(len(whole))
            whole.append(b"".join((*parts, record)))
            numbers.append(number)
            parts = []
        if parts:
            self.carries[block.next] = Carry(b"".join(parts), number)
        hints.swallowed = swallowed
        return whole, numbers


_SINGLE = Shift.SINGLE
_SUB = bytes([SUB])


def _lines(found: MixedLines, first: int, end: int, width: int) -> Lines:
    longest = max(map(len, found.text), default=0)
    column = first_bytes(found.text) if found.ascii and not found.special else b""
    return Lines(first, found.text, found.special, found.ascii, longest, end, width, column)
