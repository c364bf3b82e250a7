"""Looking at a spool from an event loop: a thread for pages, another for scans, and what they ask.

A page never waits for a scan, nor does a scan go on while a page is fetched: in one process only
one of them computes at a time, and it is the page that somebody waits for.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from emulator.exits import Problem, Unreachable
from emulator.spool import StoreThread
from jes.errors import SpoolError
from jes.store.catalogue import KeyRow
from jes.store.rows import GROUP_COLUMNS, JOB_COLUMNS
from jes.store.sql import SpoolStore
from jes.views import GroupFilter, GroupView, JobFilter, JobView

_ALL_JOBS, _ALL_GROUPS = JobFilter(), GroupFilter()
Result = TypeVar("Result")
Look = Callable[[], AbstractContextManager[SpoolStore]]  # opens a spool for reading
_FAREWELL = 1.0  # seconds that the end waits for a thread


class Lost(Unreachable):
    """The spool cannot be read now; the text says why. The next question tries again."""


class Keyed(Protocol):
    """A row with a key that it keeps."""

    @property
    def key(self) -> int:
        """Its key."""


Row = TypeVar("Row", bound=Keyed)
Row_co = TypeVar("Row_co", bound=Keyed, covariant=True)


class Listing(Protocol[Row_co]):
    """Rows of one kind on the spool, as the store has them: in the order of their keys."""

    @property
    def columns(self) -> Mapping[str, str]:
        """By name, the values that come with the keys when asked for."""

    def keys(
        self, store: SpoolStore, after: int, limit: int, columns: Sequence[str]
    ) -> list[KeyRow]:
        """Keys behind one, each with values."""

    def views(self, store: SpoolStore, after: int, limit: int) -> Sequence[Row_co]:
        """Rows behind the one with a key."""

    def by_key(self, store: SpoolStore, keys: Sequence[int]) -> Sequence[Row_co]:
        """Of the rows with these keys, those that are there and belong to the listing."""

    def last(self, store: SpoolStore) -> int:
        """The highest key there is, of a row of the listing or of another."""


@dataclass(frozen=True, slots=True)
class JobListing:
    """Jobs of a kind."""

    wanted: JobFilter = _ALL_JOBS

    @property
    def columns(self) -> Mapping[str, str]:
        """As `Listing.columns`."""
        return JOB_COLUMNS

    def keys(
        self, store: SpoolStore, after: int, limit: int, columns: Sequence[str]
    ) -> list[KeyRow]:
        """As `Listing.keys`."""
        return store.job_keys(self.wanted, after, limit, columns)

    def views(self, store: SpoolStore, after: int, limit: int) -> list[JobView]:
        """As `Listing.views`."""
        return store.jobs(self.wanted, after, limit)

    def by_key(self, store: SpoolStore, keys: Sequence[int]) -> list[JobView]:
        """As `Listing.by_key`."""
        return store.jobs_by_key(keys, self.wanted)

    def last(self, store: SpoolStore) -> int:
        """As `Listing.last`."""
        return store.last_job_key()


@dataclass(frozen=True, slots=True)
class GroupListing:
    """Output groups of a kind."""

    wanted: GroupFilter = _ALL_GROUPS

    @property
    def columns(self) -> Mapping[str, str]:
        """As `Listing.columns`."""
        return GROUP_COLUMNS

    def keys(
        self, store: SpoolStore, after: int, limit: int, columns: Sequence[str]
    ) -> list[KeyRow]:
        """As `Listing.keys`."""
        return store.group_keys(self.wanted, after, limit, columns)

    def views(self, store: SpoolStore, after: int, limit: int) -> list[GroupView]:
        """As `Listing.views`."""
        return store.groups(self.wanted, after, limit)

    def by_key(self, store: SpoolStore, keys: Sequence[int]) -> list[GroupView]:
        """As `Listing.by_key`."""
        return store.groups_by_key(keys, self.wanted)

    def last(self, store: SpoolStore) -> int:
        """As `Listing.last`."""
        return store.last_group_key()


class Reading:
    """A spool that panels look at; one for all of them. Made and used on an event loop."""

    def __init__(self, look: Look) -> None:
        """`look` is called in the threads, again after the spool was lost."""
        self._pages = _Desk(look)
        self._scans = _Desk(look)
        self._fetching = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._news = 0

    async def page(self, question: Callable[[SpoolStore], Result]) -> Result:
        """Ask what somebody waits for. Raises `Lost`."""
        self._fetching += 1
        self._quiet.clear()
        try:
            return await self._pages.ask(question)
        finally:
            self._fetching -= 1
            if not self._fetching:
                self._quiet.set()

    async def scan(self, question: Callable[[SpoolStore], Result]) -> Result:
        """Ask what can wait; best in steps of a few milliseconds. Raises `Lost`."""
        await self._quiet.wait()
        return await self._scans.ask(question)

    async def news(self) -> int:
        """A number that grows when something on the spool has changed. Raises `Lost`."""
        opened = self._pages.opened
        if await self.page(SpoolStore.news) or opened != self._pages.opened:
            self._news += 1
        return self._news

    async def close(self) -> None:
        """Let go of the spool."""
        await asyncio.gather(self._pages.close(), self._scans.close())


class _Desk:
    """A store in a thread of its own: opened when it is first asked, anew after an error."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._thread = StoreThread()
        self._store: SpoolStore | None = None
        self._held = ExitStack()
        self.opened = 0  # so many times

    async def ask(self, question: Callable[[SpoolStore], Result]) -> Result:
        try:
            return await self._thread.call(self._answer, question)
        except SpoolError as error:
            raise Lost(f"{error.message.id} {error}") from error
        except Problem as error:
            raise Lost(str(error)) from error

    def _answer(self, question: Callable[[SpoolStore], Result]) -> Result:
        try:
            if self._store is None:
                self._store = self._held.enter_context(self._look())
                self.opened += 1
            return question(self._store)
        except (SpoolError, Problem):
            self._let_go()
            raise

    def _let_go(self) -> None:
        self._store = None
        with suppress(SpoolError, Problem):
            self._held.close()

    async def close(self) -> None:
        with suppress(TimeoutError, SpoolError):
            await asyncio.wait_for(self._thread.call(self._let_go), _FAREWELL)
        self._thread.close(0)
