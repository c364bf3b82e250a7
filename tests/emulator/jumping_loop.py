"""An event loop whose time jumps to the next timer when nothing arrives, for tests of delays.

Both ends of a connection have to live in it: what one sends over loopback is there for the other at
once, so that nothing is on its way when `select` finds nothing.
"""

import asyncio
import selectors
from typing import Any

_PATIENCE = 0.002  # seconds of real time, should the kernel be busy


class _Selector:
    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.jumped = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def select(self, timeout: float | None = None) -> Any:
        """Events that are there, or time goes by."""
        if timeout is None:
            return self._real.select(None)
        events = self._real.select(min(timeout, _PATIENCE))
        if not events and timeout > 0:
            self.jumped += timeout
        return events


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its time is that of its timers alone."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)  # type: ignore[arg-type]

    def time(self) -> float:
        """Seconds since it was made."""
        return self._clock.jumped
