"""The rows of one panel: of the spool, or of a short list, as a view wants them."""

import asyncio
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from emulator.panels.criteria import plan
from emulator.panels.facts import FactRows
from emulator.panels.reading import GroupListing, JobListing
from emulator.panels.source import SpoolRows, by
from emulator.panels.values import Panel, Refused, View
from jes.views import GroupFilter, JobFilter

if TYPE_CHECKING:
    from emulator.ui.app import SpoolApp

NO_SYSTEM = "NO SYSTEM RUNS ON THIS SPOOL: jesmail start BEGINS ONE"
AnyRows = SpoolRows[Any] | FactRows[Any]


class Source:
    """The rows of one panel; `lacks` says why there can be none, `title` what its title adds."""

    def __init__(
        self,
        app: "SpoolApp",
        facts: Callable[[], Any] | None = None,
        identity: Callable[[Any], Hashable] = repr,
    ) -> None:
        self._app = app
        self._facts = facts
        self._identity = identity
        self._tasks: set[asyncio.Task[None]] = set()
        self.of = ""
        self.needs_system = False

    @property
    def lacks(self) -> str:
        """What is not there and would be needed."""
        return NO_SYSTEM if self.needs_system and self._app.services.status is None else ""

    def rows(self, panel: Panel[Any], view: View) -> AnyRows:
        """The rows of a view. Raises `Refused`."""
        wanted = plan(panel, view)
        sort = [by(one.column, descending=one.descending) for one in wanted.sort]
        if self._facts is not None:
            return FactRows(self._facts, self._identity, sort=sort, only=wanted.fits)
        match wanted.wanted:
            case JobFilter() as jobs:
                listing: Any = JobListing(jobs)
            case GroupFilter() as groups:
                listing = GroupListing(groups)
            case _:
                raise Refused(f"{panel.name} HAS NO ROWS")
        return SpoolRows(self._app.reading, listing, sort=sort, only=wanted.fits)

    def refresh(self, rows: Any) -> None:
        """Look for changes, in the background."""
        self._spawn(rows.refresh())

    def problem(self, rows: Any) -> str:
        """Why the rows cannot be read now."""
        problem: str | None = rows.problem
        return (problem or "").upper()

    def close(self, rows: Any) -> None:
        """Nobody looks at them any more."""
        self._spawn(rows.close())

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
