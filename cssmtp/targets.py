"""Target servers: an address and port each, with the attributes of their TargetServer block, and
the routes to them: how many connections there are, and whether more make sense. No I/O."""

from dataclasses import dataclass

from cssmtp.config.statements import TargetServer
from cssmtp.mail import Mail
from cssmtp.transcode import Wire


@dataclass(frozen=True, slots=True)
class Target:
    """A next hop. `shown` is how reports name it; `address` and `port` are where it listens."""

    address: str
    port: int
    shown: str
    server: TargetServer


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

    def ready(self) -> None:
        """A connection is greeted."""
        self.greeted += 1
        self.failure = None

    def failed(self, reason: str) -> None:
        """A connection ended before it was greeted."""
        self.opened -= 1
        if self.greeted:
            self.limit = self.greeted
        elif self.failure is None:
            self.failure = reason

    def ended(self) -> None:
        """A greeted connection is gone."""
        self.opened -= 1
        self.greeted -= 1
