"""⚡ The started task: selects spool files, reads them, sends their mails, disposes of them.

One task group around everything: a few spool tasks that read, and the delivery with its
connections. A spool file is given back when its last mail is settled (`cssmtp.life`); one with a
mail that nobody waits for stays in use, as long as this session lives.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field

from cssmtp.choices import DEFAULT, Choices, Copies
from cssmtp.clock import in_flight, waiting
from cssmtp.commands import FILE_TOO_LARGE
from cssmtp.config.statements import BadSpoolDisp, Config, Report, ReportTo
from cssmtp.delivery import Delivery
from cssmtp.headers import Stamps
from cssmtp.ledger import Ledger
from cssmtp.life import Life
from cssmtp.mail import Mail, Notice, Status, SyntaxFault
from cssmtp.means import Means
from cssmtp.mixedlines import MixedLineReader
from cssmtp.operation import Mode, Operation
from cssmtp.pieces import Pieces
from cssmtp.place import Bell, Observer, Place, Ring
from cssmtp.plainmails import made
from cssmtp.report import Heading, error_report
from cssmtp.returning import Returning
from cssmtp.rules import THOUSAND, UNREADABLE, Rules, rules_of
from cssmtp.setting import Setting
from cssmtp.spool import MailSpool
from cssmtp.spoolmail import Event, SpoolMailParser
from cssmtp.statistics import Snapshot, SpoolTask, Statistics, TaskState
from cssmtp.targetcare import TargetCare
from cssmtp.targets import Target
from cssmtp.undeliverable import Origin
from cssmtp.userexit import UserExits, exit_for, listen
from cssmtp.work import Fate, FileWork, Item, Verdict, fate_of, kept_never
from jes.errors import BadRecord
from jes.sysout import Disposal, SpoolFile

__all__ = ["Bell", "Cssmtp", "Observer", "Place", "Ring"]

SPOOL_TASKS = 4  # spool files in hand at a time
TEST_MODE = "JML305I TestMode YES: the mail is not sent"


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
    ledger: Ledger = field(default_factory=Ledger)  # what a restart will know
    operation: Operation = field(default_factory=Operation)
    exits: UserExits | None = None
    stopping: bool = False  # no further spool file is taken in hand
    _busy: int = 0  # spool tasks with a file in hand
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    care: TargetCare = field(init=False)
    _stamps: Stamps = field(init=False)
    _rules: Rules = field(init=False)
    _statistics: Statistics = field(init=False)
    _pieces: Pieces = field(init=False)
    _delivery: Delivery | None = None
    _life: Life | None = None

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
        self._pieces = Pieces(self.spool, self._rules.at_sign)

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
            self._delivery = delivery = Delivery(
                self.targets, self.setting(), self._pieces.of, tasks
            )
            delivery.on_quiet = self._idle.set
            self._life = life = Life(self._means(delivery, tasks), self._idle.set)
            self._pieces.stored = life.pieces
            if self.stopping:
                self.stop()
            else:
                with in_flight(self.place.clock):
                    await life.load()
            files: deque[SpoolFile] = deque()
            try:
                async with asyncio.TaskGroup() as readers:
                    for slot in self._statistics.tasks:
                        readers.create_task(
                            self._spool_task(slot, files, delivery), name=f"spool task {slot.tkid}"
                        )
                while life.open:  # nobody else waits for what is in extended retry
                    self._idle.clear()
                    await self._idle.wait()
                await delivery.close()
            finally:
                life.close()
                await delivery.abort()
                self._delivery = self._life = None

    async def _spool_task(
        self, slot: SpoolTask, files: deque[SpoolFile], delivery: Delivery
    ) -> None:
        with in_flight(self.place.clock):
            await self._serve(slot, files, delivery)

    async def _serve(self, slot: SpoolTask, files: deque[SpoolFile], delivery: Delivery) -> None:
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
        if self._life is not None:
            self._life.hurry()

    def flush_long_retry(self, tkid: int) -> int | None:
        """FLUSHRETRY,TKID=: the mails of that spool task that wait for a retry take the step behind
        long retry now. How many; None when there is no such task. On its event loop."""
        task = next((one for one in self._statistics.tasks if one.tkid == tkid), None)
        if task is None:
            return None
        return self._life.flush_long(task.work) if self._life and task.work else 0

    def flush_extended_retry(self, age_days: int) -> int:
        """FLUSHRETRY,AGE=: mails in extended retry that were first tried so many days ago or
        earlier are undeliverable now. How many. On its event loop."""
        return self._life.flush_extended(age_days) if self._life else 0

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
            clock=self.place.clock,
            at_sign=self._rules.at_sign,
            pipelining=self.choices.pipelining,
            serial=self.place.serial,
            counts=self._statistics.of,
            patient=self.place.patient,
            policy=self.place.policy,
            ehlo_again=self.config.options.tls_ehlo,
            tap=self.place.tap,
        )

    def _lingers(self, delivery: Delivery) -> bool:
        """Connections are kept for what comes next (ConnectIdle), or extended retry goes on."""
        kept = bool(self.config.timeout.connect_idle) and delivery.connected
        return kept or (self._life is not None and self._life.open)

    async def _either(self, ring: Ring) -> None:
        """Until something may have come, or nobody works any more."""
        self._idle.clear()
        waits = [asyncio.ensure_future(ring.wait()), asyncio.ensure_future(self._idle.wait())]
        try:
            with waiting(self.place.clock):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    def _means(self, delivery: Delivery, tasks: asyncio.TaskGroup) -> Means:
        config, place = self.config, self.place

        def spawn(work: Coroutine[None, None, None]) -> None:
            try:
                task = tasks.create_task(work, name="life of a mail")
            except RuntimeError:  # the group is ending
                work.close()
                return
            place.clock.begins()
            task.add_done_callback(lambda _: place.clock.ends())

        return Means(
            in_force=lambda: self.config,
            origin=Origin(place.jobname, place.host, config.ext_wrt_name),
            clock=place.clock,
            until=place.until,
            mails=place.mails,
            letters=place.letters,
            sender=delivery,
            pieces=self._pieces.of,
            spawn=spawn,
            observer=self.observer,
            stamps=self._stamps,
            books=self._statistics,
            wire=lambda: self._rules.codes.wire(self.config.target_servers[0]),
            code=config.translate + " MBCS" * config.mbcs,
            reader=self._rules.codes.reader,
        )

    # --- one spool file ------------------------------------------------------------------------

    async def _work(self, slot: SpoolTask, file: SpoolFile, delivery: Delivery) -> None:
        rules = self._rules
        work = FileWork(
            file,
            rules.codes.reader(file),
            self.observer.mail,
            keeps=self._life.keeps if self._life else kept_never,
            begun=self.place.now(),
            record=await self.ledger.begin(file),
            rules=rules,
        )
        slot.begin(work)
        self.observer.begin(work)
        limit = rules.config.jes_job_size * THOUSAND
        if limit and file.size > limit:
            work.errors.append(SyntaxFault(1, 0, FILE_TOO_LARGE, ""))
            work.counted = 1
        else:
            repeats = file.copies if self.choices.copies is Copies.REPEAT else 1
            for copy in range(repeats):
                async with exit_for(self.exits, file, rules) as work.exit:
                    await self._read(work, delivery, first=copy == 0)
        slot.state = TaskState.SENDING
        with waiting(self.place.clock):
            await work.idle()
        slot.state = TaskState.REPORT
        await self._finish(work)
        if not self.config.timeout.connect_idle:
            delivery.release()

    async def _read(self, work: FileWork, delivery: Delivery, *, first: bool) -> None:
        """Read the file from its beginning; only the first time for its errors and notices."""
        rules = work.rules or self._rules
        parser = SpoolMailParser(rules.codes.code, rules.limits, self.choices)
        parser.mails = work.mails
        listen(work.exit, parser)
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
        events = events if work.exit is None else await work.exit.judged(events)
        for event in made(events):
            match event:
                case Mail():
                    await self._mail(event, work, delivery)
                case SyntaxFault() if first:
                    work.errors.append(event)
                case Notice() if first:
                    work.notices.append(event)
                case _:
                    pass

    async def _mail(self, mail: Mail, work: FileWork, delivery: Delivery) -> None:
        """A mail was read: it goes on its way, unless nothing is left to be done for it."""
        over = work.record.restore(mail)
        if self.operation.mode is Mode.IMMEDIATE:
            await self.operation.next_mail()
        if self.config.options.test_mode:
            _discard(mail)
            over = True
        if over:
            work.settled(mail)
            return
        mail.prefix = (work.rules or self._rules).headers.prefix(mail, work.file)
        work.on_way[mail.ordinal] = mail
        if mail.waiting:
            await delivery.put(Item(mail, work))
        else:
            work.done_with(mail)

    async def _finish(self, work: FileWork) -> None:
        """Report on the file, then give it back: a crash in between reports twice, not never."""
        config = (work.rules or self._rules).config
        bad = work.verdict is Verdict.BAD
        hold = work.hold or (bad and config.bad_spool_disp is BadSpoolDisp.HOLD)
        disposal = Disposal.HOLD if hold else Disposal.PROCESSED
        fate = Fate.IN_USE if work.unfinished else fate_of(work.file, disposal, bad=bad)
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
        elif to.to is ReportTo.ADMIN and not await self._returning().report(work, report):
            disposal, fate = Disposal.HOLD, Fate.HELD
        if fate is not Fate.IN_USE:
            await work.record.flush()  # on disk, then given back, then forgotten: never otherwise
            await self.spool.dispose(work.file, disposal)
            work.record.forget()
        self._statistics.ended(work, fate)
        self.observer.file(work, fate, report, to)

    def _returning(self) -> Returning:
        assert self._life is not None, "it is there as long as spool files are in hand"
        return self._life.returning


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
