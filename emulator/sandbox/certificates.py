"""Certificates of the sandbox: an authority of its own, made when they are first used.

Good ones, and two kinds that a client has to refuse. `trustme` is imported on first use.
"""

import ssl
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from emulator.sandbox.faults import TlsFault

if TYPE_CHECKING:
    import trustme

NAMES = ("localhost", "127.0.0.1", "::1")
WRONG_NAME = "some-other-server.example"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 1, 1, tzinfo=UTC)


class Certificates:
    """Server certificates for `names`, which are host names or addresses."""

    def __init__(self, *names: str) -> None:
        self._names = tuple(dict.fromkeys((*NAMES, *names)))
        self._contexts: dict[TlsFault | None, ssl.SSLContext] = {}

    @cached_property
    def _authority(self) -> "trustme.CA":
        import trustme

        return trustme.CA()

    def authority(self) -> bytes:
        """The certificate that clients have to trust, PEM."""
        return self._authority.cert_pem.bytes()

    def context(self, fault: TlsFault | None = None) -> ssl.SSLContext:
        """A server's context: good, or of a certificate that is `EXPIRED` or of a `WRONG_NAME`."""
        if fault not in self._contexts:
            self._contexts[fault] = self._made(fault)
        return self._contexts[fault]

    def _made(self, fault: TlsFault | None) -> ssl.SSLContext:
        authority = self._authority
        match fault:
            case TlsFault.EXPIRED:
                begin, end = _LONG_AGO
                leaf = authority.issue_cert(*self._names, not_before=begin, not_after=end)
            case TlsFault.WRONG_NAME:
                leaf = authority.issue_cert(WRONG_NAME)
            case _:
                leaf = authority.issue_cert(*self._names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context
