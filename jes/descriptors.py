"""Descriptor words: where records, segments and blocks of V files begin and end (jes2.md 4.1).

A record descriptor word (RDW) is a big-endian length that counts itself, then two zero bytes; a
segment descriptor word (SDW) has in its third byte which segment of a record it is; a block
descriptor word (BDW) is like an RDW, or has a length of 31 bits. Runs of short records are found at
once. `BadRecord` has the offset of what does not frame.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jes import messages
from jes.errors import BadRecord
from jes.records import LRECL_MAX, RDW

SDW_MAX = 32_756
BDW_MAX = 32_760
WINDOW = 32 * 1024  # above the longest record; pieces of more than this leave the fast caches
EXTENDED_MAX = 1024 * 1024  # tape blocks with a 31-bit length can be 2 GiB; no program writes such
WHOLE, FIRST, LAST, MIDDLE = range(4)  # an SDW's third byte
RDW_ZEROS = 0xFFFF
SDW_ZEROS = 0xFCFF  # all but the two bits that say which segment it is
WORD = struct.Struct(">HH")

_DATA = bytes(length - RDW if length >= RDW else 0 for length in range(256))


def bad(offset: int, reason: str) -> BadRecord:
    """The error of a file that does not frame."""
    return BadRecord(messages.BAD_FRAMING, where="records", offset=offset, reason=reason)


@dataclass(frozen=True, slots=True)
class Words:
    """What descriptor words of one kind may say: `what` follows them, `least` to `most` bytes."""

    what: str
    least: int
    most: int
    zeros: int

    def take(self, data: bytes, at: int) -> tuple[int, int]:
        """How many whole records, or what one segment, lie at `at`, and where they end.

        At most `WINDOW` bytes of them; 0 when the first one is not whole or no such thing.
        """
        if len(data) - at < RDW:
            return 0, at
        length, rest = WORD.unpack_from(data, at)
        if not self._may_be(length, rest) or at + length > len(data):
            return 0, at
        if rest or at + length == len(data):
            return 1, at + length
        window = data[at : at + WINDOW]
        count, size = _short_run(window, self.least, self.most) or self._step(window)
        return count, at + size

    def _may_be(self, length: int, rest: int) -> bool:
        return not rest & self.zeros and self.least <= length <= self.most

    def _step(self, window: bytes) -> tuple[int, int]:
        """One by one: records with NULs in them, or long ones."""
        least, most, word = self.least, self.most, WORD.unpack_from
        count = at = 0
        last, size = len(window) - RDW, len(window)
        while at <= last:
            length, rest = word(window, at)
            if rest or not least <= length <= most or at + length > size:
                break
            at += length
            count += 1
        return count, at

    def impossible(self, data: bytes, at: int) -> bool:
        """Whether there is a word at `at` that no more data can make a good one."""
        return len(data) - at >= RDW and not self._may_be(*WORD.unpack_from(data, at))

    def fault(self, rest: bytes, offset: int) -> BadRecord:
        """Why `rest` does not begin with a whole record or segment."""
        if len(rest) < RDW:
            return bad(offset, f"the {self.what} descriptor word is cut off")
        length, zeros = WORD.unpack_from(rest)
        if self.most < length <= LRECL_MAX and not zeros and self.what == "record":
            return bad(offset, f"the record descriptor word says {length}, LRECL is {self.most}")
        if not self._may_be(length, zeros):
            said = rest[:RDW].hex().upper()
            reason = f"is X'{said}': no length of {self.least}-{self.most}, or not zero after"
            return bad(offset, f"the {self.what} descriptor word {reason}")
        return bad(offset, f"the {self.what} of {length} bytes is cut off")


def records(lrecl: int) -> Words:
    """RDWs that say `lrecl` at most."""
    return Words("record", RDW, lrecl, RDW_ZEROS)


SEGMENTS = Words("segment", RDW + 1, SDW_MAX, SDW_ZEROS)


def _short_run(window: bytes, least: int, most: int) -> tuple[int, int] | None:
    """How many short records without NULs `window` begins with, and their bytes; None: step.

    Cut at its NULs, such a window is an empty piece, then a length, an empty piece and the data of
    each record; the last of them may be cut off. That the lengths are true proves the rest.
    """
    pieces = window.split(b"\0")
    count = (len(pieces) - 1) // 3
    data = pieces[3::3]
    lengths = b"".join(pieces[1 : 3 * count : 3])
    if pieces[0] or len(lengths) != count or pieces[2 : 3 * count : 3].count(b"") != count:
        return None
    if count and len(data[-1]) != lengths[-1] - RDW:
        count -= 1
        lengths = lengths[:-1]
        data.pop()
    if not count or lengths.translate(None, _between(least, most)):
        return None
    try:
        true = bytes(map(len, data)) == lengths.translate(_DATA)
    except ValueError:  # above 255: a longer record
        return None
    rest = pieces[3 * count + 1 :]
    return (count, len(window) - len(rest) - sum(map(len, rest))) if true else None


@lru_cache(maxsize=64)
def _between(least: int, most: int) -> bytes:
    return bytes(range(least, min(most, 255) + 1))


Walked = tuple[int, int, bytes]  # offset in the file, how many, and their bytes


def walked(
    chunks: Iterable[bytes], take: Callable[[bytes, int], tuple[int, int]], words: Words, *,
    bdw: bool,
) -> Iterator[Walked]:  # fmt: skip
    """Runs of whole records or segments, behind their words, as `take` finds them.

    Raises `BadRecord`.
    """
    held, base = b"", 0
    for offset, body in bodies(chunks) if bdw else _offsets(chunks):
        base = base if held else offset
        held = held + body if held else body
        at = 0
        while True:
            count, end = take(held, at)
            if not count:
                break
            yield base + at, count, held[at:end]
            at = end
        if at < len(held) and (bdw or words.impossible(held, at)):
            raise words.fault(held[at:], base + at)
        held, base = held[at:], base + at
    if held:
        raise words.fault(held, base)


def _offsets(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    offset = 0
    for chunk in chunks:
        yield offset, chunk
        offset += len(chunk)


def bodies(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """What lies behind each BDW, and where. Raises `BadRecord`."""
    held, base = b"", 0
    for chunk in chunks:
        held += chunk
        at = 0
        while len(held) - at >= RDW:
            length, rest = WORD.unpack_from(held, at)
            if rest or not 2 * RDW <= length <= BDW_MAX:
                length = _extended_length(held[at : at + RDW], base + at)
            if len(held) - at < length:
                break
            yield base + at + RDW, held[at + RDW : at + length]
            at += length
        held, base = held[at:], base + at
    if held:
        raise bad(base, f"the block is cut off: {len(held)} bytes of it are there")


def _extended_length(word: bytes, offset: int) -> int:
    """What a BDW says in 31 bits, its first bit being on. Raises `BadRecord` for no BDW at all."""
    length = int.from_bytes(word, "big") - 0x8000_0000
    most = EXTENDED_MAX if length >= 0 else BDW_MAX
    if not 2 * RDW <= length <= most:
        said = word.hex().upper()
        reason = f"is X'{said}': no length of {2 * RDW}-{most}, or not zero after"
        raise bad(offset, f"the block descriptor word {reason}")
    return length
