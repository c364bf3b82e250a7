"""What time it is on a system: the real clock, or one that stands still (`--clock`)."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from emulator.exits import UsageFault

Clock = Callable[[], datetime]

_POSIX = re.compile(r"[A-Za-z<>+\-0-9:,./]+")
_NO_RULE = re.compile(r"[A-Za-z]{3,}[-+0-9:]+[A-Za-z]{3,}[-+0-9:]*")
_RULE = ",M3.2.0,M11.1.0"  # what POSIX systems take for a summer time without a rule
_YEARS = range(1900, 9998)


def zone(name: str | None) -> tzinfo:
    """An IANA zone or a POSIX TZ string such as `EST5EDT,M3.2.0,M11.1.0`. None is UTC, as on a
    CSSMTP without TZ (spool-mail.md 5.2). Raises `UsageFault`."""
    plain = (name or "").removeprefix(":")
    if not plain:
        return UTC
    try:
        found = _zone(plain)
        for month in (1, 7):
            datetime(2024, month, 1, tzinfo=found).utcoffset()
    except (KeyError, ValueError, OSError):
        text = (
            f"the time zone {name!r} (--tz or TZ) is neither an IANA zone (Europe/Berlin) nor a"
            " POSIX string (CET-1CEST)"
        )
        raise UsageFault(text) from None
    return found


def _zone(name: str) -> ZoneInfo:
    if name.startswith("/"):  # TZ=:/etc/localtime
        with Path(name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        if not _POSIX.fullmatch(name):
            raise
    if _NO_RULE.fullmatch(name):
        name += _RULE
    return ZoneInfo.from_file(io.BytesIO(_tzif(name)), key=name)


def _tzif(posix: str) -> bytes:
    """A time zone file without transitions whose footer is the POSIX string (RFC 8536)."""
    header = b"TZif2" + bytes(15) + (0).to_bytes(4, "big") * 4
    body = (1).to_bytes(4, "big") + (4).to_bytes(4, "big") + bytes(6) + b"UTC\0"
    return (header + body) * 2 + b"\n" + posix.encode("ascii") + b"\n"


def standing(text: str, where: tzinfo) -> Clock:
    """A clock that always shows the same ISO time; without an offset it is local to the zone.

    Raises `UsageFault`.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(f"--clock {text!r} is not an ISO time such as 2024-01-31T06:10") from None
    if moment.year not in _YEARS:
        raise UsageFault(f"--clock {text!r}: a year from {_YEARS[0]} to {_YEARS[-1]} is needed")
    moment = moment.replace(tzinfo=where) if moment.tzinfo is None else moment.astimezone(where)
    return lambda: moment


def running(where: tzinfo) -> Clock:
    """The real time of day."""
    return lambda: datetime.now(where)
