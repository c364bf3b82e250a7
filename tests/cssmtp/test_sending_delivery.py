"""Mails on their way to targets that are slow, full, limited, refusing or gone
(cssmtp-operations.md 3.2-3.6; blueprint §9). Every test ends by itself: nothing may hang."""

import asyncio
import errno
import os
import tracemalloc
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Literal

import pytest
import uvloop

from cssmtp.config.statements import Timeout
from cssmtp.delivery import UNSAYABLE, Delivery
from cssmtp.lines import LineReader
from cssmtp.mail import Mail
from cssmtp.routing import TOO_LARGE
from cssmtp.setting import Setting
from cssmtp.smtp.wire import NO_CONNECTION
from cssmtp.targets import Target
from cssmtp.transcode import Wire
from cssmtp.work import FileWork, Item
from emulator.waits import RealWaits
from jes.records import FB
from jes.sysout import SpoolFile
from tests.cssmtp.fake_spool import (
    CODE,
    HOST,
    NOW,
    QUICK,
    WIRE,
    a_mail,
    a_spool_file,
    a_target,
    deliver,
    outcome,
    pieces,
    quick,
)
from tests.peers.model import ModelPeer
from tests.peers.scripted import Eof, Lines, Pause, ScriptedPeer, Send, Step, Until

Runner = Callable[[Coroutine[None, None, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
MEGABYTE = 1_048_576
ALL = "delivered 250"


def some(count: int) -> list[Mail]:
    """Mails 1 to `count`."""
    return [a_mail(number) for number in range(1, count + 1)]


async def nobody_there() -> Target:
    """A target where nobody listens."""
    async with ModelPeer() as peer:
        return a_target(peer.address)


# --- connections -------------------------------------------------------------------------------


@LOOPS
def test_as_many_connections_as_there_are_mails_up_to_connect_limit(run: Runner) -> None:
    async def main() -> None:
        for mails, limit, expected in ((1, 5, 1), (2, 5, 2), (300, 3, 3), (300, 1, 1)):
            async with ModelPeer() as peer:
                sent = await deliver(some(mails), [a_target(peer.address, connect_limit=limit)])
                assert set(sent.outcomes().values()) == {ALL}
                assert (peer.most, len(peer.servers)) == (expected, expected)
                assert all(server.commands[-1] == b"QUIT" for server in peer.servers)

    run(main())


@LOOPS
@pytest.mark.parametrize("limit", [1, 2, 7])
def test_a_connection_carries_max_msg_sent_mails(run: Runner, limit: int) -> None:
    async def main() -> None:
        async with ModelPeer() as peer:
            target = a_target(peer.address, connect_limit=2, max_msg_sent=limit)
            sent = await deliver(some(40), [target])
        assert set(sent.outcomes().values()) == {ALL}
        carried = [len(server.took) for server in peer.servers]
        assert sum(carried) == 40
        assert max(carried) == limit
        assert all(server.commands[-1] == b"QUIT" for server in peer.servers)

    run(main())


@LOOPS
@pytest.mark.parametrize("max_msg_sent", [0, 3])
def test_a_target_that_takes_two_connections_gets_everything_over_two(
    run: Runner, max_msg_sent: int
) -> None:
    async def main() -> None:
        async with ModelPeer(limit=2) as peer:
            target = a_target(peer.address, connect_limit=10, max_msg_sent=max_msg_sent)
            sent = await deliver(some(400), [target])
        assert set(sent.outcomes().values()) == {ALL}
        assert len(peer.took) == 400
        assert peer.refused < 60

    run(main())


@LOOPS
def test_nothing_is_left_open_at_the_end(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as peer:
            await deliver(some(5), [a_target(peer.address)])
            await asyncio.sleep(0)
            before = open_files()
            for _ in range(3):
                await deliver(some(50), [a_target(peer.address), await nobody_there()])
                await asyncio.sleep(0.01)
            assert open_files() <= before
            assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def open_files() -> int:
    """Descriptors of this process."""
    return len(list(Path("/dev/fd").iterdir()))


@LOOPS
def test_a_connection_is_used_again_after_rset(run: Runner) -> None:
    """The reply to RSET settles nothing, and yet the connection is free from then on."""

    async def main() -> None:
        async with ModelPeer({b"RCPT TO:<b@1>": b"550 no"}) as peer, asyncio.TaskGroup() as tasks:
            target = a_target(peer.address, connect_limit=1)
            delivery = Delivery([target], _setting(QUICK), pieces, tasks)
            work = _work(lambda _, __: None)
            mails = [a_mail(number, f"b@{number}") for number in (1, 2)]
            async with asyncio.timeout(5):
                for mail in mails:
                    work.on_way[mail.ordinal] = mail
                    await delivery.put(Item(mail, work))
                    await work.idle()
                await delivery.close()
        assert [mail.recipients[0].status for mail in mails] == ["undeliverable", "delivered"]
        assert len(peer.servers) == 1
        assert peer.servers[0].commands.count(b"QUIT") == 1

    run(main())


@LOOPS
def test_a_connection_that_becomes_free_while_all_end_says_quit(run: Runner) -> None:
    """The reply to RSET comes after the last mail was settled; nobody waits for a deadline."""

    async def main() -> None:
        answer = asyncio.Event()
        script: list[Step] = [
            Send(b"220 x\r\n"), Lines(1), Send(b"250 x\r\n"), Lines(1), Send(b"250 x\r\n"),
            Lines(1), Send(b"550 no\r\n"), Lines(1), Pause(answer), Send(b"250 x\r\n"),
            Until(b"QUIT\r\n"), Send(b"221 x\r\n"),
        ]  # fmt: skip
        async with ScriptedPeer(script) as peer, asyncio.TaskGroup() as tasks:
            delivery = Delivery([a_target(peer.address)], _setting(QUICK), pieces, tasks)
            work, mail = _work(lambda _, __: None), a_mail(1)
            work.on_way[mail.ordinal] = mail
            await delivery.put(Item(mail, work))
            await work.idle()
            ending = tasks.create_task(delivery.close())
            await asyncio.sleep(0)
            answer.set()
            await ending
        await peer.finished()
        assert peer.received[0].endswith(b"RSET\r\nQUIT\r\n")

    run(main())


# --- targets that are not there ----------------------------------------------------------------


@LOOPS
def test_without_a_target_mails_stay_pending_with_the_reason(run: Runner) -> None:
    async def main() -> None:
        target = await nobody_there()
        mails = some(600)
        await deliver(mails, [target])
        assert {outcome(mail)["b@example.com"] for mail in mails} == {"pending"}
        refused = f"{target.shown}: {os.strerror(errno.ECONNREFUSED)}"
        assert {mail.recipients[0].reply for mail in mails} == {refused}

    run(main())


@LOOPS
@pytest.mark.parametrize("serial", [False, True], ids=["parallel", "serial"])
def test_one_of_two_targets_down_leaves_all_to_the_other(run: Runner, serial: bool) -> None:
    async def main() -> None:
        for order in (1, -1):
            async with ModelPeer() as peer:
                targets = [await nobody_there(), a_target(peer.address)][::order]
                sent = await deliver(some(300), targets, serial=serial)
                assert set(sent.outcomes().values()) == {ALL}

    run(main())


@LOOPS
@pytest.mark.parametrize("greeting", [b"554 go away", b"421 later", b"220 ", b"nonsense"])
def test_a_target_that_refuses_is_tried_once(run: Runner, greeting: bytes) -> None:
    async def main() -> None:
        answers = {b"": greeting, b"EHLO": b"550 no", b"HELO": b"550 no"}
        async with ModelPeer(answers) as peer:
            mails = some(20)
            await deliver(mails, [a_target(peer.address, connect_limit=1)])
            assert len(peer.servers) == 1
        reasons = {mail.recipients[0].reply for mail in mails}
        assert len(reasons) == 1
        said = b"550 no" if greeting == b"220 " else greeting
        assert said.decode() in (reasons.pop() or "")

    run(main())


@LOOPS
def test_a_target_that_takes_no_connection_is_given_up_in_time(run: Runner) -> None:
    """A full backlog: the kernel answers no SYN."""

    async def main() -> None:
        with socket_that_never_accepts() as address:
            mails = some(3)
            await deliver(mails, [a_target(address)], limits=quick(initial_msg=0.2))
            assert NO_CONNECTION in (mails[0].recipients[0].reply or "") or (
                "GREETING" in (mails[0].recipients[0].reply or "")
            )

    run(main())


class socket_that_never_accepts:  # noqa: N801 used as a statement
    """A listener with a backlog of nothing, which is full."""

    def __enter__(self) -> tuple[str, int]:
        import socket

        self._server = socket.create_server(("127.0.0.1", 0), backlog=0)
        address: tuple[str, int] = self._server.getsockname()
        self._clients = [socket.socket() for _ in range(3)]
        for client in self._clients:
            client.setblocking(False)
            client.connect_ex(address)
        return address

    def __exit__(self, *_: object) -> None:
        for one in (self._server, *self._clients):
            one.close()


# --- which mail goes where ---------------------------------------------------------------------


@LOOPS
@pytest.mark.parametrize("serial", [False, True], ids=["parallel", "serial"])
def test_a_mail_goes_to_a_target_that_is_large_enough(run: Runner, serial: bool) -> None:
    async def main() -> None:
        small, large = (b"PIPELINING", b"SIZE 1000"), (b"PIPELINING", b"SIZE 5000")
        async with ModelPeer(extensions=small) as first, ModelPeer(extensions=large) as second:
            mails = some(30)
            for mail in mails[::3]:
                mail.prefix = b"x" * 2_000 + b"\r\nbody of %d\r\n" % mail.ordinal
            mails[10].prefix = b"x" * 6_000 + b"\r\n"
            targets = [a_target(first.address), a_target(second.address)]
            sent = await deliver(mails, targets, serial=serial)
        assert sent.outcomes().pop(11) == "undeliverable"
        assert mails[10].recipients[0].reply == TOO_LARGE
        assert [o for n, o in sent.outcomes().items() if n != 11] == [ALL] * 29
        assert max(map(len, first.took), default=0) < 1_000
        if serial:
            assert sent.order == list(range(1, 31))

    run(main())


@LOOPS
@pytest.mark.parametrize("serial", [False, True], ids=["parallel", "serial"])
def test_a_mail_that_only_fits_a_target_that_is_down_holds_up_no_other(
    run: Runner, serial: bool
) -> None:
    async def main() -> None:
        async with ModelPeer(extensions=(b"PIPELINING", b"SIZE 1000")) as peer:
            mails = some(10)
            mails[3].prefix = b"x" * 2_000 + b"\r\n"
            targets = [a_target(peer.address), await nobody_there()]
            sent = await deliver(mails, targets, serial=serial)
        assert sent.outcomes().pop(4) == "pending"
        assert [o for n, o in sent.outcomes().items() if n != 4] == [ALL] * 9

    run(main())


@LOOPS
def test_message_size_counts_for_a_target_without_ehlo(run: Runner) -> None:
    """cssmtp-operations.md 3.6."""

    async def main() -> None:
        async with ModelPeer({b"EHLO": b"502 no"}) as peer:
            mails = some(2)
            mails[0].prefix = b"x" * 2_000 + b"\r\n"
            await deliver(mails, [a_target(peer.address, message_size=1_000)])
        assert outcome(mails[0]) == {"b@example.com": "undeliverable"}
        assert outcome(mails[1]) == {"b@example.com": ALL}

    run(main())


@LOOPS
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])
def test_serial_sends_one_mail_at_a_time_in_file_order(run: Runner, pipelining: bool) -> None:
    async def main() -> None:
        async with ModelPeer({b"RCPT TO:<b@7>": b"550 no"}) as one, ModelPeer() as two:
            mails = [a_mail(n, f"b@{n}") for n in range(1, 301)]
            targets = [a_target(one.address), a_target(two.address)]
            sent = await deliver(mails, targets, serial=True, pipelining=pipelining)
        assert sent.order == list(range(1, 301))
        assert len(one.servers) + len(two.servers) == 1

    run(main())


def test_mails_that_cannot_be_sent_at_all_are_undeliverable() -> None:
    async def main() -> None:
        async with ModelPeer() as peer:
            mails = some(3)
            mails[0].sender = "a@x>\r\nRCPT TO:<evil@x"
            mails[1].recipients[0].address = "ä@x"
            await deliver(mails, [a_target(peer.address)])
            assert peer.took == [mails[2].prefix.removesuffix(b"\r\n")]
        assert [mail.recipients[0].reply for mail in mails[:2]] == [UNSAYABLE, UNSAYABLE]
        assert {mail.recipients[0].status for mail in mails[:2]} == {"undeliverable"}

    asyncio.run(main())


# --- time and space ----------------------------------------------------------------------------

GREET: list[Step] = [Send(b"220 t\r\n"), Lines(1), Send(b"250-t\r\n250 PIPELINING\r\n")]
TAKE: list[Step] = [Lines(3), Send(b"250 a\r\n250 b\r\n354 c\r\n"), Until()]
SHORT = 0.05


@LOOPS
@pytest.mark.parametrize(
    ("script", "limits", "reason"),
    [
        pytest.param([], {"initial_msg": SHORT}, "GREETING", id="InitialMsg"),
        pytest.param(GREET[:2], {"any_cmd": SHORT}, "EHLO", id="AnyCmd"),
        pytest.param([*GREET, Lines(3)], {"mail_cmd": SHORT}, "MAIL", id="MAILCmd"),
        pytest.param(
            [*GREET, Lines(3), Send(b"250 a\r\n")], {"rcpt_cmd": SHORT}, "RCPT", id="RCPTCmd"
        ),
        pytest.param(
            [*GREET, Lines(3), Send(b"250 a\r\n250 b\r\n")],
            {"data_cmd": SHORT},
            "DATA",
            id="DATACmd",
        ),
        pytest.param([*GREET, *TAKE], {"data_term": SHORT}, "period", id="DataTerm"),
        pytest.param(
            [*GREET, *TAKE, Send(b"250-so\r\n")], {"data_term": SHORT}, "period", id="half-a-reply"
        ),
    ],
)
def test_every_wait_for_a_target_ends(
    run: Runner, script: list[Step], limits: dict[str, float], reason: str
) -> None:
    """cssmtp-operations.md 3.3; the connection is not used again."""

    async def main() -> None:
        for_ever = asyncio.Event()
        scripts = [[*script, Pause(for_ever)]] * 3
        async with ScriptedPeer(*scripts) as peer:
            mails = some(1)
            target = a_target(peer.address, connect_limit=1)
            async with asyncio.timeout(10):
                await deliver(mails, [target], limits=quick(**limits))
            assert not any(b"QUIT" in received for received in peer.received)
        assert reason in (mails[0].recipients[0].reply or "")

    run(main())


@LOOPS
def test_a_target_that_does_not_answer_quit_does_not_hold_up_the_end(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cssmtp.delivery.CLOSING", SHORT)

    async def main() -> None:
        for_ever = asyncio.Event()
        script = [*GREET, *TAKE, Send(b"250 x\r\n"), Lines(1), Pause(for_ever)]
        async with ScriptedPeer(script) as peer, asyncio.timeout(5):
            sent = await deliver(some(1), [a_target(peer.address)])
            assert sent.outcomes() == {1: ALL}

    run(main())


@LOOPS
@pytest.mark.parametrize("big", [True, False], ids=["streamed", "in-memory"])
def test_a_target_that_stops_reading_a_text(run: Runner, big: bool) -> None:
    """DataBlock; no period went out, so the mail was certainly not taken."""

    async def main() -> None:
        for_ever = asyncio.Event()
        stuck: list[Step] = [
            *GREET,
            Lines(3),
            Send(b"250 a\r\n250 b\r\n354 c\r\n"),
            Pause(for_ever),
        ]
        whole: list[Step] = [*GREET, *TAKE, Send(b"250 x\r\n"), Lines(1), Send(b"221 x\r\n"), Eof()]
        async with ScriptedPeer(stuck, whole) as peer, asyncio.timeout(15):
            text = (b"x" * 998 + b"\r\n") * 16_000
            mail = a_mail(1, text=text, big=big)
            limits = quick(data_block=0.2)
            sent = await deliver([mail], [a_target(peer.address, connect_limit=1)], limits=limits)
            assert sent.outcomes() == {1: ALL}
            assert mail.tries == 1

    run(main())


@LOOPS
def test_a_slow_target_is_waited_for_in_bounded_memory(run: Runner) -> None:
    """A text of 64 MB to a target that reads 64 KiB at a time, with a turn in between."""

    async def main() -> None:
        size = 64 * MEGABYTE
        heard = 0

        async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal heard
            for reply in (b"220 t\r\n", b"250-t\r\n250 PIPELINING\r\n"):
                writer.write(reply)
                await reader.readline()
            await reader.readuntil(b"DATA\r\n")
            writer.write(b"250 a\r\n250 b\r\n354 c\r\n")
            while heard < size + 3:
                heard += len(await reader.read(65_536))
                await asyncio.sleep(0)
            writer.write(b"250 x\r\n")
            await reader.readline()
            writer.write(b"221 x\r\n")
            writer.close()

        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        async with server:
            target = a_target(server.sockets[0].getsockname(), message_size=2 * size)
            tracemalloc.start()
            sent = await _stream([a_mail(1, big=True)], target, size)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert sent == ["delivered 250"]
        assert heard == size + 3
        assert peak < 4 * MEGABYTE

    run(main())


async def _stream(mails: list[Mail], target: Target, size: int) -> list[str]:
    """Deliver big mails whose text is made as it goes, `size` bytes each."""
    line = b"x" * 62 + b"\r\n"

    async def text(_: Item, __: Wire) -> AsyncGenerator[bytes, None]:
        for _piece in range(size // 65_536):
            yield line * 1_024

    async with asyncio.TaskGroup() as tasks:
        delivery = Delivery([target], _setting(QUICK), text, tasks)
        work = _work(lambda _, __: None)
        for mail in mails:
            work.on_way[mail.ordinal] = mail
            await delivery.put(Item(mail, work))
        await work.idle()
        await delivery.close()
    return [next(iter(outcome(mail).values())) for mail in mails]


def _setting(limits: Timeout) -> Setting:
    return Setting(host=HOST, wire=WIRE, timeout=limits, clock=RealWaits(lambda: NOW))


def _work(on_mail: Callable[[SpoolFile, Mail], None]) -> FileWork:
    return FileWork(a_spool_file(), LineReader(FB, 80, CODE), on_mail)


@LOOPS
def test_reading_waits_while_many_mails_wait(run: Runner) -> None:
    """A target that does not answer: the queue fills, and `put` does not return."""

    async def main() -> None:
        for_ever = asyncio.Event()
        async with ScriptedPeer([*GREET, Pause(for_ever)]) as peer, asyncio.TaskGroup() as tasks:
            target = a_target(peer.address, connect_limit=1)
            delivery = Delivery([target], _setting(QUICK), pieces, tasks)
            work = _work(lambda _, __: None)

            async def put() -> None:
                for mail in some(1_000):
                    work.on_way[mail.ordinal] = mail
                    await delivery.put(Item(mail, work))

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(put(), 0.3)
            assert 256 <= len(work.on_way) <= 259
            await delivery.abort()

    run(main())


# --- ends --------------------------------------------------------------------------------------


@LOOPS
@pytest.mark.parametrize("big", [True, False], ids=["streamed", "in-memory"])
def test_cancelling_closes_everything_at_once(run: Runner, big: bool) -> None:
    async def main() -> None:
        stop = _Stop(4)
        taking: list[Step] = [Lines(3), Send(b"250 a\r\n250 b\r\n354 c\r\n"), Until(b"x\r\nx\r\n")]
        stuck: list[Step] = [*GREET, *taking, Pause(stop)]
        async with ScriptedPeer(*[stuck] * 3, [Pause(stop)]) as peer:
            before = open_files()
            mails = [a_mail(n, text=b"x\r\n" * 5_000_000, big=big) for n in range(1, 5)]
            target = a_target(peer.address, connect_limit=4)
            down = await nobody_there()
            task = asyncio.create_task(_until_cancelled(mails, [target, down]))
            await stop.reached.wait()
            task.cancel()
            async with asyncio.timeout(2):
                with pytest.raises(asyncio.CancelledError):
                    await task
            for connection in peer.received:
                assert b"\r\n.\r\n" not in connection
            await asyncio.sleep(0.05)
            assert open_files() <= before + 4  # the peer's own ends

    run(main())


class _Stop(asyncio.Event):
    """Where so many connections stop for ever; `reached` when they have."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self._missing = count

    async def wait(self) -> Literal[True]:
        self._missing -= 1
        if not self._missing:
            self.reached.set()
        return await super().wait()


async def _until_cancelled(mails: list[Mail], targets: list[Target]) -> None:
    await deliver(mails, targets)


@LOOPS
@pytest.mark.parametrize("where", ["settled", "text"])
def test_a_defect_of_ours_ends_the_task_with_its_error(run: Runner, where: str) -> None:
    """The event loop would log an exception in a callback, and every mail would wait for ever."""

    def broken(_: SpoolFile, mail: Mail) -> None:
        if where == "settled" and mail.ordinal == 3:
            raise LookupError("ours")

    async def text(item: Item, _: Wire) -> AsyncGenerator[bytes, None]:
        yield b"x\r\n"
        if item.mail.ordinal == 3:
            raise LookupError("ours")

    async def main() -> None:
        async with ModelPeer() as peer, asyncio.timeout(5):
            before = open_files()
            with pytest.RaisesGroup(LookupError):
                await _all(some(20) if where == "settled" else _big(20), peer, broken, text)
            await asyncio.sleep(0.05)
            assert open_files() <= before

    run(main())


def _big(count: int) -> list[Mail]:
    return [a_mail(number, big=True) for number in range(1, count + 1)]


async def _all(
    mails: list[Mail],
    peer: ModelPeer,
    on_mail: Callable[[SpoolFile, Mail], None],
    text: Callable[[Item, Wire], AsyncGenerator[bytes, None]],
) -> None:
    async with asyncio.TaskGroup() as tasks:
        delivery = Delivery([a_target(peer.address)], _setting(QUICK), text, tasks)
        work = _work(on_mail)
        try:
            for mail in mails:
                work.on_way[mail.ordinal] = mail
                await delivery.put(Item(mail, work))
            await work.idle()
            await delivery.close()
        finally:
            await delivery.abort()
