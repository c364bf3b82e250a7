"""What was typed into a table and is not carried out yet: NP texts and overtyped cells by row."""

from dataclasses import dataclass, field
from typing import Any

from emulator.panels.values import Column
from emulator.ui.widgets.queue_layout import Field

TEXT_MAX = 127  # characters of one field


@dataclass(slots=True)
class Typed:
    """Pending texts, by row key; overtyped cells by row key and column name. An empty text is
    none: the cell stays what it is."""

    np: dict[int, str] = field(default_factory=dict)
    cells: dict[tuple[int, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.np or self.cells)

    def get(self, key: int, where: Field) -> str | None:
        """What was typed there; None: nothing."""
        if where.column is None:
            return self.np.get(key)
        return self.cells.get((key, where.column.name))

    def put(self, key: int, where: Field, text: str) -> None:
        """Replace what was typed there."""
        text = text[:TEXT_MAX]
        if where.column is None:
            self.np.pop(key, None)
            if text:
                self.np[key] = text
        else:
            self.cells.pop((key, where.column.name), None)
            if text:
                self.cells[key, where.column.name] = text

    def of(self, key: int) -> tuple[str, dict[str, str]]:
        """The NP text and the overtyped cells of a row, by column name."""
        if not self.cells:
            return self.np.get(key, ""), {}
        return self.np.get(key, ""), {n: t for (k, n), t in self.cells.items() if k == key}

    def overtypes(self, columns: tuple[Column[Any], ...]) -> list[tuple[int, Column[Any], str]]:
        """The overtyped cells with their columns."""
        by_name = {column.name: column for column in columns}
        return [(k, by_name[n], t) for (k, n), t in self.cells.items() if n in by_name]

    def clear(self) -> None:
        """Forget it all."""
        self.np.clear()
        self.cells.clear()
