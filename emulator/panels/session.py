"""What a user has set: masks that hold on every panel, and order, filter and columns of each.

`Session` changes by commands and answers with a `View` and the columns of a panel; what is worth
keeping between two sessions (columns, key map, history) goes in and out as a document.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.panels.values import Column, Criterion, Panel, Refused, View

HISTORY = 100  # commands that can be retrieved
_WIDTHS = range(1, 200)


@dataclass(slots=True)
class PanelState:
    """What is set for one panel. `order` has titles; () is the panel's own order."""

    parameter: str = ""
    criteria: tuple[Criterion, ...] = ()
    any_of: bool = False
    filtering: bool = True
    sort: tuple[tuple[str, bool], ...] = ()
    order: tuple[str, ...] = ()
    widths: dict[str, int] = field(default_factory=dict)
    alternate: bool = False


@dataclass(slots=True)
class Session:
    """One user's settings. `confirm`: ask before something is destroyed (SET CONFIRM). `scroll` is
    the scroll amount: PAGE, HALF, CSR, MAX, DATA or a number."""

    user: str
    prefix: str = "*"
    owner: str = "*"
    dest: tuple[str, ...] = ()
    confirm: bool = True
    display: bool = True
    action_line: bool = False  # SET ACTION: the panel's actions in the last line
    hexadecimal: bool = False
    numbers: bool = False
    scroll: str = "PAGE"
    history: list[str] = field(default_factory=list)
    panels: dict[str, PanelState] = field(default_factory=dict)

    def of(self, panel: Panel[Any]) -> PanelState:
        """The state of a panel."""
        return self.panels.setdefault(panel.name, PanelState())

    def view(self, panel: Panel[Any]) -> View:
        """What the panel is to show."""
        state = self.of(panel)
        return View(
            prefix=self.prefix,
            owner=self.owner,
            dest=self.dest,
            parameter=state.parameter,
            criteria=state.criteria,
            any_of=state.any_of,
            filtering=state.filtering,
            sort=state.sort,
        )

    def columns(self, panel: Panel[Any]) -> list[Column[Any]]:
        """The columns in their order and width. Alternate ones first when `?` asked for them."""
        state = self.of(panel)
        by_title = {column.title: column for column in panel.columns}
        found = [by_title.pop(title) for title in state.order if title in by_title]
        found += by_title.values()
        first, rest = found[0], found[1:]
        if state.alternate:
            rest.sort(key=lambda column: not column.alternate)
        wide = state.widths
        return [replace(c, width=wide.get(c.title, c.width)) for c in (first, *rest)]

    def chips(self, panel: Panel[Any]) -> list[str]:
        """Everything that keeps rows away or orders them, in the words of the commands."""
        state = self.of(panel)
        filters = f" {'OR' if state.any_of else 'AND'} ".join(
            f"{c.column} {c.comparison} {c.value}" for c in state.criteria
        )
        sort = " ".join(f"{title}/{'D' if down else 'A'}" for title, down in state.sort)
        return [
            f"PREFIX={self.prefix}",
            f"DEST=({' '.join(self.dest) or 'ALL'})",
            f"OWNER={self.owner}",
            *([f"{panel.name} {state.parameter}"] if state.parameter else []),
            *([f"SORT={sort}"] if sort else []),
            *([f"FILTER={filters}{'' if state.filtering else ' (OFF)'}"] if filters else []),
        ]

    def hides(self, panel: Panel[Any]) -> bool:
        """Whether anything keeps rows away."""
        state = self.of(panel)
        filters = state.criteria and state.filtering
        masks = (self.prefix, self.owner) != ("*", "*")
        return bool(masks or self.dest or state.parameter or filters)

    def show_all(self, panel: Panel[Any]) -> None:
        """Nothing keeps rows away any more (RESET FILTERS)."""
        self.prefix = self.owner = "*"
        self.dest = ()
        state = self.of(panel)
        state.parameter, state.criteria = "", ()

    # --- ARRANGE -------------------------------------------------------------------------------

    def move(self, panel: Panel[Any], column: str, anchor: str | None, *, before: bool) -> None:
        """Put a column before or after another; without one, first or last. Raises `Refused`."""
        titles = [one.title for one in self.columns(panel)]
        moved = panel.column(column).title
        fixed = panel.columns[0].title
        if moved == fixed:
            raise Refused(f"{fixed} IS THE FIXED FIELD")
        titles.remove(moved)
        if anchor is None:
            at = 1 if before else len(titles)
        else:
            at = titles.index(panel.column(anchor).title) + (0 if before else 1)
        titles.insert(max(1, at), moved)
        self.of(panel).order = tuple(titles)

    def resize(self, panel: Panel[Any], column: str, width: int) -> None:
        """Another width. Raises `Refused`."""
        if width not in _WIDTHS:
            raise Refused(f"A WIDTH IS {_WIDTHS.start} TO {_WIDTHS.stop - 1}")
        self.of(panel).widths[panel.column(column).title] = width

    def as_made(self, panel: Panel[Any]) -> None:
        """ARRANGE DEFAULT."""
        state = self.of(panel)
        state.order, state.widths = (), {}

    # --- history and what is kept --------------------------------------------------------------

    def remember(self, text: str) -> None:
        """A command that was typed, once if it comes again."""
        if text and self.history[-1:] != [text]:
            self.history.append(text)
            del self.history[:-HISTORY]

    def document(self) -> dict[str, object]:
        """What is kept for the next time."""
        return {
            "confirm": self.confirm,
            "display": self.display,
            "scroll": self.scroll,
            "history": self.history,
            "panels": {
                name: {"order": list(state.order), "widths": state.widths}
                for name, state in self.panels.items()
                if state.order or state.widths
            },
        }

    def recall(self, document: Mapping[str, object]) -> None:
        """What was kept; whatever is not understood is left out."""
        match document:
            case {"confirm": bool(confirm)}:
                self.confirm = confirm
        match document:
            case {"display": bool(display)}:
                self.display = display
        match document:
            case {"scroll": str(scroll)} if scroll in ("PAGE", "HALF", "CSR", "DATA"):
                self.scroll = scroll
        match document:
            case {"history": list(history)}:
                self.history = [text for text in history if isinstance(text, str)][-HISTORY:]
        match document:
            case {"panels": dict(panels)}:
                for name, kept in panels.items():
                    self._recall_panel(str(name), kept)

    def _recall_panel(self, name: str, kept: object) -> None:
        match kept:
            case {"order": list(order), "widths": dict(widths)}:
                state = self.panels.setdefault(name, PanelState())
                state.order = tuple(_texts(order))
                state.widths = {
                    title: width
                    for title, width in widths.items()
                    if isinstance(title, str) and isinstance(width, int) and width in _WIDTHS
                }


def _texts(values: Iterable[object]) -> Sequence[str]:
    return [value for value in values if isinstance(value, str)]
