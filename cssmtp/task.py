"""⚡ The started task: selects spool files, reads them, sends their mails, disposes of them.

One task group around everything: a few spool tasks that read, and the delivery with its
connections. A spool file is given back when its last mail is settled; one with a mail that waits
for a retry or a target stays in use, as long as this session lives.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cssmtp import text
from cssmtp.choices import DEFAULT, Choices, Copies
from cssmtp.commands import FILE_TOO_LARGE
from cssmtp.config.statements import BadSpoolDisp, Config, Report, ReportTo
from cssmtp.delivery import Delivery
from cssmtp.headers import Stamps
from cssmtp.mail import Mail, Notice, Segment, Status, SyntaxFault
from cssmtp.mixedlines import MixedLineReader
from cssmtp.operation import Mode, Operation
from cssmtp.plainmails import made
from cssmtp.report import Heading, error_report
from cssmtp.reportmail import report_mail
from cssmtp.rules import THOUSAND, Rules, rules_of
from cssmtp.setting import Setting, no_policy
from cssmtp.smtp.wire import Policy
from cssmtp.spool import MailSpool
from cssmtp.spoolmail import Event, SpoolMailParser
from cssmtp.statistics import Snapshot, SpoolTask, Statistics, TaskState
from cssmtp.targetcare import TargetCare
from cssmtp.targets import Target
from cssmtp.transcode import Wire
from cssmtp.work import Fate, FileWork, Item, Verdict
from jes.errors import BadRecord
from jes.records import Block
from jes.sysout import Disposal, SpoolFile, after

SPOOL_TASKS = 4  # spool files in hand at a time
TEST_MODE = "JML305I TestMode YES: the mail is not sent"
UNREADABLE = "JML304E the spool file cannot be read: {reason}"


class Ring(Protocol):
    """Something that will happen."""

    async def wait(self) -> object:
        """Until it has."""


class Bell(Protocol):
    """Rings when something may be there to select."""

    @property
    def next(self) -> Ring:
        """The next ring; to be taken before looking, and waited for after."""


class Observer(Protocol):
    """Is told what becomes of things, once each."""

    def begin(self, work: FileWork) -> None:
        """CSSMTP takes a spool file in hand."""

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """A mail is settled, for now: its recipients say how."""

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """CSSMTP is through with a spool file; `report` is empty for a good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The system that a CSSMTP runs on, and its own job name. `serial`: one mail at a time;
    `patient`: target servers that are down are waited for; `policy`: of TLS with a target."""

    jobname: str
    host: str
    sysname: str
    node: str
    now: Callable[[], datetime]
    serial: bool = False
    patient: bool = False
    policy: Callable[[Target], Policy] = no_policy


@dataclass(slots=True)
class Cssmtp:
    """A CSSMTP on a spool. `run_until_idle` works off what can be selected; with a `bell` it also
    takes what comes while it still works on something."""

    config: Config
    spool: MailSpool
    targets: Sequence[Target]
    place: Place
    observer: Observer
    choices: Choices = DEFAULT
    bell: Bell | None = None
    operation: Operation = field(default_factory=Operation)
    stopping: bool = False  # no further spool file is taken in hand
    _busy: int = 0  # spool tasks with a file in hand
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    care: TargetCare = field(init=False)
    _stamps: Stamps = field(init=False)
    _rules: Rules = field(init=False)
    _statistics: Statistics = field(init=False)
    _delivery: Delivery | None = None

    def __post_init__(self) -> None:
        """Raises `BadCharacter` for an unknown code page or charset."""
        config, place = self.config, self.place
        tasks = 1 if place.serial else SPOOL_TASKS
        self._statistics = Statistics(config.ext_wrt_name, self.targets, tasks)
        self.care = TargetCare(
            place.jobname,
            self._statistics,
            lambda: self._delivery,
            self.setting,
            self.operation.tell,
        )
        self._stamps = Stamps(place.now)
        self.configure(config)

    def snapshot(self) -> Snapshot:
        """What it does at this moment, and all that it did; to be called on its event loop."""
        traffic = self._delivery.traffic if self._delivery else None
        return self._statistics.snapshot(traffic, self.operation.mode)

    async def run_until_idle(self) -> None:
        """Select and work until nothing more matches and nothing is on its way.

        Raises `jes.errors.SpoolError` when the spool fails; claims then end with its session.
        """
        self.operation.begun(self.config)
        async with asyncio.TaskGroup() as tasks:
            self._delivery = delivery = Delivery(self.targets, self.setting(), self._pieces, tasks)
            delivery.on_quiet = self._idle.set
            if self.stopping:
                delivery.hurry()
            files: deque[SpoolFile] = deque()
            try:
                async with asyncio.TaskGroup() as readers:
                    for slot in self._statistics.tasks:
                        readers.create_task(
                            self._spool_task(slot, files, delivery), name=f"spool task {slot.tkid}"
                        )
                await delivery.close()
            finally:
                await delivery.abort()
                self._delivery = None

    async def _spool_task(
        self, slot: SpoolTask, files: deque[SpoolFile], delivery: Delivery
    ) -> None:
        while not self.stopping:
            ring = None if self.bell is None else self.bell.next
            if not (files or self.operation.suspended):
                files.extend(await self.spool.select())
            if files and not self.operation.suspended:
                self._busy += 1
                try:
                    await self._work(slot, files.popleft(), delivery)
                finally:
                    self._busy -= 1
                    slot.end()
            elif ring is None or not (self._busy or files or self._lingers(delivery)):
                self._idle.set()
                return
            else:
                await self._either(ring)

    def stop(self) -> None:
        """Take no further spool file in hand, and wait for no target that is down."""
        self.stopping = True
        self.operation.resume()
        if self._delivery is not None:
            self._delivery.hurry()

    def use(self, targets: Sequence[Target]) -> None:
        """These are the target servers from now on."""
        self.targets = targets
        self._statistics.use(targets)
        if self._delivery is not None:
            self._delivery.use(targets)

    # --- for an operator -----------------------------------------------------------------------

    def configure(self, config: Config) -> None:
        """This configuration is in force for the spool files that are taken from now on."""
        place = self.place
        self._rules = rules_of(config, self.choices, place.host, place.jobname, self._stamps)
        self.config = config
        if self._delivery is not None:
            self._delivery.set(self.setting())

    def setting(self) -> Setting:
        """How mail is sent."""
        return Setting(
            host=self.place.host,
            wire=self._rules.codes.wire,
            timeout=self.config.timeout,
            at_sign=self._rules.at_sign,
            pipelining=self.choices.pipelining,
            serial=self.place.serial,
            counts=self._statistics.of,
            patient=self.place.patient,
            policy=self.place.policy,
            ehlo_again=self.config.options.tls_ehlo,
        )

    def _lingers(self, delivery: Delivery) -> bool:
        """Connections are kept for what comes next (ConnectIdle)."""
        return bool(self.config.timeout.connect_idle) and delivery.connected

    async def _either(self, ring: Ring) -> None:
        """Until something may have come, or nobody works any more."""
        self._idle.clear()
        waits = [asyncio.ensure_future(ring.wait()), asyncio.ensure_future(self._idle.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    # --- one spool file ------------------------------------------------------------------------

    async def _work(self, slot: SpoolTask, file: SpoolFile, delivery: Delivery) -> None:
        rules = self._rules
        work = FileWork(file, rules.codes.reader(file), self.observer.mail, rules=rules)
        slot.begin(work)
        self.observer.begin(work)
        limit = rules.config.jes_job_size * THOUSAND
        if limit and file.size > limit:
            work.errors.append(SyntaxFault(1, 0, FILE_TOO_LARGE, ""))
            work.counted = 1
        else:
            repeats = file.copies if self.choices.copies is Copies.REPEAT else 1
            for copy in range(repeats):
                await self._read(work, delivery, first=copy == 0)
        slot.state = TaskState.SENDING
        await work.idle()
        slot.state = TaskState.REPORT
        await self._finish(work, delivery)
        if not self.config.timeout.connect_idle:
            delivery.release()

    async def _read(self, work: FileWork, delivery: Delivery, *, first: bool) -> None:
        """Read the file from its beginning; only the first time for its errors and notices."""
        rules = work.rules or self._rules
        parser = SpoolMailParser(rules.codes.code, rules.limits, self.choices)
        parser.mails = work.mails
        record = 1
        try:
            while not parser.ended:
                blocks = await self.spool.read(work.file, record)
                if not blocks:
                    break
                for block in blocks:
                    found = parser.feed(work.reader.lines(block))
                    await self._found(found, work, delivery, first=first)
                    work.mails = parser.mails
                    record = block.next
                    work.records_read = record - 1
                    work.bytes_read += len(block.data)
                    if parser.ended:
                        break
            last = None if parser.ended else work.reader.last(record)
            if last is not None:
                await self._found(parser.feed(last), work, delivery, first=first)
        except BadRecord as error:
            reply = UNREADABLE.format(reason=error)
            work.errors.append(SyntaxFault(record, 0, reply, ""))
        await self._found(parser.finish(work.file.records), work, delivery, first=first)
        if first and isinstance(work.reader, MixedLineReader):
            work.notices += work.reader.notices()
        work.counted, work.exceeded, work.mails = parser.counted, parser.exceeded, parser.mails

    async def _found(
        self,
        events: Sequence[Event],
        work: FileWork,
        delivery: Delivery,
        *,
        first: bool,
    ) -> None:
        rules = work.rules or self._rules
        for event in made(events):
            match event:
                case Mail():
                    if self.operation.mode is Mode.IMMEDIATE:
                        await self.operation.next_mail()
                    if self.config.options.test_mode:
                        _discard(event)
                    if event.waiting:
                        event.prefix = rules.headers.prefix(event, work.file)
                        work.on_way[event.ordinal] = event
                        await delivery.put(Item(event, work))
                    else:
                        work.settled(event)
                case SyntaxFault() if first:
                    work.errors.append(event)
                case Notice() if first:
                    work.notices.append(event)
                case _:
                    pass

    async def _finish(self, work: FileWork, delivery: Delivery) -> None:
        """Report on the file, then give it back: a crash in between reports twice, not never."""
        config = (work.rules or self._rules).config
        bad = work.verdict is Verdict.BAD
        hold = bad and config.bad_spool_disp is BadSpoolDisp.HOLD
        disposal = Disposal.HOLD if hold else Disposal.PROCESSED
        fate = Fate.IN_USE if work.unfinished else _fate(work.file, disposal, bad=bad)
        heading = Heading(
            writer=config.ext_wrt_name,
            system=self.place.sysname,
            node=self.place.node,
            now=self.place.now(),
        )
        report = error_report(work, heading, config.jes_syntax_err_limit, fate)
        to = _report_to(config) if report and fate is not Fate.IN_USE else Report()
        if to.to is ReportTo.SYSOUT:
            await self.spool.report(to.sysout_class, report)
        elif to.to is ReportTo.ADMIN:
            await self._mail_report(work, report, delivery)
        if fate is not Fate.IN_USE:
            await self.spool.dispose(work.file, disposal)
        self._statistics.ended(work, fate)
        self.observer.file(work, fate, report, to)

    async def _mail_report(
        self, work: FileWork, report: tuple[str, ...], delivery: Delivery
    ) -> None:
        config = (work.rules or self._rules).config
        origin = (config.report_mail_from, self.place.jobname, self.place.host)
        moment = self._stamps.next()
        mail = report_mail(work.file, report, config.mail_administrators, origin, moment)
        letter = FileWork(work.file, work.reader, self.observer.mail)
        letter.on_way[mail.ordinal] = mail
        await delivery.put(Item(mail, letter))
        await letter.idle()

    # --- big mails -----------------------------------------------------------------------------

    async def _pieces(self, item: Item, wire: Wire) -> AsyncGenerator[bytes, None]:
        """The text of a mail in pieces, read from the spool once more."""
        writer = text.TextWriter(item.mail, wire, self._rules.at_sign)
        yield item.mail.prefix
        at_hand: dict[int, Block] = {}
        for segment in item.mail.text:
            lines = await self._lines(item.work, segment, at_hand)
            yield writer.segment(segment, lines)
        yield writer.end()

    async def _lines(
        self, work: FileWork, segment: Segment, at_hand: dict[int, Block]
    ) -> list[bytes]:
        """The lines of a segment; `at_hand` keeps the blocks read last, framed when needed."""
        lines = segment.lines
        if lines is None:
            if segment.block not in at_hand:
                at_hand.clear()
                for block in await self.spool.read(work.file, segment.block):
                    at_hand[block.first] = block
            lines = work.reader.lines(at_hand[segment.block])
        return lines.text[segment.start : segment.stop]


def _report_to(config: Config) -> Report:
    """Where reports go; Admin without an administrator is None (cssmtp-config.md 4.14)."""
    report = config.report
    if report.to is ReportTo.ADMIN and not config.mail_administrators:
        return Report()
    return report


def _discard(mail: Mail) -> None:
    """TestMode YES: mail is read and checked, and sent to nobody (cssmtp-config.md 4.13)."""
    for recipient in mail.waiting:
        recipient.status, recipient.reply = Status.DISCARDED, TEST_MODE


def _fate(file: SpoolFile, disposal: Disposal, *, bad: bool) -> Fate:
    """Where the file will be after `disposal`."""
    if disposal is Disposal.HOLD:
        return Fate.HELD
    if after(file.disposition, disposal) is not None:
        return Fate.KEPT
    return Fate.DELETED if bad else Fate.PURGED
