"""A spool for an event loop: the store's one thread, a bell that rings when there may be work, and
SAPI sessions that CSSMTP can await."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

from cssmtp.clock import Clock, in_flight
from jes import messages
from jes.codepages import CodePage
from jes.errors import SpoolError, SpoolShortage
from jes.names import SysoutClass
from jes.records import VBA, Block
from jes.sapi import SapiSession
from jes.started import StartedJob
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, SpoolFile

Result = TypeVar("Result")
REPORT_LRECL = 137  # blueprint §10


class StoreThread:
    """The one thread that talks to the store. Calls run in the order they are made.

    It does not keep the process alive: a database that never answers must not do that.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="spool store", daemon=True)
        self._thread.start()
        self._closed = False
        self.clock: Clock | None = None  # is told what is in flight

    def _work(self) -> None:
        while (one := self._calls.get()) is not None:
            future, call = one
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 it is raised where it is waited for
                future.set_exception(error)
            else:
                future.set_result(result)

    def _asked(self, call: Callable[[], Result]) -> "Future[Result]":
        if self._closed:
            raise SpoolError(messages.SPOOL_FAILED, spool="", reason="the system has ended")
        future: Future[Result] = Future()
        self._calls.put((future, call))
        return future

    async def call(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run a store call; raises what it raises."""
        future = asyncio.wrap_future(self._asked(partial(function, *arguments)))
        if self.clock is None:
            return await future
        with in_flight(self.clock):
            return await future

    def ask(self, function: Callable[..., Result], *arguments: object, **named: object) -> Result:
        """Run a store call for another thread, which waits; raises what it raises."""
        return self._asked(partial(function, *arguments, **named)).result()

    def of(self, store: SpoolStore) -> SpoolStore:
        """The store for threads other than this one."""
        return cast("SpoolStore", _Remote(store, self))

    def close(self, timeout: float | None = None) -> bool:
        """Wait for what was asked for, so many seconds at most. Whether it came to its end."""
        self._closed = True
        self._calls.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()


class _Remote:
    """A store whose methods run on its own thread."""

    def __init__(self, store: SpoolStore, thread: StoreThread) -> None:
        self._store = store
        self._thread = thread

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def called(*arguments: object, **named: object) -> object:
            return self._thread.ask(method, *arguments, **named)

        return called


class Bell:
    """Rings when something may be there to do. Whoever looked before it rang looks again: no ring
    is lost, a ring for nothing does no harm (jes2.md 2.4)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self.ring_here)

    def ring_here(self) -> None:
        """From the loop's own."""
        self._rung.set()
        self._rung = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """What the next ring sets. To be taken before looking, and waited for after."""
        return self._rung


class ThreadedSession:
    """A SAPI session as CSSMTP's port (`cssmtp.spool.MailSpool`)."""

    def __init__(
        self,
        session: SapiSession,
        job: StartedJob,
        page: CodePage,
        thread: StoreThread,
        bell: "Bell | None" = None,
    ) -> None:
        """`job` is CSSMTP's own on the spool, for its reports; `page` that of its output. With a
        `bell`, a report waits while the spool is full; without, that is an error."""
        self._bell = bell
        self._session = session
        self._job = job
        self._page = page
        self._thread = thread

    async def select(self) -> Sequence[SpoolFile]:
        """As `SapiSession.select`."""
        return await self._thread.call(self._session.select)

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        """As `SapiSession.read`."""
        return await self._thread.call(self._session.read, file, record)

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        """As `SapiSession.dispose`."""
        return await self._thread.call(self._session.dispose, file, disposal)

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        """Print an error report (VBA, LRECL 137); `lines` begin with ASA carriage control."""
        records = [self._page.encode_lossy(line) for line in lines]
        while True:
            ring = self._bell.next if self._bell is not None else None
            try:
                await self._thread.call(self._job.spin, sysout_class, VBA, REPORT_LRECL, records)
            except SpoolShortage:
                if ring is None:
                    raise
                await ring.wait()
            else:
                return

    async def close(self) -> None:
        """Give back what is held."""
        await self._thread.call(self._session.close)
        await self._thread.call(self._job.end)
