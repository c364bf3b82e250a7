"""What tests of the sending side need: mails without a spool, a spool without a store, and a model
of an SMTP server that says what a test wants."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

from cssmtp.choices import DEFAULT
from cssmtp.codes import SingleByte
from cssmtp.config.statements import Target as Configured
from cssmtp.config.statements import TargetKind, TargetServer, Timeout
from cssmtp.delivery import Delivery
from cssmtp.lines import LineReader
from cssmtp.mail import Mail, Recipient
from cssmtp.setting import Setting
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import Event, NeedText, Settled, Transaction, envelope
from cssmtp.targets import Target
from cssmtp.transcode import Wire, inspection
from cssmtp.work import FileWork, Item
from emulator.waits import RealWaits
from jes.codepages import page
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import FB
from jes.sysout import Disposition, SpoolFile

CODE = inspection(page("IBM-1047"))
WIRE = SingleByte(CODE, DEFAULT).wire
HOST = "mvs1.example.com"
NOW = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
QUICK = Timeout(  # seconds; fractions do where a test waits for one of them
    initial_msg=20, any_cmd=20, mail_cmd=20, rcpt_cmd=20, data_cmd=20, data_block=20, data_term=20
)


def quick(**seconds: float) -> Timeout:
    """Limits of which the named ones are short."""
    return replace(QUICK, **seconds)  # type: ignore[arg-type]


def a_spool_file(mails: int = 1) -> SpoolFile:
    """A spool file that nobody reads."""
    return SpoolFile(
        key=1,
        dsid=102,
        jobid=JobId("JOB00001"),
        jobname=JobName("MAILJOB"),
        owner=UserId("IBMUSER"),
        stepname="SEND",
        procstep=None,
        ddname=DdName("SYSUT2"),
        dsname="IBMUSER.MAILJOB.JOB00001.D0000102.?",
        recfm=FB,
        lrecl=80,
        records=mails,
        size=80 * mails,
        sysout_class=SysoutClass("B"),
        writer=WriterName("CSSMTP"),
        dest="LOCAL",
        forms=None,
        notify=None,
        disposition=Disposition.WRITE,
        outgrp="1.1.1",
        incarnation=1,
    )


def a_mail(
    number: int = 1, *to: str, sender: str = "a@example.com", text: bytes = b"", big: bool = False
) -> Mail:
    """A mail whose whole text is what CSSMTP adds: nothing of it has to be read."""
    addresses = to or ("b@example.com",)
    recipients = [Recipient(address, number) for address in addresses]
    mail = Mail(number, number, "TEST", sender, recipients=recipients, big=big)
    mail.prefix = text or b"Subject: %d\r\n\r\nbody of %d\r\n" % (number, number)
    return mail


def outcome(mail: Mail) -> dict[str, str]:
    """What became of each recipient: status, and the reply's code if it is one."""
    found = {}
    for recipient in mail.recipients:
        reply = recipient.reply or ""
        code = f" {reply[:3]}" if reply[:3].isdigit() and reply[3:4] != "." else ""
        found[recipient.address] = f"{recipient.status}{code}"
    return found


def transaction(mail: Mail, size: int | None = None, *, streamed: bool = False) -> Transaction:
    """A mail offered once, as the delivery does it."""
    recipients = mail.waiting
    lines = envelope(mail.sender, recipients, size)
    return Transaction(mail, recipients, lines, None if streamed else mail.prefix)


# --- a model of a server -----------------------------------------------------------------------

Answers = Mapping[bytes, bytes]  # by the beginning of a command; `.` is the final period


@dataclass
class Server:
    """Answers commands with 250, 354 and so on, or as `answers` says for the longest match.

    Like a real server it wants MAIL before RCPT, a recipient before DATA, and keeps what it took.
    """

    answers: Answers = field(default_factory=dict)
    extensions: tuple[bytes, ...] = (b"PIPELINING", b"SIZE 1000000")
    lenient: bool = False  # takes DATA without a recipient, as RFC 2920 3.1 warns of
    most_recipients: int = 10_000  # of a transaction
    most_mails: int = 10_000  # of a connection
    took: list[tuple[list[str], bytes]] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    _buffer: bytes = b""
    _sender: bool = False
    _to: list[str] = field(default_factory=list)
    _data: bool = False

    def greeting(self) -> bytes:
        """The first thing that is said."""
        return self.answers.get(b"", b"220 test") + b"\r\n"

    def feed(self, data: bytes) -> list[bytes]:
        """The replies, one for each command."""
        self._buffer += data
        replies: list[bytes] = []
        while True:
            end = b"\r\n.\r\n" if self._data else b"\r\n"
            if self._data and self._buffer.startswith(b".\r\n"):
                text, rest = b"", self._buffer[3:]
            else:
                text, found, rest = self._buffer.partition(end)
                if not found:
                    return replies
            self._buffer = rest
            reply = self._text(text) if self._data else self._command(text)
            replies.append(reply + b"\r\n")

    def _scripted(self, line: bytes) -> bytes | None:
        found = [key for key in self.answers if key and line.startswith(key)]
        return self.answers[max(found, key=len)] if found else None

    def _text(self, text: bytes) -> bytes:
        self._data = False
        reply = self._scripted(b".") or b"250 taken"
        if reply.startswith(b"2"):
            self.took.append((self._to, text))
        self._sender, self._to = False, []
        return reply

    def _command(self, line: bytes) -> bytes:
        self.commands.append(line)
        usual, scripted = self._usual(line), self._scripted(line)
        reply = usual if scripted is None or usual.startswith(b"503") else scripted
        if line.startswith(b"MAIL"):
            self._sender = reply.startswith(b"2")
        elif line.startswith(b"RCPT") and reply.startswith(b"2"):
            self._to.append(line[9:-1].decode())
        elif line == b"RSET":
            self._sender, self._to = False, []
        self._data = reply.startswith(b"354")
        return reply

    def _usual(self, line: bytes) -> bytes:
        verb = line[:4]
        if verb == b"EHLO":
            *first, last = (b"test", *self.extensions)
            return b"".join(b"250-" + word + b"\r\n" for word in first) + b"250 " + last
        if (verb == b"MAIL" and len(self.took) >= self.most_mails) or (
            verb == b"RCPT" and self._sender and len(self._to) >= self.most_recipients
        ):
            return b"452 4.5.3 too many"
        if verb == b"RCPT" and not self._sender:
            return b"503 MAIL first"
        if verb == b"DATA" and not self._to and not self.lenient:
            return b"503 no valid recipients" if self._sender else b"503 MAIL first"
        if line == b"STARTTLS":
            return b"220 go on" if b"STARTTLS" in self.extensions else b"502 no"
        return {b"DATA": b"354 go on", b"QUIT": b"221 bye"}.get(verb, b"250 ok")


@dataclass
class Talk:
    """A dialogue and a server in conversation. `settled` has the transactions in order."""

    dialogue: Dialogue
    server: Server
    settled: list[Transaction] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    writes: list[bytes] = field(default_factory=list)
    _heard: int = 0  # bytes, by the server

    def heard(self, events: Sequence[Event]) -> None:
        """What a shell does with events."""
        self.events += events
        for event in events:
            if isinstance(event, Settled):
                self.settled.append(event.transaction)
            elif isinstance(event, NeedText):
                self.writes.append(b"".join((*self.dialogue.take(), event.transaction.mail.prefix)))
                self.heard(self.dialogue.text_sent())

    def run(self, cut: Callable[[bytes], Sequence[bytes]] = lambda data: [data]) -> Self:
        """Talk until nobody has anything to say; replies arrive in the pieces that `cut` makes."""
        said = self.server.greeting()
        while said:
            for piece in cut(said):
                self.heard(self.dialogue.receive(piece))
                self.writes += [b"".join(out)] if (out := self.dialogue.take()) else []
            written = b"".join(self.writes)
            said = b"".join(self.server.feed(written[self._heard :]))
            self._heard = len(written)
        return self


def talk(
    mails: Sequence[Mail],
    server: Server | None = None,
    *,
    pipelining: bool = True,
    streamed: bool = False,
) -> Talk:
    """A dialogue that offers these mails in order."""
    waiting = list(mails)

    def source(can: Capabilities) -> Transaction | None:
        if not waiting:
            return None
        mail = waiting.pop(0)
        size = None if can.size is None else len(mail.prefix)
        return transaction(mail, size, streamed=streamed)

    dialogue = Dialogue(HOST, "target:25", source, pipelining=pipelining)
    return Talk(dialogue, server or Server())


# --- a delivery without a spool ----------------------------------------------------------------


def a_target(address: tuple[str, int], **attributes: int | str | bool) -> Target:
    """A target server at an address, with attributes of its TargetServer block."""
    host, port = address
    configured = (Configured(TargetKind.IP, host),)
    server = TargetServer(targets=configured, **attributes)  # type: ignore[arg-type]
    return Target(host, port, f"{host}:{port}", server)


@dataclass
class Sent:
    """The mails of one delivery, in the order in which they were settled."""

    order: list[int] = field(default_factory=list)
    mails: dict[int, Mail] = field(default_factory=dict)

    def outcomes(self) -> dict[int, str]:
        """For each mail, the outcome of its first recipient."""
        return {number: next(iter(outcome(mail).values())) for number, mail in self.mails.items()}


async def deliver(
    mails: Sequence[Mail],
    targets: Sequence[Target],
    *,
    limits: Timeout = QUICK,
    pipelining: bool = True,
    serial: bool = False,
    release: bool = True,
) -> Sent:
    """Send mails through a `Delivery` until each is settled and every connection is gone."""
    sent = Sent()
    setting = Setting(
        host=HOST,
        wire=WIRE,
        timeout=limits,
        clock=RealWaits(lambda: NOW),
        pipelining=pipelining,
        serial=serial,
    )

    def settled(_: SpoolFile, mail: Mail) -> None:
        assert mail.ordinal not in sent.mails, "settled twice"
        sent.order.append(mail.ordinal)
        sent.mails[mail.ordinal] = mail

    file = a_spool_file(len(mails))
    work = FileWork(file, LineReader(FB, 80, CODE), settled)
    async with asyncio.TaskGroup() as tasks:
        delivery = Delivery(targets, setting, pieces, tasks)
        try:
            for mail in mails:
                work.on_way[mail.ordinal] = mail
                await delivery.put(Item(mail, work))
            await work.idle()
            if release:
                delivery.release()
            await delivery.close()
        finally:
            await delivery.abort()
    assert sorted(sent.mails) == sorted(mail.ordinal for mail in mails)
    return sent


async def pieces(item: Item, _: Wire) -> AsyncGenerator[bytes, None]:
    """The text of a streamed mail, 64 KiB at a time."""
    text = item.mail.prefix
    for at in range(0, len(text), 65_536):
        await asyncio.sleep(0)
        yield text[at : at + 65_536]
