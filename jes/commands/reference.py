"""The page about operator commands, made from the table of commands."""

from collections.abc import Iterable
from typing import Any

from jes.commands import jobs, output
from jes.commands.filters import Field
from jes.commands.grammar import LINE_MAX
from jes.commands.operator import DISPMAX
from jes.commands.table import JES, MVS

_HEAD = f"""# Operator commands

<!-- Made by docs/pages.py: `make pages` renews it. -->

A line has one command, or several joined by `;`, and {LINE_MAX} characters at most. Case and blanks
do not count in a JES2 command: `$D JQ` and `$djq` are the same.

* **Jobs**, `J…` below: `J` or `JOB`, `S` or `STC`, `T` or `TSU`; `JQ` or `JOBQ` is any of them.
  Behind it a number, a range of numbers (`100-200`, `100-*`), a name in apostrophes, or a list of
  all these in parentheses. `*` in a name is any string, `?` one character.
* **Filters**: a keyword, `=`, `^=` (or `<>`), `<` or `>`, and a value. Several values in
  parentheses: any may fit. Several filters: all must hold. A `/` before the keyword says that it is
  a filter where it could be a change: `$T O JQ,/Q=B,Q=A`.
* **Keywords** without a value limit what is displayed: `$D J1,CC`. `LONG` displays everything.
* Commands that change jobs or output want to be told which: a job, a filter, or `ALL`.
* An answer shows {DISPMAX} jobs or output groups at most and says so (`$HASP003 RC=(57)`); a change
  is made to all of them even so.

What is left open by IBM's pages is listed in the [departures](departures.md), answers with `JML`
ids in [messages](messages.md).
"""


def markdown() -> str:
    """The page."""
    parts = [_HEAD]
    for group in dict.fromkeys(entry.group for entry in JES):
        parts += _table(group, ((e.syntax, e.help) for e in JES if e.group == group))
    parts += _table("MVS", ((entry.syntax, entry.help) for entry in MVS))
    parts += ["## Filters of jobs\n", *_names(jobs.FIELDS)]
    parts += ["## Filters of output groups\n", *_names(output.FIELDS)]
    return "\n".join(parts)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"| `{_cell(syntax)}` | {_cell(text)} |" for syntax, text in rows]
    return [f"## {title}\n", "| Command | What it does |", "| --- | --- |", *lines, ""]


def _names(fields: Iterable[Field[Any, Any]]) -> list[str]:
    rows = []
    for one in fields:
        kind = "number" if one.number else "text" if one.texts else "text, `=` only"
        rows.append(f"| {', '.join(f'`{name}`' for name in one.names)} | {kind} |")
    return ["| Keyword | Value |", "| --- | --- |", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
