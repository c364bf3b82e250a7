"""What operator commands learn of a system, whether it runs or not."""

from collections.abc import Mapping
from datetime import datetime

from emulator.system import System
from jes.names import SysoutClass
from jes.sysout import OutClass, Route


class SystemFacts:
    """The part of `jes.commands.machine.Machine` that a system's settings answer."""

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
        """What a class means from now on."""
        self._system.set_outclass(sysout_class, out_class)
