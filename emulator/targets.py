"""Target servers of a configuration: the sandbox in their place, or themselves with `--deliver`."""

import asyncio
from collections.abc import Callable, Sequence

from cssmtp.config.statements import Config, TargetKind, TargetServer
from cssmtp.config.statements import Target as Named
from cssmtp.messages import SANDBOX_FULL
from cssmtp.targetlist import TargetList, named_targets
from cssmtp.targets import Target, shown
from cssmtp.task import Cssmtp
from emulator.exits import Unreachable
from emulator.resolver import Resolver

SANDBOX_PORT = 2525
NO_ADDRESS = "no target server has an address: {reasons}"


def default_servers() -> tuple[TargetServer, ...]:
    """Without a configuration: the sandbox."""
    return (
        TargetServer(
            targets=(Named(TargetKind.IP, "127.0.0.1"),),
            connect_port=SANDBOX_PORT,
            message_size=2**31 - 1,
        ),
    )


def configured(config: Config) -> list[tuple[Named, TargetServer]]:
    """Name and block of each target, the first four in file order."""
    return named_targets(config.target_servers)


def in_sandbox(
    config: Config, addresses: Sequence[tuple[str, int]], *, as_configured: bool
) -> list[Target]:
    """Each target's listener in its place; reports may name what the configuration says."""
    return [
        Target(
            host,
            port,
            shown(named.value, server.connect_port) if as_configured else shown(host, port),
            server,
            named.value,
            host=host,
        )
        for (named, server), (host, port) in zip(configured(config), addresses, strict=True)
    ]


def in_old_sandbox(config: Config, addresses: Sequence[tuple[str, int]]) -> TargetList:
    """The targets of a configuration that came later than the sandbox: its listeners in their
    order. A target beyond them is left out, and said to be."""
    named = configured(config)
    fitting = tuple(
        Target(host, port, shown(host, port), server, one.value, host=host)
        for (one, server), (host, port) in zip(named, addresses, strict=False)
    )
    remarks = tuple(SANDBOX_FULL.line(name=one.value) for one, _ in named[len(addresses) :])
    return TargetList(fitting, remarks)


async def real(config: Config, resolver: Resolver, tell: Callable[[str], None]) -> TargetList:
    """The configured targets with their addresses. Raises `Unreachable` when there is none and
    asking again would not help."""
    found = await resolver.targets(config.target_servers)
    if not found.targets and not found.unresolved:
        raise Unreachable(NO_ADDRESS.format(reasons="; ".join(found.remarks)))
    for remark in found.remarks:
        tell(remark)
    return found


async def look_again(
    task: Cssmtp, found: TargetList, resolver: Resolver, tell: Callable[[str], None]
) -> None:
    """Ask for the names that nobody could resolve, every ConnectRetry seconds until it is done."""
    while found.unresolved:
        await asyncio.sleep(task.config.timeout.connect_retry)
        before, found = found, await resolver.targets(task.config.target_servers)
        for remark in found.remarks:
            if remark not in before.remarks:
                tell(remark)
        if found.targets:
            task.use(found.targets)
