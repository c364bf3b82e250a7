"""Operator commands for the system that has a spool."""

from emulator.exits import UsageFault
from emulator.place import Place


def send(place: Place, text: str) -> list[str]:
    """Give an operator command to the JES of a spool; the lines that it answers.

    Raises `UsageFault`, `Unreachable`.
    """
    raise UsageFault(f"{text}: {place.spool} needs a running system")
