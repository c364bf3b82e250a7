"""A running system for operator commands, without a system: it notes what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from jes.commands.machine import InitiatorStatus, InitiatorView, TaskView
from jes.names import JobId, JobName, SysoutClass
from jes.sysout import OutClass, Route, default_outclasses
from tests.jes.store_builders import here

NOON = datetime(2024, 2, 3, 12, 0, 0, tzinfo=UTC)


def an_initiator(number: int, jobid: JobId | None = None) -> InitiatorView:
    return InitiatorView(
        number=number,
        name=str(number),
        status=InitiatorStatus.INACTIVE if jobid is None else InitiatorStatus.ACTIVE,
        classes="AB",
        jobid=jobid,
        jobname=None if jobid is None else JobName("RUNS"),
    )


@dataclass
class FakeMachine:
    """`jes.commands.machine.Machine`."""

    sysname: str = "SYS1"
    node: str = "N1"
    dormant: bool = True
    on: bool = True
    classes: dict[SysoutClass, OutClass] = field(default_factory=default_outclasses)
    inits: dict[int, InitiatorView] = field(
        default_factory=lambda: {n: an_initiator(n) for n in (1, 2, 3)}
    )

    def now(self) -> datetime:
        return NOON

    def route(self, dest: str) -> Route:
        return here(dest)

    def outclasses(self) -> Mapping[SysoutClass, OutClass]:
        return self.classes

    def set_outclass(self, sysout_class: SysoutClass, out_class: OutClass) -> None:
        self.classes[sysout_class] = out_class

    def initiators(self) -> Sequence[InitiatorView]:
        return list(self.inits.values())

    def start_initiator(self, number: int) -> None:
        self.inits[number] = replace(self.inits[number], status=InitiatorStatus.INACTIVE)

    def drain_initiator(self, number: int) -> None:
        busy = self.inits[number].jobid is not None
        status = InitiatorStatus.DRAINING if busy else InitiatorStatus.DRAINED
        self.inits[number] = replace(self.inits[number], status=status)

    def set_initiator(self, number: int, classes: str) -> None:
        self.inits[number] = replace(self.inits[number], classes=classes)

    def processing(self) -> bool:
        return self.on

    def set_processing(self, on: bool) -> None:
        self.on = on

    def withdraw(self) -> bool:
        return self.dormant

    def tasks(self) -> Sequence[TaskView]:
        return [
            TaskView(
                name=JobName("CSSMTP"), jobid=JobId("STC99999"), status="ACTIVE", since="12:00:00"
            )
        ]

    def start_task(self, name: JobName, classes: tuple[SysoutClass, ...], options: str) -> str:
        return f"{name} STARTED{' WITH ' if classes or options else ''}{''.join(classes)}{options}"

    def stop_task(self, name: JobName) -> str:
        return f"{name} STOPS\n{name} ENDED"

    def modify(self, name: JobName, text: str) -> Sequence[str]:
        return [f"{name} WAS TOLD {text}"]
