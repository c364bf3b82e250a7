"""Where SMTPD brings mail for a recipient: a local user, an NJE user, a mailer, or a server.

Names are not looked up here: a route that needs name servers says what has to be asked, and where
the mail goes when that has no answer (smtpd-migration.md 1, 2, 8).
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from cssmtp.smtpd.facts import Site, Unsure, unsure
from cssmtp.smtpd.statements import Format


class Via(StrEnum):
    """The way mail takes."""

    LOCAL = "local"
    NJE = "nje"
    MAILER = "mailer"
    RELAY = "relay"  # IPMAILERADDRESS or IPMAILERNAME
    MX = "mx"  # name servers: MX, then A
    ADDRESS = "address"  # an address literal
    SITE_TABLE = "site-table"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be asked before the mail can go: `kind` is `mx`, `address` or `site-table`."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way to one recipient. `to` is a user, `USER@NODE`, or a host; `instead` is the relay
    that takes the mail when the need has no answer. `spool` is how it lies on the spool, `path` the
    forward-path that leaves over TCP."""

    via: Via
    to: str
    port: int = 25
    need: Need | None = None
    instead: str | None = None
    spool: tuple[Format, str] | None = None
    path: str = ""
    reply: str = ""
    unsure: tuple[Unsure, ...] = ()

    @property
    def tcp(self) -> bool:
        """Whether the mail leaves over TCP/IP, and so with a rewritten header."""
        return self.via in _TCP


_TCP = frozenset({Via.RELAY, Via.MX, Via.ADDRESS, Via.SITE_TABLE})
_SOURCE = re.compile(r'@([^,:"]+)(?:,([^:"]*))?:(.*)', re.DOTALL)
_LITERAL = re.compile(r"\[\s*(\d{1,3}(?:\.\d{1,3}){3})\s*\]")
_DEPTH = 50  # hosts of a source route


def route(path: str, site: Site, record: int = 0) -> Route:
    """The way of mail to `path`, a forward-path without brackets; never fails."""
    found = _route(path, site, record, _DEPTH)
    return replace(found, unsure=tuple(dict.fromkeys(found.unsure)))


def _route(path: str, site: Site, record: int, depth: int) -> Route:
    source = _SOURCE.match(path)
    if source is not None:
        return _source_route(source, site, record, depth)
    local, at, host = path.rpartition("@")
    if not at:
        return _user(path, site, record)
    if host.upper() == site.own_node or site.is_own(host):
        return _own(local, site, record, depth)
    node_name = site.node_of(host)
    if node_name is None:
        return replace(_over_tcp(host, site, record), path=path)
    if node_name == site.own_node:
        return _user(local, site, record)
    return _nje(local, node_name, host, site, record)


def _own(local: str, site: Site, record: int, depth: int) -> Route:
    """A user of this system, or `user%node` for whom it is the gateway."""
    inner, percent, node = local.rpartition("%")
    if not percent or local.startswith('"'):
        return _user(local, site, record)
    if not depth:
        return Route(via=Via.NOWHERE, to=local, reply="550 Too many hosts")
    return _route(f"{inner}@{node}", site, record, depth - 1)


def _marked(found: Route, *topics: str, record: int) -> Route:
    marks = tuple(unsure(topic, record) for topic in topics)
    return replace(found, unsure=(*found.unsure, *marks))


def _source_route(source: re.Match[str], site: Site, record: int, depth: int) -> Route:
    """`@a,@b:user@c`: to `a`, or further when `a` is this system (RCP-03)."""
    mailer = site.config.mailer
    if mailer is not None and mailer.source_routes:
        return _mailer(site, record)
    host, others, path = source[1].strip(), source[2], source[3]
    if site.is_own(host) and depth:
        onward = f"{others}:{path}" if others else path
        found = _route(onward, site, record, depth - 1)
    elif (node := site.node_of(host)) is not None:
        found = _nje(f"{source[0]}", node, host, site, record)
    else:
        found = replace(_over_tcp(host, site, record), path=source[0])
    return _marked(found, "source-route", record=record)


def _mailer(site: Site, record: int) -> Route:
    mailer = site.config.mailer
    assert mailer is not None
    found = Route(via=Via.MAILER, to=mailer.user, spool=(mailer.format, site.config.local_class))
    return _marked(found, "mailer", record=record)


def _user(name: str, site: Site, record: int) -> Route:
    """A user of this system (RCP-01), or who is postmaster."""
    config = site.config
    itself = "postmaster" in config.postmaster.partition("@")[0].lower()
    if name.lower() == "postmaster" and not itself:
        if "@" in config.postmaster:
            return _marked(_route(config.postmaster, site, record, 1), "postmaster", record=record)
        return _marked(_user(config.postmaster, site, record), "postmaster", record=record)
    if config.mailer is not None and config.mailer.local:
        return _mailer(site, record)
    user = name.upper()
    return Route(via=Via.LOCAL, to=user, spool=(config.local_format, config.local_class))


def _nje(user: str, node: str, host: str, site: Site, record: int) -> Route:
    """A user of another node (RCP-02)."""
    config = site.config
    if config.mailer is not None and config.mailer.rscs:
        return _mailer(site, record)
    found = Route(
        via=Via.NJE, to=f"{user.upper()}@{node}", spool=(config.nje_format, config.nje_class)
    )
    if site.nodes is None and "." not in host:
        found = _marked(found, "nodes", record=record)
    return found if config.gateway else _marked(found, "gateway", record=record)


def _over_tcp(host: str, site: Site, record: int) -> Route:
    """A host elsewhere: all to IPMAILER without name servers, else by MX (T8, T16, T18)."""
    config = site.config
    literal = _LITERAL.fullmatch(host)
    relay, topics = _relay(site)
    by_all = config.ip_mailer_name is not None and config.ip_mailer_name.all
    if relay is not None and (not config.resolver_usage or by_all):
        more = ("ipmailer-all",) if config.resolver_usage else ()
        need = None if relay == config.ip_mailer_address else Need("address", relay)
        found = Route(via=Via.RELAY, to=relay, port=config.remote_port, need=need)
        return _marked(found, *topics, *more, record=record)
    if literal is not None:
        return Route(via=Via.ADDRESS, to=literal[1], port=config.remote_port)
    if config.mailer is not None and config.mailer.unknown and not config.resolver_usage:
        return _mailer(site, record)
    instead = relay
    if config.mailer is not None and config.mailer.unknown and relay is None:
        instead, topics = config.mailer.user, (*topics, "mailer")
    kind, via = ("mx", Via.MX) if config.resolver_usage else ("site-table", Via.SITE_TABLE)
    if via is Via.SITE_TABLE:
        topics = (*topics, "site-tables")
    found = Route(
        via=via, to=host, port=config.remote_port, need=Need(kind, host.lower()), instead=instead
    )
    return _marked(found, *topics, record=record)


def _relay(site: Site) -> tuple[str | None, tuple[str, ...]]:
    """The server of IPMAILERADDRESS or IPMAILERNAME, and what is unsure about it."""
    config = site.config
    both = config.ip_mailer_address is not None and config.ip_mailer_name is not None
    topics = ("two-ipmailers",) if both else ()
    if config.ip_mailer_address is not None:
        return config.ip_mailer_address, topics
    return (config.ip_mailer_name.host if config.ip_mailer_name else None), topics
