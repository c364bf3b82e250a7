"""Target servers: an address and port each, with the attributes of their TargetServer block, and
the routes to them: how many connections there are, and whether more make sense. No I/O."""

from dataclasses import dataclass, field
from enum import StrEnum

from cssmtp.config.statements import TargetServer
from cssmtp.mail import Mail, Recipient, Status
from cssmtp.smtp.transaction import Transaction
from cssmtp.transcode import Wire


@dataclass(frozen=True, slots=True)
class Target:
    """A next hop. `shown` is how reports name it; `address` and `port` are where it listens; `name`
    is what the configuration says."""

    address: str
    port: int
    shown: str
    server: TargetServer
    name: str = field(default="", compare=False)


class TargetState(StrEnum):
    """Where a target is: the house names of cssmtp-operations.md 3.4, and one for a target that no
    mail was for yet, since there are no monitoring connections."""

    NOT_TRIED = "NOT TRIED"
    CONNECTING = "CONNECTING"
    ACTIVE = "ACTIVE"  # it greeted us the last time
    UNREACHABLE = "UNREACHABLE"  # the connection failed, or the greeting was refused
    UNRESPONSIVE = "UNRESPONSIVE"  # a timer expired
    NOT_CAPABLE = "NOT CAPABLE"  # it needs TLS, which is not built


@dataclass(slots=True)
class TargetCounts:
    """What is known of a target as long as its CSSMTP runs. `sent` counts mails that it took,
    `temporary` and `refused` recipients; `last` has the reply that came last."""

    state: TargetState = TargetState.NOT_TRIED
    failure: str = ""
    sent: int = 0
    temporary: int = 0
    refused: int = 0
    last: Recipient | None = None

    def answered(self, transaction: Transaction, *, taken: bool) -> None:
        """The target settled a mail."""
        recipients = transaction.recipients
        self.last = recipients[-1]
        if taken:
            self.sent += 1
            if len(transaction.accepted) == len(recipients):
                return
        for recipient in recipients:
            self.temporary += recipient.status is Status.RETRY
            self.refused += recipient.status is Status.UNDELIVERABLE

    def failed(self, reason: str, *, expired: bool) -> None:
        """A connection could not be used, or was lost to a timer."""
        self.failure = reason
        self.state = TargetState.UNRESPONSIVE if expired else TargetState.UNREACHABLE


def shown(address: str, port: int) -> str:
    """`192.0.2.25:25`, or `[2001:db8::25]:25`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@dataclass(slots=True, eq=False)
class Route:
    """A target with the count of its connections.

    A target is tried once: when a connection fails and no other one to it is greeted, it is down
    (`failure`), until one that was on its way is greeted after all. A connection that fails beside
    greeted ones says that the target takes no more than those.
    """

    target: Target
    wire: Wire
    counts: TargetCounts = field(default_factory=TargetCounts)
    opened: int = 0  # connections, and those being made
    greeted: int = 0  # of them
    limit: int = 0  # how many the target takes at once, as far as we know
    failure: str | None = None

    def __post_init__(self) -> None:
        """ConnectLimit, until the target takes less."""
        self.limit = self.target.server.connect_limit

    @property
    def usable(self) -> bool:
        """Another connection may be made."""
        return self.opened < self.limit and self.failure is None

    @property
    def gone(self) -> bool:
        """No mail can go here any more."""
        return self.failure is not None and not self.opened

    def spent(self, mails: int) -> bool:
        """A connection that has carried so many mails is to carry no more (MaxMsgSent)."""
        return bool(self.target.server.max_msg_sent) and mails >= self.target.server.max_msg_sent

    @property
    def arriving(self) -> int:
        """Connections that may soon ask for a mail."""
        return self.opened - self.greeted

    def bound(self, mail: Mail) -> int:
        """The most bytes that the text can have on the wire; exact in a single-byte Charset."""
        return len(mail.prefix) + mail.size + self.wire.extra * mail.eight_bit

    def opening(self) -> None:
        """A connection is being made."""
        self.opened += 1
        if self.counts.state is not TargetState.ACTIVE:
            self.counts.state = TargetState.CONNECTING

    def ready(self) -> None:
        """A connection is greeted."""
        self.greeted += 1
        self.failure = None
        self.counts.state, self.counts.failure = TargetState.ACTIVE, ""

    def failed(self, reason: str, *, expired: bool = False) -> None:
        """A connection ended before it was greeted; `expired`: by a timer."""
        self.opened -= 1
        if self.greeted:
            self.limit = self.greeted
        else:
            self.counts.failed(reason, expired=expired)
            if self.failure is None:
                self.failure = reason

    def ended(self, reason: str = "", *, expired: bool = False) -> None:
        """A greeted connection is gone."""
        self.opened -= 1
        self.greeted -= 1
        if expired:
            self.counts.failed(reason, expired=True)
