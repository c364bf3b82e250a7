"""What CSSMTP makes of a spool file when no target is asked: every mail as it would go out. Pure.

Each target that is asked would answer 250; so what is left is what CSSMTP itself decides. Text is
made in the Charset of the first target server of the configuration.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cssmtp import text
from cssmtp.choices import Choices
from cssmtp.codes import Reader
from cssmtp.commands import FILE_TOO_LARGE
from cssmtp.lines import Lines
from cssmtp.mail import Mail, Notice, Segment, Status, SyntaxFault
from cssmtp.mixedlines import MixedLineReader
from cssmtp.plainmails import made
from cssmtp.rules import THOUSAND, UNREADABLE, Rules
from cssmtp.spoolmail import SpoolMailParser
from cssmtp.transcode import Wire
from jes.errors import BadRecord
from jes.records import Block
from jes.sysout import SpoolFile

Blocks = Callable[[int], Sequence[Block]]  # some, from the one that holds a record; none at the end


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A CSSMTP that sends nothing. `wire` is the step to the target whose Charset counts."""

    rules: Rules
    choices: Choices
    wire: Wire

    def of(self, file: SpoolFile, blocks: Blocks) -> "RehearsedFile":
        """A spool file as it would be worked off; `blocks` may be asked for again and again."""
        return RehearsedFile(self, file, blocks, self.rules.codes.reader(file))


@dataclass(slots=True)
class RehearsedFile:
    """A spool file, read once by going through its mails in order; the rest is known then.

    `counted` errors count towards JESSyntaxErrLimit, `exceeded` says that the rest was not read;
    `refused` counts recipients that CSSMTP itself does not send to.
    """

    _by: Rehearsal
    file: SpoolFile
    _blocks: Blocks
    _reader: Reader
    errors: list[SyntaxFault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    mails: int = 0
    refused: int = 0
    counted: int = 0
    exceeded: bool = False
    _record: int = 1  # the first of the block in hand

    @property
    def bad(self) -> bool:
        """A bad spool file: BadSpoolDisp says what becomes of it (cssmtp-operations.md 4.6)."""
        return bool(self.errors or self.refused)

    def __iter__(self) -> Iterator["RehearsedMail"]:
        """The mails whose envelope was accepted, in order."""
        rules = self._by.rules
        limit = rules.config.jes_job_size * THOUSAND
        if limit and self.file.size > limit:
            self.errors.append(SyntaxFault(1, 0, FILE_TOO_LARGE, ""))
            self.counted = 1
            return
        parser = SpoolMailParser(rules.codes.code, rules.limits, self._by.choices)
        try:
            for lines in self._lines():
                yield from self._found(made(parser.feed(lines)))
                if parser.ended:
                    break
        except BadRecord as error:
            reply = UNREADABLE.format(reason=error)
            self.errors.append(SyntaxFault(self._record, 0, reply, ""))
        yield from self._found(made(parser.finish(self.file.records)))
        if isinstance(self._reader, MixedLineReader):
            self.notices += self._reader.notices()
        self.counted, self.exceeded, self.mails = parser.counted, parser.exceeded, parser.mails

    def _lines(self) -> Iterator[Lines]:
        """The lines of each block."""
        while blocks := self._blocks(self._record):
            for block in blocks:
                yield self._reader.lines(block)
                self._record = block.next
        last = self._reader.last(self._record)
        if last is not None:
            yield last

    def _found(self, events: Iterable[Mail | SyntaxFault | Notice]) -> Iterator["RehearsedMail"]:
        for event in events:
            match event:
                case Mail():
                    self.refused += sum(
                        one.status is Status.UNDELIVERABLE for one in event.recipients
                    )
                    if event.waiting:
                        event.prefix = self._by.rules.headers.prefix(event, self.file)
                    yield RehearsedMail(event, self)
                case SyntaxFault():
                    self.errors.append(event)
                case Notice():
                    self.notices.append(event)

    def text(self, mail: Mail) -> Iterator[bytes]:
        """A mail as it would go on the wire, in pieces, without the final period."""
        writer = text.TextWriter(mail, self._by.wire, self._by.rules.at_sign)
        yield mail.prefix
        for segment in mail.text:
            yield writer.segment(segment, self._segment(segment))
        yield writer.end()

    def _segment(self, segment: Segment) -> list[bytes]:
        lines = segment.lines
        if lines is None:
            lines = self._reader.lines(self._blocks(segment.block)[0])
        return lines.text[segment.start : segment.stop]


@dataclass(frozen=True, slots=True)
class RehearsedMail:
    """A mail; its recipients that are pending would be sent to."""

    mail: Mail
    file: RehearsedFile

    def text(self) -> Iterator[bytes]:
        """As `RehearsedFile.text`."""
        return self.file.text(self.mail)
