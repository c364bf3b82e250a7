"""A mail's text as it goes on the wire: CRLF lines in the target's Charset, no final period.

Periods are not doubled: the job did that already, and CSSMTP hands its lines on as they are
(spool-mail.md 5.1). The exception is a lone period that X'15' split off a record (blueprint §8).
"""

from collections.abc import Iterable, Iterator

from cssmtp.lines import Lines
from cssmtp.mail import Mail, Segment
from cssmtp.spoolmail import TEXT_MAX
from cssmtp.transcode import Wire


def whole(mail: Mail, wire: Wire, at_sign: bytes) -> bytes:
    """The text of a mail whose lines are all at hand."""
    header = [line for part in mail.header if part.lines for line in _part(part, part.lines)]
    body = [line for part in mail.body if part.lines for line in _part(part, part.lines)]
    return join(mail, header, body, wire, at_sign)


def join(mail: Mail, header: list[bytes], body: list[bytes], wire: Wire, at_sign: bytes) -> bytes:
    """Header and body lines on the wire, behind what CSSMTP adds."""
    if at_sign:
        header = [line.replace(at_sign, b"@") for line in header]
    if mail.blank_line_missing:
        header.append(b"")
    return mail.prefix + pieces(mail, header, wire) + pieces(mail, body, wire)


def pieces(mail: Mail, lines: list[bytes], wire: Wire) -> bytes:
    """Some lines of a mail on the wire, each with its CRLF."""
    if not lines:
        return b""
    if mail.new_lines:
        lines = list(_split(lines))
    if mail.truncated:
        lines = [line[:TEXT_MAX] for line in lines]
    lines.append(b"")
    return wire.encode(b"\r\n".join(lines))


def _part(segment: Segment, lines: Lines) -> list[bytes]:
    return lines.text[segment.start : segment.stop]


def _split(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines at X'15', where a lone period is text and doubled."""
    for line in lines:
        if b"\n" not in line:
            yield line
            continue
        for piece in line.split(b"\n"):
            yield b".." if piece == b"." else piece
