"""The input of the NP column: actions, blocks, repetition, its width (spool-ui.md 1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from emulator.panels.actions import find
from emulator.panels.tokens import number
from emulator.panels.values import Action, Panel, Refused
from emulator.shown import printable

Row = TypeVar("Row")
WIDTHS = range(4, 21)
BLOCK_MAX = 1000  # rows of a block: more are for a filter and one operator command


class RefusedAt(Refused):
    """What cannot be done, and the index of the row where it was typed."""

    def __init__(self, row: int, text: str) -> None:
        super().__init__(text)
        self.row = row


@dataclass(frozen=True, slots=True)
class Entered(Generic[Row]):
    """What was entered: actions by row, from the top down, the `last` one for the next `=`, and a
    new width of the column."""

    actions: tuple[tuple[int, Action[Row]], ...] = ()
    last: Action[Row] | None = None
    width: int | None = None


def entered(
    typed: Mapping[int, str], panel: Panel[Row], last: Action[Row] | None = None
) -> Entered[Row]:
    """What the texts typed beside rows mean. Nothing is done when one of them is wrong.

    `//x` and `//` on two rows do an action on both and all between; either may have it. `=` is the
    `last` action, `+n` makes the column n wide. Raises `RefusedAt`.
    """
    reader = _Reader(panel, last)
    for row in sorted(typed):
        try:
            reader.read(row, typed[row].strip())
        except Refused as refused:
            raise RefusedAt(row, str(refused)) from None
    return reader.done()


class _Reader(Generic[Row]):
    """Goes down the rows; `begin` is where a block began, with its action if it had one."""

    def __init__(self, panel: Panel[Row], last: Action[Row] | None) -> None:
        self._panel = panel
        self._last = last
        self._actions: list[tuple[int, Action[Row]]] = []
        self._begin: tuple[int, Action[Row] | None] | None = None
        self._width: int | None = None

    def read(self, row: int, text: str) -> None:
        """What stands beside a row."""
        if text.startswith("+"):
            self._width = _width(text[1:])
        elif text.startswith("//"):
            self._mark(row, self._action(text[2:]) if text[2:].strip() else None)
        elif text:
            if self._begin is not None:
                raise Refused("INSIDE A BLOCK: CLOSE IT WITH // FIRST")
            self._add(row, row, self._action(text))

    def _action(self, text: str) -> Action[Row]:
        if text.strip() != "=":
            return find(self._panel, text)
        if self._last is None:
            raise Refused("= REPEATS AN ACTION: THERE WAS NONE YET")
        return self._last

    def _mark(self, row: int, action: Action[Row] | None) -> None:
        if self._begin is None:
            self._begin = (row, action)
            return
        first, other = self._begin
        if action is not None and other is not None and action != other:
            raise Refused("A BLOCK HAS ONE ACTION")
        chosen = other or action
        if chosen is None:
            raise Refused("A BLOCK NEEDS AN ACTION: //x … //".upper())
        if row - first >= BLOCK_MAX:
            raise Refused(f"A BLOCK HAS {BLOCK_MAX} ROWS AT MOST")
        self._begin = None
        self._add(first, row, chosen)

    def _add(self, first: int, last: int, action: Action[Row]) -> None:
        self._actions += [(row, action) for row in range(first, last + 1)]
        self._last = action

    def done(self) -> Entered[Row]:
        """All of it. Raises `RefusedAt` for a block that is not closed."""
        if self._begin is not None:
            raise RefusedAt(self._begin[0], "THE BLOCK IS NOT CLOSED: // ON ITS LAST ROW")
        return Entered(tuple(self._actions), self._last, self._width)


def _width(text: str) -> int:
    wanted = number(text.strip())
    if wanted is None or wanted not in WIDTHS:
        raise Refused(f"+{printable(text)[:8]}: NP CAN BE {WIDTHS[0]} TO {WIDTHS[-1]} WIDE")
    return wanted
