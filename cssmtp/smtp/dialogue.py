"""The SMTP dialogue with one target over one connection. Sans-I/O: bytes in, bytes and events out.

How to think of it: every command that goes out leaves a note in `_asked` of what it was, and every
reply is matched with the oldest note. With PIPELINING a whole envelope goes out in one write, and
the next mail's envelope right behind the final period of the one before (RFC 2920 3.1); without it
the next command waits for the reply to the last. What a reply means for recipients is decided in
`cssmtp.verdict`; here is only the order of things (blueprint §9).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from cssmtp.mail import Mail, Recipient, Status
from cssmtp.smtp.extensions import Capabilities, capabilities
from cssmtp.smtp.replies import Reply, ReplyError, ReplyReader
from cssmtp.verdict import FALL_BACK_TO_HELO, status_of


@dataclass(slots=True)
class Transaction:
    """One mail offered once. `text` is None when the shell has to stream it."""

    mail: Mail
    recipients: list[Recipient]
    text: bytes | None
    size: int
    accepted: list[Recipient] = field(default_factory=list)
    mail_reply: Reply | None = None

    def settle(self, recipients: list[Recipient], reply: Reply, target: str) -> None:
        """These recipients are done with: `reply` says how."""
        for recipient in recipients:
            recipient.status, recipient.reply = status_of(reply), reply.text
            recipient.target = target


@dataclass(frozen=True, slots=True)
class Ready:
    """Greeted; mails can be offered."""

    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
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
class Finished:
    """The connection is to be closed. `reason` is empty after an orderly QUIT."""

    reason: str


Event = Ready | Settled | NeedText | Refused | Finished


@dataclass(frozen=True, slots=True)
class Abandoned:
    """What was on its way when the connection ended.

    `unknown`: the final period went out, no answer came. `started`: offered, certainly not
    delivered. `untouched`: merely pipelined behind another mail.
    """

    unknown: Transaction | None
    started: Transaction | None
    untouched: Transaction | None


class Asked(Enum):
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


def command(verb: str, argument: str = "") -> bytes:
    """One command line. Refuses a line end inside: nothing may smuggle a command in."""
    line = f"{verb} {argument}".rstrip().encode("ascii")
    if b"\r" in line or b"\n" in line:
        raise ValueError(f"line end in a {verb} command")
    return line + b"\r\n"


class Dialogue:
    """Give it what arrives by `receive`, send what `take` returns.

    `target` is how reports name the other end; `source` is asked for the next mail whenever one can
    go out. Raises nothing for any input: a broken dialogue ends with `Finished`.
    """

    def __init__(
        self,
        host: str,
        target: str,
        source: Callable[[Capabilities], Transaction | None],
        *,
        pipelining: bool,
    ) -> None:
        self._host = host
        self._target = target
        self._source = source
        self._pipelining_wanted = pipelining
        self._pipelining = False
        self._reader = ReplyReader()
        self._asked: deque[tuple[Asked, Recipient | None]] = deque([(Asked.GREETING, None)])
        self._steps: deque[tuple[bytes, Asked, Recipient | None]] = deque()
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._current: Transaction | None = None
        self._next: Transaction | None = None
        self._text_open = False
        self._ready = False
        self._done = False
        self.capabilities = Capabilities()
        self.mails = 0  # offered so far
        self.replies = 0  # heard so far: each one begins a new exchange

    @property
    def idle(self) -> bool:
        """Greeted, and nothing is on its way."""
        return self._ready and not self._done and not self._asked and self._current is None

    @property
    def greeted(self) -> bool:
        """The target once said that it takes mail."""
        return self._ready

    @property
    def waiting_for(self) -> Asked | None:
        """What the oldest open question was, for its time limit."""
        return self._asked[0][0] if self._asked else None

    def take(self) -> bytes:
        """The bytes to be sent now, in one write."""
        out, self._out = self._out, []
        return out[0] if len(out) == 1 else b"".join(out)

    # --- what the shell says -------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes bring about."""
        try:
            for reply in self._reader.feed(data):
                if not self._done:
                    self._answered(reply)
        except ReplyError as error:
            self._finish(str(error))
        return self._taken()

    def kick(self) -> list[Event]:
        """There may be a mail to send now."""
        if self.idle:
            self._offer_next()
        return self._taken()

    def text_sent(self) -> list[Event]:
        """The text that `NeedText` asked for has gone out."""
        if self._text_open:
            self._text_open = False
            self._end_of_text()
        return self._taken()

    def quit(self) -> None:
        """Say QUIT, when idle."""
        if self.idle:
            self._say(command("QUIT"), Asked.QUIT)

    def abandon(self) -> Abandoned:
        """The connection is gone: whose fate is what. The dialogue is over."""
        self._done = True
        current, following = self._current, self._next
        self._current = self._next = None
        sent = any(asked is Asked.TEXT for asked, _ in self._asked) and not self._text_open
        return Abandoned(current if sent else None, None if sent else current, following)

    def _taken(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # --- sending -------------------------------------------------------------------------------

    def _say(self, line: bytes, asked: Asked, recipient: Recipient | None = None) -> None:
        self._out.append(line)
        self._asked.append((asked, recipient))

    def _envelope(self, transaction: Transaction) -> None:
        size = "" if self.capabilities.size is None else f" SIZE={transaction.size}"
        steps = self._steps
        sender = transaction.mail.sender
        steps.append((command("MAIL", f"FROM:<{sender}>{size}"), Asked.MAIL, None))
        for recipient in transaction.recipients:
            steps.append((command("RCPT", f"TO:<{recipient.address}>"), Asked.RCPT, recipient))
        steps.append((command("DATA"), Asked.DATA, None))
        self.mails += 1
        self._pump()

    def _pump(self) -> None:
        """Say what may be said: all of it with PIPELINING, else one command at a time."""
        steps = self._steps
        while steps and (self._pipelining or not self._asked):
            self._say(*steps.popleft())

    def _offer_next(self) -> None:
        self._current = self._source(self.capabilities)
        if self._current is not None:
            self._envelope(self._current)

    def _end_of_text(self) -> None:
        """The final period, and the next envelope in the same write if there is one."""
        self._out.append(b".\r\n")
        if self._pipelining:
            self._next = self._source(self.capabilities)
            if self._next is not None:
                self._envelope(self._next)

    # --- replies -------------------------------------------------------------------------------

    def _answered(self, reply: Reply) -> None:
        if not self._asked:
            self._finish(f"a reply nobody asked for: {reply.text}")
            return
        asked, recipient = self._asked.popleft()
        self.replies += 1
        if reply.code == 421 and asked is not Asked.QUIT:
            self._closing(asked, reply)
            return
        match asked:
            case Asked.GREETING | Asked.EHLO | Asked.HELO:
                self._greeted(asked, reply)
            case Asked.QUIT:
                self._finish("")
            case Asked.RSET:
                pass
            case _:
                self._transacted(asked, recipient, reply)
        self._pump()

    def _greeted(self, asked: Asked, reply: Reply) -> None:
        if asked is Asked.GREETING and reply.code == 220:
            self._say(command("EHLO", self._host), Asked.EHLO)
        elif asked is not Asked.GREETING and reply.positive:
            if asked is Asked.EHLO:
                self.capabilities = capabilities(reply)
            self._pipelining = self.capabilities.pipelining and self._pipelining_wanted
            self._ready = True
            self._events.append(Ready(self.capabilities))
            self._offer_next()
        elif asked is Asked.EHLO and reply.code in FALL_BACK_TO_HELO:
            self._say(command("HELO", self._host), Asked.HELO)
        else:
            self._events.append(Refused(reply))
            self._finish(reply.text)

    def _transacted(self, asked: Asked, recipient: Recipient | None, reply: Reply) -> None:
        current = self._current
        if current is None:
            raise AssertionError("a transaction's reply without a transaction")
        match asked:
            case Asked.MAIL:
                current.mail_reply = reply
                if not reply.positive and not self._pipelining:
                    self._steps.clear()
                    self._settle(current, current.recipients, reply)
            case Asked.RCPT if recipient is not None:
                self._recipient(current, recipient, reply)
            case Asked.DATA:
                self._data(current, reply)
            case Asked.TEXT if self._text_open:
                self._early(current, reply)
            case Asked.TEXT:
                self._settle(current, current.accepted, reply, taken=reply.positive)
            case _:
                self._settle(current, [], reply)

    def _recipient(self, current: Transaction, recipient: Recipient, reply: Reply) -> None:
        if current.mail_reply is not None and not current.mail_reply.positive:
            current.settle([recipient], current.mail_reply, self._target)
        elif reply.positive:
            current.accepted.append(recipient)
        elif reply.code >= 400:
            current.settle([recipient], reply, self._target)
        else:
            raise ReplyError(f"{reply.code} in answer to RCPT")
        if not self._pipelining and not current.accepted and self._last_recipient():
            self._steps.clear()
            self._say(command("RSET"), Asked.RSET)
            self._settle(current, [], reply)

    def _last_recipient(self) -> bool:
        return len(self._steps) == 1  # only DATA is left to be said

    def _data(self, current: Transaction, reply: Reply) -> None:
        if reply.code == 354:
            if not current.accepted:
                self._say(b".\r\n", Asked.LONE_DOT)
                return
            self._asked.append((Asked.TEXT, None))
            if current.text is None:
                self._text_open = True
                self._events.append(NeedText(current))
            else:
                self._out.append(current.text)
                self._end_of_text()
        elif reply.code >= 400:
            if current.mail_reply is not None and current.mail_reply.positive:
                self._say(command("RSET"), Asked.RSET)
            self._settle(current, current.accepted, reply)
        else:  # a muddled target: nothing was sent, so nothing is delivered
            raise ReplyError(f"{reply.code} in answer to DATA")

    def _early(self, current: Transaction, reply: Reply) -> None:
        """An answer to a text that is still being sent: only a refusal can be believed."""
        if reply.code < 400:
            raise ReplyError(f"{reply.code} before the end of the text")
        current.settle(current.accepted, reply, self._target)
        self._events.append(Settled(current))
        self._current = None
        self._text_open = False
        self._finish(reply.text)

    def _settle(
        self,
        current: Transaction,
        recipients: list[Recipient],
        reply: Reply,
        *,
        taken: bool = False,
    ) -> None:
        current.settle(recipients, reply, self._target)
        self._events.append(Settled(current, taken))
        self._current, self._next = self._next, None
        if self._current is None:
            self._offer_next()

    def _closing(self, asked: Asked, reply: Reply) -> None:
        """421: the target closes. The mail it answered for is to be tried again."""
        current = self._current
        if asked in (Asked.GREETING, Asked.EHLO, Asked.HELO):
            self._events.append(Refused(reply))
        elif current is not None:
            open_ones = [r for r in current.recipients if r.status is Status.PENDING]
            current.settle(open_ones, reply, self._target)
            self._events.append(Settled(current))
            self._current, self._next = self._next, None
        self._finish(reply.text)

    def _finish(self, reason: str) -> None:
        self._done = True
        self._events.append(Finished(reason))
