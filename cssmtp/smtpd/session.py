"""A spool file through SMTPD: its records in, replies, mails, deliveries and what is sent back out.

The commands are carried out, one after the other, as over a connection (spool-mail.md 1 to 5,
smtpd-migration.md 8). Nothing raises whatever stands in the records.
"""

from collections.abc import Callable, Iterable

from cssmtp.commands import COMMAND_MAX
from cssmtp.smtpd import mailtext
from cssmtp.smtpd.commands import Command, Verb, read
from cssmtp.smtpd.facts import BATCH, MissingHello, Origin, Site, Unsure, unsure
from cssmtp.smtpd.outcome import Mail, Outcome, Recipient, Response, fate_of
from cssmtp.smtpd.records import Line, LineReader
from cssmtp.smtpd.rewriting import address, rewrites
from cssmtp.smtpd.routing import Via, route
from cssmtp.smtpd.statements import Disallowed

RECIPIENTS_SEEN = 2000  # more than that CSSMTP does not take; SMTPD is not known to have a limit
_ERRORS_SEEN = 5
_SWITCHED = {
    Verb.VERB: Disallowed.VERB, Verb.QUEU: Disallowed.QUEU, Verb.HELP: Disallowed.HELP,
    Verb.VRFY: Disallowed.VRFY, Verb.EXPN: Disallowed.EXPN,
}  # fmt: skip
_REFUSED = {
    500: "500 Unknown command, '{word}'",
    501: "501 Syntax error in {verb}",
    502: "502 Command not implemented",
}


def run(records: Iterable[bytes], site: Site, origin: Origin = BATCH) -> Outcome:
    """What SMTPD makes of a spool file whose records these are, without carriage control."""
    session = _Session(site, origin)
    reader = LineReader(site.table, origin.netdata)
    for line in reader.lines(records):
        session.line(line)
    session.end()
    if reader.unfinished:
        session.mark("joined-last", reader.unfinished)
    return session.outcome()


class _Session:
    """The state between records."""

    def __init__(self, site: Site, origin: Origin) -> None:
        self._site = site
        self._origin = origin
        self._marks: dict[str, Unsure] = {}
        self._responses: list[Response] = []
        self._mails: list[Mail] = []
        self._records = 0
        self._errors = 0
        self._accepted = False  # some command was
        self._helo = ""
        self._verbose = self._asked_for_replies = False
        self._quit = False
        self._last_sender: str | None = None
        self._sender: str | None = None
        self._recipients: list[Recipient] = []
        self._begun = 0
        self._text: list[Line] | None = None
        self._do: dict[Verb, Callable[[Command, Line], str]] = {
            Verb.HELO: self._hello, Verb.MAIL: self._mail, Verb.RCPT: self._rcpt,
            Verb.DATA: self._data, Verb.RSET: self._reset, Verb.QUIT: self._end_of_file,
            Verb.VERB: self._verb, Verb.TICK: self._tick,
        }  # fmt: skip

    def mark(self, topic: str, record: int = 0) -> None:
        """The outcome rests on this; the first record of each topic counts."""
        self._marks.setdefault(topic, unsure(topic, record))

    def line(self, line: Line) -> None:
        """Take one line in."""
        self._records = line.record
        if self._quit:
            self.mark("after-quit", line.record)
        elif self._text is None:
            self._command(line)
        elif line.period:
            self._complete(line)
        else:
            self._text.append(line)

    def end(self) -> None:
        """The file ends here: a period and QUIT are supplied (spool-mail.md 5.4)."""
        if self._text is not None:
            self.mark("missing-period", self._records)
            self._complete(Line(self._records, b".", b"\x4b"))

    # --- commands ------------------------------------------------------------------------------

    def _command(self, line: Line) -> None:
        text = line.command
        if not text.strip(" "):
            return
        if len(line.raw.rstrip(b"\x40")) > COMMAND_MAX:
            self.mark("command-length", line.record)
        command = read(text, self._site.assumptions, self._site.config.at_sign)
        for topic in command.topics:
            self.mark(topic, line.record)
        self._say(line, text, self._reply(command, line))

    def _reply(self, command: Command, line: Line) -> str:
        if command.refused:
            word = "".join(c if c.isprintable() else "." for c in command.argument[:64])
            return _REFUSED[command.refused].format(word=word, verb=command.verb)
        assert command.verb is not None
        bit = _SWITCHED.get(command.verb)
        if bit is not None and bit & self._site.config.disallow_cmd:
            return "502 Command not allowed"
        done = self._do.get(command.verb)
        return done(command, line) if done else _ANSWERS[command.verb]

    def _say(self, line: Line, text: str, reply: str) -> None:
        bad = reply[0] in "45"
        self._errors += bad
        self._accepted = self._accepted or not bad
        if self._errors > _ERRORS_SEEN:
            self.mark("no-limit", line.record)
        echo = "".join(c if c.isprintable() else "." for c in text) if self._verbose else None
        self._responses.append(Response(line.record, reply, echo))

    def _hello(self, command: Command, line: Line) -> str:
        self._drop()
        self._helo = "".join(c for c in command.argument if "!" <= c <= "~")
        return f"250 {self._site.host} greets {self._helo}"

    def _mail(self, command: Command, line: Line) -> str:
        if self._sender is not None:
            self.mark("order", line.record)
            return "503 Sender is given already"
        if not self._helo and self._site.assumptions.missing_hello is MissingHello.REJECT:
            self.mark("order", line.record)
            return "503 HELO is missing"
        self._sender = self._last_sender = command.argument
        self._begun = line.record
        return "250 Sender is taken"

    def _rcpt(self, command: Command, line: Line) -> str:
        if self._sender is None:
            self.mark("order", line.record)
            return "503 MAIL is missing"
        way = route(command.argument, self._site, line.record)
        if way.via is Via.NOWHERE:
            return way.reply
        if len(self._recipients) == RECIPIENTS_SEEN:
            self.mark("recipients", line.record)
        for mark in way.unsure:
            self.mark(mark.topic, line.record)
        self._recipients.append(Recipient(command.argument, line.record, way))
        return "250 Recipient is taken"

    def _data(self, command: Command, line: Line) -> str:
        if not self._recipients:
            self.mark("order", line.record)
            return "503 RCPT is missing"
        self._text = []
        return "354 Text, up to a period"

    def _reset(self, command: Command, line: Line) -> str:
        self._drop()
        return "250 OK"

    def _end_of_file(self, command: Command, line: Line) -> str:
        self._quit = True
        return f"221 {self._site.host} ends"

    def _verb(self, command: Command, line: Line) -> str:
        self._verbose = command.argument.upper() == "ON"
        self._asked_for_replies = self._asked_for_replies or self._verbose
        self.mark("verb", line.record)
        return f"250 Verbose mode {'ON' if self._verbose else 'OFF'}"

    def _tick(self, command: Command, line: Line) -> str:
        name = "".join(c if c.isprintable() else "." for c in command.argument)
        return f"250 TICK {name}"

    def _drop(self) -> None:
        self._sender = None
        self._recipients = []

    # --- mails ---------------------------------------------------------------------------------

    def _complete(self, line: Line) -> None:
        assert self._text is not None
        assert self._sender is not None
        number = len(self._mails) + 1
        text = mailtext.text_of(self._text, self._site, self._helo, number)
        for topic, record in text.marks:
            self.mark(topic, record or self._begun)
        fate, topics = fate_of(self._origin, self._site)
        for topic in topics:
            self.mark(topic, self._begun)
        sent = self._envelope()
        self._mails.append(
            Mail(
                number=number, record=self._begun, helo=self._helo, sender=self._sender,
                wire_sender=sent, recipients=tuple(self._recipients), text=text, fate=fate,
            )
        )  # fmt: skip
        self._text = None
        self._drop()
        self._say(line, ".", "250 Mail is taken")

    def _envelope(self) -> str:
        """MAIL FROM as it leaves over TCP."""
        sender = self._sender or ""
        assumed = self._site.assumptions.rewrite_envelope
        if not (sender and assumed and rewrites(self._site)[0]) or sender.startswith("@"):
            return sender
        after, _ = address(sender, self._site)
        if after != sender and any(one.route.tcp for one in self._recipients):
            self.mark("envelope", self._begun)
        return after

    # --- the whole -----------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """What became of the file."""
        bad_file = None
        if not self._records:
            self.mark("no-commands")
        elif not self._accepted:
            self.mark("bad-file")
            bad_file = self._site.config.bad_spool_file_id
        if self._responses:
            self.mark("replies")
        return Outcome(
            responses=tuple(self._responses),
            mails=tuple(self._mails),
            origin=self._origin,
            records=self._records,
            responses_to=str(self._origin) if self._asked_for_replies else None,
            report_to=self._report_to() if self._errors else None,
            bad_file_to=bad_file,
            unsure=tuple(self._marks.values()),
        )

    def _report_to(self) -> str | None:
        """Who is mailed the error report: the last valid MAIL FROM, or the origin."""
        return str(self._origin) if self._last_sender is None else self._last_sender or None


_ANSWERS = {
    Verb.NOOP: "250 OK",
    Verb.HELP: "214 Commands: HELO MAIL RCPT DATA RSET QUIT NOOP HELP EXPN VRFY QUEU VERB TICK",
    Verb.EXPN: "250 OK",
    Verb.VRFY: "250 OK",
    Verb.QUEU: "250 OK",
}
