"""An open output of a step: records gathered into blocks, on their way to where the DD points."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jes import messages
from jes.datasets import Draft
from jes.errors import BadRecord
from jes.programs.step import Abend
from jes.records import BLANK, BLOCK_MAX, Block, Recfm, image, split
from jes.running import APPEND_MAX, Place
from jes.sysout import PAGE_MODE, SysoutRequest, disposition_of


class Sink(Protocol):
    """Where blocks go."""

    def take(self, blocks: Sequence[Block]) -> None:
        """The next blocks, `APPEND_MAX` bytes at most."""

    def closed(self, *, by_program: bool) -> bool:
        """The output was closed; True when nothing can be added any more."""


@dataclass(frozen=True, slots=True)
class Limit:
    """OUTLIM= of a DD: how many records it may have (jes2.md 1.8)."""

    ddname: str
    records: int


class OpenOutput:
    """`Output` over any sink: numbers records, makes blocks, and passes them on in large steps, or
    one by one when they are `watched`."""

    def __init__(
        self,
        recfm: Recfm,
        lrecl: int,
        sink: Sink,
        limit: Limit | None = None,
        *,
        watched: bool = False,
    ) -> None:
        self.recfm, self.lrecl, self.sink = recfm, lrecl, sink
        self.sealed = False
        self._limit = limit
        self._most = limit.records if limit else sys.maxsize
        self._step = 0 if watched else APPEND_MAX
        self._next = 1
        self._records: list[bytes] = []
        self._records_size = 0
        self._blocks: list[Block] = []
        self._blocks_size = 0

    def write(self, records: Iterable[bytes]) -> None:
        """Add records. Raises `Abend` S002 for one that is too long, S722 for one too many."""
        for record in records:
            if self._next + len(self._records) > self._most:
                raise self._too_many()
            try:
                stored = image(record, self.recfm, self.lrecl)
            except BadRecord as error:
                raise Abend("S002", 0, f"{error.message.id} {error}") from error
            if self._records_size + len(stored) > BLOCK_MAX:
                self._cut()
            self._records.append(stored)
            self._records_size += len(stored)

    def write_blocks(self, blocks: Iterable[Block]) -> None:
        """Add whole blocks as they are. Raises `Abend` S722 for a record too many."""
        self._cut()
        for block in blocks:
            left = self._most - self._next + 1
            if block.count > left:
                records = split(block.data, self.recfm, self.lrecl)[: max(left, 0)]
                self.write(records)
                raise self._too_many()
            self._add(block.count, block.data)

    def _too_many(self) -> Abend:
        assert self._limit is not None  # nothing else makes a limit
        line = messages.OUTLIM_REACHED.line(ddname=self._limit.ddname, most=self._limit.records)
        return Abend("S722", 0, line)

    def flush(self) -> None:
        """Pass on all that is held."""
        self._cut()
        blocks, self._blocks, self._blocks_size = self._blocks, [], 0
        if blocks:
            self.sink.take(blocks)

    def close(self, *, by_program: bool = True) -> None:
        """Close; the end of step calls it with `by_program=False`."""
        if not self.sealed:
            self.flush()
            self.sealed = self.sink.closed(by_program=by_program)

    def abandon(self) -> None:
        """Close after an abend: what can still be written is, and what is written stays."""
        if not self.sealed:
            try:
                self.flush()
            finally:
                self.sealed = self.sink.closed(by_program=False)

    def _cut(self) -> None:
        if self._records:
            count, data = len(self._records), b"".join(self._records)
            self._records, self._records_size = [], 0
            self._add(count, data)

    def _add(self, count: int, data: bytes) -> None:
        if self.sealed:
            raise Abend("S013", 0, "the data set is closed and freed")
        if self._blocks and self._blocks_size + len(data) > self._step:
            blocks, self._blocks, self._blocks_size = self._blocks, [], 0
            self.sink.take(blocks)
        self._blocks.append(Block(self._next, count, data))
        self._blocks_size += len(data)
        self._next += count


class SpoolSink:
    """One SYSOUT DD: a data set for each request, all with the same records (jes2.md 5.3)."""

    def __init__(
        self,
        place: Place,
        requests: Sequence[tuple[int, SysoutRequest]],
        shape: tuple[Recfm, int],
        *,
        by_jes: bool = False,
    ) -> None:
        """`requests` come with the spool's keys, `shape` is RECFM and LRECL. What is written
        `by_jes`, JES2 itself, never cancels a job."""
        self._place = place
        self._requests = list(requests)
        self._recfm, self._lrecl = shape
        self._by_jes = by_jes
        self._closed = False  # by the program, since it last wrote

    def take(self, blocks: Sequence[Block]) -> None:
        """To each data set. Raises `Abend` S722 when that exceeds what the job may write."""
        self._closed = False
        for key, request in self._requests:
            out_class = self._place.out_class(request)
            stored = blocks
            if out_class.blnktrnc and not self._by_jes and request.prmode != PAGE_MODE:
                stored = truncated(blocks, self._recfm, self._lrecl)
            self._place.spool.append(key, stored)
            self._place.tally.add(stored, out_class)
        if not self._by_jes:
            self._place.check_estimates()

    def closed(self, *, by_program: bool) -> bool:
        """Spin what may spin; the rest stays open until the step ends (jes2.md 1.4).

        The program's close unallocates with FREE=CLOSE only; the end of the step unallocates
        everything, and does not spin what the program never closed.
        """
        self._closed = self._closed or by_program
        kept = []
        for key, request in self._requests:
            if by_program and not request.free:
                kept.append((key, request))
            else:
                self._close(key, request, spin=bool(request.spin) and self._closed)
        self._requests = kept
        return not kept

    def spin(self) -> None:
        """Close all of it now, and make it selectable."""
        for key, request in self._requests:
            self._close(key, request, spin=True)
        self._requests = []

    def _close(self, key: int, request: SysoutRequest, *, spin: bool) -> None:
        place = self._place
        wanted = disposition_of(request, place.system.outclasses, abnormal=place.abnormal)
        place.spool.close(key, wanted if spin else None)


def truncated(blocks: Sequence[Block], recfm: Recfm, lrecl: int) -> Sequence[Block]:
    """Blocks without the trailing blanks of their records (BLNKTRNC=YES, jes2.md 4.3).

    Fixed records stay whole, since their reader pads them again; a control character stays too.
    """
    if recfm.fixed:
        return blocks
    return [_truncated(block, recfm, lrecl) for block in blocks]


def _truncated(block: Block, recfm: Recfm, lrecl: int) -> Block:
    records = split(block.data, recfm, lrecl)
    if not any(record.endswith(BLANK) for record in records):
        return block
    keep = 1 if recfm.control else 0
    short = [record[:keep] + record[keep:].rstrip(BLANK) for record in records]
    return Block(block.first, block.count, b"".join(image(r, recfm, lrecl) for r in short))


class DatasetSink:
    """A data set: a draft, which waits for the end of the step."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def take(self, blocks: Sequence[Block]) -> None:
        """Write them. Raises `DatasetError`."""
        self.draft.add(blocks)

    def closed(self, *, by_program: bool) -> bool:
        """A program may open it again and go on."""
        return not by_program


class DummySink:
    """DUMMY: writes vanish."""

    def take(self, blocks: Sequence[Block]) -> None:
        """Nothing becomes of them."""

    def closed(self, *, by_program: bool) -> bool:
        """Nothing is kept open."""
        return not by_program
