"""Target servers: an address and port each, with the attributes of their TargetServer block, and
the routes to them: how many connections there are, and whether more make sense. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cssmtp.config.statements import TargetServer
from cssmtp.mail import Mail, Recipient, Status
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.opening import NOT_OFFERED
from cssmtp.smtp.transaction import Transaction
from cssmtp.targetstates import TargetEvent, TargetState, after
from cssmtp.transcode import Wire


@dataclass(frozen=True, slots=True)
class Target:
    """A next hop. `shown` is how reports name it; `address` and `port` are where it listens.

    `name` is what the configuration says, `host` whom a certificate has to be of (TargetName, the
    mail server that an MX record names, or the address). A lower `preference` is tried first.
    """

    address: str
    port: int
    shown: str
    server: TargetServer
    name: str = field(default="", compare=False)
    preference: int = 0
    host: str = field(default="", compare=False)


def _nobody(counts: "TargetCounts") -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class TargetCounts:
    """What is known of a target as long as its CSSMTP runs. `sent` counts mails that it took,
    `temporary` and `refused` recipients; `last` has the reply that came last. `changed` is called
    when the state is another one."""

    state: TargetState = TargetState.NOT_TRIED
    failure: str = ""
    sent: int = 0
    temporary: int = 0
    refused: int = 0
    last: Recipient | None = None
    capabilities: Capabilities | None = None  # of the last greeting
    changed: Callable[["TargetCounts"], None] = _nobody

    def happened(self, event: TargetEvent, reason: str = "") -> None:
        """Something happened to the target; `reason` when it is not good."""
        before, self.state, self.failure = self.state, after(self.state, event), reason
        if before is not self.state:
            self.changed(self)

    def opening(self) -> None:
        """A connection is being made; why the last one failed is known until it is there."""
        self.state = after(self.state, TargetEvent.OPENING)

    def seen(
        self, server: TargetServer, can: Capabilities | None, reason: str, expired: bool
    ) -> None:
        """What a connection found that carries no mail."""
        if can is None:
            self.happened(TargetEvent.EXPIRED if expired else TargetEvent.FAILED, reason)
            return
        self.capabilities = can
        if server.secure and not can.starttls:
            self.happened(TargetEvent.LACKS_TLS, NOT_OFFERED)
        else:
            self.happened(TargetEvent.GREETED)

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


def shown(address: str, port: int) -> str:
    """`192.0.2.25:25`, or `[2001:db8::25]:25`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@dataclass(slots=True, eq=False)
class Link:
    """A target with the count of its connections, in clear and inside TLS together.

    When a connection fails and no other one is greeted, the target is down (`failure`), until one
    that was on its way is greeted after all or `again` says that it may be tried once more. A
    connection that fails beside greeted ones says that the target takes no more than those.
    """

    target: Target
    counts: TargetCounts = field(default_factory=TargetCounts)
    opened: int = 0  # connections, and those being made
    greeted: int = 0  # of them
    limit: int = 0  # how many the target takes at once, as far as we know
    failure: str | None = None
    removed: bool = False

    def __post_init__(self) -> None:
        """ConnectLimit, until the target takes less."""
        self.limit = self.target.server.connect_limit

    @property
    def up(self) -> bool:
        """Mail may go here, as far as we know."""
        return (self.failure is None or bool(self.opened)) and not self.removed

    @property
    def hindered(self) -> bool:
        """Something of it is to be tried again after ConnectRetry."""
        return self.failure is not None or self.limit < self.target.server.connect_limit

    def failed(self, reason: str, *, expired: bool = False) -> None:
        """A connection ended before it was greeted; `expired`: by a timer."""
        self.opened -= 1
        if self.greeted:
            self.limit = self.greeted
            return
        self.counts.happened(TargetEvent.EXPIRED if expired else TargetEvent.FAILED, reason)
        if self.failure is None:
            self.failure = reason

    def again(self) -> None:
        """ConnectRetry is over."""
        self.failure = None
        self.limit = self.target.server.connect_limit


@dataclass(slots=True, eq=False)
class Route:
    """One way to a target: in clear, or inside TLS (`secure`). A target with Secure Yes has only
    that one; to any other a mail goes in clear unless its spool file said STARTTLS
    (cssmtp-operations.md 3.7)."""

    link: Link
    wire: Wire
    secure: bool = False
    opened: int = 0
    greeted: int = 0
    lacks_tls: str | None = None  # why no mail that needs TLS can go here

    @property
    def target(self) -> Target:
        """Where it leads."""
        return self.link.target

    @property
    def usable(self) -> bool:
        """Another connection may be made."""
        link = self.link
        free = link.opened < link.limit and link.failure is None
        return free and self.lacks_tls is None and not link.removed

    @property
    def arriving(self) -> int:
        """Connections that may soon ask for a mail."""
        return self.opened - self.greeted

    def takes(self, mail: Mail) -> bool:
        """This is the way for the mail, not the other one to the same target."""
        return self.secure == (mail.tls or self.link.target.server.secure)

    def spent(self, mails: int) -> bool:
        """A connection that has carried so many mails is to carry no more (MaxMsgSent)."""
        return bool(self.target.server.max_msg_sent) and mails >= self.target.server.max_msg_sent

    def bound(self, mail: Mail) -> int:
        """The most bytes that the text can have on the wire; exact in a single-byte Charset."""
        return len(mail.prefix) + mail.size + self.wire.extra * mail.eight_bit

    def opening(self) -> None:
        """A connection is being made."""
        self.opened += 1
        self.link.opened += 1
        self.link.counts.opening()

    def ready(self, can: Capabilities) -> None:
        """A connection is greeted."""
        self.greeted += 1
        self.link.greeted += 1
        self.link.failure = None
        self.link.counts.capabilities = can
        self.link.counts.happened(TargetEvent.GREETED)

    def failed(self, reason: str, *, expired: bool = False) -> None:
        """A connection ended before it was greeted; `expired`: by a timer."""
        self.opened -= 1
        self.link.failed(reason, expired=expired)

    def turned_away(self, lacks_tls: str | None = None) -> None:
        """We end a connection that was not greeted. `lacks_tls`: the target is up, and says that it
        has not the TLS that all mail of this route needs."""
        self.opened -= 1
        self.link.opened -= 1
        self.lacks_tls = lacks_tls
        if lacks_tls and self.target.server.secure:
            self.link.counts.happened(TargetEvent.LACKS_TLS, lacks_tls)
        else:
            self.link.counts.happened(TargetEvent.GREETED)

    def ended(self, reason: str = "", *, expired: bool = False) -> None:
        """A greeted connection is gone."""
        self.opened -= 1
        self.greeted -= 1
        self.link.opened -= 1
        self.link.greeted -= 1
        if expired:
            self.link.counts.happened(TargetEvent.EXPIRED, reason)
