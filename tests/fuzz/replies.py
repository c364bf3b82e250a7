"""Any bytes from a target, however they are cut, give events and never an exception, and lose no
mail: each one offered ends in exactly one way (style.md R10; blueprint §9).

    python -m tests.fuzz.replies --seconds 5
"""

import re
from enum import Enum, auto

from cssmtp.mail import Mail, Recipient, Status
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.replies import REPLY_MAX
from cssmtp.smtp.transaction import (
    Asked,
    Event,
    NeedText,
    Settled,
    StartTls,
    TlsFailed,
    Transaction,
    envelope,
)

CUT = b"\xff|"  # in an input: what follows arrives later
MAILS = 4
SEEDS = [
    CUT.join(
        [
            b"220 test\r\n",
            b"250-test\r\n250-PIPELINING\r\n250 SIZE 1000\r\n",
            b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            b"250 taken\r\n250 ok\r\n550 no\r\n450 later\r\n354 go\r\n",
            b"250 taken\r\n250 ok\r\n",
        ]
    ),
    CUT.join([b"220 x\r\n", b"502 no\r\n", *[b"250 ok\r\n"] * 4, b"354 go\r\n", b"250 ok\r\n"]),
    CUT.join([b"220 x\r\n", b"250 x\r\n", *[b"y" * (REPLY_MAX // 3)] * 4]),
    CUT.join([b"220 x\r\n", *[b"250-x\r\n" * 5_000] * 2]),
    CUT.join([b"220 x\r\n", b"250 x\r\n", b"550 no\r\n", *[b"250 ok\r\n"] * 3, b"451 x\r\n"]),
    CUT.join(
        [
            b"220 x\r\n",
            b"250-x\r\n250 STARTTLS\r\n",
            b"220 go\r\n",
            b"250-x\r\n250 PIPELINING\r\n",
            b"250 ok\r\n" * 4 + b"354 go\r\n",
            b"250 ok\r\n",
        ]
    ),
]
WORDS = [
    CUT, b"220 ", b"250 ", b"250-", b"354 ", b"421 bye\r\n", b"450 ", b"550 ", b"\r\n", b"\n",
    b"250 ok\r\n", b"354 go\r\n", b"SIZE 9999999999999999999", b"SIZE=", b"PIPELINING", b"\0",
    b"STARTTLS", b"454 no\r\n", b"220 go\r\n",
    b"\xc3\xa4", b"199 ", b"600 ", b"250", b"2500 ", b"250" + b"x" * REPLY_MAX,
]  # fmt: skip


def check(data: bytes) -> None:
    """The dialogue's promise, with and without pipelining, texts in memory and streamed, in clear
    and inside TLS."""
    pieces = data.split(CUT)
    for tls in _Tls:
        _Conversation(pipelining=True, streamed=False, tls=tls).hear(pieces)
    for pipelining in (True, False):
        for streamed in (True, False):
            _Conversation(pipelining=pipelining, streamed=streamed).hear(pieces)


class _Tls(Enum):
    """How TLS goes, where it is needed."""

    UP = auto()
    UP_AND_EHLO = auto()
    FAILS = auto()
    LOST = auto()
    BROKEN_LATER = auto()


class _Conversation:
    """A dialogue that is told whatever there is, and books on what became of its mails."""

    def __init__(self, *, pipelining: bool, streamed: bool, tls: _Tls | None = None) -> None:
        self._streamed = streamed
        self._tls = tls
        self._clear = tls is not None  # nothing of a mail may be said
        self._offered: list[Transaction] = []
        self._fates: dict[Transaction, str] = {}
        self._answered: set[Transaction] = set()  # a reply came while the final period was open
        self._dialogue = Dialogue(
            "host",
            "target",
            self._source,
            pipelining=pipelining,
            tls=tls is not None,
            ehlo_again=tls is _Tls.UP_AND_EHLO,
        )

    def hear(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._note_open_text()
            events = self._dialogue.receive(piece)
            while events:
                for event in events:
                    if isinstance(event, Settled):
                        self._fate(event.transaction, "settled")
                    elif isinstance(event, TlsFailed) and event.transaction is not None:
                        self._fate(event.transaction, "failed")
                asked = any(isinstance(event, NeedText) for event in events)
                begun = any(isinstance(event, StartTls) for event in events)
                self._take()
                events = self._dialogue.text_sent() if asked else []
                if begun:
                    events += self._begin_tls()
            self._take()
        self._dialogue.kick()
        self._dialogue.quit()
        self._end()

    def _take(self) -> None:
        said = b"".join(self._dialogue.take())
        assert not (self._clear and re.search(rb"MAIL|RCPT|DATA", said)), "said in clear"

    def _begin_tls(self) -> list[Event]:
        assert self._clear, "TLS inside TLS"
        assert self._dialogue.waiting_for is Asked.STARTTLS
        if self._tls in (_Tls.FAILS, _Tls.LOST):
            return self._dialogue.tls_failed("broken", lost=self._tls is _Tls.LOST)
        self._clear = False
        events = self._dialogue.secured()
        if self._tls is _Tls.BROKEN_LATER:
            events += self._dialogue.tls_failed("broken")
        return events

    def _source(self, can: Capabilities) -> Transaction | None:
        number = len(self._offered) + 1
        if number > MAILS:
            return None
        recipients = [Recipient(f"{name}@x", number) for name in "abc"]
        mail = Mail(number, number, "x", "s@x", recipients=recipients)
        lines = envelope(mail.sender, recipients, None if can.size is None else 1)
        transaction = Transaction(mail, recipients, lines, None if self._streamed else b"x\r\n")
        self._offered.append(transaction)
        return transaction

    def _note_open_text(self) -> None:
        if self._dialogue.waiting_for is Asked.TEXT:
            unsettled = [t for t in self._offered if t not in self._fates]
            self._answered.update(unsettled[:1])

    def _fate(self, transaction: Transaction, fate: str) -> None:
        assert transaction not in self._fates, "two fates"
        self._fates[transaction] = fate

    def _end(self) -> None:
        left = self._dialogue.abandon()
        for transaction, fate in (
            (left.unknown, "unknown"),
            (left.started, "started"),
            (left.untouched, "untouched"),
        ):
            if transaction is not None:
                self._fate(transaction, fate)
        assert self._fates.keys() == set(self._offered), "a mail without a fate"
        for transaction, fate in self._fates.items():
            self._recipients(transaction, fate)

    def _recipients(self, transaction: Transaction, fate: str) -> None:
        accepted = {id(recipient) for recipient in transaction.accepted}
        for recipient in transaction.recipients:
            if fate == "settled":
                assert recipient.status is not Status.PENDING
            if recipient.status is Status.DELIVERED:
                assert fate == "settled"
                assert id(recipient) in accepted
                assert (recipient.reply or "").startswith("2")
                assert transaction in self._answered, "delivered without a final period"
        if fate == "unknown":
            assert transaction.accepted


if __name__ == "__main__":
    import sys

    from tests.fuzz.__main__ import main

    sys.argv.insert(1, "replies")
    main()
