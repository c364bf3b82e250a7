"""Addresses of target servers: the system's resolver for TargetName, since it knows /etc/hosts too,
and DNS for TargetMx (blueprint §4)."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cssmtp.config.statements import Target as Named
from cssmtp.config.statements import TargetKind, TargetServer
from cssmtp.targetlist import Host, TargetList, mail_servers, named_targets, target_list

if TYPE_CHECKING:
    import dns.asyncresolver

LIFETIME = 15.0  # seconds for one question, over all name servers and tries
_TEMPORARY = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_MEMORY, socket.EAI_SYSTEM}


@dataclass(frozen=True, slots=True)
class NameServers:
    """Which name servers to ask, at which port; none: those of the system."""

    addresses: tuple[str, ...] = ()
    port: int = 53
    timeout: float = 3.0  # seconds for one try
    lifetime: float = LIFETIME


@dataclass(slots=True)
class Resolver:
    """Finds the target servers of a configuration. Never raises for what a name server says."""

    servers: NameServers = field(default_factory=NameServers)

    async def targets(self, servers: Sequence[TargetServer]) -> TargetList:
        """Ask for every name at once."""
        named = [one for one, _ in named_targets(servers)]
        found = await asyncio.gather(*(self._hosts(one) for one in named))
        return target_list(servers, dict(zip(named, found, strict=True)), ipv6=has_ipv6())

    async def _hosts(self, named: Named) -> list[Host]:
        match named.kind:
            case TargetKind.IP:
                return [Host(named.value, (named.value,))]
            case TargetKind.NAME:
                return [await _by_name(named.value)]
            case TargetKind.MX:
                return await self._by_mx(named.value)

    async def _by_mx(self, domain: str) -> list[Host]:
        """The mail servers of a domain, with their addresses."""
        resolver = self._dns()
        answer = await _ask(resolver, domain, "MX")
        if isinstance(answer, Host):
            return [answer]
        records = [(record.preference, record.exchange.to_text()) for record in answer]
        hosts = mail_servers(domain, records)
        if isinstance(hosts, str):
            return [Host(domain, problem=hosts)]
        return list(await asyncio.gather(*(_addressed(resolver, host) for host in hosts)))

    def _dns(self) -> "dns.asyncresolver.Resolver":
        import dns.asyncresolver
        import dns.resolver

        asked = self.servers
        try:
            resolver = dns.asyncresolver.Resolver(configure=not asked.addresses)
        except dns.resolver.NoResolverConfiguration:
            resolver = dns.asyncresolver.Resolver(configure=False)
        if asked.addresses:
            resolver.nameservers = list(asked.addresses)
        resolver.port, resolver.timeout, resolver.lifetime = (
            asked.port,
            asked.timeout,
            asked.lifetime,
        )
        return resolver


async def _by_name(name: str) -> Host:
    """As the system's resolver has it, in its order."""
    loop = asyncio.get_running_loop()
    try:
        answers = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        temporary = isinstance(error, socket.gaierror) and error.errno in _TEMPORARY
        reason = getattr(error, "strerror", None) or str(error)
        return Host(name, problem=reason, temporary=temporary)
    return Host(name, tuple(dict.fromkeys(str(address[0]) for *_, address in answers)))


async def _addressed(resolver: "dns.asyncresolver.Resolver", host: Host) -> Host:
    """A mail server with its A and AAAA records."""
    found: list[str] = []
    problems: list[Host] = []
    for kind in ("A", "AAAA"):
        answer = await _ask(resolver, host.name, kind)
        if isinstance(answer, Host):
            problems.append(answer)
        else:
            found += [record.address for record in answer]
    if found:  # what is wrong with the other kind does not matter
        return Host(host.name, tuple(found), host.preference)
    reasons = dict.fromkeys(one.problem for one in problems)
    problem = "; ".join(reasons) or "it has no address"
    temporary = any(one.temporary for one in problems)
    return Host(host.name, (), host.preference, problem, temporary)


async def _ask(
    resolver: "dns.asyncresolver.Resolver", name: str, kind: str
) -> Sequence[Any] | Host:
    """The records; none when the name exists without such, or a `Host` with what is wrong."""
    import dns.exception
    import dns.resolver

    try:
        answer = await resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return Host(name, problem="there is no such domain (NXDOMAIN)")
    except dns.resolver.YXDOMAIN as error:
        return Host(name, problem=str(error))
    except dns.exception.Timeout:
        return Host(name, problem="no answer from a name server in time", temporary=True)
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return Host(name, problem=_short(error), temporary=True)
    return list(answer.rrset or ())


def _short(error: Exception) -> str:
    """One line of what the library says."""
    import dns.resolver

    if isinstance(error, dns.resolver.NoNameservers):
        said = {str(one[4]) or type(one[3]).__name__ for one in error.kwargs.get("errors", ())}
        return f"no name server gave an answer: {', '.join(sorted(said)) or 'none is known'}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def has_ipv6() -> bool:
    """The stack has IPv6."""
    if not socket.has_ipv6:
        return False
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True
