"""Any bytes from a target, however they are cut, give events and never an exception, and lose no
mail: each one offered ends in exactly one way (style.md R10; blueprint §9).

    python -m tests.fuzz.replies --seconds 5
"""

from cssmtp.mail import Mail, Recipient, Status
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.replies import REPLY_MAX
from cssmtp.smtp.transaction import Asked, NeedText, Settled, Transaction, envelope

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
    CUT.join([b"220 x\r\n", b"250 x\r\n", b"550 no\r\n", *[b"250 ok\r\n"] * 3, b"451 x\r\n"]),
]
WORDS = [
    CUT, b"220 ", b"250 ", b"250-", b"354 ", b"421 bye\r\n", b"450 ", b"550 ", b"\r\n", b"\n",
    b"250 ok\r\n", b"354 go\r\n", b"SIZE 9999999999999999999", b"SIZE=", b"PIPELINING", b"\0",
    b"\xc3\xa4", b"199 ", b"600 ", b"250", b"2500 ", b"250" + b"x" * REPLY_MAX,
]  # fmt: skip


def check(data: bytes) -> None:
    """The dialogue's promise, with and without pipelining, texts in memory and streamed."""
    pieces = data.split(CUT)
    for pipelining in (True, False):
        for streamed in (True, False):
            _Conversation(pipelining=pipelining, streamed=streamed).hear(pieces)


class _Conversation:
    """A dialogue that is told whatever there is, and books on what became of its mails."""

    def __init__(self, *, pipelining: bool, streamed: bool) -> None:
        self._streamed = streamed
        self._offered: list[Transaction] = []
        self._fates: dict[Transaction, str] = {}
        self._answered: set[Transaction] = set()  # a reply came while the final period was open
        self._dialogue = Dialogue("host", "target", self._source, pipelining=pipelining)

    def hear(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._note_open_text()
            events = self._dialogue.receive(piece)
            while events:
                for event in events:
                    if isinstance(event, Settled):
                        self._fate(event.transaction, "settled")
                asked = any(isinstance(event, NeedText) for event in events)
                self._dialogue.take()
                events = self._dialogue.text_sent() if asked else []
            self._dialogue.take()
        self._dialogue.kick()
        self._dialogue.quit()
        self._end()

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
