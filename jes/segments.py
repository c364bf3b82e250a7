"""SEGMENT=: a SYSOUT data set that is spun piece by piece while it is written (jes2.md 1.4).

A page begins with a skip to channel 1, so only records with a control character have pages. Each
piece is a data set and an output group of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from jes.outputs import SpoolSink
from jes.records import Block, Recfm, image, split

_ASA_SKIP = b"\xf1"  # before the line is printed
_MACHINE_SKIPS = frozenset({0x89, 0x8B})  # after it is printed, and without a line
_IMMEDIATE = 0x03  # the bits of a machine code that prints nothing


class Pages:
    """Cuts records where so many pages are full."""

    def __init__(self, recfm: Recfm, most: int) -> None:
        """`recfm` has a control character."""
        self._asa = recfm.control == "A"
        self._most = most
        self._full = 0  # pages of the current piece
        self._begun = False  # something is on the current page

    def cut(self, records: Iterable[bytes]) -> Iterator[tuple[list[bytes], bool]]:
        """The pieces of `records`, and of each whether it ends its segment."""
        piece: list[bytes] = []
        for record in records:
            if self._asa and self._begun and record[:1] == _ASA_SKIP and self._page_ends():
                yield piece, True
                piece = []
            piece.append(record)
            if self._asa:
                self._begun = True
                continue
            code = record[0] if record else 0
            self._begun = self._begun or code & _IMMEDIATE != _IMMEDIATE
            if self._begun and code in _MACHINE_SKIPS and self._page_ends():
                yield piece, True
                piece = []
        if piece:
            yield piece, False

    def _page_ends(self) -> bool:
        """One more page is full; whether the segment is."""
        self._begun = False
        self._full += 1
        if self._full < self._most:
            return False
        self._full = 0
        return True


class SegmentSink:
    """A SYSOUT DD with SEGMENT=. `make` gives the data sets of the next piece."""

    def __init__(
        self, pages: Pages, shape: tuple[Recfm, int], make: Callable[[], SpoolSink], *, free: bool
    ) -> None:
        self._pages = pages
        self._recfm, self._lrecl = shape
        self._make = make
        self._free = free
        self._piece: SpoolSink | None = make()
        self._next = 1

    def take(self, blocks: Sequence[Block]) -> None:
        """Write them; every piece that is full is spun. Raises `Abend` S722."""
        held: list[Block] = []
        for block in blocks:
            for records, full in self._pages.cut(split(block.data, self._recfm, self._lrecl)):
                data = b"".join(image(r, self._recfm, self._lrecl) for r in records)
                held.append(Block(self._next, len(records), data))
                self._next += len(records)
                if full:
                    self._write(held).spin()
                    held, self._piece, self._next = [], None, 1
        if held:
            self._write(held)

    def _write(self, blocks: Sequence[Block]) -> SpoolSink:
        self._piece = piece = self._piece or self._make()
        piece.take(blocks)
        return piece

    def closed(self, *, by_program: bool) -> bool:
        """The last piece goes as a spin data set does."""
        if self._piece is None:
            return self._free or not by_program
        return self._piece.closed(by_program=by_program)
