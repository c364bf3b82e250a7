"""What a reply means for a recipient (cssmtp-operations.md 3.8). One table, no state."""

from cssmtp.mail import DELIVERED, Status
from cssmtp.smtp.replies import Reply


def status_of(reply: Reply) -> Status:
    """2xx to the final period delivers, 4xx asks for a retry, anything else is final."""
    if reply.positive:
        return DELIVERED
    return Status.RETRY if reply.transient else Status.UNDELIVERABLE


FALL_BACK_TO_HELO = frozenset({500, 501, 502, 504})
