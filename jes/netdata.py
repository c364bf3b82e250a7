"""NETDATA, the form in which TSO TRANSMIT sends a data set (jes2.md 4.4, spool-mail.md 8.3).

A stream of segments: a length that counts itself and the flags, the flags, up to 253 bytes. They
make control records (INMR01 …, with text units) and data records. Card borders mean nothing. The
few control records are read with `construct`, imported when there is one; data records are sliced.

Read are transmissions of one sequential data set, or of a message alone. A message that comes with
a data set is for the receiving user and is counted only. Everything else (a library, a cipher, an
acknowledgement, several data sets) is refused with a sentence that says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from jes import messages
from jes.codepages import page
from jes.errors import BadName, BadRecord
from jes.records import LRECL_MAX, RDW, Recfm, check_lrecl, longest

CARD = 80
V = Recfm("V")
_PAGE = page("IBM-037")
_MARK, _FILE, _END = map(_PAGE.encode, ("INMR01", "INMR02", "INMR06"))  # the same in every page
_FIRST, _LAST, _CONTROL, _NUMBER, _RESERVED = 0x80, 0x40, 0x20, 0x10, 0x0F
_PADDING = b"\x00\x40\x20\x1a"

INMDSNAM, INMTERM, INMDSORG, INMLRECL, INMRECFM = 0x0002, 0x0028, 0x003C, 0x0042, 0x0049
INMFNODE, INMFUID, INMUTILN, INMNUMF = 0x1011, 0x1012, 0x1028, 0x102F
_SEQUENTIAL = 0x4000
_NO_RDW = 0x0002
_FORMATS = {0x8000: "F", 0x4000: "V", 0xC000: "U", 0x0000: "V"}
_UTILITIES = {
    "IEBCOPY": "a partitioned data set (IEBCOPY unload): send its member with SEQ",
    "AMSCIPHR": "an enciphered data set",
}

_CONTROLS = {"INMR01", "INMR02", "INMR03", "INMR04", "INMR06", "INMR07"}

Units = Mapping[int, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Control:
    """A control record; `file` is the file number of an INMR02."""

    name: str
    offset: int
    units: Units
    file: int | None = None

    def number(self, key: int) -> int | None:
        """A text unit that is a number."""
        values = self.units.get(key, ())
        return int.from_bytes(values[0], "big") if values else None

    def text(self, key: int) -> str:
        """A text unit in words, its values joined by periods; empty when it is not there."""
        return ".".join(_PAGE.decode(v) for v in self.units.get(key, ())).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """What is in a transmission: who sent what, and how its records look on the spool.

    `message_lines` counts the lines to the receiving user that came before the data set.
    """

    user: str
    node: str
    dsname: str
    recfm: Recfm
    lrecl: int
    records: int
    message_lines: int


def is_netdata(head: bytes) -> bool:
    """Whether a file that begins so is NETDATA: INMR01 behind the first segment's header."""
    return head[2:8] == _MARK


def survey(chunks: Iterable[bytes]) -> Transmission:
    """Read all of a transmission and say what is in it. Raises `BadRecord` with the offset."""
    reading = _Reading()
    count = most = 0
    for record in _data(chunks, reading):
        count += 1
        most = max(most, len(record))
    described = reading.sent
    lrecl = reading.lrecl
    if not lrecl:
        lrecl = max(most, 1) + (RDW if reading.recfm.text[0] == "V" else 0)
    return Transmission(
        user=reading.user,
        node=reading.node,
        dsname=described.text(INMDSNAM) if described else "",
        recfm=reading.recfm,
        lrecl=lrecl,
        records=count,
        message_lines=reading.message_lines,
    )


def records(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The data set's records. Iterating raises `BadRecord` as `survey` does."""
    return _data(chunks, _Reading())


# --- control records ----------------------------------------------------------------------------


@cache
def schemas() -> Mapping[str, Any]:
    """The `construct` schemas: segment, text unit, control record. They parse and build."""
    from construct import (
        Array,
        Bytes,
        GreedyBytes,
        GreedyRange,
        If,
        Int8ub,
        Int16ub,
        Int32ub,
        Prefixed,
        Rebuild,
        Struct,
        Terminated,
        len_,
        this,
    )

    unit = Struct(
        "key" / Int16ub,
        "count" / Rebuild(Int16ub, len_(this.parts)),
        "parts" / Array(this.count, Prefixed(Int16ub, GreedyBytes)),
    )
    return {
        "segment": Struct(
            "length" / Rebuild(Int8ub, len_(this.data) + 2),
            "flags" / Int8ub,
            "data" / Bytes(this.length - 2),
        ),
        "unit": unit,
        "control": Struct(
            "name" / Bytes(6),
            "file" / If(this.name == _FILE, Int32ub),
            "units" / GreedyRange(unit),
            Terminated,
        ),
    }


def control(record: bytes, offset: int = 0) -> Control:
    """A control record at `offset` of its file. Raises `BadRecord`."""
    from construct import ConstructError

    name = _PAGE.decode(record[:6])
    if name not in _CONTROLS:
        raise _bad(offset, "a control record that is no INMR01, 02, 03, 04, 06 or 07")
    if name == "INMR04":
        return Control(name, offset, {})  # the sender's own data
    try:
        parsed = schemas()["control"].parse(record)
    except ConstructError as error:
        raise _bad(offset, f"control record {name}: its text units do not add up") from error
    units: dict[int, tuple[bytes, ...]] = {}
    for unit in parsed.units:
        units.setdefault(int(unit.key), tuple(map(bytes, unit.parts)))
    return Control(name, offset, units, parsed.file)


def _bad(offset: int, reason: str) -> BadRecord:
    return BadRecord(messages.BAD_FRAMING, where="NETDATA", offset=offset, reason=reason)


# --- data ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """How far a transmission is read."""

    user: str = ""
    node: str = ""
    recfm: Recfm = V
    lrecl: int = 0  # 0 for V and U when the sender does not say
    message_lines: int = 0
    sent: Control | None = None  # the INMR02 of the data set
    begun: bool = False
    skip: bool = False  # records of a message are going by
    number: int = 0  # of the file whose data goes by
    _count: int | None = None
    _rdw: bool = False
    _files: dict[int, Control] = field(default_factory=dict)

    def told(self, record: Control) -> None:
        """Take in what a control record says. Raises `BadRecord`."""
        if (record.name == "INMR01") == self.begun:
            raise _bad(record.offset, f"{record.name} out of order: INMR01 comes first, once")
        match record.name:
            case "INMR01":
                self.begun = True
                self.user, self.node = record.text(INMFUID), record.text(INMFNODE)
                self._count = record.number(INMNUMF)
            case "INMR02":
                self._described(record)
            case "INMR03":
                self._data_follows(record)
            case "INMR06":
                self._ended(record)
            case "INMR07":
                raise _bad(record.offset, "an acknowledgement (INMR07), which has no data")

    def _described(self, record: Control) -> None:
        utility = record.text(INMUTILN)
        if utility != "INMCOPY":
            what = _UTILITIES.get(utility, f"it was made by the utility {utility[:8]!r}")
            raise _bad(record.offset, f"not a sequential data set: {what}")
        if record.file is None or record.file in self._files or self.number:
            raise _bad(record.offset, f"INMR02 of file {record.file}: a second one, or too late")
        self._files[record.file] = record
        if sum(INMTERM not in one.units for one in self._files.values()) > 1:
            raise _bad(record.offset, "several data sets: each has to be sent by itself")

    def _data_follows(self, record: Control) -> None:
        self.number += 1
        described = self._files.get(self.number)
        if described is None:
            raise _bad(record.offset, f"file {self.number} has data and no INMR02")
        alone = all(INMTERM in one.units for one in self._files.values())
        self.skip = INMTERM in described.units and not alone
        if self.skip:
            return
        if self.sent is not None:
            raise _bad(record.offset, "several messages and no data set")
        if described.number(INMDSORG) not in (None, _SEQUENTIAL):
            raise _bad(described.offset, "not a sequential data set (INMDSORG)")
        self.sent = described
        self._formatted(described, record)

    def _formatted(self, described: Control, record: Control) -> None:
        bits = described.number(INMRECFM)
        if bits is None or bits > 0xFFFF:
            raise _bad(described.offset, "INMR02 has no record format (INMRECFM)")
        self.recfm = _recfm(bits, described.offset)
        self.lrecl = described.number(INMLRECL) or 0
        if self.recfm.spanned:
            self.lrecl = min(self.lrecl, LRECL_MAX)  # LRECL=X is more
        if self.lrecl or self.recfm.fixed:
            try:
                check_lrecl(self.recfm, self.lrecl)
            except BadName as error:
                raise _bad(described.offset, f"INMR02: {error}") from error
        no_rdw = (bits | (record.number(INMRECFM) or 0)) & _NO_RDW
        self._rdw = self.recfm.text[0] == "V" and not no_rdw

    def _ended(self, record: Control) -> None:
        missing = self.number < len(self._files) or self._count not in (None, len(self._files))
        if self.sent is None or missing:
            raise _bad(record.offset, "INMR06 before the data of every file that was announced")

    def logical(self, record: bytes, offset: int) -> bytes:
        """A record without the RDW that a V record has when INMRECFM does not say otherwise."""
        if self._rdw and record[:RDW] == len(record).to_bytes(2, "big") + b"\0\0":
            record = record[RDW:]
        if len(record) > longest(self.recfm, self.lrecl or LRECL_MAX):
            raise _bad(offset, f"a record of {len(record)} bytes, INMLRECL is {self.lrecl}")
        return record


def _recfm(bits: int, offset: int) -> Recfm:
    """INMRECFM as JCL has it. Without F, V or U (X'0001': a shortened VBS) it is V."""
    base = _FORMATS[bits & 0xC000]
    flags = "" if base == "U" else ("B" if bits & 0x1000 else "") + ("S" if bits & 0x0800 else "")
    marks = ("A" if bits & 0x0400 else "") + ("M" if bits & 0x0200 else "")
    try:
        return Recfm(base + flags + marks)
    except BadName as error:
        raise _bad(offset, f"INMR02: {error}") from error


def _data(chunks: Iterable[bytes], reading: _Reading) -> Iterator[bytes]:
    for offset, is_control, record in _assembled(chunks):
        if is_control:
            reading.told(control(record, offset))
        elif not reading.number:
            raise _bad(offset, "data before INMR03")
        elif reading.skip:
            reading.message_lines += 1
        else:
            yield reading.logical(record, offset)


# --- segments -----------------------------------------------------------------------------------

Whole = tuple[int, bool, bytes]  # a record: its offset, whether it is a control record, its bytes


@dataclass(slots=True)
class _Assembly:
    """Segments on their way to a record."""

    inside: bool = False
    began: int = 0
    flags: int = 0
    size: int = 0
    parts: list[bytes] = field(default_factory=list)

    def add(self, offset: int, flags: int, data: bytes) -> Whole | None:
        """The record that this segment completes, if it does. Raises `BadRecord`."""
        if flags & (_NUMBER | _RESERVED):
            raise _bad(offset, f"a segment with flags X'{flags:02X}', which are not known here")
        if flags & _FIRST:
            if self.inside:
                raise _bad(offset, f"a record begins inside the one that began at {self.began}")
            self.inside, self.began, self.flags, self.size = True, offset, flags, 0
        elif not self.inside or (flags ^ self.flags) & _CONTROL:
            raise _bad(offset, f"a segment with flags X'{flags:02X}' continues no record")
        if data:
            self.parts.append(data)
            self.size += len(data)
        if self.size > LRECL_MAX:
            raise _bad(self.began, f"a record of more than {LRECL_MAX} bytes")
        if not flags & _LAST:
            return None
        record, self.parts, self.inside = b"".join(self.parts), [], False
        return self.began, bool(flags & _CONTROL), record


def _assembled(chunks: Iterable[bytes]) -> Iterator[Whole]:
    """Every record up to INMR06, behind which only padding may come."""
    assembly = _Assembly()
    held, base = b"", 0
    stream = iter(chunks)
    for chunk in stream:
        held += chunk
        at, size = 0, len(held)
        while at + 2 <= size and at + held[at] <= size:
            end = at + held[at]
            if end < at + 2:
                raise _bad(base + at, f"a segment of {held[at]} bytes: 2 is the least")
            whole = assembly.add(base + at, held[at + 1], held[at + 2 : end])
            at = end
            if whole is None:
                continue
            yield whole
            if whole[1] and whole[2][:6] == _END:
                _check_rest(base + at, held[at:], stream)
                return
        held, base = held[at:], base + at
    reason = "a segment is cut off" if held else "the file ends"
    raise _bad(base, f"{reason} and the end of the transmission (INMR06) is missing")


def _check_rest(offset: int, rest: bytes, stream: Iterator[bytes]) -> None:
    """The last card may hold anything behind INMR06; after it nothing but padding comes."""
    skip = -offset % CARD
    for part in chain((rest,), stream):
        tail = part[skip:]
        skip = max(0, skip - len(part))
        strange = tail.translate(None, _PADDING)
        if strange:
            at = offset + len(part) - len(tail) + tail.index(strange[:1])
            raise _bad(at, "neither padding nor the end behind INMR06: another transmission?")
        offset += len(part)
