"""A byte-scripted SMTP server on loopback, for tests of the client (blueprint §9).

A script is a list of steps; the first connection plays the first script, the next one the next.
What a script did not foresee ends its connection with a reset and fails `finished()`, which every
test awaits.

    async with ScriptedPeer([Send(b"220 hi\\r\\n"), Expect(b"EHLO x\\r\\n"), Reset()]) as peer:
        ...  # the client talks to peer.address
        await peer.finished()
"""

import asyncio
import re
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CHUNK = 65_536
DEADLINE = 10.0  # seconds for a whole script: a test fails, it never hangs


class ScriptFailed(AssertionError):
    """The client did not send what the script expected."""


@dataclass(frozen=True, slots=True)
class Expect:
    """Exactly these bytes are next; more may have come already and waits for the next step."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """The next line, CRLF included, matches this pattern as a whole."""

    pattern: bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """So many lines are next, whatever they are."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class Until:
    """Everything up to and including these bytes, such as the end of a mail."""

    end: bytes = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes at once."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Drip:
    """Write these bytes one at a time, each its own segment; the event loop turns in between."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing until the test sets the event."""

    event: asyncio.Event


@dataclass(frozen=True, slots=True)
class Eof:
    """The client has closed its side and nothing more came."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close in an orderly way."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Close so that the client gets a reset (SO_LINGER 0)."""


Step = Expect | Match | Lines | Until | Send | Drip | Pause | Eof | Close | Reset


class ScriptedPeer:
    """Plays one script per connection. `received` has all bytes of each connection, in order."""

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.received: list[bytearray] = []
        self.address = ("127.0.0.1", 0)
        self._scripts = scripts
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._connected = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._connection, *self.address)
        self.address = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what is open. Failures are told by `finished`."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finished(self) -> None:
        """Wait until every script was played to its end. Raises `ScriptFailed`, `TimeoutError`."""
        async with asyncio.timeout(DEADLINE):
            while len(self._tasks) < len(self._scripts):
                self._connected.clear()
                await self._connected.wait()
            await asyncio.gather(*self._tasks)
        if len(self._tasks) > len(self._scripts):
            extra = len(self._tasks) - len(self._scripts)
            raise ScriptFailed(f"{extra} more connections than scripts")

    def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self._tasks)
        script = self._scripts[number] if number < len(self._scripts) else [Reset()]
        received = bytearray()
        self.received.append(received)
        play = _Play(reader, writer, received)
        self._tasks.append(asyncio.create_task(play.script(script), name=f"peer {number}"))
        self._connected.set()


class _Play:
    """One connection: the bytes that came and were not yet expected, and the steps."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, received: bytearray
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._received = received
        self._seen = 0  # of what was received

    async def script(self, steps: Sequence[Step]) -> None:
        """Play the steps; close at the end. A failed expectation resets the connection."""
        try:
            async with asyncio.timeout(DEADLINE):
                for number, step in enumerate(steps):
                    try:
                        await self._step(step)
                    except ScriptFailed as error:
                        raise ScriptFailed(f"step {number}, {step}: {error}") from None
        except BaseException:
            self._reset()
            raise
        self._writer.close()

    async def _step(self, step: Step) -> None:
        match step:
            case Send() | Drip() | Pause():
                await self._speak(step)
            case Close():
                self._writer.close()
            case Reset():
                self._reset()
            case _:
                await self._listen(step)

    async def _speak(self, step: Send | Drip | Pause) -> None:
        if isinstance(step, Pause):
            await step.event.wait()
            return
        parts = [step.data] if isinstance(step, Send) else [bytes([byte]) for byte in step.data]
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(0)

    async def _listen(self, step: Expect | Match | Lines | Until | Eof) -> None:
        match step:
            case Expect(data):
                await self._exactly(data)
            case Match(pattern):
                await self._line(pattern)
            case Lines(count):
                for _ in range(count):
                    await self._take(b"\r\n")
            case Until(end):
                await self._take(end)
            case Eof():
                await self._end()

    async def _exactly(self, data: bytes) -> None:
        while (came := bytes(self._received[self._seen : self._seen + len(data)])) != data:
            if not data.startswith(came):
                raise ScriptFailed(f"came {came!r}")
            await self._more()
        self._seen += len(data)

    async def _line(self, pattern: bytes) -> None:
        line = await self._take(b"\r\n")
        if not re.fullmatch(pattern, line):
            raise ScriptFailed(f"came {line!r}")

    async def _take(self, end: bytes) -> bytes:
        look = self._seen
        while (at := self._received.find(end, look)) < 0:
            look = max(self._seen, len(self._received) - len(end) + 1)
            await self._more()
        taken = bytes(self._received[self._seen : at + len(end)])
        self._seen = at + len(end)
        return taken

    async def _more(self) -> None:
        try:
            data = await self._reader.read(CHUNK)
        except ConnectionError as error:
            raise ScriptFailed(f"the client is gone: {error}") from error
        if not data:
            rest = bytes(self._received[self._seen :])
            raise ScriptFailed(f"the client closed after {rest!r}")
        self._received += data

    async def _end(self) -> None:
        rest = bytes(self._received[self._seen :]) + await self._reader.read(CHUNK)
        if rest:
            raise ScriptFailed(f"came {rest!r}")

    def _reset(self) -> None:
        with_reset = struct.pack("ii", 1, 0)
        if not self._writer.transport.is_closing():
            sock = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, with_reset)
        self._writer.transport.abort()
