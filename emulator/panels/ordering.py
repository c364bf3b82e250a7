"""Putting a million rows in order in small steps and little memory: an external sort in memory.

Rows come in chunks; each is sorted by itself and packed away. Merging takes as many rows at a time
as can be sorted in some milliseconds, because one long sort would keep every other thread of the
process waiting.
"""

import marshal
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from operator import itemgetter
from typing import Any

Ordered = tuple[Any, ...]  # values to sort by, each column of one type, and the row's ordinal last

BLOCK = 256  # rows that are packed together
BATCH = 8_192  # rows that are merged at once: some milliseconds
_QUICK = 1  # of zlib: neighbours in order have much in common


class Sorter:
    """Finds the order of rows by several columns, each up or down; rows that are equal in all of
    them stay in the order they came."""

    def __init__(
        self, descending: Sequence[bool], *, block: int = BLOCK, batch: int = BATCH
    ) -> None:
        """A flag for each column; how many rows are packed together, and merged at once."""
        self._descending = tuple(descending)
        self._block, self._batch = block, batch
        self._runs: list[_Run] = []
        self._count = 0

    def add(self, columns: Sequence[Sequence[Any]]) -> None:
        """More rows: their values, a sequence for each column. Some thousands at a time."""
        if not columns or not columns[0]:
            return
        rows: list[Ordered] = list(zip(*columns, count(self._count), strict=False))
        self._count += len(rows)
        self._sort(rows)
        run = _Run(rows, self._block, self._key)
        if not self._runs or not self._runs[-1].joined(run):
            self._runs.append(run)

    def merged(self) -> Iterator["array[int]"]:
        """The ordinals of all rows (the first that came is 0) in order, a batch at a time. To be
        called once."""
        runs, self._runs = self._runs, []
        while runs:
            reach = max(1, self._batch // len(runs))
            to = min(run.reached(reach) for run in runs)
            batch = [row for run in runs for row in run.before(to)]
            self._sort(batch)
            yield array("i", map(itemgetter(-1), batch))
            yield from self._equal(runs, to)
            runs = [run for run in runs if run.more]

    def _equal(self, runs: Sequence["_Run"], to: "_Key") -> Iterator["array[int]"]:
        """The rows that are equal to one, which may be many; run after run is their order."""
        ordinals = array("i")
        for run in runs:
            for rows in run.equal(to):
                ordinals.extend(map(itemgetter(-1), rows))
                if len(ordinals) >= self._batch:
                    yield ordinals
                    ordinals = array("i")
        yield ordinals

    def _sort(self, rows: list[Ordered]) -> None:
        """Stable, so the last column first; ordinals ascend from run to run."""
        for at, down in reversed(tuple(enumerate(self._descending))):
            rows.sort(key=itemgetter(at), reverse=down)

    def _key(self, row: Ordered) -> "_Key":
        return _Key(row, self._descending)


class _Key:
    """The values of a row, for the few comparisons that are made one by one."""

    __slots__ = ("descending", "row")

    def __init__(self, row: Ordered, descending: tuple[bool, ...]) -> None:
        self.row = row
        self.descending = descending

    def __lt__(self, other: "_Key") -> bool:
        for ours, theirs, down in zip(self.row, other.row, self.descending, strict=False):
            if ours != theirs:
                return bool(ours > theirs if down else ours < theirs)
        return False


class _Run:
    """Rows in order, packed; those at its head are not."""

    def __init__(self, rows: Sequence[Ordered], block: int, key: Callable[[Ordered], _Key]) -> None:
        self._packed = deque(_packed(rows[at : at + block]) for at in range(0, len(rows), block))
        self._head: list[Ordered] = []
        self._key = key
        self._first, self._last = key(rows[0]), key(rows[-1])

    def joined(self, other: "_Run") -> bool:
        """Whether the other now is part of this one, because it lies behind or before it: rows
        that come in order, or in the opposite one, are one run."""
        if not other._first < self._last:
            self._packed += other._packed
            self._last = other._last
        elif other._last < self._first:
            self._packed.extendleft(reversed(other._packed))
            self._first = other._first
        else:
            return False
        return True

    @property
    def more(self) -> bool:
        """Whether there are rows left."""
        return bool(self._head or self._packed)

    def reached(self, reach: int) -> _Key:
        """The last of the next so many rows."""
        while len(self._head) < reach and self._packed:
            self._head += _unpacked(self._packed.popleft())
        return self._key(self._head[:reach][-1])

    def before(self, to: _Key) -> Sequence[Ordered]:
        """Take the rows before this one; they are among the next ones that were asked for."""
        return self._taken(bisect_left(self._head, to, key=self._key))

    def equal(self, to: _Key) -> Iterator[Sequence[Ordered]]:
        """Take the rows that are equal to this one, which are next if there are any."""
        while size := bisect_right(self._head, to, key=self._key):
            yield self._taken(size)
            if not self._head and self._packed:
                self._head = _unpacked(self._packed.popleft())

    def _taken(self, size: int) -> Sequence[Ordered]:
        rows, self._head = self._head[:size], self._head[size:]
        return rows


def _packed(rows: Sequence[Ordered]) -> bytes:
    return zlib.compress(marshal.dumps(list(zip(*rows, strict=True))), _QUICK)


def _unpacked(data: bytes) -> list[Ordered]:
    return list(zip(*marshal.loads(zlib.decompress(data)), strict=True))
