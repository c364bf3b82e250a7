"""How the sandbox misbehaves, as values: rules that say when, and what is done then. Pure.

A rule acts at a *point* of the dialogue. `emulator.sandbox.script` finds the rules that act,
`emulator.sandbox.misbehave` does what they say. A Python file of faults returns the same actions:

    from emulator.sandbox.faults import Facts, Reply

    def rcpt(facts: Facts) -> Reply | None:
        return Reply("550 5.1.1 No such user") if facts.recipient.startswith("nobody") else None
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache

SECONDS_MAX = 1_000_000.0  # eleven days: longer than any retry
SIZE_MAX = 2**31 - 1
GARBAGE_MAX = 1 << 20
CRLF = b"\r\n"
_REPLY = re.compile(r"[2-5][0-9]{2}(?: [ -~]{1,500})?")


class Point(StrEnum):
    """Where in the dialogue a rule acts; the commands before they are carried out."""

    CONNECT = "connect"  # a client is here, nothing is said yet
    GREETING = "greeting"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    TEXT = "text"  # while the text arrives
    PERIOD = "period"  # the text is here, the mail is not accepted yet
    RSET = "rset"
    QUIT = "quit"
    REPLY = "reply"  # a command was carried out, its reply is not sent yet


IN_MAIL = frozenset(
    {Point.MAIL, Point.RCPT, Point.DATA, Point.TEXT, Point.PERIOD, Point.REPLY}
)  # a sender is known
TO_SOMEBODY = IN_MAIL - {Point.MAIL}  # a recipient is known
_ANY = frozenset(Point)


class How(StrEnum):
    """How a connection is dropped: in an orderly way, or with a TCP reset."""

    CLOSE = "close"
    RESET = "reset"


class TlsFault(StrEnum):
    """What is wrong with STARTTLS."""

    NOT_OFFERED = "not_offered"  # neither in the answer to EHLO nor when it is asked for
    REFUSE = "refuse"  # 220, then a TLS alert in place of a handshake
    PLAIN = "plain"  # 220, then on in clear
    EXPIRED = "expired"  # the certificate was good once
    WRONG_NAME = "wrong_name"  # it is another server's


# --- actions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer this, a code and a text. Raises `ValueError` when it is no reply of one line.

    A positive one (2xx, 354) is only said in other words: the command is carried out. 421 closes
    the connection, and so does any refusal of the connection itself or in the middle of a text.
    """

    text: str

    def __post_init__(self) -> None:
        """Check the form; a code alone gets a text."""
        if not isinstance(self.text, str) or not _REPLY.fullmatch(self.text):
            raise ValueError("a reply is a code from 200 to 599 and printable US-ASCII")
        if len(self.text) == 3:
            object.__setattr__(self, "text", f"{self.text} A rule of the sandbox says so")

    @property
    def positive(self) -> bool:
        """The command is carried out all the same."""
        return self.text < "4"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse for good, in the words that fit the point."""


@dataclass(frozen=True, slots=True)
class Defer:
    """Greylisting: 4xx until this sender and recipient were refused `tries` times and `seconds`
    have passed since the first time. Without either: for ever."""

    seconds: float = 0.0
    tries: int = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        _in_range(self.seconds, 0, SECONDS_MAX)
        _in_range(self.tries, 0, SIZE_MAX)


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait so many seconds, then go on."""

    seconds: float

    def __post_init__(self) -> None:
        """Check the number."""
        _in_range(self.seconds, 0, SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class Drop:
    """End the connection without a word."""

    how: How = How.CLOSE

    def __post_init__(self) -> None:
        """Take the word for it."""
        object.__setattr__(self, "how", How(self.how))


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes as they are in place of the reply; the command is not carried out."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Garbage:
    """So many bytes that are no reply, and a line end, in place of the reply."""

    size: int = 64

    def __post_init__(self) -> None:
        """Check the number."""
        _in_range(self.size, 1, GARBAGE_MAX)


@dataclass(frozen=True, slots=True)
class Endless:
    """A reply whose first line never ends."""


@dataclass(frozen=True, slots=True)
class Slow:
    """So many bytes a second: at `text` of what is read, else of the reply that is sent."""

    rate: int

    def __post_init__(self) -> None:
        """Check the number."""
        _in_range(self.rate, 1, SIZE_MAX)


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The largest mail in bytes: at `ehlo` announced and for the whole connection, at `mail` for
    one mail and without a word before."""

    size: int

    def __post_init__(self) -> None:
        """Check the number."""
        _in_range(self.size, 1, SIZE_MAX)


@dataclass(frozen=True, slots=True)
class CloseAfter:
    """421 to every MAIL but the first so many of a connection."""

    mails: int

    def __post_init__(self) -> None:
        """Check the number."""
        _in_range(self.mails, 0, SIZE_MAX)


@dataclass(frozen=True, slots=True)
class Tls:
    """Something is wrong with STARTTLS."""

    how: TlsFault

    def __post_init__(self) -> None:
        """Take the word for it."""
        object.__setattr__(self, "how", TlsFault(self.how))


Action = (
    Reply
    | Refuse
    | Defer
    | Delay
    | Drop
    | Send
    | Garbage
    | Endless
    | Slow
    | SizeLimit
    | CloseAfter
    | Tls
)


def _in_range(number: float, low: float, high: float) -> None:
    if isinstance(number, bool) or not low <= number <= high:
        raise ValueError(f"expected a number from {low:g} to {high:g}")


def points_of(action: Action) -> frozenset[Point]:
    """Where an action makes sense; the only one is the default too."""
    if isinstance(action, Tls):
        return frozenset({Point.EHLO if action.how is TlsFault.NOT_OFFERED else Point.STARTTLS})
    return _WHERE.get(type(action), _ANY)


_WHERE: dict[type[Action], frozenset[Point]] = {
    SizeLimit: frozenset({Point.EHLO, Point.MAIL}),
    CloseAfter: frozenset({Point.MAIL}),
    Refuse: _ANY - {Point.REPLY},
    Defer: _ANY - {Point.REPLY},
    Slow: _ANY - {Point.CONNECT},
}


def goes_on(action: Action) -> bool:
    """Behind this action the next rules are asked too: it alone does not answer."""
    return isinstance(action, Delay | Slow | SizeLimit) or action == Tls(TlsFault.NOT_OFFERED)


# --- when -----------------------------------------------------------------------------------------


class Which(StrEnum):
    """How a number is meant."""

    NTH = ""
    EVERY = "every"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Count:
    """The third, every third, or all after the third."""

    number: int
    which: Which = Which.NTH

    def holds(self, ordinal: int) -> bool:
        """Whether the so-many-th, from 1, is meant; 0 is none yet."""
        if not ordinal:
            return False
        match self.which:
            case Which.NTH:
                return ordinal == self.number
            case Which.EVERY:
                return ordinal % self.number == 0
        return ordinal > self.number


@dataclass(frozen=True, slots=True)
class Mask:
    """An address with `*` for any characters and `?` for any one; case does not count.

    `<>`, or nothing, is the null sender.
    """

    text: str

    def holds(self, address: str) -> bool:
        """Whether the mask fits the address."""
        return _pattern(self.text.lower()).match(address.lower()) is not None


@lru_cache(maxsize=1024)
def _pattern(mask: str) -> re.Pattern[str]:
    return re.compile(translate("" if mask == "<>" else mask.replace("[", "[[]")))


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """All that is given has to hold. Connections and mails are counted for each rule: those of its
    listener, and mails of its sender."""

    point: Point
    connection: Count | None = None
    mail: Count | None = None
    sender: Mask | None = None
    recipient: Mask | None = None
    listener: int | None = None
    port: int | None = None
    bytes: int = 0
    to: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known at a point. Numbers count from 1 over the whole sandbox; 0 is none yet.

    `mail_of_connection` counts over this connection. `recipient` is the one of RCPT, `recipients`
    are those accepted so far; `size` is the text's bytes so far; `now` is in seconds of a clock
    that only goes forward; `to` is the command whose reply is about to be sent.
    """

    point: Point
    now: float = 0.0
    listener: int = 1
    port: int = 0
    client: str = ""
    connection: int = 0
    mail: int = 0
    mail_of_connection: int = 0
    helo: str = ""
    encrypted: bool = False
    sender: str | None = None
    recipient: str | None = None
    recipients: tuple[str, ...] = ()
    size: int = 0
    to: Point | None = None


Asked = Callable[[Facts], object]  # a function of a Python file: an action, several, or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done when; `times` None is always. `name` is how people find it."""

    when: When
    do: tuple[Action, ...] | Asked
    times: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """A rule did something; for whoever watches the sandbox."""

    rule: Rule
    facts: Facts
    actions: tuple[Action, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Broken:
    """A function of a Python file raised, or returned what is no action."""

    rule: Rule
    reason: str


def garbage(size: int) -> bytes:
    """Bytes that begin no reply and end no line, the same every time, and a line end."""
    usable = bytes(number * 167 % 256 for number in range(256)).translate(None, CRLF)
    return (b"\xff" + usable * (1 + size // 254))[:size] + CRLF


def needs_starttls(rules: tuple[Rule, ...]) -> bool:
    """Whether a rule is about STARTTLS, which then has to be offered."""
    return any(
        rule.when.point is Point.STARTTLS
        or (isinstance(rule.do, tuple) and any(isinstance(one, Tls) for one in rule.do))
        for rule in rules
    )
