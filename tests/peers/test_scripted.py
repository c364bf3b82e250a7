"""The scripted peer does what its script says and tells when the client does not."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
import uvloop

from tests.peers.scripted import (
    Close,
    Drip,
    Eof,
    Expect,
    Lines,
    Match,
    Pause,
    Reset,
    ScriptedPeer,
    ScriptFailed,
    Send,
    Step,
    Until,
)

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
both_loops = pytest.mark.parametrize("loop", LOOPS)


def talk(loop: str, script: list[Step], *writes: bytes) -> tuple[bytes, bytes]:
    """What a client that writes `writes` and half-closes reads, and what the peer received."""

    async def work() -> tuple[bytes, bytes]:
        async with ScriptedPeer(script) as peer:
            reader, writer = await asyncio.open_connection(*peer.address)
            for data in writes:
                writer.write(data)
                await asyncio.sleep(0)
            writer.write_eof()
            try:
                answer = await reader.read()
            except ConnectionResetError:
                answer = b"reset"
            writer.close()
            await peer.finished()
            return answer, bytes(peer.received[0])

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(work())


@both_loops
def test_a_script_is_played_in_order(loop: str) -> None:
    script: list[Step] = [
        Send(b"220 hi\r\n"),
        Match(rb"EHLO \S+\r\n"),
        Drip(b"250 x\r\n"),
        Lines(2),
        Expect(b"DATA\r\n"),
        Send(b"354 go\r\n"),
        Until(),
        Expect(b"QUIT\r\n"),
        Eof(),
        Send(b"221 bye\r\n"),
        Close(),
    ]
    wire = b"EHLO mvs1\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"
    for writes in ([wire], [wire[at : at + 1] for at in range(len(wire))]):
        answer, received = talk(loop, script, *writes)
        assert answer == b"220 hi\r\n250 x\r\n354 go\r\n221 bye\r\n"
        assert received == wire


@both_loops
def test_reset_is_a_reset(loop: str) -> None:
    assert talk(loop, [Expect(b"NOOP\r\n"), Reset()], b"NOOP\r\n")[0] == b"reset"


FAULTS: dict[str, list[Step]] = {
    "other bytes": [Expect(b"NOPE")],
    "more expected than came": [Expect(b"NOOP\r\nNOOP\r\n")],
    "no match": [Match(b"QUIT\r\n")],
    "too few lines": [Lines(2)],
    "no end": [Until()],
    "not over": [Eof()],
}


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_what_the_script_did_not_foresee_fails_it(script: list[Step]) -> None:
    with pytest.raises(ScriptFailed, match="step 0"):
        talk("asyncio", script, b"NOOP\r\n")


def test_a_connection_too_many_fails() -> None:
    async def work() -> None:
        async with ScriptedPeer([Close()]) as peer:
            for _ in range(2):
                reader, writer = await asyncio.open_connection(*peer.address)
                with contextlib.suppress(ConnectionResetError):
                    await reader.read()
                writer.close()
            await peer.finished()

    with pytest.raises(ScriptFailed, match="more connections"):
        asyncio.run(work())


def test_a_pause_ends_when_the_test_says_so() -> None:
    async def work() -> None:
        go = asyncio.Event()
        async with ScriptedPeer([Send(b"1"), Pause(go), Send(b"2"), Close()]) as peer:
            reader, writer = await asyncio.open_connection(*peer.address)
            assert await reader.readexactly(1) == b"1"
            waiting = asyncio.create_task(reader.read())
            await asyncio.sleep(0)
            assert not waiting.done()
            go.set()
            assert await waiting == b"2"
            writer.close()
            await peer.finished()

    asyncio.run(work())
