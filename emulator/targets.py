"""Target servers of a configuration: the sandbox in their place, or themselves with `--deliver`."""

import socket
from collections.abc import Sequence

from cssmtp.config.statements import Config, TargetKind, TargetServer
from cssmtp.config.statements import Target as Named
from cssmtp.targets import Target, shown
from emulator.exits import Unreachable, UsageFault

SANDBOX_PORT = 2525
MAX_TARGETS = 4  # cssmtp-operations.md 3.1
NO_MX = "TargetMx is not built yet: name the mail servers by TargetIp or TargetName to deliver"


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
    named = [(one, server) for server in config.target_servers for one in server.targets]
    return named[:MAX_TARGETS]


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
        )
        for (named, server), (host, port) in zip(configured(config), addresses, strict=True)
    ]


def real(config: Config) -> list[Target]:
    """The configured targets; a name may give several addresses. Asks the system's resolver.

    Raises `UsageFault` for TargetMx, `Unreachable` when no address is left.
    """
    found: list[Target] = []
    failed: list[str] = []
    for named, server in configured(config):
        if named.kind is TargetKind.MX:
            raise UsageFault(NO_MX)
        try:
            answers = socket.getaddrinfo(named.value, server.connect_port, type=socket.SOCK_STREAM)
        except OSError as error:
            failed.append(f"{named.value}: {error.strerror or error}")
            continue
        for *_, address in answers:
            target = Target(
                str(address[0]),
                server.connect_port,
                shown(str(address[0]), server.connect_port),
                server,
                named.value,
            )
            if target not in found:
                found.append(target)
    if not found:
        raise Unreachable(f"no target server has an address: {'; '.join(failed)}")
    return found[:MAX_TARGETS]
