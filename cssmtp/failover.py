"""A mail that a target answered with "later": what goes on at once, and where (cssmtp-operations.md
3.2 and 3.8). No I/O."""

from cssmtp.mail import Recipient, Status
from cssmtp.routing import Routing
from cssmtp.smtp.transaction import Transaction
from cssmtp.targets import Target
from cssmtp.work import Item, Unfit


def goes_on(
    item: Item, transaction: Transaction, target: Target, routing: Routing, *, taken: bool
) -> bool:
    """Whether the mail is to be offered again at once; its recipients say to whom.

    Those that had 452 while others were accepted go out in one more transaction. Those that had any
    other 4xx go to the other targets that are up, before they wait for a retry.
    """
    later = [one for one in item.mail.recipients if one.status is Status.RETRY]
    if not later:
        return False
    many = _too_many(transaction) if taken else []
    if not many:
        item.unfit[target] = Unfit.DEFERRED
        if not routing.elsewhere(item):
            return False
    for recipient in many or later:
        recipient.status = Status.PENDING
    return True


def _too_many(transaction: Transaction) -> list[Recipient]:
    """RFC 5321 4.5.3.1.10: more recipients than the target takes in one transaction."""
    accepted = {id(one) for one in transaction.accepted}
    return [
        one
        for one in transaction.recipients
        if one.status is Status.RETRY
        and id(one) not in accepted
        and (one.reply or "").startswith("452")
    ]
