"""What operator commands need of a running system that is not on the spool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from jes.names import JobId, JobName, SysoutClass
from jes.sysout import OutClass, Route


class InitiatorStatus(StrEnum):
    """INACTIVE waits for a job, ACTIVE runs one, DRAINING stops behind it, DRAINED takes none."""

    INACTIVE = "INACTIVE"
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    DRAINED = "DRAINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatorView:
    """An initiator: the job classes that it takes, in their order, and the job that it runs."""

    number: int
    name: str
    status: InitiatorStatus
    classes: str
    jobid: JobId | None
    jobname: JobName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A started task; `since` is when it was started."""

    name: JobName
    jobid: JobId | None
    status: str
    since: str


class Machine(Protocol):
    """A running system. Called on the store's thread; no method may wait for anything."""

    @property
    def sysname(self) -> str:
        """The name of this member."""

    @property
    def node(self) -> str:
        """The name of its NJE node."""

    def now(self) -> datetime:
        """The time of day."""

    def route(self, dest: str) -> Route:
        """Where a destination is (`Jes.route`)."""

    def outclasses(self) -> Mapping[SysoutClass, OutClass]:
        """The SYSOUT classes."""

    def set_outclass(self, sysout_class: SysoutClass, out_class: OutClass) -> None:
        """What a class means to data sets that are allocated from now on."""

    def initiators(self) -> Sequence[InitiatorView]:
        """All of them, by number."""

    def start_initiator(self, number: int) -> None:
        """Take jobs."""

    def drain_initiator(self, number: int) -> None:
        """Take no more jobs; the one that runs goes on."""

    def set_initiator(self, number: int, classes: str) -> None:
        """Take jobs of these classes."""

    def processing(self) -> bool:
        """Whether work is selected at all."""

    def set_processing(self, on: bool) -> None:
        """$S, $P."""

    def withdraw(self) -> bool:
        """End JES2 ($P JES2). False: it is not dormant, and goes on."""

    def tasks(self) -> Sequence[TaskView]:
        """The started tasks."""

    def start_task(self, name: JobName, classes: tuple[SysoutClass, ...], options: str) -> str:
        """Start a task, a writer perhaps with other classes, another one with options; the lines of
        the answer."""

    def stop_task(self, name: JobName) -> str:
        """Stop a task; the lines of the answer."""

    def modify(self, name: JobName, text: str) -> Sequence[str]:
        """Pass a command on to a task; the lines of its answer."""
