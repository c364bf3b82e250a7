"""A spool whose system does not run: for one operator command this process is its JES."""

from collections.abc import Sequence
from datetime import UTC

from emulator.clock import running
from emulator.exits import Unreachable
from emulator.machine import SystemFacts
from emulator.settings import Settings
from emulator.system import System
from jes import messages
from jes.commands.machine import InitiatorView, TaskView
from jes.commands.operator import Operator
from jes.errors import CommandRejected, SpoolError
from jes.names import JobName, SysoutClass
from jes.sysout import OutClass


def answer(settings: Settings, text: str) -> list[str]:
    """What the spool's JES answers to an operator command. Raises `UsageFault`, `Unreachable`."""
    with System(settings, running(UTC), visitor=True) as system:
        try:
            lines = Operator(system.jes.store, Alone(system)).answer(text)
            system.jes.housekeeping()
        except SpoolError as error:
            raise Unreachable(f"{error.message.id} {error}") from error
    return lines


class Alone(SystemFacts):
    """The `jes.commands.machine.Machine` of a system that does not run: nothing is active, and what
    only a running system can do is refused."""

    def set_outclass(self, sysout_class: SysoutClass, out_class: OutClass) -> None:
        """It would be forgotten with the command."""
        raise _needed(f"$T OUTCLASS({sysout_class})")

    def initiators(self) -> Sequence[InitiatorView]:
        """None."""
        return ()

    def start_initiator(self, number: int) -> None:
        """There is none."""
        raise _needed("$S I")

    def drain_initiator(self, number: int) -> None:
        """There is none."""
        raise _needed("$P I")

    def set_initiator(self, number: int, classes: str) -> None:
        """There is none."""
        raise _needed("$T I")

    def processing(self) -> bool:
        """Nothing is selected."""
        return False

    def set_processing(self, on: bool, /) -> None:
        """Nothing can be."""
        raise _needed("$S" if on else "$P")

    def withdraw(self) -> bool:
        """There is nothing to end."""
        raise _needed("$P JES2")

    def tasks(self) -> Sequence[TaskView]:
        """None."""
        return ()

    def start_task(self, name: JobName, classes: tuple[SysoutClass, ...], options: str) -> str:
        """Only a running system can."""
        return messages.NOT_RUNNING.line(what=f"S {name}")

    def stop_task(self, name: JobName) -> str:
        """Only a running system can."""
        return messages.NOT_RUNNING.line(what=f"P {name}")

    def modify(self, name: JobName, text: str) -> Sequence[str]:
        """Only a running system can."""
        return [messages.NOT_RUNNING.line(what=f"F {name},{text}")]


def _needed(what: str) -> CommandRejected:
    return CommandRejected(messages.NOT_RUNNING, what=what)
