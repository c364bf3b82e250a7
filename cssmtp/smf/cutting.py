"""Cuts SMF records as CSSMTP works: an observer before another one (cssmtp-operations.md 6.1).

The statement SMF119 says which; a refreshed one counts at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime

from cssmtp.config.statements import Report, Smf119
from cssmtp.mail import Mail, Status
from cssmtp.place import Observer, Place
from cssmtp.smf.layouts import Common, Record, Spool, Subtype
from cssmtp.statistics import Snapshot
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from jes.sysout import SpoolFile

Facts = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Cutter:
    """As `Observer`; `then` is told the same. `put` takes a record, `wanted` is the statement in
    force, `writer` the external writer name."""

    put: Callable[[Record], None]
    wanted: Callable[[], Smf119]
    place: Place
    writer: str
    then: Observer
    _begun: dict[int, datetime] = field(default_factory=dict)  # files in hand, by their keys
    _dead: dict[int, int] = field(default_factory=dict)
    _started: datetime = field(init=False)

    def __post_init__(self) -> None:
        """It starts now."""
        self._started = self._now()

    def begin(self, work: FileWork) -> None:
        """Nothing is cut yet."""
        self._begun[work.file.key] = self._now()
        self.then.begin(work)

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """50: a mail is settled."""
        if self.wanted().mail:
            read = self._begun.get(file.key)
            self._cut(Subtype.MAIL, tuple(_of_mail(mail)), file, read)
        self.then.mail(file, mail)

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        """It is counted."""
        if file.key in self._begun:
            self._dead[file.key] = self._dead.get(file.key, 0) + 1
        self.then.dead_letter(file, letter)

    def say(self, line: str) -> None:
        """As `Observer.say`."""
        self.then.say(line)

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """51: CSSMTP is through with a spool file; not while mails of it wait."""
        if fate is not Fate.IN_USE:
            dead = self._dead.pop(work.file.key, 0)
            self._begun.pop(work.file.key, None)
            if self.wanted().spool:
                self._cut(Subtype.SPOOL, tuple(_of_file(work, fate, dead)), work.file)
        self.then.file(work, fate, report, sent_to)

    def configured(self, values: Facts) -> None:
        """48: the values of the configuration that is in force."""
        if self.wanted().config:
            self._cut(Subtype.CONFIG, values)

    def ended(self, snapshot: Snapshot) -> None:
        """52: what it did until it ended."""
        if self.wanted().stats:
            self._cut(Subtype.STATS, tuple(_of_all(snapshot)))

    def _now(self) -> datetime:
        return self.place.now().replace(tzinfo=None)

    def _cut(
        self,
        subtype: Subtype,
        facts: Facts,
        file: SpoolFile | None = None,
        read: datetime | None = None,
    ) -> None:
        place = self.place
        common = Common(place.jobname, self._started, place.jobname, self.writer)
        spool = None if file is None else _of_spool(file, place)
        self.put(
            Record(
                subtype, self._now(), place.sysname, place.jobname, place.jobname, common, spool,
                read, facts,
            )
        )  # fmt: skip


def _of_spool(file: SpoolFile, place: Place) -> Spool:
    return Spool(
        str(file.jobname), str(file.jobid), place.sysname, place.node, str(file.owner),
        int("".join(filter(str.isdigit, str(file.jobid))) or 0), file.key, file.dsid,
    )  # fmt: skip


def _of_mail(mail: Mail) -> Iterator[tuple[str, str]]:
    yield "ORDINAL", str(mail.ordinal)
    yield "KIND", mail.kind.value
    yield "FROM", mail.sender
    yield "BYTES", str(mail.size)
    taken = sum(one.status is Status.DELIVERED for one in mail.recipients)
    yield "RECIPIENTS", str(len(mail.recipients))
    yield "ACCEPTED", str(taken)
    yield "TRIES", str(mail.tries)
    for one in mail.recipients:
        reply = f" {one.reply}" if one.reply else ""
        yield "TO", f"<{one.address}> {one.status.value} {one.target or '-'}{reply}"


def _of_file(work: FileWork, fate: Fate, dead: int) -> Iterator[tuple[str, str]]:
    file = work.file
    yield "STEP", f"{file.stepname}.{file.ddname}"
    yield "CLASS", str(file.sysout_class)
    yield "OUTGRP", file.outgrp
    yield "RECORDS", str(file.records)
    yield "BYTES", str(file.size)
    yield "MAILS", str(work.mails)
    yield "SENT", str(work.sent)
    yield "UNDELIVERABLE", str(work.refused)
    yield "DEADLETTERS", str(dead)
    yield "ERRORS", str(len(work.errors))
    yield "COUNTED", str(work.counted)
    yield "DISPOSITION", fate.value


def _of_all(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for counter in fields(snapshot.counters):
        value = getattr(snapshot.counters, counter.name)
        yield counter.name.upper().replace("_", ""), str(value)
    yield "LONGRETRY", str(snapshot.long_retry)
    yield "EXTENDEDRETRY", str(snapshot.extended_retry)
    for one in snapshot.targets:
        counts = f"sent {one.sent} 4xx {one.temporary} 5xx {one.refused}"
        yield "TARGET", f"{one.target.shown} {one.state.value} {counts}"
