"""The rows of a panel over the spool, of which only those that are looked at are in memory.

A scan finds the keys and puts them in order; a window is fetched by its keys, with what lies next
to it. While a later scan goes on, what the one before has found stays.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Generic, TypeVar

from emulator.panels.index import IndexBuilder, RowIndex
from emulator.panels.reading import Keyed, Listing, Lost, Reading
from emulator.panels.values import Column
from jes.store.sql import SpoolStore

Row = TypeVar("Row", bound=Keyed)
Shown = TypeVar("Shown")
FIRST, STEP = 1_000, 8_192  # rows of a scan's first step, and of a later one
VIEWS = 250  # rows of a step that reads them whole
_NEIGHBOURS = 2  # windows that are fetched before and behind the one that is looked at
_CACHE = 4_000  # rows
_PAUSE = 10  # times as long as a scan took, from its beginning to that of the next
_RETRY = 1.0  # seconds until a spool that was lost is scanned again
_AGES = 2.0  # seconds after which rows are read again without news: PostgreSQL tells only of work
_EONS = 60.0  # seconds after which a scan is made without news
_HIDDEN = 0.25  # seconds that rows wait for their order before they are shown without it
_BEAT = 0.05  # seconds between two calls of `changed`
_TURNS = 8  # times that a window is read because rows in it vanished
_LOW = 1 << 62  # makes numbers positive, so that they sort as text does


def nobody() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class By(Generic[Shown]):
    """What rows are sorted by; `stored` is the name of the column of the catalogue that has the
    same value, which is a hundred times as fast."""

    value: Callable[[Shown], int | str]
    descending: bool = False
    stored: str | None = None

    def text(self, row: Shown) -> str:
        """The value as text that sorts as it does; numbers come before text."""
        value = self.value(row)
        return f"{value + _LOW:020d}" if isinstance(value, int) else f"~{value}"


def by(column: Column[Shown], *, descending: bool = False) -> By[Shown]:
    """A column of a panel to sort by."""
    return By(column.value or column.show, descending, column.stored)


class SpoolRows(Generic[Row]):
    """`emulator.panels.values.Rows` of jobs or output groups. Used on one event loop.

    `problem` says why the spool cannot be read; what was read before is still shown.
    """

    def __init__(
        self,
        reading: Reading,
        listing: Listing[Row],
        *,
        sort: Sequence[By[Row]] = (),
        only: Callable[[Row], bool] | None = None,
        changed: Callable[[], None] = nobody,
    ) -> None:
        """Scanning begins. `only` is what the store's own filter cannot say, for which every row is
        read; `changed` is called, at most twenty times a second, after `generation` changed."""
        self._reading = reading
        self._listing = listing
        self._sort = tuple(sort)
        self._only = only
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._prefetch: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()  # of those who read pages
        self._begun = asyncio.Event()  # something is known
        self._index = RowIndex()
        self._views: OrderedDict[int, tuple[int, Row]] = OrderedDict()
        self._seen = (0, 0)  # the window that is looked at
        self._epoch = self._news = self._covered = 0
        self._read_at = self._scanned_at = self._next_scan = 0.0
        self._scanning = self._refreshing = self._closed = False
        self._stale = True  # there was news since the last scan began
        self._vanished: set[int] = set()  # since then, too
        self._told: asyncio.TimerHandle | None = None
        self._told_at = 0.0
        self.complete = False
        self.generation = 0
        self.problem: str | None = None
        self._scan_soon()

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """As `Rows.count`."""
        return len(self._index)

    def window(self, first: int, count: int) -> Sequence[Row | None]:
        """As `Rows.window`; what is not the newest any more is shown until that has been read."""
        found = [self._views.get(key) for key in self._index.keys(first, count)]
        return [None if one is None else one[1] for one in found]

    def key(self, index: int) -> int | None:
        """As `Rows.key`."""
        return self._index.key(index)

    def index(self, key: int) -> int | None:
        """As `Rows.index`."""
        return self._index.index(key)

    # --- pages -----------------------------------------------------------------------------------

    async def load(self, first: int, count: int) -> None:
        """As `Rows.load`. Returns without having read what a later call no longer asks for."""
        self._seen = window = (first, count)
        await self._begun.wait()
        if self._prefetch is not None:
            self._prefetch.cancel()
        await self._read(window)
        if window == self._seen:
            self._prefetch = self._spawn(self._read_neighbours(window))

    async def _read_neighbours(self, window: tuple[int, int]) -> None:
        first, count = window
        for away in chain.from_iterable((n, -n) for n in range(1, _NEIGHBOURS + 1)):
            await self._read((first + away * count, count), window)

    async def _read(self, part: tuple[int, int], window: tuple[int, int] | None = None) -> None:
        """Fetch what is not there or not the newest, while the window is looked at."""
        async with self._turn:
            for _ in range(_TURNS):
                keys = self._lacking(*part)
                if not keys or (window or part) != self._seen or self._closed:
                    return
                epoch = self._epoch
                try:
                    found = await self._reading.page(partial(self._listing.by_key, keys=keys))
                except Lost as lost:
                    self._lost(lost)
                    return
                self._found(epoch, keys, found)

    def _lacking(self, first: int, count: int) -> list[int]:
        lacking = []
        for key in self._index.keys(first, count):
            had = self._views.get(key)
            if had is not None:
                self._views.move_to_end(key)
            if had is None or had[0] != self._epoch:
                lacking.append(key)
        return lacking

    def _found(self, epoch: int, keys: Sequence[int], found: Sequence[Row]) -> None:
        """Rows that were asked for, some of which may be gone."""
        views = {view.key: view for view in found if self._only is None or self._only(view)}
        different = False
        for key in keys:
            had = self._views.pop(key, None)
            if (view := views.get(key)) is not None:
                self._views[key] = (epoch, view)
                different = different or had is None or had[1] != view
        gone = [key for key in keys if key not in views]
        self._index.discard(gone)
        self._vanished.update(gone)
        while len(self._views) > max(_CACHE, 4 * _NEIGHBOURS * self._seen[1]):
            self._views.popitem(last=False)
        if different or gone:
            self._touch()

    # --- news ------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Look for news: what is looked at is read again at once, new rows are found, and the rest
        is scanned again in the background when it is time. To be called now and then."""
        if self._refreshing or self._closed:
            return
        self._refreshing = True
        try:
            await self._look()
        except Lost as lost:
            self._lost(lost)
        finally:
            self._refreshing = False

    async def _look(self) -> None:
        news = await self._reading.news()
        if self._closed:
            return
        if self.problem is not None:
            self.problem = None
            self._touch()
        now = self._loop.time()
        if news != self._news or now - self._read_at > _AGES:
            self._stale = self._stale or news != self._news
            self._news, self._read_at = news, now
            self._epoch += 1
            await self._read(self._seen)
        if now - self._scanned_at > _EONS:
            self._stale = True
        if self._stale and not self._scanning and now >= self._next_scan:
            self._scan_soon()
        elif self._stale and self.complete:
            await self._find_new()

    async def _find_new(self) -> None:
        """Rows whose keys are behind all that have been scanned."""
        covered = await self._reading.scan(self._listing.last)
        found = IndexBuilder(self._flags)
        after, more = self._covered, self._covered < covered
        while more:
            step = partial(self._step, after=after, limit=STEP, to=found)
            after, more = await self._reading.scan(step)
        if new := found.after(self._index.last):
            self._index.extend(new)
            self._shown_anew()
        self._covered = max(covered, after)

    # --- scans -----------------------------------------------------------------------------------

    def _scan_soon(self) -> None:
        self._scanning = True
        self._stale = False
        self._vanished.clear()
        self._spawn(self._scan())

    async def _scan(self) -> None:
        began = self._loop.time()
        try:
            index, covered = await self._built(began)
        except Lost as lost:
            self._lost(lost)
            self._stale = True
            self._next_scan = self._loop.time() + _RETRY
        else:
            index.extend(self._index.after(index.last))
            index.discard(self._vanished)
            self._index, self.complete = index, True
            self._covered = max(covered, index.last)
            self._scanned_at = self._loop.time()
            self._next_scan = began + _PAUSE * (self._scanned_at - began)
            self._shown_anew()
        finally:
            self._scanning = False
            self._begun.set()

    async def _built(self, began: float) -> tuple[RowIndex, int]:
        """A new index, and the highest key that it knows of."""
        building = IndexBuilder(self._flags)
        covered = await self._reading.scan(self._listing.last)
        after, more, limit = 0, True, FIRST
        while more:
            step = partial(self._step, after=after, limit=limit, to=building)
            after, more = await self._reading.scan(step)
            limit = STEP
            if not self.complete and (not self._sort or self._loop.time() - began > _HIDDEN):
                self._index.extend(building.after(self._index.last))
                self._shown_anew()
        steps = building.finished()
        while (index := await self._reading.scan(lambda _: next(steps))) is None:
            pass
        return index, covered

    @property
    def _flags(self) -> tuple[bool, ...]:
        return tuple(one.descending for one in self._sort)

    def _step(
        self, store: SpoolStore, *, after: int, limit: int, to: IndexBuilder
    ) -> tuple[int, bool]:
        """A part of the rows, in the thread of scans: the last one that was looked at, and whether
        there may be more."""
        stored = [one.stored or "" for one in self._sort]
        if self._only is None and all(name in self._listing.columns for name in stored):
            rows = self._listing.keys(store, after, limit, stored)
            to.add(rows)
            return rows[-1][0] if rows else after, len(rows) == limit
        views = self._listing.views(store, after, VIEWS)
        wanted = views if self._only is None else filter(self._only, views)
        to.add([(view.key, *(one.text(view) for one in self._sort)) for view in wanted])
        return views[-1].key if views else after, len(views) == VIEWS

    # --- whoever looks ---------------------------------------------------------------------------

    def _shown_anew(self) -> None:
        """Rows may be elsewhere: the window is filled, then shown."""
        self._begun.set()
        self._spawn(self._filled())

    async def _filled(self) -> None:
        await self._read(self._seen)
        self._touch()

    def _lost(self, lost: Lost) -> None:
        self.problem = str(lost)
        self._begun.set()
        self._touch()

    def _touch(self) -> None:
        self.generation += 1
        if self._told is None and not self._closed:
            wait = self._told_at + _BEAT - self._loop.time()
            self._told = self._loop.call_later(max(0.0, wait), self._tell)

    def _tell(self) -> None:
        self._told, self._told_at = None, self._loop.time()
        self._changed()

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()  # a mistake of ours is for the loop to tell

    async def close(self) -> None:
        """Nobody looks at these rows any more."""
        self._closed = True
        self._begun.set()
        if self._told is not None:
            self._told.cancel()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
