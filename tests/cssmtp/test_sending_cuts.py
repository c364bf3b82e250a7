"""A connection that breaks after any byte of either direction (blueprint §9): what the target took
is sent once; what nobody can know is left for a retry; all else goes out again."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest
import uvloop

from cssmtp.delivery import UNKNOWN
from cssmtp.mail import Mail
from tests.cssmtp.fake_spool import a_mail, a_target
from tests.cssmtp.sending import sending
from tests.peers.certificates import client_policy, server_context
from tests.peers.model import ModelPeer
from tests.peers.proxy import Line, Proxy

Runner = Callable[[Coroutine[None, None, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
ENDS = pytest.mark.parametrize("orderly", [False, True], ids=["reset", "close"])
MAILS = 3


def three(*, tls: bool) -> list[Mail]:
    """Pipelined mails, one of them to two recipients."""
    mails = [a_mail(1), a_mail(2, "b@example.com", "c@example.com"), a_mail(3)]
    for mail in mails:
        mail.tls = tls
    return mails


async def conversation(
    peer: ModelPeer, proxy: Proxy, *, tls: bool, big: bool = False
) -> list[Mail]:
    """Send three mails over one connection at a time."""
    mails = three(tls=tls)
    for mail in mails:
        mail.big = big
    target = a_target(proxy.address, connect_limit=1)
    async with sending([target], patient=False, policy=client_policy) as sender:
        await sender.put(*mails)
        await sender.done(1, 2, 3)
    return mails


async def whole(*, tls: bool) -> Line:
    """What goes over the line when nothing breaks."""
    context = server_context() if tls else None
    async with ModelPeer(tls=context) as peer, Proxy(peer.address) as proxy:
        await conversation(peer, proxy, tls=tls)
        return proxy.lines[0]


def cut(peer: ModelPeer, way: str, at: int, orderly: bool) -> Proxy:
    """A proxy that ends its first connection behind so many bytes of one direction."""
    up, down = (at, None) if way == "up" else (None, at)
    return Proxy(peer.address, cut_up=up, cut_down=down, orderly=orderly)


def fair(peer: ModelPeer, mails: list[Mail]) -> int:
    """Each mail ended rightly; how many are unknown."""
    unknown = 0
    for mail in mails:
        times = peer.times(mail.ordinal)
        for recipient in mail.recipients:
            if recipient.status == "delivered":
                assert times == 1
            elif recipient.reply == UNKNOWN:
                assert recipient.status == "retry"
                assert times <= 1
                unknown += 1
            else:  # it never greeted us, and is tried once
                assert recipient.status == "pending"
                assert times == 0
                assert not any(b"DATA" in server.commands for server in peer.servers[-1:])
    return unknown


@LOOPS
@ENDS
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_at_any_byte_in_clear(run: Runner, way: str, orderly: bool) -> None:
    async def main() -> None:
        line = await whole(tls=False)
        total = len(line.up if way == "up" else line.down)
        unknown = 0
        for at in range(1, total + 1):
            async with ModelPeer() as peer, cut(peer, way, at, orderly) as proxy:
                mails = await conversation(peer, proxy, tls=False, big=at % 2 == 0)
                unknown += fair(peer, mails)
        assert unknown < total

    run(main())


@LOOPS
@ENDS
@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("step", [23, pytest.param(5, marks=pytest.mark.slow)])
def test_a_cut_at_bytes_inside_tls(run: Runner, way: str, orderly: bool, step: int) -> None:
    async def main() -> None:
        line = await whole(tls=True)
        total = len(line.up if way == "up" else line.down)
        context = server_context()
        for at in range(1, total + 1, step):
            async with ModelPeer(tls=context) as peer, cut(peer, way, at, orderly) as proxy:
                fair(peer, await conversation(peer, proxy, tls=True))
                assert not any(b"MAIL" in one.up for one in proxy.lines)

    run(main())
