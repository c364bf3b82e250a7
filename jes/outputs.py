"""An open output of a step: records gathered into blocks, on their way to where the DD points."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from jes.datasets import Draft
from jes.errors import BadRecord
from jes.programs.step import Abend
from jes.records import BLOCK_MAX, Block, Recfm, image
from jes.running import APPEND_MAX, Place
from jes.sysout import Disposition, SysoutRequest, disposition_of


class Sink(Protocol):
    """Where blocks go."""

    def take(self, blocks: Sequence[Block]) -> None:
        """The next blocks, `APPEND_MAX` bytes at most."""

    def closed(self, *, by_program: bool) -> bool:
        """The output was closed; True when nothing can be added any more."""


class OpenOutput:
    """`Output` over any sink: numbers records, makes blocks, and passes them on in large steps."""

    def __init__(self, recfm: Recfm, lrecl: int, sink: Sink) -> None:
        self.recfm, self.lrecl, self.sink = recfm, lrecl, sink
        self.sealed = False
        self._next = 1
        self._records: list[bytes] = []
        self._records_size = 0
        self._blocks: list[Block] = []
        self._blocks_size = 0

    def write(self, records: Iterable[bytes]) -> None:
        """Add records. Raises `Abend` S002 for one that is too long."""
        for record in records:
            try:
                stored = image(record, self.recfm, self.lrecl)
            except BadRecord as error:
                raise Abend("S002", 0, f"{error.message.id} {error}") from error
            if self._records_size + len(stored) > BLOCK_MAX:
                self._cut()
            self._records.append(stored)
            self._records_size += len(stored)

    def write_blocks(self, blocks: Iterable[Block]) -> None:
        """Add whole blocks as they are."""
        self._cut()
        for block in blocks:
            self._add(block.count, block.data)

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

    def _cut(self) -> None:
        if self._records:
            count, data = len(self._records), b"".join(self._records)
            self._records, self._records_size = [], 0
            self._add(count, data)

    def _add(self, count: int, data: bytes) -> None:
        if self.sealed:
            raise Abend("S013", 0, "the data set is closed and freed")
        if self._blocks_size + len(data) > APPEND_MAX:
            blocks, self._blocks, self._blocks_size = self._blocks, [], 0
            self.sink.take(blocks)
        self._blocks.append(Block(self._next, count, data))
        self._blocks_size += len(data)
        self._next += count


class SpoolSink:
    """One SYSOUT DD: a data set for each request, all with the same records (jes2.md 5.3)."""

    def __init__(self, place: Place, requests: Sequence[tuple[int, SysoutRequest]]) -> None:
        """`requests` come with the spool's keys."""
        self._place = place
        self._requests = requests

    def take(self, blocks: Sequence[Block]) -> None:
        """To each data set."""
        for key, request in self._requests:
            self._place.spool.append(key, blocks)
            self._place.tally.add(blocks, self._place.out_class(request))

    def closed(self, *, by_program: bool) -> bool:
        """Spin what may spin; the rest stays open until the step ends (jes2.md 1.4)."""
        kept = []
        for key, request in self._requests:
            if by_program and not request.spin:
                kept.append((key, request))
            else:
                self._place.spool.close(key, self._spin(request) if by_program else None)
        self._requests = kept
        return not kept

    def _spin(self, request: SysoutRequest) -> Disposition:
        return disposition_of(request, self._place.system.outclasses, abnormal=False)


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
