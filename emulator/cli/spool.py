"""`jesmail spool`: how full a spool is, whether it is sound, and a new beginning."""

import json
from collections.abc import Iterator

import click

from emulator.cli.changes import asked
from emulator.cli.lists import placed, say
from emulator.cli.outside import Outside, Screen, pass_outside
from emulator.cli.tables import Column, table
from emulator.documents import Document
from emulator.exits import Exit, Problem
from emulator.place import Place, look
from emulator.shown import printable
from jes.store.sql import SpoolStore
from jes.views import GroupFilter

_QUEUES = (
    Column("queue", "QUEUE"),
    Column("class", "C"),
    Column("held", "HELD"),
    Column("count", "JOBS"),
)


@click.group(name="spool")
def command() -> None:
    """A spool as a whole."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@placed
@pass_outside
def show(outside: Outside, place: Place, *, as_json: bool) -> None:
    """Show the space in use, and how many jobs stand on each queue."""
    with look(place) as store:
        document, queues = _looked(store)
    if as_json:
        say(f"{json.dumps({**document, 'queues': queues}, indent=2)}\n")
        return
    screen = outside.screen()
    for line in _shown(document, queues, screen):
        say(f"{line}\n", colour=screen is not None and screen.colour)


def _looked(store: SpoolStore) -> tuple[Document, list[Document]]:
    space, found = store.space(), store.queues()
    queues: list[Document] = [
        {"queue": one.phase, "class": one.job_class, "held": one.held, "count": one.count}
        for one in found
    ]
    document: Document = {
        "spool": printable(store.name),
        "bytes-used": space.used,
        "bytes-total": space.total,
        "percent-used": round(space.percent, 4),
        "jobs": sum(one.count for one in found),
        "output-groups": store.count_groups(GroupFilter()),
        "files": space.datasets,
    }
    return document, queues


def _shown(document: Document, queues: list[Document], screen: Screen | None) -> Iterator[str]:
    width = max(map(len, document))
    for key, value in document.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        yield f"{key:<{width}}  {shown}"
    if queues:
        yield ""
        yield from table(queues, _QUEUES, screen)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@placed
def check(place: Place, *, as_json: bool) -> Exit:
    """Check whether a spool is sound, also while a JES works on it.

    Ends with 0 when nothing is wrong, else with 1 and a line for each thing that is.
    """
    from emulator.soundness import findings

    found: list[str] = []
    for line in findings(place):
        found.append(line)
        if not as_json:
            say(f"{printable(line)}\n")
    if as_json:
        say(f"{json.dumps({'sound': not found, 'findings': found}, indent=2)}\n")
    elif not found:
        say("the spool is sound\n")
    return Exit.FAILED if found else Exit.OK


@command.command(name="format")
@asked
@placed
@pass_outside
def format_(outside: Outside, place: Place, *, yes: bool) -> None:
    """Begin a spool anew: every job and all output on it are lost.

    Refused while a JES has the spool.
    """
    from emulator.soundness import begin_anew

    if not yes and not outside.ask("Everything on the spool will be lost. Go on?"):
        raise Problem("nothing was done")
    begin_anew(place)
    say("the spool is empty\n")
