"""A spool file on both sides, as a report: selection, mails, recipients, differences, verdict.

Both sides are executed; nothing is guessed from the look of a text (smtpd-migration.md 7.2). Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cssmtp.config.statements import BadSpoolDisp
from cssmtp.headers import Stamps
from cssmtp.log import one_line
from cssmtp.mail import Mail as Here
from cssmtp.mail import Recipient, Status
from cssmtp.rehearsal import Blocks, Rehearsal, RehearsedFile
from cssmtp.smtpd.breaks import RULES, SELECTED, Break, Severity
from cssmtp.smtpd.differences import Reading, SpoolData, compare
from cssmtp.smtpd.facts import Origin, Site
from cssmtp.smtpd.outcome import Fate, Outcome
from cssmtp.smtpd.outcome import Mail as There
from cssmtp.smtpd.outcome import Recipient as ThereRecipient
from cssmtp.smtpd.records import records_of
from cssmtp.smtpd.report import (
    Change,
    FileReport,
    MailPair,
    RecipientFates,
    Side,
    Verdict,
)
from cssmtp.smtpd.routing import Via
from jes.codepages import page
from jes.mixed import mixed_page
from jes.names import WriterName
from jes.records import Block
from jes.sysout import SELECTABLE, SpoolFile

SHOWN_LINES = 200  # of each text in a report
_EXCERPT = 120
_GOT = frozenset({"sent", "local", "nje", "mailer"})
_TO_NOBODY = frozenset({"RCP-01", "RCP-02", "RCP-04", "ROU-01"})
_AT_SIGN = b"\x7c"  # where SMTPD has it
_NUMBERED = 80  # records with sequence numbers in their last eight bytes
DAMAGE = frozenset({Severity.FATAL.value, Severity.ERROR.value})


@dataclass(frozen=True, slots=True)
class Migration:
    """The system that SMTPD runs on, its job name, and the CSSMTP that is to follow."""

    site: Site
    rehearsal: Rehearsal
    smtpd: WriterName

    @property
    def cssmtp(self) -> WriterName:
        """The external writer name that CSSMTP selects by."""
        return self.rehearsal.rules.config.ext_wrt_name

    def concerns(self, file: SpoolFile) -> bool:
        """Whether one of them would take the file if it were not held."""
        return _names(file, self.smtpd) or _names(file, self.cssmtp)

    def report(
        self,
        source: str,
        file: SpoolFile,
        blocks: Blocks,
        *,
        jcl: bool = False,
        netdata: bool = False,
    ) -> FileReport:
        """The file on both sides. It is held in memory whole. Raises `BadRecord`."""
        data = _whole(blocks)
        origin = Origin(str(file.owner), self.site.node, netdata)
        here = self._fresh().of(file, blocks)
        mails = [one.mail for one in here]
        reading = Reading(mails, here.errors, here.notices, here.counted, here.exceeded)
        found = compare(SpoolData(data, file.recfm, file.lrecl, origin), self.site, reading)
        return _Report(self, file, here, found.smtpd, mails, data).made(
            source, found.breaks, jcl=jcl
        )

    def _fresh(self) -> Rehearsal:
        """With stamps of its own: what a file comes to does not rest on those before it."""
        rules = self.rehearsal.rules
        headers = replace(rules.headers, stamps=Stamps(lambda: self.site.now))
        return replace(self.rehearsal, rules=replace(rules, headers=headers))


def _whole(blocks: Blocks) -> list[Block]:
    found: list[Block] = []
    record = 1
    while some := blocks(record):
        found += some
        record = some[-1].next
    return found


def _names(file: SpoolFile, name: WriterName) -> bool:
    return file.writer == name or file.dest.rpartition(".")[2] == name


@dataclass(slots=True)
class _Report:
    """The making of one report."""

    by: Migration
    file: SpoolFile
    here: RehearsedFile
    there: Outcome
    mails: list[Here]
    blocks: Sequence[Block]
    more: list[Break] = field(default_factory=list)  # found on the way

    def made(self, source: str, breaks: Sequence[Break], *, jcl: bool) -> FileReport:
        """All of it."""
        lost = {one.record for one in breaks if one.rule.id in _TO_NOBODY}
        pairs = tuple(self._pairs(lost))
        selection = (*self._selection(), *self._at_signs())
        changes = tuple(map(self._change, (*selection, *breaks, *self.more)))
        never = any(one.rule.id in SELECTED for one in selection)
        file = self.file
        return FileReport(
            source=source, jobname=str(file.jobname), jobid=str(file.jobid), step=file.stepname,
            ddname=str(file.ddname), dataset=file.dsid, sysout_class=str(file.sysout_class),
            writer=str(file.writer or ""), dest=file.dest, shape=f"{file.recfm}{file.lrecl}",
            records=file.records, size=file.size,
            smtpd=self._smtpd(pairs), cssmtp=self._cssmtp(pairs, never=never),
            mails=pairs, changes=changes, unsure=self._unsure(),
            verdict=_verdict(pairs, changes, never=never), jcl=jcl,
        )  # fmt: skip

    @property
    def _held(self) -> bool:
        """Nobody selects it before it is released; what is said is what becomes of it then."""
        return self.file.disposition not in SELECTABLE

    def _selection(self) -> Iterator[Break]:
        """SEL-01, SEL-03 and SEL-05."""
        file, here = self.file, self.by.cssmtp
        if not _names(file, here):
            if file.writer == self.by.smtpd:
                text = f"writer {file.writer}, ExtWrtName {here}"
                yield Break(RULES["SEL-01"], 0, text)
            else:
                yield Break(RULES["SEL-03"], 0, f"destination {file.dest}, ExtWrtName {here}")
        if self._held:
            text = f"class {file.sysout_class}, disposition {file.disposition}"
            yield Break(RULES["SEL-05"], 0, text)

    def _at_signs(self) -> Iterator[Break]:
        """CP-03: an address in which only SMTPD sees an at-sign."""
        config = self.by.rehearsal.rules.config
        if self._text(_AT_SIGN) in {"@", config.options.at_sign}:
            return
        seen = {mail.record for mail in self.there.mails if "@" in mail.sender}
        seen |= {
            to.record for mail in self.there.mails for to in mail.recipients if "@" in to.address
        }
        for fault in self.here.errors:
            if fault.record in seen:
                yield Break(RULES["CP-03"], fault.record, fault.reply)

    # --- mails ---------------------------------------------------------------------------------

    def _pairs(self, lost: set[int]) -> Iterator[MailPair]:
        """The mails of both sides by the record of their MAIL FROM."""
        there = {mail.record: mail for mail in self.there.mails}
        here = {mail.record: mail for mail in self.mails}
        for number, record in enumerate(sorted({*there, *here}), 1):
            yield self._pair(number, record, there.get(record), here.get(record), lost)

    def _pair(
        self, number: int, record: int, there: There | None, here: Here | None, lost: set[int]
    ) -> MailPair:
        fates = tuple(_recipients(there, here, lost))
        over_tcp = there is not None and any(one.route.tcp for one in there.recipients)
        left = (there.text.wire if over_tcp else there.text.local) if there is not None else b""
        added = there.text.added_size if there is not None else 0
        right = b"".join(self.here.text(here)) if here is not None else b""
        old = left[added:].decode("latin-1")
        new = right[len(here.prefix) if here is not None else 0 :].decode(
            self._charset(), "replace"
        )
        both = there is not None and here is not None and bool(here.waiting)
        if both and old != new:
            self._characters(number, there, old, new)
        senders = (there.wire_sender if there else "", here.sender if here else "")
        same = old == new and senders[0] == senders[1]
        equal = both and same and all(one.smtpd == one.cssmtp for one in fates)
        return MailPair(
            number=number, record=record, recipients=fates,
            sender=(one_line(senders[0]), one_line(senders[1])),
            size=(len(left), len(right)), equal=equal,
            smtpd=() if equal else _shown(left.decode("latin-1")),
            cssmtp=() if equal else _shown(right.decode(self._charset(), "replace")),
        )  # fmt: skip

    def _charset(self) -> str:
        return self.by.rehearsal.wire.charset

    def _characters(self, number: int, there: There | None, old: str, new: str) -> None:
        """CP-01: other characters in a line that is as long on both sides, outside the header."""
        body = len(there.text.body) if there is not None else 0
        left, right = old.split("\r\n")[:-1][-body:], new.split("\r\n")[:-1][-body:]
        if not body or len(left) != len(right):
            return
        for line, (before, after) in enumerate(zip(left, right, strict=True), 1):
            if before != after and len(before.rstrip()) == len(after.rstrip()):
                pair = next((p for p in zip(before, after, strict=False) if p[0] != p[1]), None)
                if pair is not None:
                    text = f"mail {number}, line {line} of the text: {pair[0]!r} is {pair[1]!r}"
                    self.more.append(Break(RULES["CP-01"], 0, text))
                    return

    # --- sides ---------------------------------------------------------------------------------

    def _smtpd(self, pairs: Sequence[MailPair]) -> Side:
        there = self.there
        got = sum(one.smtpd in _GOT for pair in pairs for one in pair.recipients)
        result = there.result.value
        if self.file.writer != self.by.smtpd and not _names(self.file, self.by.smtpd):
            result = "NOT-SELECTED"
        elif self._held:
            result = "HELD"
        lines = tuple(one_line(f"{one.record} {one.reply}") for one in there.errors)
        told = f"errors to {one_line(there.report_to)}" if there.report_to else ""
        return Side(
            result=result, mails=len(there.mails), recipients=got, lines=lines, disposition=told
        )

    def _cssmtp(self, pairs: Sequence[MailPair], *, never: bool) -> Side:
        here = self.here
        got = sum(one.cssmtp == "sent" for pair in pairs for one in pair.recipients)
        all_ = sum(len(mail.recipients) for mail in self.mails)
        if never:
            result = "NOT-SELECTED"
        elif self._held:
            result = "HELD"
        elif got:
            result = "SENT" if got == all_ and not here.errors else "SENT-PARTLY"
        else:
            result = "NOT-SENT" if self.mails or here.errors else "EMPTY"
        bad = self.by.rehearsal.rules.config.bad_spool_disp
        kept = "HELD" if bad is BadSpoolDisp.HOLD else "DELETED"
        disposition = kept if here.bad else "PURGED"
        if never:
            disposition = "stays on the spool"
        elif self._held:
            disposition += " once it is released"
        lines = tuple(one_line(f"{one.record} {one.reply}") for one in here.errors)
        return Side(
            result=result, mails=len(self.mails), recipients=got, lines=lines,
            disposition=disposition,
        )  # fmt: skip

    # --- changes -------------------------------------------------------------------------------

    def _change(self, one: Break) -> Change:
        record = self._record(one.record) if one.record else b""
        excerpt = self._text(record)
        column = 0
        if one.rule.id in {"CMD-05", "CMD-06", "CMD-08"}:
            column = 73 if len(record) == _NUMBERED and excerpt[72:].isdigit() else 1
        return Change(
            rule=one.rule.id, record=one.record, column=column, severity=one.rule.severity.value,
            sureness=one.rule.sureness.value, title=one.rule.title, remedy=one.rule.remedy,
            text=one_line(one.text), excerpt=excerpt[:_EXCERPT].rstrip(),
        )  # fmt: skip

    def _record(self, number: int) -> bytes:
        """The data of a record; nothing for one that is not there."""
        for block in self.blocks:
            if block.first <= number < block.next:
                records = list(records_of([block], self.file.recfm, self.file.lrecl))
                return records[number - block.first]
        return b""

    def _text(self, record: bytes) -> str:
        """A record for people: what cannot be printed is a period."""
        config = self.by.rehearsal.rules.config
        if config.mbcs:
            text = mixed_page(config.translate).decode(record)[0]
        else:
            text = page(config.translate).decode(record)
        return one_line(text)

    def _unsure(self) -> tuple[str, ...]:
        marks = {mark.topic: f"{mark.text} [{mark.section}]" for mark in self.there.unsure}
        return tuple(marks.values())


def _recipients(there: There | None, here: Here | None, lost: set[int]) -> Iterator[RecipientFates]:
    before = {one.record: one for one in there.recipients} if there is not None else {}
    after = {one.record: one for one in here.recipients} if here is not None else {}
    for record in sorted({*before, *after}):
        old, new = before.get(record), after.get(record)
        address = old.address if old is not None else new.address if new is not None else ""
        yield RecipientFates(
            address=one_line(address),
            smtpd=_fate_there(there, old),
            cssmtp=_fate_here(new, lost=record in lost),
        )


def _fate_there(mail: There | None, one: ThereRecipient | None) -> str:
    if mail is None or one is None:
        return "not sent"
    if mail.fate is not Fate.PASSED:
        return mail.fate.value
    if one.route.via is Via.NOWHERE:
        return "refused"
    return "sent" if one.route.tcp else one.route.via.value


def _fate_here(one: Recipient | None, *, lost: bool) -> str:
    if one is None:
        return "not sent"
    if one.status is Status.UNDELIVERABLE:
        return "refused"
    return "no such mailbox" if lost else "sent"


def _shown(text: str) -> tuple[str, ...]:
    """The first lines of a text, what cannot be printed as a period."""
    lines = text.split("\r\n")[:-1]
    shown = [one_line(line.replace("\t", " ")) for line in lines[:SHOWN_LINES]]
    if len(lines) > SHOWN_LINES:
        shown.append(f"[{len(lines) - SHOWN_LINES} more lines]")
    return tuple(shown)


def _verdict(pairs: Sequence[MailPair], changes: Sequence[Change], *, never: bool) -> Verdict:
    """By the rules of smtpd-migration.md 7.2."""
    if never:
        return Verdict.NEVER_SELECTED
    fates = [one for pair in pairs for one in pair.recipients]
    if any(one.smtpd in _GOT and one.cssmtp != "sent" for one in fates):
        return Verdict.BREAKS
    severities = {one.severity for one in changes}
    if severities & DAMAGE:
        return Verdict.DIFFERENT
    if any(one.smtpd not in _GOT and one.cssmtp == "sent" for one in fates):
        return Verdict.IMPROVES
    if not all(pair.equal for pair in pairs if pair.recipients):
        return Verdict.DIFFERENT
    return Verdict.NOTICES if changes else Verdict.SAME
