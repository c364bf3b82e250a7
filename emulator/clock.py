"""What time it is on a system: the real clock, or one that stands still (`--clock`)."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from emulator.exits import UsageFault

Clock = Callable[[], datetime]

_POSIX = re.compile(r"[A-Za-z<>+\-0-9:,./]+")


def zone(name: str | None) -> tzinfo:
    """An IANA zone or a POSIX TZ string such as `EST5EDT,M3.2.0,M11.1.0`. None is UTC, as on a
    CSSMTP without TZ (spool-mail.md 5.2). Raises `UsageFault`."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    try:
        if not _POSIX.fullmatch(name):
            raise ValueError(name)
        return ZoneInfo.from_file(io.BytesIO(_tzif(name)), key=name)
    except ValueError:
        text = f"--tz {name!r} is neither an IANA zone (Europe/Berlin) nor a POSIX string (CET-1)"
        raise UsageFault(text) from None


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
    moment = moment.replace(tzinfo=where) if moment.tzinfo is None else moment.astimezone(where)
    return lambda: moment


def running(where: tzinfo) -> Clock:
    """The real time of day."""
    return lambda: datetime.now(where)
