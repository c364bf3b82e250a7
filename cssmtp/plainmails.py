"""Mails that stand whole in plain lines of one block, found by one pattern each. Sans-I/O.

The quick way of the spool-mail parser: plain lines are ASCII without marks, none above the limit of
text. A mail that one pattern does not match from MAIL to the blank line behind its header is left
to the longer way, which comes to the same.
"""

import re
from dataclasses import dataclass

from cssmtp.lines import Lines
from cssmtp.mail import Mail, Recipient, Segment
from cssmtp.mailtext import is_big
from cssmtp.textlines import TextRules

# what `commands` takes for a path at first sight, within PATH_MAX
_LOCAL = rb"[!#-'*-;=?A-\[\]-~]{1,64}+"
_DOMAIN = rb"[!#-'*+\--:=?A-\[\]-~]{1,188}+"
_PATH = _LOCAL + rb"@" + _DOMAIN
_BETWEEN = ">\nRCPT TO:<"
_MORE = rb"(?:>\nRCPT TO:<" + _PATH + rb"){0,1999}+"  # RECIPIENTS_MAX
_OTHER = rb"[!-9;-BE-LN-be-ln-~][!-9;-~]*+:.*+"
_FIELD = rb"()[!-9;-~]++:.*+"  # one whose name may matter: the third group says so
_HEAD = re.compile(
    rb"MAIL FROM:<(" + _PATH + rb"|)>\nRCPT TO:<(" + _PATH + _MORE + rb")>\nDATA"
    rb"\n(?:" + _OTHER + rb"|" + _FIELD + rb")"
    rb"(?:\n(?:" + _OTHER + rb"|[ \t].*+|" + _FIELD + rb"))*+"
).fullmatch


@dataclass(frozen=True, slots=True)
class Session:
    """What holds for the mails that follow: the greeting's name, STARTTLS, rules of the text."""

    helo: str
    tls: bool
    rules: TextRules


@dataclass(slots=True)
class PlainMail:
    """Where a mail was found, lines `start` to `stop`; `head` is its envelope and header."""

    ordinal: int
    session: Session
    lines: Lines
    start: int
    stop: int
    head: re.Match[bytes]

    @property
    def text(self) -> tuple[int, int]:
        """The lines behind DATA."""
        return self.start + self.head[2].count(b"\n") + 3, self.stop

    def mail(self) -> Mail:
        """The mail, as if its lines had been read one by one."""
        lines, start, head, session = self.lines, self.start, self.head, self.session
        sender, to = head.group(1, 2)
        mail = Mail(
            self.ordinal, lines.record(start), session.helo, sender.decode("ascii"), session.tls
        )
        for address in to.decode("ascii").split(_BETWEEN):
            start += 1
            mail.recipients.append(Recipient(address, lines.record(start)))
        start += 2
        text = lines.text[start : self.stop]
        split = self.start + head.string.count(b"\n") + 1
        mail.text.append(Segment(lines.first, start, split, self.stop, lines))
        mail.size = sum(map(len, text), 2 * len(text))
        mail.rules = session.rules
        if head.lastindex == 3:
            fields = head.string.lower()
            mail.has_date = b"\ndate:" in fields
            mail.has_message_id = b"\nmessage-id:" in fields
        return mail


def plain_mails(lines: Lines, index: int, session: Session, ordinal: int) -> list[PlainMail]:
    """The mails that stand in plain lines from line `index` on, one behind the other, up to one
    that needs a closer look; they are numbered behind `ordinal`."""
    text, find = lines.text, lines.column.find
    found: list[PlainMail] = []
    while True:
        stop = find(b".", index)
        while stop >= 0 and text[stop] != b".":
            stop = find(b".", stop + 1)
        split = find(b" ", index, stop)
        while split >= 0 and text[split]:
            split = find(b" ", split + 1, stop)
        if stop < 0 or split < 0 or is_big((stop - index) * (lines.longest + 2)):
            return found
        head = _HEAD(b"\n".join(text[index:split]))
        if head is None or (head.lastindex == 3 and b"format=flowed" in head.string.lower()):
            return found
        ordinal += 1
        found.append(PlainMail(ordinal, session, lines, index, stop, head))
        index = stop + 1
