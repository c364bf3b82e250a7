"""The spool-mail parser: lines of a spool file in, mails and faults out. Sans-I/O.

A life in a few states (spool-mail.md 3), kept over block borders. Text is never walked line by
line: the next lone period is found in a block at once, and what lies before it is a `Segment`. A
mail is complete at its period, or at the end of the file; nothing of it is sent before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

from cssmtp.choices import AfterQuit, BlankAfterColon, Choices, MissingDot, SyntaxErrorLimit
from cssmtp.commands import (
    SEQUENCE,
    BadCommand,
    Blank,
    Command,
    CommandReader,
    Shows,
    Verb,
)
from cssmtp.lines import Lines
from cssmtp.mail import Mail, Notice, Recipient, Status, SyntaxFault
from cssmtp.mailtext import TextLimits, TextReader, nothing_lost
from cssmtp.notices import RULES, Notices, envelopes
from cssmtp.plainmails import PlainMails, Session, plain_mails
from cssmtp.spoken import Spoken, TextTaken
from cssmtp.textlines import TEXT_MAX, TextRules

RECIPIENTS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """What the configuration says about reading; sizes in bytes, 0 for no limit.

    `lost` counts the characters of lines that the targets' charset lacks; `charsets` are those of
    the targets, in their canonical names.
    """

    syntax_errors: int = 5
    mail_size: int = 0
    null_trnc: bool = False
    data_line_trunc: bool = False
    at_sign: bytes = b""  # taken as "@" in commands and headers; inspection code
    replace_subject_at_sign: bool = True
    lost: Callable[[bytes], int] = nothing_lost
    charsets: frozenset[str] = frozenset()
    utf8: bool = False  # the lines are UTF-8 (MBCS YES)


class _State(Enum):
    START = auto()
    GREETED = auto()
    SENDER = auto()
    RECIPIENTS = auto()
    TEXT = auto()
    ENDED = auto()


# looking up an enum's member takes longer than a command may (Python 3.11)
_START, _GREETED, _SENDER, _RECIPIENTS, _TEXT, _ENDED = _State
_MAIL, _RCPT, _DATA = Verb.MAIL, Verb.RCPT, Verb.DATA
_OPEN = (_SENDER, _RECIPIENTS)
Event = Mail | PlainMails | SyntaxFault | Notice | Spoken | TextTaken


class SpoolMailParser:
    """Reads one spool file. `feed` each block's lines in order, then `finish`.

    `counted` errors so far; `exceeded` when there were more than JESSyntaxErrLimit and the rest of
    the file is not processed; `mails` whose envelope was accepted. With `offers` there are events
    for commands and text too.
    """

    def __init__(self, code: Shows, limits: Limits, choices: Choices) -> None:
        self._code = code
        self._limits = limits
        self._choices = choices
        self._rules = TextRules(
            bare_crlf=choices.bare_crlf,
            truncate=limits.data_line_trunc,
            replace_subject=limits.replace_subject_at_sign,
            utf8=limits.utf8,
        )
        self._commands = CommandReader(code, choices, limits.null_trnc, limits.at_sign)
        self._events: list[Event] = []
        self._notices = Notices(self._events_add)
        text_limits = TextLimits(
            rules=self._rules,
            graphic_rule=choices.graphic_rule,
            mail_size=limits.mail_size,
            at_sign=limits.at_sign,
            lost=limits.lost,
            charsets=limits.charsets,
        )
        self._text = TextReader(text_limits, self._notices)
        self._state = _START
        self._greeting = Command(Verb.HELO)
        self._tls = False
        self._mail: Mail | None = None
        self._quit_record = 0
        self._rejected: str | None = None
        self._ranges: list[tuple[int, int]] = []
        self._plain: list[PlainMails] = []
        self._periods = self._envelopes = 0
        self.counted = 0
        self.exceeded = False
        self.mails = 0
        self.offers = False

    @property
    def ended(self) -> bool:
        """Nothing more will be read: QUIT was seen, or too many errors."""
        return self._state is _ENDED

    def stop(self, mails: int) -> None:
        """Nothing behind so many mails is wanted."""
        self._state, self.mails = _ENDED, mails
        self._mail, self._quit_record = None, 0

    def feed(self, lines: Lines) -> list[Event]:
        """What these lines make complete. `PlainMails` become mails when they are wanted."""
        self._ranges, self._plain = [], []
        self._periods = self._envelopes = 0
        index, count = 0, len(lines.text)
        plain = self._is_plain(lines)
        while index < count and self._state is not _ENDED:
            if plain and self._state is _GREETED:
                index = self._plain_mails(lines, index)
            if index == count:
                break
            if self._state is _TEXT:
                index = self._take(lines, index)
            else:
                index = self._session(lines, index)
        if self._odd(lines):
            ranges = sorted(chain(self._ranges, *(mails.text() for mails in self._plain)))
            self._notices.look(lines, ranges)
        return self._taken()

    def _odd(self, lines: Lines) -> bool:
        """Whether some text in these lines deserves a closer look."""
        if lines.hints.odd or lines.column.count(b".") != self._periods:
            return True
        begin_with_m = lines.column.count(b"M") + lines.column.count(b"m")
        return begin_with_m != self._envelopes and envelopes(lines.text) != self._envelopes

    def finish(self, records: int) -> list[Event]:
        """The end of a file of `records` records: a mail without its period is complete too."""
        if self._state is _TEXT:
            self._missing_dot(records)
        elif self._state in _OPEN:
            self._note(records, "incomplete", "the file ends before DATA: nothing is sent")
        if self._quit_record and records > self._quit_record:
            self._after_quit(records - self._quit_record)
        self._notices.finish()
        return self._taken()

    def _taken(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _events_add(self, event: Event) -> None:
        self._events.append(event)

    # --- whole mails at once -------------------------------------------------------------------

    def _is_plain(self, lines: Lines) -> bool:
        """Nothing in these lines, and no limit, asks for a look at single lines."""
        limits = self._limits
        return (
            lines.ascii
            and not self.offers
            and not lines.special
            and lines.longest <= TEXT_MAX
            and len(lines.column) == len(lines.text)
            and not limits.mail_size
            and not limits.at_sign
        )

    def _plain_mails(self, lines: Lines, index: int) -> int:
        """Take mails that stand whole in plain lines; the index behind them. What is not quite so
        is left to the longer way, which comes to the same."""
        found = plain_mails(lines, index)
        if not found:
            return index
        session = Session(self._greeting.argument, self._tls, self._rules)
        mails = PlainMails(session, lines, self.mails, found)
        self.mails += len(found)
        self._envelopes += len(found)
        self._periods += len(found)
        self._plain.append(mails)
        self._events.append(mails)
        return found[-1][1] + 1

    # --- commands ------------------------------------------------------------------------------

    def _session(self, lines: Lines, index: int) -> int:
        """Take commands up to DATA or QUIT; the index behind them. This is the way of most mails:
        what goes wrong, and what is rare, is dealt with elsewhere."""
        parse, known, text = self._commands.parse, self._commands.known.get, lines.text
        for at in range(index, len(text)):
            found = known(text[at]) or parse(text[at])
            record = lines.first + at if lines.numbers is None else lines.numbers[at]
            errors = self.counted
            if not isinstance(found, Command):
                self._bad(found, record, text[at])
            elif found.blank_after_colon or not self._transaction(found, record):
                self._other(found, record, text[at])
            if self.offers and isinstance(found, Command) and errors == self.counted:
                self._events.append(Spoken(found.verb, record, text[at]))
            if self._state is _TEXT or self._state is _ENDED:
                return at + 1
        return len(text)

    def _transaction(self, command: Command, record: int) -> bool:
        """MAIL, RCPT or DATA in its place; false for anything else."""
        verb, state, mail = command.verb, self._state, self._mail
        if verb is _RCPT and mail is not None and len(mail.recipients) < RECIPIENTS_MAX:
            mail.recipients.append(Recipient(command.argument, record))
            self._state = _RECIPIENTS
        elif verb is _MAIL and state is _GREETED:
            self._envelopes += 1
            self._mail = Mail(0, record, self._greeting.argument, command.argument, self._tls)
            self._state = _SENDER
        elif verb is _DATA and state is _RECIPIENTS and mail is not None:
            self.mails += 1
            mail.ordinal, mail.rules = self.mails, self._rules
            self._rejected = None
            self._text.begin(mail)
            self._state = _TEXT
        else:
            return False
        return True

    def _bad(self, found: BadCommand | Blank, record: int, line: bytes) -> None:
        if isinstance(found, Blank):
            self._note(record, "blank-record", RULES["blank-record"])
            return
        self._notices.numbered(line, record)
        if found.verb is not _RCPT:
            self._error(record, found.reply, line)
        elif self._mail is None:
            self._error(record, found.reply, line, counted=False)
        elif not self._too_many(self._mail, record):
            self._error(record, found.reply, line, counted=False)
            recipient = Recipient(found.argument, record, Status.UNDELIVERABLE, found.reply)
            self._mail.recipients.append(recipient)
            self._state = _RECIPIENTS

    def _other(self, command: Command, record: int, line: bytes) -> None:
        """A command with a blank after its colon, one that is no part of a transaction, one too
        many, or one out of sequence."""
        verb = command.verb
        if command.blank_after_colon:
            if self._choices.blank_after_colon is BlankAfterColon.NOTICE:
                self._note(record, "blank_after_colon", RULES["blank_after_colon"])
            if self._transaction(command, record):
                return
        if verb is _RCPT and self._mail is not None and self._too_many(self._mail, record):
            return
        if verb is Verb.STARTTLS:
            self._starttls(record, line)
        elif verb in (Verb.HELO, Verb.EHLO, Verb.RSET, Verb.QUIT):
            self._control(command, record)
        else:
            self._error(record, SEQUENCE, line)

    def _control(self, command: Command, record: int) -> None:
        """A command that ends a transaction, wherever it stands."""
        verb = command.verb
        if verb is Verb.RSET:
            self._mail = None
            if self._state is not _START:
                self._state = _GREETED
            return
        self._drop(record, f"{verb} before DATA: nothing is sent")
        if verb is Verb.QUIT:
            self._state, self._quit_record = _ENDED, record
        else:
            self._greeting, self._tls = command, False
            self._state = _GREETED

    def _starttls(self, record: int, line: bytes) -> None:
        """Marks the mails that follow; only after EHLO and before MAIL FROM (spool-mail.md 2)."""
        if self._state is _GREETED and self._greeting.verb is Verb.EHLO:
            self._tls = True
        else:
            self._error(record, SEQUENCE, line)
            if not self._tls:
                self._note(record, "starttls-rejected", RULES["starttls-rejected"])

    def _drop(self, record: int, text: str) -> None:
        if self._state in _OPEN:
            self._note(record, "incomplete", text)
        self._mail = None

    def _too_many(self, mail: Mail, record: int) -> bool:
        """The 2001st recipient is ignored (spool-mail.md E11p)."""
        if len(mail.recipients) < RECIPIENTS_MAX:
            return False
        text = f"more than {RECIPIENTS_MAX} RCPT records: this recipient gets no mail"
        self._note(record, "recipient-limit", text)
        return True

    # --- text ----------------------------------------------------------------------------------

    def _take(self, lines: Lines, start: int) -> int:
        """Take text from line `start` on; the index behind it, and behind its period."""
        try:
            stop = lines.text.index(b".", start)
            behind = stop + 1
        except ValueError:
            stop = behind = len(lines.text)
        self._ranges.append((start, stop))
        if self.offers:
            self._events.append(TextTaken(lines, start, stop))
        self._text.take(lines, start, stop)
        fault = self._text.fault
        if fault is not None and self._rejected is None:
            self._rejected = fault.reply
            self._error(fault.record, fault.reply, fault.line)
        if behind > stop or self._state is _ENDED:
            self._periods += 1
            self._complete()
        return behind

    def _complete(self) -> None:
        """The mail is whole: hand it on, with its recipients settled if its text had a fault."""
        mail, self._mail = self._mail, None
        if mail is None:
            return
        if self._state is not _ENDED:
            self._state = _GREETED
        self._text.end()
        if self._rejected is not None:
            for recipient in mail.waiting:
                recipient.status, recipient.reply = Status.UNDELIVERABLE, self._rejected
        self._events.append(mail)

    def _missing_dot(self, records: int) -> None:
        self._note(records, "missing_dot", "the file ends inside a mail: a period is supplied")
        if self._text.last.upper() == b"QUIT":
            self._note(records, "missing-period", "the last line of the text is QUIT")
        if self._choices.missing_dot is MissingDot.REJECT and self._rejected is None:
            self._rejected = SEQUENCE
            self._error(records, SEQUENCE, self._text.last)
        self._complete()

    # --- findings ------------------------------------------------------------------------------

    def _after_quit(self, ignored: int) -> None:
        text = f"{ignored} records after QUIT ignored"
        match self._choices.after_quit:
            case AfterQuit.WARN:
                self._note(self._quit_record, "after_quit", text)
            case AfterQuit.ERROR:
                self._error(self._quit_record + 1, SEQUENCE, b"")
            case AfterQuit.IGNORE:
                pass

    def _error(self, record: int, reply: str, line: bytes, *, counted: bool = True) -> None:
        number = self.mails + (0 if self._state is _TEXT else 1)
        shown = self._code.shown(line[:TEXT_MAX])
        self._events.append(SyntaxFault(record, number, reply, shown, counted))
        if counted:
            self.counted += 1
            limit = self._limits.syntax_errors
            if self._choices.syntax_error_limit is SyntaxErrorLimit.AT:
                limit -= 1
            if self._limits.syntax_errors and self.counted > limit:
                self.exceeded = True
                self._state = _ENDED

    def _note(self, record: int, rule: str, text: str) -> None:
        self._notices.note(record, rule, text)
