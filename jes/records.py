"""Record formats, and data as the spool keeps it: blocks of whole records (jes2.md 4.1).

Fixed records lie side by side at full width; variable and undefined ones each follow a record
descriptor word (RDW): a big-endian length that counts itself, then two zero bytes. A block holds at
most `BLOCK_MAX` bytes, never a part of a record, and knows the number of its first record, so that
browsing and record ranges need no scan. Splitting a block is bulk slicing; `construct` schemas of
the same formats are the oracle in the tests.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from jes import messages
from jes.errors import BadName, BadRecord

BLOCK_MAX = 65_520  # a multiple of 80 and below 64 KiB (blueprint §3)
LRECL_MAX = 32_760  # jes2.md 4.1
RDW = 4
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


@lru_cache(maxsize=64)
def _fixed(count: int, width: int) -> struct.Struct:
    return struct.Struct(f"{width}s" * count)


def split(data: bytes, recfm: Recfm, lrecl: int) -> list[bytes]:
    """The records of a block's data. Raises `BadRecord` when they do not add up."""
    if recfm.fixed:
        count, rest = divmod(len(data), lrecl)
        if rest:
            raise _bad(count * lrecl, f"{rest} bytes left over, LRECL is {lrecl}")
        return list(_fixed(count, lrecl).unpack(data))
    records: list[bytes] = []
    add = records.append
    at, end, step = 0, len(data), 0
    while at + RDW <= end:
        step = data[at] << 8 | data[at + 1]
        if step < RDW:
            break
        add(data[at + RDW : at + step])
        at += step
    if at != end:
        at -= step if at > end else 0
        raise _bad(at, "the record descriptor word does not fit the data")
    return records


def _bad(offset: int, reason: str) -> BadRecord:
    return BadRecord(messages.BAD_FRAMING, where="records", offset=offset, reason=reason)


def check_lrecl(recfm: Recfm, lrecl: int) -> int:
    """`lrecl` when a data set can have it. Raises `BadName`."""
    least = 1 if recfm.fixed or recfm.text[0] == "U" else RDW + 1
    if not least <= lrecl <= LRECL_MAX:
        rule = f"{least}-{LRECL_MAX} for RECFM {recfm}"
        raise BadName(messages.BAD_NAME, value=lrecl, what="LRECL", rule=rule)
    return lrecl


def longest(recfm: Recfm, lrecl: int) -> int:
    """How many bytes of data a record may have: LRECL counts the RDW of variable records."""
    if recfm.text[0] == "U":
        return lrecl or LRECL_MAX
    return lrecl if recfm.fixed else lrecl - RDW


def image(record: bytes, recfm: Recfm, lrecl: int) -> bytes:
    """`record` as the spool keeps it: padded to LRECL, or behind its RDW. Raises `BadRecord`."""
    if len(record) > longest(recfm, lrecl):
        raise BadRecord(messages.TOO_LONG, where="records", length=len(record), lrecl=lrecl)
    if recfm.fixed:
        return record.ljust(lrecl, BLANK)
    return (len(record) + RDW).to_bytes(2, "big") + b"\0\0" + record


def blocks(records: Iterable[bytes], recfm: Recfm, lrecl: int, first: int = 1) -> Iterator[Block]:
    """Records gathered into blocks, numbered from `first`. Raises `BadRecord`."""
    held: list[bytes] = []
    size = 0
    for record in records:
        stored = image(record, recfm, lrecl)
        if size + len(stored) > BLOCK_MAX:
            yield Block(first, len(held), b"".join(held))
            first += len(held)
            held, size = [], 0
        held.append(stored)
        size += len(stored)
    if held:
        yield Block(first, len(held), b"".join(held))


def fixed_blocks(data: bytes, lrecl: int, first: int = 1) -> Iterator[Block]:
    """Blocks of records that lie side by side already, a multiple of `lrecl` bytes."""
    per_block = max(1, BLOCK_MAX // lrecl)
    for at in range(0, len(data), per_block * lrecl):
        part = data[at : at + per_block * lrecl]
        yield Block(first + at // lrecl, len(part) // lrecl, part)


def count_bytes(parts: Sequence[Block]) -> int:
    """How many bytes of spool space the blocks take."""
    return sum(len(part.data) for part in parts)
