"""One connection to the sandbox: aiosmtpd's server, changed where it would alter or limit a mail.

What differs from aiosmtpd 1.4.6, each with a test:

* the text of a mail is kept byte for byte and streamed to the store; only CRLF.CRLF ends it;
* PIPELINING and ENHANCEDSTATUSCODES are offered, and every reply carries an enhanced status code;
* paths are taken as they stand and the null sender is one; commands may be as long as a line;
* a client that has sent everything and closed its half is still answered;
* after STARTTLS nothing that came in clear is believed, on uvloop too, and no greeting is needed;
* it misbehaves where the rules of faults say so;
* no name look-ups; nothing that a peer does is an unhandled exception in the event loop.
"""

import asyncio
import contextlib
import logging

from emulator.sandbox.connection import Connection
from emulator.sandbox.faults import Point
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
NO_ROOM = "452 4.3.1 Insufficient system storage"
FEW = 1024  # bytes of a text that are looked at together where faults may wait in it

_END = b"\r\n.\r\n"
_log = logging.getLogger(__name__)


class SandboxConnection(Connection):
    """The dialogue with one client."""

    # --- greeting and TLS ---------------------------------------------------------------------

    async def smtp_HELO(self, hostname: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.1."""
        if await self._faulty(Point.HELO):
            return
        if await self._greet("HELO", hostname, extended=False):
            await self._say(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.1; the offer in one write."""
        if await self._faulty(Point.EHLO):
            return
        if not await self._greet("EHLO", hostname, extended=True):
            return
        offer = [self.hostname, "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self._limit:
            offer.append(f"SIZE {self._limit}")
        if self._offers_tls:
            offer.append("STARTTLS")
        offer.append("HELP")
        lines = [f"250-{line}" for line in offer[:-1]]
        await self._say("\r\n".join([*lines, f"250 {offer[-1]}"]))

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
        if not self._offers_tls:
            await self.push("503 5.5.1 STARTTLS is not offered here")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
            return
        if await self._faulty(Point.STARTTLS):
            return
        context = self.server.context(self._odd.tls if self._odd else None)
        await self.push("220 2.0.0 Ready to start TLS")
        self._reader.forget()
        try:
            await self._writer.start_tls(context)
        except (OSError, EOFError) as error:  # ssl.SSLError is an OSError
            self.end()
            raise ConnectionResetError("no TLS with this client") from error
        self.transport = self._writer.transport
        self.encrypted = True
        self.session = self._create_session()
        self._forget_mail()

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Inside TLS a client need not greet again, as with Postfix: CSSMTP does not by default."""
        return not self.encrypted and bool(await super().check_helo_needed(helo))

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
        if self._odd is not None:
            self._odd.talk.mail(found.path)
            if await self._faulty(Point.MAIL):
                return
        fault = mail_parameter_fault(found.parameters, self._limit)
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
        elif not await self._faulty(Point.RCPT, recipient=found.path):
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
        elif not await self._faulty(Point.DATA):
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
        if reply is not None:
            await self.push(reply)

    async def _receive(self, incoming: Incoming) -> str | None:
        """Read a mail to its end whatever happens; the reply to it, None when faults gave it."""
        fault: str | None = None
        unstuffer = Unstuffer()
        size, begin, last = 0, len(CRLF), False
        self._reader.unread(CRLF)  # the line end of DATA: the first line is one like the others
        await self._text(0)
        while not last:
            piece, last = await self._piece()
            text = unstuffer.feed(piece) + (unstuffer.finish() if last else b"")
            text, begin = text[begin:], 0
            size += len(text)
            await self._text(size, last=last)
            if self._limit and size > self._limit:
                fault = fault or TOO_BIG
            if unstuffer.too_long:
                fault = fault or "500 5.5.2 Line too long"
            fault = fault or _written(incoming, text)
        if await self._faulty(Point.PERIOD, size=size):
            return None
        return fault or self._accepted(incoming, size)

    async def _text(self, size: int, *, last: bool = False) -> None:
        """So much of a text is here."""
        if self._odd is not None:
            self._reader.look_at(LINE_LIMIT if last else FEW)
            await self._faulty(Point.TEXT, size=size)
            if last:
                self._odd.text_ended()

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
            helo=str(self.session.host_name or ""),
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
        if self._odd is not None:
            self._odd.mail_limit = None

    # --- the rest -----------------------------------------------------------------------------

    async def smtp_RSET(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.5."""
        if not await self._faulty(Point.RSET):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str | None) -> None:  # noqa: N802
        """RFC 5321, 4.1.1.10."""
        if not await self._faulty(Point.QUIT):
            await super().smtp_QUIT(arg)

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
