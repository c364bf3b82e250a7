"""⚡ Mails on their way: connections to targets on demand, and the mails that wait for one.

A connection takes the next mail when it can send one, so nothing is assigned beforehand. A mail
whose connection ends before its final period goes back to the head of the queue; after the period
nobody knows what became of it (blueprint §9).
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from cssmtp import text
from cssmtp.config.statements import Timeout
from cssmtp.mail import Mail, Status
from cssmtp.smtp.dialogue import (
    Dialogue,
    Event,
    NeedText,
    Ready,
    Refused,
    Settled,
    Transaction,
)
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.wire import Connection
from cssmtp.targets import Target
from cssmtp.transcode import Inspection, Wire, wire
from cssmtp.work import Item

QUEUE_MAX = 256  # mails waiting; enough for a dozen connections, little enough for memory
QUEUE_BYTES = 8 * 1024 * 1024  # of text that waits in memory
TRIES = 3  # connections that may end under a mail before it is left for a retry

NO_TLS = "JML301E the mail needs TLS, and TLS is not built yet: it is not sent in clear"
TOO_LARGE = "JML302E the mail is larger than any target takes"
UNKNOWN = "JML303W the connection ended after the final period: nobody knows whether it arrived"
LOST = "JML304W {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the connections need to know. `serial` sends one mail at a time, in file order."""

    host: str
    code: Inspection
    timeout: Timeout
    at_sign: bytes = b""
    pipelining: bool = True
    serial: bool = False


@dataclass(slots=True)
class _Route:
    """A target with its connections."""

    target: Target
    wire: Wire
    connections: set[Connection] = field(default_factory=set)
    opened: int = 0  # connections, and those being made
    connecting: int = 0
    failure: str | None = None

    @property
    def usable(self) -> bool:
        """Another connection may be made."""
        server = self.target.server
        return self.failure is None and not server.secure and self.opened < server.connect_limit

    @property
    def gone(self) -> bool:
        """No mail can go here any more."""
        return self.target.server.secure or (self.failure is not None and not self.opened)


class Delivery:
    """Takes mails by `put` and settles each with its `FileWork`.

    `pieces` streams the text of a big mail. A mail for which no target is left that can be reached
    is settled as pending.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        setting: Setting,
        pieces: Callable[[Item, Wire], AsyncIterator[bytes]],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._setting = setting
        self._pieces = pieces
        self._tasks = tasks
        self._routes = [_Route(t, wire(setting.code, t.server.charset)) for t in targets]
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._flying: dict[int, Item] = {}
        self._idle: set[Connection] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._changed = asyncio.Event()

    # --- called by the task --------------------------------------------------------------------

    async def put(self, item: Item) -> None:
        """Give a mail to send; waits while many are waiting already."""
        reason = self._unfit_everywhere(item.mail)
        if reason is not None:
            self._give_up(item, Status.UNDELIVERABLE, reason)
            return
        await self._room.wait()
        self._queue(item)
        if self._idle or any(route.usable for route in self._routes):
            self._balance()
        self._check()

    def release(self) -> None:
        """No mail waits: say QUIT on idle connections (ConnectIdle 0)."""
        if not self._waiting:
            for connection in tuple(self._idle):
                connection.quit()
            self._idle.clear()

    async def close(self) -> None:
        """Let every connection end. Aborts those that do not."""
        while any(route.opened for route in self._routes):
            self.release()
            self._changed.clear()
            await self._changed.wait()

    # --- the queue -----------------------------------------------------------------------------

    def _queue(self, item: Item, *, first: bool = False) -> None:
        if first:
            self._waiting.appendleft(item)
        else:
            self._waiting.append(item)
        self._bytes += 0 if item.mail.big else item.mail.size
        if len(self._waiting) >= QUEUE_MAX or self._bytes >= QUEUE_BYTES:
            self._room.clear()

    def _taken(self, item: Item) -> None:
        self._bytes -= 0 if item.mail.big else item.mail.size
        if len(self._waiting) < QUEUE_MAX // 2 and self._bytes < QUEUE_BYTES:
            self._room.set()

    def _unfit_everywhere(self, mail: Mail) -> str | None:
        """Why no target at all can take the mail, or None."""
        if mail.tls or all(route.target.server.secure for route in self._routes):
            return NO_TLS
        return None

    def _give_up(self, item: Item, status: Status, reply: str) -> None:
        for recipient in item.mail.waiting:
            recipient.status, recipient.reply = status, reply
        item.work.done_with(item.mail)

    def _check(self) -> None:
        """Wake who waits for a change; what no target is left for stays pending."""
        self._changed.set()
        if self._waiting and not self._flying and all(map(self._hopeless, self._waiting)):
            self._strand()

    def _hopeless(self, item: Item) -> bool:
        return all(route.gone or route.target in item.unfit for route in self._routes)

    def _strand(self) -> None:
        reason = "; ".join(f"{r.target.shown}: {r.failure}" for r in self._routes if r.failure)
        while self._waiting:
            item = self._waiting.popleft()
            self._taken(item)
            for recipient in item.mail.waiting:
                recipient.reply = reason
            item.work.done_with(item.mail)
        self._room.set()

    # --- connections ---------------------------------------------------------------------------

    def _balance(self) -> None:
        """Give waiting mails to idle connections, and open more where there is need."""
        for connection in tuple(self._idle):
            if not self._waiting:
                return
            connection.kick()
            if not connection.dialogue.idle:
                self._idle.discard(connection)
        need = len(self._waiting) - sum(route.connecting for route in self._routes)
        while need > 0:
            usable = [route for route in self._routes if route.usable]
            if not usable or (self._setting.serial and any(r.opened for r in self._routes)):
                break
            route = min(usable, key=lambda r: r.opened)
            route.opened += 1
            route.connecting += 1
            name = f"connect to {route.target.shown}"
            self._tasks.create_task(self._connect(route), name=name)
            need -= 1

    async def _connect(self, route: _Route) -> None:
        loop = asyncio.get_running_loop()
        target = route.target
        connections: list[Connection] = []

        def source(can: Capabilities) -> Transaction | None:
            return self._next(route, can, connections[0])

        def protocol() -> Connection:
            dialogue = Dialogue(
                self._setting.host, target.shown, source, pipelining=self._setting.pipelining
            )
            lost = partial(self._lost, route)
            connections.append(
                Connection(dialogue, self._setting.timeout, partial(self._events, route), lost)
            )
            route.connections.add(connections[0])
            return connections[0]

        try:
            await loop.create_connection(protocol, target.address, target.port)
        except OSError as error:
            route.failure = error.strerror or str(error)
            route.opened -= 1
            route.connections.difference_update(connections)
        finally:
            route.connecting -= 1
        if self._waiting:
            self._balance()
        self._check()

    def _events(self, route: _Route, connection: Connection, events: list[Event]) -> None:
        for event in events:
            match event:
                case Settled(transaction, taken):
                    if taken:
                        transaction.mail.receipts.append(connection.receipt())
                    self._after(transaction)
                case NeedText(transaction):
                    self._tasks.create_task(
                        self._stream(route, connection, transaction), name="text of a big mail"
                    )
                case Ready():
                    route.failure = None
                case Refused(reply):
                    route.failure = reply.text
        limit = route.target.server.max_msg_sent
        if limit and connection.dialogue.mails >= limit:
            connection.quit()
        elif connection.dialogue.idle:
            self._idle.add(connection)
            if self._waiting:  # settled between offers: nobody asked for the next one
                self._balance()
        self._check()

    def _lost(self, route: _Route, connection: Connection, reason: str) -> None:
        abandoned = connection.dialogue.abandon()
        if abandoned.untouched is not None:
            self._back(abandoned.untouched)
        if abandoned.started is not None:
            abandoned.started.mail.tries += 1
            if abandoned.started.mail.tries < TRIES:
                self._back(abandoned.started)
            else:
                self._end(abandoned.started, LOST.format(reason=reason))
        if abandoned.unknown is not None:
            self._end(abandoned.unknown, UNKNOWN)
        if not connection.dialogue.greeted and route.failure is None:
            route.failure = reason
        route.connections.discard(connection)
        self._idle.discard(connection)
        route.opened -= 1
        if self._waiting:
            self._balance()
        self._check()

    # --- one mail ------------------------------------------------------------------------------

    def _next(self, route: _Route, can: Capabilities, connection: Connection) -> Transaction | None:
        server = route.target.server
        if server.max_msg_sent and connection.dialogue.mails >= server.max_msg_sent:
            return None
        if self._setting.serial and self._flying:
            return None
        for _ in range(len(self._waiting)):
            item = self._waiting.popleft()
            if self._fits(route, can, item):
                return self._start(route, item)
            self._waiting.append(item)
            if route.target not in item.unfit:
                item.unfit.add(route.target)
                if len(item.unfit) == len(self._routes):
                    self._waiting.pop()
                    self._taken(item)
                    self._give_up(item, Status.UNDELIVERABLE, TOO_LARGE)
        return None

    def _fits(self, route: _Route, can: Capabilities, item: Item) -> bool:
        size = self._size(route, item.mail)
        if can.esmtp:
            return not can.size or size <= can.size
        return size <= route.target.server.message_size

    def _size(self, route: _Route, mail: Mail) -> int:
        return len(mail.prefix) + mail.size + route.wire.extra * mail.eight_bit

    def _start(self, route: _Route, item: Item) -> Transaction:
        self._taken(item)
        mail = item.mail
        body = None if mail.big else text.whole(mail, route.wire, self._setting.at_sign)
        size = self._size(route, mail) if body is None else len(body)
        transaction = Transaction(mail, mail.waiting, body, size)
        self._flying[id(transaction)] = item
        return transaction

    def _after(self, transaction: Transaction) -> None:
        item = self._flying.pop(id(transaction))
        item.work.done_with(item.mail)

    def _end(self, transaction: Transaction, reply: str) -> None:
        """Leave a mail for a retry."""
        self._give_up(self._flying.pop(id(transaction)), Status.RETRY, reply)

    def _back(self, transaction: Transaction) -> None:
        item = self._flying.pop(id(transaction))
        if item.mail.waiting:
            self._queue(item, first=True)
        else:
            item.work.done_with(item.mail)

    async def _stream(
        self, route: _Route, connection: Connection, transaction: Transaction
    ) -> None:
        """Send the text of a big mail in pieces; without its period when that fails."""
        item = self._flying.get(id(transaction))
        if item is None:
            return
        async for piece in self._pieces(item, route.wire):
            if not await connection.send(piece):
                return
        connection.text_sent()
