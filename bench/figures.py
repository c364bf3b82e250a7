"""The rows of the table, and how people and programs read them."""

import json
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADS = ("work", "unit", "ours", "reference", "ratio", "must", "aim", "charset", "loop", "")


@dataclass(slots=True, kw_only=True)
class Row:
    """One figure: ours beside the reference's. `ours` None: not measured, `note` says why; `must`
    and `aim` None: the figure is only stated."""

    name: str
    unit: str
    reference: float
    must: float | None
    aim: float | None
    ours: float | None = None
    charset: str = "-"
    loop: str = "-"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the reference's."""
        return None if self.ours is None else self.ours / self.reference

    @property
    def verdict(self) -> str:
        """`aim` or `must` when reached, `missed`, `not measured`, or `stated`."""
        if self.ratio is None:
            return "not measured"
        if self.must is None or self.aim is None:
            return "stated"
        return "aim" if self.ratio >= self.aim else "must" if self.ratio >= self.must else "missed"


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def missed(rows: Sequence[Row]) -> bool:
    """If a row that must be reached was not; one that was not measured was not reached."""
    return any(row.verdict in {"missed", "not measured"} for row in rows)


def table(rows: Sequence[Row]) -> str:
    """The rows for people, in aligned columns, with a note under them where one is needed."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    lines = [
        "  ".join(
            cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    notes = dict.fromkeys(f"{row.name}: {row.note}" for row in rows if row.note)
    return "\n".join([*lines, *notes])


def document(rows: Sequence[Row], rounds: int) -> str:
    """The rows for programs, as JSON."""
    return json.dumps(
        {
            "bench_version": 1,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "rounds": rounds,
            "rows": [_entry(row) for row in rows],
        },
        indent=2,
    )


def _cells(row: Row) -> tuple[str, ...]:
    ours = "-" if row.ours is None else f"{row.ours:,.0f}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    numbers = (ours, f"{row.reference:,.0f}", ratio, _bound(row.must), _bound(row.aim))
    return (row.name, row.unit, *numbers, row.charset, row.loop, row.verdict)


def _bound(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _entry(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "unit": row.unit,
        "ours": row.ours,
        "reference": row.reference,
        "ratio": row.ratio,
        "must": row.must,
        "aim": row.aim,
        "charset": row.charset,
        "loop": row.loop,
        "verdict": row.verdict,
        "note": row.note,
    }
