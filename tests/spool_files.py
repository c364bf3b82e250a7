"""Spool files as they leave z/OS, made for tests: every record format, and NETDATA.

Bytes are put together by hand here, so that tests compare the readers with something else than
themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jes.codepages import CodePage, page

IBM_037 = page("IBM-037")
PAGES = ("IBM-1047", "IBM-037", "IBM-273", "IBM-500", "IBM-1140")
SUBJECT = "Rechnung [März] #42"
TEXT = ("Grüße aus Köln: ä ö ü ß Ä Ö Ü", "[a] {b} | c ^ d ~ e ! f # g $ h @ i \\ j", "", "end")
LINES = (
    "HELO mvs1.example.com",
    "MAIL FROM:<batch@example.com>",
    "RCPT TO:<ops@example.net>",
    "DATA",
    f"Subject: {SUBJECT}",
    "",
    *TEXT,
    ".",
    "QUIT",
)


def mail_records(codepage: CodePage, control: str = "") -> list[bytes]:
    """The records of a spool file with one mail; `control` A or M puts a byte before each."""
    first = {"": b"", "A": b"\x40", "M": b"\x09"}[control]
    return [first + codepage.encode(line) for line in LINES]


# --- record formats (jes2.md 4.1) ---------------------------------------------------------------


def fixed(records: Iterable[bytes], lrecl: int) -> bytes:
    """F: records side by side."""
    return b"".join(record.ljust(lrecl, b"\x40") for record in records)


def word(length: int, code: int = 0) -> bytes:
    """An RDW, SDW or BDW."""
    return length.to_bytes(2, "big") + bytes((code, 0))


def rdw(records: Iterable[bytes]) -> bytes:
    """V without BDW, as FTP sends it."""
    return b"".join(word(len(record) + 4) + record for record in records)


def bdw(records: Iterable[bytes], blksize: int = 400, *, extended: bool = False) -> bytes:
    """VB: as many records in each block as fit."""
    return _blocked([rdw([record]) for record in records], blksize, extended=extended)


def segments(records: Iterable[bytes], width: int) -> list[bytes]:
    """The segments of spanned records, each at most `width` bytes of data behind its SDW."""
    found = []
    for record in records:
        parts = [record[at : at + width] for at in range(0, len(record), width)]
        for number, part in enumerate(parts):
            first, last = number == 0, number == len(parts) - 1
            code = {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}
            found.append(word(len(part) + 4, code[first, last]) + part)
    return found


def sdw(records: Iterable[bytes], width: int = 7, blksize: int = 60) -> bytes:
    """VBS: segments in blocks."""
    return _blocked(segments(records, width), blksize)


def _blocked(parts: Sequence[bytes], blksize: int, *, extended: bool = False) -> bytes:
    blocks, held = [], b""
    for part in parts:
        if held and len(held) + len(part) + 4 > blksize:
            blocks.append(held)
            held = b""
        held += part
    if held:
        blocks.append(held)
    if extended:
        return b"".join((0x80000000 | len(b) + 4).to_bytes(4, "big") + b for b in blocks)
    return b"".join(word(len(b) + 4) + b for b in blocks)


# --- NETDATA (jes2.md 4.4) ----------------------------------------------------------------------

Units = Sequence[tuple[int, Sequence[bytes | int | str]]]


def unit(key: int, values: Sequence[bytes | int | str]) -> bytes:
    """A text unit."""
    out = key.to_bytes(2, "big") + len(values).to_bytes(2, "big")
    for value in values:
        if isinstance(value, int):
            value = value.to_bytes(4 if value > 0xFFFF else 2, "big")  # noqa: PLW2901
        data = IBM_037.encode(value) if isinstance(value, str) else value
        out += len(data).to_bytes(2, "big") + data
    return out


def netdata_segments(record: bytes, *, control: bool = False) -> bytes:
    """The segments of one record."""
    parts = [record[at : at + 253] for at in range(0, len(record), 253)] or [b""]
    out = b""
    for number, part in enumerate(parts):
        flags = 0x20 if control else 0
        flags |= 0x80 if number == 0 else 0
        flags |= 0x40 if number == len(parts) - 1 else 0
        out += bytes((len(part) + 2, flags)) + part
    return out


def control_record(name: str, units: Units = (), file: int | None = None) -> bytes:
    """A control record, in segments."""
    number = b"" if file is None else file.to_bytes(4, "big")
    data = IBM_037.encode(name) + number + b"".join(unit(key, values) for key, values in units)
    return netdata_segments(data, control=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetdataFile:
    """One file of a transmission; the defaults are what TRANSMIT says of FB 80 text."""

    records: Sequence[bytes]
    recfm: int = 0x9000
    lrecl: int = 80
    dsorg: int = 0x4000
    utilities: Sequence[str] = ("INMCOPY",)
    message: bool = False

    def described(self, number: int) -> bytes:
        """Its INMR02 records."""
        name: tuple[int, Sequence[bytes | int | str]]
        name = (0x0028, ()) if self.message else (0x0002, ("PAY", "MAIL", "TEXT"))
        return b"".join(
            control_record(
                "INMR02",
                (
                    (0x1028, (utility,)),
                    (0x102C, (len(self.records) * 80,)),
                    (0x003C, (self.dsorg,)),
                    (0x0042, (self.lrecl,)),
                    (0x0049, (self.recfm,)),
                    name,
                ),
                number,
            )
            for utility in self.utilities
        )

    def sent(self) -> bytes:
        """Its INMR03 and data."""
        described = ((0x003C, (0x4000,)), (0x0042, (self.lrecl,)), (0x0049, (self.recfm,)))
        data = b"".join(netdata_segments(record) for record in self.records)
        return control_record("INMR03", described) + data


def netdata(*files: NetdataFile, user: str = "PAYUSER", padded: bool = True) -> bytes:
    """A transmission; `padded` to 80-byte cards as OUTDD writes it."""
    begin = control_record(
        "INMR01",
        (
            (0x0042, (80,)),
            (0x1011, ("NODE1",)),
            (0x1012, (user,)),
            (0x1001, ("NODE2",)),
            (0x1002, ("CSSMTP",)),
            (0x1024, ("20240131061000",)),
            (0x102F, (len(files),)),
        ),
    )
    body = b"".join(file.described(n) for n, file in enumerate(files, 1))
    body += b"".join(file.sent() for file in files)
    data = begin + body + control_record("INMR06")
    return data + bytes(-len(data) % 80) if padded else data
