"""Mails that stand whole in plain lines of one block, found by one pattern each. Sans-I/O.

The quick way of the spool-mail parser: plain lines are ASCII without marks, none above the limit of
text. A mail that one pattern does not match from MAIL to the blank line behind its header is left
to the longer way, which comes to the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from cssmtp.lines import Lines
from cssmtp.mail import Mail, Recipient, Segment
from cssmtp.mailtext import most_lines
from cssmtp.spoken import Spoken, TextTaken
from cssmtp.textlines import TextRules

# what `commands` takes for a path at first sight, within PATH_MAX
_LOCAL = rb"[!#-'*-;=?A-\[\]-~]{1,64}+"
_DOMAIN = rb"[!#-'*+\--:=?A-\[\]-~]{1,188}+"
_PATH = _LOCAL + rb"@" + _DOMAIN
_BETWEEN = ">\nRCPT TO:<"
_MORE = rb"(?:>\nRCPT TO:<" + _PATH + rb"){0,1999}+"  # RECIPIENTS_MAX
_OTHER = rb"[!-9;-BE-LN-be-ln-~][!-9;-~]*+:.*+"
_FIELD = rb"()[!-9;-~]++:.*+"  # one whose name may matter, as the group says
_PATHS = 2  # groups, and the last ones when no name matters
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


T = TypeVar("T")
Place = tuple[int, int, re.Match[bytes]]  # of a mail: its first line, its period, its head


@dataclass(slots=True)
class PlainMails:
    """Where mails were found in `lines`, one behind the other; they are numbered behind `before`.

    A `head` is a mail's envelope and header.
    """

    session: Session
    lines: Lines
    before: int
    places: list[Place]

    def text(self) -> Iterator[tuple[int, int]]:
        """The lines of each mail behind its DATA."""
        for start, stop, head in self.places:
            yield start + head[2].count(b"\n") + 3, stop

    def mails(self) -> Iterator[Mail]:
        """The mails, as if their lines had been read one by one."""
        for ordinal, (start, stop, head) in enumerate(self.places, self.before + 1):
            yield self._mail(ordinal, start, stop, head)

    def _mail(self, ordinal: int, start: int, stop: int, head: re.Match[bytes]) -> Mail:
        lines, session = self.lines, self.session
        record = lines.record(start)
        sender, to = head.group(1, 2)
        mail = Mail(ordinal, record, session.helo, sender.decode("ascii"), session.tls)
        addresses = to.decode("ascii").split(_BETWEEN)
        at = start + len(addresses)
        mail.recipients += map(Recipient, addresses, lines.records(start + 1, at + 1))
        text = lines.text[at + 2 : stop]
        split = start + head.string.count(b"\n") + 1
        mail.text.append(Segment(lines.first, at + 2, split, stop, lines))
        mail.size = sum(map(len, text), 2 * len(text))
        mail.rules = session.rules
        if head.lastindex != _PATHS:
            fields = head.string.lower()
            mail.has_date = b"\ndate:" in fields
            mail.has_message_id = b"\nmessage-id:" in fields
        return mail


def plain_mails(lines: Lines, index: int) -> list[Place]:
    """The mails that stand in plain lines from line `index` on, one behind the other, up to one
    that needs a closer look."""
    text, find = lines.text, lines.column.index
    join, most = b"\n".join, most_lines(lines.longest)
    found: list[Place] = []
    add = found.append
    try:
        while True:
            stop = find(b".", index)
            while text[stop] != b".":
                stop = find(b".", stop + 1)
            split = find(b" ", index, stop)
            while text[split]:
                split = find(b" ", split + 1, stop)
            head = _HEAD(join(text[index:split]))
            if head is None or stop - index > most:
                return found
            if head.lastindex != _PATHS and b"format=flowed" in head.string.lower():
                return found
            add((index, stop, head))
            index = stop + 1
    except ValueError:  # no period any more, or no blank line before it
        return found


def made(events: Iterable[T | PlainMails | Spoken | TextTaken]) -> Iterator[T | Mail]:
    """The events, with mails in the place of where they were found; without what is an exit's."""
    for event in events:
        if isinstance(event, PlainMails):
            yield from event.mails()
        elif not isinstance(event, Spoken | TextTaken):
            yield event
