"""A CSSMTP with a spool and target servers that come and go (cssmtp-operations.md 3.2, 3.5)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from cssmtp.config.statements import Config, TargetServer
from cssmtp.targets import Target
from cssmtp.task import Cssmtp
from cssmtp.work import FileWork
from jes.names import SysoutClass, WriterName
from jes.records import FB, Block
from jes.sysout import Disposal, Disposition, SpoolFile
from tests.builders import blocks_of, ebcdic
from tests.cssmtp.fake_spool import a_spool_file, a_target, quick
from tests.cssmtp.sending import turn
from tests.cssmtp.test_task_turns import PLACE, Silent
from tests.peers.model import ModelPeer

UMLAUTS = "GRÜSSE ÄÖÜ"


@dataclass
class Bell:
    """Rings when the test says so."""

    next: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        rung, self.next = self.next, asyncio.Event()
        rung.set()


@dataclass
class Spool:
    """A spool of a few files with the same mails; `done` has what was given back."""

    ready: list[SpoolFile]
    blocks: list[Block]
    done: list[SpoolFile] = field(default_factory=list)

    async def select(self) -> Sequence[SpoolFile]:
        files, self.ready = self.ready[:1], self.ready[1:]
        return files

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        return [block for block in self.blocks if block.next > record]

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        self.done.append(file)
        return None

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        pass


class Watcher(Silent):
    """Keeps the works."""

    def __init__(self) -> None:
        self.works: list[FileWork] = []

    def begin(self, work: FileWork) -> None:
        self.works.append(work)


def records(mails: int, lines: int = 1) -> list[bytes]:
    """A spool file of mails."""
    mail = ["MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA", "SUBJECT: X", ""]
    mail += [UMLAUTS] * lines + ["."]
    return [ebcdic(line).ljust(80, b"\x40") for line in ["HELO TEST", *mail * mails, "QUIT"]]


def a_task(
    targets: Sequence[Target], spool: Spool, bell: Bell | None = None, **limits: float
) -> tuple[Cssmtp, Watcher]:
    """A CSSMTP, and what it tells."""
    servers: tuple[TargetServer, ...] = tuple(target.server for target in targets)
    config = Config(
        ext_wrt_name=WriterName("CSSMTP"), target_servers=servers, timeout=quick(**limits)
    )
    watcher = Watcher()
    place = replace(PLACE, patient=bell is not None)
    return Cssmtp(config, spool, targets, place, watcher, bell=bell), watcher


def a_spool(files: int, mails: int = 1, lines: int = 1) -> Spool:
    """A spool with so many files."""
    rows = records(mails, lines)
    all_blocks = list(blocks_of(rows, FB, 80, [700] * (len(rows) // 700)))
    file = replace(a_spool_file(len(rows)), size=80 * len(rows))
    return Spool([replace(file, key=number) for number in range(1, files + 1)], all_blocks)


@pytest.mark.parametrize("lines", [1, 20_000], ids=["in-memory", "streamed"])
@pytest.mark.parametrize("later", [b"450 later", b"421 bye"])
def test_a_mail_that_goes_elsewhere_is_translated_again(lines: int, later: bytes) -> None:
    """Charset belongs to the target; the text is written anew from the spool (blueprint §5)."""

    async def main() -> None:
        wide = (b"PIPELINING", b"SIZE 50000000")
        async with ModelPeer({b".": later}, wide) as one, ModelPeer(extensions=wide) as two:
            first = a_target(one.address, charset="ISO8859-1", connect_limit=1)
            second = a_target(two.address, charset="UTF-8", connect_limit=1)
            targets = [replace(first, preference=10), replace(second, preference=20)]
            task, watcher = a_task(targets, spool := a_spool(1, mails=2, lines=lines))
            async with asyncio.timeout(20):
                await task.run_until_idle()
            assert len(spool.done) == 1
            assert watcher.works[0].sent == 2
            assert [text.count(UMLAUTS.encode("utf-8")) for text in two.took] == [lines] * 2
            assert all(UMLAUTS.encode("latin-1") not in text for text in two.took)

    asyncio.run(main())


def test_a_spool_file_waits_for_a_target_and_is_sent_when_it_comes() -> None:
    async def main() -> None:
        async with ModelPeer() as before:
            address = before.address
        bell, spool = Bell(), a_spool(1, mails=600)
        task, watcher = a_task([a_target(address)], spool, bell, connect_retry=0.05)
        running = asyncio.create_task(task.run_until_idle())
        async with asyncio.timeout(20):
            while not watcher.works or task.snapshot().waiting < 256:
                await turn()
            assert task.snapshot().tasks[0].state == "BACKPRESSURE"
            async with ModelPeer(address=address) as peer:
                await running
        assert len(peer.took) == 600
        assert watcher.works[0].sent == 600
        assert len(spool.done) == 1

    asyncio.run(main())


def test_a_stop_leaves_a_file_that_waits_for_a_target_in_use() -> None:
    """It goes back to the spool unchanged when the session ends (cssmtp-operations.md 1.8)."""

    async def main() -> None:
        async with ModelPeer() as before:
            address = before.address
        bell, spool = Bell(), a_spool(2)
        task, watcher = a_task([a_target(address)], spool, bell)
        running = asyncio.create_task(task.run_until_idle())
        async with asyncio.timeout(10):
            while task.snapshot().waiting < 2:
                await turn()
            task.stop()
            bell.ring()
            await running
        assert spool.done == []
        assert [work.unfinished for work in watcher.works] == [1, 1]

    asyncio.run(main())


@pytest.mark.parametrize("idle", [0, 30])
def test_connect_idle_keeps_the_connection_for_the_next_spool_file(idle: int) -> None:
    """0 closes it at the end of each file (APAR PI38893)."""

    async def main() -> None:
        bell, spool = Bell(), a_spool(1)
        async with ModelPeer() as peer:
            task, _ = a_task([a_target(peer.address)], spool, bell, connect_idle=idle)
            running = asyncio.create_task(task.run_until_idle())
            async with asyncio.timeout(10):
                while not spool.done:
                    await turn()
                if idle:
                    for _ in range(20):
                        await turn()
                    assert not running.done()
                    spool.ready = a_spool(1).ready
                    bell.ring()
                    while len(spool.done) < 2:
                        await turn()
                    task.stop()
                    bell.ring()
                await running
            assert len(peer.servers) == 1
            assert len(peer.took) == 1 + bool(idle)
            assert peer.servers[0].commands[-1] == b"QUIT"

    asyncio.run(main())
