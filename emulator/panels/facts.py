"""The rows of a panel that are few and asked for as a whole: data sets of a job, classes."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from emulator.exits import Problem
from emulator.panels.source import By, nobody
from jes.errors import SpoolError

Row = TypeVar("Row")


class FactRows(Generic[Row]):
    """`emulator.panels.values.Rows` of a short list. Used on one event loop.

    `problem` says why it cannot be had; what was had before is still shown.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[Sequence[Row]]],
        identity: Callable[[Row], Hashable],
        *,
        sort: Sequence[By[Row]] = (),
        only: Callable[[Row], bool] | None = None,
        changed: Callable[[], None] = nobody,
    ) -> None:
        """`ask` gives the list (of what is on the spool: through `Reading.page`); `identity` is
        what a row is known by, and no two have the same; `changed` is called after `generation`
        changed."""
        self._ask = ask
        self._identity = identity
        self._sort = tuple(sort)
        self._only = only
        self._changed = changed
        self._keys: dict[Hashable, int] = {}  # of everything that was ever there
        self._shown: dict[int, Row] = {}
        self._order: list[int] = []
        self._asking = False
        self.complete = False
        self.generation = 0
        self.problem: str | None = None

    @property
    def count(self) -> int:
        """As `Rows.count`."""
        return len(self._order)

    def window(self, first: int, count: int) -> Sequence[Row | None]:
        """As `Rows.window`; everything is there."""
        return [self._shown[key] for key in self._order[max(0, first) : max(0, first + count)]]

    def key(self, index: int) -> int | None:
        """As `Rows.key`."""
        return self._order[index] if 0 <= index < len(self._order) else None

    def index(self, key: int) -> int | None:
        """As `Rows.index`."""
        return self._order.index(key) if key in self._shown else None

    async def load(self, first: int, count: int) -> None:
        """As `Rows.load`: asks for the list if that has not been done."""
        if not self.complete:
            await self.refresh()

    async def refresh(self) -> None:
        """Ask for the list again, unless that is being done."""
        if self._asking:
            return
        self._asking = True
        before = (self._order, self._shown, self.complete, self.problem)
        try:
            self._take(await self._ask())
        except SpoolError as error:
            self.problem = f"{error.message.id} {error}"
        except Problem as error:
            self.problem = str(error)
        else:
            self.problem, self.complete = None, True
        finally:
            self._asking = False
        if (self._order, self._shown, self.complete, self.problem) != before:
            self.generation += 1
            self._changed()

    def _take(self, rows: Sequence[Row]) -> None:
        wanted = [row for row in rows if self._only is None or self._only(row)]
        for one in reversed(self._sort):
            wanted.sort(key=one.text, reverse=one.descending)
        keys = [self._keys.setdefault(self._identity(row), len(self._keys) + 1) for row in wanted]
        self._order = keys
        self._shown = dict(zip(keys, wanted, strict=True))

    async def close(self) -> None:
        """Nobody looks at these rows any more."""
        self._changed = nobody
