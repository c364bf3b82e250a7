"""`jesmail cssmtp`: what the CSSMTPs of a running system do, and what became of its mail."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.lists import PAGE, Wanted, frame, listed, placed, say
from emulator.cli.outside import Outside, Screen, pass_outside
from emulator.cli.tables import Column, chosen, table, written
from emulator.documents import Document
from emulator.exits import Unreachable
from emulator.place import Place, socket_of

if TYPE_CHECKING:
    from emulator.outcomes import Outcomes

_SECONDS = 2.0  # between two looks of --watch
_TARGETS = (
    Column("name", "TARGET"),
    Column("address", "ADDRESS"),
    Column("state", "STATE"),
    Column("connections", "CONN"),
    Column("limit", "LIMIT"),
    Column("waiting", "WAITING"),
    Column("sent", "SENT"),
    Column("temporary", "4XX"),
    Column("refused", "5XX"),
    Column("answer", "LAST REPLY"),
)
_TASKS = (
    Column("tkid", "TKID"),
    Column("type", "TYPE"),
    Column("state", "STATE"),
    Column("jobname", "JOBNAME"),
    Column("jobid", "JOBID"),
    Column("dsid", "DSID"),
    Column("read", "READ"),
    Column("sent", "SENT"),
    Column("pending", "PENDING"),
)
_MAILS = (
    Column("number", "NUMBER", wide=True),
    Column("time", "TIME"),
    Column("jobid", "JOBID"),
    Column("jobname", "JOBNAME"),
    Column("owner", "OWNER", wide=True),
    Column("ddname", "DDNAME", wide=True),
    Column("dsid", "DSID"),
    Column("outgrp", "OUTGRP", wide=True),
    Column("ordinal", "MAIL"),
    Column("kind", "KIND", wide=True),
    Column("sender", "SENDER", wide=True),
    Column("recipient", "RECIPIENT"),
    Column("status", "STATUS"),
    Column("target", "TARGET", wide=True),
    Column("eml", "FILE", wide=True),
    Column("reply", "REPLY"),
)


@click.group(name="cssmtp")
def command() -> None:
    """The CSSMTPs of a running system."""


@command.command()
@click.option("--json", "as_json", is_flag=True,
              help="The whole status of the system as one JSON document.")  # fmt: skip
@click.option("--watch", type=click.FloatRange(min=0.1), is_flag=False, flag_value=_SECONDS,
              metavar="[SECONDS]",
              help=f"Look again every so often ({_SECONDS:g} s), until Ctrl-C.")  # fmt: skip
@placed
@pass_outside
def status(outside: Outside, place: Place, *, as_json: bool, watch: float | None) -> None:
    """Show targets, spool tasks and counters of each CSSMTP."""
    socket = _socket(place)
    before = None
    while True:
        screen = outside.screen()
        now = _status(socket, screen, as_json=as_json)
        if watch is None:
            say(now, colour=screen is not None and screen.colour)
            return
        if now != before:
            say(now if as_json else frame(now, screen))
            before = now
        outside.wait(watch)


@command.command()
@listed()
@placed
@pass_outside
def mails(outside: Outside, place: Place, wanted: Wanted) -> None:
    """List what became of each recipient of mail, as far as the system remembers.

    A system remembers 10,000 of them as long as it runs; a key is a recipient's number.
    """
    socket = _socket(place)
    columns = chosen(_MAILS, wanted.columns, wide=wanted.wide)
    asked = columns if wanted.columns else None
    if wanted.watch is None:
        pages = _pages(socket, wanted)
        screen = outside.screen()
        if wanted.shape == "table":
            _in_table(pages, columns, wanted, screen)
        else:
            for piece in written(pages, wanted.shape, asked):
                say(piece)
        return
    _watch(socket, columns, wanted, outside)


def _socket(place: Place) -> Path:
    """Raises `Unreachable`."""
    socket = socket_of(place.settings)
    if socket is None:
        raise Unreachable("a system with a spool in PostgreSQL needs 'console:' in its system file")
    return socket


# --- the status ---------------------------------------------------------------------------------


def _status(socket: Path, screen: Screen | None, *, as_json: bool) -> str:
    from msgspec import to_builtins

    from emulator.console import status as asked

    document = to_builtins(asked(socket))
    if as_json:
        return f"{json.dumps(document, indent=2)}\n"
    lines = [line for one in document["cssmtps"] for line in _cssmtp(one, screen)]
    return "".join(f"{line}\n" for line in lines or ["The system has no CSSMTP."])


def _cssmtp(one: Document, screen: Screen | None) -> Iterator[str]:
    names = [str(one["name"]), f"writer {one['writer']}", str(one["state"])]
    names += [str(one["jobid"])] if one["jobid"] else []
    yield click.style("  ".join(names), bold=True) if screen and screen.colour else "  ".join(names)
    counters = one["counters"]
    if not isinstance(counters, dict):
        return
    yield (
        f"  files {counters['files']} ({counters['bad_files']} bad, {counters['in_use']} in use),"
        f" mails {counters['mails']} ({one['waiting']} waiting, {one['sending']} on the way)"
    )
    yield (
        f"  recipients: {counters['delivered']} delivered,"
        f" {counters['undeliverable']} undeliverable, {counters['pending']} pending;"
        f" syntax errors {counters['syntax_errors']}, bytes read {counters['bytes_read']}"
    )
    yield (
        f"  mails in long retry {one['long_retry']}, in extended retry {one['extended_retry']};"
        f" {counters['notifications']} notifications, {counters['dead_letters']} dead letters"
    )
    for rows, columns in ((_targets(one), _TARGETS), (one["spool_tasks"], _TASKS)):
        yield ""
        assert isinstance(rows, Sequence)
        yield from (f"  {line}" for line in table(rows, columns, _narrower(screen)))
    yield ""


def _targets(one: Document) -> list[Document]:
    """What a target answered last, or why it cannot be used."""
    targets = one["targets"]
    assert isinstance(targets, Sequence)
    return [{**t, "answer": t["failure"] or t["last_reply"]} for t in targets]


def _narrower(screen: Screen | None) -> Screen | None:
    return screen and Screen(max(1, screen.columns - 2), screen.lines, screen.colour)


# --- what became of mails -------------------------------------------------------------------------


def _pages(socket: Path, wanted: Wanted) -> Iterator[list[Document]]:
    """Up to the limit; says how to go on when there are more."""
    after, left = wanted.after, wanted.limit
    while left:
        found = _asked(socket, after, left)
        if not found.mails:
            return
        yield _documents(found)
        after, left = found.mails[-1].number, left - len(found.mails)
        if not left and after < found.last:
            wanted.hint(f"there is more: --after {after}")


def _asked(socket: Path, after: int, limit: int) -> "Outcomes":
    from emulator.console import outcomes

    return outcomes(socket, after, min(limit, PAGE))


def _documents(found: "Outcomes") -> list[Document]:
    from msgspec import to_builtins

    return [to_builtins(one) for one in found.mails]


def _in_table(
    pages: Iterator[list[Document]],
    columns: Sequence[Column],
    wanted: Wanted,
    screen: Screen | None,
) -> None:
    heads = True
    for page in pages:
        lines = list(table(page, columns, screen if wanted.cut else None))
        say(_lines(lines if heads else lines[1:]), colour=screen is not None and screen.colour)
        heads = False
    if heads:
        wanted.hint("no mail was sent yet, or none with such a number")


def _watch(socket: Path, columns: Sequence[Column], wanted: Wanted, outside: Outside) -> None:
    """What comes, below each other, until Ctrl-C. Each page of JSON is an array of its own."""
    after, since, heads = wanted.after, None, True
    asked = columns if wanted.columns else None
    while True:
        found = _asked(socket, after, wanted.limit)
        if since not in (None, found.since):  # the system was started anew, numbers begin at 1
            after, since = 0, None
            continue
        since = found.since
        if found.mails:
            after = found.mails[-1].number
            if wanted.shape == "table":
                screen = outside.screen()
                rows = table(_documents(found), columns, screen if wanted.cut else None)
                say(_lines(list(rows)[0 if heads else 1 :]))
            else:
                say("".join(written([_documents(found)], wanted.shape, asked)))
            heads = False
        if after >= found.last:
            outside.wait(wanted.watch or _SECONDS)


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
