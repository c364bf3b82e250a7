"""Time as a port: what hour it is, what is to happen later, and what is on its way meanwhile.

Only policy waits (ConnectRetry, ConnectIdle, retries) go through it. A clock that jumps looks at
what is in flight (blueprint §2): a connection that is made, an exchange, a look-up, a store call.
Limits of the SMTP dialogue stay on the real clock. No I/O.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol


class Timer(Protocol):
    """Something that will be called."""

    def cancel(self) -> None:
        """It will not."""


class Clock(Protocol):
    """The clock of a CSSMTP."""

    def now(self) -> datetime:
        """The moment, with its zone."""

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call so many seconds from now, on the event loop."""

    def begins(self) -> None:
        """Something is in flight from now on: no time may be skipped."""

    def ends(self) -> None:
        """It is not any more; once for each `begins`."""


@contextmanager
def in_flight(clock: Clock) -> Iterator[None]:
    """What happens inside is in flight."""
    clock.begins()
    try:
        yield
    finally:
        clock.ends()


@contextmanager
def waiting(clock: Clock) -> Iterator[None]:
    """Somebody in flight waits inside for something that may need time to go by."""
    clock.ends()
    try:
        yield
    finally:
        clock.begins()
