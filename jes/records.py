"""Record formats, and data as the spool keeps it: blocks of whole records (jes2.md 4.1).

Fixed records lie side by side at full width; variable and undefined ones each follow a record
descriptor word (RDW): a big-endian length that counts itself, then two zero bytes. A block holds at
most `BLOCK_MAX` bytes, never a part of a record, and knows the number of its first record, so that
browsing and record ranges need no scan. Splitting a block is bulk slicing; `construct` schemas of
the same formats are the oracle in the tests. How records lie in files is in `jes.framing`.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Self

from jes import messages
from jes.errors import BadName, BadRecord

BLOCK_MAX = 65_520  # a multiple of 80 and below 64 KiB (blueprint §3)
LRECL_MAX = 32_760  # jes2.md 4.1
RDW = 4
RECORD_MAX = LRECL_MAX - RDW  # data bytes of a variable record on the spool
BLANK = b"\x40"

_RECFM = re.compile(r"(F|FB|FS|FBS|V|VB|VS|VBS|U)(A|M)?")


@dataclass(frozen=True, slots=True)
class Recfm:
    """A record format such as FB, VBA or U."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no record format. Raises `BadName`."""
        if not _RECFM.fullmatch(self.text):
            rule = "F, V or U, with B, S and A or M as they apply, such as FB or VBA"
            raise BadName(messages.BAD_RECFM, value=self.text, rule=rule)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From JCL's spelling, in any case."""
        return cls(text.upper())

    def __str__(self) -> str:
        """As JCL spells it."""
        return self.text

    @property
    def fixed(self) -> bool:
        """F, FB, FBS: every record is LRECL bytes."""
        return self.text[0] == "F"

    @property
    def undefined(self) -> bool:
        """U: a block is a record."""
        return self.text[0] == "U"

    @property
    def spanned(self) -> bool:
        """VS, VBS: a record may be cut into segments in a file; on the spool it is whole."""
        return self.text[0] == "V" and "S" in self.text

    @property
    def control(self) -> str | None:
        """A for ASA, M for machine carriage control in each record's first byte, or None."""
        return self.text[-1] if self.text[-1] in "AM" else None


FB = Recfm("FB")
VB = Recfm("VB")
VBA = Recfm("VBA")


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records as stored; `first` is the number of the first one, counting from 1."""

    first: int
    count: int
    data: bytes

    @property
    def next(self) -> int:
        """The number of the first record after this block."""
        return self.first + self.count


_RDW = struct.Struct(">HH")
_SHORT = bytes(range(RDW, 256))  # lengths in one byte
_LESS_RDW = bytes(max(0, length - RDW) for length in range(256))


@lru_cache(maxsize=64)
def _fixed(count: int, width: int) -> struct.Struct:
    return struct.Struct(f"{width}s" * count)


def split(data: bytes, recfm: Recfm, lrecl: int) -> list[bytes]:
    """The records of a block's data. Raises `BadRecord` when they do not add up."""
    if not recfm.fixed:
        quick = _split_short(data)
        return _split_variable(data) if quick is None else quick
    if lrecl < 1:
        raise _bad(0, f"LRECL is {lrecl}")
    count, rest = divmod(len(data), lrecl)
    if rest:
        raise _bad(count * lrecl, f"{rest} bytes left over, LRECL is {lrecl}")
    return list(_fixed(count, lrecl).unpack(data))


def _split_short(data: bytes) -> list[bytes] | None:
    """The records of a block that has NULs in RDWs only and no record above 251 bytes, or None.

    Cut at its NULs, such a block is an empty piece, then a length, an empty piece and the data of
    each record. That the lengths are true proves that the pieces are the records: the first RDW
    is at offset 0, and each next one where the record before it ends. Twice as fast as stepping.
    """
    pieces = data.split(b"\0")
    records, words = pieces[3::3], pieces[1::3]
    lengths = b"".join(words)
    count = len(records)
    if pieces[0] or len(pieces) != 3 * count + 1 or len(lengths) != count or not all(words):
        return None
    if pieces[2::3].count(b"") != count or lengths.translate(None, _SHORT):
        return None
    try:
        true = bytes(map(len, records)) == lengths.translate(_LESS_RDW)
    except ValueError:  # above 255: a longer record
        return None
    return records if true else None


def _split_variable(data: bytes) -> list[bytes]:
    records: list[bytes] = []
    add, word = records.append, _RDW.unpack_from
    at, end = 0, len(data)
    while at + RDW <= end:
        step, zeros = word(data, at)
        if zeros or step < RDW or step > end - at:
            break
        add(data[at + RDW : (at := at + step)])
    if at != end:
        raise _bad(at, "the record descriptor word does not fit the data")
    return records


def _bad(offset: int, reason: str) -> BadRecord:
    return BadRecord(messages.BAD_FRAMING, where="records", offset=offset, reason=reason)


def check_lrecl(recfm: Recfm, lrecl: int) -> int:
    """`lrecl` when a data set can have it. Raises `BadName`."""
    least = 1 if recfm.fixed or recfm.undefined else RDW + 1
    if not least <= lrecl <= LRECL_MAX:
        rule = f"{least}-{LRECL_MAX} for RECFM {recfm}"
        raise BadName(messages.BAD_NAME, value=lrecl, what="LRECL", rule=rule)
    return lrecl


def longest(recfm: Recfm, lrecl: int) -> int:
    """How many bytes of data a record may have: LRECL counts the RDW of variable records."""
    if recfm.undefined:
        return lrecl or LRECL_MAX
    return lrecl if recfm.fixed else lrecl - RDW


def image(record: bytes, recfm: Recfm, lrecl: int) -> bytes:
    """`record` as the spool keeps it: padded to LRECL, or behind its RDW. Raises `BadRecord`."""
    _check([record], longest(recfm, lrecl), lrecl)
    if recfm.fixed:
        return record.ljust(lrecl, BLANK)
    return _WORDS[len(record)] + record


def blocks(records: Iterable[bytes], recfm: Recfm, lrecl: int, first: int = 1) -> Iterator[Block]:
    """Records gathered into blocks, numbered from `first`. Raises `BadRecord`."""
    found = _fixed_images if recfm.fixed else _variable_images
    for images in found(iter(records), longest(recfm, lrecl), lrecl):
        yield Block(first, len(images), b"".join(images))
        first += len(images)


def _fixed_images(records: Iterator[bytes], most: int, lrecl: int) -> Iterator[list[bytes]]:
    """The records of each block, padded."""
    while some := list(islice(records, max(1, BLOCK_MAX // max(1, most)))):
        _check(some, most, lrecl)
        yield [record.ljust(most, BLANK) for record in some]


def _variable_images(records: Iterator[bytes], most: int, lrecl: int) -> Iterator[list[bytes]]:
    """The records of each block, behind their RDWs."""
    held: list[bytes] = []
    size = 0
    while some := list(islice(records, _AT_ONCE)):
        _check(some, most, lrecl)
        images = [_WORDS[len(record)] + record for record in some]
        more = sum(map(len, images))
        if size + more <= BLOCK_MAX:
            held += images
            size += more
            continue
        for stored in images:
            if size + len(stored) > BLOCK_MAX:
                yield held
                held, size = [], 0
            held.append(stored)
            size += len(stored)
    if held:
        yield held


def _check(records: list[bytes], most: int, lrecl: int) -> None:
    if (widest := max(map(len, records))) > most:
        raise BadRecord(messages.TOO_LONG, where="records", length=widest, lrecl=lrecl)


class _Words(dict[int, bytes]):
    """RDWs by the length of the data."""

    def __missing__(self, length: int) -> bytes:
        word = self[length] = (length + RDW).to_bytes(2, "big") + b"\0\0"
        return word


_WORDS = _Words()
_AT_ONCE = 128  # records of variable length that are looked at together


def fixed_blocks(data: bytes, lrecl: int, first: int = 1) -> Iterator[Block]:
    """Blocks of records that lie side by side already, a multiple of `lrecl` bytes."""
    per_block = max(1, BLOCK_MAX // lrecl)
    for at in range(0, len(data), per_block * lrecl):
        part = data[at : at + per_block * lrecl]
        yield Block(first + at // lrecl, len(part) // lrecl, part)


def merged(parts: Iterable[Block]) -> Iterator[Block]:
    """The same records with small neighbouring blocks put together."""
    held: list[Block] = []
    size = 0
    for part in parts:
        if held and size + len(part.data) > BLOCK_MAX:
            yield _together(held)
            held, size = [], 0
        held.append(part)
        size += len(part.data)
    if held:
        yield _together(held)


def _together(parts: list[Block]) -> Block:
    if len(parts) == 1:
        return parts[0]
    count = sum(part.count for part in parts)
    return Block(parts[0].first, count, b"".join(part.data for part in parts))


def widest(parts: Iterable[Block], recfm: Recfm, lrecl: int) -> int:
    """How many bytes the longest record has, 0 when there is none. Raises `BadRecord`."""
    return max((max(map(len, split(part.data, recfm, lrecl))) for part in parts), default=0)


def count_bytes(parts: Sequence[Block]) -> int:
    """How many bytes of spool space the blocks take."""
    return sum(len(part.data) for part in parts)
