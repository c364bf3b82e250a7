"""Spools whose rows are watched: every query is noted, and a test waits for what it expects."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Event, get_ident
from typing import Any

from emulator.panels.facts import FactRows
from emulator.panels.reading import GroupListing, Listing, Reading
from emulator.panels.source import By, SpoolRows
from jes.store.catalogue import KeyRow
from jes.store.database import Database
from jes.store.sql import SpoolStore
from jes.views import GroupView

PATIENCE = 20.0  # seconds


class Noting:
    """A database that notes what it is asked."""

    def __init__(self, database: Database, queries: list[str]) -> None:
        self._database = database
        self._queries = queries

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        self._queries.append(query)
        return self._database.rows(query, values)


@dataclass
class Spool:
    """A spool: `store` is the JES's own, `attach` opens it for reading."""

    store: SpoolStore
    attach: Callable[[], SpoolStore]
    queries: list[str] = field(default_factory=list)

    @contextmanager
    def look(self) -> Iterator[SpoolStore]:
        store = self.attach()
        store._db = Noting(store._db, self.queries)
        try:
            yield store
        finally:
            store.close()


@dataclass
class Gate:
    """Groups whose keys, behind the first ones, come when the gate is open; who asked for them."""

    listing: GroupListing = field(default_factory=GroupListing)
    open: Event = field(default_factory=Event)
    scans: int = 0
    scanners: set[int] = field(default_factory=set)  # threads
    pagers: set[int] = field(default_factory=set)
    columns: dict[str, str] = field(default_factory=dict)

    def keys(
        self, store: SpoolStore, after: int, limit: int, columns: Sequence[str]
    ) -> list[KeyRow]:
        if after:
            assert self.open.wait(PATIENCE)
        self.scans += 1
        self.scanners.add(get_ident())
        return self.listing.keys(store, after, limit, columns)

    def views(self, store: SpoolStore, after: int, limit: int) -> list[GroupView]:
        return self.listing.views(store, after, limit)

    def by_key(self, store: SpoolStore, keys: Sequence[int]) -> list[GroupView]:
        self.pagers.add(get_ident())
        return self.listing.by_key(store, keys)

    def last(self, store: SpoolStore) -> int:
        return self.listing.last(store)


class Watch:
    """Who looks at rows: waits until they are as expected."""

    def __init__(self) -> None:
        self.times = 0
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self.times += 1
        self._rung.set()

    async def until(self, expected: Callable[[], bool]) -> None:
        """Wait for changes until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not expected():
                self._rung.clear()
                await self._rung.wait()


async def refreshed(rows: SpoolRows[Any] | FactRows[Any], expected: Callable[[], bool]) -> None:
    """Look for news again and again until something is so, as a screen does."""
    async with asyncio.timeout(PATIENCE):
        while not expected():
            await rows.refresh()
            await asyncio.sleep(0)


@asynccontextmanager
async def shown(
    spool: Spool,
    listing: Listing[Any],
    *,
    sort: Sequence[By[Any]] = (),
    only: Callable[[Any], bool] | None = None,
) -> AsyncIterator[tuple[SpoolRows[Any], Watch]]:
    """Rows that are all found."""
    watch = Watch()
    reading = Reading(spool.look)
    rows = SpoolRows(reading, listing, sort=sort, only=only, changed=watch.ring)
    try:
        await watch.until(lambda: rows.complete)
        yield rows, watch
    finally:
        await rows.close()
        await reading.close()


async def everything(rows: SpoolRows[Any]) -> list[Any]:
    """All rows, fetched in windows."""
    found: list[Any] = []
    for first in range(0, rows.count, 700):
        await rows.load(first, 700)
        found += rows.window(first, 700)
    return found
