"""⚡ How a running CSSMTP is operated: whether it is suspended, its levels, its start options.

SUSPEND keeps it from taking spool files; IMMEDIATE also stops reading those in work at their next
mail, and they stay claimed. Mail that is queued keeps flowing (cssmtp-operations.md 2.2).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cssmtp.config.statements import Config, UserExit
from cssmtp.operator.options import NO_OPTIONS, StartOptions

STARTING_LEVEL = 127  # the log level until initialization is complete (8.1)


class Mode(StrEnum):
    """How it is suspended."""

    IMMEDIATE = "IMMEDIATE"
    DELAY = "DELAY"


def _nothing() -> None:
    """Nobody is told."""


def nobody(line: str) -> None:
    """Nobody hears it."""


@dataclass(slots=True)
class Operation:
    """What an operator changes of a running CSSMTP. `tell` puts a line on the console; `on_change`
    is called when the configuration or a level is another one."""

    options: StartOptions = NO_OPTIONS
    tell: Callable[[str], None] = nobody
    log_level: int = STARTING_LEVEL
    exit_level: UserExit = UserExit.NONE
    mode: Mode | None = None
    on_change: Callable[[], None] = _nothing
    _initialized: bool = False
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def begun(self, config: Config) -> None:
        """Initialization is complete; only the first time counts."""
        if not self._initialized:
            self._initialized = True
            self.configured(config)

    def configured(self, config: Config) -> None:
        """A configuration is in force."""
        self.log_level, self.exit_level = config.log_level, config.user_exit

    @property
    def suspended(self) -> bool:
        """No new spool file is to be taken."""
        return self.mode is not None

    def suspend(self, mode: Mode) -> bool:
        """False: it is suspended that way already, or IMMEDIATE, which is more than DELAY."""
        if self.mode in (mode, Mode.IMMEDIATE):
            return False
        self.mode = mode
        self._open.clear()
        return True

    def resume(self) -> bool:
        """False: it is not suspended."""
        was, self.mode = self.mode, None
        self._open.set()
        return was is not None

    async def next_mail(self) -> None:
        """To be called before a mail is taken from a spool file: waits while it is not to be."""
        while self.mode is Mode.IMMEDIATE:
            await self._open.wait()
