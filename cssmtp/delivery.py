"""⚡ Mails on their way: connections to targets on demand, and the mails that wait for one.

A connection takes the next mail when it can send one, so nothing is assigned beforehand. A mail
whose connection ends before its final period goes back to the head of the queue; after the period
nobody knows what became of it (blueprint §9).

Every change ends in `_changed`: there, and only there, waiting mails meet idle connections, new
connections are made, and mails that can go nowhere are let go. So no mail waits for an event that
does not come.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from operator import attrgetter

from cssmtp import text
from cssmtp.config.statements import TargetServer, Timeout
from cssmtp.mail import Mail, Status
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import (
    Abandoned,
    Event,
    NeedText,
    Ready,
    Settled,
    Transaction,
    envelope,
)
from cssmtp.smtp.wire import Calls, Connection, no_connection
from cssmtp.targets import Route, Target
from cssmtp.transcode import Wire
from cssmtp.work import Item

QUEUE_MAX = 256  # mails waiting; enough for a dozen connections, little enough for memory
QUEUE_BYTES = 8 * 1024 * 1024  # of text that waits; to read far ahead of it gains nothing
TRIES = 3  # connections that may end under a mail before it is left for a retry
CLOSING = 5.0  # seconds for the last connections to end when no mail is on its way any more

NO_TLS = "JML301E the mail needs TLS, and TLS is not built yet: it is not sent in clear"
TOO_LARGE = "JML302E the mail is larger than any target takes"
UNKNOWN = "JML303W the connection ended after the final period: nobody knows whether it arrived"
LOST = "JML307W {reason}"
UNSAYABLE = "JML308E an address has a character that no SMTP command may have: the mail is not sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the connections need to know. `serial` sends one mail at a time, in file order.

    `wire` gives the step from lines to what a target gets.
    """

    host: str
    wire: Callable[[TargetServer], Wire]
    timeout: Timeout
    at_sign: bytes = b""
    pipelining: bool = True
    serial: bool = False


class Delivery:
    """Takes mails by `put` and settles each with its `FileWork`, once.

    `pieces` streams the text of a big mail. A mail for which no target is left that can be reached
    is settled as pending. An error inside ends `tasks` with that error.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        setting: Setting,
        pieces: Callable[[Item, Wire], AsyncGenerator[bytes, None]],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._setting = setting
        self._pieces = pieces
        self._tasks = tasks
        self._routes = [
            Route(target, setting.wire(target.server))
            for target in targets
            if not target.server.secure
        ]
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._flying: dict[Transaction, Item] = {}
        self._connections: dict[Connection, Route] = {}
        self._idle: dict[Connection, None] = {}
        self._closing = False
        self._attempts: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._ended = asyncio.Event()
        self._over = False

    # --- called by the task --------------------------------------------------------------------

    async def put(self, item: Item) -> None:
        """Give a mail to send; waits while many are waiting already."""
        if item.mail.tls or not self._routes:
            self._give_up(item, Status.UNDELIVERABLE, NO_TLS)
            return
        if not self._room.is_set():
            await self._room.wait()
        self._queue(item)
        self._changed()

    def release(self) -> None:
        """No mail waits: say QUIT on idle connections (ConnectIdle 0)."""
        if not self._waiting:
            for connection in tuple(self._idle):
                connection.quit()
            self._idle.clear()

    async def close(self) -> None:
        """Every mail is settled: let every connection end. Aborts those that take too long."""
        self._closing = True
        self.release()
        try:
            async with asyncio.timeout(CLOSING):
                await self._all_ended()
        except TimeoutError:
            await self.abort()

    async def abort(self) -> None:
        """End every connection now; what is on its way ends as it would when it is lost."""
        self._over = True
        for attempt in self._attempts:
            attempt.cancel()
        for connection in tuple(self._connections):
            connection.abort("CSSMTP ended")
        await self._all_ended()

    async def _all_ended(self) -> None:
        while self._connections or self._attempts:
            self._ended.clear()
            await self._ended.wait()
            self.release()

    # --- the queue -----------------------------------------------------------------------------

    def _queue(self, item: Item, *, first: bool = False) -> None:
        if first:
            self._waiting.appendleft(item)
        else:
            self._waiting.append(item)
        self._bytes += item.mail.size
        if len(self._waiting) >= QUEUE_MAX or self._bytes >= QUEUE_BYTES:
            self._room.clear()

    def _unqueued(self, item: Item) -> None:
        self._bytes -= item.mail.size
        if len(self._waiting) < QUEUE_MAX // 2 and self._bytes < QUEUE_BYTES:
            self._room.set()

    def _give_up(self, item: Item, status: Status, reply: str, target: str | None = None) -> None:
        for recipient in item.mail.waiting:
            recipient.status, recipient.reply, recipient.target = status, reply, target
        item.work.done_with(item.mail)

    def _changed(self) -> None:
        """Bring waiting mails and connections together; let go of what can go nowhere."""
        again = True
        while again and self._waiting and not self._over:
            for connection in tuple(self._idle):
                connection.kick()
                if not connection.dialogue.idle:
                    self._idle.pop(connection, None)
                if not self._waiting:
                    return
            while (route := self._wanted()) is not None:
                self._open(route)
            again = not self._flying and any(route.gone for route in self._routes)
            again = again and self._strand()

    def _wanted(self) -> Route | None:
        """The route that should have another connection: some waiting mail may go there."""
        usable = [route for route in self._routes if route.usable]
        if not usable:
            return None
        arriving = sum(route.arriving for route in self._routes)
        if self._setting.serial:
            busy = sum(route.greeted for route in self._routes) > len(self._idle)
            if busy or arriving:
                return None
            usable = [route for route in usable if not route.opened]
        elif len(self._waiting) <= arriving:
            return None
        useful = [r for r in usable if any(r.target not in item.unfit for item in self._waiting)]
        return min(useful, key=attrgetter("opened"), default=None)

    def _strand(self) -> bool:
        """Mails for which no target is left stay pending. Whether there was one."""
        reason = "; ".join(f"{r.target.shown}: {r.failure}" for r in self._routes if r.failure)
        left = {route.target for route in self._routes if not route.gone}
        stranded = [item for item in self._waiting if left <= item.unfit]
        for item in stranded:
            self._waiting.remove(item)
            self._unqueued(item)
            self._give_up(item, Status.PENDING, reason)
        return bool(stranded)

    # --- connections ---------------------------------------------------------------------------

    def _open(self, route: Route) -> None:
        route.opening()
        attempt = self._spawn(self._connect(route), f"connect to {route.target.shown}")
        if attempt is not None:
            self._attempts.add(attempt)
            attempt.add_done_callback(self._attempted)

    def _attempted(self, attempt: asyncio.Task[None]) -> None:
        self._attempts.discard(attempt)
        self._ended.set()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None] | None:
        """A task of the group; None when the group is ending already."""
        try:
            return self._tasks.create_task(work, name=name)
        except RuntimeError:
            work.close()
            self._over = True
            return None

    async def _connect(self, route: Route) -> None:
        """Make a connection; from `connection_made` on it tells by itself how it ends."""
        connections: list[Connection] = []

        def protocol() -> Connection:
            connections.append(self._connection(route))
            return connections[0]

        where = (route.target.address, route.target.port)
        reason = ""
        try:
            async with asyncio.timeout(self._setting.timeout.initial_msg):
                await asyncio.get_running_loop().create_connection(protocol, *where)
        except (OSError, ValueError) as error:
            reason = no_connection(error)
        finally:
            if not any(connection.made for connection in connections):
                for connection in connections:
                    del self._connections[connection]
                route.failed(reason)
                self._changed()

    def _connection(self, route: Route) -> Connection:
        def source(can: Capabilities) -> Transaction | None:
            return self._next(route, can, connection)

        setting = self._setting
        dialogue = Dialogue(setting.host, route.target.shown, source, pipelining=setting.pipelining)
        calls = Calls(self._events, self._lost, self._defect)
        connection = Connection(dialogue, setting.timeout, calls)
        self._connections[connection] = route
        return connection

    def _events(self, connection: Connection, events: list[Event]) -> None:
        route = self._connections[connection]
        for event in events:
            match event:
                case Settled(transaction, taken):
                    if taken:
                        transaction.mail.receipts.append(connection.receipt())
                    item = self._flying.pop(transaction)
                    item.work.done_with(item.mail)
                case NeedText(transaction):
                    stream = self._stream(route, connection, transaction)
                    self._spawn(stream, "text of a big mail")
                case Ready():
                    route.ready()
        if connection.dialogue.idle:
            self._rest(connection, route)
        self._changed()

    def _rest(self, connection: Connection, route: Route) -> None:
        """A connection has nothing to do: keep it, or end it after MaxMsgSent mails."""
        limit = route.target.server.max_msg_sent
        if self._closing or (limit and connection.dialogue.mails >= limit):
            connection.quit()
        else:
            self._idle[connection] = None

    def _lost(self, connection: Connection, reason: str) -> None:
        route = self._connections.pop(connection)
        self._idle.pop(connection, None)
        if connection.dialogue.greeted:
            route.ended()
        else:
            route.failed(reason)
        abandoned = connection.dialogue.abandon(connection.unsent)
        self._abandoned(abandoned, reason, route.target.shown)
        self._changed()
        self._ended.set()

    def _abandoned(self, what: Abandoned, reason: str, target: str) -> None:
        if what.untouched is not None:
            self._back(what.untouched)
        if what.started is not None:
            what.started.mail.tries += 1
            if what.started.mail.tries < TRIES:
                self._back(what.started)
            else:
                item = self._flying.pop(what.started)
                self._give_up(item, Status.RETRY, LOST.format(reason=reason), target)
        if what.unknown is not None:
            self._give_up(self._flying.pop(what.unknown), Status.RETRY, UNKNOWN, target)

    def _back(self, transaction: Transaction) -> None:
        item = self._flying.pop(transaction)
        if item.mail.waiting:
            self._queue(item, first=True)
        else:
            item.work.done_with(item.mail)

    def _defect(self, error: Exception) -> None:
        """Something of ours broke in a callback: end the task group with it."""

        async def raised() -> None:
            raise error

        self._spawn(raised(), "defect")

    # --- one mail ------------------------------------------------------------------------------

    def _next(self, route: Route, can: Capabilities, connection: Connection) -> Transaction | None:
        """The next mail for a connection; those that do not fit are passed by."""
        limit = route.target.server.max_msg_sent
        if self._over or (limit and connection.dialogue.mails >= limit):
            return None
        if self._setting.serial and self._flying:
            return None
        passed: list[Item] = []
        transaction = None
        while self._waiting and transaction is None:
            item = self._waiting.popleft()
            if not (item.unfit and route.target in item.unfit) and self._fits(
                route, can, item.mail
            ):
                self._unqueued(item)
                transaction = self._start(route, can, item)
            elif self._unfit(route, item):
                passed.append(item)
                if self._setting.serial:
                    break
        self._waiting.extendleft(reversed(passed))
        return transaction

    def _unfit(self, route: Route, item: Item) -> bool:
        """Note that the target cannot take the mail. False when no other one can."""
        item.unfit.add(route.target)
        if len(item.unfit) < len(self._routes):
            return True
        self._unqueued(item)
        self._give_up(item, Status.UNDELIVERABLE, TOO_LARGE)
        return False

    def _fits(self, route: Route, can: Capabilities, mail: Mail) -> bool:
        limit = can.size if can.esmtp else route.target.server.message_size
        if not limit or route.bound(mail) <= limit:
            return True
        inexact = route.wire.extra and mail.eight_bit and not mail.big
        return bool(inexact) and len(self._text(route, mail)) <= limit

    def _text(self, route: Route, mail: Mail) -> bytes:
        return text.whole(mail, route.wire, self._setting.at_sign)

    def _start(self, route: Route, can: Capabilities, item: Item) -> Transaction | None:
        """Offer a mail; None when it cannot be said in SMTP at all."""
        mail = item.mail
        body = None if mail.big else self._text(route, mail)
        size = None
        if can.size is not None:
            size = route.bound(mail) if body is None else len(body)
        recipients = mail.waiting
        try:
            lines = envelope(mail.sender, recipients, size)
        except ValueError:
            self._give_up(item, Status.UNDELIVERABLE, UNSAYABLE)
            return None
        transaction = Transaction(mail, recipients, lines, body)
        self._flying[transaction] = item
        return transaction

    async def _stream(self, route: Route, connection: Connection, transaction: Transaction) -> None:
        """Send the text of a big mail in pieces; without its period when that fails."""
        item = self._flying.get(transaction)
        if item is None:
            return
        async with aclosing(self._pieces(item, route.wire)) as pieces:
            async for piece in pieces:
                if not await connection.send(piece):
                    return
        connection.text_sent()
