"""Operator commands for the system that has a spool: the running one, or this process for once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from emulator import channel
from emulator.clock import running
from emulator.exits import Unreachable
from emulator.place import Place
from emulator.start import socket_of
from emulator.system import System
from jes import messages
from jes.commands.machine import InitiatorView, TaskView
from jes.commands.operator import Operator
from jes.errors import SpoolError
from jes.names import JobName, SysoutClass
from jes.sysout import OutClass, Route

_REJECTED = ("$HASP003", "$HASP649", "$HASP650", "$HASP690", "JML")


def send(place: Place, text: str) -> list[str]:
    """Give an operator command to the JES of a spool; the lines that it answers.

    Raises `UsageFault`, `Unreachable`.
    """
    socket = socket_of(place.settings)
    if socket is not None and channel.answers(socket):
        return channel.command(socket, text)
    with System(place.settings, running(UTC)) as system:
        try:
            lines: list[str] = Operator(system.jes.store, Alone(system)).answer(text)
            system.jes.housekeeping()
        except SpoolError as error:
            raise Unreachable(f"{error.message.id} {error}") from error
    return lines


def failed(lines: Sequence[str]) -> bool:
    """Whether an answer says that the command did nothing."""
    return any(line.lstrip().startswith(_REJECTED) for line in lines)


class Alone:
    """A spool whose system does not run (`jes.commands.machine.Machine`): nothing is active."""

    def __init__(self, system: System) -> None:
        self._system = system

    @property
    def sysname(self) -> str:
        """The name of this member."""
        return self._system.settings.sysname

    @property
    def node(self) -> str:
        """The name of its NJE node."""
        return self._system.settings.node

    def now(self) -> datetime:
        """The time of day."""
        return self._system.clock()

    def route(self, dest: str) -> Route:
        """Where a destination is."""
        return self._system.jes.route(dest)

    def outclasses(self) -> Mapping[SysoutClass, OutClass]:
        """The SYSOUT classes."""
        return self._system.jes.system.outclasses

    def set_outclass(self, sysout_class: SysoutClass, out_class: OutClass) -> None:
        """What a class means as long as this process lives."""
        self._system.set_outclass(sysout_class, out_class)

    def initiators(self) -> Sequence[InitiatorView]:
        """None."""
        return ()

    def start_initiator(self, number: int) -> None:
        """There is none."""

    def drain_initiator(self, number: int) -> None:
        """There is none."""

    def set_initiator(self, number: int, classes: str) -> None:
        """There is none."""

    def processing(self) -> bool:
        """Nothing is selected."""
        return False

    def set_processing(self, on: bool, /) -> None:
        """Nothing can be."""

    def withdraw(self) -> bool:
        """It ends with the command."""
        return True

    def tasks(self) -> Sequence[TaskView]:
        """None."""
        return ()

    def start_task(self, name: JobName, classes: tuple[SysoutClass, ...]) -> str:
        """Only a running system can."""
        return messages.NOT_RUNNING.line(what=f"S {name}")

    def stop_task(self, name: JobName) -> str:
        """Only a running system can."""
        return messages.NOT_RUNNING.line(what=f"P {name}")

    def modify(self, name: JobName, text: str) -> Sequence[str]:
        """Only a running system can."""
        return [messages.NOT_RUNNING.line(what=f"F {name},{text}")]
