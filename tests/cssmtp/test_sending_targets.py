"""Which target gets a mail, and what happens while none can be used (cssmtp-operations.md 3.2, 3.4,
3.5). Time is a hand clock: nothing sleeps."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest
import uvloop

from cssmtp.mail import Mail
from cssmtp.targets import Target
from tests.cssmtp.fake_spool import a_mail, a_target, outcome, quick
from tests.cssmtp.sending import sending
from tests.peers.model import ModelPeer

Runner = Callable[[Coroutine[None, None, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
ALL = {"b@example.com": "delivered 250"}


def some(first: int, last: int) -> list[Mail]:
    """Mails of these numbers."""
    return [a_mail(number) for number in range(first, last + 1)]


def ranked(peer: ModelPeer, preference: int, **attributes: int) -> Target:
    """A target as an MX record of that preference makes it."""
    return replace(a_target(peer.address, **attributes), preference=preference)


async def listening_later(peer: ModelPeer) -> Target:
    """The address of a peer that does not listen yet."""
    async with ModelPeer() as before:
        peer.address = before.address
    return a_target(peer.address)


@LOOPS
def test_a_target_that_is_down_is_waited_for(run: Runner) -> None:
    """Backpressure: reading stops, nothing is failed, no try is counted; on it goes when the target
    is back, after ConnectRetry (3.5)."""

    async def main() -> None:
        peer = ModelPeer()
        target = await listening_later(peer)
        mails = some(1, 300)
        async with sending([target], limits=quick(connect_retry=120)) as sender:
            reading = asyncio.create_task(sender.put(*mails))
            for _ in range(3):
                await sender.until(lambda: sender.clock.waits == [120])
                assert sender.counts[target].state == "UNREACHABLE"
                assert not reading.done()
                assert sender.delivery.traffic.full
                assert not sender.settled
                sender.clock.advance(119)
                assert sender.counts[target].state == "UNREACHABLE"
                sender.clock.advance(1)
                assert sender.counts[target].state == "CONNECTING"
            await sender.until(lambda: sender.clock.waits == [120])
            async with peer:
                sender.clock.advance(120)
                await reading
                await sender.done(*range(1, 301))
                assert sender.counts[target].state == "ACTIVE"
                await sender.delivery.close()
        assert all(outcome(mail) == ALL and mail.tries == 0 for mail in mails)

    run(main())


@LOOPS
def test_a_stop_does_not_wait_for_a_target_that_is_down(run: Runner) -> None:
    async def main() -> None:
        target = await listening_later(ModelPeer())
        async with sending([target]) as sender:
            mails = some(1, 3)
            await sender.put(*mails)
            await sender.until(lambda: bool(sender.clock.waits))
            assert not sender.settled
            sender.delivery.hurry()
            assert sender.settled.keys() == {1, 2, 3}
        assert {outcome(mail)["b@example.com"] for mail in mails} == {"pending"}
        assert target.shown in (mails[0].recipients[0].reply or "")

    run(main())


@LOOPS
def test_equal_targets_take_turns(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as one, ModelPeer() as two, ModelPeer() as three:
            peers = [one, two, three]
            async with sending([a_target(peer.address) for peer in peers]) as sender:
                for number in range(1, 10):
                    await sender.put(a_mail(number))
                    await sender.done(number)
                    sender.delivery.release()  # as at the end of a spool file
                    await sender.until(lambda: not sender.delivery.connected)
            assert [len(peer.took) for peer in peers] == [3, 3, 3]

    run(main())


@LOOPS
def test_many_mails_are_spread_over_equal_targets(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as one, ModelPeer() as two:
            targets = [a_target(peer.address, connect_limit=2) for peer in (one, two)]
            async with sending(targets) as sender:
                await sender.put(*some(1, 400))
                await sender.done(*range(1, 401))
            assert (one.most, two.most) == (2, 2)
            assert min(len(one.took), len(two.took)) > 50

    run(main())


@LOOPS
def test_the_lowest_preference_takes_all_while_it_is_up(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as first, ModelPeer() as second:
            targets = [ranked(second, 20), ranked(first, 10, connect_limit=1)]
            async with sending(targets) as sender:
                await sender.put(*some(1, 100))
                await sender.done(*range(1, 101))
            assert (len(first.took), len(second.servers)) == (100, 0)

    run(main())


@LOOPS
def test_the_next_preference_helps_out_until_the_first_is_back(run: Runner) -> None:
    async def main() -> None:
        first = ModelPeer()
        down = replace(await listening_later(first), preference=10)
        async with ModelPeer() as second:
            limits = quick(connect_retry=120)
            async with sending([down, ranked(second, 20)], limits=limits) as sender:
                await sender.put(*some(1, 50))
                await sender.done(*range(1, 51))
                assert len(second.took) == 50
                async with first:
                    sender.clock.advance(120)
                    await sender.put(*some(51, 100))
                    await sender.done(*range(51, 101))
                    await sender.delivery.close()
        assert (len(first.took), len(second.took)) == (50, 50)

    run(main())


@LOOPS
def test_a_target_that_takes_fewer_connections_is_asked_for_more_later(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer(limit=1) as peer:
            target = a_target(peer.address, connect_limit=4)
            async with sending([target], limits=quick(connect_retry=120)) as sender:
                await sender.put(*some(1, 100))
                await sender.done(*range(1, 101))
                (link,) = sender.delivery.traffic.links
                assert (link.limit, sender.clock.waits) == (1, [120])
                sender.clock.advance(120)
                assert link.limit == 4

    run(main())


@LOOPS
def test_connect_idle_keeps_a_connection_for_so_long(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as peer:
            limits = quick(connect_idle=30)
            async with sending([a_target(peer.address)], limits=limits) as sender:
                for number in (1, 2):
                    await sender.put(a_mail(number))
                    await sender.done(number)
                    assert sender.clock.waits == [30]
                    sender.clock.advance(29)
                sender.clock.advance(1)
                await sender.until(lambda: not sender.delivery.connected)
            assert [server.commands.count(b"QUIT") for server in peer.servers] == [1]
            assert len(peer.took) == 2

    run(main())


@LOOPS
def test_a_target_that_is_dropped_finishes_what_it_carries(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer() as old, ModelPeer() as new:
            before, after = (a_target(peer.address, connect_limit=1) for peer in (old, new))
            async with sending([before]) as sender:
                await sender.put(*some(1, 40))
                await sender.until(lambda: len(sender.settled) > 3)
                sender.delivery.use([after])
                await sender.put(*some(41, 60))
                await sender.done(*range(1, 61))
                await sender.until(lambda: len(sender.delivery.traffic.links) == 1)
            assert len(old.took) + len(new.took) == 60
            assert len(new.took) >= 20
            assert old.servers[0].commands[-1] == b"QUIT"

    run(main())


@LOOPS
def test_without_any_target_mails_wait_for_one(run: Runner) -> None:
    """No name has an address yet."""

    async def main() -> None:
        async with ModelPeer() as peer, sending([]) as sender:
            await sender.put(*some(1, 3))
            assert not sender.settled
            sender.delivery.use([a_target(peer.address)])
            await sender.done(1, 2, 3)
            assert len(peer.took) == 3

    run(main())


# --- 4xx ---------------------------------------------------------------------------------------


@LOOPS
@pytest.mark.parametrize("at", [b"MAIL", b"RCPT", b"DATA", b"."])
@pytest.mark.parametrize("code", [b"450 later", b"421 bye"], ids=["450", "421"])
def test_a_4xx_is_tried_on_the_other_targets_before_it_is_left_for_a_retry(
    run: Runner, at: bytes, code: bytes
) -> None:
    async def main() -> None:
        async with ModelPeer({at: code}) as one, ModelPeer() as two, ModelPeer({at: code}) as three:
            targets = [ranked(one, 10), ranked(two, 30), ranked(three, 20)]
            mail = a_mail(1)
            async with sending(targets) as sender:
                await sender.put(mail)
                await sender.done(1)
            assert outcome(mail) == ALL
            assert [len(peer.servers) for peer in (one, three, two)] == [1, 1, 1]
            again = a_mail(2)
            async with sending(targets[::2]) as sender:
                await sender.put(again)
                await sender.done(2)
            assert outcome(again) == {"b@example.com": f"retry {code[:3].decode()}"}
            assert again.recipients[0].target == targets[2].shown

    run(main())


@LOOPS
def test_only_recipients_with_a_4xx_go_to_another_target(run: Runner) -> None:
    async def main() -> None:
        answers = {b"RCPT TO:<b@": b"550 no", b"RCPT TO:<c@": b"450 later"}
        async with ModelPeer(answers) as one, ModelPeer() as two:
            mail = a_mail(1, "a@x", "b@x", "c@x")
            async with sending([ranked(one, 10), ranked(two, 20)]) as sender:
                await sender.put(mail)
                await sender.done(1)
            assert outcome(mail) == {
                "a@x": "delivered 250",
                "b@x": "undeliverable 550",
                "c@x": "delivered 250",
            }
            assert [to for server in two.servers for to, _ in server.took] == [["c@x"]]

    run(main())


@LOOPS
def test_a_4xx_counts_when_the_other_target_is_down(run: Runner) -> None:
    """A server that says "later" starts the retry, whatever others there may be one day."""

    async def main() -> None:
        other = await listening_later(ModelPeer())
        async with ModelPeer({b"MAIL": b"450 later"}) as peer:
            mail = a_mail(1)
            async with sending([ranked(peer, 10), replace(other, preference=20)]) as sender:
                await sender.put(mail)
                await sender.done(1)
            assert outcome(mail) == {"b@example.com": "retry 450"}
            assert mail.recipients[0].target == a_target(peer.address).shown

    run(main())


@LOOPS
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])
def test_too_many_recipients_go_out_in_further_transactions(run: Runner, pipelining: bool) -> None:
    """452 while others were accepted (RFC 5321 4.5.3.1.10; 3.8)."""

    async def main() -> None:
        async with ModelPeer(most_recipients=3) as peer:
            mail = a_mail(1, *(f"{n}@x" for n in range(8)))
            async with sending([a_target(peer.address)], pipelining=pipelining) as sender:
                await sender.put(mail)
                await sender.done(1)
            assert set(outcome(mail).values()) == {"delivered 250"}
            assert [len(to) for server in peer.servers for to, _ in server.took] == [3, 3, 2]

    run(main())


@LOOPS
def test_452_to_every_recipient_is_a_4xx_like_others(run: Runner) -> None:
    async def main() -> None:
        async with ModelPeer({b"RCPT": b"452 full"}) as peer:
            mail = a_mail(1, "a@x", "b@x")
            async with sending([a_target(peer.address)]) as sender:
                await sender.put(mail)
                await sender.done(1)
            assert set(outcome(mail).values()) == {"retry 452"}
            assert peer.servers[0].commands.count(b"RSET") == 1

    run(main())
