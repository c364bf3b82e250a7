"""Connections that have nothing to do, and how long they are kept (ConnectIdle). No I/O: the clock
is handed in."""

from collections.abc import Callable, Iterator
from typing import Protocol

from cssmtp.smtp.wire import Connection


class Timer(Protocol):
    """Something that will be called."""

    def cancel(self) -> None:
        """It will not."""


Later = Callable[[float, Callable[[], None]], Timer]  # seconds, and what is to be called then


class IdleConnections:
    """Idle connections, oldest first. `seconds` 0: they stay until somebody ends them."""

    def __init__(self, seconds: float, later: Later) -> None:
        self._seconds = seconds
        self._later = later
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
            self._timers[connection] = (
                self._later(self._seconds, lambda: self.end(connection)) if self._seconds else None
            )

    def discard(self, connection: Connection) -> None:
        """It has something to do, or is gone."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def end(self, connection: Connection) -> None:
        """Say QUIT."""
        if connection in self._timers:
            self.discard(connection)
            connection.quit()
