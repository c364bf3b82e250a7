"""The SMTP dialogue with one target over one connection. Sans-I/O: bytes in, bytes and events out.

How to think of it: every command leaves a note in `_asked` of what it was, and every reply is
matched with the oldest note. With PIPELINING a whole envelope goes out in one write, and the next
mail's envelope right behind the final period of the one before (RFC 2920 3.1); without it the next
command waits for the reply to the last. `_sent` counts the notes whose bytes were taken: a reply to
anything else answers nothing. What a reply means for recipients is decided in `cssmtp.verdict`;
here is only the order of things (blueprint §9).
"""

from collections.abc import Callable, Iterator, Sequence

from cssmtp.mail import PENDING, Recipient
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.opening import Opening, Say, Step
from cssmtp.smtp.replies import Reply, ReplyError, ReplyReader
from cssmtp.smtp.talk import DOT, Talk
from cssmtp.smtp.transaction import (
    BEHIND_220,
    DATA,
    EHLO,
    GREETING,
    HELO,
    LONE_DOT,
    MAIL,
    QUIT,
    RCPT,
    RSET,
    STARTTLS,
    TEXT,
    Abandoned,
    Asked,
    Event,
    LacksTls,
    NeedText,
    Ready,
    Refused,
    Settled,
    StartTls,
    TlsFailed,
    Transaction,
)


class Dialogue(Talk):
    """Give it what arrives by `receive`, send what `take` returns.

    `target` is how reports name the other end; `source` is asked for the next mail whenever one can
    go out; `tls` and `ehlo_again` are those of an `Opening`. Raises nothing for any input: a broken
    dialogue ends with `Finished`.
    """

    def __init__(
        self,
        host: str,
        target: str,
        source: Callable[[Capabilities], Transaction | None],
        *,
        pipelining: bool,
        tls: bool = False,
        ehlo_again: bool = False,
    ) -> None:
        super().__init__(target, source)
        self._opening = Opening(host, tls=tls, ehlo_again=ehlo_again)
        self._pipelining_wanted = pipelining
        self._reader = ReplyReader()
        self._text_open = False
        self._handshake = False  # TLS is being begun
        self._secured = -1  # what `replies` was when TLS came up
        self._ready = False
        self._took = False  # some mail

    @property
    def idle(self) -> bool:
        """Greeted, and nothing is on its way."""
        return not self._asked and self._ready and not self._done and self._current is None

    @property
    def greeted(self) -> bool:
        """The target once said that it takes mail."""
        return self._ready

    @property
    def waiting_for(self) -> Asked | None:
        """What the oldest open question was, for its time limit."""
        if self._handshake:
            return Asked.STARTTLS
        return self._asked[0] if self._asked else None

    def take(self) -> list[bytes]:
        """The bytes to be sent now, in order. They count as sent; none are once it is finished."""
        if self._done:
            return []
        out, self._out = self._out, []
        self._sent = len(self._asked)
        return out

    # --- what the shell says -------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes bring about."""
        try:
            usual = self._reader.usual(data)
            for reply in self._reader.feed(data) if usual is None else self._after_rcpts(usual):
                if self._done:
                    break
                self._answered(reply)
        except ReplyError as error:
            self._finish(str(error))
        if self._handshake and not self._done and not self._reader.clean:
            self._finish(BEHIND_220)
        return self._happened()

    def secured(self) -> list[Event]:
        """TLS is up."""
        self._handshake = False
        self.replies += 1  # a new exchange begins
        self._secured = self.replies
        self._step(self._opening.secured())
        return self._happened()

    def tls_failed(self, reason: str, *, lost: bool = False) -> list[Event]:
        """TLS failed. Until something was heard inside it, that is the failure of a mail."""
        if self._done:
            return []
        if self._handshake or self.replies == self._secured:
            current, self._current = self._current, None
            self._events.append(TlsFailed(reason, lost, current))
        self._handshake = False
        self._finish(reason)
        return self._happened()

    def kick(self) -> list[Event]:
        """There may be a mail to send now."""
        if self.idle:
            self._offer_next()
        return self._happened()

    def text_sent(self) -> list[Event]:
        """The text that `NeedText` asked for has gone out."""
        if self._text_open and not self._done:
            self._text_open = False
            self._end_of_text()
        return self._happened()

    def quit(self) -> None:
        """Say QUIT, when idle."""
        if self.idle:
            self._say(b"QUIT\r\n", QUIT)

    def cut(self) -> None:
        """Nothing can be sent any more; what the target said before may still be given."""
        self._source = _no_mail

    def abandon(self, unsent: int = 0) -> Abandoned:
        """The connection is gone: whose fate is what. The dialogue is over.

        `unsent`: so many of the bytes taken last certainly did not go out.
        """
        self._done = True
        current, following = self._current, self._next
        self._current = self._next = None
        first, out = self.waiting_for, self._sent > 0
        waits = first is RSET or (first is MAIL and not out)
        used = self.mails > 1  # a connection that carried others and said nothing to this one
        if waits or (used and current is not None and current.mail_reply is None):
            return Abandoned(None, None, current or following)
        behind = 0 if following is None else len(following.envelope)
        ended = first is TEXT and out and not self._text_open and unsent <= behind
        return Abandoned(current if ended else None, None if ended else current, following)

    def _happened(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # --- replies -------------------------------------------------------------------------------

    def _after_rcpts(self, replies: list[Reply]) -> Iterator[Reply]:
        """The replies but for those that accept recipients, which are taken many at once."""
        at = 0
        while at < len(replies):
            at += self._accepted(replies, at)
            yield from replies[at : at + 1]
            at += 1

    def _accepted(self, replies: list[Reply], at: int) -> int:
        """Take the replies from `at` on that accept recipients of the current mail; how many."""
        current = self._current
        if current is None or not current.wanted or self.waiting_for is not RCPT:
            return 0
        room = min(self._sent, len(current.recipients) - current.answered)
        count = 0
        for reply in replies[at : at + room]:
            if not 200 <= reply.code < 300:
                break
            count += 1
            self._asked.popleft()
        current.accepted += current.recipients[current.answered : current.answered + count]
        current.answered += count
        self._sent -= count
        self.replies += count
        self._pump()
        return count

    def _answered(self, reply: Reply) -> None:
        if not self._sent:
            self._unasked(reply)
            return
        self._sent -= 1
        self.replies += 1
        asked, current = self._asked.popleft(), self._current
        if asked is RCPT and reply.positive and current is not None and current.wanted:
            current.accepted.append(current.recipients[current.answered])
            current.answered += 1
        elif (reply.code == 421 and asked is not QUIT) or self._enough(asked, reply):
            self._closing(asked, reply)
        elif current is None or asked is RSET:
            self._between(asked, reply)
        else:
            self._transacted(asked, current, reply)
        self._pump()

    def _unasked(self, reply: Reply) -> None:
        """Nothing that went out is open. Only a refusal of a text, or a 421, makes sense here."""
        current = self._current
        if self.waiting_for is TEXT and reply.code >= 400 and current is not None:
            self._early(current, reply)
        else:
            what = "" if reply.code == 421 else "a reply nobody asked for: "
            self._finish(what + reply.text)

    def _between(self, asked: Asked, reply: Reply) -> None:
        """A reply that belongs to no mail."""
        if asked is QUIT:
            self._finish("")
        elif asked is RSET:
            if not reply.positive:  # the next mail would be taken for a part of the last one
                self._unsay(reply.text)
        else:
            self._step(self._opening.answered(asked, reply))

    def _step(self, step: Step) -> None:
        """What follows before mail is offered."""
        if isinstance(step, Say):
            self._say(step.data, step.asked)
            return
        self._events.append(step)
        match step:
            case Ready(can):
                self.capabilities = can
                self._pipelining = can.pipelining and self._pipelining_wanted
                self._ready = True
                self._offer_next()
            case Refused(reply):
                self._finish(reply.text)
            case LacksTls():
                self._say(b"QUIT\r\n", Asked.QUIT)
            case StartTls():
                self._handshake = True

    def _transacted(self, asked: Asked, current: Transaction, reply: Reply) -> None:
        if asked is RCPT:
            self._recipient(current, reply)
        elif asked is TEXT:
            self._text(current, reply)
        elif asked is LONE_DOT:
            self._settle(current, (), reply)
        elif asked is DATA:
            self._data(current, reply)
        else:
            self._sender(current, reply)

    def _sender(self, current: Transaction, reply: Reply) -> None:
        if 300 <= reply.code < 400:
            raise ReplyError(f"{reply.code} in answer to MAIL")
        current.mail_reply, current.wanted = reply, reply.positive
        if not reply.positive and not self._pipelining:
            self._steps.clear()
            self._settle(current, current.recipients, reply)

    def _recipient(self, current: Transaction, reply: Reply) -> None:
        recipient = current.recipients[current.answered]
        current.answered += 1
        sender = current.mail_reply
        if sender is not None and not current.wanted:
            current.settle((recipient,), sender, self._target)
        elif reply.code >= 400:
            current.settle((recipient,), reply, self._target)
        else:
            raise ReplyError(f"{reply.code} in answer to RCPT")
        if not self._pipelining and not current.accepted and len(self._steps) == 1:  # DATA is left
            self._steps.clear()
            self._say(b"RSET\r\n", RSET)
            self._settle(current, (), reply)

    def _data(self, current: Transaction, reply: Reply) -> None:
        if reply.code >= 400:
            if current.wanted:
                self._say(b"RSET\r\n", RSET)
            self._settle(current, current.accepted, reply)
        elif reply.code != 354:  # a muddled target: nothing was sent, so nothing is delivered
            raise ReplyError(f"{reply.code} in answer to DATA")
        elif not current.accepted:
            self._say(DOT, LONE_DOT)
        else:
            self._asked.append(TEXT)
            if current.text is None:
                self._text_open = True
                self._events.append(NeedText(current))
            else:
                self._out.append(current.text)
                self._end_of_text()

    def _text(self, current: Transaction, reply: Reply) -> None:
        if self._text_open:
            self._early(current, reply)
        elif reply.code < 400 and not reply.positive:  # the mail's fate is open as before
            self._asked.appendleft(TEXT)
            self._sent += 1
            raise ReplyError(f"{reply.code} in answer to the final period")
        else:
            self._settle(current, current.accepted, reply, taken=reply.positive)

    def _early(self, current: Transaction, reply: Reply) -> None:
        """An answer to a text that is still being sent: only a refusal can be believed."""
        if reply.code < 400:
            raise ReplyError(f"{reply.code} before the end of the text")
        current.settle(current.accepted, reply, self._target)
        self._events.append(Settled(current))
        self._current = None
        self._finish(reply.text)

    def _settle(
        self,
        current: Transaction,
        recipients: Sequence[Recipient],
        reply: Reply,
        *,
        taken: bool = False,
    ) -> None:
        current.settle(recipients, reply, self._target)
        self._took = self._took or taken
        self._events.append(Settled(current, taken))
        self._current, self._next = self._next, None
        if self._current is None:
            self._offer_next()

    def _enough(self, asked: Asked, reply: Reply) -> bool:
        """A connection that took mails takes no more: OpenSMTPD's `452 4.5.3 Too many mails`."""
        return asked is MAIL and reply.code == 452 and self._took

    def _closing(self, asked: Asked, reply: Reply) -> None:
        """421: the target closes. The mail it answered for is to be tried again, but one that this
        connection merely had no room for goes back as it was."""
        current = self._current
        if asked in (GREETING, EHLO, HELO, STARTTLS):
            self._events.append(Refused(reply))
        elif asked is RSET:
            self._unsay(reply.text)
            return
        elif asked is MAIL and self.mails > 1:
            pass  # enough of this connection, not of the mail, which goes back
        elif current is not None:
            open_ones = [r for r in current.recipients if r.status is PENDING]
            current.settle(open_ones, reply, self._target)
            self._events.append(Settled(current))
            self._current = None
        self._finish(reply.text)


def _no_mail(can: Capabilities) -> None:
    """The source of a dialogue that was cut."""
