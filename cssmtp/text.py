"""A mail's text as it goes on the wire: CRLF lines in the target's Charset, no final period.

Periods are not doubled: the job did that already, and CSSMTP hands its lines on as they are
(spool-mail.md 5.1). The exception is a lone period that X'15' split off a record (blueprint §8).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cssmtp.mail import Mail, Segment
from cssmtp.textlines import reworked
from cssmtp.transcode import Wire


@dataclass(slots=True)
class TextWriter:
    """Writes a mail's text segment by segment, in order. `at_sign` is sent as "@" in the header."""

    mail: Mail
    wire: Wire
    at_sign: bytes = b""
    _blank_line_due: bool = False
    _in_subject: bool = False

    def __post_init__(self) -> None:
        """The blank line is due where the header ends, once."""
        self._blank_line_due = self.mail.blank_line_missing

    def segment(self, segment: Segment, lines: list[bytes]) -> bytes:
        """The segment's lines, `start` to `stop`, on the wire, each with its CRLF."""
        header = segment.split - segment.start
        if self.at_sign and header:
            lines = [*self._at_signs(lines[:header]), *lines[header:]]
        if self._blank_line_due and segment.split < segment.stop:
            self._blank_line_due = False
            lines = [*lines[:header], b"", *lines[header:]]
        return self._on_wire(lines)

    def end(self) -> bytes:
        """The blank line of a mail that is all header."""
        return b"\r\n" if self._blank_line_due else b""

    def _on_wire(self, lines: Iterable[bytes]) -> bytes:
        if self.mail.rework:
            lines = reworked(lines, self.mail.rules)
        joined = b"\r\n".join((*lines, b""))
        return self.wire.encode(joined)

    def _at_signs(self, lines: list[bytes]) -> Iterable[bytes]:
        """Header lines with "@" for the AtSign character, except in a Subject left alone."""
        for line in lines:
            if b"\n" in line:  # X'15' splits it into several header lines
                yield b"\n".join(self._at_signs(line.split(b"\n")))
                continue
            if line[:1] not in (b" ", b"\t"):
                self._in_subject = line[:8].lower() == b"subject:"
            leave = self._in_subject and not self.mail.rules.replace_subject
            yield line if leave else line.replace(self.at_sign, b"@")


def whole(mail: Mail, wire: Wire, at_sign: bytes) -> bytes:
    """The text of a mail whose lines are all at hand, behind what CSSMTP adds."""
    writer = TextWriter(mail, wire, at_sign)
    parts = [mail.prefix]
    for segment in mail.text:
        if segment.lines is not None:
            lines = segment.lines.text[segment.start : segment.stop]
            parts.append(writer.segment(segment, lines))
    parts.append(writer.end())
    return b"".join(parts)
