"""What can be mended without thinking, as one patch to JCL and text files (`git apply`).

A source is patched when it is UTF-8 text and the records of a spool file are found in it as lines,
one behind the other, in one place alone.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import TextIO

from cssmtp.smtpd.report import Change, FileReport, Summary
from emulator.rehearsed.places import relative

_GONE = frozenset({"CMD-01", "CMD-02", "CMD-03"})
_ARGUMENTS = frozenset({"CMD-05", "CMD-06", "CMD-08"})
_BARE = re.compile(r"((?:MAIL FROM|RCPT TO):) *([^<> ]+)", re.IGNORECASE)
_DATA = 72  # columns before the sequence number
Lines = dict[int, list[str]]  # an index, and what stands there then


def write(out: TextIO, _: Summary, files: Iterable[FileReport]) -> None:
    """A unified diff for each source that something can be done about."""
    for source, found in groupby(files, key=lambda one: one.source):
        changed = [one for one in found if one.changes]
        if not changed:
            continue
        try:
            old = Path(source).read_text("utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError):
            continue
        edits: Lines = {}
        for one in changed:
            edits |= _edits(one, [line.rstrip("\r\n") for line in old])
        new = [
            text
            for at, line in enumerate(old)
            for text in ([f"{new}\n" for new in edits[at]] if at in edits else [line])
        ]
        name = relative(source)
        out.writelines(unified_diff(old, new, f"a/{name}", f"b/{name}"))


def _edits(one: FileReport, lines: Sequence[str]) -> Lines:
    start = _start(one, lines)
    if start is None:
        return {}
    edits: Lines = {}
    if any(change.rule in _ARGUMENTS and change.column > _DATA for change in one.changes):
        for at in range(start, start + one.records):
            if lines[at][_DATA:].isdigit() and len(lines[at]) == _DATA + 8:
                edits[at] = [lines[at][:_DATA].rstrip()]
    for change in one.changes:
        at = start + change.record - 1
        if change.record and at not in edits:
            mended = _mended(change, lines[at])
            if mended is not None:
                edits[at] = mended
    return edits


def _start(one: FileReport, lines: Sequence[str]) -> int | None:
    """The line that is record 1; None when that is not sure."""
    shown = [(change.record, change.excerpt) for change in one.changes if change.record]
    if not shown:
        return None
    if not one.jcl:
        return 0 if len(lines) == one.records else None
    found = [
        start
        for start in range(len(lines) - one.records + 1)
        if all(lines[start + record - 1].startswith(text) for record, text in shown)
        and all(line[:3] not in {"//*", "/*"} for line in lines[start : start + one.records])
    ]
    return found[0] if len(found) == 1 else None


def _mended(change: Change, line: str) -> list[str] | None:
    """What a line becomes; None when somebody has to think."""
    if change.rule in _GONE:
        return []
    if change.rule == "CMD-07":
        bare = _BARE.fullmatch(line.rstrip())
        return [f"{bare[1]}<{bare[2]}>"] if bare else None
    if change.rule == "FMT-08":
        return [f".{line}"]
    if change.rule == "FMT-09" and not line[_DATA:].isdigit():
        return [line, "."]
    return None
