"""The beginning of a dialogue, up to the point where mail can be offered: greeting, EHLO or HELO,
and STARTTLS if TLS is needed (cssmtp-operations.md 3.6-3.8). Sans-I/O: a reply in, the next step
out."""

from dataclasses import dataclass

from cssmtp.smtp.extensions import Capabilities, capabilities
from cssmtp.smtp.replies import Reply, ReplyError
from cssmtp.smtp.transaction import Asked, LacksTls, Ready, Refused, StartTls, hello
from cssmtp.verdict import FALL_BACK_TO_HELO

NOT_OFFERED = "STARTTLS is not offered"


@dataclass(frozen=True, slots=True)
class Say:
    """A command, and what it is."""

    data: bytes
    asked: Asked


Step = Say | Ready | Refused | LacksTls | StartTls


class Opening:
    """How a connection begins. With `tls` no mail is offered before TLS is up; `ehlo_again` is
    Options TLSEhlo."""

    def __init__(self, host: str, *, tls: bool, ehlo_again: bool) -> None:
        self._host = host
        self._tls_due = tls
        self._ehlo_again = ehlo_again

    def answered(self, asked: Asked, reply: Reply) -> Step:
        """What follows on a reply. Raises `ReplyError` for one that makes no sense."""
        if asked is Asked.GREETING:
            return self._hello("EHLO") if reply.code == 220 else Refused(reply)
        if asked is Asked.STARTTLS:
            return self._starttls(reply)
        if reply.positive:
            can = capabilities(reply) if asked is Asked.EHLO else Capabilities()
            return self._greeted(can)
        if asked is Asked.EHLO and reply.code in FALL_BACK_TO_HELO:
            return self._hello("HELO")
        return Refused(reply)

    def secured(self) -> Step:
        """TLS is up: what the target said of itself in clear counts no more (RFC 3207 4.2). Without
        TLSEhlo it does not say anything again (blueprint §8)."""
        self._tls_due = False
        return self._hello("EHLO") if self._ehlo_again else Ready(Capabilities(esmtp=True))

    def _hello(self, verb: str) -> Say:
        return Say(hello(verb, self._host), Asked[verb])

    def _greeted(self, can: Capabilities) -> Step:
        if not self._tls_due:
            return Ready(can)
        return Say(b"STARTTLS\r\n", Asked.STARTTLS) if can.starttls else LacksTls(NOT_OFFERED)

    def _starttls(self, reply: Reply) -> Step:
        if reply.positive:
            return StartTls()
        if reply.code < 400:
            raise ReplyError(f"{reply.code} in answer to STARTTLS")
        return LacksTls(reply.text, reply)
