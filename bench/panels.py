"""Rows of a panel over many output groups: how soon they are there (blueprint §5, terminal UI)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing

from emulator.panels.reading import GroupListing, Reading
from emulator.panels.source import By, SpoolRows
from jes.store.sql import SpoolStore
from jes.views import GroupView

_SCREEN = 40  # rows
_WINDOWS = 200
_APART = 7919  # windows, so that none lies beside another
_JOBNAME: By[GroupView] = By(lambda group: group.jobname, descending=True, stored="jobname")
_WRITER: By[GroupView] = By(lambda group: group.writer or "", stored="writer")

Found = tuple[str, float, str, float | None]  # what, how much, its unit, its bound


def rows(attach: Callable[[], SpoolStore]) -> Iterator[Found]:
    """The figures of a spool that `attach` opens for reading."""

    def look() -> AbstractContextManager[SpoolStore]:
        return closing(attach())

    first, complete, window = asyncio.run(_measured(look, ()))
    yield "first rows of a panel", first * 1e3, "ms", 1000
    yield "all rows of a panel", complete, "s", None
    yield "a window of a panel, p95", window * 1e3, "ms", 20
    _, complete, window = asyncio.run(_measured(look, (_JOBNAME, _WRITER)))
    yield "all rows sorted by two columns", complete, "s", None
    yield "a window of sorted rows, p95", window * 1e3, "ms", 20


async def _measured(
    look: Callable[[], AbstractContextManager[SpoolStore]], sort: Sequence[By[GroupView]]
) -> tuple[float, float, float]:
    """Seconds until rows are shown, until all are in order, and for a window nobody was near."""
    began = time.perf_counter()
    changed = asyncio.Event()
    reading = Reading(look)
    shown = SpoolRows(reading, GroupListing(), sort=sort, changed=changed.set)
    await shown.load(0, _SCREEN)
    first = time.perf_counter() - began
    while not shown.complete:
        changed.clear()
        await changed.wait()
    complete = time.perf_counter() - began
    windows = sorted(
        [
            await _seconds(shown.load(at * _APART % shown.count, _SCREEN))
            for at in range(1, _WINDOWS + 1)
        ]
    )
    await shown.close()
    await reading.close()
    return first, complete, windows[len(windows) * 95 // 100]


async def _seconds(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began
