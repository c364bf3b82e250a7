"""`jesmail print`: output off a spool into a folder, as an external writer does it."""

import asyncio
from pathlib import Path

import click

from emulator.cli.options import FILE, FOLDER
from emulator.clock import running, zone
from emulator.exits import Exit, Unreachable, UsageFault
from emulator.external_writer import ExternalWriter, Paper, Printed, wanted
from emulator.place import place_of
from emulator.settings_values import Wrong, sysout_classes
from emulator.spool import StoreThread
from emulator.system import System
from jes import messages
from jes.errors import BadName, SpoolError
from jes.names import WriterName
from jes.pso import Pso, PsoSelection


@click.command(name="print")
@click.argument("folder", type=FOLDER, metavar="FOLDER")
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@click.option("--spool", metavar="PLACE", help="A spool file, or postgresql://…")
@click.option("--writer", metavar="NAME", help="Output for this external writer name.")
@click.option("--class", "classes", metavar="CLASSES",
              help="SYSOUT classes by priority (default: A, with --writer all).")  # fmt: skip
@click.option("--binary", is_flag=True, help="Records as they are, each behind an RDW.")
def command(
    *,
    folder: Path,
    system: Path | None,
    spool: str | None,
    writer: str | None,
    classes: str | None,
    binary: bool,
) -> int:
    """Print the output that can be selected now into FOLDER, a file for each data set.

    What is printed is off the spool, unless its disposition keeps it. No file is overwritten. A
    system that runs on the spool has to print itself: with a started task of program writer.
    """
    place = place_of(system, spool)
    selection = _selection(writer, classes)
    if isinstance(place.spool, Path) and not place.spool.exists():
        raise Unreachable(messages.NO_SPOOL.line(spool=place.spool))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageFault(f"{folder}: {error.strerror or error}") from error
    with System(place.settings, running(zone(None))) as opened:
        paper = Paper(folder=folder, page=opened.page, binary=binary)
        try:
            printed = asyncio.run(_print(opened, selection, paper))
            opened.jes.housekeeping()
        except SpoolError as error:
            raise Unreachable(f"{error.message.id} {error}") from error
    if any(one.problem for one in printed):
        return Exit.FAILED
    return Exit.OK if printed else Exit.NOT_FOUND


async def _print(system: System, selection: PsoSelection, paper: Paper) -> list[Printed]:
    """Everything that matches. Raises `SpoolError`."""
    printed: list[Printed] = []

    def tell(one: Printed) -> None:
        printed.append(one)
        if one.problem or not one.paths:
            click.echo(one.line, err=True)
        for path in one.paths:
            click.echo(path)

    thread = StoreThread()
    pso = Pso(system.jes.store, selection)
    try:
        await ExternalWriter(pso, thread, paper, tell).run_until_idle()
    finally:
        await thread.call(pso.close)
        thread.close()
    return printed


def _selection(writer: str | None, classes: str | None) -> PsoSelection:
    """What to print. Raises `UsageFault`."""
    try:
        return wanted(
            PsoSelection(
                classes=sysout_classes(classes.upper()) if classes is not None else (),
                writer=WriterName(writer.upper()) if writer is not None else None,
            )
        )
    except (BadName, Wrong) as error:
        raise UsageFault(str(error)) from error
