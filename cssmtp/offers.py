"""What a connection may offer its target, and how: sizes and envelopes. Pure.

Every offer writes the text anew from the spool, in the Charset of the target at hand: a mail that
goes to another target after a failure is translated for that one.
"""

from dataclasses import dataclass

from cssmtp import text
from cssmtp.mail import Mail
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import Transaction, envelope
from cssmtp.targets import Route


@dataclass(frozen=True, slots=True)
class Offers:
    """Makes transactions. `at_sign` as in Options AtSign."""

    at_sign: bytes = b""

    def fits(self, route: Route, can: Capabilities, mail: Mail) -> bool:
        """The target takes a mail of that size: SIZE as it announced it, MessageSize for one that
        only knows HELO (cssmtp-operations.md 3.6)."""
        limit = can.size if can.esmtp else route.target.server.message_size
        if not limit or route.bound(mail) <= limit:
            return True
        inexact = route.wire.extra and mail.eight_bit and not mail.big
        return bool(inexact) and len(self._text(route, mail)) <= limit

    def transaction(self, route: Route, can: Capabilities, mail: Mail) -> Transaction:
        """The mail for the recipients that wait. Raises `ValueError` when an address cannot be said
        in SMTP at all."""
        body = None if mail.big else self._text(route, mail)
        size = None
        if can.size is not None:
            size = route.bound(mail) if body is None else len(body)
        recipients = mail.waiting
        lines = envelope(mail.sender, recipients, size)
        return Transaction(mail, recipients, lines, body)

    def _text(self, route: Route, mail: Mail) -> bytes:
        return text.whole(mail, route.wire, self.at_sign)
