"""Bytes from a target into replies (RFC 5321 4.2). Sans-I/O.

Any bytes give replies or `ReplyError`, in bounded memory, however they are cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

REPLY_MAX = 64 * 1024  # RFC 5321 4.5.3.1.5 allows 512 bytes a line; EHLO lists run to some 2 KiB
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_USUAL = 80  # a line up to this length is likely to be one that came before, such as `250 Ok`


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
    """Gathers bytes until replies are whole. Linear in what comes, however it is cut."""

    _parts: list[bytes] = field(default_factory=list)  # of a line that has not ended
    _held: int = 0  # bytes of the reply that has not ended
    _lines: list[str] = field(default_factory=list)
    _code: int = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that `data` completes, to be used up by the caller.

        Raises `ReplyError` behind the replies that came before the fault.
        """
        *lines, rest = data.split(b"\n")
        if lines and self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._held -= sum(map(len, self._parts))
            self._parts.clear()
        for line in lines:
            usual = None if self._lines or len(line) > _USUAL else _single(line)
            reply = usual or self._line(line.removesuffix(b"\r"))
            if reply is not None:
                yield reply
        if rest:
            self._parts.append(rest)
            self._hold(len(rest))

    def usual(self, data: bytes) -> list[Reply] | None:
        """The replies of `data`, when it is nothing but replies of one short line each, which is
        what most of it is; None, and nothing is taken, when it is for `feed`."""
        *lines, rest = data.split(b"\n")
        if rest or not self.clean or max(map(len, lines), default=_USUAL) > _USUAL:
            return None
        found = [reply for reply in map(_single, lines) if reply is not None]
        return found if len(found) == len(lines) else None

    @property
    def clean(self) -> bool:
        """No part of a reply is waiting for its rest."""
        return not self._parts and not self._lines

    def _line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line)
        if match is None:
            shown = line[:60].decode("ascii", "backslashreplace")
            raise ReplyError(f"not an SMTP reply: {shown!r}")
        code = int(match[1])
        if self._lines and code != self._code:
            raise ReplyError(f"a reply that changes its code from {self._code} to {code}")
        self._hold(len(line) + 1)
        self._code = code
        self._lines.append(_printable(match[3]))
        if match[2] == b"-":
            return None
        reply = Reply(code, tuple(self._lines))
        self._lines, self._held = [], 0
        return reply

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > REPLY_MAX:
            raise ReplyError(f"a reply of more than {REPLY_MAX} bytes")


@lru_cache(maxsize=256)
def _single(line: bytes) -> Reply | None:
    """The reply when the line is all of one, None when it is not."""
    match = _LINE.fullmatch(line.removesuffix(b"\r"))
    if match is None or match[2] == b"-":
        return None
    return Reply(int(match[1]), (_printable(match[3]),))


def _printable(data: bytes | None) -> str:
    """The text of a reply: UTF-8, or as much of it as can be shown."""
    text = (data or b"").decode("utf-8", "replace")
    return text if text.isprintable() else "".join(c if c.isprintable() else "." for c in text)
