"""Monitoring connections, and what an operator is told unasked (cssmtp-operations.md 3.2, 4.8)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from cssmtp.config.statements import Timeout
from cssmtp.monitor import Monitor, Seen, probe
from cssmtp.operation import Operation
from cssmtp.setting import Setting
from cssmtp.statistics import SpoolTaskFacts, TaskState, TaskType
from cssmtp.targets import Target, TargetCounts
from cssmtp.targetstates import TargetEvent, TargetState
from cssmtp.watch import ResourceWatch, TargetWatch
from emulator.waits import RealWaits
from tests.cssmtp.a_subject import ONE, SNAPSHOT, TWO
from tests.cssmtp.fake_spool import HOST, NOW, WIRE, a_target, quick
from tests.cssmtp.test_task_targets import a_spool, a_task
from tests.peers.model import ModelPeer


def setting(limits: Timeout | None = None) -> Setting:
    return Setting(host=HOST, wire=WIRE, timeout=limits or quick(), clock=RealWaits(lambda: NOW))


def test_a_look_says_ehlo_and_quit_and_nothing_else() -> None:
    async def main() -> None:
        async with ModelPeer(extensions=(b"STARTTLS", b"SIZE 77")) as peer:
            seen = await probe(a_target(peer.address), setting())
        assert seen.can is not None
        assert (seen.can.starttls, seen.can.size) == (True, 77)
        assert len(peer.servers) == 1
        assert not peer.took

    asyncio.run(main())


def test_a_look_at_nobody_and_at_one_who_refuses() -> None:
    async def main() -> None:
        async with ModelPeer({b"EHLO": b"550 no", b"HELO": b"550 no"}) as peer:
            refused = await probe(a_target(peer.address), setting())
        gone = await probe(a_target(peer.address), setting())
        assert refused == Seen(None, "550 no")
        assert gone.can is None
        assert gone.reason == "Connection refused"
        assert not gone.expired

    asyncio.run(main())


def test_a_look_at_one_who_never_greets_ends_with_the_time_limit() -> None:
    async def main() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()
            seen = await probe(a_target(address), setting(quick(initial_msg=0.05)))
        assert seen.can is None
        assert seen.expired

    asyncio.run(main())


@dataclass
class Known:
    """Targets that are in trouble, and what a monitor finds."""

    trouble: list[Target] = field(default_factory=list)
    found: dict[Target, Seen] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def setting(self) -> Setting:
        return setting(quick(connect_retry=0.02))

    def in_trouble(self) -> Sequence[Target]:
        return tuple(self.trouble)

    def looking(self, target: Target) -> None:
        pass

    def seen(self, target: Target, seen: Seen) -> None:
        self.found[target] = seen
        self.news.set()


def test_a_monitor_looks_at_targets_in_trouble_and_at_those_it_is_asked_to() -> None:
    async def main() -> None:
        async with ModelPeer() as one, ModelPeer() as two:
            down, asked = a_target(one.address), a_target(two.address)
            known = Known([down])
            monitor = Monitor(known)
            running = asyncio.create_task(monitor.run())
            monitor.look([asked])
            async with asyncio.timeout(10):
                while len(known.found) < 2:
                    known.news.clear()
                    await known.news.wait()
            running.cancel()
            assert all(seen.can is not None for seen in known.found.values())

    asyncio.run(main())


def test_what_a_look_finds_is_known_of_the_target_and_told_once() -> None:
    async def main() -> None:
        told: list[str] = []
        target = a_target(("127.0.0.1", 9))
        task, _ = a_task([target], a_spool(0))
        task = type(task)(
            task.config, task.spool, [target], task.place, task.observer,
            operation=Operation(tell=told.append),
        )  # fmt: skip
        for seen in (Seen(None, "gone"), Seen(None, "gone"), Seen(None, "slow", expired=True)):
            task.care.looking(target)
            task.care.seen(target, seen)
        assert list(task.care.in_trouble()) == [target]
        task.care.looking(target)
        async with ModelPeer() as peer:
            task.care.seen(target, await probe(a_target(peer.address), setting()))
        assert [line.split()[0] for line in told] == ["JML360W", "JML363E", "JML361W", "JML362I"]
        assert not task.care.in_trouble()
        assert task.snapshot().targets[0].capabilities is not None
        task.care.forget(target)
        assert task.snapshot().targets[0].capabilities is None

    asyncio.run(main())


def test_no_target_is_said_when_the_last_one_goes() -> None:
    watch = TargetWatch("CSSMTP")
    counts = {ONE: TargetCounts(), TWO: TargetCounts()}

    def happens(target: Target, event: TargetEvent) -> list[str]:
        counts[target].happened(event, "gone")
        return [line.split()[0] for line in watch.changed(target, counts[target], counts)]

    assert happens(ONE, TargetEvent.FAILED) == ["JML360W"]
    assert happens(ONE, TargetEvent.FAILED) == []
    assert happens(TWO, TargetEvent.EXPIRED) == ["JML361W", "JML363E"]
    assert happens(TWO, TargetEvent.GREETED) == ["JML362I"]
    assert happens(ONE, TargetEvent.DROPPED) == []
    assert counts[ONE].state is TargetState.REMOVED


@pytest.mark.parametrize("pool", TaskType)
def test_tasks_in_long_retry_are_told_above_75_percent_and_below_50(pool: TaskType) -> None:
    """EZD1856I and EZD1857I, once each (4.8)."""

    def percent(waiting: int) -> list[str]:
        tasks = [
            SpoolTaskFacts(tkid=n, type=pool, state=_LONG if n < waiting else TaskState.ACTIVE)
            for n in range(4)
        ]
        snapshot = replace(SNAPSHOT, tasks=tuple(tasks))
        return [line.split()[0] for line in watch.look(snapshot, None)]

    watch = ResourceWatch("CSSMTP")
    said = [percent(waiting) for waiting in (0, 3, 4, 4, 3, 2, 1, 1, 0)]
    assert said == [[], [], ["EZD1856I"], [], [], [], ["EZD1857I"], [], []]


class _Long:
    """The state that a retry will have."""

    value = "LONG RETRY"


_LONG: TaskState = _Long()  # type: ignore[assignment]


def test_storage_is_told_above_75_percent_and_when_it_drops() -> None:
    watch = ResourceWatch("CSSMTP")
    said = [watch.look(SNAPSHOT, percent) for percent in (None, 75, 76, 90, 72, 69, 10)]
    assert [line.split()[0] for lines in said for line in lines] == ["EZD1858I", "EZD1859I"]
