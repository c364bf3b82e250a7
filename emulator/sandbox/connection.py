"""A connection to the sandbox below its commands: its life, its replies, its faults.

aiosmtpd's server has the loop that reads commands; `emulator.sandbox.session` has the commands.
"""

import asyncio
import contextlib
import logging
import re
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Session as Greeting

from emulator.sandbox.faults import Point, TlsFault
from emulator.sandbox.grammar import LINE_LIMIT
from emulator.sandbox.misbehave import Misbehaviour
from emulator.sandbox.script import Script
from emulator.sandbox.store import Incoming, Mail

REPLY_LIMIT = 510  # without CRLF (RFC 5321, 4.5.3.1.5)

_ENHANCED = {500: "5.5.2", 501: "5.5.4", 502: "5.5.1", 503: "5.5.1"}
_BARE = re.compile(r"([245])(\d\d) (?![245]\.\d)")
_log = logging.getLogger(__name__)
logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's: silent unless asked


class Server(Protocol):
    """What a connection needs of the sandbox it belongs to."""

    hostname: str
    size_limit: int | None
    offers_tls: bool
    idle_seconds: float
    connections: set["Connection"]
    script: Script | None

    @property
    def skipped(self) -> Callable[[], float]:
        """By how many seconds time jumped ahead."""

    def context(self, fault: TlsFault | None) -> ssl.SSLContext:
        """What to offer TLS with."""

    def begin(self) -> Incoming:
        """See `MailStore.begin`."""

    def accept(self, incoming: Incoming, mail: Mail) -> Mail:
        """See `MailStore.accept`."""


class Reader(asyncio.StreamReader):
    """A stream whose end is a lost connection, which is how aiosmtpd's command loop ends."""

    _buffer: bytearray
    _limit: int

    async def readuntil(self, separator: bytes = b"\n") -> bytes:  # type: ignore[override]
        """As in the base class; raises `ConnectionResetError` at the end of the stream."""
        try:
            return await super().readuntil(separator)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ConnectionResetError("the client is gone") from error

    def unread(self, data: bytes) -> None:
        """Put `data` before what is to be read next."""
        self._buffer[:0] = data

    def look_at(self, size: int) -> None:
        """`readuntil` gives up, and the client has to wait, when so many bytes are there."""
        self._limit = size

    def forget(self) -> None:
        """Drop what has arrived and was not read."""
        self._buffer.clear()


class _AnyLength(dict[str, int]):
    """aiosmtpd's limits by command: one for all, and no entry for what a client makes up."""

    def __missing__(self, command: str) -> int:
        return LINE_LIMIT


class Connection(SMTP):
    """One client. `_odd` is how the sandbox misbehaves towards it, None where it does not."""

    line_length_limit = LINE_LIMIT
    command_size_limit = LINE_LIMIT
    command_size_limits = _AnyLength()
    session: Greeting
    _reader: Reader

    def __init__(self, server: Server, listener: int, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self.listener = listener
        self.accepted = 0
        self.encrypted = False
        self._odd: Misbehaviour | None = None
        super().__init__(
            None,
            data_size_limit=server.size_limit,
            hostname=server.hostname,
            ident="ESMTP jesmail sandbox",
            timeout=server.idle_seconds,
            loop=loop,
        )
        # aiosmtpd makes a plain reader; the base class may be set up again with ours
        reader = Reader(limit=LINE_LIMIT, loop=loop)
        asyncio.StreamReaderProtocol.__init__(self, reader, self._cb_client_connected, loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self.server.connections.add(self)
        if self.server.script is not None:
            client = (transport.get_extra_info("peername") or ("",))[0]
            port = (transport.get_extra_info("sockname") or ("", 0))[1]
            talk = self.server.script.connection(self.listener + 1, port, str(client))
            self._odd = Misbehaviour(talk, self, self.server.skipped)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone, or was sent away."""
        self.server.connections.discard(self)
        super().connection_lost(None)  # a reset is an end like others: nobody would take the error

    def data_received(self, data: bytes) -> None:
        """More is here; a slow reader has it later."""
        if self._odd is not None and self._odd.throttle is not None:
            self._odd.throttle.take(data)
        else:
            super().data_received(data)

    @property
    def reader(self) -> asyncio.StreamReader:
        """What the client said."""
        return self._reader

    @property
    def writer(self) -> asyncio.StreamWriter:
        """What it is told."""
        writer: asyncio.StreamWriter = self._writer
        return writer

    def arrived(self, data: bytes) -> None:
        """This was read, slowly."""
        self._reset_timeout()
        super().data_received(data)

    def stay(self, seconds: float) -> None:
        """Put off the end of an idle connection by so many seconds."""
        self._reset_timeout(seconds + self.server.idle_seconds)

    async def _handle_client(self) -> None:
        """The dialogue; a connection that faults end ends no other way than others do."""
        with contextlib.suppress(ConnectionResetError):
            if await self._faulty(Point.CONNECT) or await self._faulty(Point.GREETING):
                self._mute()
            await super()._handle_client()

    async def _faulty(self, point: Point, **changes: Any) -> bool:
        """Whether a rule of faults has answered in the command's place."""
        if self._odd is None:
            return False
        facts = replace(
            self._odd.talk.facts,
            point=point,
            helo=str(self.session.host_name or ""),
            encrypted=self.encrypted,
            recipients=tuple(self.envelope.rcpt_tos) if self.envelope else (),
        )
        return await self._odd.at(replace(facts, **changes))

    def _mute(self) -> None:
        if self._odd is not None:
            self._odd.mute()

    @property
    def _limit(self) -> int | None:
        """The largest mail, now."""
        odd = self._odd
        return (odd and (odd.mail_limit or odd.limit)) or self.server.size_limit

    @property
    def _offers_tls(self) -> bool:
        hidden = self._odd is not None and self._odd.no_tls
        return self.server.offers_tls and not self.encrypted and not hidden

    def eof_received(self) -> bool | None:
        """The client has sent everything: what it sent is still worked off."""
        return asyncio.StreamReaderProtocol.eof_received(self)

    def end(self) -> asyncio.Task[None] | None:
        """Drop the connection now. The task returned is done when nothing runs for it any more."""
        self._writer.transport.abort()
        return self._handler_coroutine

    def _timeout_cb(self) -> None:
        self.end()

    async def handle_exception(self, error: Exception) -> str:
        """The reply to what nobody foresaw. aiosmtpd's own would show the exception's text."""
        _log.error("sandbox: unexpected error in a session", exc_info=error)
        return "451 4.3.0 Local error in processing"

    async def push(self, status: str | bytes) -> None:
        """Send a one-line reply; adds the enhanced status code that aiosmtpd leaves out."""
        text = status if isinstance(status, str) else status.decode("ascii", "replace")
        bare = _BARE.match(text)
        if bare and bare[2] != "20":
            code = _ENHANCED.get(int(text[:3]), f"{bare[1]}.0.0")
            text = f"{text[:4]}{code} {text[4:]}"
        await self._say(re.sub(r"[^ -~]", "?", text)[:REPLY_LIMIT])

    async def _say(self, reply: str) -> None:
        if self._odd is None:
            await super().push(reply)
        else:
            await self._odd.say(reply.encode("ascii", "replace"))
