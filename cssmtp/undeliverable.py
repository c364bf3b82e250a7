"""What is left of a mail that cannot be delivered: the notification to its sender, and the dead
letter (cssmtp-operations.md 4.5). IBM's printed example is not available; the layout is ours. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cssmtp.choices import BareCrlf
from cssmtp.headers import MONTHS, rfc5322_date
from cssmtp.lines import Lines
from cssmtp.mail import Kind, Mail, Recipient, Segment, Status
from jes.sysout import SpoolFile

SEPARATOR = "----- Original mail -----"
_LINE = 900  # characters of a line in a notification; RFC 5322 allows 998


@dataclass(frozen=True, slots=True)
class Origin:
    """Who notifies: CSSMTP's job name, its host, its writer name."""

    jobname: str
    host: str
    writer: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A mail that could not even be returned. `file` is where it is stored, None when it is not:
    DeadLetterAction Delete, or `problem` says why it could not be."""

    ordinal: int
    kind: Kind
    reason: str
    file: str | None = None
    problem: str = ""


def failed(mail: Mail) -> list[Recipient]:
    """The recipients that the mail does not reach."""
    return [one for one in mail.recipients if one.status is Status.UNDELIVERABLE]


def harmless(mail: Mail) -> Mail:
    """A mail whose text may be why it is undeliverable, with a text that harms nobody: no bare CR
    or LF, no line above the limit, no lone period, and SUB for what must not be there."""
    rules = replace(mail.rules, bare_crlf=BareCrlf.STRIP, truncate=True)
    return replace(mail, rework=True, rules=rules)


def notification(
    mail: Mail, file: SpoolFile, origin: Origin, read: datetime, moment: datetime
) -> Mail:
    """The notification for an undeliverable mail that has a sender, with the mail behind it.

    `read` is when the mail was read from the spool, `moment` now, and never the same twice.
    """
    lines = _stuffed([*_head(mail, origin, moment), "", *_body(mail, file, origin, read)])
    lines += mail.prefix.splitlines()
    own = Segment(0, 0, 0, len(lines), Lines(1, lines, keep=True))
    extra = sum(map(len, lines)) + 2 * len(lines)
    parts = _as_body(mail)
    return Mail(
        ordinal=mail.ordinal,
        record=mail.record,
        helo=origin.host,
        sender="",
        tls=mail.tls,
        recipients=[Recipient(mail.sender, mail.record)],
        text=[own, *parts],
        rework=True,
        rules=harmless(mail).rules,
        size=mail.size + extra,
        eight_bit=mail.eight_bit,
        big=mail.big or any(part.lines is None for part in parts),
        kind=Kind.NOTIFICATION,
        stored=mail.stored,
    )


def _as_body(mail: Mail) -> list[Segment]:
    """The text of a mail, header and all, as the body of another."""
    parts = []
    due = mail.blank_line_missing
    for segment in mail.text:
        split = segment.split
        if due and split < segment.stop:
            due = False
            parts.append(replace(segment, split=segment.start, stop=split))
            parts.append(Segment(0, 0, 0, 1, Lines(1, [b""], keep=True)))
            parts.append(replace(segment, start=split, split=split))
        else:
            parts.append(replace(segment, split=segment.start))
    return parts


def _head(mail: Mail, origin: Origin, moment: datetime) -> list[str]:
    stamp = f"{moment:%Y%m%d.%H%M%S.%f}"
    return [
        f"Date: {rfc5322_date(moment)}",
        f"From: {origin.jobname}@{origin.host}",
        f"To: {mail.sender}",
        "Subject: Undeliverable mail",
        f"Message-ID: <{origin.jobname}.{stamp}.{mail.ordinal}.N@{origin.host}>",
        "Auto-Submitted: auto-replied",
    ]


def _body(mail: Mail, file: SpoolFile, origin: Origin, read: datetime) -> list[str]:
    lines = [
        f"Mail {mail.ordinal} of job {file.jobname} ({file.jobid}), DD {file.ddname}, read from"
        f" the spool {read:%Y-%m-%d %H:%M:%S %z}",
        f"by {origin.jobname} (external writer {origin.writer}) on {origin.host}, could not be"
        " delivered to:",
        "",
    ]
    for one in failed(mail):
        lines.append(f"  <{one.address}>")
        lines.append(f"    target: {one.target or '-'}")
        lines.append(f"    reply:  {one.reply or ''}")
    return [*lines, "", SEPARATOR, ""]


def _stuffed(lines: Sequence[str]) -> list[bytes]:
    """Lines of plain text as lines of a mail: whatever a reply holds, ASCII without controls."""
    clean = ("".join(c if c.isprintable() else "." for c in line[:_LINE]) for line in lines)
    ascii_lines = (line.encode("ascii", "replace") for line in clean)
    return [b"." + line if line.startswith(b".") else line for line in ascii_lines]


# --- dead letters ------------------------------------------------------------------------------


def dead_letter_name(file: SpoolFile, kind: Kind, moment: datetime, number: int) -> str:
    """`TESTMAIL.SYS00006.Sep302008.160454.541437.1U`; R in place of U for an error report."""
    letter = "R" if kind is Kind.REPORT else "U"
    month = MONTHS[moment.month - 1]
    date = f"{month}{moment:%d%Y.%H%M%S.%f}"
    return f"{file.jobname}.{file.jobid}.{date}.{number}{letter}"


def dead_letter_head(mail: Mail, host: str) -> bytes:
    """The envelope in front of the text: commands, so that the file is mail that can be sent again.
    Its recipients are those that the mail did not reach."""
    to = "".join(f"RCPT TO:<{one.address}>\n" for one in failed(mail))
    return f"EHLO {host}\nMAIL FROM:<{mail.sender}>\n{to}DATA\n".encode("ascii", "replace")


DEAD_LETTER_END = b".\nQUIT\n"
