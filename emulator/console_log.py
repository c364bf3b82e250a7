"""The console of a system that stays up: what its parts say, with time and job, for who listens."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emulator.clock import Clock

KEPT = 10_000  # lines that can be looked at later

Listener = Callable[[str], None]


class Console:
    """Takes lines from any thread. Listeners are called on it: they must not wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._listeners: list[Listener] = []

    def say(self, text: str, jobid: str = "") -> None:
        """A message of a job, or of the system (jes2.md 3.2, general format)."""
        for line in text.splitlines():
            shown = f"{self._clock():%H.%M.%S} {jobid:<8}  {_printable(line)}"
            self._lines.append(shown)
            for listener in tuple(self._listeners):
                listener(shown)

    def last(self, count: int = KEPT) -> list[str]:
        """The newest lines, oldest first."""
        lines = list(self._lines)
        return lines[-count:] if count else []

    @contextmanager
    def heard(self, listener: Listener) -> Iterator[None]:
        """While inside, `listener` gets every line."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "." for c in text)
