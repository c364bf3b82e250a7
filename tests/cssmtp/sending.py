"""A delivery that a test feeds by hand, with a clock that the test turns."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cssmtp.config.statements import Timeout
from cssmtp.delivery import Delivery
from cssmtp.lines import LineReader
from cssmtp.mail import Mail
from cssmtp.setting import Setting, no_policy
from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target, TargetCounts
from cssmtp.work import FileWork, Item
from jes.records import FB
from jes.sysout import SpoolFile
from tests.cssmtp.fake_spool import CODE, HOST, QUICK, WIRE, a_spool_file, pieces

PATIENCE = 10.0  # seconds for anything that has to happen: a test fails, it never hangs


async def turn() -> None:
    """Let the event loop do what there is to do."""
    await asyncio.sleep(0)


@dataclass
class Alarm:
    """A timer of the hand clock."""

    at: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class HandClock:
    """A clock for policy timers that moves when a test says so. `seconds` since the beginning."""

    seconds: float = 0.0
    alarms: list[Alarm] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2024, 1, 31, 6, 10, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def begins(self) -> None:
        pass

    def ends(self) -> None:
        pass

    def later(self, seconds: float, call: Callable[[], None]) -> Alarm:
        alarm = Alarm(self.seconds + seconds, call)
        self.alarms.append(alarm)
        return alarm

    @property
    def waits(self) -> list[float]:
        """How long until each timer rings, shortest first."""
        return sorted(a.at - self.seconds for a in self.alarms if not a.cancelled)

    def advance(self, seconds: float) -> None:
        """Let time pass; timers ring."""
        self.seconds += seconds
        due = [a for a in self.alarms if a.at <= self.seconds]
        self.alarms = [a for a in self.alarms if a.at > self.seconds]
        for alarm in due:
            if not alarm.cancelled:
                alarm.call()


@dataclass
class Sender:
    """A delivery, the mails that it settled, and its clock."""

    delivery: Delivery
    clock: HandClock
    counts: dict[Target, TargetCounts]
    settled: dict[int, Mail] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _work: FileWork = field(init=False)

    def __post_init__(self) -> None:
        self._work = FileWork(a_spool_file(), LineReader(FB, 80, CODE), self._is_settled)

    def _is_settled(self, _: SpoolFile, mail: Mail) -> None:
        assert mail.ordinal not in self.settled, "settled twice"
        self.settled[mail.ordinal] = mail
        self.order.append(mail.ordinal)
        self._news.set()

    async def put(self, *mails: Mail) -> None:
        """As `Delivery.put`."""
        for mail in mails:
            self._work.on_way[mail.ordinal] = mail
            await self.delivery.put(Item(mail, self._work))

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not so():
                await turn()

    async def done(self, *numbers: int) -> None:
        """Wait until these mails are settled."""
        async with asyncio.timeout(PATIENCE):
            while not set(numbers) <= self.settled.keys():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def sending(
    targets: Sequence[Target],
    *,
    limits: Timeout = QUICK,
    patient: bool = True,
    policy: Callable[[Target], Policy] = no_policy,
    ehlo_again: bool = False,
    pipelining: bool = True,
) -> AsyncGenerator[Sender, None]:
    """A delivery to these targets; it ends with the block."""
    clock = HandClock()
    counts: dict[Target, TargetCounts] = {}
    setting = Setting(
        host=HOST,
        wire=WIRE,
        timeout=limits,
        patient=patient,
        clock=clock,
        policy=policy,
        ehlo_again=ehlo_again,
        pipelining=pipelining,
        counts=lambda target: counts.setdefault(target, TargetCounts()),
    )
    async with asyncio.TaskGroup() as tasks:
        delivery = Delivery(targets, setting, pieces, tasks)
        try:
            yield Sender(delivery, clock, counts)
            if not delivery.traffic.waiting:
                await delivery.close()
        finally:
            await delivery.abort()
