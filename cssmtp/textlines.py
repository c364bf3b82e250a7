"""A text line that needs care, as the lines it becomes on the wire (spool-mail.md 4, 5.1, 11).

Both the parser, which counts, and the writer of the text come here, so that they cannot differ.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile

from cssmtp.choices import BareCrlf
from cssmtp.transcode import BARE_CR, BARE_LF, FORBIDDEN, MARKS, NUL, SUB

TEXT_MAX = 998
_MARK = re.compile(b"[" + re.escape(MARKS) + b"]")
_CR_LF = bytes((BARE_CR, BARE_LF))
_CLEAN = bytes.maketrans(bytes((NUL, FORBIDDEN, BARE_LF)), bytes((SUB, SUB, 0x0A)))
# a lenient server may take a bare CR or LF for a line end, and a period alone for the mail's
_LONE = re.compile(rb"(?:\A|(?<=[\r\n]))\.(?=[\r\n]|\Z)")


@dataclass(frozen=True, slots=True)
class TextRules:
    """How text lines are changed. `truncate` is DataLineTrunc; `utf8`: lines are (MBCS YES)."""

    bare_crlf: BareCrlf = BareCrlf.REJECT
    truncate: bool = False
    replace_subject: bool = True  # ReplaceSubjectAtSign
    utf8: bool = False


def width(line: bytes, rules: TextRules) -> int:
    """What the limit of 998 counts: bytes of a single-byte page; with MBCS YES a character that is
    not ASCII counts as two, as it takes on the spool and in most charsets (spool-mail.md 11)."""
    if not rules.utf8 or len(line) <= TEXT_MAX:
        return len(line)
    text = line.decode("utf-8", "replace")
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def cut(line: bytes, rules: TextRules) -> bytes:
    """A line within the limit."""
    if width(line, rules) <= TEXT_MAX:
        return line
    if not rules.utf8:
        return line[:TEXT_MAX]
    text = line.decode("utf-8", "replace")
    widths = accumulate(2 if character > "\x7f" else 1 for character in text)
    return text[: sum(1 for _ in takewhile(TEXT_MAX.__ge__, widths))].encode()


def has_mark(line: bytes) -> bool:
    """Whether a line in inspection code has a mark other than a tab."""
    return _MARK.search(line) is not None


def split_line(line: bytes, rules: TextRules) -> list[bytes]:
    """The lines that X'15' makes of one record, without the CR and LF that are stripped."""
    if rules.bare_crlf is BareCrlf.STRIP:
        line = line.translate(None, _CR_LF)
    return line.split(b"\n")


def wire_lines(line: bytes, rules: TextRules) -> list[bytes]:
    """What becomes of one line: split, cut, forbidden bytes as SUB, lone periods doubled."""
    pieces = split_line(line, rules)
    if rules.truncate:
        pieces = [cut(piece, rules) for piece in pieces]
    return [_LONE.sub(b"..", piece.translate(_CLEAN)) for piece in pieces]


def reworked(lines: Iterable[bytes], rules: TextRules) -> Iterator[bytes]:
    """All lines of a mail that has some that need care."""
    for line in lines:
        if len(line) > TEXT_MAX or line == b"." or has_mark(line):
            yield from wire_lines(line, rules)
        else:
            yield line
