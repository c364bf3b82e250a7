"""A file with the records of one data set: read in blocks, written block by block (jes2.md 4.1).

Text is one record a line. Binary F records lie side by side; V and U ones each follow a record
descriptor word (RDW), and VS and VBS ones may be cut into segments. A U file without RDWs is taken
in blocks of LRECL bytes. What is written comes back as it was, or it is refused. Does I/O.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from jes import framing
from jes.codepages import UNDEFINED, CodePage
from jes.datasets import Attributes, DatasetError
from jes.descriptors import SDW_MAX
from jes.errors import BadRecord
from jes.framing import CHUNK
from jes.names import DsName
from jes.records import BLANK, FB, RDW, Block, Recfm, blocks, longest, split

_EMPTY = b"\0\x04\0\0"  # the RDW of a record without data


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """Where a data set is and what its records are.

    Text is spooled in `codepage`. Binary V and U records each follow an RDW (`rdw`); without it a
    file of U records has all of them as long as LRECL but the last.
    """

    path: Path
    codepage: CodePage
    recfm: Recfm = FB
    lrecl: int = 80
    text: bool = True
    rdw: bool = False

    @property
    def attributes(self) -> Attributes:
        """As a label says it."""
        return Attributes(self.recfm, self.lrecl)


# --- files to records ---------------------------------------------------------------------------


def read(file: Path, entry: DatasetFile, dsname: DsName) -> Iterator[Block]:
    """Blocks of the file; raises `DatasetError` at the first record that is none."""
    if not _can_be_read(entry):
        raise DatasetError(dsname, f"binary {entry.recfm} records need an RDW each (rdw)")
    with file.open("rb") as stream:
        try:
            yield from _framed(iter(partial(stream.read, CHUNK), b""), entry)
        except BadRecord as error:
            raise DatasetError(dsname, f"{file} {framing.place(error)}") from error


def _can_be_read(entry: DatasetFile) -> bool:
    return entry.text or entry.rdw or entry.recfm.fixed or entry.recfm.undefined


def _framed(chunks: Iterator[bytes], entry: DatasetFile) -> Iterator[Block]:
    recfm, lrecl = entry.recfm, entry.lrecl
    if entry.text:
        lines = framing.text(chunks, entry.codepage, longest(recfm, lrecl))
        return blocks(chain.from_iterable(lines), recfm, lrecl)
    if recfm.fixed:
        return framing.fixed(chunks, lrecl)
    if recfm.spanned:
        return framing.spanned(chunks, recfm, lrecl)
    if recfm.undefined and not entry.rdw:
        return framing.undefined(chunks, recfm, lrecl)
    return framing.variable(chunks, longest(recfm, lrecl) + RDW)


# --- records to files ---------------------------------------------------------------------------


def images(entry: DatasetFile, attributes: Attributes, dsname: DsName) -> Callable[[Block], bytes]:
    """What turns blocks of records with these attributes into bytes of the file, one by one.

    Raises `DatasetError` when such records do not go into the file; so does what is returned, for
    a record that would not come back as it is.
    """
    if not (entry.text or _alike(entry, attributes)):
        label = entry.attributes
        raise DatasetError(dsname, differs(label, attributes))
    if entry.text:
        return partial(_lines, dsname, entry, attributes)
    if entry.recfm.spanned:
        return partial(_segments, dsname, attributes)
    if entry.recfm.undefined and not entry.rdw:
        return _Undefined(dsname, entry).image
    return _as_spooled


def _alike(entry: DatasetFile, attributes: Attributes) -> bool:
    """Whether binary records keep their bytes: F of one length, V, or U, that are short enough."""
    if entry.recfm.text[0] != attributes.recfm.text[0] or not _can_be_read(entry):
        return False
    if entry.recfm.fixed:
        return attributes.lrecl == entry.lrecl
    return attributes.lrecl <= entry.lrecl


def differs(label: Attributes, asked: Attributes) -> str:
    """Why records of one kind do not go into a data set of the other."""
    return f"it is {label.recfm} {label.lrecl}, the job writes {asked.recfm} {asked.lrecl}"


def _as_spooled(block: Block) -> bytes:
    return block.data


def _records(dsname: DsName, attributes: Attributes, block: Block) -> list[bytes]:
    try:
        return split(block.data, attributes.recfm, attributes.lrecl)
    except BadRecord as error:
        raise DatasetError(dsname, str(error)) from error


def _segments(dsname: DsName, attributes: Attributes, block: Block) -> bytes:
    """Behind SDWs: a whole record is as it was spooled, unless it is too long for one segment."""
    if attributes.lrecl <= SDW_MAX and _EMPTY not in block.data:
        return block.data
    records = _records(dsname, attributes, block)
    if b"" in records:
        number = block.first + records.index(b"")
        reason = f"a {attributes.recfm} record without data cannot be a segment"
        raise DatasetError(dsname, f"record {number}: {reason}")
    return framing.segmented(records)


@dataclass(slots=True)
class _Undefined:
    """U records without RDWs: only the last can be shorter than LRECL."""

    dsname: DsName
    entry: DatasetFile
    short: bool = False

    def image(self, block: Block) -> bytes:
        records = _records(self.dsname, self.entry.attributes, block)
        for number, record in enumerate(records, block.first):
            if self.short or not record:
                reason = f"only the last record may be shorter than {self.entry.lrecl} bytes"
                hint = f"{self.entry.recfm} records of any length need an RDW each (rdw)"
                raise DatasetError(self.dsname, f"record {number}: {reason}; {hint}")
            self.short = len(record) < self.entry.lrecl
        return b"".join(records)


def _lines(dsname: DsName, entry: DatasetFile, attributes: Attributes, block: Block) -> bytes:
    records = _records(dsname, attributes, block)
    if attributes.recfm.fixed:
        records = [record.rstrip(BLANK) for record in records]
    page, widest = entry.codepage, longest(entry.recfm, entry.lrecl)
    end = page.encode("\n")
    data = end.join((*records, b""))
    returns = data.count(page.encode("\r") + end)
    if max(map(len, records), default=0) > widest or data.count(end) > len(records) or returns:
        raise DatasetError(dsname, _bad_line(records, block.first, entry))
    quick = data.translate(_ascii(page))
    if quick.isascii():
        return quick
    text = page.decode(data)
    if UNDEFINED in text:
        reason = f"a byte that {page.name} leaves undefined, in a text data set"
        raise DatasetError(dsname, f"records {block.first}-{block.next - 1}: {reason}")
    return text.encode("utf-8")


@lru_cache(maxsize=16)
def _ascii(page: CodePage) -> bytes:
    """What each byte of `page` is in ASCII; X'FF' for those that are nothing there."""
    return bytes(ord(char) if char.isascii() else 0xFF for char in page.decoding)


def _bad_line(records: list[bytes], first: int, entry: DatasetFile) -> str:
    """The first record that is no line, and why."""
    widest, page = longest(entry.recfm, entry.lrecl), entry.codepage
    end, carriage = page.encode("\n"), page.encode("\r")
    for number, record in enumerate(records, first):
        if len(record) > widest:
            reason = f"{len(record)} bytes, LRECL {entry.lrecl} takes {widest}"
            return f"record {number}: {reason}"
        if end in record or record.endswith(carriage):
            return f"record {number}: a line end in a text data set"
    raise AssertionError("there is one")


def append_old(file: Path, stream: BinaryIO, entry: DatasetFile, dsname: DsName) -> None:
    """What is there already, for records to go behind it; its last line gets the end it may lack.

    Raises `DatasetError` where nothing can go behind: a short last record of a U file.
    """
    with file.open("rb") as old:
        size = os.fstat(old.fileno()).st_size
        if entry.recfm.undefined and not (entry.text or entry.rdw) and size % entry.lrecl:
            reason = f"its last record is shorter than {entry.lrecl} bytes, nothing goes behind it"
            raise DatasetError(dsname, f"{file}: {reason}")
        shutil.copyfileobj(old, stream, CHUNK)
        if entry.text and size:
            old.seek(-1, os.SEEK_END)
            if old.read(1) != b"\n":
                stream.write(b"\n")
