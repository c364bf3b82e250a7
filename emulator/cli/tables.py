"""Lists of documents as a table for people, or as JSON, JSON lines or CSV for programs.

A table is cut to the width of a terminal and to nothing else; heads are upper case, nothing is
drawn between columns (spool-ui.md 5). Only a terminal gets colours.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click

from emulator.cli.outside import Screen
from emulator.documents import Document
from emulator.exits import UsageFault
from emulator.shown import printable

FORMATS = ("table", "json", "jsonl", "csv")
_GAP = "  "
_GOOD = "CC 0000"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the key of the document that it shows, its head. `wide` is shown on
    demand only."""

    key: str
    head: str
    wide: bool = False


def chosen(columns: Sequence[Column], names: str | None, *, wide: bool) -> list[Column]:
    """The columns to show: those of `--columns`, which are keys or heads. Raises `UsageFault`."""
    if names is None:
        return [column for column in columns if wide or not column.wide]
    known = {column.key: column for column in columns}
    known |= {column.head.lower(): column for column in columns}
    found = []
    for name in names.split(","):
        spelled = name.strip().lower()
        if spelled not in known:
            keys = ", ".join(column.key for column in columns)
            raise UsageFault(f"--columns: {printable(name)!r} is none of {keys}")
        found.append(known[spelled])
    return found


def table(
    documents: Sequence[Document], columns: Sequence[Column], screen: Screen | None
) -> Iterator[str]:
    """The lines of a table; numbers stand right. `screen` None: neither cut nor coloured."""
    numbers = {
        column.key
        for column in columns
        if documents and all(type(document[column.key]) is int for document in documents)
    }
    rows = [[cell(document[column.key]) for column in columns] for document in documents]
    heads = [column.head for column in columns]
    widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = [
            text.rjust(width) if column.key in numbers else text.ljust(width)
            for text, width, column in zip(row, widths, columns, strict=True)
        ]
        yield _line(cells, columns, screen, head=row is heads)


def _line(
    cells: Sequence[str], columns: Sequence[Column], screen: Screen | None, *, head: bool
) -> str:
    line = _GAP.join(cells).rstrip()
    if screen is None:
        return line
    if not screen.colour:
        return line[: screen.columns]
    if head:
        return click.style(line[: screen.columns], bold=True)
    shown, left = [], screen.columns
    for text, column in zip(cells, columns, strict=True):
        shown.append(_coloured(text[: max(0, left)], column.key))
        left -= len(text) + len(_GAP)
        if left <= 0:
            break
        shown.append(_GAP)
    return "".join(shown).rstrip()


def _coloured(text: str, key: str) -> str:
    word = text.strip()
    if key == "retcode" and word:
        colour = "green" if word == _GOOD else "yellow" if word.startswith("CC ") else "red"
        return click.style(text, fg=colour)
    if word == "HELD" or (key in ("held", "hold") and word):
        return click.style(text, fg="yellow")
    return text


def cell(value: object) -> str:
    """A value of a document as people read it."""
    match value:
        case None | False:
            return ""
        case True:
            return "YES"
        case list():
            return ",".join(map(cell, value))
        case _:
            return printable(str(value))


def written(
    pages: Iterable[Sequence[Document]], shape: str, columns: Sequence[Column] | None
) -> Iterator[str]:
    """What programs read, in pieces of a page; `columns` None is every key."""
    keys = None if columns is None else [column.key for column in columns]
    cut = (page if keys is None else [_only(one, keys) for one in page] for page in pages)
    match shape:
        case "json":
            yield from _json(cut)
        case "jsonl":
            for page in cut:
                yield "".join(f"{json.dumps(document)}\n" for document in page)
        case _:
            yield from _csv(cut)


def _only(document: Document, keys: Sequence[str]) -> Document:
    return {key: document[key] for key in keys}


def _json(pages: Iterable[Sequence[Document]]) -> Iterator[str]:
    """One array, also when it is empty."""
    between = "[\n"
    for page in pages:
        for document in page:
            yield f"{between}{json.dumps(document, indent=2)}"
            between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def _csv(pages: Iterable[Sequence[Document]]) -> Iterator[str]:
    """A line of heads, then a line each; nothing at all when there is no document."""
    keys: list[str] = []
    for page in pages:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if page and not keys:
            keys = list(page[0])
            writer.writerow(keys)
        writer.writerows([_value(document[key]) for key in keys] for document in page)
        yield text.getvalue()


def _value(value: object) -> object:
    """A spreadsheet gets no control characters either."""
    return int(value) if isinstance(value, bool) else cell(value)
