"""What look-ups need of the world: a console, a terminal, time. A test hands in its own."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import click

from emulator import console
from emulator.exits import UsageFault
from emulator.place import Place


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal: how wide and high it is, and whether it shows colours."""

    columns: int
    lines: int
    colour: bool = False


def _screen() -> Screen | None:
    """Standard output's terminal, None when it is something else (no-color.org)."""
    if not sys.stdout.isatty():
        return None
    size = shutil.get_terminal_size()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Screen(size.columns, size.lines, not plain)


def _ask(question: str) -> bool:
    """Ask a person. Raises `UsageFault` when there is nobody to ask."""
    if not sys.stdin.isatty():
        raise UsageFault(f"{question} Without a terminal --yes has to say so")
    return click.confirm(question, err=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """The world, unless a test says otherwise.

    `send` gives an operator command to the JES of a spool, `wait` lets seconds go by, `screen` is
    the terminal or None, `ask` asks a person yes or no.
    """

    send: Callable[[Place, str], list[str]] = console.send
    wait: Callable[[float], None] = time.sleep
    screen: Callable[[], Screen | None] = _screen
    ask: Callable[[str], bool] = _ask


pass_outside = click.make_pass_decorator(Outside, ensure=True)
