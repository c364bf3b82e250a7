"""From bytes to text, and from text to lines of words. Sources: cssmtp-config.md 1 and 2.

A line ends with LF, CR LF, CR or NEL (X'15' of EBCDIC). `#` begins a comment at the start of a line
or after a blank; trailing blanks and NULs are no data.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cssmtp.config import charsets
from cssmtp.config.findings import BAD_CHARACTER, LINE_TOO_LONG, Finding, found
from jes import codepages, messages
from jes.errors import BadCharacter

MAX_LINE = 1024  # decided (cssmtp-config.md 2)
CARD = 80

_LINE_END = re.compile(r"\r\n|[\n\r\x85]")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd]")
_EBCDIC_LINE_END = re.compile(rb"[\x15\x25]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that holds something besides blanks and a comment."""

    number: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a configuration file, the code page it was in, and how that was known."""

    text: str
    codepage: str
    known_by: str


def lines(text: str, last_column: int | None = None) -> Iterator[Line | Finding]:
    """The lines with words, in order; a line that cannot be read is a finding instead.

    `last_column` cuts what stands behind it: 72 for card images with sequence numbers.
    """
    start, number = 1 if text.startswith("\ufeff") else 0, 0
    for end, following in _ends(text):
        number += 1
        line = text[start:end] if last_column is None else text[start:end][:last_column]
        start = following
        line = line.rstrip(" \t\0")
        if len(line) > MAX_LINE:
            yield found(LINE_TOO_LONG, number, None, length=len(line), limit=MAX_LINE)
            continue
        comment = _COMMENT.search(line)
        line = line[: comment.start()] if comment else line
        bad = _FORBIDDEN.search(line)
        if bad:
            yield found(BAD_CHARACTER, number, None, char=f"U+{ord(bad[0]):04X}")
            continue
        words = tuple(word for word in re.split(r"[ \t]+", line) if word)
        if words:
            yield Line(number, words)


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Where each line ends and where the next begins."""
    for match in _LINE_END.finditer(text):
        yield match.start(), match.end()
    yield len(text), len(text)


def read(data: bytes, codepage: str | None = None) -> Source:
    """The text of a file: in the code page named, or else UTF-8 or EBCDIC as recognised.

    EBCDIC without a line end is taken as 80-byte card images. Raises `BadCharacter` for a code page
    that is not a known single-byte one, and for bytes that the page named does not have.
    """
    if codepage is not None:
        text, name = _decode(data, codepage)
        return Source(text, name, "named")
    if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        raise BadCharacter(
            messages.UNKNOWN_PAGE, name="UTF-16", hint="; save the file as UTF-8 or EBCDIC"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and not _FORBIDDEN.search(_LINE_END.sub("", text).replace("\0", "")):
        return Source(text, "UTF-8", "recognised")
    if not data or _like_ascii(data):
        return Source(data.decode("utf-8", "replace"), "UTF-8", "assumed")
    return Source(_ebcdic(data, codepages.page("IBM-1047")), "IBM-1047", "recognised")


def _like_ascii(data: bytes) -> bool:
    """Whether blanks and line ends are rather those of ASCII than of EBCDIC."""
    ascii_marks = data.count(b" ") + data.count(b"\n") + data.count(b"\r")
    return ascii_marks >= data.count(b"\x40") + data.count(b"\x15") + data.count(b"\x25")


def _decode(data: bytes, name: str) -> tuple[str, str]:
    """The text, and the page's canonical name."""
    ebcdic = charsets.ebcdic_page(name)
    if ebcdic is not None:
        return _ebcdic(data, ebcdic), ebcdic.name
    charset = charsets.charset(name)
    if charset is None:
        hint = "; a single-byte EBCDIC page, UTF-8 or an ISO8859 page is needed"
        raise BadCharacter(messages.UNKNOWN_PAGE, name=name[:40], hint=hint)
    if charset != "UTF-8":
        return codepages.page(charset).decode(data), charset
    try:
        return data.decode("utf-8"), charset
    except UnicodeDecodeError as bad:
        where, char = f"offset {bad.start}", data[bad.start : bad.start + 1]
        raise BadCharacter(messages.NOT_IN_PAGE, where=where, char=char, page=charset) from bad


def _ebcdic(data: bytes, page: codepages.CodePage) -> str:
    """X'15' and X'25' both end a line."""
    pieces = _EBCDIC_LINE_END.split(data)
    if len(pieces) == 1 and len(data) > CARD and len(data) % CARD == 0:
        pieces = [data[at : at + CARD] for at in range(0, len(data), CARD)]
    return "\n".join(page.decode(piece) for piece in pieces)
