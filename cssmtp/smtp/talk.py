"""What an SMTP client says, and in which writes: commands, envelopes, the end of a text. Sans-I/O.

`cssmtp.smtp.dialogue.Dialogue` decides by the replies what comes next.
"""

from collections import deque
from collections.abc import Callable

from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import DATA, GREETING, MAIL, RCPT, Asked, Event, Finished, Transaction

DOT = b".\r\n"


class Talk:
    """The half of a dialogue that speaks: what goes out, and which replies are awaited for it."""

    def __init__(self, target: str, source: Callable[[Capabilities], Transaction | None]) -> None:
        self._target = target
        self._source = source
        self._pipelining = False
        self._asked = deque([GREETING])
        self._sent = 1  # of `_asked`, those that went out: the target may answer them
        self._steps: deque[tuple[bytes, Asked]] = deque()
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._current: Transaction | None = None
        self._next: Transaction | None = None
        self._done = False
        self.capabilities = Capabilities()
        self.mails = 0  # offered so far
        self.replies = 0  # heard so far: each one begins a new exchange

    def _say(self, data: bytes, asked: Asked) -> None:
        self._out.append(data)
        self._asked.append(asked)

    def _offer(self, transaction: Transaction) -> None:
        """Say the envelope: all of it with PIPELINING, else one command at a time."""
        self.mails += 1
        asked = [MAIL, *[RCPT] * len(transaction.recipients), DATA]
        if self._pipelining:
            self._out.append(transaction.envelope)
            self._asked.extend(asked)
        else:
            lines = transaction.envelope.splitlines(keepends=True)
            self._steps.extend(zip(lines, asked, strict=True))
            self._pump()

    def _pump(self) -> None:
        """Lock step: say the next command when nothing is open."""
        if self._steps and not self._asked and not self._done:
            self._say(*self._steps.popleft())

    def _offer_next(self) -> None:
        self._current = self._source(self.capabilities)
        if self._current is not None:
            self._offer(self._current)

    def _end_of_text(self) -> None:
        """The final period, and the next envelope in the same write if there is one."""
        self._out.append(DOT)
        if self._pipelining:
            self._next = self._source(self.capabilities)
            if self._next is not None:
                self._offer(self._next)

    def _unsay(self, reason: str) -> None:
        """End here; the mail offered last was not looked at."""
        self._next, self._current = self._current, None
        self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._done = True
        self._events.append(Finished(reason))
