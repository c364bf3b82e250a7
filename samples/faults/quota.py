"""A mailbox takes three mails, then it is full; and who is in a hurry has to wait."""

from collections import Counter

from emulator.sandbox.faults import Delay, Facts, Reply

_taken: Counter[str] = Counter()


def rcpt(facts: Facts) -> Reply | None:
    """A fourth mail is too much."""
    _taken[str(facts.recipient)] += 1
    if _taken[str(facts.recipient)] > 3:
        return Reply("452 4.2.2 Mailbox full")
    return None


def mail(facts: Facts) -> Delay | None:
    """Every tenth mail waits a little."""
    return Delay(0.1) if facts.mail % 10 == 0 else None
