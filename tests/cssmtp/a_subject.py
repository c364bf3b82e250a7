"""A running CSSMTP for MODIFY, without one: fixed facts, and it notes what it is told."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cssmtp.config.statements import Config, Target, TargetKind, TargetServer, UserExit
from cssmtp.operation import Operation
from cssmtp.operator.desk import Exits, Retry
from cssmtp.operator.displays import Facts
from cssmtp.smtp.extensions import Capabilities
from cssmtp.statistics import Counters, Snapshot, SpoolTaskFacts, TargetFacts, TaskState, TaskType
from cssmtp.targets import Target as Server
from cssmtp.targetstates import TargetState
from jes.names import WriterName
from tests.cssmtp.fake_spool import a_spool_file

FIRST = TargetServer(targets=(Target(TargetKind.IP, "192.0.2.25"),))
SECOND = TargetServer(
    targets=(Target(TargetKind.NAME, "mail.example.com"),), secure=True, charset="UTF-8"
)
CONFIG = Config(
    ext_wrt_name=WriterName("CSSMTP"),
    target_servers=(FIRST, SECOND),
    mail_administrators=("a@example.com", "b@example.com"),
)
ONE = Server("192.0.2.25", 25, "192.0.2.25:25", FIRST, "192.0.2.25")
TWO = Server("2001:db8::25", 25, "[2001:db8::25]:25", SECOND, "mail.example.com", preference=10)


def _target(server: Server, state: TargetState, **more: object) -> TargetFacts:
    return TargetFacts(
        target=server,
        state=state,
        limit=5,
        **{**_NOTHING, **more},  # type: ignore[arg-type]
    )


_NOTHING = {
    "failure": "", "connections": 0, "waiting": 0, "sent": 0, "temporary": 0, "refused": 0,
    "last_reply": None,
}  # fmt: skip
SNAPSHOT = Snapshot(
    targets=(
        _target(
            ONE,
            TargetState.ACTIVE,
            connections=3,
            sent=1480,
            temporary=6,
            refused=3,
            last_reply="250 2.0.0 OK, queued as 1234567890 by a server that has much to say",
            capabilities=Capabilities(True, True, True, True, 52_428_800),
        ),
        _target(TWO, TargetState.UNREACHABLE, failure="Connection refused"),
    ),
    tasks=(
        SpoolTaskFacts(
            tkid=1, type=TaskType.WRITER, state=TaskState.ACTIVE, file=a_spool_file(), records=500,
            bytes=40_000, read=120, sent=100, pending=17, delivered=103, undeliverable=2, errors=1,
        ),
        SpoolTaskFacts(tkid=2, state=TaskState.IDLE),
    ),
    counters=Counters(delivered=1500, undeliverable=3),
    waiting=16,
    sending=4,
)  # fmt: skip


@dataclass
class TheRetry:
    """Only spool task 1 has a file."""

    def flush_long_retry(self, tkid: int) -> int | None:
        return 4 if tkid == 1 else None

    def flush_extended_retry(self, age_days: int) -> int:
        return 12 - age_days


@dataclass
class TheExits:
    levels: list[UserExit] = field(default_factory=list)

    def set_exit_level(self, level: UserExit) -> None:
        self.levels.append(level)


@dataclass
class ASubject:
    """`cssmtp.operator.desk.Subject`."""

    retry: Retry = field(default_factory=TheRetry)
    exits: Exits | None = None
    operation: Operation = field(default_factory=Operation)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.operation.begun(CONFIG)

    def facts(self) -> Facts:
        return Facts(
            job="CSSMTP",
            node="N1",
            sysname="SYS1",
            config=CONFIG,
            snapshot=replace(SNAPSHOT, suspended=self.operation.mode),
            targets=(ONE, TWO),
            log_level=self.operation.log_level,
            exit_level=self.operation.exit_level,
            since=datetime(2024, 1, 31, 6, 10, tzinfo=UTC),
            config_file="/etc/cssmtp.conf",
        )

    def woken(self) -> None:
        self.told.append("woken")

    async def refresh(self) -> list[str]:
        self.told.append("refresh")
        return ["REFRESHED"]

    async def refresh_addresses(self) -> list[str]:
        self.told.append("addresses")
        return ["LOOKED UP"]

    def refresh_targets(self) -> int:
        self.told.append("targets")
        return 2
