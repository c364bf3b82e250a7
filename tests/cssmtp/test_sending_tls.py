"""TLS with targets: who needs it, what becomes of mail that cannot have it, and that nothing of
such a mail goes out in clear (cssmtp-operations.md 3.7, 3.8; blueprint §8)."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial

import pytest
import uvloop

from cssmtp.delivery import TRIES
from cssmtp.mail import Mail
from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target
from tests.cssmtp.fake_spool import a_mail, a_target, outcome, quick
from tests.cssmtp.sending import Sender, sending
from tests.peers.certificates import NAME, client_policy, server_context
from tests.peers.model import ModelPeer
from tests.peers.proxy import Proxy
from tests.peers.scripted import Close, Expect, Lines, Pause, Reset, ScriptedPeer, Send, Step, Until

Runner = Callable[[Coroutine[None, None, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
TABLE = [(True, True, True), (False, True, True), (True, False, True), (False, False, False)]
SECRET = (b"MAIL", b"RCPT", b"DATA", b"example.com>", b"Subject", b"body of")
FAIL = "undeliverable"


def some(last: int, *, tls: bool, big: bool = False) -> list[Mail]:
    """Mails 1 to `last`."""
    mails = [a_mail(number, big=big) for number in range(1, last + 1)]
    for mail in mails:
        mail.tls = tls
    return mails


async def sent(
    mails: list[Mail],
    targets: list[Target],
    *,
    policy: Callable[[Target], Policy] = client_policy,
    ehlo_again: bool = False,
    pipelining: bool = True,
) -> Sender:
    """Send, until each mail is settled."""
    async with sending(
        targets, policy=policy, ehlo_again=ehlo_again, pipelining=pipelining
    ) as sender:
        await sender.put(*mails)
        await sender.done(*(mail.ordinal for mail in mails))
    return sender


@LOOPS
@pytest.mark.parametrize(("starttls", "secure", "inside"), TABLE)
def test_tls_is_needed_when_the_file_or_the_target_says_so(
    run: Runner, starttls: bool, secure: bool, inside: bool
) -> None:
    async def main() -> None:
        async with ModelPeer(tls=server_context()) as peer, Proxy(peer.address) as proxy:
            mails = some(20, tls=starttls)
            await sent(mails, [a_target(proxy.address, secure=secure)])
            assert {outcome(mail)["b@example.com"] for mail in mails} == {"delivered 250"}
            assert bool(peer.secured) is inside
            for line in proxy.lines:
                in_clear = [word for word in SECRET if word in line.up]
                assert (not in_clear) is inside

    run(main())


@LOOPS
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])
@pytest.mark.parametrize("ehlo_again", [True, False], ids=["TLSEhlo", "no-TLSEhlo"])
def test_inside_tls_only_what_is_said_there_counts(
    run: Runner, ehlo_again: bool, pipelining: bool, version: ssl.TLSVersion
) -> None:
    """Without TLSEhlo no EHLO follows, and neither SIZE nor PIPELINING is used."""

    async def main() -> None:
        async with ModelPeer(tls=server_context(version=version)) as peer:
            target = a_target(peer.address, connect_limit=1)
            mails = [*some(3, tls=True), a_mail(4, text=b"x" * 900_000 + b"\r\n", big=True)]
            mails[3].tls = True
            await sent(mails, [target], ehlo_again=ehlo_again, pipelining=pipelining)
            assert outcome(mails[0]) == {"b@example.com": "delivered 250"}
            assert len(peer.took[3]) == 900_000
            (server,) = peer.servers
            hello = b"EHLO mvs1.example.com"
            assert server.commands[:2] == [hello, b"STARTTLS"]
            assert server.commands[2:].count(hello) == ehlo_again
            said = [line for line in server.commands if line.startswith(b"MAIL")]
            assert all((b"SIZE=" in line) is ehlo_again for line in said)

    run(main())


@LOOPS
def test_mail_in_clear_and_mail_inside_tls_share_a_target_and_no_connection(run: Runner) -> None:
    """ConnectLimit counts both."""

    async def main() -> None:
        async with ModelPeer(tls=server_context()) as peer, Proxy(peer.address) as proxy:
            mails = [a_mail(number) for number in range(1, 41)]
            for mail in mails[::2]:
                mail.tls = True
            await sent(mails, [a_target(proxy.address, connect_limit=1)])
            assert {outcome(mail)["b@example.com"] for mail in mails} == {"delivered 250"}
            assert peer.most <= 2  # one that says QUIT, and its successor
            assert 1 <= peer.secured < len(peer.servers)
            clear = b"".join(bytes(line.up) for line in proxy.lines)
            assert all((b"body of %d\r\n" % n in clear) is (n % 2 == 0) for n in range(1, 41))

    run(main())


# --- no TLS: nothing goes out ------------------------------------------------------------------


@LOOPS
@pytest.mark.parametrize("secure", [True, False], ids=["Secure", "STARTTLS-in-the-file"])
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param({}, "STARTTLS is not offered", id="not-offered"),
        pytest.param({b"EHLO": b"502 what?"}, "STARTTLS is not offered", id="only-HELO"),
        pytest.param({b"STARTTLS": b"502 no"}, "502 no", id="refused"),
        pytest.param({b"STARTTLS": b"554 no"}, "554 no", id="refused-554"),
    ],
)
def test_without_tls_anywhere_a_mail_fails_and_is_not_sent(
    run: Runner, answers: dict[bytes, bytes], reason: str, secure: bool
) -> None:
    async def main() -> None:
        tls = server_context() if b"STARTTLS" in answers else None
        async with ModelPeer(answers, tls=tls) as peer, Proxy(peer.address) as proxy:
            mails = some(30, tls=not secure)
            target = a_target(proxy.address, secure=secure)
            sender = await sent(mails, [target])
            assert {outcome(mail)["b@example.com"] for mail in mails} == {FAIL}
            said = mails[0].recipients[0].reply or ""
            assert said.startswith("JML301E")
            assert reason in said
            assert not any(word in line.up for line in proxy.lines for word in SECRET)
            assert len(peer.servers) <= 5
            assert sender.counts[target].state == ("NOT CAPABLE" if secure else "ACTIVE")

    run(main())


@LOOPS
def test_mail_goes_to_the_target_that_has_tls(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as bare, ModelPeer(tls=server_context()) as capable:
            targets = [
                replace(a_target(bare.address), preference=10),
                replace(a_target(capable.address), preference=20),
            ]
            mails = some(20, tls=True)
            await sent(mails, targets)
            assert {outcome(mail)["b@example.com"] for mail in mails} == {"delivered 250"}
            assert (len(bare.took), len(capable.took)) == (0, 20)

    run(main())


@LOOPS
@pytest.mark.parametrize("others", [True, False], ids=["another-target", "alone"])
def test_a_4xx_to_starttls_sends_the_mail_to_the_next_target_or_to_the_retry(
    run: Runner, others: bool
) -> None:
    async def main() -> None:
        busy = ModelPeer({b"STARTTLS": b"454 not now"}, tls=server_context())
        async with busy, ModelPeer(tls=server_context()) as other:
            first = replace(a_target(busy.address), preference=10)
            targets = [first, replace(a_target(other.address), preference=20)][: 1 + others]
            mails = some(5, tls=True)
            await sent(mails, targets)
            expected = "delivered 250" if others else "retry 454"
            assert {outcome(mail)["b@example.com"] for mail in mails} == {expected}
            assert busy.took == []

    run(main())


WRONG: dict[str, tuple[Callable[[], ssl.SSLContext], Callable[[Target], Policy], str]] = {
    "no-policy": (server_context, lambda target: Policy("x"), "no TLS policy"),
    "unknown-authority": (partial(server_context, by=1), client_policy, "certificate"),
    "other-name": (partial(server_context, "other.example.com"), client_policy, "certificate"),
    "old-version": (
        partial(server_context, version=ssl.TLSVersion.TLSv1_2),
        partial(client_policy, minimum=ssl.TLSVersion.TLSv1_3),
        "version",
    ),
    "no-client-certificate": (partial(server_context, clients=0), client_policy, ""),
    "client-certificate-of-another": (
        partial(server_context, clients=0),
        partial(client_policy, own=1),
        "",
    ),
}


@LOOPS
@pytest.mark.parametrize("ehlo_again", [True, False], ids=["TLSEhlo", "no-TLSEhlo"])
@pytest.mark.parametrize("wrong", WRONG)
def test_tls_that_fails_behind_the_220_makes_the_mail_undeliverable_at_once(
    run: Runner, wrong: str, ehlo_again: bool
) -> None:
    """Even when another target could take it: it is not treated as temporary (PH66548)."""
    context, policy, reason = WRONG[wrong]

    async def main() -> None:
        async with ModelPeer(tls=context()) as peer, Proxy(peer.address) as proxy:
            other = ("127.0.0.1", 1)
            targets = [
                replace(a_target(proxy.address), preference=10),
                replace(a_target(other), preference=20),
            ]
            mails = some(8, tls=True)
            await sent(mails, targets, policy=policy, ehlo_again=ehlo_again)
            assert {outcome(mail)["b@example.com"] for mail in mails} == {FAIL}
            said = mails[0].recipients[0].reply or ""
            assert said.startswith("JML306E")
            assert reason in said
            assert mails[0].recipients[0].target == targets[0].shown
            assert not any(word in line.up for line in proxy.lines for word in SECRET)
            assert peer.took == []

    run(main())


@LOOPS
def test_a_client_certificate_is_shown(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer(tls=server_context(clients=0)) as peer:
            mails = some(3, tls=True)
            await sent(mails, [a_target(peer.address)], policy=partial(client_policy, own=0))
            assert len(peer.took) == 3

    run(main())


@LOOPS
def test_the_certificate_is_of_the_targets_host(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer(tls=server_context(NAME)) as peer:
            target = replace(a_target(peer.address), host=NAME)
            mails = some(1, tls=True)
            await sent(mails, [target])
            assert len(peer.took) == 1

    run(main())


GREET: list[Step] = [Send(b"220 t\r\n"), Lines(1), Send(b"250-t\r\n250 STARTTLS\r\n")]
ASKED: list[Step] = [*GREET, Expect(b"STARTTLS\r\n")]


@LOOPS
@pytest.mark.parametrize("behind", [b"250 injected\r\n", b"2", b"\r\n", b"250-inj\r\n"])
def test_bytes_in_clear_behind_the_220_end_the_connection(run: Runner, behind: bytes) -> None:
    """They would be taken for something said inside TLS; the try failed, not the mail."""

    async def main() -> None:
        script = [*ASKED, Send(b"220 go\r\n" + behind)]
        async with ScriptedPeer(script) as peer:
            target = a_target(peer.address, connect_limit=1)
            async with sending([target], policy=client_policy) as sender:
                await sender.put(*some(1, tls=True))
                await sender.until(lambda: sender.counts[target].state == "UNREACHABLE")
                assert not sender.settled
                sender.delivery.hurry()
                assert outcome(sender.settled[1]) == {"b@example.com": "pending"}
            assert b"MAIL" not in peer.received[0]
            assert b"\x16\x03" not in peer.received[0]

    run(main())


@LOOPS
@pytest.mark.parametrize(
    ("step", "limits", "tries"),
    [
        pytest.param([Reset()], {}, TRIES, id="reset"),
        pytest.param([Close()], {}, TRIES, id="close"),
        pytest.param(["silence"], {"any_cmd": 0.1}, TRIES, id="silence"),
        pytest.param([Send(b"this is no TLS\r\n")], {}, 1, id="garbage"),
    ],
)
def test_a_handshake_that_does_not_come_to_its_end_is_a_failure_of_tls(
    run: Runner, step: Sequence[Step | str], limits: dict[str, float], tries: int
) -> None:
    """Of a connection that was just lost nobody knows that it was TLS: it is tried again first."""

    async def main() -> None:
        for_ever = asyncio.Event()
        begun = [*ASKED, Send(b"220 go\r\n"), Until(b"\x16\x03\x01")]  # a ClientHello
        ending = [Pause(for_ever) if isinstance(one, str) else one for one in step]
        async with ScriptedPeer(*[[*begun, *ending]] * tries) as peer:
            target = a_target(peer.address, connect_limit=1)
            seconds = quick(**limits)
            async with sending([target], policy=client_policy, limits=seconds) as sender:
                mails = some(1, tls=True)
                await sender.put(*mails)
                await sender.done(1)
            assert outcome(mails[0]) == {"b@example.com": FAIL}
            assert len(peer.received) == tries

    run(main())


@LOOPS
@pytest.mark.parametrize("code", [b"354 x", b"199 x", b"what"])
def test_a_senseless_answer_to_starttls_is_the_targets_failure(run: Runner, code: bytes) -> None:
    async def main() -> None:
        async with ModelPeer({b"STARTTLS": code}, tls=server_context()) as peer:
            target = a_target(peer.address)
            async with sending([target], policy=client_policy) as sender:
                await sender.put(*some(1, tls=True))
                await sender.until(lambda: sender.counts[target].state == "UNREACHABLE")
                assert not sender.settled

    run(main())


@LOOPS
def test_a_target_that_gets_tls_later_is_asked_again(run: Runner) -> None:
    """What is known of a target is forgotten after ConnectRetry."""

    async def main() -> None:
        async with ModelPeer() as peer:
            target = a_target(peer.address, secure=True)
            limits = quick(connect_retry=120)
            async with sending([target], policy=client_policy, limits=limits) as sender:
                first, second = some(2, tls=False)
                await sender.put(first)
                await sender.done(1)
                assert sender.counts[target].state == "NOT CAPABLE"
                peer.tls = server_context()
                sender.clock.advance(120)
                await sender.put(second)
                await sender.done(2)
            assert outcome(first) == {"b@example.com": FAIL}
            assert outcome(second) == {"b@example.com": "delivered 250"}

    run(main())
