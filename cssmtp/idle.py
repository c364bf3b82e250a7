"""Connections that have nothing to do, and how long they are kept (ConnectIdle). No I/O: the clock
is handed in."""

from collections.abc import Iterator

from cssmtp.clock import Clock, Timer
from cssmtp.smtp.wire import Connection


class IdleConnections:
    """Idle connections, oldest first: those that are not in flight. `seconds` 0: they stay until
    somebody ends them."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._timers: dict[Connection, Timer | None] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._timers)

    def __iter__(self) -> Iterator[Connection]:
        """As they are now; the caller may take some away meanwhile."""
        return iter(tuple(self._timers))

    def add(self, connection: Connection) -> None:
        """It has nothing to do from now on."""
        if connection not in self._timers:
            seconds, end = self._seconds, lambda: self.end(connection)
            self._timers[connection] = self._clock.later(seconds, end) if seconds else None
            self._clock.ends()

    def discard(self, connection: Connection) -> None:
        """It has something to do, or is gone."""
        if connection not in self._timers:
            return
        self._clock.begins()
        timer = self._timers.pop(connection)
        if timer is not None:
            timer.cancel()

    def end(self, connection: Connection) -> None:
        """Say QUIT."""
        if connection in self._timers:
            self.discard(connection)
            connection.quit()
