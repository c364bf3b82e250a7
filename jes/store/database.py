"""What a spool store needs of a database; `sqlite` and `postgres` have it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Clock = Callable[[], str]


class Database(Protocol):
    """What differs between databases. Every method raises `SpoolError` for the database's own
    errors."""

    name: str
    member: int  # ours, in the table of members
    joined: bool  # we are one; visitors are not

    def transaction(self) -> AbstractContextManager[None]:
        """What is done inside is on disk when it ends, or not done at all."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a query; `?` stands for a value."""

    def change(self, query: str, values: Sequence[object] = ()) -> int:
        """Carry out a statement; how many rows it changed."""

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """Carry out a statement for each tuple of values."""

    def dead_members(self) -> list[int]:
        """Members that are proven to be gone; called inside a transaction."""

    def freed(self) -> None:
        """Tracks were deleted: give their space back."""

    def tell(self) -> None:
        """Let other members and processes know, when the transaction ends, that work may be
        there."""

    def news(self) -> bool:
        """Whether somebody else changed the spool since the last call."""

    def close(self) -> None:
        """Let go of the database, and with it of every claim of this member."""


class Part:
    """A part of the store: its database, the time of day, and who hears of changes.

    `on_change` is called after each transaction that may have made work available: output that can
    be selected, a job that can run, space that can be used.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self.on_change: Callable[[], None] = _nobody

    def _changed(self) -> None:
        self._db.tell()


def _nobody() -> None:
    """Nobody wants to know."""
