"""⚡ TLS over a connection, as a filter: bytes from the network in, bytes for the network out.

A transport of the event loop with TLS inside throws away what it has not read when the connection
breaks. Here the filter is ours, so that a reply which had arrived is still read (blueprint §9).
"""

import ssl
from contextlib import suppress

_READ = 64 * 1024
TLS_CLOSED = "the target ended TLS"


class TlsFilter:
    """The client's end. `failure` says what is wrong, if something is: nothing works from then on.

    `name`: whom the server's certificate has to be of, unless the context does not care.
    """

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        """Begins the handshake: `take` has the first bytes of it."""
        self.ready = False  # the handshake is done
        self.closed = False  # the other end said that nothing follows
        self.failure: str | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        try:
            self._tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        except ValueError as error:  # a name that no certificate can have
            self.failure = str(error)
        self.receive(b"")

    def receive(self, data: bytes) -> bytes:
        """What was inside these bytes; `take` may have something to be sent back."""
        found: list[bytes] = []
        if self._tls is None or self.failure is not None:
            return b""
        self._in.write(data)
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
            while data := self._tls.read(_READ):
                found.append(data)
            self.closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.closed = True
        except ssl.SSLError as error:
            self.failure = _reason(error)
        if self.closed and not self.ready:
            self.failure = TLS_CLOSED
        return b"".join(found)

    def send(self, data: bytes) -> bytes:
        """These bytes as they go on the network; nothing when TLS has failed."""
        if self._tls is None or self.failure is not None:
            return b""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._tls.write(rest) :]
        except ssl.SSLError as error:
            self.failure = _reason(error)
            return b""
        return self._out.read()

    def take(self) -> bytes:
        """What TLS itself has to say, such as its handshake or why it failed."""
        return self._out.read()

    def end(self) -> bytes:
        """What says that nothing follows."""
        if self._tls is not None and self.ready:
            with suppress(ssl.SSLError):  # it wants to hear the same from the other end
                self._tls.unwrap()
        return self._out.read()


def _reason(error: Exception) -> str:
    """The library's words, without its file and line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    reason = getattr(error, "reason", None) or str(error)
    return str(reason).replace("_", " ").lower()
