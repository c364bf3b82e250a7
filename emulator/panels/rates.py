"""How fast mail goes out, out of counters that only grow: mails a minute, and a spark line."""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

SAMPLES = 60  # of them are kept, a second or so apart
_BARS, _ASCII_BARS = "▁▂▃▄▅▆▇█", "_.-=+*%#"


class Rate:
    """A counter that was read again and again."""

    def __init__(self) -> None:
        self._read: deque[tuple[float, int]] = deque(maxlen=SAMPLES + 1)

    def add(self, seconds: float, count: int) -> None:
        """The counter at a time; one that shrinks has begun anew, and so has a clock set back."""
        if self._read and (count < self._read[-1][1] or seconds < self._read[-1][0]):
            self._read.clear()
        if not self._read or seconds > self._read[-1][0]:
            self._read.append((seconds, count))

    @property
    def steps(self) -> list[float]:
        """By how much it grew a second, from one reading to the next."""
        readings = list(self._read)
        return [
            (count - before) / max(at - since, 0.001)
            for (since, before), (at, count) in pairwise(readings)
        ]

    @property
    def a_minute(self) -> int:
        """By how much it grew in the last minute, or would have at this pace."""
        if len(self._read) < 2:
            return 0
        (since, before), (at, count) = self._read[0], self._read[-1]
        return round((count - before) * 60 / max(at - since, 0.001))


def spark(values: Sequence[float], width: int, *, ascii_only: bool = False) -> str:
    """The newest `width` values as bars; the highest of them fills the line."""
    bars = _ASCII_BARS if ascii_only else _BARS
    shown = values[-width:]
    top = max(shown, default=0) or 1
    drawn = "".join(bars[min(len(bars) - 1, int(value * len(bars) / top))] for value in shown)
    return drawn.rjust(width)
