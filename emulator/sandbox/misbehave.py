"""Does on a connection what the rules of faults say.

`Misbehaviour.at` is asked before a command is carried out. It answers whether the command has been
answered already; when it has not, the command goes on as usual, perhaps after a delay.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, cast

from emulator.sandbox.faults import (
    CRLF,
    Action,
    Delay,
    Drop,
    Endless,
    Facts,
    Garbage,
    How,
    Point,
    Reply,
    Send,
    SizeLimit,
    Slow,
    Tls,
    TlsFault,
    garbage,
)
from emulator.sandbox.script import Talk

_ENDLESS = b"x" * 4096
_RESET = struct.pack("ii", 1, 0)  # linger, but not at all: a close is a reset
_LINGER = 2.0  # seconds that a client has to see that we close
_READ = 65_536
_TICK = 0.1  # seconds between parts of what is slow
_RECEIVE_BUFFER = 4096, 1 << 20  # what the kernel may take for us: a second's worth
_HANDSHAKE_FAILURE = b"\x15\x03\x01\x00\x02\x02\x28"  # a fatal alert (RFC 8446, 6)
_OPENING = (Point.CONNECT, Point.GREETING, Point.TEXT)  # a refusal there closes


def portion(rate: int) -> tuple[int, float]:
    """Bytes at a time and seconds in between that make so many bytes a second."""
    size = max(1, int(rate * _TICK))
    return size, size / rate


class Line(Protocol):
    """What it needs of the connection."""

    @property
    def reader(self) -> asyncio.StreamReader:
        """What the client said."""

    @property
    def writer(self) -> asyncio.StreamWriter:
        """What it is told."""

    def stay(self, seconds: float, /) -> None:
        """Put off the end of an idle connection by so many seconds."""

    def arrived(self, data: bytes, /) -> None:
        """This was read, slowly."""


class Misbehaviour:
    """The faults of one connection; `tls`, `no_tls` and the limits are for the session to heed.
    `skipped` is by how many seconds time jumped ahead.

    Its methods raise `ConnectionResetError` when the connection is over.
    """

    def __init__(self, talk: Talk, line: Line, skipped: Callable[[], float]) -> None:
        self.talk = talk
        self.tls: TlsFault | None = None
        self.no_tls = False
        self.limit: int | None = None  # of the connection
        self.mail_limit: int | None = None
        self.throttle: Throttle | None = None
        self._line = line
        self._skipped = skipped
        self._loop = asyncio.get_running_loop()
        self._command: Facts | None = None  # that is not answered yet
        self._words = b""  # of a positive reply
        self._silent = False  # the next reply was given already
        self._rate = 0  # of the next reply

    def _now(self) -> float:
        return self._loop.time() + self._skipped()

    async def at(self, facts: Facts) -> bool:
        """Do what is to be done at a point. Whether the command is answered."""
        facts = replace(facts, now=self._now())
        self._command = facts
        if facts.point in (Point.EHLO, Point.HELO):
            self.no_tls, self.limit, self.tls = False, None, None
        for action in self.talk.ask(facts):
            if await self._done(facts.point, action):
                self._command = None
                return True
        return False

    async def _done(self, point: Point, action: Action) -> bool:
        """Do one thing; whether it was the answer."""
        match action:
            case Delay(seconds):
                self._line.stay(seconds)
                await asyncio.sleep(seconds)
            case Slow(rate):
                self._slow(point, rate)
            case SizeLimit(size):
                if point is Point.MAIL:
                    self.mail_limit = size
                else:
                    self.limit = size
            case Tls(TlsFault.NOT_OFFERED):
                self.no_tls = True
            case Tls(TlsFault.EXPIRED | TlsFault.WRONG_NAME as how):
                self.tls = how
            case Reply() if action.positive:
                self._words = action.text.encode("ascii")
            case _:
                await self._answer(point, action)
                return True
        return False

    async def _answer(self, point: Point, action: Action) -> None:
        """Do what stands in place of the command and its reply."""
        match action:
            case Drop(how):
                await self._drop(how)
            case Endless():
                await self._without_end()
            case Tls():  # the client begins: what it says is not understood
                await self._write(b"220 2.0.0 Ready to start TLS\r\n")
                await self._line.reader.read(_READ)
        await self._write(_bytes_of(action))
        refused = isinstance(action, Reply) and point in _OPENING
        if refused or _closes(action) or action == Tls(TlsFault.REFUSE):
            await self._drop(How.CLOSE)

    def _slow(self, point: Point, rate: int) -> None:
        if point is not Point.TEXT:
            self._rate = rate
        elif self.throttle is None:
            self.throttle = Throttle(
                cast(Paused, self._line.writer.transport), self._line.arrived, rate
            )

    def text_ended(self) -> None:
        """The text is here: what comes next is read as usual."""
        if self.throttle is not None:
            self.throttle.end()
            self.throttle = None

    def mute(self) -> None:
        """The next reply is not sent: something stood in its place."""
        self._silent = True

    async def say(self, data: bytes) -> None:
        """Send the reply of a command that was carried out, if the rules let it."""
        command, self._command = self._command, None
        words, self._words = self._words, b""
        if self._silent:
            self._silent = False
            return
        if words and data[:1] in (b"2", b"3"):
            data = words
        facts = command or self.talk.facts
        facts = replace(
            facts,
            point=Point.REPLY,
            to=command.point if command else None,
            now=self._now(),
        )
        for action in self.talk.ask(facts):
            if isinstance(action, Reply):
                data = action.text.encode("ascii")
            elif await self._done(Point.REPLY, action):
                return
        await self._write(data + CRLF)
        if data.startswith(b"421"):
            await self._drop(How.CLOSE)

    async def _write(self, data: bytes) -> None:
        writer, rate = self._line.writer, self._rate
        self._rate = 0
        if not rate:
            writer.write(data)
            await writer.drain()
            return
        size, pause = portion(rate)
        self._line.stay(len(data) / rate)
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            await asyncio.sleep(pause)

    async def _without_end(self) -> None:
        """Until the client, or the time limit of an idle connection, ends it."""
        writer = self._line.writer
        writer.write(b"250-")
        while not writer.transport.is_closing():
            writer.write(_ENDLESS)
            await writer.drain()
            await asyncio.sleep(0)  # a drain that need not wait gives nobody else a turn
        raise ConnectionResetError("the client is gone")

    async def _drop(self, how: How) -> None:
        """End the connection. Always raises `ConnectionResetError`.

        A close with something unread would be a reset, so what the client still says is read until
        it closes too, for a little while.
        """
        writer = self._line.writer
        self.text_ended()
        if how is How.RESET:
            sock = writer.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        elif writer.can_write_eof():
            writer.write_eof()
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(_LINGER):
                    while await self._line.reader.read(_READ):
                        pass
        writer.close()
        raise ConnectionResetError("a rule of the sandbox ended the connection")


def _bytes_of(action: Action) -> bytes:
    """What an action sends."""
    match action:
        case Reply(text):
            return text.encode("ascii") + CRLF
        case Send(data):
            return data
        case Garbage(size):
            return garbage(size)
        case Tls(TlsFault.REFUSE):
            return _HANDSHAKE_FAILURE
        case Tls():
            return b"500 5.5.2 This is still in clear\r\n"
    return b""


def _closes(action: Action) -> bool:
    return isinstance(action, Reply) and action.text.startswith("421")


class Paused(Protocol):
    """What a throttle needs of a transport."""

    def pause_reading(self) -> None:
        """Let the client wait."""

    def resume_reading(self) -> None:
        """Read on."""

    def is_closing(self) -> bool:
        """The connection is over."""

    def get_extra_info(self, name: str, /) -> Any:
        """Its socket."""


class Throttle:
    """Hands on what arrives so many bytes a second; the client is made to wait for it."""

    def __init__(self, transport: Paused, arrived: Callable[[bytes], None], rate: int) -> None:
        self._transport = transport
        self._arrived = arrived
        self._size, self._pause = portion(rate)
        self._pending = bytearray()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        sock = transport.get_extra_info("socket")
        if sock is not None:
            least, most = _RECEIVE_BUFFER
            size = max(least, min(rate, most))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)

    def take(self, data: bytes) -> None:
        """More has arrived."""
        self._pending += data
        if self._timer is None:
            self._transport.pause_reading()
            self._timer = self._loop.call_later(self._pause, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self._transport.is_closing():
            return
        data = bytes(self._pending[: self._size])
        del self._pending[: self._size]
        if self._pending:
            self._timer = self._loop.call_later(self._pause, self._tick)
        else:
            self._transport.resume_reading()
        self._arrived(data)

    def end(self) -> None:
        """Hand on all that is left, and be as quick as usual."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            if not self._transport.is_closing():
                self._transport.resume_reading()
        data = bytes(self._pending)
        self._pending.clear()
        if data:
            self._arrived(data)
