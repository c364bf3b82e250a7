"""Data sets that are files (blueprint §6): UTF-8 text, or binary records. Does I/O.

A folder is a library (PDS) whose members are files of just that name. A data set that no file was
declared for lives in memory as long as the system does: jobs may make, pass and delete such ones.
"""

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from jes import framing
from jes.codepages import UNDEFINED, CodePage
from jes.datasets import Attributes, DatasetError
from jes.errors import BadRecord
from jes.framing import CHUNK
from jes.names import DsName
from jes.records import BLANK, FB, Block, Recfm, blocks, count_bytes, longest, split

SCRATCH_MAX = 256 * 1024 * 1024  # bytes that data sets without a file may take in all


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """Where a data set is and what its records are.

    Text is one record a line, spooled in `codepage`; binary F records lie side by side, binary V
    ones each follow an RDW (`rdw`).
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


@dataclass(slots=True)
class _Scratch:
    """A data set without a file: its blocks, or those of each member."""

    attributes: Attributes
    data: dict[str | None, list[Block]] = field(default_factory=dict)


class DatasetFiles:
    """The `Datasets` of a system: declared files, and scratch data sets in memory."""

    def __init__(self, files: Mapping[str, DatasetFile]) -> None:
        """`files` by data set name, without members."""
        self._files = dict(files)
        self._scratch: dict[str, _Scratch] = {}
        self._checked: dict[Path, tuple[int, int, int]] = {}

    def find(self, dsname: DsName) -> Attributes | None:
        """The label; every record of a file has been looked at."""
        entry = self._files.get(dsname.dataset)
        if entry is None:
            return self._find_scratch(dsname)
        with _os_errors(dsname, entry.path):
            if dsname.member is None and entry.path.is_dir():
                return Attributes(entry.recfm, entry.lrecl, library=True)
            if dsname.member is not None and entry.path.is_file():
                raise DatasetError(dsname, f"{entry.path} is a file, not a folder with members")
            file = _file(entry, dsname)
            if not file.exists():
                return None
            if not file.is_file():
                raise DatasetError(dsname, f"{file} is not a regular file")
            stamp = _stamp(file)
            if self._checked.get(file) != stamp:
                for _ in _read(file, entry, dsname):
                    pass
                self._checked[file] = stamp
        return entry.attributes

    def read(self, dsname: DsName) -> Iterator[Block]:
        """The records, a chunk of the file at a time."""
        entry = self._files.get(dsname.dataset)
        if entry is not None:
            return _guarded(dsname, entry)
        scratch = self._scratch.get(dsname.dataset)
        return iter(list(scratch.data.get(dsname.member, ())) if scratch else ())

    def write(
        self, dsname: DsName, attributes: Attributes, blocks: Iterable[Block], *, mod: bool
    ) -> None:
        """Replace the file in one step, or nothing happens to it."""
        entry = self._files.get(dsname.dataset)
        if entry is None:
            self._write_scratch(dsname, attributes, blocks, mod=mod)
            return
        with _os_errors(dsname, entry.path):
            _write_file(dsname, entry, _images(dsname, entry, attributes, blocks), mod=mod)

    def delete(self, dsname: DsName) -> None:
        """Delete a file or a member; a folder is left to people."""
        entry = self._files.get(dsname.dataset)
        if entry is None:
            self._scratch.pop(dsname.dataset, None)
            return
        with _os_errors(dsname, entry.path):
            if dsname.member is None and entry.path.is_dir():
                raise DatasetError(dsname, f"{entry.path} is a folder: it is not deleted by a job")
            _file(entry, dsname).unlink(missing_ok=True)

    def _find_scratch(self, dsname: DsName) -> Attributes | None:
        scratch = self._scratch.get(dsname.dataset)
        if scratch is None or (dsname.member and dsname.member not in scratch.data):
            return None
        library = dsname.member is None and None not in scratch.data
        return Attributes(scratch.attributes.recfm, scratch.attributes.lrecl, library)

    def _write_scratch(
        self, dsname: DsName, attributes: Attributes, added: Iterable[Block], *, mod: bool
    ) -> None:
        old = self._scratch.get(dsname.dataset)
        if old and old.data and (None in old.data) != (dsname.member is None):
            raise DatasetError(dsname, "a data set is either a library or has records of its own")
        before = old.data.get(dsname.member, []) if old else []
        kept = before if mod else []
        if kept and old and old.attributes != attributes:
            raise DatasetError(dsname, _differs(old.attributes, attributes))
        new, first = list(kept), kept[-1].next if kept else 1
        for block in added:
            new.append(Block(first, block.count, block.data))
            first += block.count
        others = (b for s in self._scratch.values() for b in s.data.values() if b is not before)
        if sum(map(count_bytes, others)) + count_bytes(new) > SCRATCH_MAX:
            reason = f"data sets without a file may take {SCRATCH_MAX} bytes in all"
            raise DatasetError(dsname, f"no space left: {reason}; declare a file for it")
        scratch = self._scratch.setdefault(dsname.dataset, _Scratch(attributes))
        scratch.attributes = attributes
        scratch.data[dsname.member] = new


@contextmanager
def _os_errors(dsname: DsName, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetError(dsname, f"{error.filename or path}: {error.strerror}") from error
    except ValueError as error:  # a path that no system call takes
        raise DatasetError(dsname, f"{path}: {error}") from error


def _differs(label: Attributes, asked: Attributes) -> str:
    return f"it is {label.recfm} {label.lrecl}, the job writes {asked.recfm} {asked.lrecl}"


def _file(entry: DatasetFile, dsname: DsName) -> Path:
    """The file itself; a member name cannot hold a separator or dots (`DsName`)."""
    return entry.path / dsname.member if dsname.member else entry.path


def _stamp(file: Path) -> tuple[int, int, int]:
    """Changes whenever the file does."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


# --- files to records ---------------------------------------------------------------------------


def _guarded(dsname: DsName, entry: DatasetFile) -> Iterator[Block]:
    with _os_errors(dsname, entry.path):
        yield from _read(_file(entry, dsname), entry, dsname)


def _read(file: Path, entry: DatasetFile, dsname: DsName) -> Iterator[Block]:
    """Blocks of the file; raises `DatasetError` at the first record that is none."""
    if not (entry.text or entry.recfm.fixed or entry.rdw):
        raise DatasetError(dsname, f"binary {entry.recfm} records need an RDW each (rdw)")
    with file.open("rb") as stream:
        try:
            yield from _framed(iter(partial(stream.read, CHUNK), b""), entry)
        except BadRecord as error:
            raise DatasetError(dsname, f"{file} {framing.place(error)}") from error


def _framed(chunks: Iterator[bytes], entry: DatasetFile) -> Iterator[Block]:
    if entry.text:
        most = longest(entry.recfm, entry.lrecl)
        lines = framing.text(chunks, entry.codepage, most)
        return blocks(chain.from_iterable(lines), entry.recfm, entry.lrecl)
    if entry.recfm.fixed:
        return framing.fixed(chunks, entry.lrecl)
    return framing.variable(chunks, entry.lrecl)


# --- records to files ---------------------------------------------------------------------------


def _images(
    dsname: DsName, entry: DatasetFile, attributes: Attributes, parts: Iterable[Block]
) -> Iterator[bytes]:
    """The bytes of the file for the blocks; refuses what could not be read again."""
    fixed = entry.recfm.fixed
    fits = attributes.lrecl == entry.lrecl if fixed else attributes.lrecl <= entry.lrecl
    if entry.text:
        for block in parts:
            yield _lines(dsname, entry, attributes, block)
    elif fixed == attributes.recfm.fixed and fits and (fixed or entry.rdw):
        yield from (block.data for block in parts)
    else:
        raise DatasetError(dsname, _differs(entry.attributes, attributes))


def _lines(dsname: DsName, entry: DatasetFile, attributes: Attributes, block: Block) -> bytes:
    try:
        records = split(block.data, attributes.recfm, attributes.lrecl)
    except BadRecord as error:
        raise DatasetError(dsname, str(error)) from error
    if attributes.recfm.fixed:
        records = [record.rstrip(BLANK) for record in records]
    widest = longest(entry.recfm, entry.lrecl)
    end = entry.codepage.encode("\n")
    for number, record in enumerate(records, block.first):
        if len(record) > widest:
            reason = f"{len(record)} bytes, LRECL {entry.lrecl} takes {widest}"
            raise DatasetError(dsname, f"record {number}: {reason}")
        if end in record:
            raise DatasetError(dsname, f"record {number}: a line end in a text data set")
    text = "".join(f"{entry.codepage.decode(record)}\n" for record in records)
    if UNDEFINED in text:
        reason = f"a byte that {entry.codepage.name} leaves undefined, in a text data set"
        raise DatasetError(dsname, f"records {block.first}-{block.next - 1}: {reason}")
    return text.encode("utf-8")


def _write_file(dsname: DsName, entry: DatasetFile, images: Iterable[bytes], *, mod: bool) -> None:
    """Through a new file beside it, so that readers see the old data set or the new one."""
    if dsname.member:
        entry.path.mkdir(exist_ok=True)
    elif entry.path.is_dir():
        raise DatasetError(dsname, f"{entry.path} is a folder: a member is needed")
    file = _file(entry, dsname).resolve()
    new = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        with new.open("xb") as stream:
            if mod and file.exists():
                _copy_old(file, stream, text=entry.text)
            for image in images:
                stream.write(image)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _copy_old(file: Path, stream: BinaryIO, *, text: bool) -> None:
    """What is there already; text gets the line end that its last line may lack."""
    with file.open("rb") as old:
        shutil.copyfileobj(old, stream, CHUNK)
        if text and old.tell():
            old.seek(-1, os.SEEK_END)
            if old.read(1) != b"\n":
                stream.write(b"\n")
