"""A search through data sets in steps, forwards or back, to the next place or for all of them."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from emulator.panels.browsing import Browse, Look, Spot
from emulator.panels.finding import Finder, Needle
from emulator.panels.holding import Read, chunk_of
from jes.records import BLOCK_MAX, Block
from jes.views import DatasetView

STEP = 1024 * 1024  # bytes of one step, about


class Way(StrEnum):
    """Where a search goes."""

    NEXT = "NEXT"
    PREV = "PREV"
    FIRST = "FIRST"
    LAST = "LAST"
    ALL = "ALL"


class Search:
    """Looks for `needle` from `start` on. Call `step` until it says that it is done.

    `hit` is what was found: of `ALL` the first place, and `hits` in `records` are counted. `looked`
    of `total` records are done. Records that cannot be read have nothing.
    """

    def __init__(
        self, browse: Browse, look: Look, needle: Needle, way: Way, start: Spot | None = None
    ) -> None:
        """`start` is where NEXT begins, and PREV ends; without one, at the data's beginning or end.
        Raises `BadCharacter` for an unknown code page."""
        self._browse, self._look, self._way = browse, look, way
        self._finder: Finder = needle.finder(look.characters)
        self.back = way in (Way.PREV, Way.LAST)
        if way in (Way.FIRST, Way.LAST, Way.ALL):
            start = None
        self._at = start or self._edge(self.back)
        self.hit: Spot | None = None
        self.length = 0  # characters of the hit
        self.hits = self.records = self.looked = 0
        self.total = browse.records

    def _edge(self, back: bool) -> Spot:
        datasets = self._browse.datasets
        if not back:
            return Spot(0, 1)
        return Spot(len(datasets) - 1, datasets[-1].records + 1) if datasets else Spot(0, 1)

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, 100 * self.looked // self.total) if self.total else 100

    def step(self, read: Read) -> bool:
        """Look at some more. False: it is done. Raises `SpoolError`."""
        if not self._browse.datasets:
            return False
        return self._back(read) if self.back else self._forward(read)

    # --- forwards ------------------------------------------------------------------------------

    def _forward(self, read: Read) -> bool:
        number, record = self._at.dataset, self._at.record
        dataset = self._browse.datasets[number]
        if record > dataset.records:
            return self._go(number + 1, 1)
        blocks = read(dataset.key, record, STEP)
        if not blocks or blocks[-1].next <= record:
            self.looked += dataset.records + 1 - record
            return self._go(number + 1, 1)
        for block in blocks:
            if self._in_block(dataset, number, block):
                return False
        self.looked += blocks[-1].next - record
        return self._go(number, blocks[-1].next)

    def _go(self, dataset: int, record: int) -> bool:
        self._at = Spot(dataset, record)
        return dataset < len(self._browse.datasets)

    def _in_block(self, dataset: DatasetView, number: int, block: Block) -> bool:
        """Look at a block; whether the search ends there."""
        if not self._finder.maybe(block.data):
            return False
        for spot, spans in self._found(dataset, number, block):
            if self._way is Way.ALL:
                self.records += 1
                self.hits += len(spans)
                if self.hit is None:
                    self._hit(spot, spans[0])
                continue
            behind = [s for s in spans if Spot(number, spot.record, s[0]) >= self._at]
            if behind:
                self._hit(spot, behind[0])
                return True
        return False

    def _found(
        self, dataset: DatasetView, number: int, block: Block
    ) -> Iterator[tuple[Spot, Sequence[tuple[int, int]]]]:
        skip = self._browse.skip(self._look, number)
        spans = self._finder.spans
        for record, data in enumerate(chunk_of(dataset, block).records, block.first):
            found = list(spans(data[skip:], skip))
            if found:
                yield Spot(number, record), found

    def _hit(self, spot: Spot, span: tuple[int, int]) -> None:
        self.hit = Spot(spot.dataset, spot.record, span[0])
        self.length = span[1] - span[0]

    # --- back ----------------------------------------------------------------------------------

    def _back(self, read: Read) -> bool:
        for _ in range(STEP // BLOCK_MAX):
            if self.hit is not None or not self._block_before(read):
                return False
        return True

    def _block_before(self, read: Read) -> bool:
        """Look at the block that has the characters before the place where the search is."""
        number, record = self._at.dataset, self._at.record
        dataset = self._browse.datasets[number]
        last = min(record if self._at.column else record - 1, dataset.records)
        if last < 1:
            if number:
                self._at = Spot(number - 1, self._browse.datasets[number - 1].records + 1)
            return number > 0
        blocks = read(dataset.key, last, BLOCK_MAX)
        first = blocks[0].first if blocks else 1
        if blocks and self._finder.maybe(blocks[0].data):
            for spot, spans in self._found(dataset, number, blocks[0]):
                before = [s for s in spans if Spot(number, spot.record, s[0]) < self._at]
                if before:
                    self._hit(spot, before[-1])
        self.looked += max(0, last + 1 - first)
        self._at = Spot(number, min(first, last))
        return True
