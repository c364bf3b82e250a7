"""The text of a mail while its spool file is read: header, size, faults. Sans-I/O.

Lines are taken by whole ranges of a block; only a range with marks, or with a line above the limit,
is walked (spool-mail.md 4, 5, 11).
"""

import codecs
import re
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from cssmtp.choices import BareCrlf, GraphicRule
from cssmtp.commands import MAIL_TOO_LARGE, NOT_ALLOWED, TEXT_TOO_LONG
from cssmtp.lines import Lines
from cssmtp.mail import Mail, Segment
from cssmtp.notices import Notices
from cssmtp.textlines import TEXT_MAX, TextRules, has_mark, split_line, width, wire_lines

BIG = 256 * 1024  # a mail above this is read again in pieces when it is sent
# a header: fields, each with its continuations (spool-mail.md 5.3)
_FIELDS = re.compile(rb"(?:[!-9;-~]++:.*+\n(?:[ \t].*+\n)*+)*+")
# those whose names matter here begin with D, M or C: without any, there is nothing more to see
_OTHER_FIELDS = re.compile(rb"(?:(?![DMCdmc])[!-9;-~]++:.*+\n(?:[ \t].*+\n)*+)*+")
_CONTINUED = re.compile(rb"(?:[ \t].*+\n)*+" + _FIELDS.pattern)
_HIGH = bytes(range(0x80, 0x100))
_CHARSET = re.compile(rb'charset *= *"?([!#-:<-~]+)')
_FORBIDDEN, _CR_LF = re.compile(rb"[\x00\x01]"), re.compile(rb"[\x0b\x0d]")


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a mail's text is rejected, and by which line."""

    record: int
    reply: str
    line: bytes


_LARGER = {"cp1252": "iso8859-1", "cp932": "shift_jis", "cp949": "euc_kr", "cp950": "big5"}


def canonical(charset: str) -> str:
    """One name for each charset; Microsoft's larger ones go by the name of what they enlarge."""
    for name in (charset, charset.replace("-", "")):
        try:
            found = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        return _LARGER.get(found, found)
    return charset.lower()


def nothing_lost(_: bytes) -> int:
    """A charset that has every character."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """What decides about text. `lost` counts characters that the targets' charset lacks; mail
    leaves in one of `charsets` (`canonical`), none when that is not known."""

    rules: TextRules
    graphic_rule: GraphicRule = GraphicRule.REJECT
    mail_size: int = 0
    at_sign: bytes = b""
    lost: Callable[[bytes], int] = nothing_lost
    charsets: frozenset[str] = frozenset()


class TextReader:
    """Takes the text of one mail after another: `begin`, `take` line ranges, `end`."""

    def __init__(self, limits: TextLimits, notices: Notices) -> None:
        self._limits = limits
        self._notices = notices
        self._mail = Mail(0, 0, "", "")
        self._in_header = False
        self._mime = False
        self._declared = ""
        self._spooled = 0
        self._unmappable = 0
        self._first: dict[str, int] = {}
        self.last = b""
        self.fault: TextFault | None = None

    def begin(self, mail: Mail) -> None:
        """DATA was accepted."""
        self._mail = mail
        self._in_header = True
        self._mime = False
        self._declared = ""
        self._spooled = self._unmappable = 0
        self.last = b""
        self.fault = None
        if self._first:
            self._first = {}

    def take(self, lines: Lines, start: int, stop: int) -> None:
        """Lines `start` to `stop` are text. The first fault stays in `fault`."""
        if start == stop:
            return
        self.last = lines.text[stop - 1]
        rest = start
        if lines.special and self._in_header:
            rest = self._split_header(lines, start, stop)
        self._add(lines, rest, stop)
        if self._limits.mail_size:
            self._measure(lines, start, stop)

    def end(self) -> None:
        """The period: a header without text gets its blank line, and the notices of the mail."""
        mail = self._mail
        if self._in_header:
            mail.blank_line_missing = True
            mail.size += 2
        if mail.eight_bit and self.fault is None:
            text = f"{mail.eight_bit} bytes of the mail are above X'7F', the first in this record"
            self._notices.note(self._first["eight-bit"], "eight-bit", text)
        if mail.eight_bit and self._declared and self.fault is None:
            leaves = " or ".join(sorted(self._limits.charsets))
            text = f"charset={self._declared} is declared here, and the mail leaves in {leaves}"
            self._notices.note(self._first["charset"], "charset", text)
        if self._unmappable and self.fault is None:
            text = f"{self._unmappable} characters leave as SUB, the first in this record"
            self._notices.note(self._first["unmappable"], "unmappable", text)

    # --- header --------------------------------------------------------------------------------

    def _split_header(self, lines: Lines, start: int, stop: int) -> int:
        """Take what there is up to a record in which X'15' ends the header, and that record piece
        by piece; the index of what is left."""
        for index in range(start, stop):
            line = lines.text[index]
            if b"\n" not in line:
                continue
            fields = _FIELDS if index == start and not self._mail.text else _CONTINUED
            if _end(fields, line + b"\n") > len(line):
                continue
            self._add(lines, start, index)
            if not self._in_header:
                return index
            self._add(_literal(line, lines.record(index)), 0, line.count(b"\n") + 1)
            return index + 1
        return start

    def _header(self, lines: Lines, start: int, text: list[bytes]) -> int:
        """How many of the lines, from line `start` on, are header lines."""
        mail = self._mail
        try:
            count = text.index(b"")
            self._in_header = False
        except ValueError:
            count = len(text)
        if not count:
            return 0
        joined = b"\n".join((*text[:count], b""))
        if self._limits.at_sign:
            joined = joined.replace(self._limits.at_sign, b"@")
        if not mail.text and _end(_OTHER_FIELDS, joined) == len(joined):
            return count
        end = _end(_CONTINUED if mail.text else _FIELDS, joined)
        if end < len(joined):
            self._in_header = False
            mail.blank_line_missing = True
            mail.size += 2
            count = bisect(list(accumulate(len(line) + 1 for line in text[:count])), end)
            joined = joined[:end]
        self._names(b"\n" + joined.lower(), lines.record(start))
        return count

    def _names(self, fields: bytes, record: int) -> None:
        """See which fields there are, by their names in small letters."""
        if b"\ndate:" in fields:
            self._mail.has_date = True
        if b"\nmessage-id:" in fields:
            self._mail.has_message_id = True
        self._mime = self._mime or b"\ncontent-type:" in fields
        if b"format=flowed" in fields:
            note = "format=flowed: soft breaks are trailing blanks, which are removed"
            self._notices.note(record, "trailing-blanks", note)

    # --- lines ---------------------------------------------------------------------------------

    def _add(self, lines: Lines, start: int, stop: int) -> None:
        if start == stop:
            return
        mail = self._mail
        text = lines.text[start:stop]
        split = start + self._header(lines, start, text) if self._in_header else start
        mail.size += sum(map(len, text), 2 * len(text))
        if lines.special or lines.longest > TEXT_MAX:
            self._careful(lines, start, text)
        if self._mime and not self._declared:
            self._charset(lines, start, text)
        if not lines.ascii or lines.special:
            self._characters(lines, start, self._at_signs(text, split - start))
        again = mail.big and not lines.keep
        mail.text.append(Segment(lines.first, start, split, stop, None if again else lines))
        if is_big(mail.size) and not mail.big:
            mail.let_go()

    def _careful(self, lines: Lines, start: int, text: list[bytes]) -> None:
        """Lines with marks and lines above the limit: what they become, or the fault they are."""
        if not lines.special and max(map(len, text)) <= TEXT_MAX:
            return
        mail, rules = self._mail, self._limits.rules
        for index, line in enumerate(text, start):
            if len(line) <= TEXT_MAX and line != b"." and not has_mark(line):
                continue
            mail.rework = True
            record = lines.record(index)
            self._marks(line, record)
            if any(width(piece, rules) > TEXT_MAX for piece in split_line(line, rules)):
                if rules.truncate:
                    note = f"a text line is cut to {TEXT_MAX} characters"
                    self._notices.note(record, "data-line-trunc", note)
                else:
                    self._reject(record, TEXT_TOO_LONG, line)
            wire = wire_lines(line, rules)
            mail.size += sum(map(len, wire)) + 2 * len(wire) - len(line) - 2

    def _marks(self, line: bytes, record: int) -> None:
        for rule, pattern, allowed in (
            ("graphic_rule", _FORBIDDEN, self._limits.graphic_rule is GraphicRule.WARN),
            ("bare_crlf", _CR_LF, self._limits.rules.bare_crlf is not BareCrlf.REJECT),
        ):
            if pattern.search(line):
                if not allowed:
                    self._reject(record, NOT_ALLOWED, line)
                elif rule not in self._first:
                    self._first[rule] = record
                    self._notices.note(record, rule, _MARK_NOTES[rule])

    def _charset(self, lines: Lines, start: int, text: list[bytes]) -> None:
        """The first charset that is declared and is not what the mail leaves in."""
        whole = b"\n".join(text).lower()
        for match in _CHARSET.finditer(whole) if self._limits.charsets else ():
            name = match[1].decode("ascii")
            if canonical(name) not in self._limits.charsets:
                self._declared = name
                self._first["charset"] = lines.record(start + whole.count(b"\n", 0, match.start()))
                return

    def _at_signs(self, text: list[bytes], header: int) -> list[bytes]:
        """The lines with "@" for AtSign in the first `header` ones."""
        at = self._limits.at_sign
        if not at or not header:
            return text
        return [line.replace(at, b"@") for line in text[:header]] + text[header:]

    def _characters(self, lines: Lines, start: int, text: list[bytes]) -> None:
        """Count bytes above X'7F', and characters that a Charset lacks."""
        whole = b"".join(text)
        high = len(whole) - len(whole.translate(None, _HIGH))
        if high and not self._mail.eight_bit:
            self._first["eight-bit"] = _where(lines, start, text, lambda line: not line.isascii())
        self._mail.eight_bit += high
        lost = self._limits.lost(whole)
        if lost and not self._unmappable:
            self._first["unmappable"] = _where(lines, start, text, self._limits.lost)
        self._unmappable += lost

    def _measure(self, lines: Lines, start: int, stop: int) -> None:
        """JESMsgSize counts spool space (cssmtp-operations.md 5)."""
        limit, size = self._limits.mail_size, self._spooled
        self._spooled += lines.spooled(start, stop)
        if self._spooled > limit >= size:
            for index in range(start, stop):
                size += lines.spooled(index, index + 1)
                if size > limit:
                    self._reject(lines.record(index), MAIL_TOO_LARGE, lines.text[index])
                    return

    def _reject(self, record: int, reply: str, line: bytes) -> None:
        """The fault of the mail is its first one."""
        if self.fault is None or record < self.fault.record:
            self.fault = TextFault(record, reply, line[:TEXT_MAX])


_MARK_NOTES = {
    "graphic_rule": "the mail has bytes below X'40', first in this record; SUB is sent for them",
    "bare_crlf": "the mail has X'0D' or X'25' inside a record, first here",
}


def is_big(size: int) -> bool:
    """Whether a mail of so many bytes is read again in pieces when it is sent."""
    return size > BIG


def most_lines(longest: int) -> int:
    """So many lines of at most `longest` bytes are no big mail, whatever stands in them."""
    return BIG // (longest + 2)


def _end(fields: re.Pattern[bytes], text: bytes) -> int:
    """Where the header fields of `text` end."""
    match = fields.match(text)
    return match.end() if match else 0


def _literal(line: bytes, record: int) -> Lines:
    """The pieces of one record as lines of their own, kept until the mail is sent."""
    pieces = line.split(b"\n")
    numbers = [record] * len(pieces)
    size = len(line)
    return Lines(record, pieces, True, line.isascii(), size, record + 1, numbers=numbers, keep=True)


def _where(lines: Lines, start: int, text: list[bytes], wanted: Callable[[bytes], object]) -> int:
    """The record of the first line of which `wanted` is true."""
    for index, line in enumerate(text, start):
        if wanted(line):
            return lines.record(index)
    return lines.record(start)
