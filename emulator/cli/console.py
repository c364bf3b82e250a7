"""`jesmail console`: operator commands, and the console of a running system."""

import json
import sys
from pathlib import Path

import click

from emulator.cli.options import FILE
from emulator.console import failed, send
from emulator.console import follow as follow_console
from emulator.console import log as newest
from emulator.exits import Exit, UsageFault
from emulator.place import place_of, socket_of


@click.command(name="console")
@click.argument("commands", nargs=-1, metavar="[COMMAND...]")
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@click.option("--spool", metavar="PLACE", help="A spool file, or postgresql://…")
@click.option("--log", "count", type=click.IntRange(min=1), metavar="LINES",
              help="The newest lines of the console.")  # fmt: skip
@click.option("--follow", is_flag=True, help="Console lines as they come.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(
    *,
    commands: tuple[str, ...],
    system: Path | None,
    spool: str | None,
    count: int | None,
    follow: bool,
    as_json: bool,
) -> int:
    """Give operator commands such as '$D JQ', each in quotes, and show the answers.

    A system that runs on the spool answers; without one, this command is the JES for a moment.
    """
    if not commands and count is None and not follow:
        raise UsageFault("name a command such as '$D JQ', or --log LINES, or --follow")
    place = place_of(system, spool)
    answers = [(text, send(place, text)) for text in commands]
    socket = socket_of(place.settings)
    if (count is not None or follow) and socket is None:
        raise UsageFault("a system with a spool in PostgreSQL needs 'console:' in its system file")
    log = newest(socket, count) if count is not None and socket is not None else []
    if as_json:
        entries = [{"command": text, "lines": lines} for text, lines in answers]
        sys.stdout.write(json.dumps({"answers": entries, "log": log}, indent=2) + "\n")
    else:
        for line in [*log, *(line for _, lines in answers for line in lines)]:
            click.echo(line)
    if follow and socket is not None:
        for line in follow_console(socket):
            click.echo(line)
    if any("RC=(52)" in line for _, lines in answers for line in lines):
        return Exit.NOT_FOUND
    return Exit.FAILED if any(failed(lines) for _, lines in answers) else Exit.OK
