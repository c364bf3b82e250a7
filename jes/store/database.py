"""What a spool store needs of a database; `sqlite` and `postgres` have it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from jes import messages
from jes.errors import Collision, Evicted, SpoolError

Clock = Callable[[], str]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_TRIES = 3  # of a transaction that others were in the way of


class Database(Protocol):
    """What differs between databases. Every method raises `SpoolError` for the database's own
    errors."""

    name: str
    member: int  # ours, in the table of members; 0 of a visitor
    joined: bool  # we are one
    locked: str  # what makes a query lock its rows until the transaction ends, where others could

    def transaction(self) -> AbstractContextManager[None]:
        """What is done inside is on disk when it ends, or not done at all."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a query; `?` stands for a value."""

    def change(self, query: str, values: Sequence[object] = ()) -> int:
        """Carry out a statement; how many rows it changed."""

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """Carry out a statement for each tuple of values."""

    def take_turn(self, name: str) -> None:
        """Nobody else passes here with the same name until the transaction ends."""

    def dead_members(self) -> list[int]:
        """Members that are proven to be gone; called inside a transaction."""

    def hold_name(self, name: str) -> str | None:
        """Have a name for this member alone, until it lets go or is gone; who has it, if another
        member has."""

    def let_go_name(self, name: str) -> None:
        """Others may have it."""

    def freed(self) -> None:
        """Tracks were deleted: give their space back."""

    def tell(self) -> None:
        """Let other members and processes know, when the transaction ends, that work may be
        there."""

    def news(self) -> bool:
        """Whether somebody else changed the spool since the last call."""

    def close(self) -> None:
        """Let go of the database, and with it of every claim of this member."""


def retried(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A method that is one transaction is tried again when another member was in its way."""

    @wraps(method)
    def persistent(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for _ in range(_TRIES - 1):
            try:
                return method(*args, **kwargs)
            except Collision:
                pass
        return method(*args, **kwargs)

    return persistent


class Part:
    """A part of the store: its database, the time of day, and who hears of changes.

    `on_change` is called after each transaction that may have made work available: output that can
    be selected, a job that can run, space that can be used.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self.on_change: Callable[[], None] = _nobody

    def _as_member(self) -> None:
        """First of all in what only a member may do: until the transaction ends, nobody can take
        us out of the spool. Raises `Evicted` when somebody has, `SpoolError` for a visitor."""
        if not self._db.member:
            raise SpoolError(messages.NO_MEMBER, spool=self._db.name)
        ours = f"SELECT 1 FROM members WHERE member = ?{self._db.locked}"
        if not self._db.rows(ours, (self._db.member,)):
            raise Evicted(messages.EVICTED, spool=self._db.name)


def _nobody() -> None:
    """Nobody wants to know."""
