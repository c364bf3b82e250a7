"""A mail server in a thread that counts what it accepted, by recipient."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from emulator.sandbox.mta import Address, Sandbox, SandboxSettings
from emulator.sandbox.store import Mail

SECONDS = 60


@dataclass
class Sink:
    """What has arrived so far."""

    address: Address = ("", 0)
    mails: Counter[str] = field(default_factory=Counter)
    last: dict[str, float] = field(default_factory=dict)  # when a recipient got mail last
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, mail: Mail) -> None:
        """One more; it is answered after this."""
        with self.changed:
            for to in mail.envelope.rcpt_to:
                self.mails[str(to)] += 1
                self.last[str(to)] = time.monotonic()
            self.changed.notify_all()

    def until(self, count: int) -> None:
        """Wait until so many different recipients have got mail."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.mails) >= count, SECONDS), len(self.mails)

    def wait(self, done: Callable[[], bool]) -> None:
        """Wait until something holds of what has arrived."""
        with self.changed:
            assert self.changed.wait_for(done, SECONDS), len(self.mails)

    @property
    def repeated(self) -> dict[str, int]:
        """Recipients that got their mail more than once."""
        return {to: count for to, count in self.mails.items() if count > 1}

    @property
    def configuration(self) -> str:
        """A CSSMTP configuration whose only target is this server."""
        host, port = self.address
        return f"TargetServer\n{{\nTargetIp {host}\nConnectPort {port}\n}}\n"


@contextmanager
def counting_sink() -> Iterator[Sink]:
    """A sink that is up."""
    sink = Sink()
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        settings = SandboxSettings(discard=True, remember=False)
        async with Sandbox(settings, sink.take) as sandbox:
            (sink.address,) = sandbox.addresses
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(SECONDS)
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(SECONDS)
        loop.close()
