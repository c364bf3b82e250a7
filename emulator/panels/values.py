"""What a panel is: its columns, its view of the spool, the rows that it shows (spool-ui.md 1.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

Row = TypeVar("Row")
Shown_co = TypeVar("Shown_co", covariant=True)


class Kind(StrEnum):
    """What the rows of a panel are."""

    JOBS = "jobs"  # jes.views.JobView
    GROUPS = "groups"  # jes.views.GroupView
    DATASETS = "datasets"  # jes.views.DatasetView, of one job
    FACTS = "facts"  # a short list that is asked for as a whole: classes, members, targets


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column of a panel.

    `title` is as SDSF has it, `name` its short name (SORT and FILTER take either). `show` gives the
    text of a row, `value` what rows are sorted and compared by: a number, or text. `stored` is the
    column of the catalogue that has that value, if one has. `overtype` makes the operator command
    that gives a row another value; it raises `Refused` when the value is none. `alternate` columns
    stand in the second list (`?`).
    """

    title: str
    name: str
    width: int
    show: Callable[[Row], str]
    value: Callable[[Row], int | str] | None = None
    right: bool = False
    stored: str | None = None
    overtype: Callable[[Row, str], str] | None = None
    alternate: bool = False


class Refused(ValueError):
    """What cannot be done; its text is a message for the title line, in capitals."""


@dataclass(frozen=True, slots=True)
class Action(Generic[Row]):
    """An action character of a panel. `command` makes the operator commands for a row; where it is
    None the panel itself does it, by the action's name (`browse`, `datasets`, `save` …).
    A `destructive` one asks before (SET CONFIRM ON)."""

    character: str
    name: str
    help: str
    command: Callable[[Row], str] | None = None
    destructive: bool = False


@dataclass(frozen=True, slots=True)
class Panel(Generic[Row]):
    """A panel that shows a table: ST, O, H …; `name` is its command. The first column stays where
    it is when the others scroll sideways."""

    name: str
    title: str
    help: str
    kind: Kind
    columns: tuple[Column[Row], ...]
    actions: tuple[Action[Row], ...]

    def column(self, text: str) -> Column[Row]:
        """A column by its title or name, or the beginning of one. Raises `Refused`."""
        wanted = text.upper()
        exact = [c for c in self.columns if wanted in (c.title.upper(), c.name.upper())]
        near = [c for c in self.columns if c.title.upper().startswith(wanted)]
        near += [c for c in self.columns if c not in near and c.name.upper().startswith(wanted)]
        found = exact or near
        if len(found) != 1 and not exact:
            raise Refused(f"{wanted} IS {'AMBIGUOUS' if found else 'NOT A COLUMN'}")
        return found[0]


class Comparison(StrEnum):
    """The operators of FILTER (spool-ui.md 1.5)."""

    EQ = "EQ"
    NE = "NE"
    LT = "LT"
    LE = "LE"
    GT = "GT"
    GE = "GE"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of FILTER: a column's title, an operator, a value or a mask (`*` and `%`)."""

    column: str
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class View:
    """What of the spool a panel shows, and in which order. `parameter` came with its command:
    classes, a mask. `sort` has titles, each with whether it descends."""

    prefix: str = "*"
    owner: str = "*"
    dest: tuple[str, ...] = ()
    parameter: str = ""
    criteria: tuple[Criterion, ...] = ()
    any_of: bool = False  # FILTER OR
    filtering: bool = True  # FILTER OFF keeps the criteria
    sort: tuple[tuple[str, bool], ...] = ()


class Rows(Protocol[Shown_co]):
    """The rows of a panel, of which only those that are looked at are in memory.

    None of it waits but `load`. `count` grows while the rows are still being found (`complete` is
    false); `generation` changes when anything that is shown may have changed.
    """

    @property
    def count(self) -> int:
        """How many rows there are, as far as is known."""

    @property
    def complete(self) -> bool:
        """Whether all have been found."""

    @property
    def generation(self) -> int:
        """Another number for another state."""

    def window(self, first: int, count: int) -> Sequence["Shown_co | None"]:
        """Rows from the one with index `first` on; None for those that are not loaded yet."""

    async def load(self, first: int, count: int) -> None:
        """Make a window available, and what lies next to it."""

    def key(self, index: int) -> int | None:
        """The key of a row, which it keeps wherever it moves."""

    def index(self, key: int) -> int | None:
        """Where the row with a key is now."""


Anything = Column[Any]
