"""A mail: its envelope, where its text lies on the spool, and what became of each recipient."""

from dataclasses import dataclass, field
from enum import StrEnum

from cssmtp.lines import Lines
from cssmtp.textlines import TextRules

PLAIN = TextRules()


class Kind(StrEnum):
    """Whose mail it is."""

    ORIGINAL = "original"
    NOTIFICATION = "notification"
    REPORT = "report"


class Status(StrEnum):
    """Where a recipient stands (blueprint §6)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    RETRY = "retry"
    EXTENDED_RETRY = "extended-retry"  # it waits in the MailDirectory
    UNDELIVERABLE = "undeliverable"
    DISCARDED = "discarded"  # TestMode: not sent, on purpose


# looking up an enum's member takes longer than a recipient may (Python 3.11)
PENDING, DELIVERED = Status.PENDING, Status.DELIVERED


@dataclass(slots=True)
class Recipient:
    """A forward-path and what became of it. `reply` is the target's, or our reason."""

    address: str
    record: int
    status: Status = PENDING
    reply: str | None = None
    target: str | None = None

    @property
    def open(self) -> bool:
        """Still to be sent to."""
        return self.status is PENDING


@dataclass(slots=True)
class Segment:
    """Lines `start` to `stop` of a block; those before `split` belong to the header.

    `lines` is None when they have to be read again from the block that begins with record `block`.
    """

    block: int
    start: int
    split: int
    stop: int
    lines: Lines | None


@dataclass(slots=True)
class Mail:
    """One mail of a spool file. Its text stays on the spool until a connection asks for it.

    `size` counts the bytes of the job's own text as they go on the wire in a single-byte Charset;
    `eight_bit` of them are above X'7F'. `big` says that the text is to be read again in pieces.
    """

    ordinal: int
    record: int
    helo: str
    sender: str
    tls: bool = False
    recipients: list[Recipient] = field(default_factory=list)
    text: list[Segment] = field(default_factory=list)
    blank_line_missing: bool = False
    has_date: bool = False
    has_message_id: bool = False
    rework: bool = False  # some line has a mark or is cut, see `textlines`
    rules: TextRules = PLAIN
    size: int = 0
    eight_bit: int = 0
    big: bool = False
    kind: Kind = Kind.ORIGINAL
    prefix: bytes = b""  # the header lines that CSSMTP adds, in ASCII
    tries: int = 0  # connections lost while it was on its way
    receipts: list[tuple[int, int]] = field(default_factory=list)  # our port, n-th mail there
    stored: str = ""  # the file of the MailDirectory that has its text, behind `text`

    @property
    def waiting(self) -> list[Recipient]:
        """The recipients still to be sent to."""
        return [r for r in self.recipients if r.status is PENDING]

    def let_go(self) -> None:
        """Its lines take no memory any more: they are read again when it is sent."""
        self.big = True
        for segment in self.text:
            if segment.lines is not None and not segment.lines.keep:
                segment.lines = None


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """An error in a spool file, as CSSMTP answers it; `counted` towards JESSyntaxErrLimit."""

    record: int
    mail: int
    reply: str
    text: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a job's owner should know; never an error. `rule` is a name of `notices.RULES`."""

    record: int
    rule: str
    text: str
