"""Data sets that are files (blueprint §6). Does I/O.

A folder is a library (PDS) whose members are files of just that name. A data set that no file was
declared for is a file in a folder of ours, which lives as long as the system does: jobs may make,
pass and delete such ones. Records stream both ways, and no data set is held in memory.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from emulator import recordfile
from emulator.recordfile import DatasetFile
from jes.codepages import CodePage
from jes.datasets import Attributes, DatasetError
from jes.framing import CHUNK
from jes.names import DsName
from jes.records import Block

__all__ = ["DatasetFile", "DatasetFiles"]


class DatasetFiles:
    """The `Datasets` of a system: declared files, and scratch data sets. Close it."""

    def __init__(self, files: Mapping[str, DatasetFile], codepage: CodePage) -> None:
        """`files` by data set name, without members."""
        self._files = dict(files)
        self._codepage = codepage
        self._scratch: dict[str, DatasetFile] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._checked: dict[Path, tuple[int, int, int]] = {}

    def close(self) -> None:
        """Scratch data sets are gone."""
        self._scratch.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def find(self, dsname: DsName) -> Attributes | None:
        """The label; every record of a file has been looked at."""
        entry = self._entry(dsname)
        if entry is None:
            return None
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
                for _ in recordfile.read(file, entry, dsname):
                    pass
                self._checked[file] = stamp
        return entry.attributes

    def read(self, dsname: DsName) -> Iterator[Block]:
        """The records, a chunk of the file at a time."""
        entry = self._entry(dsname)
        return iter(()) if entry is None else _guarded(dsname, entry)

    def create(self, dsname: DsName, attributes: Attributes, *, mod: bool) -> "_Draft":
        """New records for a data set, beside it until they are committed."""
        if (entry := self._files.get(dsname.dataset)) is not None:
            return _Draft(dsname, entry, attributes, mod=mod)
        with _os_errors(dsname, Path(tempfile.gettempdir())):
            entry = self._scratch_file(dsname, attributes, mod=mod)
        return _Draft(dsname, entry, attributes, mod=mod, scratch=self._scratch)

    def delete(self, dsname: DsName) -> None:
        """Delete a file or a member; a folder that was declared is left to people."""
        scratch = self._scratch.pop(dsname.dataset, None)
        if scratch is not None and scratch.path.is_dir():
            shutil.rmtree(scratch.path, ignore_errors=True)
            return
        entry = scratch or self._files.get(dsname.dataset)
        if entry is None:
            return
        with _os_errors(dsname, entry.path):
            if dsname.member is None and entry.path.is_dir():
                raise DatasetError(dsname, f"{entry.path} is a folder: it is not deleted by a job")
            _file(entry, dsname).unlink(missing_ok=True)

    def _entry(self, dsname: DsName) -> DatasetFile | None:
        return self._files.get(dsname.dataset) or self._scratch.get(dsname.dataset)

    def _scratch_file(self, dsname: DsName, attributes: Attributes, *, mod: bool) -> DatasetFile:
        """A file of ours, with the records as the spool keeps them."""
        old = self._scratch.get(dsname.dataset)
        if old and old.path.exists() and old.path.is_dir() != (dsname.member is not None):
            raise DatasetError(dsname, "a data set is either a library or has records of its own")
        kept = mod or (old is not None and old.path.is_dir())
        if old and kept and old.attributes != attributes:
            raise DatasetError(dsname, recordfile.differs(old.attributes, attributes))
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="jesmail-")
        return DatasetFile(
            path=Path(self._folder.name, dsname.dataset), codepage=self._codepage,
            recfm=attributes.recfm, lrecl=attributes.lrecl,
            text=False, rdw=not attributes.recfm.fixed,
        )  # fmt: skip


@contextmanager
def _os_errors(dsname: DsName, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetError(dsname, f"{error.filename or path}: {error.strerror}") from error
    except ValueError as error:  # a path that no system call takes
        raise DatasetError(dsname, f"{path}: {error}") from error


def _file(entry: DatasetFile, dsname: DsName) -> Path:
    """The file itself; a member name cannot hold a separator or dots (`DsName`)."""
    return entry.path / dsname.member if dsname.member else entry.path


def _stamp(file: Path) -> tuple[int, int, int]:
    """Changes whenever the file does."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _guarded(dsname: DsName, entry: DatasetFile) -> Iterator[Block]:
    with _os_errors(dsname, entry.path):
        yield from recordfile.read(_file(entry, dsname), entry, dsname)


class _Draft:
    """`Draft` in a new file beside the data set's, so that readers see the old one or the new."""

    def __init__(
        self, dsname: DsName, entry: DatasetFile, attributes: Attributes, *,
        mod: bool, scratch: dict[str, DatasetFile] | None = None,
    ) -> None:  # fmt: skip
        """Begin the new file; `scratch` is where its data set is to be found when it has none.

        Raises `DatasetError`.
        """
        self._dsname, self._entry, self._mod, self._scratch = dsname, entry, mod, scratch
        self._image = recordfile.images(entry, attributes, dsname)
        self._failed: DatasetError | None = None
        path = entry.path
        with _os_errors(dsname, path):
            if dsname.member and path.is_file():
                raise DatasetError(dsname, f"{path} is a file, not a folder with members")
            if not dsname.member and path.is_dir():
                raise DatasetError(dsname, f"{path} is a folder: a member is needed")
            self._file = _file(entry, dsname).resolve()
            self._new, self._stream = self._beside()

    def _beside(self) -> tuple[Path, BinaryIO]:
        """A file in the same file system; a library that is to be made is not there yet."""
        folder = self._file.parent
        if self._dsname.member and not folder.exists():
            folder = folder.parent
        new = folder / f".{self._file.name}.{uuid.uuid4().hex}"
        return new, new.open("xb")

    def add(self, blocks: Sequence[Block]) -> None:
        """Write them."""
        if self._failed is not None:
            raise self._failed
        try:
            with _os_errors(self._dsname, self._new):
                for block in blocks:
                    self._stream.write(self._image(block))
        except DatasetError as error:
            self._failed = error
            raise

    def commit(self) -> None:
        """Rename the new file; behind what the old one has by then, with MOD."""
        try:
            if self._failed is not None:
                raise self._failed
            with _os_errors(self._dsname, self._file):
                if self._mod and self._file.exists():
                    self._put_behind()
                self._stream.flush()
                if self._scratch is None:
                    os.fsync(self._stream.fileno())
                if self._dsname.member:
                    self._file.parent.mkdir(exist_ok=True)
                self._new.replace(self._file)
            if self._scratch is not None:
                self._scratch[self._dsname.dataset] = self._entry
        finally:
            self.discard()

    def _put_behind(self) -> None:
        added = self._new
        self._stream.close()
        self._new, self._stream = self._beside()
        try:
            recordfile.append_old(self._file, self._stream, self._entry, self._dsname)
            with added.open("rb") as stream:
                shutil.copyfileobj(stream, self._stream, CHUNK)
        finally:
            added.unlink(missing_ok=True)

    def discard(self) -> None:
        """Nothing is left of a draft that was not committed."""
        with suppress(OSError):  # a full disk, which `add` or `commit` has told of
            self._stream.close()
        with suppress(OSError):
            self._new.unlink(missing_ok=True)
