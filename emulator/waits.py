"""The clocks that CSSMTPs wait by (`cssmtp.clock.Clock`): the real one, and one that jumps.

The jumping clock makes five days of retries take a second: when nothing is in flight, which is
counted and not guessed, it goes to the next timer at once (blueprint §2).
"""

import asyncio
import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from cssmtp.clock import Timer
from emulator.clock import Clock

TURNS = 16  # of the event loop: whoever was woken by what just ended gets to say that it goes on


class RealWaits:
    """Waits take the time that they take."""

    def __init__(self, now: Clock) -> None:
        self.now = now

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """As `cssmtp.clock.Clock.later`."""
        return asyncio.get_running_loop().call_later(seconds, call)

    def begins(self) -> None:
        """Nobody counts."""

    def ends(self) -> None:
        """Nobody counts."""


@dataclass(order=True, slots=True)
class Alarm:
    """A timer of the jumping clock."""

    due: datetime
    number: int
    call: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """As `cssmtp.clock.Timer.cancel`."""
        self.cancelled = True


class JumpingWaits:
    """A clock that is ahead of `base` by all that it skipped. `now` may be asked on any thread;
    everything else belongs to one event loop, on which `later` is called first."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta()
        self._lock = threading.Lock()
        self._alarms: list[Alarm] = []
        self._numbers = count()
        self._in_flight = 0
        self._looking = False

    def now(self) -> datetime:
        """The moment."""
        with self._lock:
            return self._base() + self._ahead

    def skipped(self) -> float:
        """By how many seconds it jumped ahead."""
        with self._lock:
            return self._ahead.total_seconds()

    def later(self, seconds: float, call: Callable[[], None]) -> Alarm:
        """As `cssmtp.clock.Clock.later`; nothing rings while something is in flight."""
        due = self.now() + timedelta(seconds=seconds)
        alarm = Alarm(due, next(self._numbers), call)
        heapq.heappush(self._alarms, alarm)
        self._look()
        return alarm

    def begins(self) -> None:
        """As `cssmtp.clock.Clock.begins`."""
        self._in_flight += 1

    def ends(self) -> None:
        """As `cssmtp.clock.Clock.ends`."""
        self._in_flight -= 1
        self._look()

    def _look(self) -> None:
        if self._alarms and not self._in_flight and not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._turn, TURNS)

    def _turn(self, left: int) -> None:
        if self._in_flight:
            self._looking = False
        elif left:
            asyncio.get_running_loop().call_soon(self._turn, left - 1)
        else:
            self._looking = False
            self._jump()

    def _jump(self) -> None:
        """To the next timer, and ring it."""
        while self._alarms:
            alarm = heapq.heappop(self._alarms)
            if alarm.cancelled:
                continue
            with self._lock:
                self._ahead += max(timedelta(), alarm.due - self._base() - self._ahead)
            alarm.call()
            break
        self._look()
