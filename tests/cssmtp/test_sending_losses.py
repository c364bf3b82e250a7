"""Connections that break while mails are on their way (blueprint §9)."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from random import Random

import pytest
import uvloop

from cssmtp.delivery import TRIES, UNKNOWN
from cssmtp.mail import Mail
from tests.cssmtp.fake_spool import Sent, a_mail, a_target, deliver, outcome
from tests.peers.model import ModelPeer
from tests.peers.scripted import Eof, Expect, Lines, Reset, ScriptedPeer, Send, Step, Until

Runner = Callable[[Coroutine[None, None, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
GREET: list[Step] = [Send(b"220 t\r\n"), Lines(1), Send(b"250-t\r\n250 PIPELINING\r\n")]
TAKE: list[Step] = [Lines(3), Send(b"250 a\r\n250 b\r\n354 c\r\n"), Until()]
BYE: list[Step] = [Expect(b"QUIT\r\n"), Send(b"221 bye\r\n"), Eof()]


def fair(peer: ModelPeer, sent: Sent) -> None:
    """No mail is lost, none is sent twice as far as one can know, and each ends rightly."""
    for number, mail in sent.mails.items():
        (recipient,) = mail.recipients
        if recipient.status == "delivered":
            assert peer.times(number) == 1
        else:
            assert (recipient.status, recipient.reply) == ("retry", UNKNOWN)
            assert peer.times(number) <= 1
            said = peer.servers[0].commands.count(b"DATA")
            assert said >= number, "unknown, although the target never wanted its text"


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "close"])
@LOOPS
def test_a_target_that_leaves_after_any_byte_it_heard(run: Runner, reset: bool) -> None:
    """Two mails, pipelined: EHLO, envelope, text with the second envelope, text, QUIT."""
    hello, whole = 23, 23 + 2 * (66 + 28) + 6

    async def main() -> None:
        unknown = 0
        for heard in range(hello + 1, whole + 1):
            async with ModelPeer(hears=heard, reset=reset) as peer:
                target = a_target(peer.address, connect_limit=1)
                sent = await deliver([a_mail(1), a_mail(2)], [target])
                fair(peer, sent)
                unknown += sum(value != "delivered 250" for value in sent.outcomes().values())
        assert unknown < whole

    run(main())


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "close"])
@LOOPS
def test_a_target_that_leaves_after_any_byte_it_said(run: Runner, reset: bool) -> None:
    async def main() -> None:
        for said in range(1, 240):
            async with ModelPeer(says=said, reset=reset) as peer:
                target = a_target(peer.address, connect_limit=1)
                sent = await deliver([a_mail(1), a_mail(2)], [target])
                if (
                    peer.servers[0].commands[:1] != [b"EHLO mvs1.example.com"]
                    or len(peer.servers) == 1
                ):
                    continue  # it never greeted us: see the tests of targets that are down
                fair(peer, sent)

    run(main())


@LOOPS
def test_a_mail_behind_one_that_is_unknown_goes_out_untouched(run: Runner) -> None:
    async def main() -> None:
        scripts = ([*GREET, *TAKE, Lines(3), Reset()], [*GREET, *TAKE, Send(b"250 x\r\n"), *BYE])
        async with ScriptedPeer(*scripts) as peer:
            mails = [a_mail(1), a_mail(2)]
            sent = await deliver(mails, [a_target(peer.address, connect_limit=1)])
            await peer.finished()
        assert mails[0].recipients[0].reply == UNKNOWN
        assert sent.outcomes() == {1: "retry", 2: "delivered 250"}
        assert [mail.tries for mail in mails] == [0, 0]
        assert b"body of 2" not in peer.received[0]
        assert peer.received[1].count(b"body of 1") == 0

    run(main())


@LOOPS
def test_a_mail_whose_connections_end_is_left_for_a_retry(run: Runner) -> None:
    """Each time behind the envelope; another mail goes out on the connection after that."""

    async def main() -> None:
        lost = [*GREET, Lines(3), Reset()]
        scripts = [lost] * TRIES + [[*GREET, *TAKE, Send(b"250 x\r\n"), *BYE]]
        async with ScriptedPeer(*scripts) as peer:
            mails = [a_mail(1), a_mail(2)]
            sent = await deliver(mails, [a_target(peer.address, connect_limit=1)])
            await peer.finished()
        assert sent.outcomes() == {1: "retry", 2: "delivered 250"}
        assert "connection was lost" in (mails[0].recipients[0].reply or "")

    run(main())


@LOOPS
@pytest.mark.parametrize(
    "tries", [pytest.param(300, id="300"), pytest.param(10_000, id="10k", marks=pytest.mark.slow)]
)
def test_a_250_followed_by_a_reset_is_a_250(
    run: Runner, tries: int, record_property: Callable[[str, object], None]
) -> None:
    """The target closes with the next envelope unread, which makes the kernel send a reset.

    A transport may see the reset first, when it writes, and forget the 250 that has come.
    """

    async def main() -> None:
        mails = [a_mail(number) for number in range(1, tries + 1)]
        async with _RudePeer() as peer:
            sent = await deliver(mails, [a_target(peer.address, connect_limit=3)])
        assert set(sent.outcomes().values()) == {"delivered 250"}
        assert peer.taken == tries
        record_property("figure", f"250, then a reset: {peer.taken} taken, 0 of them held for lost")
        assert all(mail.tries == 0 for mail in mails)

    run(main())


class _RudePeer:
    """Reads one mail byte by byte what it must, says 250, and closes without reading on."""

    def __init__(self) -> None:
        self.taken = 0
        self.address = ("", 0)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "_RudePeer":
        self._socket.setblocking(False)
        self.address = self._socket.getsockname()
        self._start(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._socket.close()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            self._start(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with connection:
            for reply, end in (
                (b"220 t\r\n", b"\r\n"),
                (b"250-t\r\n250 PIPELINING\r\n", b"DATA\r\n"),
                (b"250 a\r\n250 b\r\n354 c\r\n", b"\r\n.\r\n"),
            ):
                await loop.sock_sendall(connection, reply)
                heard = b""
                while not heard.endswith(end):
                    step = await loop.sock_recv(connection, 1)
                    if not step or heard + step == b"QUIT\r\n":
                        return
                    heard += step
            self.taken += 1
            await loop.sock_sendall(connection, b"250 taken\r\n")


@LOOPS
def test_a_target_that_says_421_to_the_mail_behind_gets_a_new_connection(run: Runner) -> None:
    """So many mails a connection: the next one goes out on another, and is not to be retried."""

    async def main() -> None:
        second: list[Step] = [Lines(3), Send(b"250 taken\r\n421 enough\r\n"), Eof()]
        scripts = ([*GREET, *TAKE, *second], [*GREET, *TAKE, Send(b"250 x\r\n"), *BYE])
        async with ScriptedPeer(*scripts) as peer:
            mails = [a_mail(1), a_mail(2)]
            sent = await deliver(mails, [a_target(peer.address, connect_limit=1)])
            await peer.finished()
        assert set(sent.outcomes().values()) == {"delivered 250"}

    run(main())


@LOOPS
def test_recipients_that_were_answered_are_not_tried_again(run: Runner) -> None:
    """The connection ends between the replies to RCPT and DATA: only the open one goes again."""

    async def main() -> None:
        mail: Mail = a_mail(1, "b@x", "c@x")
        again = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<c@x>\r\nDATA\r\n"
        scripts = (
            [*GREET, Lines(4), Send(b"250 a\r\n550 b\r\n250 c\r\n"), Reset()],
            [
                *GREET,
                Expect(again),
                Send(b"250 a\r\n250 c\r\n354 d\r\n"),
                Until(),
                Send(b"250 x\r\n"),
                *BYE,
            ],
        )
        async with ScriptedPeer(*scripts) as peer:
            await deliver([mail], [a_target(peer.address)])
            await peer.finished()
        assert outcome(mail) == {"b@x": "undeliverable 550", "c@x": "delivered 250"}

    run(main())


@LOOPS
@pytest.mark.parametrize("serial", [False, True], ids=["parallel", "serial"])
@pytest.mark.parametrize(
    "seeds", [range(10), pytest.param(range(10, 400), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_whatever_breaks_every_mail_ends_once_and_rightly(
    run: Runner, serial: bool, seeds: range
) -> None:
    """Two targets whose connections end anywhere, or refuse; mails that are large, or streamed."""

    async def main() -> None:
        for seed in seeds:
            chance = Random(seed)
            answers = {
                key: chance.choice([b"250 ok", b"450 later", b"421 bye", b"550 no"])
                for key in (b"RCPT TO:<b@3>", b"MAIL FROM:<s7@x>", b"RCPT TO:<b@9>")
            }
            small = ModelPeer(answers, (b"SIZE 500", b"PIPELINING"), 2, chance=chance)
            large = ModelPeer(answers, chance=chance, reset=False)
            async with small, large, asyncio.timeout(20):
                mails = [a_mail(n, f"b@{n}", sender=f"s{n}@x") for n in range(1, 61)]
                for mail in mails[::7]:
                    mail.prefix = b"x" * 600 + b"\r\n" + mail.prefix
                    mail.big = chance.random() < 0.5
                targets = [
                    a_target(small.address, connect_limit=3, max_msg_sent=chance.choice([0, 2, 9])),
                    a_target(large.address, connect_limit=chance.choice([1, 4])),
                ]
                pipelining = chance.random() < 0.8
                sent = await deliver(mails, targets, serial=serial, pipelining=pipelining)
            for number, mail in sent.mails.items():
                _ended_rightly(mail, small.times(number) + large.times(number))

    run(main())


def _ended_rightly(mail: Mail, times: int) -> None:
    (recipient,) = mail.recipients
    if recipient.status == "delivered":
        assert times == 1
    elif recipient.reply == UNKNOWN:
        assert times <= 1
    else:
        assert times == 0
        assert recipient.reply
