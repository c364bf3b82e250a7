"""Where the rows of a panel are: the keys of up to some millions, in the order they are shown.

Eight bytes a row, sixteen when sorted. Rows that vanish leave a hole and new ones stand at the end,
until another index takes this one's place; so nothing here takes longer the more rows there are.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from emulator.panels.ordering import Sorter

_STEP = 16_384  # rows whose places are noted at once: some milliseconds


class RowIndex:
    """The order of rows. Not for use by two threads at once."""

    def __init__(
        self,
        keys: "array[int] | None" = None,
        order: "array[int] | None" = None,
        places: "array[int] | None" = None,
    ) -> None:
        """`keys` ascend; `order` has their ordinals as they are shown, `places` where each of them
        is shown. Without: as they are."""
        self._keys = array("q") if keys is None else keys
        self._order, self._place = order, places
        self._holes: list[int] = []  # places of rows that are gone, ascending

    def __len__(self) -> int:
        return len(self._keys) - len(self._holes)

    @property
    def last(self) -> int:
        """The highest key there was; 0 without any."""
        return self._keys[-1] if self._keys else 0

    def key(self, index: int) -> int | None:
        """The key of the row that is shown at an index; None outside."""
        if not 0 <= index < len(self):
            return None
        holes = self._holes  # before hole n are as many rows as its place less the n holes before
        place = index + bisect_right(range(len(holes)), index, key=lambda n: holes[n] - n)
        return self._keys[place if self._order is None else self._order[place]]

    def keys(self, first: int, count: int) -> list[int]:
        """The keys of rows that are shown side by side; fewer where there are no more."""
        found = (self.key(index) for index in range(max(0, first), max(0, first + count)))
        return [key for key in found if key is not None]

    def index(self, key: int) -> int | None:
        """Where a row is shown; None when it is not."""
        place = self._placed(key)
        if place is None:
            return None
        before = bisect_left(self._holes, place)
        gone = before < len(self._holes) and self._holes[before] == place
        return None if gone else place - before

    def extend(self, keys: Iterable[int]) -> None:
        """Rows that are new, at the end; their keys ascend. Those that are not higher than `last`
        are not new."""
        size, more = len(self._keys), array("q", keys)
        self._keys += more[bisect_right(more, self.last) :]
        if self._order is not None and self._place is not None:
            self._order.extend(range(size, len(self._keys)))
            self._place.extend(range(size, len(self._keys)))

    def discard(self, keys: Iterable[int]) -> None:
        """Rows that are gone."""
        for key in keys:
            place = self._placed(key)
            if place is not None and self.index(key) is not None:
                insort(self._holes, place)

    def after(self, key: int) -> Sequence[int]:
        """The keys that are higher, ascending, holes too."""
        return self._keys[bisect_right(self._keys, key) :]

    def _placed(self, key: int) -> int | None:
        ordinal = bisect_left(self._keys, key)
        if ordinal == len(self._keys) or self._keys[ordinal] != key:
            return None
        return ordinal if self._place is None else self._place[ordinal]


class IndexBuilder:
    """Makes an index of rows that come in the order of their keys, some thousands at a time."""

    def __init__(self, descending: Sequence[bool] = ()) -> None:
        """A flag for each column that rows are sorted by; none: by their keys."""
        self._keys = array("q")
        self._sorter = Sorter(descending) if descending else None

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """More rows: the key of each and the values it is sorted by."""
        if rows:
            keys, *columns = zip(*rows, strict=True)
            self._keys.extend(keys)
            if self._sorter is not None:
                self._sorter.add(columns)

    def after(self, key: int) -> Sequence[int]:
        """The keys that are higher, so far."""
        return self._keys[bisect_right(self._keys, key) :]

    def finished(self) -> Iterator[RowIndex | None]:
        """The index, after some steps (None) of some milliseconds each. To be called once."""
        if self._sorter is None:
            yield RowIndex(self._keys)
            return
        order = array("i")
        for ordinals in self._sorter.merged():
            order += ordinals
            yield None
        places = array("i", bytes(order.itemsize * len(order)))
        for first in range(0, len(order), _STEP):
            for place, ordinal in enumerate(order[first : first + _STEP], first):
                places[ordinal] = place
            yield None
        yield RowIndex(self._keys, order, places)
