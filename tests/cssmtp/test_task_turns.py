"""A CSSMTP that stays up takes new spool files while it still works on an old one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from cssmtp.config.statements import Config, Report
from cssmtp.mail import Mail
from cssmtp.task import Cssmtp, Place
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from emulator.waits import RealWaits
from jes.names import SysoutClass, WriterName
from jes.records import Block
from jes.sysout import Disposal, Disposition, SpoolFile
from tests.cssmtp.fake_spool import a_spool_file

SLOW = a_spool_file()
QUICK = replace(SLOW, key=SLOW.key + 1)
NOW = datetime(2024, 1, 31, tzinfo=UTC)
PLACE = Place(
    jobname="CSSMTP", host="mvs1.example.com", sysname="SYS1", node="N1",
    clock=RealWaits(lambda: NOW), until=NOW,
)  # fmt: skip


@dataclass
class Bell:
    """Rings once."""

    next: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Spool:
    """A spool on which the slow file can be given back only after the quick one, which comes when
    the slow one is in hand."""

    bell: Bell
    ready: list[SpoolFile] = field(default_factory=lambda: [SLOW])
    done: list[SpoolFile] = field(default_factory=list)
    after: asyncio.Event = field(default_factory=asyncio.Event)

    async def select(self) -> Sequence[SpoolFile]:
        files, self.ready = self.ready, []
        return files

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        return []

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        if file is SLOW:
            for _ in range(10):  # until the other spool tasks have looked
                await asyncio.sleep(0)
            self.ready = [QUICK]
            self.bell.next.set()
            await self.after.wait()
        self.done.append(file)
        self.after.set()
        return None

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        pass


class Silent:
    """Hears nothing."""

    def begin(self, work: FileWork) -> None:
        pass

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        pass

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        pass


@pytest.mark.parametrize("ring", [True, False])
def test_a_file_that_comes_while_another_is_in_hand_is_taken(ring: bool) -> None:
    """It would hang otherwise: without a bell nobody looks while the first one is in hand."""

    async def work() -> list[SpoolFile]:
        bell = Bell()
        spool = Spool(bell)
        config = Config(ext_wrt_name=WriterName("CSSMTP"), target_servers=())
        task = Cssmtp(config, spool, (), PLACE, Silent(), bell=bell if ring else None)
        async with asyncio.timeout(5 if ring else 0.2):
            await task.run_until_idle()
        return spool.done

    if ring:
        assert asyncio.run(work()) == [QUICK, SLOW]
    else:
        with pytest.raises(TimeoutError):
            asyncio.run(work())
