"""Criteria that the spool can look for itself: by the title of a column, a change of its filter.

Each says just what `criteria.criterion_test` says of a row, or nothing (None).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from emulator.panels.masks import fits, is_mask, stored
from emulator.panels.values import Comparison
from emulator.panels.wording import QUEUES
from jes.sysout import STDFORM, Disposition

Ask = Callable[[Comparison, str], dict[str, Any] | None]

NO_JOBS = ((-1, -1),)  # numbers that no job has
_RECORDS_MAX = 2**62
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_COMPARED: dict[Comparison, Callable[[str, str], bool]] = {
    Comparison.EQ: lambda text, value: fits(value, text),
    Comparison.NE: lambda text, value: not fits(value, text),
    Comparison.LT: lambda text, value: text < value,
    Comparison.LE: lambda text, value: text <= value,
    Comparison.GT: lambda text, value: text > value,
    Comparison.GE: lambda text, value: text >= value,
}


def _masked(name: str, *, blank: str | None = None) -> Ask:
    """EQ by masks of the spool. `blank` is what is shown for no value: what fits it is none too."""

    def ask(comparison: Comparison, value: str) -> dict[str, Any] | None:
        mask = stored(value)
        if comparison is not Comparison.EQ or mask is None or (not value and blank is None):
            return None
        masks = {mask: None} | ({"": None} if blank is not None and fits(value, blank) else {})
        return {name: tuple(masks)}

    return ask


def _exact(name: str) -> Ask:
    """EQ of a value that is no mask."""

    def ask(comparison: Comparison, value: str) -> dict[str, Any] | None:
        fit = comparison is Comparison.EQ and value and not is_mask(value)
        return {name: (value,)} if fit else None

    return ask


def _one_of(name: str, values: Iterable[tuple[str, object]], none: dict[str, Any]) -> Ask:
    """Every comparison with one of a few values, by what is shown for each."""
    known = tuple(values)

    def ask(comparison: Comparison, value: str) -> dict[str, Any]:
        compared = _COMPARED[comparison]
        found = tuple(one for shown, one in known if compared(shown, value))
        return {name: found} if found else none

    return ask


def _ends(comparison: Comparison, value: str, lowest: int) -> tuple[int, int | None] | None:
    """The range of numbers that a comparison means; None for none, and for two."""
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        return None
    number = int(value)
    return {
        Comparison.EQ: (number, number),
        Comparison.LT: (lowest, number - 1),
        Comparison.LE: (lowest, number),
        Comparison.GT: (number + 1, None),
        Comparison.GE: (number, None),
    }.get(comparison)


def _numbers(comparison: Comparison, value: str) -> dict[str, Any] | None:
    ends = _ends(comparison, value, 0)
    return None if ends is None else {"numbers": (ends,)}


def _records(comparison: Comparison, value: str) -> dict[str, Any] | None:
    ends = _ends(comparison, value, -1)
    if ends is None:
        return None
    low, high = ends
    return {"records": (low, _RECORDS_MAX if high is None else high)}


def _times(comparison: Comparison, value: str, *, since: bool) -> dict[str, Any] | None:
    """Before a day, or since it. Any other time of day is shown otherwise than it is stored."""
    if not _DATE.fullmatch(value):
        return None
    if comparison is Comparison.LT:
        return {"before": value}
    return {"since": value} if comparison is Comparison.GE and since else None


JOBS_ASKED: dict[str, Ask] = {
    "JOBNAME": _masked("names"),
    "JobID": _exact("jobids"),
    "Owner": _masked("owners"),
    "C": _exact("classes"),
    "Queue": _one_of("phases", ((name, phase) for phase, name in QUEUES.items()),
                     {"numbers": NO_JOBS}),
    "Max-RC": _masked("retcodes", blank=""),
    "JNum": _numbers,
    "Queued": lambda comparison, value: _times(comparison, value, since=True),
    "St-DateTime": lambda comparison, value: _times(comparison, value, since=True),
}  # fmt: skip
GROUPS_ASKED: dict[str, Ask] = {
    "C": _one_of("classes", zip(_CLASSES, _CLASSES, strict=True), {"outgrps": ("-",)}),
    "ODisp": _one_of("dispositions", ((one.value, one) for one in Disposition),
                     {"outgrps": ("-",)}),
    "Dest": _masked("dests"),
    "Forms": _masked("forms", blank=STDFORM),
    "Wtr": _masked("writers", blank=""),
    "Tot-Rec": _records,
    "CrDate": lambda comparison, value: _times(comparison, value, since=False),
}  # fmt: skip
