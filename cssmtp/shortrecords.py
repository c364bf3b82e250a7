"""V records that are plain ASCII, translated and framed at once. Sans-I/O.

One table translates a whole block, record descriptor words and all; cut at its NULs, such a block
is an empty piece, then a length, an empty piece and the data of each record. ASCII characters are
what they are in inspection code, and everything else is above X'7F', so that one look at the data
says whether any was there. A length can be anything: most bytes have a code of their own, so it can
be compared without going back to the block.
"""

from dataclasses import dataclass

from cssmtp.transcode import Inspection
from jes.records import RDW

_SHARED = 0xFF  # of bytes that are not told apart; no length is taken from one
_OWN = range(0x80, _SHARED)
_CHARACTERS = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True)
class Framing:
    """`table` is the translation; `lengths` gives what a length of data is in it, 0 if unknown."""

    table: bytes
    lengths: bytes


def framing(code: Inspection) -> Framing:
    """The tables of a page. Those bytes which are the commonest lengths get codes of their own."""
    table = bytearray([_SHARED]) * 256
    table[0] = 0
    own = iter(_OWN)
    for byte in range(RDW, 256):
        known = code.table[byte] in _CHARACTERS
        table[byte] = code.table[byte] if known else next(own, _SHARED)
    lengths = bytes(0 if byte == _SHARED else byte for byte in table[RDW:])
    return Framing(bytes(table), lengths + bytes(RDW))


def short_records(data: bytes, by: Framing) -> list[bytes] | None:
    """The records of a block's data in inspection code; None when some are longer than 251 bytes or
    not plain ASCII, tabs included, or when they do not add up.

    That the lengths are true proves that the pieces are the records: the first word is at offset 0,
    and each next one where the record before it ends.
    """
    pieces = data.translate(by.table).split(b"\0")
    records, words = pieces[3::3], pieces[1::3]
    count = len(records)
    lengths = b"".join(words)
    if pieces[0] or len(pieces) != 3 * count + 1 or len(lengths) != count or not all(words):
        return None
    if pieces[2::3].count(b"") != count:
        return None
    try:
        true = bytes(map(len, records)).translate(by.lengths) == lengths
    except ValueError:  # above 255: a longer record
        return None
    return records if true and b"".join(records).isascii() else None
