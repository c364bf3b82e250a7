"""Opens a spool, or a system of one's own, for the UI."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from emulator.embedded import EmbeddedOptions, embedded
from emulator.exits import UsageFault
from emulator.panels.port import Port
from emulator.panels.session import Session
from emulator.place import VARIABLE, look, place_of
from emulator.settings import SettingsError, load
from emulator.ui.app import SpoolApp
from emulator.ui.services import Services
from jes.errors import BadName
from jes.names import UserId


@contextmanager
def opened(
    system: Path | None, spool: str | None, *, user: str, read_only: bool, tour: bool
) -> Iterator[SpoolApp]:
    """The app on a spool that is there, or on a system that lives as long as the app.

    Raises `UsageFault`, `Unreachable`.
    """
    try:
        who = UserId(user.upper())
    except BadName as error:
        raise UsageFault(f"--user: {error}") from error
    with ExitStack() as stack:
        if not tour and _names_a_spool(system, spool):
            place = place_of(system, spool)
            with look(place):  # so that what is wrong is said before the screen is taken
                pass
        else:
            options = EmbeddedOptions(
                system=None if tour else system, samples=system is None or tour
            )
            place = stack.enter_context(embedded(options)).place
        yield SpoolApp(Services(Port(place, read_only)), Session(who), _kept())


def _names_a_spool(system: Path | None, spool: str | None) -> bool:
    if spool or os.environ.get(VARIABLE):
        return True
    try:
        return system is not None and load(system).spool is not None
    except SettingsError as error:
        raise UsageFault(str(error)) from error


def _kept() -> Path:
    """Where a user's columns and commands are remembered (XDG base directories)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "jesmail" / "ui.json"
