"""Records of a spanned data set (VS, VBS) that may be damaged: what frames, and where it does not.

`framing.spanned` refuses such a data set as a whole; this goes on with the next block.
"""

from collections.abc import Iterable, Iterator

from jes.descriptors import LAST, MIDDLE, SDW_MAX, SDW_ZEROS, WHOLE, WORD, bad
from jes.errors import BadRecord
from jes.records import RDW

RECORD_MAX = 1024 * 1024  # bytes of a record in all its segments
_EXTENDED = 0x8000


def records(chunks: Iterable[bytes], *, bdw: bool) -> Iterator[bytes | BadRecord]:
    """Records without descriptor words, and what is wrong in the places between them.

    Without BDWs nothing is found behind the first damage.
    """
    parts: list[bytes] = []
    began = 0
    for found in _segments(chunks, bdw=bdw):
        if isinstance(found, BadRecord):
            yield found
            parts = []
            continue
        place, code, data = found
        if (code in (MIDDLE, LAST)) != bool(parts):
            yield bad(place, "a segment that does not follow the one before it")
            parts = []
            if code in (MIDDLE, LAST):
                continue
        began = began if parts else place
        parts.append(data)
        if sum(map(len, parts)) > RECORD_MAX:
            yield bad(began, f"a record of more than {RECORD_MAX} bytes")
            parts = []
        elif code in (WHOLE, LAST):
            yield b"".join(parts)
            parts = []
    if parts:
        yield bad(began, "the last segment of this record is missing")


def _segments(
    chunks: Iterable[bytes], *, bdw: bool
) -> Iterator[tuple[int, int, bytes] | BadRecord]:
    """Segments with their offsets and codes, without their SDWs."""
    for place, data in _blocks(_Bytes(chunks), bdw=bdw):
        at = 0
        while at < len(data):
            fault = _fault(data, at, place)
            if fault is not None:
                yield fault
                break  # nobody knows where the next segment begins
            length, rest = WORD.unpack_from(data, at)
            yield place + at, rest >> 8, data[at + RDW : at + length]
            at += length


def _fault(data: bytes, at: int, place: int) -> BadRecord | None:
    """What is wrong with the segment at `at`."""
    if len(data) - at < RDW:
        return bad(place + at, "a segment descriptor word is cut off")
    length, rest = WORD.unpack_from(data, at)
    if rest & SDW_ZEROS or not RDW < length <= SDW_MAX:
        word = data[at : at + RDW].hex().upper()
        return bad(place + at, f"X'{word}' is no segment descriptor word")
    if at + length > len(data):
        return bad(place + at, f"a segment of {length} bytes is cut off")
    return None


class _Bytes:
    """Takes so many bytes at a time off chunks."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self.offset = 0

    def take(self, count: int) -> bytes:
        """So many bytes, or all that there are."""
        while len(self._rest) < count:
            more = next(self._chunks, b"")
            if not more:
                break
            self._rest += more
        found, self._rest = self._rest[:count], self._rest[count:]
        self.offset += len(found)
        return found


def _blocks(data: _Bytes, *, bdw: bool) -> Iterator[tuple[int, bytes]]:
    """Blocks without their BDWs, the last one perhaps in part, with their offsets. What is no BDW
    is handed on as a block, which does not frame either, and ends it. Without BDWs a segment is
    taken for a block."""
    while head := data.take(RDW):
        place = data.offset
        length = int.from_bytes(head[:2], "big")
        if bdw and length & _EXTENDED:
            length = int.from_bytes(head, "big") & 0x7FFFFFFF
        if len(head) < RDW or length < RDW or (length > RECORD_MAX):
            yield place - len(head), head[:RDW].ljust(1, b"\0")
            return
        rest = data.take(length - RDW)
        yield (place, rest) if bdw else (place - RDW, head + rest)
