"""⚡ Making connections to targets: an attempt is a task, from `connection_made` on the connection
tells by itself how it ends."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from cssmtp.setting import Setting
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import Transaction
from cssmtp.smtp.wire import NO_CONNECTION, Calls, Connection, no_connection
from cssmtp.targets import Route


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a connector asks and tells. `next_mail` is for a connection that can take one;
    `not_made` is called when an attempt came to nothing, `ended` when any attempt is over."""

    calls: Calls
    next_mail: Callable[[Route, Capabilities, Connection], Transaction | None]
    not_made: Callable[[Route, str, bool], None]
    ended: Callable[[], None]


class Connector:
    """Makes connections. `connections` has those that are, each with its route; `setting`
    is for new ones."""

    def __init__(self, setting: Setting, owner: Owner, tasks: asyncio.TaskGroup) -> None:
        self.connections: dict[Connection, Route] = {}
        self.ending = False  # the task group is
        self.setting = setting
        self._owner = owner
        self._tasks = tasks
        self._attempts: set[asyncio.Task[None]] = set()

    def __bool__(self) -> bool:
        """There are connections, or they are being made."""
        return bool(self.connections or self._attempts)

    def open(self, route: Route) -> None:
        """Begin to make a connection."""
        route.opening()
        attempt = self.spawn(self._connect(route), f"connect to {route.target.shown}")
        if attempt is not None:
            self.setting.clock.begins()
            self._attempts.add(attempt)
            attempt.add_done_callback(self._attempted)

    def abort(self, reason: str) -> None:
        """End every connection and every attempt now."""
        for attempt in self._attempts:
            attempt.cancel()
        for connection in tuple(self.connections):
            connection.abort(reason)

    def spawn(self, work: Coroutine[None, None, None], name: str) -> "asyncio.Task[None] | None":
        """A task of the group; None when the group is ending already."""
        try:
            return self._tasks.create_task(work, name=name)
        except RuntimeError:
            work.close()
            self.ending = True
            return None

    def _attempted(self, attempt: "asyncio.Task[None]") -> None:
        self._attempts.discard(attempt)
        self.setting.clock.ends()
        self._owner.ended()

    async def _connect(self, route: Route) -> None:
        connections: list[Connection] = []

        def protocol() -> Connection:
            connections.append(self._connection(route))
            return connections[0]

        where = (route.target.address, route.target.port)
        reason = ""
        try:
            async with asyncio.timeout(self.setting.timeout.initial_msg):
                await asyncio.get_running_loop().create_connection(protocol, *where)
        except (OSError, ValueError) as error:
            reason = no_connection(error)
        finally:
            if not any(connection.made for connection in connections):
                for connection in connections:
                    self.gone(connection)
                self._owner.not_made(route, reason, reason == NO_CONNECTION)

    def _connection(self, route: Route) -> Connection:
        def source(can: Capabilities) -> Transaction | None:
            return self._owner.next_mail(route, can, connection)

        setting = self.setting
        dialogue = Dialogue(
            setting.host,
            route.target.shown,
            source,
            pipelining=setting.pipelining,
            tls=route.secure,
            ehlo_again=setting.ehlo_again,
        )
        policy = setting.policy(route.target) if route.secure else None
        connection = Connection(
            dialogue, setting.timeout, self._owner.calls, policy, setting.tap(route.target.shown)
        )
        self.connections[connection] = route
        setting.clock.begins()
        return connection

    def gone(self, connection: Connection) -> Route:
        """A connection is no more; the route that it was on."""
        self.setting.clock.ends()
        return self.connections.pop(connection)
