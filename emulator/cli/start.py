"""`jesmail start`: a system that stays up."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from emulator.cli.options import FILE, FOLDER, SECONDS
from emulator.clock import running, zone
from emulator.console_log import Console
from emulator.exits import Exit, UsageFault
from emulator.place import Place, place_of, socket_of
from emulator.soundness import begin_anew
from emulator.start import StartOptions, keep_up
from emulator.wiring import faults_of, instances_of


@click.command(name="start")
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@click.option("--spool", metavar="PLACE", help="A spool file, or postgresql://…")
@click.option("--cssmtp-config", "config", type=FILE, metavar="FILE",
              help="CSSMTP configuration of the first started task.")  # fmt: skip
@click.option("--deliver", is_flag=True, help="Really send to the configured target servers.")
@click.option("--faults", type=FILE, metavar="FILE",
              help="How the sandbox misbehaves: rules (YAML), or functions (.py).")  # fmt: skip
@click.option("--save-mail", "folder", type=FOLDER, metavar="DIR",
              help="Keep each mail that the sandbox accepted.")  # fmt: skip
@click.option("--console", "socket", type=click.Path(path_type=Path), metavar="SOCKET",
              help="Where operator commands are taken (default: beside the spool).")  # fmt: skip
@click.option("--grace", type=SECONDS, default=30, show_default=True,
              metavar="SECONDS",
              help="How long work in hand may take to its end at a stop.")  # fmt: skip
@click.option("--cold", is_flag=True,
              help="Begin the spool anew: all that is on it is lost.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask before a cold start.")
@click.option("--tz", envvar="TZ", metavar="ZONE", help="Time zone: IANA name or POSIX string.")
@click.option("--quiet", is_flag=True, help="Do not show the console.")
@click.option("--with-parent", is_flag=True,
              help="Stop when standard input ends (for programs that start it).")  # fmt: skip
def command(  # noqa: PLR0913 one for each option
    *,
    system: Path | None,
    spool: str | None,
    config: Path | None,
    deliver: bool,
    faults: Path | None,
    folder: Path | None,
    socket: Path | None,
    grace: float,
    cold: bool,
    yes: bool,
    tz: str | None,
    quiet: bool,
    with_parent: bool,
) -> int:
    """Start a system that stays up: initiators, CSSMTPs and, unless --deliver, a sandbox.

    Stops at Ctrl-C, SIGTERM or $P JES2: what is in hand is finished, the rest goes back.
    """
    place = place_of(system, spool)
    settings = place.settings
    if deliver and faults:
        raise UsageFault("--faults are the sandbox's: they have no use with --deliver")
    rules = () if deliver else faults_of(settings, faults)
    if cold and _is_there(place):
        if not yes and not click.confirm(f"Lose all that is on {place.spool}?", err=True):
            return Exit.FAILED
        begin_anew(place)
    if socket is not None:
        settings = replace(settings, console=socket)
    clock = running(zone(tz))
    console = Console(clock)
    options = StartOptions(
        deliver=deliver,
        save_dir=folder,
        grace=grace,
        socket=socket_of(settings),
        cold=cold,
        with_parent=with_parent,
        faults=rules,
    )
    instances = instances_of(settings, config)
    factory = _loop()
    with console.heard(_nothing if quiet else _show), asyncio.Runner(loop_factory=factory) as loop:
        return int(loop.run(keep_up(settings, instances, options, console, clock)))


def _is_there(place: Place) -> bool:
    return not isinstance(place.spool, Path) or place.spool.exists()


def _loop() -> "type[asyncio.AbstractEventLoop] | None":
    """uvloop where the platform has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _show(line: str) -> None:
    with suppress(OSError, ValueError):  # nobody looks any more; the system goes on
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _nothing(line: str) -> None:
    """Nobody looks."""
