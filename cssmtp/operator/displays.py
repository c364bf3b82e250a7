"""What the displays of MODIFY show, as values (cssmtp-operations.md 2.2, 2.3). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cssmtp.config import describe
from cssmtp.config.parser import Parsed
from cssmtp.config.statements import Config, TargetKind, UserExit
from cssmtp.statistics import Snapshot, SpoolTaskFacts, TargetFacts, TaskState
from cssmtp.targets import Target
from cssmtp.targetstates import TargetState

LEVELS = ("ERROR", "WARNING", "EVENT", "INFORMATION", "JES", "NETWORK", "DEBUG", "TRACE")
MOMENT = "%Y/%m/%d %H:%M:%S"
_TYPES = {TargetKind.IP: "IP", TargetKind.NAME: "NAME", TargetKind.MX: "MX"}
_UNUSABLE = {
    TargetState.RESOLVING,
    TargetState.UNREACHABLE,
    TargetState.UNRESPONSIVE,
    TargetState.NOT_CAPABLE,
    TargetState.REMOVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A running CSSMTP. `since` is when it was started, `stack` what `-p` said."""

    job: str
    node: str
    sysname: str
    config: Config
    snapshot: Snapshot
    targets: Sequence[Target]
    log_level: int
    exit_level: UserExit
    since: datetime | None = None
    config_file: str | None = None
    checkpoint: str | None = None
    stack: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A statement of the configuration: a value, or parameters with theirs."""

    name: str
    value: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the list of target servers. `kind` IP, NAME or MX."""

    address: str
    port: int
    preference: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """D,TARGETS GLOBAL INFORMATION and EXTENDED RETRY. `mails` wait or are on their way, `sent` and
    `failed` count recipients."""

    targets: int
    usable: int
    connections: int
    mails: int
    retry: int
    sent: int
    failed: int
    extended: int


def config(facts: Facts) -> list[Group]:
    """D,CONFIG: statements by name with the values in force, then what is none."""
    named: dict[str, list[tuple[str | None, str]]] = {}
    order: list[tuple[str, str]] = []
    for one in describe.settings(Parsed(facts.config, (), {})):
        several = one.statement == "TargetServer" and one.block
        name = f"{one.statement} {one.block}" if several else one.statement
        if name not in named:
            order.append((one.statement.upper(), name))
        named.setdefault(name, []).append((one.parameter, one.value))
    found = [group for _, name in order for group in _groups(name.upper(), named[name])]
    found = [one for one in found if one.name not in ("LOGLEVEL", "USEREXIT")]
    found += [
        Group("CHKPOINT", facts.checkpoint or "NONE"),
        Group("CONFIG FILE", facts.config_file or "NONE"),
        Group("LOGLEVEL", str(facts.log_level)),
        Group("TCPIP AFFINITY", facts.stack or "NONE"),
        Group("USEREXIT", facts.exit_level.value),
    ]
    found.sort(key=lambda group: group.name)
    suspended = facts.snapshot.suspended is not None
    return [
        *found,
        Group("START TIME", facts.since.strftime(MOMENT) if facts.since else "-"),
        Group("STATE", "SUSPENDED" if suspended else "ACTIVE"),
    ]


def _groups(name: str, values: list[tuple[str | None, str]]) -> list[Group]:
    plain = [Group(name, value) for parameter, value in values if parameter is None]
    inside = tuple((parameter.upper(), value) for parameter, value in values if parameter)
    return [*plain, *([Group(name, None, inside)] if inside else [])]


def addresses(facts: Facts) -> list[Address]:
    """D,IPLIST, in the order in which they are used."""
    kinds = {
        target.value: _TYPES[target.kind]
        for server in facts.config.target_servers
        for target in server.targets
    }
    ordered = sorted(facts.targets, key=lambda target: target.preference)
    return [
        Address(
            one.address,
            one.port,
            one.preference,
            kinds.get(one.name, "IP"),
            one.name or one.address,
        )
        for one in ordered
    ]


def levels(level: int) -> list[str]:
    """The names of a log level's bits."""
    return [name for bit, name in enumerate(LEVELS) if level >> bit & 1]


def tasks(facts: Facts, *, busy: bool = False) -> list[SpoolTaskFacts]:
    """D,SPOOLSTATUS: all spool tasks, or those that are not idle."""
    return [one for one in facts.snapshot.tasks if not busy or one.state is not TaskState.IDLE]


def task_values(one: SpoolTaskFacts, facts: Facts) -> Mapping[str, object]:
    """A spool task by the names that layouts have."""
    values = {name: getattr(one, name) for name in _OF_TASK}
    values |= {"type": one.type or "", "retry": one.long_retry}
    file = one.file
    if file is None:
        return values | dict.fromkeys(_OF_FILE, "") | {"node": "", "sysname": ""}
    return (
        values
        | {name: str(getattr(file, name)) for name in _OF_FILE}
        | {"node": facts.node, "sysname": facts.sysname}
    )


_OF_TASK = (
    "tkid", "state", "records", "bytes", "read", "sent", "pending", "undeliverable", "errors",
)  # fmt: skip
_OF_FILE = ("jobname", "jobid", "owner", "ddname", "dsid", "sysout_class")


def targets(facts: Facts, address: str = "") -> list[TargetFacts]:
    """D,TARGETS: all, or those with an address."""
    found = facts.snapshot.targets
    return [one for one in found if not address or one.target.address == address]


def totals(facts: Facts) -> Totals:
    """Over all target servers."""
    snapshot = facts.snapshot
    return Totals(
        targets=len(snapshot.targets),
        usable=sum(one.state not in _UNUSABLE for one in snapshot.targets),
        connections=sum(one.connections for one in snapshot.targets),
        mails=snapshot.waiting + snapshot.sending,
        retry=snapshot.long_retry,
        sent=snapshot.counters.delivered,
        failed=snapshot.counters.undeliverable,
        extended=snapshot.extended_retry,
    )


def target_values(one: TargetFacts) -> Mapping[str, object]:
    """A target server by the names that layouts have."""
    can, server = one.capabilities, one.target.server
    words = []
    if can is not None and can.esmtp:
        words = [f"SIZE={can.size}"] if can.size else ["SIZE"] if can.size == 0 else []
        offers = {"STARTTLS": can.starttls, "8BITMIME": can.eight_bit, "PIPELINING": can.pipelining}
        words += [word for word, offered in offers.items() if offered]
    return {
        "address": one.target.shown,
        "name": one.target.name or one.target.shown,
        "state": one.state.value,
        "preference": one.target.preference,
        "secure": "YES" if server.secure else "NO",
        "connections": one.connections,
        "limit": one.limit,
        "charset": server.mb_charset or server.charset,
        "type": "" if can is None else "ESMTP" if can.esmtp else "SMTP",
        "capabilities": " ".join(words) or "-",
        "sent": one.sent,
        "temporary": one.temporary,
        "refused": one.refused,
        "last_reply": one.last_reply or "-",
        "failure": one.failure or "-",
    }
