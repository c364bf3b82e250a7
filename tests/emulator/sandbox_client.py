"""A raw client for tests of the sandbox: bytes out, bytes in, on either event loop."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import uvloop

from emulator.sandbox.mta import Address, Sandbox, SandboxSettings

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
GREETING = b"EHLO mvs1.example.com\r\n"
ENVELOPE = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
DEADLINE = 20.0


def run(work: Coroutine[Any, Any, None], loop: str = "asyncio") -> None:
    """Run a test's coroutine; what the event loop reports as unhandled fails the test."""
    unhandled: list[dict[str, Any]] = []

    async def guarded() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: unhandled.append(what))
        async with asyncio.timeout(DEADLINE):
            await work

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(guarded())
    assert not unhandled, unhandled


def with_sandbox(
    test: Callable[[Sandbox], Awaitable[None]],
    settings: SandboxSettings | None = None,
    loop: str = "asyncio",
) -> None:
    """Run `test` against a sandbox of its own."""

    async def work() -> None:
        async with Sandbox(settings) as sandbox:
            await test(sandbox)

    run(work(), loop)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """`data` in pieces, cut at `places`."""
    at = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(at)]


async def converse(address: Address, *writes: bytes) -> bytes:
    """Write everything, half-close, and return all that the server answers until it closes.

    A server that has said goodbye earlier is fine; what it resets is lost.
    """
    reader, writer = await asyncio.open_connection(*address)

    async def send() -> None:
        with contextlib.suppress(OSError):
            for data in writes:
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()

    sending = asyncio.create_task(send())
    answer = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while data := await reader.read(65_536):
            answer += data
    await sending
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return bytes(answer)


def codes(answer: bytes) -> list[str]:
    """The reply codes, one per reply."""
    return [line[:3].decode() for line in answer.split(b"\r\n") if line[3:4] == b" "]
