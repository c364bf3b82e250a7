"""SAPI sessions: select output, read it, say what becomes of it (SSI 79; jes2.md 2.1-2.5).

A session claims one output group at a time and disposes of its data sets one by one. What it still
holds when it ends goes back unchanged, to be offered again from its first record.
"""

from types import TracebackType
from typing import Self

from jes import messages
from jes.errors import NotClaimed
from jes.records import Block
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, Selection, SpoolFile, after

READ_LIMIT = 1024 * 1024  # bytes a call: one thread hop for some 16 blocks


class SapiSession:
    """One thread of a program that selects output. Use as a context manager."""

    def __init__(self, store: SpoolStore, selection: Selection) -> None:
        self._store = store
        self._selection = selection
        self._session = store.new_session()
        self._held: dict[int, SpoolFile] = {}

    def select(self) -> tuple[SpoolFile, ...]:
        """Claim the next output group that matches; its data sets, or none at the end (EODS)."""
        files = self._store.claim(self._session, self._selection)
        self._held |= {file.key: file for file in files}
        return tuple(files)

    def read(self, file: SpoolFile, record: int = 1) -> list[Block]:
        """Blocks from the one that holds `record`; none behind the end. Raises `NotClaimed`."""
        self._check(file)
        if record > file.records:
            return []
        return self._store.read(file.key, record, READ_LIMIT)

    def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        """Give a data set back. None when that purged it. Raises `NotClaimed`."""
        self._check(file)
        becomes = after(file.disposition, disposal)
        self._store.dispose(self._session, file, becomes)
        del self._held[file.key]
        return becomes

    def _check(self, file: SpoolFile) -> None:
        if file.key not in self._held:
            raise NotClaimed(messages.NOT_CLAIMED, dataset=file.dsname)

    def close(self) -> None:
        """End the thread: what it holds goes back unchanged."""
        self._held.clear()
        self._store.release_session(self._session)

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        """End the thread."""
        self.close()
