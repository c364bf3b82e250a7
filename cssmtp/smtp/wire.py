"""⚡ One connection to a target: plays a `Dialogue` over a transport, with time limits.

An expired limit ends the connection, which is never used again. When a connection is lost, what the
target had already answered is read from a duplicate of its socket, because a transport throws away
what it has not read (blueprint §9).
"""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from cssmtp.config.statements import Timeout
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.tap import Tap
from cssmtp.smtp.tls import TlsFilter
from cssmtp.smtp.transaction import Asked, Event, Finished, StartTls

NO_POLICY = "no TLS policy is for this target"
NO_CONNECTION = "no connection in time (InitialMsg)"
_HIGH_WATER = 512 * 1024  # of a text that waits in the transport
_JOIN_MAX = 32 * 1024  # joining more than this costs more than a second write
_READ = 64 * 1024
_LATE_READS = 16  # a megabyte of replies that came in before the end; far more than fits a mail


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom a connection tells what came of each reply, once why it ended, and of a defect of ours.

    An exception inside a callback of a transport is logged and forgotten by the event loop, so it
    is given to `on_defect`.
    """

    on_events: Callable[["Connection", list[Event]], None]
    on_lost: Callable[["Connection", str], None]
    on_defect: Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Policy:
    """What TLS is to be like with a target: AT-TLS policy on z/OS. `name` is whom the certificate
    has to be of; without a `context` no rule matches, and TLS fails."""

    name: str
    context: ssl.SSLContext | None = None


class Connection(asyncio.Protocol):
    """A dialogue on its transport."""

    def __init__(
        self,
        dialogue: Dialogue,
        timeout: Timeout,
        calls: Calls,
        policy: Policy | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.dialogue = dialogue
        self._tap = tap
        self.made = False  # from here on `on_lost` is called, once
        self.expired = False  # a time limit ended it
        self._limits = _limits(timeout)
        self._data_block = timeout.data_block
        self._calls = calls
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._policy = policy or Policy("")
        self._tls: TlsFilter | None = None
        self._spare = -1
        self._port = 0
        self._delivered = 0
        self._unsent = 0
        self._backlog = 0
        self._deadline = 0.0
        self._rings = 0.0
        self._exchange = -1
        self._timer: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._reason = ""

    # --- called by the transport ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The greeting is awaited."""
        self.made = True
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_HIGH_WATER)
        try:
            self._spare = os.dup(transport.get_extra_info("socket").fileno())
            self._port = transport.get_extra_info("sockname")[1]
        except OSError as error:  # no descriptor left, or gone already
            self.abort(error.strerror or str(error))
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Replies, or parts of them."""
        try:
            events = self._heard(data)
            self._react(events)
            if not events and self.dialogue.idle:  # after RSET nobody else tells
                self._calls.on_events(self, events)
        except Exception as error:  # noqa: BLE001 the border to the event loop
            self._calls.on_defect(error)

    def pause_writing(self) -> None:
        """The target reads more slowly than the text comes: DataBlock runs."""
        self._writable.clear()
        self._push_deadline()

    def resume_writing(self) -> None:
        """The target caught up."""
        self._writable.set()
        self._push_deadline()

    def connection_lost(self, error: Exception | None) -> None:
        """Read what had come in already, then say that the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        self._writable.set()
        self.dialogue.cut()
        reason = self._reason or _why(error)
        try:
            for data in self._late():
                self._react(self._heard(data))
            if self._tls is not None and not self._tls.ready:
                self._react(self.dialogue.tls_failed(reason, lost=True))
            self._calls.on_lost(self, reason)
        except Exception as defect:  # noqa: BLE001 the border to the event loop
            self._calls.on_defect(defect)

    def _late(self) -> list[bytes]:
        """Bytes that arrived but were not read. The duplicate shares the socket's buffer."""
        found: list[bytes] = []
        if self._spare < 0:
            return found
        with contextlib.suppress(OSError):
            while len(found) < _LATE_READS and (data := os.read(self._spare, _READ)):
                found.append(data)
        with contextlib.suppress(OSError):
            os.close(self._spare)
        self._spare = -1
        return found

    # --- called by the delivery ----------------------------------------------------------------

    @property
    def unsent(self) -> int:
        """How many of the bytes written certainly did not go out; known after an `abort`."""
        return self._unsent

    def receipt(self) -> tuple[int, int]:
        """Our port and the how-manieth mail over it was taken: what both ends know of a mail."""
        self._delivered += 1
        return self._port, self._delivered

    def kick(self) -> None:
        """There may be a mail for this connection."""
        self._react(self.dialogue.kick())

    def quit(self) -> None:
        """End it in an orderly way."""
        self.dialogue.quit()
        self._react([])

    def abort(self, reason: str) -> None:
        """End it at once; no period goes out any more."""
        transport = self._transport
        if transport is not None and not transport.is_closing():
            self._reason = self._reason or reason
            # Of TLS nobody knows how much text the bytes that are left have inside.
            self._unsent = transport.get_write_buffer_size() if self._tls is None else 0
            transport.abort()

    async def send(self, data: bytes) -> bool:
        """Send a part of a text. False when the connection is gone."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        transport.write(data if self._tls is None else self._tls.send(data))
        if self._tap is not None:
            self._tap.sent(data)
        if not self._writable.is_set():
            await self._writable.wait()
        self._push_deadline()
        return self._transport is not None

    def text_sent(self) -> None:
        """The text that was asked for is out."""
        self._react(self.dialogue.text_sent())

    # --- inside --------------------------------------------------------------------------------

    def _react(self, events: list[Event]) -> None:
        transport = self._transport
        if transport is not None and not transport.is_closing():
            self._write(transport, self.dialogue.take())
            self._watch()
        if events:
            for event in events:
                if isinstance(event, Finished):
                    self._end(event.reason)
                elif isinstance(event, StartTls):
                    self._begin_tls()
            self._calls.on_events(self, events)

    def _write(self, transport: asyncio.Transport, out: list[bytes]) -> None:
        """In one write if it is little; a large text goes out uncopied."""
        if not out:
            return
        if self._tap is not None:
            self._tap.sent(b"".join(out))
        if self._tls is not None:
            transport.write(self._tls.send(b"".join(out)))
        elif len(out) > 1 and sum(map(len, out)) > _JOIN_MAX:
            for data in out:
                transport.write(data)
        else:
            transport.write(out[0] if len(out) == 1 else b"".join(out))

    def _heard(self, data: bytes) -> list[Event]:
        """What bytes from the network bring about."""
        tls = self._tls
        if tls is None:
            if self._tap is not None:
                self._tap.heard(data)
            return self.dialogue.receive(data)
        before, events = tls.ready, []
        text = tls.receive(data)
        self._say_tls(tls.take())
        if tls.ready and not before:
            events += self.dialogue.secured()
        if text:
            if self._tap is not None:
                self._tap.heard(text)
            events += self.dialogue.receive(text)
        if tls.failure is not None:
            events += self.dialogue.tls_failed(tls.failure)
        elif tls.closed and self._transport is not None:
            self._transport.close()
        return events

    def _begin_tls(self) -> None:
        if self._policy.context is None:
            self._react(self.dialogue.tls_failed(NO_POLICY))
            return
        self._tls = TlsFilter(self._policy.context, self._policy.name)
        if self._tls.failure is not None:
            self._react(self.dialogue.tls_failed(self._tls.failure))
        self._say_tls(self._tls.take())

    def _say_tls(self, data: bytes) -> None:
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _end(self, reason: str) -> None:
        self._reason = self._reason or reason
        transport = self._transport
        if transport is not None and not reason and not transport.get_write_buffer_size():
            if self._tls is not None:
                self._say_tls(self._tls.end())
            transport.close()
        else:
            self.abort(reason or "the target answered QUIT before it came")

    def _watch(self) -> None:
        """Each exchange has one limit, however its reply drips in."""
        dialogue = self.dialogue
        if dialogue.waiting_for is None:
            self._exchange = -1
        elif dialogue.replies != self._exchange:
            self._exchange = dialogue.replies
            self._push_deadline()

    def _push_deadline(self) -> None:
        """A new limit; the timer is only made anew when it would ring too late."""
        if self._transport is None:
            return
        if self._writable.is_set():
            limit = self._limits[self.dialogue.waiting_for or 0]
        else:
            limit = self._data_block
            self._backlog = self._transport.get_write_buffer_size()
        self._deadline = self._loop.time() + limit
        if self._timer is None or self._deadline < self._rings:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = self._deadline
        self._timer = self._loop.call_at(self._rings, self._expired)

    def _expired(self) -> None:
        self._timer = None
        asked = self.dialogue.waiting_for
        if asked is None and self._writable.is_set():
            return
        if self._loop.time() < self._deadline:
            self._arm()
        elif not self._writable.is_set():
            self._stuck()
        elif asked is not None:
            self.expired = True
            self.abort(f"no reply in time to {asked.name.replace('_', ' ')}")

    def _stuck(self) -> None:
        """DataBlock is over: did the target read anything meanwhile?"""
        if self._transport is None or self._transport.get_write_buffer_size() < self._backlog:
            self._push_deadline()
        else:
            self.expired = True
            self.abort("no data block went out in time (DataBlock)")


def no_connection(error: OSError | ValueError) -> str:
    """Why no connection was made, in the system's words, whatever the event loop."""
    if isinstance(error, TimeoutError) and not error.errno:
        return NO_CONNECTION
    if isinstance(error, OSError) and not isinstance(error, socket.gaierror) and error.errno:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)


def _why(error: Exception | None) -> str:
    """Why a connection that we did not end is gone, in the system's words."""
    if error is None:
        return "the connection was closed by the target"
    number = error.errno if isinstance(error, OSError) else None
    return f"the connection was lost: {os.strerror(number) if number else error}"


def _limits(timeout: Timeout) -> list[float]:
    """How long each reply may take, by `Asked`; whatever is not named is AnyCmd's."""
    named = {
        Asked.GREETING: timeout.initial_msg,
        Asked.MAIL: timeout.mail_cmd,
        Asked.RCPT: timeout.rcpt_cmd,
        Asked.DATA: timeout.data_cmd,
        Asked.TEXT: timeout.data_term,
        Asked.LONE_DOT: timeout.data_term,
    }
    return [timeout.any_cmd, *(named.get(asked, timeout.any_cmd) for asked in Asked)]
