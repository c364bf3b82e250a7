"""⚡ Mails on their way: connections to targets on demand, and the mails that wait for one.

A connection takes the next mail when it can send one, so nothing is assigned beforehand. A mail
whose connection ends before its final period goes back to the head of the queue; after the period
nobody knows what became of it (blueprint §9).

Every change ends in `_changed`: there, and only there, waiting mails meet idle connections, new
connections are made, and mails that can go nowhere are let go. So no mail waits for an event that
does not come. Which way a mail may go is decided in `cssmtp.routing`.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial

from cssmtp.clock import Timer, waiting
from cssmtp.connecting import Connector, Owner
from cssmtp.failover import goes_on
from cssmtp.idle import IdleConnections
from cssmtp.mail import Status
from cssmtp.offers import Offers
from cssmtp.routing import Routing
from cssmtp.setting import Setting
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import (
    Abandoned,
    Event,
    LacksTls,
    NeedText,
    Ready,
    Settled,
    TlsFailed,
    Transaction,
)
from cssmtp.smtp.wire import Calls, Connection
from cssmtp.statistics import Traffic
from cssmtp.targets import Link, Route, Target
from cssmtp.transcode import Wire
from cssmtp.waiting import Waiting
from cssmtp.work import Item, Unfit

TRIES = 3  # connections that may end under a mail before it is left for a retry
CLOSING = 5.0  # seconds for the last connections to end when no mail is on its way any more

UNKNOWN = "JML303W the connection ended after the final period: nobody knows whether it arrived"
TLS_FAILED = "JML306E TLS failed, the mail is not sent: {reason}"
LOST = "JML307W {reason}"
UNSAYABLE = "JML308E an address has a character that no SMTP command may have: the mail is not sent"


class Delivery:
    """Takes mails by `put` and settles each with its `FileWork`, once.

    `pieces` streams the text of a big mail. A mail for which no target is left that can be reached
    waits, or is settled as pending. An error inside ends `tasks` with that error.
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
        calls = Calls(self._events, self._lost, self._defect)
        owner = Owner(calls, self._next, self._not_made, self._ended_one)
        self._connector = Connector(setting, owner, tasks)
        self._connections = self._connector.connections
        self._patient = setting.patient
        self._clock = setting.clock
        self._routing = Routing(setting.wire, setting.counts)
        self._offers = Offers(setting.at_sign)
        self._waiting = Waiting()
        self._flying: dict[Transaction, Item] = {}
        self._idle = IdleConnections(setting.timeout.connect_idle, setting.clock)
        self._timers: dict[Link, Timer] = {}
        self._doubt = False  # some waiting mail may have nowhere to go
        self._closing = False
        self._turned_away: set[Connection] = set()  # ended by us, through no fault of the target
        self._room = asyncio.Event()
        self._room.set()
        self._ended = asyncio.Event()
        self._over = False
        self.on_quiet: Callable[[], None] = lambda: None  # the last connection is gone
        self._routing.use(targets)

    # --- called by the task --------------------------------------------------------------------

    @property
    def traffic(self) -> Traffic:
        """What is on its way and what waits."""
        full = not self._room.is_set()
        return Traffic(self._routing.links, self._waiting, len(self._flying), full)

    @property
    def connected(self) -> bool:
        """There are connections, or they are being made."""
        return bool(self._connector)

    async def put(self, item: Item) -> None:
        """Give a mail to send; waits while many are waiting already."""
        if not self._room.is_set():
            with waiting(self._clock):
                await self._room.wait()
        self.again(item)

    def again(self, item: Item) -> None:
        """Give a mail that was here before, whatever waits already."""
        self._queue(item)
        self._doubt = self._doubt or not self._routing.elsewhere(item)
        self._changed()

    def release(self) -> None:
        """No mail waits: say QUIT on idle connections (ConnectIdle 0)."""
        if not self._waiting:
            for connection in self._idle:
                self._idle.end(connection)

    def use(self, targets: Sequence[Target]) -> None:
        """These are the targets from now on. Connections to others finish the mail they carry."""
        dropped = self._routing.use(targets)
        for connection in self._idle:
            if self._connections[connection].link in dropped:
                self._idle.end(connection)
        self._doubt = True
        self._changed()

    def set(self, setting: Setting) -> None:
        """For connections that are made from now on."""
        self._setting = self._connector.setting = setting

    def hurry(self) -> None:
        """Wait for no target any more: mails that no target can take now stay pending."""
        self._patient = False
        self._doubt = True
        self._changed()

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
        for timer in self._timers.values():
            timer.cancel()
        self._connector.abort("CSSMTP ended")
        await self._all_ended()

    async def _all_ended(self) -> None:
        while self._connector:
            self._ended.clear()
            await self._ended.wait()
            self.release()

    # --- the queue -----------------------------------------------------------------------------

    def _queue(self, item: Item, *, first: bool = False) -> None:
        self._waiting.add(item, first=first)
        if self._waiting.full:
            self._room.clear()

    def _unqueued(self, item: Item) -> None:
        self._waiting.remove(item)
        if self._waiting.roomy:
            self._room.set()

    def _give_up(
        self, item: Item, status: Status, reply: str | None, target: str | None = None
    ) -> None:
        """Settle the recipients that wait; without a `reply`, by the one that they have."""
        for recipient in item.mail.waiting:
            recipient.status = status
            if reply is not None:
                recipient.reply, recipient.target = reply, target
        item.work.done_with(item.mail)

    def _changed(self) -> None:
        """Bring waiting mails and connections together; let go of what can go nowhere."""
        while self._waiting and not (self._over or self._connector.ending):
            for connection in self._idle:
                connection.kick()
                if not connection.dialogue.idle:
                    self._idle.discard(connection)
                if not self._waiting:
                    return
            while (route := self._wanted()) is not None:
                self._connector.open(route)
            if not self._doubt:
                return
            self._strand()

    def _wanted(self) -> Route | None:
        """The route that should have another connection: some waiting mail may go there."""
        if self._setting.serial:
            return self._routing.wanted_alone(tuple(self._waiting)[:1], len(self._idle))
        if self._idle:
            crowded = self._routing.crowded_out(self._waiting)
            for connection in self._idle:
                if self._connections[connection].link in crowded:
                    self._idle.end(connection)
        return self._routing.wanted(self._waiting)

    def _strand(self) -> None:
        """Let go of mails that can go nowhere."""
        self._doubt = False
        for item in tuple(self._waiting):
            stuck = self._routing.stuck(item, patient=self._patient)
            if stuck is not None:
                self._unqueued(item)
                self._give_up(item, stuck.status, stuck.reply)

    # --- connections ---------------------------------------------------------------------------

    def _not_made(self, route: Route, reason: str, expired: bool) -> None:
        route.failed(reason, expired=expired)
        self._hindered(route)

    def _ended_one(self) -> None:
        self._ended.set()
        if not self._connector:
            self.on_quiet()

    def _hindered(self, route: Route) -> None:
        """Something is wrong with a target, perhaps: look at it again after ConnectRetry."""
        link = route.link
        self._doubt = self._doubt or not link.up or route.lacks_tls is not None
        wait = self._patient and (link.hindered or route.lacks_tls is not None)
        if wait and not self._over and link not in self._timers:
            seconds = self._setting.timeout.connect_retry
            self._timers[link] = self._clock.later(seconds, partial(self.look_again, link))
        self._changed()

    def look_again(self, link: Link) -> None:
        """ConnectRetry is over, or does not count."""
        if (timer := self._timers.pop(link, None)) is not None:
            timer.cancel()
        self._routing.again(link)
        self._changed()

    def _events(self, connection: Connection, events: list[Event]) -> None:
        route = self._connections[connection]
        for event in events:
            match event:
                case Settled(transaction, taken):
                    if taken:
                        transaction.mail.receipts.append(connection.receipt())
                    self._settled(route, transaction, taken=taken)
                case NeedText(transaction):
                    stream = self._stream(route, connection, transaction)
                    self._connector.spawn(stream, "text of a big mail")
                case Ready(can):
                    route.ready(can)
                case LacksTls() | TlsFailed():
                    self._without_tls(connection, route, event)
        if connection.dialogue.idle:
            self._rest(connection, route)
        self._changed()

    def _settled(self, route: Route, transaction: Transaction, *, taken: bool) -> None:
        route.link.counts.answered(transaction, taken=taken)
        item = self._flying.pop(transaction)
        if goes_on(item, transaction, route.target, self._routing, taken=taken):
            self._queue(item, first=True)
        else:
            item.work.done_with(item.mail)

    def _without_tls(self, connection: Connection, route: Route, why: LacksTls | TlsFailed) -> None:
        """No TLS here: the mail that this connection was for goes elsewhere, or nowhere."""
        lasting = isinstance(why, LacksTls) and not (why.reply and why.reply.transient)
        if not connection.dialogue.greeted:
            self._turned_away.add(connection)
            route.turned_away(why.reason if lasting else None)
        if lasting or self._over:
            self._hindered(route)
        elif isinstance(why, TlsFailed) and why.transaction is not None:
            self._no_tls(self._flying.pop(why.transaction), route, why.reason)
        elif (item := self._head(route)) is None:
            return
        elif isinstance(why, LacksTls):
            item.unfit[route.target] = Unfit.DEFERRED
            self._doubt = True
            for recipient in item.mail.waiting:
                recipient.reply, recipient.target = why.reason, route.target.shown
        elif not (why.lost and self._once_more(item)):
            self._unqueued(item)
            self._no_tls(item, route, why.reason)

    def _no_tls(self, item: Item, route: Route, reason: str) -> None:
        reply = TLS_FAILED.format(reason=reason)
        self._give_up(item, Status.UNDELIVERABLE, reply, route.target.shown)

    def _once_more(self, item: Item) -> bool:
        """A connection ended under a mail: whether it may try another one."""
        item.mail.tries += 1
        return item.mail.tries < TRIES

    def _rest(self, connection: Connection, route: Route) -> None:
        """A connection has nothing to do: keep it, or end it after MaxMsgSent mails."""
        if self._closing or route.link.removed or route.spent(connection.dialogue.mails):
            connection.quit()
        else:
            self._idle.add(connection)

    def _lost(self, connection: Connection, reason: str) -> None:
        self._idle.discard(connection)
        route = self._connector.gone(connection)
        if connection in self._turned_away:
            self._turned_away.discard(connection)
        elif connection.dialogue.greeted:
            route.ended(reason, expired=connection.expired)
        else:
            route.failed(reason, expired=connection.expired)
        abandoned = connection.dialogue.abandon(connection.unsent)
        self._abandoned(abandoned, reason, route.target.shown)
        self._routing.forget()
        self._hindered(route)
        self._ended_one()

    def _abandoned(self, what: Abandoned, reason: str, target: str) -> None:
        if what.untouched is not None:
            self._back(what.untouched)
        if what.started is not None:
            if self._once_more(self._flying[what.started]):
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

        self._connector.spawn(raised(), "defect")

    # --- one mail ------------------------------------------------------------------------------

    def _next(self, route: Route, can: Capabilities, connection: Connection) -> Transaction | None:
        """The next mail for a connection; those that do not fit are passed by."""
        if self._over or route.link.removed or route.spent(connection.dialogue.mails):
            return None
        if self._setting.serial and self._flying:
            return None
        while (item := self._head(route)) is not None:
            if self._offers.fits(route, can, item.mail):
                self._unqueued(item)
                transaction = self._start(route, can, item)
                if transaction is not None:
                    return transaction
            else:
                item.unfit[route.target] = Unfit.SIZE
                self._doubt = True
        return None

    def _head(self, route: Route) -> Item | None:
        """The first mail that waits and may go there; with `serial`, of the first alone."""
        among = 1 if self._setting.serial else len(self._waiting)
        return self._waiting.first(partial(self._routing.may_take, route), among)

    def _start(self, route: Route, can: Capabilities, item: Item) -> Transaction | None:
        """Offer a mail; None when it cannot be said in SMTP at all."""
        try:
            transaction = self._offers.transaction(route, can, item.mail)
        except ValueError:
            self._give_up(item, Status.UNDELIVERABLE, UNSAYABLE)
            return None
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
