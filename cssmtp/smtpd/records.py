"""Records of a spool file as SMTPD reads them: joined, without trailing blanks, translated.

It joins a record of 80 bytes that ends in X'4C' or X'15' with the next one, as CSSMTP does
(smtpd-migration.md 5, FMT-01). Trailing blanks are kept of TRANSMIT's data (FMT-12).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cssmtp.lines import JOIN_LENGTH
from jes.records import Block, Recfm, split

_JOIN = b"\x4c\x15"


@dataclass(frozen=True, slots=True)
class Line:
    """A line in the wire's code page, the number of its first record, and its EBCDIC bytes."""

    record: int
    text: bytes
    raw: bytes

    @property
    def command(self) -> str:
        """As a command line: what separates words is a blank, and there are none at the end."""
        return self.text.decode("latin-1").translate(_SEPARATORS).rstrip(" ")

    @property
    def period(self) -> bool:
        """Whether it ends a mail."""
        return self.text.rstrip(b" ") == b"."


_SEPARATORS = dict.fromkeys(map(ord, "\0\t\n\r\x85"), " ")


def records_of(blocks: Iterable[Block], recfm: Recfm, lrecl: int) -> Iterator[bytes]:
    """The records of a data set's blocks without carriage control. Raises `BadRecord`."""
    skip = 1 if recfm.control else 0
    for block in blocks:
        for record in split(block.data, recfm, lrecl):
            yield record[skip:]


@dataclass(slots=True)
class LineReader:
    """Makes lines of records. `unfinished` is the first record of a line whose joining byte was
    the last of the file; 0 is none."""

    table: bytes
    netdata: bool = False
    unfinished: int = 0

    def lines(self, records: Iterable[bytes]) -> Iterator[Line]:
        """The lines of a file, in order."""
        held: list[bytes] = []
        first = 0
        for number, record in enumerate(records, start=1):
            first = first if held else number
            if len(record) == JOIN_LENGTH and record[-1] in _JOIN:
                held.append(record[:-1])
                continue
            yield self._line(first, b"".join((*held, record)))
            held = []
        if held:
            self.unfinished = first
            yield self._line(first, b"".join(held))

    def _line(self, record: int, raw: bytes) -> Line:
        kept = raw if self.netdata else raw.rstrip(b"\x40")
        return Line(record, kept.translate(self.table), raw)
