"""The layout of SMF 119 records as values and bytes (cssmtp-operations.md 6.2, 6.3). Pure.

Header, self-defining section, TCP/IP identification, common information and spool identification
are IBM's as far as they are known; of the mail identification only the first field is. What CSSMTP
has to say beyond that stands in a section of our own behind the eye-catcher XCSM, which is the last
triplet, so that nobody takes it for IBM's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from construct import (
    Bytes,
    Const,
    ConstructError,
    GreedyBytes,
    GreedyRange,
    Int8ub,
    Int16ub,
    Int32ub,
    Padding,
    Prefixed,
    Struct,
)

from jes.codepages import page
from jes.descriptors import bad
from jes.records import RDW

TYPE = 119
_TRIPLETS = 6
_PAGE = page("IBM-1047")
_XCSM = _PAGE.encode("XCSM")
_VERSION = 1
_EVENT = 8  # SMF119TI_Reason
_FACTS_MAX = 32_000  # bytes: an SMF record has 32,756 at most, and the other sections some 300


class Subtype(IntEnum):
    """Which record of CSSMTP's it is."""

    CONFIG = 48
    CONNECT = 49
    MAIL = 50
    SPOOL = 51
    STATS = 52


_SUBTYPES = frozenset(Subtype)


@dataclass(frozen=True, slots=True)
class Common:
    """Common information, S1: the CSSMTP. `entry` is when it started; None is not known."""

    job: str
    entry: datetime | None
    user: str
    writer: str
    jes: str = "JES2"


@dataclass(frozen=True, slots=True)
class Spool:
    """Spool identification, S2. Of the job's reader time and of the task nothing is known here:
    they are zero. `number` is the job's, `key` and `dataset` the data set's."""

    job: str
    jobid: str
    system: str
    node: str
    owner: str
    number: int
    key: int
    dataset: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record. `read` is when the mail was read (subtype 50), `facts` what stands in the section
    of our own, by name."""

    subtype: int
    when: datetime
    system: str
    job: str
    user: str
    common: Common | None = None
    spool: Spool | None = None
    read: datetime | None = None
    facts: tuple[tuple[str, str], ...] = ()


_header: Any = Struct(
    "flag" / Int8ub, "type" / Int8ub, "time" / Int32ub, "date" / Int32ub, "system" / Bytes(4),
    "subsystem" / Bytes(4), "subtype" / Int16ub, "count" / Int16ub, Padding(2),
)  # fmt: skip
_triplet: Any = Struct("offset" / Int32ub, "length" / Int16ub, "count" / Int16ub)
_identification: Any = Struct(
    "system" / Bytes(8), "sysplex" / Bytes(8), "stack" / Bytes(8), "release" / Bytes(8),
    "component" / Bytes(8), "job" / Bytes(8), "user" / Bytes(8), Padding(2), "asid" / Int16ub,
    "reason" / Int8ub, "record" / Int8ub, Padding(2),
)  # fmt: skip
_common: Any = Struct(
    "job" / Bytes(8), "time" / Int32ub, "date" / Int32ub, "user" / Bytes(8), "writer" / Bytes(8),
    "jes" / Bytes(4),
)  # fmt: skip
_spool: Any = Struct(
    "job" / Bytes(8), "time" / Int32ub, "date" / Int32ub, "user" / Bytes(8), "jobid" / Bytes(8),
    "system" / Bytes(8), "node" / Bytes(8), "owner" / Bytes(8), "task" / Int32ub,
    "number" / Int32ub, "key" / Int32ub, "dataset" / Int32ub,
)  # fmt: skip
_read: Any = Struct("time" / Int32ub, Padding(56))
_text: Any = Prefixed(Int16ub, GreedyBytes)
_own: Any = Struct(
    Const(_XCSM),
    "version" / Const(_VERSION, Int16ub),
    "facts" / GreedyRange(Struct("name" / Prefixed(Int8ub, GreedyBytes), "value" / _text)),
)


def built(one: Record) -> bytes:
    """A record without its RDW. Text that the page lacks is X'6F' (a question mark)."""
    parts = [
        _identification.build({
            "system": _name(one.system), "sysplex": _name(""), "stack": _name(""),
            "release": _name(""), "component": _name("CSSMTP"), "job": _name(one.job),
            "user": _name(one.user), "asid": 0, "reason": _EVENT, "record": 0,
        }),
        _build_common(one.common) if one.common is not None else b"",
        _build_spool(one.spool) if one.spool is not None else b"",
        _read.build({"time": _hundredths(one.read)}) if one.read is not None else b"",
        b"",
        _build_facts(one.facts) if one.facts else b"",
    ]  # fmt: skip
    at = RDW + _header.sizeof() + _TRIPLETS * _triplet.sizeof()
    triplets = b""
    for part in parts:
        where = {"offset": at, "length": len(part), "count": 1} if part else _ABSENT
        triplets += _triplet.build(where)
        at += len(part)
    header = _header.build({
        "flag": 0, "type": TYPE, "time": _hundredths(one.when), "date": _packed(one.when),
        "system": _name(one.system, 4), "subsystem": _name("", 4), "subtype": one.subtype,
        "count": _TRIPLETS,
    })  # fmt: skip
    return b"".join((header, triplets, *parts))


_ABSENT = {"offset": 0, "length": 0, "count": 0}


def parsed(data: bytes) -> Record | None:
    """A record without its RDW, found by its triplets; None for one that is not CSSMTP's.

    Raises `BadRecord`.
    """
    if len(data) > 1 and data[1] != TYPE:
        return None
    try:
        header = _header.parse(data)
        subtype = header.subtype
        if subtype not in _SUBTYPES:
            return None
        parts = [_section(data, at) for at in range(header.count)]
        names = _identification.parse(parts[0])
        common = spool = None
        read = None
        if len(parts) > 1 and parts[1]:
            common = _parse_common(parts[1])
        if subtype in (Subtype.MAIL, Subtype.SPOOL) and len(parts) > 2 and parts[2]:
            spool = _parse_spool(parts[2])
        when = _moment(header.date, header.time)
        if subtype == Subtype.MAIL and len(parts) > 3 and parts[3]:
            read = _before(when, _read.parse(parts[3]).time)
        facts = next((_parse_facts(part) for part in parts if part.startswith(_XCSM)), ())
    except (ConstructError, ValueError, IndexError, OverflowError) as error:
        raise bad(0, f"not an SMF 119 record: {type(error).__name__}") from error
    return Record(
        subtype, when, _string(names.system), _string(names.job), _string(names.user), common,
        spool, read, facts,
    )  # fmt: skip


def _section(data: bytes, index: int) -> bytes:
    """The first section of a triplet; nothing when it is absent."""
    size = _triplet.sizeof()
    where = _triplet.parse(data[_header.sizeof() + index * size :][:size])
    start = where.offset - RDW
    if not where.count:
        return b""
    if start < 0 or start + where.length > len(data):
        raise ValueError("a section is not in its record")
    return data[start : start + where.length]


def _build_common(one: Common) -> bytes:
    found: bytes = _common.build({
        "job": _name(one.job), "time": _hundredths(one.entry) if one.entry else 0,
        "date": _packed(one.entry) if one.entry else 0, "user": _name(one.user),
        "writer": _name(one.writer), "jes": _name(one.jes, 4),
    })  # fmt: skip
    return found


def _parse_common(data: bytes) -> Common:
    found = _common.parse(data)
    entry = _moment(found.date, found.time) if found.date else None
    return Common(
        _string(found.job), entry, _string(found.user), _string(found.writer), _string(found.jes)
    )


def _build_spool(one: Spool) -> bytes:
    found: bytes = _spool.build({
        "job": _name(one.job), "time": 0, "date": 0, "user": _name(""),
        "jobid": _name(one.jobid), "system": _name(one.system), "node": _name(one.node),
        "owner": _name(one.owner), "task": 0, "number": one.number, "key": one.key & 0xFFFFFFFF,
        "dataset": one.dataset,
    })  # fmt: skip
    return found


def _parse_spool(data: bytes) -> Spool:
    found = _spool.parse(data)
    return Spool(
        _string(found.job), _string(found.jobid), _string(found.system), _string(found.node),
        _string(found.owner), found.number, found.key, found.dataset,
    )  # fmt: skip


def _build_facts(facts: tuple[tuple[str, str], ...]) -> bytes:
    """As many as one section holds."""
    out = _own.build({"facts": []})
    for name, value in facts:
        key, text = _bytes(name)[:255], _bytes(value)[:4096]
        part = bytes([len(key)]) + key + Int16ub.build(len(text)) + text
        if len(out) + len(part) > _FACTS_MAX:
            break
        out += part
    return bytes(out)


def _parse_facts(data: bytes) -> tuple[tuple[str, str], ...]:
    return tuple((_string(one.name), _string(one.value)) for one in _own.parse(data).facts)


# --- fields ---------------------------------------------------------------------------------------


def _bytes(text: str) -> bytes:
    return _PAGE.encode_lossy("".join(c if c.isprintable() else "?" for c in text))


def _name(text: str, width: int = 8) -> bytes:
    return _bytes(text)[:width].ljust(width, b"\x40")


def _string(data: bytes) -> str:
    text = _PAGE.decode(data).rstrip()
    return "".join(c if c.isprintable() else "." for c in text)


def _hundredths(when: datetime) -> int:
    """Since midnight."""
    day = timedelta(hours=when.hour, minutes=when.minute, seconds=when.second)
    return int(day.total_seconds()) * 100 + when.microsecond // 10_000


def _packed(when: datetime) -> int:
    """0cyydddF."""
    return int(f"0{when.year // 100 - 19}{when:%y%j}F", 16)


def _before(when: datetime, hundredths: int) -> datetime:
    """The last time before `when` that it was so late: a mail may be read before midnight."""
    found = _moment(_packed(when), hundredths)
    return found if found <= when else found - timedelta(days=1)


def _moment(packed: int, hundredths: int) -> datetime:
    """Raises `ValueError`."""
    digits = f"{packed:08x}"
    if digits[0] != "0" or digits[7] != "f":
        raise ValueError("not a packed date")
    year = 1900 + 100 * int(digits[1]) + int(digits[2:4])
    day = date(year, 1, 1) + timedelta(days=int(digits[4:7]) - 1)
    if hundredths >= 24 * 360_000:
        raise ValueError("later than midnight")
    return datetime(day.year, day.month, day.day) + timedelta(milliseconds=10 * hundredths)  # noqa: DTZ001 records have the local time
