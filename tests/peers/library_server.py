"""aiosmtpd as a mail server in this process, with the same manners as those of `mail_servers`."""

import re
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.peers.certificates import server_context
from tests.peers.servers import DEFERRED, REFUSED, Arrived, free_port

_OURS = re.compile(rb"Received: from \S+ by \S+ \(CSSMTP [^)]*\)\r\n(?: .*\r\n){2}")


class LibraryServer:
    """A mailbox with a port. What came is here as it stood on the wire, with CRLF."""

    def __init__(self, _: Path) -> None:
        self._mails: list[Arrived] = []
        self._lock = threading.Lock()
        self._controller = Controller(
            self, "127.0.0.1", free_port(), data_size_limit=0, tls_context=server_context()
        )
        self._controller.start()
        self.address: tuple[str, int] = (self._controller.hostname, self._controller.port)

    def stop(self) -> None:
        """Close the port."""
        self._controller.stop()

    def arrived(self) -> list[Arrived]:
        """The mails that came since the last call."""
        with self._lock:
            found, self._mails = self._mails, []
        return found

    async def handle_RCPT(  # noqa: N802 the library's name
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Every mailbox is here but two."""
        match address.partition("@")[0]:
            case "refused":
                return REFUSED
            case "deferred":
                return DEFERRED
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, once for each recipient."""
        text = envelope.content
        assert isinstance(text, bytes)
        ours = _OURS.match(text)
        sender = (envelope.mail_from or "").removeprefix("<>")
        behind = text[ours.end() :] if ours else text
        with self._lock:
            self._mails += [Arrived(sender, to, behind) for to in envelope.rcpt_tos]
        return "250 2.0.0 OK"
