"""SAPI sessions: select output, read it, say what becomes of it (SSI 79; jes2.md 2.1-2.5).

A session claims one output group at a time and disposes of its data sets one by one. What it still
holds when it ends goes back unchanged, to be offered again from its first record.
"""

from collections import deque
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self

from jes import messages
from jes.errors import NotClaimed
from jes.records import Block
from jes.store.filters import Span
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, Requeue, Route, Selection, SpoolFile, after
from jes.views import GroupChange, GroupFilter

READ_LIMIT = 1024 * 1024  # bytes a call: one thread hop for some 16 blocks
_BULK = 1000  # groups looked up at a time
_KEPT_MAX = 400  # runs of groups that a session remembers to have kept; a query takes no 1,000


class Router(Protocol):
    """Says where a destination is."""

    def __call__(self, dest: str, /) -> Route:
        """`Jes.route`."""


class SapiSession:
    """One thread of a program that selects output. Use as a context manager.

    `not_again`: a data set that was kept is not offered to this session again (SSS2RNPT); without
    it a program that only keeps gets the same data set for ever (jes2.md 2.3). What was kept long
    ago is forgotten when others made many groups meanwhile. With `route`, destinations that are
    selected may be spelled in any way; without, as output groups have them (`Route.dest`).
    """

    def __init__(
        self,
        store: SpoolStore,
        selection: Selection,
        *,
        not_again: bool = False,
        route: Router | None = None,
    ) -> None:
        self._store = store
        self._route = route
        self._selection = self._routed(selection)
        self._session = store.new_session()
        self._held: dict[int, SpoolFile] = {}
        self._not_again = not_again
        # runs of keys side by side: what is kept gets a new group, whose key is the highest
        self._kept: deque[Span] = deque(maxlen=_KEPT_MAX)

    def select(self, selection: Selection | None = None) -> tuple[SpoolFile, ...]:
        """Claim the next output group that matches; its data sets, or none at the end (EODS).

        `selection` is what this one call wants, as each call of SSI 79 has criteria of its own.
        """
        wanted = self._selection if selection is None else self._routed(selection)
        files = self._store.claim(self._session, wanted, self._kept)
        self._held |= {file.key: file for file in files}
        return tuple(files)

    def read(self, file: SpoolFile, record: int = 1) -> list[Block]:
        """Blocks from the one that holds `record`; none behind the end. Raises `NotClaimed`."""
        self._check(file)
        if record > file.records:
            return []
        return self._store.read(file.key, record, READ_LIMIT)

    def dispose(
        self, file: SpoolFile, disposal: Disposal, requeue: Requeue | None = None
    ) -> Disposition | None:
        """Give a data set back; one that is kept may go to another queue (`requeue`).

        None when that purged it. Raises `NotClaimed`.
        """
        self._check(file)
        becomes = after(file.disposition, disposal)
        group = self._store.dispose(self._session, file, becomes, requeue)
        if group is not None and self._not_again:
            self._keep(group)
        del self._held[file.key]
        return becomes

    def _keep(self, group: int) -> None:
        first, last = self._kept[-1] if self._kept else (group, group - 1)
        if group == last + 1:
            if self._kept:
                self._kept.pop()
            self._kept.append((first, group))
        else:
            self._kept.append((group, group))

    def _routed(self, selection: Selection) -> Selection:
        """The selection with its destination spelled as output groups have it."""
        if self._route is None or selection.dest is None:
            return selection
        return replace(selection, dest=self._route(selection.dest).dest or selection.dest)

    def count(self) -> tuple[int, int]:
        """How many output groups and data sets match (COUNT); nothing is selected."""
        return self._store.count(self._selection)

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


def bulk_modify(store: SpoolStore, wanted: GroupFilter, change: GroupChange, route: Router) -> int:
    """Change every output group that matches, across jobs (BULK MODIFY, jes2.md 2.1).

    Groups in somebody's hands are skipped without a word: look again and ask again. How many were
    changed.
    """
    changed = after_key = 0
    idle = replace(wanted, busy=False)
    while found := store.groups(idle, after_key, _BULK):
        changed += sum(store.change_group(group.key, change, route) for group in found)
        after_key = found[-1].key
    return changed
