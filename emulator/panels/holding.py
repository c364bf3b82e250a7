"""Records of data sets that are looked at, read a block at a time; only the newest are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jes.errors import BadRecord
from jes.records import BLOCK_MAX, Block, split
from jes.views import DatasetView

# As `jes.store.sql.SpoolStore.read`: key of a data set, record, bytes. Blocks from the one that has
# the record on, none behind the end and of a data set that is gone. Raises `SpoolError`.
Read = Callable[[int, int, int], Sequence[Block]]

GONE = "THE DATA SET HAS GONE FROM THE SPOOL"
HELD_MAX = 8 * 1024 * 1024  # bytes, counted as below
_RECORD_COST = 50  # bytes that a record takes beside its data


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records from `first` to the one before `next`, or why there are none."""

    dataset: int
    first: int
    next: int
    records: Sequence[bytes]
    fault: str = ""

    @property
    def cost(self) -> int:
        """About how many bytes it takes."""
        return sum(map(len, self.records)) + _RECORD_COST * len(self.records)


def chunk_of(dataset: DatasetView, block: Block) -> Chunk:
    """The records of a block. Those of a damaged one are a fault."""
    try:
        records = split(block.data, dataset.recfm, dataset.lrecl)
    except BadRecord as error:
        return Chunk(dataset.key, block.first, block.next, (), f"{error.message.id} {error}")
    if len(records) != block.count:
        fault = f"THE BLOCK HAS {len(records)} RECORDS, NOT {block.count}"
        return Chunk(dataset.key, block.first, block.next, (), fault)
    return Chunk(dataset.key, block.first, block.next, records)


class Holding:
    """What is held of data sets. One thread may `load` while another looks."""

    def __init__(self) -> None:
        self._chunks: tuple[Chunk, ...] = ()

    def chunk(self, dataset: DatasetView, record: int) -> Chunk | None:
        """The chunk that has a record, if it is held."""
        for chunk in self._chunks:
            if chunk.dataset == dataset.key and chunk.first <= record < chunk.next:
                return chunk
        return None

    def load(self, read: Read, dataset: DatasetView, first: int, last: int) -> None:
        """Hold records `first` to `last`, whatever else is to go. Raises `SpoolError`."""
        wanted: list[Chunk] = []
        record = first
        while record <= last:
            chunk = self.chunk(dataset, record) or _read(read, dataset, record)
            wanted.append(chunk)
            record = chunk.next
        rest = [chunk for chunk in self._chunks if chunk not in wanted]
        room = HELD_MAX - sum(chunk.cost for chunk in wanted)
        for chunk in rest:
            room -= chunk.cost
            if room < 0:
                break
            wanted.append(chunk)
        self._chunks = tuple(wanted)

    def forget(self) -> None:
        """Hold nothing."""
        self._chunks = ()


def _read(read: Read, dataset: DatasetView, record: int) -> Chunk:
    for block in read(dataset.key, record, BLOCK_MAX)[:1]:
        if block.first <= record < block.next:
            return chunk_of(dataset, block)
    return Chunk(dataset.key, record, dataset.records + 1, (), GONE)
