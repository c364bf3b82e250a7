"""How a CSSMTP of a system that stays up begins: its configuration is read at every start."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from cssmtp import messages as cssmtp_messages
from cssmtp.config.findings import TEST_MODE
from cssmtp.config.parser import Parsed
from cssmtp.config.statements import Config
from cssmtp.operation import Operation
from cssmtp.targetlist import TargetList
from cssmtp.targets import Target
from emulator import targets
from emulator.operated import Operated
from emulator.wiring import Instance, Wiring, checked_config, parsed_config
from jes import messages
from jes.started import StartedJob


class Task(Protocol):
    """What a started task runs."""

    async def run_until_idle(self) -> None:
        """Work off what can be selected, but begin nothing new once it is told to stop."""

    def stop(self) -> None:
        """Begin nothing new, and wait for nothing that may not come."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A task that can run, its job on the spool, what the console says of its start, and what
    takes its MODIFY commands; `writer` is its ExtWrtName."""

    task: Task
    job: StartedJob
    line: str
    operated: Operated | None = None
    writer: str | None = None


async def opened(
    wiring: Wiring,
    one: Instance,
    servers: Sequence[Target],
    stack: AsyncExitStack,
    operation: Operation,
) -> Opened:
    """A CSSMTP with its configuration as the file has it now. `servers` are its sandbox's.

    Raises `UsageFault`, `Unreachable`, `CommandRejected`.
    """
    listeners = [(target.address, target.port) for target in servers]

    def read() -> Parsed:
        assert one.path is not None
        return parsed_config(one.path, one.jobname)

    async def locate(config: Config) -> TargetList:
        if wiring.deliver:
            return await wiring.resolver.targets(config.target_servers)
        return targets.in_old_sandbox(config, listeners)

    async def again(found: TargetList) -> None:
        await targets.look_again(wired.task, found, wiring.resolver, wiring.tell)

    one = _configured(one, operation)
    if not wiring.deliver:
        located = targets.in_old_sandbox(one.config, listeners)
        servers = located.targets
        for remark in located.remarks:
            operation.tell(remark)
    wired = await wiring.open(one, servers, stack, operation)
    bell = wiring.bell
    operated = Operated(
        task=wired.task,
        path=one.path,
        read=read,
        locate=locate,
        woken=bell.ring_here if bell is not None else lambda: None,
        again=again,
        since=wiring.system.clock(),
    )
    operated.attend(stack)
    operated.ask_again(wired.found)
    writer = one.config.ext_wrt_name
    line = messages.TASK_STARTED.line(name=one.jobname, writer=writer)
    return Opened(wired.task, wired.job, line, operated, writer)


def _configured(one: Instance, operation: Operation) -> Instance:
    """With the configuration that its file has now. Raises `UsageFault`."""
    if one.path is None:
        return one
    config = checked_config(one.path, one.jobname)
    if any(f.id == TEST_MODE.id for f in parsed_config(one.path, one.jobname).findings):
        operation.tell(cssmtp_messages.TEST_MODE.line(job=one.jobname))
    return replace(one, config=config)
