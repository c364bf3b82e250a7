"""What `job list`, `output list` and `dataset list` share: options, paging, watching.

A spool may have a million output groups. They are asked for a thousand at a time, and a table of
more than that is as wide as its first thousand needs.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from math import isfinite
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from emulator.cli.outside import Outside, Screen
from emulator.cli.tables import FORMATS, Column, chosen, table, written
from emulator.documents import Document
from emulator.exits import UsageFault
from emulator.place import VARIABLE, Place, look, place_of
from jes.store.sql import SpoolStore

PAGE = 1000  # rows of one query
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)
_KEY_MAX = 2**63 - 1
_SECONDS = 2.0  # between two looks of --watch
_CLEAR = "\x1b[H\x1b[2J"

Command = TypeVar("Command", bound=Callable[..., Any])


class View(Protocol):
    """A row of a look-up: `key` is its place in the order."""

    @property
    def key(self) -> int: ...


def placed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--system` and `--spool`; the command gets the `Place` that they name as `place`."""

    @click.option("--system", type=_FILE, metavar="FILE", help="System definition (YAML).")
    @click.option(
        "--spool",
        metavar="PLACE",
        help="The spool: a file, or postgresql://… (default: the system file's, else from the"
        f" environment variable {VARIABLE}).",
    )
    @wraps(command)
    def inner(*values: Any, system: Path | None, spool: str | None, **given: Any) -> Any:
        return command(*values, place=place_of(system, spool), **given)

    return inner


_LIST: list[Callable[[Any], Any]] = [
    click.option("--json", "as_json", is_flag=True, help="As one JSON document."),
    click.option(
        "--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True,
        metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.",
    ),
    click.option(
        "--columns", metavar="KEY,...", help="Only these, in this order; keys are those of --json."
    ),
    click.option("--wide", is_flag=True, help="Every column."),
    click.option("--no-truncate", is_flag=True, help="Do not cut lines to the terminal's width."),
]  # fmt: skip
_PAGED: list[Callable[[Any], Any]] = [
    click.option(
        "--limit", type=click.IntRange(min=1), default=PAGE, show_default=True, metavar="N",
        help="At most so many.",
    ),
    click.option(
        "--after", type=click.IntRange(0, _KEY_MAX), default=0, metavar="KEY",
        help="Go on behind the one with this key.",
    ),
    click.option(
        "--watch", type=float, is_flag=False, flag_value=_SECONDS, metavar="[SECONDS]",
        help=f"Look again every so often ({_SECONDS:g} s) and show what changed, until Ctrl-C.",
    ),
]  # fmt: skip


def listed(*, paged: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of a list; the command gets a `Wanted` as `wanted`."""

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def inner(*values: Any, **given: Any) -> Any:
            own = {name: given.pop(name) for name in _NAMES if name in given}
            return command(*values, wanted=_wanted(**own), **given)

        decorated: Callable[..., Any] = inner
        for option in reversed([*_LIST, *(_PAGED if paged else [])]):
            decorated = option(decorated)
        return decorated

    return with_options


_NAMES = ("as_json", "shape", "columns", "wide", "no_truncate", "limit", "after", "watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a list is to be shown."""

    shape: str
    columns: str | None
    wide: bool
    cut: bool
    limit: int = PAGE
    after: int = 0
    watch: float | None = None

    def hint(self, sentence: str) -> None:
        """Say something on standard error, once."""
        if self.watch is None:
            click.echo(f"jesmail: {sentence}", err=True)


def _wanted(*, as_json: bool, shape: str, no_truncate: bool, **given: Any) -> Wanted:
    if as_json and shape not in ("table", "json"):
        raise UsageFault(f"--json and --format {shape}: one of them")
    watch = given.get("watch")
    if watch is not None and not (isfinite(watch) and watch > 0):
        raise UsageFault("--watch: a number of seconds above 0 is needed")
    return Wanted(shape="json" if as_json else shape, cut=not no_truncate, **given)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its columns, what it is a list of, and how its pages are got."""

    what: str
    columns: Sequence[Column]
    pages: Callable[[SpoolStore, Wanted], Iterable[Sequence[Document]]]


Row = TypeVar("Row", bound=View)


def paged(
    fetch: Callable[[int, int], list[Row]], show: Callable[[Row], Document | None], wanted: Wanted
) -> Iterator[list[Document]]:
    """Pages of documents; `show` gives None for a row that is not wanted after all.

    Says on standard error how to go on when there is more than was asked for.
    """
    after, left = wanted.after, wanted.limit
    while rows := fetch(after, asked := min(PAGE, left + 1)):
        page: list[Document] = []
        for row in rows:
            document = show(row)
            if document is None:
                continue
            if not left:
                yield page
                wanted.hint(f"there is more: --after {after}")
                return
            page.append(document)
            after, left = row.key, left - 1
        yield page
        after = rows[-1].key
        if len(rows) < asked:
            return


def show_list(listing: Listing, wanted: Wanted, place: Place, outside: Outside) -> None:
    """Print a list, again and again with `--watch`."""
    columns = chosen(listing.columns, wanted.columns, wide=wanted.wide)
    with look(place) as store:
        if wanted.watch is not None:
            _watch(store, listing, columns, wanted, outside)
            return
        screen = outside.screen()
        for piece in _pieces(store, listing, columns, wanted, screen):
            say(piece, colour=screen is not None and screen.colour)


def _pieces(
    store: SpoolStore,
    listing: Listing,
    columns: Sequence[Column],
    wanted: Wanted,
    screen: Screen | None,
) -> Iterator[str]:
    pages = listing.pages(store, wanted)
    if wanted.shape != "table":
        yield from written(pages, wanted.shape, columns if wanted.columns else None)
        return
    first = True
    for page in pages:
        if page and first:
            first = False
            yield _lines(table(page, columns, screen if wanted.cut else None))
        elif page:
            yield _lines(list(table(page, columns, screen if wanted.cut else None))[1:])
    if first and wanted.watch is not None:
        yield _lines(table([], columns, screen))
    elif first:
        wanted.hint(f"there are no {listing.what} like that")


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _watch(
    store: SpoolStore,
    listing: Listing,
    columns: Sequence[Column],
    wanted: Wanted,
    outside: Outside,
) -> None:
    """Show the list when it differs from what was shown. Ends with Ctrl-C.

    What changed on a spool is not always told to those who listen (a job's phase), so we look.
    """
    before = None
    while True:
        store.news()  # or what a PostgreSQL tells us would pile up
        screen = outside.screen()
        now = "".join(_pieces(store, listing, columns, wanted, screen))
        if now != before:
            say(frame(now, screen), colour=screen is not None and screen.colour)
            before = now
        outside.wait(wanted.watch or _SECONDS)


def frame(text: str, screen: Screen | None) -> str:
    """One picture: as much as the terminal has lines for. Without a terminal all of it, and an
    empty line behind it."""
    if screen is None:
        return f"{text}\n"
    lines = text.splitlines()
    room = max(1, screen.lines - 1)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"… and {len(lines) - room + 1} more lines"]
    return f"{_CLEAR}{_lines(lines)}"


def say(text: str, *, colour: bool = False) -> None:
    """Print a piece of text; a terminal that lacks a character shows `?`."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors != "replace":
        sys.stdout.reconfigure(errors="replace")
    click.echo(text, nl=False, color=colour or None)
    sys.stdout.flush()
