"""Records of a data set for eyes and programs, a megabyte at a time.

What a record's bytes are as text depends on a code page; unprintable characters become periods.
Trailing blanks of fixed records are not shown, as they would not be printed (BLNKTRNC). In `RAW`
form bytes are as on the spool: fixed records side by side, others behind an RDW each, which is what
`jesmail mail --recfm` reads.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from emulator.exits import Problem, UsageFault
from emulator.shown import printable
from jes import codepages, mixed
from jes.codepages import MIXED, CodePage, canonical
from jes.errors import BadCharacter, BadRecord
from jes.records import Block, image, split
from jes.store.sql import SpoolStore
from jes.views import DatasetView

STEP = 1024 * 1024  # bytes of one read
_RANGE = re.compile(r"([0-9]{1,12})?(-)?([0-9]{1,12})?", re.ASCII)
Decode = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Records:
    """A range of records, counting from 1, both ends in it; no `last` is to the end."""

    first: int = 1
    last: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Records":
        """From `A-B`, `A-`, `-B` or `A`. Raises `UsageFault`."""
        match = _RANGE.fullmatch(text)
        low, dash, high = match.groups() if match else (None, None, None)
        first = int(low or 1)
        last = int(high) if high else None if dash else first
        if not (low or high) or first < 1 or (last is not None and last < first):
            raise UsageFault(f"--records {printable(text)}: A-B, A-, -B or A is needed, from 1")
        return cls(first, last)


def blocks(store: SpoolStore, dataset: DatasetView, wanted: Records) -> Iterator[Block]:
    """The blocks that have the records, in steps; each read is a transaction of its own.

    Raises `Problem` when the data set is purged meanwhile.
    """
    last = min(wanted.last or dataset.records, dataset.records)
    record = wanted.first
    while record <= last:
        found = store.read(dataset.key, record, STEP)
        if not found or found[-1].next <= record:
            raise Problem(f"{dataset.ddname} of {dataset.jobid} was purged while it was read")
        for block in found:
            if block.first <= last:
                yield block
        record = found[-1].next


def records(store: SpoolStore, dataset: DatasetView, wanted: Records) -> Iterator[list[bytes]]:
    """The records, a block at a time. Raises `Problem` when they are damaged or purged."""
    for block in blocks(store, dataset, wanted):
        try:
            parts = split(block.data, dataset.recfm, dataset.lrecl)
        except BadRecord as error:
            where = f"{dataset.ddname} of {dataset.jobid} from record {block.first} on"
            raise Problem(f"{where} is damaged: {error.message.id} {error}") from error
        yield parts[_start(block, wanted) : _stop(block, wanted)]


def raw(store: SpoolStore, dataset: DatasetView, wanted: Records) -> Iterator[bytes]:
    """The bytes of the records as they lie on the spool."""
    for parts in records(store, dataset, wanted):
        yield b"".join([image(part, dataset.recfm, dataset.lrecl) for part in parts])


def text(
    store: SpoolStore, dataset: DatasetView, wanted: Records, decode: Decode
) -> Iterator[list[str]]:
    """The records as lines, a block at a time."""
    fixed = dataset.recfm.fixed
    for parts in records(store, dataset, wanted):
        lines = [decode(part) for part in parts]
        yield [line.rstrip(" ") for line in lines] if fixed else lines


def hexadecimal(
    store: SpoolStore, dataset: DatasetView, wanted: Records, decode: Decode
) -> Iterator[list[str]]:
    """Three lines a record, as SDSF shows them with SET HEX ON: characters, high digits, low
    digits. `decode` gives a character for each byte."""
    for parts in records(store, dataset, wanted):
        lines = []
        for part in parts:
            digits = part.hex().upper()
            lines += [decode(part), digits[0::2], digits[1::2]]
        yield lines


def decoder(name: str, *, bytewise: bool = False) -> Decode:
    """What makes text of records in a page, single-byte or mixed; `bytewise`: a character for each
    byte, so that of a mixed page only single bytes are seen. Raises `UsageFault`."""
    try:
        if canonical(name) not in MIXED:
            return _single(_harmless(codepages.page(name)))
        page = mixed.mixed_page(name)
    except BadCharacter as error:
        raise UsageFault(f"{error.message.id} {error}") from error
    if bytewise:
        return _single("".join(map(_shown, page.single)))
    return lambda record: printable(page.decode(record).text)


@cache
def _harmless(page: CodePage) -> str:
    return "".join(map(_shown, page.decoding))


def _shown(character: str) -> str:
    return printable(character)


def _single(table: str) -> Decode:
    return lambda record: codecs.charmap_decode(record, "strict", table)[0]


def _start(block: Block, wanted: Records) -> int:
    return max(0, wanted.first - block.first)


def _stop(block: Block, wanted: Records) -> int:
    return block.count if wanted.last is None else max(0, wanted.last + 1 - block.first)
