"""Bytes from a target into replies (RFC 5321 4.2). Sans-I/O.

Any bytes give replies or `ReplyError`, in bounded memory, however they are cut.
"""

import re
from dataclasses import dataclass, field

REPLY_MAX = 64 * 1024  # RFC 5321 4.5.3.1.5 allows 512 bytes a line; EHLO lists run to some 2 KiB
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)


class ReplyError(Exception):
    """What the target sent is no SMTP reply; the connection cannot be used any more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code and the text of its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Code and text on one line, as a report shows it."""
        return f"{self.code} {' '.join(self.lines)}".rstrip()

    @property
    def positive(self) -> bool:
        """2xx."""
        return 200 <= self.code < 300

    @property
    def transient(self) -> bool:
        """4xx."""
        return 400 <= self.code < 500


@dataclass(slots=True)
class ReplyReader:
    """Gathers bytes until replies are whole."""

    _buffer: bytes = b""
    _lines: list[str] = field(default_factory=list)
    _code: int = 0
    _size: int = 0

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that `data` completes. Raises `ReplyError`."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        replies = []
        for line in lines:
            reply = self._line(line.removesuffix(b"\r"))
            if reply is not None:
                replies.append(reply)
        if self._size + len(self._buffer) > REPLY_MAX:
            raise ReplyError(f"a reply of more than {REPLY_MAX} bytes")
        return replies

    @property
    def clean(self) -> bool:
        """No part of a reply is waiting for its rest."""
        return not self._buffer and not self._lines

    def _line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line)
        if match is None:
            shown = line[:60].decode("ascii", "backslashreplace")
            raise ReplyError(f"not an SMTP reply: {shown!r}")
        code = int(match[1])
        if self._lines and code != self._code:
            raise ReplyError(f"a reply that changes its code from {self._code} to {code}")
        self._size += len(line)
        if self._size > REPLY_MAX:
            raise ReplyError(f"a reply of more than {REPLY_MAX} bytes")
        self._code = code
        text = (match[3] or b"").decode("utf-8", "replace")
        if not text.isprintable():
            text = "".join(c if c.isprintable() else "." for c in text)
        self._lines.append(text)
        if match[2] == b"-":
            return None
        reply = Reply(code, tuple(self._lines))
        self._lines, self._size = [], 0
        return reply
