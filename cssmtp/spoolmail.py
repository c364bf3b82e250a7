"""The spool-mail parser: lines of a spool file in, mails and faults out. Sans-I/O.

A life in four states (spool-mail.md 3), kept over block borders. Text is never walked line by line:
the next lone period is found in a block at once, and what lies before it is a `Segment`. A mail is
complete at its period, or at the end of the file; nothing of it is sent before.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from cssmtp.choices import Choices
from cssmtp.commands import (
    MAIL_TOO_LARGE,
    NOT_ALLOWED,
    SEQUENCE,
    TEXT_TOO_LONG,
    BadCommand,
    Command,
    Verb,
    parse,
    parse_raw,
)
from cssmtp.lines import Lines
from cssmtp.mail import Mail, Notice, Recipient, Segment, Status, SyntaxFault
from cssmtp.transcode import Inspection

TEXT_MAX = 998
RECIPIENTS_MAX = 2000
BIG = 256 * 1024  # a mail above this is read again in pieces when it is sent
_FIELD = re.compile(rb"([!-9;-~]+):")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the configuration says about reading; sizes in bytes, 0 for no limit."""

    syntax_errors: int = 5
    mail_size: int = 0
    null_trnc: bool = False
    data_line_trunc: bool = False
    at_sign: bytes = b""  # taken as "@" in commands and headers; inspection code


class _State(Enum):
    START = auto()
    GREETED = auto()
    SENDER = auto()
    RECIPIENTS = auto()
    HEADER = auto()
    BODY = auto()
    ENDED = auto()


_TEXT = (_State.HEADER, _State.BODY)
Event = Mail | SyntaxFault | Notice


class SpoolMailParser:
    """Reads one spool file. `feed` each block's lines in order, then `finish`.

    `counted` errors so far; `exceeded` when there were more than JESSyntaxErrLimit and the rest of
    the file is not processed; `mails` whose envelope was accepted.
    """

    def __init__(self, code: Inspection, limits: Limits, choices: Choices) -> None:
        self._code = code
        self._limits = limits
        self._choices = choices
        self._state = _State.START
        self._greeting = Command(Verb.HELO)
        self._tls = False
        self._mail: Mail | None = None
        self._events: list[Event] = []
        self._quit_record = 0
        self._last_line = b""
        self._fault: str | None = None
        self._at = limits.at_sign
        self.counted = 0
        self.exceeded = False
        self.mails = 0

    @property
    def ended(self) -> bool:
        """Nothing more will be read: QUIT was seen, or too many errors."""
        return self._state is _State.ENDED

    def feed(self, lines: Lines) -> list[Event]:
        """What these lines make complete."""
        index, count = 0, len(lines.text)
        while index < count and self._state is not _State.ENDED:
            if self._state in _TEXT:
                index = self._text(lines, index)
            else:
                self._command(lines, index)
                index += 1
        return self._taken()

    def finish(self, records: int) -> list[Event]:
        """The end of a file of `records` records: a mail without its period is complete too."""
        if self._state in _TEXT and self._mail is not None:
            self._note(records, "missing_dot", "the file ends inside a mail: a period is supplied")
            if self._last_line.upper() == b"QUIT":
                self._note(records, "missing-period", "the last line of the text is QUIT")
            self._complete()
        elif self._state in (_State.SENDER, _State.RECIPIENTS):
            self._note(records, "incomplete", "the file ends before DATA: nothing is sent")
        if self._quit_record and records > self._quit_record:
            ignored = records - self._quit_record
            self._note(self._quit_record, "after_quit", f"{ignored} records after QUIT ignored")
        return self._taken()

    def _taken(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # --- commands ------------------------------------------------------------------------------

    def _command(self, lines: Lines, index: int) -> None:
        line = lines.text[index]
        record = lines.record(index)
        if lines.raw is not None and b"\0" in line:
            raw, trnc = lines.raw[index], self._limits.null_trnc
            found = parse_raw(raw, self._code, self._choices, null_trnc=trnc)
        else:
            found = parse(line.replace(self._at, b"@") if self._at else line, self._choices)
        if not line.strip(b"\0\t\n "):
            self._note(record, "blank-record", "a blank record outside a mail's text is skipped")
        elif isinstance(found, BadCommand):
            self._bad(found, record, line)
        else:
            self._good(found, record, line)

    def _bad(self, command: BadCommand, record: int, line: bytes) -> None:
        if command.verb is Verb.RCPT and self._state in (_State.SENDER, _State.RECIPIENTS):
            self._recipient(Recipient(self._shown(line), record), command.reply, line)
        elif command.verb is Verb.RCPT:
            self._error(record, command.reply, line, counted=False)
        else:
            self._error(record, command.reply, line)

    def _good(self, command: Command, record: int, line: bytes) -> None:
        if command.blank_after_colon:
            self._note(record, "blank_after_colon", "a blank beside the colon; RFC 5321 has none")
        match command.verb:
            case Verb.HELO | Verb.EHLO:
                self._greeting, self._tls, self._mail = command, False, None
                self._state = _State.GREETED
            case Verb.RSET:
                self._mail = None
                if self._state is not _State.START:
                    self._state = _State.GREETED
            case Verb.QUIT:
                self._quit(record)
            case _:
                self._transaction(command, record, line)

    def _quit(self, record: int) -> None:
        if self._state in (_State.SENDER, _State.RECIPIENTS):
            self._note(record, "incomplete", "QUIT before DATA: nothing is sent")
        self._state, self._quit_record = _State.ENDED, record

    def _transaction(self, command: Command, record: int, line: bytes) -> None:
        greeted = self._state is _State.GREETED
        if command.verb is Verb.STARTTLS and greeted and self._greeting.verb is Verb.EHLO:
            self._tls = True
        elif command.verb is Verb.MAIL and greeted:
            self._mail = Mail(0, record, self._greeting.argument, command.argument, self._tls)
            self._state = _State.SENDER
        elif command.verb is Verb.RCPT and self._state in (_State.SENDER, _State.RECIPIENTS):
            self._recipient(Recipient(command.argument, record), None, line)
        elif command.verb is Verb.DATA and self._state is _State.RECIPIENTS and self._mail:
            self.mails += 1
            self._mail.ordinal = self.mails
            self._fault, self._last_line = None, b""
            self._state = _State.HEADER
        else:
            self._error(record, SEQUENCE, line, counted=command.verb is not Verb.RCPT)

    def _recipient(self, recipient: Recipient, fault: str | None, line: bytes) -> None:
        mail = self._mail
        if mail is None:
            return
        self._state = _State.RECIPIENTS
        if len(mail.recipients) == RECIPIENTS_MAX:
            text = f"more than {RECIPIENTS_MAX} RCPT records: this recipient gets no mail"
            self._note(recipient.record, "recipient-limit", text)
            return
        if fault:
            self._error(recipient.record, fault, line, counted=False)
            recipient.status, recipient.reply = Status.UNDELIVERABLE, fault
        mail.recipients.append(recipient)

    # --- text ----------------------------------------------------------------------------------

    def _text(self, lines: Lines, start: int) -> int:
        """Take text from line `start` on; the index behind it."""
        mail = self._mail
        if mail is None:
            raise AssertionError("text without a mail")
        try:
            stop = lines.text.index(b".", start)
            ends = True
        except ValueError:
            stop, ends = len(lines.text), False
        if self._state is _State.HEADER:
            split = self._header(mail, lines, start, stop)
            self._take(mail, mail.header, lines, start, split)
            start = split
        self._take(mail, mail.body, lines, start, stop)
        if ends:
            self._complete()
            return stop + 1
        return stop

    def _header(self, mail: Mail, lines: Lines, start: int, stop: int) -> int:
        """The index of the first line that is no header line (spool-mail.md 5.3)."""
        for index in range(start, stop):
            line = lines.text[index]
            if not line:
                self._state = _State.BODY
                return index
            if not self._header_line(mail, line.replace(self._at, b"@") if self._at else line):
                mail.blank_line_missing = True
                mail.size += 2
                self._state = _State.BODY
                return index
        return stop

    def _header_line(self, mail: Mail, line: bytes) -> bool:
        """Whether the line, with what X'15' splits off it, belongs to the header."""
        for piece in line.split(b"\n") if b"\n" in line else (line,):
            match = _FIELD.match(piece)
            if match is None:
                if piece[:1] not in (b" ", b"\t") or not (mail.header or self._last_line):
                    return False
                continue
            name = match[1].lower()
            mail.has_date = mail.has_date or name == b"date"
            mail.has_message_id = mail.has_message_id or name == b"message-id"
            self._last_line = piece
        return True

    def _take(self, mail: Mail, to: list[Segment], lines: Lines, start: int, stop: int) -> None:
        """Lines `start` to `stop` belong to the mail; check them, count their bytes."""
        if start == stop:
            return
        text = lines.text[start:stop]
        self._last_line = text[-1]
        again = mail.big and not lines.keep
        to.append(Segment(lines.first, start, stop, None if again else lines))
        mail.size += sum(map(len, text)) + 2 * len(text)
        if not lines.ascii:
            mail.eight_bit += sum(len(t) - len(t.decode("ascii", "ignore")) for t in text)
        if lines.forbidden or lines.new_lines or lines.dots or lines.longest > TEXT_MAX:
            self._careful(mail, lines, start, stop)
        if mail.size > BIG and not mail.big:
            mail.big = True
            for segment in (*mail.header, *mail.body):
                segment.lines = lines if lines.keep and segment.lines is lines else None
        if self._limits.mail_size and mail.size > self._limits.mail_size:
            self._reject(mail, lines.record(start), MAIL_TOO_LARGE, text[0])

    def _careful(self, mail: Mail, lines: Lines, start: int, stop: int) -> None:
        """What the bulk path cannot see: forbidden bytes, split, long and period lines."""
        for index in range(start, stop):
            line = lines.text[index]
            if b"\0" in line:
                self._reject(mail, lines.record(index), NOT_ALLOWED, line)
            pieces = line.split(b"\n") if b"\n" in line else (line,)
            if len(pieces) > 1:
                mail.new_lines = True
                mail.size += len(pieces) - 1 + pieces.count(b".")
            for piece in pieces:
                if len(piece) > TEXT_MAX:
                    self._long(mail, lines.record(index), piece)
                if piece[:1] == b"." and piece[1:2] not in (b".", b""):
                    text = "the line begins with one period, which the next server takes away"
                    self._note(lines.record(index), "leading-period", text)

    def _long(self, mail: Mail, record: int, piece: bytes) -> None:
        if self._limits.data_line_trunc:
            mail.truncated = True
            mail.size -= len(piece) - TEXT_MAX
            self._note(record, "data-line-trunc", f"a text line is cut to {TEXT_MAX} characters")
        else:
            self._reject(mail, record, TEXT_TOO_LONG, piece)

    def _reject(self, mail: Mail, record: int, reply: str, line: bytes) -> None:
        """The mail's text has a fault: counted once per mail, which is dropped at its period."""
        if self._fault is None:
            self._fault = reply
            self._error(record, reply, line[:TEXT_MAX])
            if self._state is _State.ENDED:
                self._complete()

    def _complete(self) -> None:
        """The mail is whole: hand it on, with its recipients settled if its text had a fault."""
        mail, self._mail = self._mail, None
        if mail is None:
            return
        if self._state is not _State.ENDED:
            self._state = _State.GREETED
        if self._fault is not None:
            for recipient in mail.waiting:
                recipient.status, recipient.reply = Status.UNDELIVERABLE, self._fault
        if not mail.body and not mail.blank_line_missing:
            mail.blank_line_missing = True
            mail.size += 2
        self._events.append(mail)

    # --- findings ------------------------------------------------------------------------------

    def _error(self, record: int, reply: str, line: bytes, *, counted: bool = True) -> None:
        number = self.mails + (0 if self._state in _TEXT else 1)
        self._events.append(SyntaxFault(record, number, reply, self._shown(line), counted))
        if counted:
            self.counted += 1
            limit = self._limits.syntax_errors
            if limit and self.counted > limit:
                self.exceeded = True
                self._state = _State.ENDED

    def _note(self, record: int, rule: str, text: str) -> None:
        self._events.append(Notice(record, rule, text))

    def _shown(self, line: bytes) -> str:
        """A record for people: its characters, with a period for what cannot be printed."""
        text = "".join(self._code.characters[byte] for byte in line)
        return "".join(c if c.isprintable() else "." for c in text)
