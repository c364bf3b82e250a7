"""The view MAIL: what CSSMTP's parser finds in a spool file, with the records where it stands.

Read in steps, once. At most `MAILS_MAX` mails and `FINDINGS_MAX` errors and notices are listed, and
the text of a mail only passes by, so that memory stays bounded whatever is on the spool.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cssmtp.choices import DEFAULT
from cssmtp.codes import Code, Reader
from cssmtp.lines import LineReader, Lines
from cssmtp.mail import Mail, Notice, Recipient, Segment, Status, SyntaxFault
from cssmtp.mixedlines import MixedLineReader
from cssmtp.multibyte import Utf8
from cssmtp.plainmails import made
from cssmtp.spoolmail import Limits, SpoolMailParser
from cssmtp.transcode import inspection
from emulator.panels.browsing import Kind, Line, Look, Spot
from emulator.panels.holding import GONE, Read
from emulator.panels.mailparts import Part, PartScanner, decoded
from emulator.shown import printable
from jes import codepages
from jes.codepages import MIXED, canonical
from jes.errors import BadRecord
from jes.mixed import mixed_page
from jes.records import BLOCK_MAX
from jes.views import DatasetView

STEP = 4 * BLOCK_MAX  # bytes of one step
MAILS_MAX = 500
FINDINGS_MAX = 1000
RECIPIENTS_MAX = 20  # of a mail that are listed
FIELDS_MAX = 30
WIDEST = 300  # characters of a line


def _reader(dataset: DatasetView, page: str) -> tuple[Code, Reader, bool]:
    """How CSSMTP would read it, with Translate, or MBCS Yes. Raises `BadCharacter`."""
    if canonical(page) in MIXED:
        mixed = mixed_page(page)
        return (
            Utf8(mixed),
            MixedLineReader(dataset.recfm, dataset.lrecl, mixed, DEFAULT, reset=True),
            True,
        )
    code = inspection(codepages.page(page))
    return code, LineReader(dataset.recfm, dataset.lrecl, code), False


@dataclass(slots=True)
class _Passing:
    """A mail whose text passes by."""

    mail: Mail
    scanner: PartScanner
    segments: Iterator[Segment]


class Mails:
    """The mails of one data set, number `number` of those that are browsed. Call `step` until
    `complete`; `lines` grow meanwhile."""

    def __init__(self, dataset: DatasetView, number: int, page: str) -> None:
        """Raises `BadCharacter` for an unknown code page."""
        self._dataset, self._number = dataset, number
        self._code, self._reader, utf8 = _reader(dataset, page)
        limits = Limits(syntax_errors=0, utf8=utf8)
        self._parser = SpoolMailParser(self._code, limits, DEFAULT)
        self._record = 1
        self._events: deque[Mail | SyntaxFault | Notice] = deque()
        self._passing: _Passing | None = None
        self._read_all = False
        self.mails = self.errors = self.notices = 0
        self.complete = False
        self.lines: list[Line] = []

    # --- as Browse -----------------------------------------------------------------------------

    def count(self) -> int:
        """How many lines there are so far."""
        return len(self.lines)

    def window(self, look: Look, first: int, count: int) -> list[Line | None]:
        """Lines as far as there are any, from cell `look.left` on."""
        shown: list[Line | None] = []
        for line in self.lines[first : first + count]:
            shown.append(replace(line, text=line.text[look.left : look.left + look.width]))
        return shown

    @property
    def percent(self) -> int:
        """How far it has been read."""
        records = self._dataset.records
        return min(100, 100 * (self._record - 1) // records) if records else 100

    # --- reading -------------------------------------------------------------------------------

    def step(self, read: Read) -> bool:
        """Read some more. False: all has been read. Raises `SpoolError`."""
        if self.complete:
            return False
        if self._passing is not None:
            self._pass(read, self._passing)
        elif self._events:
            self._event(self._events.popleft())
        elif self._read_all:
            self._end()
        else:
            self._feed(read)
        while self._passing is None and self._events and not self.complete:
            self._event(self._events.popleft())
        return not self.complete

    def _feed(self, read: Read) -> None:
        blocks = read(self._dataset.key, self._record, STEP)
        parser = self._parser
        try:
            for block in blocks:
                self._events += made(parser.feed(self._reader.lines(block)))
                self._record = block.next
                if parser.ended:
                    break
            if not blocks or parser.ended:
                last = None if parser.ended else self._reader.last(self._record)
                self._events += made(parser.feed(last) if last is not None else ())
                self._over()
        except BadRecord as error:
            self._add(Kind.FAULT, f"RECORD {self._record} CANNOT BE READ: {error}", self._record)
            self._over()

    def _over(self) -> None:
        records = self._dataset.records
        if not self._parser.ended and self._record <= records:
            self._add(Kind.FAULT, GONE, self._record)
        self._events += made(self._parser.finish(records))
        self._read_all = True

    def _event(self, event: Mail | SyntaxFault | Notice) -> None:
        match event:
            case Mail():
                self._begin(event)
            case SyntaxFault():
                self.errors += 1
                shown = f" | {event.text}" if event.text else ""
                text = f"ERROR record {event.record}: {event.reply}{shown}"
                self._finding(Kind.ERROR, text, event.record)
            case Notice():
                self.notices += 1
                text = f"NOTICE record {event.record}: {event.rule}: {event.text}"
                self._finding(Kind.NOTICE, text, event.record)

    def _finding(self, kind: Kind, text: str, record: int) -> None:
        if self.errors + self.notices <= FINDINGS_MAX:
            self._add(kind, text, record)

    # --- one mail ------------------------------------------------------------------------------

    def _begin(self, mail: Mail) -> None:
        if self.mails >= MAILS_MAX:
            self._add(
                Kind.FAULT,
                f"ONLY {MAILS_MAX} MAILS ARE LISTED: NOT READ FROM RECORD {mail.record} ON",
                mail.record,
            )
            self.complete = True
            return
        self.mails += 1
        self._passing = _Passing(mail, PartScanner(), iter(mail.text))
        if not any(segment.lines is None for segment in mail.text):
            self._pass(None, self._passing)

    def _pass(self, read: Read | None, passing: _Passing) -> None:
        """Let some text of a mail pass by; that of a big one is read once more."""
        size = 0
        for segment in passing.segments:
            lines = segment.lines
            if lines is None:
                size += BLOCK_MAX
                lines = self._again(read, segment)
            if lines is not None:
                self._scan(passing.scanner, lines, segment)
            if size >= STEP:
                return
        passing.scanner.finish()
        self._passing = None
        self._describe(passing.mail, passing.scanner)

    def _again(self, read: Read | None, segment: Segment) -> Lines | None:
        if read is None:
            return None
        for block in read(self._dataset.key, segment.block, BLOCK_MAX)[:1]:
            if block.first == segment.block:
                return self._reader.lines(block)
        return None

    def _scan(self, scanner: PartScanner, lines: Lines, segment: Segment) -> None:
        shown = self._code.shown
        for start, stop in ((segment.start, segment.split), (segment.split, segment.stop)):
            for index in range(start, stop):
                pieces = lines.text[index].split(b"\n")
                scanner.feed(map(shown, pieces), lines.record(index))
            if start == segment.start and segment.split < segment.stop:
                scanner.end_header()

    def _describe(self, mail: Mail, scanner: PartScanner) -> None:
        tls = "  STARTTLS" if mail.tls else ""
        self._add(
            Kind.MAIL,
            f"MAIL {mail.ordinal}  FROM:<{mail.sender}>  HELO {mail.helo}{tls}  record"
            f" {mail.record}  {mail.size:,} bytes",
            mail.record,
        )
        for recipient in mail.recipients[:RECIPIENTS_MAX]:
            self._add(Kind.RECIPIENT, f"  {_rcpt(recipient)}", recipient.record)
        self._more(Kind.RECIPIENT, len(mail.recipients) - RECIPIENTS_MAX, "recipients", mail.record)
        for name, value in scanner.fields[:FIELDS_MAX]:
            self._add(Kind.HEADER, f"  {name}: {decoded(value)}", mail.record)
        self._more(Kind.HEADER, len(scanner.fields) - FIELDS_MAX, "header fields", mail.record)
        for part in scanner.parts:
            self._add(Kind.PART, f"  {_part(part)}", part.record or mail.record)
        self._more(Kind.PART, scanner.more_parts, "parts", mail.record)

    def _more(self, kind: Kind, count: int, what: str, record: int) -> None:
        if count > 0:
            self._add(kind, f"  … and {count:,} more {what}", record)

    def _end(self) -> None:
        left = self.errors + self.notices - FINDINGS_MAX
        if left > 0:
            self._add(Kind.FAULT, f"{left:,} MORE ERRORS AND NOTICES ARE NOT LISTED")
        counts = _counted(self.mails, "MAIL"), _counted(self.errors, "ERROR")
        self._add(Kind.EDGE, f"{', '.join(counts)}, {_counted(self.notices, 'NOTICE')}")
        self.complete = True

    def _add(self, kind: Kind, text: str, record: int | None = None) -> None:
        spot = None if record is None else Spot(self._number, max(1, record))
        self.lines.append(Line(printable(text[:WIDEST]), kind, spot))


def _rcpt(recipient: Recipient) -> str:
    bad = recipient.status is Status.UNDELIVERABLE
    reply = f"  UNDELIVERABLE: {recipient.reply}" if bad else ""
    return f"RCPT TO:<{recipient.address}>{reply}"


def _part(part: Part) -> str:
    words: Sequence[str] = (
        "PART", part.type, part.charset, part.encoding, f"{part.size:,} bytes",
        f'"{part.filename}"' if part.filename else "",
    )  # fmt: skip
    return "  ".join(filter(None, words))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 'S'}"
