"""Any bytes frame as records of any format, or are refused with the offset."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from jes import framing
from jes.codepages import page
from jes.errors import BadCharacter, BadRecord
from jes.records import Block, Recfm, blocks, split

SEEDS = [
    b"\0\x09\0\0HELO!\0\x05\0\0A",
    b"\0\x12\0\0\0\x09\0\0HELO!\0\x05\0\0A",
    b"\0\x09\1\0FIRST\0\x09\3\0MIDDL\0\x09\2\0LAST!",
    b"".join(b"%-80d" % number for number in range(5)),
    "HELO A\nMAIL FROM:<a@b>\nü\n".encode(),
]
WORDS = [b"\0\4\0\0", b"\0\5\0\0X", b"\x80\0\0\x10", b"\x7f\xf8\0\0", b"\0\x08\1\0AAAA", b"\n" * 80]
V, VBS = Recfm("VB"), Recfm("VBS")
WAYS: tuple[Callable[[Iterator[bytes]], Iterable[Block | list[bytes]]], ...] = (
    framing.variable,
    partial(framing.variable, bdw=True),
    partial(framing.fixed, lrecl=80),
    lambda chunks: framing.spanned(chunks, VBS),
    lambda chunks: framing.spanned(chunks, VBS, bdw=True),
    lambda chunks: framing.text(chunks, page("IBM-1047"), 32_756),
)


def check(data: bytes) -> None:
    """Cut anywhere gives the same records, or the same refusal."""
    for way in WAYS:
        whole, cut = _records(way, [data]), _records(way, _cut(data))
        assert whole == cut
    with contextlib.suppress(BadRecord):
        records = split(data, V, 32_760)
        assert b"".join(block.data for block in blocks(records, V, 32_760)) == data


def _records(
    way: Callable[[Iterator[bytes]], Iterable[Block | list[bytes]]], chunks: list[bytes]
) -> bytes | str:
    """The stored bytes of all records, or why there are none."""
    try:
        return b"".join(
            part.data if isinstance(part, Block) else b"\n".join((*part, b""))
            for part in way(iter(chunks))
        )
    except (BadRecord, BadCharacter) as error:
        return str(error)


def _cut(data: bytes) -> list[bytes]:
    return [data[at : at + 7] for at in range(0, len(data), 7)]
