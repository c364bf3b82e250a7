"""Spool files for tests, and what CSSMTP reads in them, without a spool and without a network."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cssmtp import text
from cssmtp.choices import DEFAULT, Choices
from cssmtp.lines import LineReader
from cssmtp.mail import Mail, Notice, SyntaxFault
from cssmtp.plainmails import made
from cssmtp.spoolmail import Limits, SpoolMailParser
from cssmtp.transcode import Wire, inspection, wire
from jes.codepages import page
from jes.records import Block, Recfm, image

PAGE = page("IBM-1047")
CODE = inspection(PAGE)
WIRE = wire(CODE, "ISO8859-1")
LIMITS = Limits()


def ebcdic(line: str) -> bytes:
    """A line in IBM-1047. `¶` stands for X'15', `␀` for X'00', `␍` for X'0D', `␊` for X'25'."""
    for shown, byte in (("¶", "\x85"), ("␀", "\0"), ("␍", "\r"), ("␊", "\n")):
        line = line.replace(shown, byte)
    return PAGE.encode(line)


@dataclass(slots=True)
class Read:
    """What was read: mails with their text on the wire, errors and notices, in order."""

    mails: list[Mail] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    errors: list[SyntaxFault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    counted: int = 0
    exceeded: bool = False

    @property
    def replies(self) -> list[str]:
        """The errors' replies."""
        return [error.reply for error in self.errors]

    @property
    def rules(self) -> list[str]:
        """The notices' rules."""
        return [notice.rule for notice in self.notices]


def blocks_of(
    records: Sequence[bytes], recfm: Recfm, lrecl: int, cuts: Iterable[int] = ()
) -> Iterator[Block]:
    """The records in blocks of the sizes of `cuts`, the rest in one."""
    images = [image(record, recfm, lrecl) for record in records]
    at = 0
    for size in (*cuts, len(images)):
        part = images[at : at + max(1, size)]
        if part:
            yield Block(at + 1, len(part), b"".join(part))
        at += len(part)


def read_blocks(
    blocks: Sequence[Block],
    reader: LineReader,
    limits: Limits = LIMITS,
    choices: Choices = DEFAULT,
    to: Wire = WIRE,
) -> Read:
    """Read a whole file, as the started task does it."""
    parser = SpoolMailParser(reader.code, limits, choices)
    read = Read()
    records = 0
    events = []
    for block in blocks:
        records += block.count
        if not parser.ended:
            events += parser.feed(reader.lines(block))
    last = None if parser.ended else reader.last(records + 1)
    if last is not None:
        events += parser.feed(last)
    events += parser.finish(records)
    for event in made(events):
        match event:
            case Mail():
                read.mails.append(event)
                read.texts.append(on_wire(event, blocks, reader, limits, to))
            case SyntaxFault():
                read.errors.append(event)
            case Notice():
                read.notices.append(event)
    read.counted, read.exceeded = parser.counted, parser.exceeded
    return read


def on_wire(
    mail: Mail, blocks: Sequence[Block], reader: LineReader, limits: Limits, to: Wire
) -> bytes:
    """The mail's text; a big one's is read again, block by block."""
    if not mail.big:
        return text.whole(mail, to, limits.at_sign)
    writer = text.TextWriter(mail, to, limits.at_sign)
    parts = [mail.prefix]
    by_first = {block.first: block for block in blocks}
    for segment in mail.text:
        lines = segment.lines or reader.lines(by_first[segment.block])
        parts.append(writer.segment(segment, lines.text[segment.start : segment.stop]))
    return b"".join((*parts, writer.end()))


def read_records(
    records: Sequence[bytes],
    recfm: str = "VB",
    lrecl: int = 1028,
    limits: Limits = LIMITS,
    choices: Choices = DEFAULT,
    cuts: Iterable[int] = (),
) -> Read:
    """Read EBCDIC records."""
    form = Recfm(recfm)
    reader = LineReader(form, lrecl, CODE, choices)
    blocks = list(blocks_of(records, form, lrecl, cuts))
    return read_blocks(blocks, reader, limits, choices)


def read_lines(
    lines: str | Iterable[str],
    recfm: str = "VB",
    lrecl: int = 1028,
    limits: Limits = LIMITS,
    choices: Choices = DEFAULT,
) -> Read:
    """Read lines of text, see `ebcdic`."""
    if isinstance(lines, str):
        lines = lines.splitlines()
    return read_records([ebcdic(line) for line in lines], recfm, lrecl, limits, choices)


def a_mail(*body: str, header: Sequence[str] = ("Subject: test", "")) -> list[str]:
    """The lines of a good file with one mail."""
    envelope = ["HELO PLEX1", "MAIL FROM:<a@acme.example>", "RCPT TO:<b@acme.example>", "DATA"]
    return [*envelope, *header, *body, ".", "QUIT"]
