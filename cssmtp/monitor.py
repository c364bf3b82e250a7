"""⚡ Monitoring connections: a target server is looked at on a connection of its own, which says
EHLO and QUIT and carries no mail (cssmtp-operations.md 3.2).

A target is looked at when an operator says REFRESHTARGETS, and while it is in trouble: at every
ConnectRetry, but never sooner than that after it failed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cssmtp.setting import Setting
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import Event, Ready, Transaction
from cssmtp.smtp.wire import NO_CONNECTION, Calls, Connection, no_connection
from cssmtp.targets import Target


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: `can` of a target that greeted us, else why not; `expired` by a timer."""

    can: Capabilities | None
    reason: str = ""
    expired: bool = False


class Watched(Protocol):
    """Whose targets are looked at."""

    def setting(self) -> Setting:
        """How mail is sent now."""

    def in_trouble(self) -> Sequence[Target]:
        """The targets that cannot be used, as far as is known."""

    def looking(self, target: Target) -> None:
        """A look begins."""

    def seen(self, target: Target, seen: Seen) -> None:
        """What it found."""


class Monitor:
    """Looks at targets as long as `run` runs."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._asked: list[Target] = []
        self._news = asyncio.Event()
        self._known: Sequence[Target] = ()  # in trouble at the last round

    def look(self, targets: Sequence[Target]) -> None:
        """Look at these at once."""
        self._asked += targets
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._watched.setting().timeout.connect_retry
        async with asyncio.TaskGroup() as looks:
            while True:
                try:
                    async with asyncio.timeout_at(due):
                        await self._news.wait()
                except TimeoutError:
                    self._round()
                    due = loop.time() + self._watched.setting().timeout.connect_retry
                self._news.clear()
                asked, self._asked = self._asked, []
                for target in dict.fromkeys(asked):
                    looks.create_task(self._look(target), name=f"look at {target.shown}")

    def _round(self) -> None:
        """Look at what was in trouble at the round before, too."""
        now = self._watched.in_trouble()
        self._asked += [target for target in now if target in self._known]
        self._known = now

    async def _look(self, target: Target) -> None:
        self._watched.looking(target)
        self._watched.seen(target, await probe(target, self._watched.setting()))


async def probe(target: Target, setting: Setting) -> Seen:
    """Connect, say EHLO and QUIT. Raises nothing for what a target does."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[str] = loop.create_future()
    found: list[Capabilities] = []

    def events(connection: Connection, happened: list[Event]) -> None:
        found.extend(event.capabilities for event in happened if isinstance(event, Ready))
        if connection.dialogue.idle:
            connection.quit()

    def lost(connection: Connection, reason: str) -> None:
        if not over.done():
            over.set_result(reason)

    def defect(error: Exception) -> None:
        if not over.done():
            over.set_exception(error)

    dialogue = Dialogue(setting.host, target.shown, _no_mail, pipelining=False)
    connection = Connection(
        dialogue, setting.timeout, Calls(events, lost, defect), None, setting.tap(target.shown)
    )
    try:
        async with asyncio.timeout(setting.timeout.initial_msg):
            await loop.create_connection(lambda: connection, target.address, target.port)
        reason = await over
    except (OSError, ValueError) as error:
        reason = no_connection(error)
        return Seen(None, reason, expired=reason == NO_CONNECTION)
    finally:
        connection.abort("the look is over")
    return Seen(found[0] if found else None, reason, expired=connection.expired)


def _no_mail(can: Capabilities) -> Transaction | None:
    """A monitoring connection carries none."""
    return None
