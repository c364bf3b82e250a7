"""The header and the MIME parts of a mail, found in its lines as they pass by (RFC 5322, 2045).

Only names, types and sizes are kept; how much is bounded. Nothing is decoded but header lines, and
nothing raises: what cannot be understood is shown as it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

FIELD_MAX = 2000  # characters of a header field that are kept
FIELDS_MAX = 200  # fields of one header
PARTS_MAX = 30
DEPTH_MAX = 20  # multiparts inside each other


@dataclass(slots=True)
class Part:
    """A part that is no multipart: `size` counts bytes of its text, encoded as it is."""

    type: str
    encoding: str
    charset: str
    filename: str
    record: int
    size: int = 0


@dataclass(slots=True)
class PartScanner:
    """Takes the lines of one mail. `fields` are those of its header, `more_parts` were too many."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    more_parts: int = 0
    _head: list[tuple[str, str]] = field(default_factory=list)
    _boundaries: list[str] = field(default_factory=list)
    _part: Part | None = None
    _in_head: bool = True
    _top: bool = True
    _record: int = 0

    def feed(self, lines: Iterable[str], record: int) -> None:
        """Lines, the first of which is that of a record."""
        for number, line in enumerate(lines, record):
            if self._in_head:
                self._header_line(line, number)
            elif line.startswith("--") and self._boundary(line, number):
                continue
            elif self._part is not None:
                self._part.size += len(line) + 2

    def end_header(self) -> None:
        """The header of the mail is over, though no blank line says so."""
        if self._top and self._in_head:
            self._begin_body(self._record)

    def finish(self) -> None:
        """The mail ends."""
        if self._in_head:
            self._begin_body(self._record)

    def _header_line(self, line: str, record: int) -> None:
        self._record = self._record or record
        if not line:
            self._begin_body(self._record)
        elif line[0] in " \t" and self._head:
            name, value = self._head[-1]
            if len(value) < FIELD_MAX:
                self._head[-1] = name, f"{value} {line.strip()}"[:FIELD_MAX]
        elif len(self._head) < FIELDS_MAX:
            name, _, value = line.partition(":")
            self._head.append((name.strip()[:FIELD_MAX], value.strip()[:FIELD_MAX]))

    def _begin_body(self, record: int) -> None:
        head, self._head = self._head, []
        if self._top:
            self.fields, self._top = head, False
        self._in_head = False
        part, boundary = described(head, record)
        if boundary and len(self._boundaries) < DEPTH_MAX:
            self._boundaries.append(boundary)
            self._part = None
            return
        self._part = part
        if len(self.parts) < PARTS_MAX:
            self.parts.append(part)
        else:
            self.more_parts += 1

    def _boundary(self, line: str, record: int) -> bool:
        """Whether a line is between two parts, or behind the last."""
        said = line[2:].rstrip()
        for depth in range(len(self._boundaries), 0, -1):
            boundary = self._boundaries[depth - 1]
            if said == boundary:
                del self._boundaries[depth:]
                self._in_head, self._record, self._part = True, record, None
                return True
            if said == f"{boundary}--":
                del self._boundaries[depth - 1 :]
                self._part = None
                return True
        return False


def described(fields: Iterable[tuple[str, str]], record: int = 0) -> tuple[Part, str]:
    """What a header says about its body, and the boundary if that is a multipart."""
    message = Message()
    for name, value in fields:
        if name.lower() in _TELLING and name.lower() not in message:
            message[name.lower()] = value
    try:
        kind = message.get_content_type()
        boundary = str(message.get_boundary("")) if kind.startswith("multipart/") else ""
        charset = str(message.get_param("charset", "") or "")
        filename = decoded(str(message.get_filename("") or ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        kind, boundary, charset, filename = "text/plain", "", "", ""
    encoding = str(message.get("content-transfer-encoding", "")).lower() or "7bit"
    return Part(kind, encoding, charset, filename, record), boundary


_TELLING = ("content-type", "content-transfer-encoding", "content-disposition")


def decoded(value: str) -> str:
    """A header field with its encoded words as text (RFC 2047)."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_piece(text, charset) for text, charset in pieces)


def _piece(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return text.decode("ascii", "replace")
