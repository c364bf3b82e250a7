"""From the TargetServer statements to target servers: which addresses count (cssmtp-operations.md
3.1, cssmtp-config.md 4.17). Pure: what a resolver found is handed in.

A target server is an address and port. The first four count, in configuration order; those of a
TargetMx in the order of their preference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cssmtp.config.statements import MAX_TARGETS, TargetKind, TargetServer
from cssmtp.config.statements import Target as Named
from cssmtp.targets import Target, shown
from jes.messages import Message

TARGET_EXCESS = Message(
    "JML313W", "{count} TARGET SERVER ADDRESSES, THE FIRST {most} ARE USED: NOT {left_out}"
)
TARGET_DUPLICATE = Message(
    "JML314W", "TARGET SERVER {name}: {address} IS THE ADDRESS OF ANOTHER ONE, {first}"
)
TARGET_IPV6 = Message("JML315W", "TARGET SERVER {name}: {address} IS IGNORED, THERE IS NO IPV6")
RESOLVE_FAILED = Message("JML316W", "TARGET SERVER {name} HAS NO ADDRESS: {reason}")


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its addresses, and why there is none. `temporary`: ask again later."""

    name: str
    addresses: tuple[str, ...] = ()
    preference: int = 0
    problem: str = ""
    temporary: bool = False


Answers = Mapping[Named, Sequence[Host]]  # a TargetMx may have several hosts


@dataclass(frozen=True, slots=True)
class TargetList:
    """The target servers, what is to be said of them, and the names that are to be asked for again
    because nobody could say."""

    targets: tuple[Target, ...] = ()
    remarks: tuple[str, ...] = ()
    unresolved: tuple[Named, ...] = field(default=())


def target_list(servers: Sequence[TargetServer], answers: Answers, *, ipv6: bool) -> TargetList:
    """The target servers of a configuration. `ipv6`: the stack has it."""
    building = _Building(ipv6)
    unresolved: list[Named] = []
    for named, server in named_targets(servers):
        hosts = sorted(answers.get(named, ()), key=lambda host: host.preference)
        for host in hosts:
            building.add(named, server, host)
        if any(host.temporary for host in hosts):
            unresolved.append(named)
    return TargetList(building.first_ones(), tuple(building.remarks), tuple(unresolved))


class _Building:
    """A list as it grows."""

    def __init__(self, ipv6: bool) -> None:
        self.remarks: list[str] = []
        self._ipv6 = ipv6
        self._found: dict[tuple[str, int], Target] = {}

    def add(self, named: Named, server: TargetServer, host: Host) -> None:
        """The addresses of a host."""
        port = server.connect_port
        whom = "" if named.kind is TargetKind.IP else host.name
        for address in host.addresses:
            place = shown(address, port)
            first = self._found.get((address, port))
            if first is not None:
                names = {"name": host.name, "address": place, "first": first.name}
                self.remarks.append(TARGET_DUPLICATE.line(**names))
            elif ":" in address and not self._ipv6:
                self.remarks.append(TARGET_IPV6.line(name=host.name, address=address))
            else:
                self._found[address, port] = Target(
                    address,
                    port,
                    place,
                    server,
                    named.value,
                    preference=host.preference,
                    host=whom or address,
                )
        if host.problem:
            self.remarks.append(RESOLVE_FAILED.line(name=host.name, reason=host.problem))

    def first_ones(self) -> tuple[Target, ...]:
        """Those that count."""
        targets = tuple(self._found.values())
        rest = ", ".join(target.shown for target in targets[MAX_TARGETS:])
        if rest:
            self.remarks.append(
                TARGET_EXCESS.line(count=len(targets), most=MAX_TARGETS, left_out=rest)
            )
        return targets[:MAX_TARGETS]


def named_targets(servers: Sequence[TargetServer]) -> list[tuple[Named, TargetServer]]:
    """Name and block of each target, the first four in file order."""
    named = [(one, server) for server in servers for one in server.targets]
    return named[:MAX_TARGETS]


def mail_servers(domain: str, found: Sequence[tuple[int, str]]) -> list[Host] | str:
    """The hosts that MX records name, by preference; what is wrong with them if there are none.

    Without a record the domain is its own mail server (RFC 5321 5.1). A record that names the root
    says that the domain takes no mail (RFC 7505).
    """
    if not found:
        return [Host(domain)]
    best: dict[str, int] = {}
    for preference, name in found:
        best[name.rstrip(".")] = min(preference, best.get(name.rstrip("."), preference))
    best.pop("", None)
    if not best:
        return "it takes no mail (null MX)"
    ordered = sorted(best, key=lambda name: best[name])  # equal ones as the answer has them
    return [Host(name, preference=best[name]) for name in ordered]
