"""One spool file through SMTPD and through CSSMTP: which rules of `breaks` it breaks, and where.

Both sides are executed on the records; what is compared is what they made of them, so a text that
merely looks like a break is none (smtpd-migration.md 5 and 7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from cssmtp.choices import DEFAULT, Choices
from cssmtp.commands import NOT_ALLOWED, TEXT_TOO_LONG, TOO_LONG
from cssmtp.lines import LineReader
from cssmtp.mail import Mail, Notice, SyntaxFault
from cssmtp.plainmails import made
from cssmtp.smtpd.breaks import RULES, Break
from cssmtp.smtpd.facts import BATCH, Origin, Site
from cssmtp.smtpd.outcome import Outcome, Recipient
from cssmtp.smtpd.records import records_of
from cssmtp.smtpd.routing import Via
from cssmtp.smtpd.session import run
from cssmtp.spoolmail import Limits, SpoolMailParser
from cssmtp.transcode import Inspection
from jes.records import Block, Recfm

_NUL, _LF = 0x00, b"\x25"
_OF_VERB = {
    "HELP": "CMD-01", "NOOP": "CMD-01", "EXPN": "CMD-01", "VRFY": "CMD-01", "QUEU": "CMD-01",
    "VERB": "CMD-02", "TICK": "CMD-03",
}  # fmt: skip
_OF_ARGUMENTS = {"'HELO'": "CMD-05", "'DATA'": "CMD-06", "'MAIL'": "CMD-08", "'RCPT'": "CMD-08"}
_OF_MARK = {
    "source-route": "RCP-03", "recipients": "CMD-12", "bad-file": "SEL-07",
    "joined-last": "FMT-02", "indented-header": "FMT-07", "missing-period": "FMT-09",
}  # fmt: skip
_OF_NOTICE = {
    "leading-period": "FMT-08",
    "missing-period": "FMT-09",
    "joining-last-record": "FMT-02",
    "trailing-blanks": "FMT-12",
    "charset": "CP-06",
}
_OF_WAY = {Via.NJE: "RCP-02", Via.MAILER: "ROU-01"}


@dataclass(slots=True)
class Reading:
    """What CSSMTP reads in a spool file, before anything is sent."""

    mails: list[Mail] = field(default_factory=list)
    faults: list[SyntaxFault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    counted: int = 0
    exceeded: bool = False


@dataclass(frozen=True, slots=True)
class SpoolData:
    """A spool file as it lies on the spool."""

    blocks: Sequence[Block]
    recfm: Recfm
    lrecl: int
    origin: Origin = BATCH


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides, and the rules that the file breaks, in the order of records."""

    smtpd: Outcome
    cssmtp: Reading
    breaks: tuple[Break, ...]


def read(data: SpoolData, code: Inspection, limits: Limits, choices: Choices = DEFAULT) -> Reading:
    """CSSMTP's side. Raises `BadRecord`."""
    reader = LineReader(data.recfm, data.lrecl, code, choices)
    parser = SpoolMailParser(code, limits, choices)
    events = []
    records = 0
    for block in data.blocks:
        records += block.count
        if not parser.ended:
            events += parser.feed(reader.lines(block))
    last = None if parser.ended else reader.last(records + 1)
    events += chain(parser.feed(last) if last is not None else (), parser.finish(records))
    reading = Reading(counted=parser.counted, exceeded=parser.exceeded)
    for event in made(events):
        match event:
            case Mail():
                reading.mails.append(event)
            case SyntaxFault():
                reading.faults.append(event)
            case Notice():
                reading.notices.append(event)
    reading.counted, reading.exceeded = parser.counted, parser.exceeded
    return reading


def compare(data: SpoolData, site: Site, reading: Reading) -> Compared:
    """A spool file through SMTPD, beside what CSSMTP read in it. Raises `BadRecord`."""
    records = list(records_of(data.blocks, data.recfm, data.lrecl))
    outcome = run(records, site, data.origin)
    found = {
        (one.rule.id, one.record, one.text): one
        for one in chain(
            _commands(outcome, reading, records),
            _text(outcome, reading),
            _envelopes(outcome, site),
            _marks(outcome),
            _whole(outcome, reading, data),
        )
    }
    return Compared(outcome, reading, tuple(sorted(found.values(), key=lambda one: one.record)))


def _break(rule: str, record: int, text: str = "") -> Break:
    return Break(RULES[rule], record, text)


def _commands(outcome: Outcome, reading: Reading, records: list[bytes]) -> Iterator[Break]:
    """Commands that one of them takes and the other refuses."""
    good = {one.record for one in outcome.responses if not one.bad}
    refused = {fault.record for fault in reading.faults}
    for fault in reading.faults:
        if fault.record in good:
            rule = _rule_of(fault, records[fault.record - 1])
            if rule:
                yield _break(rule, fault.record, fault.reply)
    for one in outcome.errors:
        words = one.reply.upper()
        if one.record not in refused and ("'EHLO'" in words or "'STARTTLS'" in words):
            yield _break("CMD-04", one.record, one.reply)


def _rule_of(fault: SyntaxFault, record: bytes) -> str | None:
    """The rule that a command breaks which SMTPD took."""
    reply = fault.reply
    bare = record.rstrip(b"\x40")
    if _LF in bare:
        return "CMD-09"
    if reply == TOO_LONG:
        return "CMD-10" if bare[-1:] == bytes([_NUL]) else "FMT-04"
    if "Unknown command" in reply:
        return _OF_VERB.get(reply.partition("'")[2].rstrip("'").upper())
    if "Too many args" in reply:
        return next((rule for verb, rule in _OF_ARGUMENTS.items() if verb in reply), None)
    return "CMD-07" if "required" in reply else None


def _text(outcome: Outcome, reading: Reading) -> Iterator[Break]:
    """Text that SMTPD takes and CSSMTP refuses, and what it only notes."""
    spoken = {one.record for one in outcome.responses}
    for fault in reading.faults:
        rule = {TEXT_TOO_LONG: "FMT-03", NOT_ALLOWED: "FMT-05"}.get(fault.reply)
        if rule and fault.record not in spoken:
            yield _break(rule, fault.record, fault.reply)
    for notice in reading.notices:
        if notice.rule in _OF_NOTICE:
            yield _break(_OF_NOTICE[notice.rule], notice.record, notice.text)
    for mail in reading.mails:
        joined = _joined(mail)
        if joined:
            yield _break("FMT-01", joined)


def _joined(mail: Mail) -> int:
    """The first record of a mail that goes on in the next one; 0 when none is known."""
    for segment in mail.text:
        numbers = segment.lines.numbers if segment.lines is not None else None
        if numbers is not None:
            for record, behind in pairwise(numbers[segment.start : segment.stop + 1]):
                if behind > record + 1:
                    return record
    return 0


def _envelopes(outcome: Outcome, site: Site) -> Iterator[Break]:
    """Senders, recipients and headers that mean nothing behind CSSMTP."""
    for mail in outcome.mails:
        if not mail.sender:
            yield _break("SND-03", mail.record)
        elif mail.wire_sender != mail.sender:
            yield _break("SND-01", mail.record, f"{mail.sender} left as {mail.wire_sender}")
        for before, after in mail.text.changes:
            yield _break("SND-02", mail.record, f"{before} left as {after}")
        for one in mail.recipients:
            rule = _recipient(one)
            if rule:
                yield _break(rule, one.record, f"{one.address}: {one.route.via} {one.route.to}")


def _recipient(one: Recipient) -> str | None:
    if one.route.via in _OF_WAY:
        return _OF_WAY[one.route.via]
    if one.address.endswith("]"):
        return "RCP-05"
    if one.route.via is Via.LOCAL:
        return "RCP-04" if "@" in one.address else "RCP-01"
    return None


def _marks(outcome: Outcome) -> Iterator[Break]:
    """What SMTPD's side marks, and is a rule."""
    for mark in outcome.unsure:
        if mark.topic in _OF_MARK:
            yield _break(_OF_MARK[mark.topic], mark.record, mark.text)


def _whole(outcome: Outcome, reading: Reading, data: SpoolData) -> Iterator[Break]:
    """The file as a whole."""
    if data.origin.netdata:
        yield _break("FMT-10", 0)
    if data.recfm.control:
        yield _break("FMT-06", 0, str(data.recfm))
    if outcome.report_to is not None:
        yield _break("ERR-01", 0, f"SMTPD tells {outcome.report_to}")
    if reading.counted and any(mail.waiting for mail in reading.mails):
        yield _break("ERR-04", 0, f"{reading.counted} errors")
    if reading.exceeded and len(outcome.mails) > len(reading.mails):
        lost = len(outcome.mails) - len(reading.mails)
        yield _break("CMD-11", 0, f"mails that are not read: {lost}")
