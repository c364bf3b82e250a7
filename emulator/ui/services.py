"""What all screens share: the port in threads of its own, the system's status, its console.

Console lines come from a thread that nobody waits for: it only puts them into a list, and screens
look a few times a second whether there are more. A thousand lines a second cost no more than one.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from emulator.clock import Clock
from emulator.exits import Problem
from emulator.outcomes import KEPT, MOST, MailOutcome
from emulator.panels.forwarders import sampled
from emulator.panels.port import Port
from emulator.panels.rates import Rate
from emulator.status import Status

Result = TypeVar("Result")
LINES = 10_000  # of the console that can be looked at
_AGAIN = 2.0  # seconds until a console that is not there is tried again


class Lines:
    """The newest lines of something that goes on, with a number that counts all of them."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=LINES)
        self.count = 0

    def add(self, line: str) -> None:
        """From any thread."""
        self.lines.append(line)
        self.count += 1


def local() -> datetime:
    """The time of day where the user is."""
    return datetime.now(UTC).astimezone()


class Services:
    """Made on the event loop; `start` begins, `stop` ends."""

    def __init__(self, port: Port, clock: Clock = local) -> None:
        self.port = port
        self._clock = clock
        self.status: Status | None = None
        self.problem: str | None = None
        self.rates: dict[tuple[str, str], Rate] = {}
        self.log = Lines()
        self.own = Lines()  # this user's commands and their answers (ULOG)
        self.outcomes: deque[MailOutcome] = deque(maxlen=KEPT)
        self._seen = 0
        self._since = ""
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="port")
        self._over = threading.Event()

    def start(self) -> None:
        """Listen to the console, if there is one."""
        threading.Thread(target=self._listen, name="console", daemon=True).start()

    def stop(self) -> None:
        """Wait for nothing."""
        self._over.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call something that may wait. Raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)

    async def command(self, text: str) -> list[str]:
        """Give an operator command; it and its answer stand on ULOG. Raises `Problem`."""
        stamp = f"{self._clock():%H.%M.%S} "
        self.own.add(f"{stamp}-{text}")
        try:
            lines = await self.ask(self.port.command, text)
        except Problem as error:
            self.own.add(f"{stamp} {error}")
            raise
        for line in lines:
            self.own.add(f"{stamp} {line}")
        return lines

    async def look(self) -> None:
        """Ask the system how it is; from time to time."""
        try:
            self.status = await self.ask(self.port.status)
            self.problem = None
        except Problem as error:
            self.status, self.problem = None, str(error)
        if self.status is not None:
            now = datetime.fromisoformat(self.status.now)
            sampled(self.status, self.rates, now.timestamp())

    async def look_at_mail(self) -> bool:
        """Fetch mail outcomes that are new. Whether there were any. Raises `Problem`."""
        found = await self.ask(self.port.outcomes, self._seen)
        if found is None:
            return False
        if found.since != self._since:  # another system: its numbers begin anew
            self._since, self._seen = found.since, 0
            self.outcomes.clear()
            return await self.look_at_mail()
        self.outcomes.extend(found.mails)
        if found.mails:
            self._seen = found.mails[-1].number
        more = len(found.mails) >= MOST and self._seen < found.last
        return (await self.look_at_mail() or True) if more else bool(found.mails)

    @property
    def page(self) -> str:
        """The code page of the system's text."""
        return self.port.place.settings.codepage

    def _listen(self) -> None:
        """On a thread of its own, until the process ends."""
        begun = False
        while not self._over.is_set():
            try:
                if not begun:
                    for line in self.port.log(LINES):
                        self.log.add(line)
                    begun = True
                with self.port.follow() as following:
                    for line in following:
                        self.log.add(line)
            except Problem:
                begun = False
            self._over.wait(_AGAIN)
