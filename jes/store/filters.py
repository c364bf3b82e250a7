"""Filters of displays and selections of programs as SQL. Values always travel beside the text."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from jes.sysout import Selection
from jes.views import GroupFilter, JobFilter

Condition = tuple[str, list[object]]
Span = tuple[int, int]  # the first and the last of keys side by side

# output for another node is ready whatever its disposition (jes2.md 1.3)
_READY = "g.holder IS NULL AND g.held = 0 AND (g.local = 0 OR g.disposition IN ('WRITE', 'KEEP'))"
_HELD = "g.held <> 0 OR (g.local = 1 AND g.disposition NOT IN ('WRITE', 'KEEP'))"
_FREE = "g.holder IS NULL AND g.local = 1 AND g.held = 0 AND g.cancelled = 0"
_HAS = "EXISTS (SELECT 1 FROM datasets d WHERE d.group_key = g.group_key AND d.ds_key = ?)"
_ESCAPES = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\", "*": "%", "?": "_"})


def jobs_where(wanted: JobFilter) -> Condition:
    """The condition on jobs `j`."""
    parts = [
        _any("SUBSTR(j.jobid, 1, 1)", [kind.value[0] for kind in wanted.kinds]),
        _any("j.jobid", wanted.jobids),
        _or(_range("j.number", *ends) for ends in wanted.numbers),
        masks("j.jobname", wanted.names),
        masks("j.owner", wanted.owners),
        _any("j.job_class", wanted.classes),
        _any("j.phase", wanted.phases),
        masks("j.retcode", wanted.retcodes),
        _flag("j.member IS NOT NULL", wanted.active),
        _flag("j.held = 1", wanted.held),
        _compared("j.entered < ?", wanted.before),
        _compared("j.entered >= ?", wanted.since),
    ]
    return _and(parts)


def groups_where(wanted: GroupFilter) -> Condition:
    """The condition on output groups `g` of jobs `j`."""
    parts = [
        jobs_where(wanted.jobs),
        masks("g.group_id || '.' || g.number || '.1'", wanted.outgrps),
        _any("g.sysout_class", wanted.classes),
        masks("g.writer", wanted.writers),
        masks("g.dest", wanted.dests),
        masks("g.forms", wanted.forms),
        _any("g.disposition", wanted.dispositions),
        _records(wanted.records),
        _flag(_READY, wanted.ready),
        _flag(_HELD, wanted.held),
        _flag("g.holder IS NOT NULL", wanted.busy),
        _flag("g.local = 1", wanted.local),
        _compared("g.created < ?", wanted.before),
    ]
    return _and(parts)


def selected(
    selection: Selection, columns: str, but: Collection[Span]
) -> Iterator[tuple[str, list[object]]]:
    """A query for each queue that a selection looks at; an index has each in its order.

    The conditions that an index needs stand as it has them.
    """
    more, values = _criteria(selection, but)
    join = "JOIN jobs j USING (job_key)" if selection.of_jobs else ""
    for column, value in _routes(selection):
        for disposition in sorted(selection.dispositions):
            route = f"g.{column} = ? AND g.{column} IS NOT NULL AND" if column else ""
            yield (
                f"SELECT {columns} FROM groups g {join} WHERE {route} g.disposition = ?"
                f" AND {_FREE} AND {more}",
                [*([value] if column else []), disposition, *values],
            )


def offered(selection: Selection) -> str:
    """The condition under which a group that a query found may still be had. Its values are the
    dispositions in their order."""
    marks = ", ".join("?" * len(selection.dispositions))
    return f"{_FREE.replace('g.', '')} AND disposition IN ({marks})"


def _routes(selection: Selection) -> list[tuple[str, object]]:
    """The queues: by writer or user, else by class, else all."""
    if selection.writer is not None:
        routes: list[tuple[str, object]] = [("writer", selection.writer)]
        if selection.or_routed:
            routes.append(("dest_user", str(selection.writer)))
        return routes
    return [("sysout_class", c) for c in selection.classes] or [("", None)]


def _criteria(selection: Selection, but: Collection[Span]) -> Condition:
    kinds = [kind.value[0] for kind in selection.kinds]
    return _and(
        [
            _any("g.sysout_class", selection.classes if selection.writer is not None else ()),
            _any("g.forms", selection.forms),
            _any("g.dest", [selection.dest] if selection.dest is not None else []),
            _flag("g.writer IS NULL", True if selection.no_writer else None),
            masks("j.jobname", [selection.jobname] if selection.jobname else []),
            masks("j.owner", [selection.owner] if selection.owner else []),
            _any("SUBSTR(j.jobid, 1, 1)", kinds),
            _range("j.number", *selection.numbers) if selection.numbers else None,
            _records(selection.records),
            _compared(_HAS, selection.dataset),
            *(("g.group_key NOT BETWEEN ? AND ?", list[object](span)) for span in but),
        ]
    )


def masks(column: str, wanted: Sequence[str]) -> Condition | None:
    """Any of some masks: `*` any string, `?` one character; an empty one is no value at all."""
    return _or(_mask(column, mask) for mask in wanted)


def _mask(column: str, mask: str) -> Condition:
    if not mask:
        return f"{column} IS NULL", []
    if "*" not in mask and "?" not in mask:
        return f"{column} = ?", [mask]
    return f"{column} LIKE ? ESCAPE '\\'", [mask.translate(_ESCAPES)]


def _any(column: str, values: Sequence[object]) -> Condition | None:
    if not values:
        return None
    if len(values) == 1:
        return f"{column} = ?", list(values)
    return f"{column} IN ({', '.join('?' * len(values))})", list(values)


def _range(column: str, low: int, high: int | None) -> Condition:
    if high is None:
        return f"{column} >= ?", [low]
    if low == high:  # an index finds it
        return f"{column} = ?", [low]
    return f"{column} BETWEEN ? AND ?", [low, high]


def _records(ends: tuple[int, int] | None) -> Condition | None:
    if ends is None:
        return None
    return _range("(SELECT SUM(records) FROM datasets d WHERE d.group_key = g.group_key)", *ends)


def _flag(condition: str, wanted: bool | None) -> Condition | None:
    if wanted is None:
        return None
    return (condition if wanted else f"NOT ({condition})"), []


def _compared(condition: str, value: object) -> Condition | None:
    return None if value is None else (condition, [value])


def _or(parts: Iterable[Condition]) -> Condition | None:
    found = list(parts)
    if not found:
        return None
    return f"({' OR '.join(text for text, _ in found)})", [v for _, vs in found for v in vs]


def _and(parts: Iterable[Condition | None]) -> Condition:
    found = [part for part in parts if part is not None]
    text = " AND ".join(f"({text})" for text, _ in found) or "1 = 1"
    return text, [value for _, values in found for value in values]
