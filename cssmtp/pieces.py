"""The text of a mail in pieces: what CSSMTP adds, the lines on the spool, what the MailDirectory
has. No I/O of its own."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from cssmtp.mail import Mail, Segment
from cssmtp.spool import MailSpool
from cssmtp.text import TextWriter
from cssmtp.transcode import Wire
from cssmtp.work import FileWork, Item
from jes.records import Block


async def nothing_stored(mail: Mail, wire: Wire) -> AsyncGenerator[bytes, None]:
    """No MailDirectory has text."""
    none: tuple[bytes, ...] = ()
    for piece in none:
        yield piece


class Pieces:
    """Reads mails from the spool once more. `stored` gives what the MailDirectory has of a mail."""

    def __init__(self, spool: MailSpool, at_sign: bytes) -> None:
        self._spool = spool
        self._at_sign = at_sign
        self.stored: Callable[[Mail, Wire], AsyncGenerator[bytes, None]] = nothing_stored

    async def of(self, item: Item, wire: Wire) -> AsyncGenerator[bytes, None]:
        """The text of a mail, for a target."""
        mail = item.mail
        writer = TextWriter(mail, wire, self._at_sign)
        yield mail.prefix
        at_hand: dict[int, Block] = {}
        for segment in mail.text:
            lines = await self._lines(item.work, segment, at_hand)
            yield writer.segment(segment, lines)
        yield writer.end()
        if mail.stored:
            async with aclosing(self.stored(mail, wire)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _lines(
        self, work: FileWork, segment: Segment, at_hand: dict[int, Block]
    ) -> list[bytes]:
        """The lines of a segment; `at_hand` keeps the blocks read last, framed when needed."""
        lines = segment.lines
        if lines is None:
            if segment.block not in at_hand:
                at_hand.clear()
                for block in await self._spool.read(work.file, segment.block):
                    at_hand[block.first] = block
            lines = work.reader.lines(at_hand[segment.block])
        return lines.text[segment.start : segment.stop]
