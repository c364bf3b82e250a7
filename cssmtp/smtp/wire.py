"""⚡ One connection to a target: plays a `Dialogue` over a transport, with time limits.

An expired limit ends the connection, which is never used again. When a connection is lost, what the
target had already answered is read from a duplicate of its socket, because a transport throws away
what it has not read (blueprint §9).
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import cast

from cssmtp.config.statements import Timeout
from cssmtp.smtp.dialogue import Asked, Dialogue, Event, Finished

_HIGH_WATER = 512 * 1024
_READ = 64 * 1024
_LATE_READS = 16  # a megabyte of replies that came in before the end; far more than fits a mail


class Connection(asyncio.Protocol):
    """`on_events` is told what came of each reply, `on_lost` once why the connection ended."""

    def __init__(
        self,
        dialogue: Dialogue,
        timeout: Timeout,
        on_events: Callable[["Connection", list[Event]], None],
        on_lost: Callable[["Connection", str], None],
    ) -> None:
        self.dialogue = dialogue
        self._timeout = timeout
        self._on_events = on_events
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._spare = -1
        self._port = 0
        self._delivered = 0
        self._deadline = 0.0
        self._rings = 0.0
        self._exchange = -1
        self._timer: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._reason = "the connection was closed by the target"

    # --- called by the transport ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The greeting is awaited."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_HIGH_WATER)
        self._spare = os.dup(transport.get_extra_info("socket").fileno())
        self._port = transport.get_extra_info("sockname")[1]
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Replies, or parts of them."""
        self._react(self.dialogue.receive(data))

    def pause_writing(self) -> None:
        """The target reads more slowly than the text comes."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The target caught up."""
        self._writable.set()

    def connection_lost(self, error: Exception | None) -> None:
        """Read what had come in already, then say that the connection is gone."""
        if error is not None:
            self._reason = f"the connection was lost: {error}"
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        self._transport = None
        for data in self._late():
            self._react(self.dialogue.receive(data))
        self._on_lost(self, self._reason)

    def _late(self) -> list[bytes]:
        """Bytes that arrived but were not read. The duplicate shares the socket's buffer."""
        found: list[bytes] = []
        with contextlib.suppress(OSError):
            while len(found) < _LATE_READS and (data := os.read(self._spare, _READ)):
                found.append(data)
        with contextlib.suppress(OSError):
            os.close(self._spare)
        return found

    # --- called by the delivery ----------------------------------------------------------------

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
        self._reason = reason
        if self._transport is not None:
            self._transport.abort()

    async def send(self, data: bytes) -> bool:
        """Send a part of a text. False when the connection is gone."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(data)
        try:
            async with asyncio.timeout(self._timeout.data_block):
                await self._writable.wait()
        except TimeoutError:
            self.abort("no data block went out in time (DataBlock)")
            return False
        self._push_deadline()
        return self._transport is not None

    def text_sent(self) -> None:
        """The text that was asked for is out."""
        self._react(self.dialogue.text_sent())

    # --- inside --------------------------------------------------------------------------------

    def _react(self, events: list[Event]) -> None:
        out = self.dialogue.take()
        transport = self._transport
        if transport is not None and not transport.is_closing():
            if out:
                transport.write(out)
            for event in events:
                if isinstance(event, Finished):
                    self._reason = event.reason or self._reason
                    transport.close() if not event.reason else transport.abort()
            self._watch()
        if events:
            self._on_events(self, events)

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
        self._deadline = self._loop.time() + self._limit()
        if self._timer is None or self._deadline < self._rings:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = self._deadline
        self._timer = self._loop.call_at(self._rings, self._expired)

    def _limit(self) -> int:
        t = self._timeout
        match self.dialogue.waiting_for:
            case Asked.GREETING:
                return t.initial_msg
            case Asked.MAIL:
                return t.mail_cmd
            case Asked.RCPT:
                return t.rcpt_cmd
            case Asked.DATA:
                return t.data_cmd
            case Asked.TEXT | Asked.LONE_DOT:
                return t.data_term
            case _:
                return t.any_cmd

    def _expired(self) -> None:
        self._timer = None
        if self.dialogue.waiting_for is None:
            return
        if self._loop.time() < self._deadline:
            self._arm()
            return
        asked = self.dialogue.waiting_for.name.replace("_", " ")
        self.abort(f"no reply in time to {asked}")
