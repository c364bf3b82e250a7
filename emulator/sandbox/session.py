"""One connection to the sandbox: aiosmtpd's server, changed where it would alter or limit a mail.

What differs from aiosmtpd 1.4.6, each with a test:

* the text of a mail is kept byte for byte and streamed to the store; only CRLF.CRLF ends it;
* PIPELINING and ENHANCEDSTATUSCODES are offered, and every reply carries an enhanced status code;
* paths are taken as they stand and the null sender is one; commands may be as long as a line;
* a client that has sent everything and closed its half is still answered;
* after STARTTLS nothing that came in clear is believed, on uvloop too;
* no name look-ups; nothing that a peer does is an unhandled exception in the event loop.
"""

import asyncio
import contextlib
import logging
import re
import ssl
from typing import Protocol

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Session as Greeting

from emulator.sandbox.grammar import (
    CRLF,
    LINE_LIMIT,
    TOO_BIG,
    Unstuffer,
    mail_parameter_fault,
    path_argument,
)
from emulator.sandbox.store import Envelope, Incoming, Mail

RCPT_LIMIT = 100_000
REPLY_LIMIT = 510  # without CRLF (RFC 5321, 4.5.3.1.5)
NO_ROOM = "452 4.3.1 Insufficient system storage"

_END = b"\r\n.\r\n"
_ENHANCED = {500: "5.5.2", 501: "5.5.4", 502: "5.5.1", 503: "5.5.1"}
_BARE = re.compile(r"([245])(\d\d) (?![245]\.\d)")
_log = logging.getLogger(__name__)
logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's: silent unless asked


class Server(Protocol):
    """What a connection needs of the sandbox it belongs to."""

    hostname: str
    size_limit: int | None
    tls: ssl.SSLContext | None
    idle_seconds: float
    connections: set["SandboxConnection"]

    def begin(self) -> Incoming:
        """See `MailStore.begin`."""

    def accept(self, incoming: Incoming, mail: Mail) -> Mail:
        """See `MailStore.accept`."""


class _Reader(asyncio.StreamReader):
    """A stream whose end is a lost connection, which is how aiosmtpd's command loop ends."""

    _buffer: bytearray

    async def readuntil(self, separator: bytes = b"\n") -> bytes:  # type: ignore[override]
        """As in the base class; raises `ConnectionResetError` at the end of the stream."""
        try:
            return await super().readuntil(separator)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ConnectionResetError("the client is gone") from error

    def unread(self, data: bytes) -> None:
        """Put `data` before what is to be read next."""
        self._buffer[:0] = data

    def forget(self) -> None:
        """Drop what has arrived and was not read."""
        self._buffer.clear()


class _AnyLength(dict[str, int]):
    """aiosmtpd's limits by command: one for all, and no entry for what a client makes up."""

    def __missing__(self, command: str) -> int:
        return LINE_LIMIT


class SandboxConnection(SMTP):
    """The dialogue with one client."""

    line_length_limit = LINE_LIMIT
    command_size_limit = LINE_LIMIT
    command_size_limits = _AnyLength()
    session: Greeting
    _reader: _Reader

    def __init__(self, server: Server, listener: int, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self.listener = listener
        self.accepted = 0
        self.encrypted = False
        super().__init__(
            None,
            data_size_limit=server.size_limit,
            hostname=server.hostname,
            ident="ESMTP jesmail sandbox",
            timeout=server.idle_seconds,
            loop=loop,
        )
        # aiosmtpd makes a plain reader; the base class may be set up again with ours
        reader = _Reader(limit=LINE_LIMIT, loop=loop)
        asyncio.StreamReaderProtocol.__init__(self, reader, self._cb_client_connected, loop)

    # --- the connection's life ----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self.server.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone, or was sent away."""
        self.server.connections.discard(self)
        super().connection_lost(None)  # a reset is an end like others: nobody would take the error

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
        await super().push(re.sub(r"[^ -~]", "?", text)[:REPLY_LIMIT])

    # --- greeting and TLS ---------------------------------------------------------------------

    async def smtp_HELO(self, hostname: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.1."""
        if await self._greet("HELO", hostname, extended=False):
            await super().push(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.1; the offer in one write."""
        if not await self._greet("EHLO", hostname, extended=True):
            return
        offer = [self.hostname, "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.server.size_limit:
            offer.append(f"SIZE {self.server.size_limit}")
        if self.server.tls and not self.encrypted:
            offer.append("STARTTLS")
        offer.append("HELP")
        lines = [f"250-{line}" for line in offer[:-1]]
        await super().push("\r\n".join([*lines, f"250 {offer[-1]}"]))

    async def _greet(self, command: str, hostname: str | None, *, extended: bool) -> bool:
        if not hostname or not hostname.isprintable():
            await self.push(f"501 5.5.4 Syntax: {command} hostname")
            return False
        self._forget_mail()
        self.session.extended_smtp = extended
        self.session.host_name = hostname
        return True

    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """RFC 3207. Raises `ConnectionResetError` when the handshake fails."""
        if self.server.tls is None or self.encrypted:
            await self.push("503 5.5.1 STARTTLS is not offered here")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
            return
        await self.push("220 2.0.0 Ready to start TLS")
        self._reader.forget()
        try:
            await self._writer.start_tls(self.server.tls)
        except (OSError, EOFError) as error:  # ssl.SSLError is an OSError
            self.end()
            raise ConnectionResetError("no TLS with this client") from error
        self.transport = self._writer.transport
        self.encrypted = True
        self.session = self._create_session()
        self._forget_mail()

    # --- a mail -------------------------------------------------------------------------------

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.2."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if self.envelope.mail_from is not None:
            await self.push("503 5.5.1 Nested MAIL command")
            return
        found = path_argument("FROM:", arg)
        if found is None:
            await self.push("501 5.1.7 Syntax: MAIL FROM:<address>")
            return
        if found.parameters and not self.session.extended_smtp:
            await self.push("555 5.5.4 Parameters need EHLO")
            return
        fault = mail_parameter_fault(found.parameters, self.server.size_limit)
        if fault is None:
            self.envelope.mail_from = found.path
            self.envelope.mail_options = list(found.parameters)
        await self.push(fault or "250 2.1.0 OK")

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.3."""
        assert self.envelope is not None
        if self.envelope.mail_from is None:
            await self.push("503 5.5.1 Need MAIL command")
            return
        found = path_argument("TO:", arg)
        if found is None or not found.path:
            await self.push("501 5.1.3 Syntax: RCPT TO:<address>")
        elif found.parameters:
            await self.push("555 5.5.4 RCPT TO parameters not recognized or not implemented")
        elif len(self.envelope.rcpt_tos) >= RCPT_LIMIT:
            await self.push("452 4.5.3 Too many recipients")
        else:
            self.envelope.rcpt_tos.append(found.path)
            await self.push("250 2.1.5 OK")

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.4. The 250 follows when the mail is with the store."""
        assert self.envelope is not None
        if self.envelope.mail_from is None:
            await self.push("503 5.5.1 Need MAIL command")
        elif not self.envelope.rcpt_tos:
            await self.push("554 5.5.1 No valid recipients")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        else:
            await self._take_mail()

    async def _take_mail(self) -> None:
        try:
            incoming = self.server.begin()
        except OSError:
            _log.warning("sandbox: no room for a mail", exc_info=True)
            await self.push(NO_ROOM)
            return
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            reply = await self._receive(incoming)
        finally:
            with contextlib.suppress(OSError):
                incoming.drop()
        self._forget_mail()
        await self.push(reply)

    async def _receive(self, incoming: Incoming) -> str:
        """Read a mail to its end whatever happens; the reply to it."""
        fault: str | None = None
        unstuffer = Unstuffer()
        size, begin, last = 0, len(CRLF), False
        self._reader.unread(CRLF)  # the line end of DATA: the first line is one like the others
        while not last:
            piece, last = await self._piece()
            text = unstuffer.feed(piece) + (unstuffer.finish() if last else b"")
            text, begin = text[begin:], 0
            size += len(text)
            if self.server.size_limit and size > self.server.size_limit:
                fault = fault or TOO_BIG
            if unstuffer.too_long:
                fault = fault or "500 5.5.2 Line too long"
            fault = fault or _written(incoming, text)
        return fault or self._accepted(incoming, size)

    async def _piece(self) -> tuple[bytes, bool]:
        """The next part of a text, about `LINE_LIMIT` bytes at most, and if it is the last."""
        self._reset_timeout()
        try:
            return (await self._reader.readuntil(_END))[: -len(b".\r\n")], True
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(min(error.consumed, LINE_LIMIT)), False

    def _accepted(self, incoming: Incoming, size: int) -> str:
        assert self.envelope is not None
        envelope = Envelope(
            helo=str(self.session.host_name),
            mail_from=self.envelope.mail_from or "",
            rcpt_to=tuple(self.envelope.rcpt_tos),
            tls=self.encrypted,
            extensions=tuple(self.envelope.mail_options),
        )
        try:
            self.server.accept(
                incoming,
                Mail(
                    listener=self.listener,
                    envelope=envelope,
                    size=size,
                    receipt=(self._client_port(), self.accepted + 1),
                ),
            )
            self.accepted += 1
        except OSError:
            _log.warning("sandbox: a mail cannot be saved", exc_info=True)
            return NO_ROOM
        return "250 2.0.0 OK"

    def _client_port(self) -> int:
        peer = self.session.peer
        return int(peer[1]) if isinstance(peer, tuple) else 0

    def _forget_mail(self) -> None:
        self.envelope = self._create_envelope()

    # --- the rest -----------------------------------------------------------------------------

    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 3.5.3: no answer is an answer."""
        await self.push("252 2.5.0 Cannot VRFY user, but will accept mail")

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        """Not offered."""
        await self.push("502 5.5.1 AUTH is not offered here")


def _written(incoming: Incoming, text: bytes) -> str | None:
    try:
        incoming.write(text)
    except OSError:
        _log.warning("sandbox: a mail cannot be written", exc_info=True)
        return NO_ROOM
    return None
