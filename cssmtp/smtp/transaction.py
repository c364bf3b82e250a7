"""One mail offered to a target, and the values that the dialogue exchanges with its shell. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto

from cssmtp.mail import Mail, Recipient
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.replies import Reply
from cssmtp.verdict import status_of

BEHIND_220 = "bytes in clear behind the reply to STARTTLS"
_GRAPHIC = bytes(range(0x20, 0x7F))


@dataclass(slots=True, eq=False)
class Transaction:
    """One mail offered once. `text` is None when the shell has to stream it.

    `envelope` is made by the function of that name, for just these recipients.
    """

    mail: Mail
    recipients: list[Recipient]
    envelope: bytes
    text: bytes | None
    accepted: list[Recipient] = field(default_factory=list)
    mail_reply: Reply | None = None
    wanted: bool = False  # the sender was accepted
    answered: int = 0  # recipients that had their reply

    def settle(self, recipients: Sequence[Recipient], reply: Reply, target: str) -> None:
        """These recipients are done with: `reply` says how."""
        status, text = status_of(reply), reply.text
        for recipient in recipients:
            recipient.status, recipient.reply, recipient.target = status, text, target


@dataclass(frozen=True, slots=True)
class Ready:
    """Greeted; mails can be offered."""

    capabilities: Capabilities


@dataclass(slots=True)
class Settled:
    """The target answered for every recipient of the transaction, and perhaps took the mail."""

    transaction: Transaction
    taken: bool = False


@dataclass(frozen=True, slots=True)
class NeedText:
    """The target waits for this mail's text: stream it, then call `text_sent`."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Refused:
    """The target does not want to talk: greeting or hello refused."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class StartTls:
    """The target answered STARTTLS with 2xx: begin TLS, then call `secured` or `tls_failed`."""


@dataclass(frozen=True, slots=True)
class LacksTls:
    """There is no TLS with this target: not offered, or STARTTLS was refused. `reply` is the
    target's if it gave one; a 4xx may be different later."""

    reason: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class TlsFailed:
    """TLS failed behind a 2xx to STARTTLS. `lost`: the connection ended and nobody said why.
    `transaction` was offered inside TLS, and not heard."""

    reason: str
    lost: bool
    transaction: Transaction | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The connection is to be closed. `reason` is empty after an orderly QUIT."""

    reason: str


Event = Ready | Settled | NeedText | Refused | StartTls | LacksTls | TlsFailed | Finished


@dataclass(frozen=True, slots=True)
class Abandoned:
    """What was on its way when the connection ended.

    `unknown`: the final period went out, no answer came. `started`: offered, certainly not
    delivered. `untouched`: merely pipelined behind another mail, or not sent at all, or without an
    answer on a connection that had carried mails: that ends soon, for each time one was settled.
    """

    unknown: Transaction | None
    started: Transaction | None
    untouched: Transaction | None


class Asked(IntEnum):
    """What a reply is awaited for."""

    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    TEXT = auto()
    LONE_DOT = auto()
    RSET = auto()
    QUIT = auto()
    STARTTLS = auto()


# looking up an enum's member takes longer than a reply may (Python 3.11)
GREETING, EHLO, HELO, MAIL, RCPT, DATA, TEXT, LONE_DOT, RSET, QUIT, STARTTLS = Asked


def envelope(sender: str, recipients: Sequence[Recipient], size: int | None) -> bytes:
    """MAIL, with SIZE unless `size` is None, a RCPT for each recipient, and DATA.

    Raises `ValueError` for anything but graphic ASCII in an address: no line end gets into a
    command, so nothing can smuggle one in.
    """
    last = "" if size is None else f" SIZE={size}"
    to = "".join([f"RCPT TO:<{recipient.address}>\r\n" for recipient in recipients])
    lines = f"MAIL FROM:<{sender}>{last}\r\n{to}DATA\r\n".encode("ascii")
    if lines.translate(None, _GRAPHIC) != b"\r\n" * (len(recipients) + 2):
        raise ValueError("a control character in an address")
    return lines


def hello(verb: str, host: str) -> bytes:
    """EHLO or HELO with our name; what cannot be in a host name is left out."""
    name = "".join(character for character in host if "!" <= character <= "~")
    return f"{verb} {name}\r\n".encode("ascii")
