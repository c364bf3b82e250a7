"""The kinds of values that statements of SMTP.CONFIG take (smtpd-migration.md 2).

Numbers, hosts and addresses are those of `cssmtp.config.values`; a value may have several words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from cssmtp.config.values import HOST, MAILBOX, Refused, whole
from cssmtp.smtpd.statements import (
    Barred,
    Dbcs,
    Disallowed,
    Format,
    IpMailerName,
    Mailer,
    Restrict,
    Rewrite,
)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What a value looks like. `read` raises `Refused`. `least` words must follow the keyword;
    `takes` says whether one more, behind those so far, belongs to the value. `end` closes a list;
    `must_end` says that a list without it is an error."""

    rule: str
    read: Callable[[Words], Any]
    show: Callable[[Any], str] = str
    least: int = 1
    takes: Callable[[Words, str], bool] = lambda words, word: False
    end: str | None = None
    must_end: bool = False


def one(rule: str, read: Callable[[str], Any], show: Callable[[Any], str] = str) -> Form:
    """A value of one word."""
    return Form(rule, lambda words: read(words[0]), show)


def number(low: int, high: int, unit: str = "") -> Form:
    """An unsigned number in a range."""
    kind = whole(low, high, unit)
    return one(kind.rule, kind.read)


def flag(*, value: bool = True) -> Form:
    """A statement without a value."""
    return Form(
        "no value", lambda _: value, lambda said: "given" if said is value else "not given", least=0
    )


def _pattern(rule: str, pattern: str) -> Form:
    known = re.compile(pattern)

    def read(word: str) -> str:
        if not known.fullmatch(word.upper()):
            raise Refused
        return word.upper()

    return one(rule, read)


def choice(values: type[StrEnum]) -> Form:
    """One of a set of words, in any case."""

    def read(words: Words) -> StrEnum:
        try:
            return values(words[0].upper())
        except ValueError as bad:
            raise Refused from bad

    return Form(" or ".join(values), read)


_USER = r"[A-Z$#@][A-Z0-9$#@]{0,7}"
USER = _pattern("a user id of 1-8 characters", _USER)
CLASS = _pattern("a SYSOUT class, A-Z or 0-9", "[A-Z0-9]")
UNIT = _pattern("a unit name of 1-8 characters", r"[A-Z0-9$#@/]{1,8}")
VOLUME = _pattern("a volume of 1-6 characters", r"[A-Z0-9$#@-]{1,6}")
NODE = _pattern("a node name of 1-8 characters", _USER)
PREFIX = _pattern("a data set prefix of 1-26 characters", rf"(?=.{{1,26}}\Z){_USER}(?:\.{_USER})*")
FORMAT = choice(Format)
HOSTNAME = one(HOST.rule, HOST.read)
FROMJES = _pattern("FROMJES", "FROMJES")


def _address(word: str) -> str:
    parts = word.split(".")
    good = len(parts) == 4 and all(
        p.isascii() and p.isdecimal() and len(p) <= 3 and int(p) < 256 for p in parts
    )
    if not good:
        raise Refused
    return ".".join(str(int(part)) for part in parts)


ADDRESS = one("an IPv4 address", _address)  # SMTPD has no IPv6 (1)


def _at_sign(word: str) -> str:
    if len(word) != 1 or (word.isalnum() and word.isascii()) or not word.isprintable():
        raise Refused
    return word


AT_SIGN = one("one character", _at_sign)


def _timezone(word: str) -> str:
    if len(word) != 3 or not (word.isascii() and word.isprintable()):
        raise Refused
    return word


TIMEZONE = one("exactly 3 characters", _timezone)


def _postmaster(word: str) -> str:
    return str(MAILBOX.read(word) if "@" in word[1:] and "." in word else USER.read((word,)))


POSTMASTER = one("a user id of 1-8 characters, or user@host", _postmaster)
_BITS = number(1, 31, "sum of VERB 1, QUEU 2, HELP 4, VRFY 8, EXPN 16")
DISALLOW = Form(
    _BITS.rule, lambda words: Disallowed(_BITS.read(words)), lambda value: str(int(value))
)


def _yes_no(word: str) -> bool:
    if word.upper() not in {"YES", "NO"}:
        raise Refused
    return word.upper() == "YES"


def _show_yes_no(value: object) -> str:
    return "YES" if value else "NO"


YES_NO = one("YES or NO", _yes_no, _show_yes_no)


def _dbcs(words: Words) -> Dbcs:
    try:
        return Dbcs(" ".join(words).upper())
    except ValueError as bad:
        raise Refused from bad


DBCS = Form(
    ", ".join(Dbcs),
    _dbcs,
    takes=lambda words, word: len(words) == 1 and word.upper() in {"ASCII", "JISROMAN"},
)


def _ip_mailer_name(words: Words) -> IpMailerName:
    if len(words) == 2:
        return IpMailerName(HOST.read(words[1]), all=True)
    return IpMailerName(HOST.read(words[0]))


IP_MAILER_NAME = Form(
    f"{HOST.rule}, perhaps behind ALL",
    _ip_mailer_name,
    lambda value: f"{'ALL ' if value.all else ''}{value.host}",
    takes=lambda words, word: len(words) == 1 and words[0].upper() == "ALL",
)

_OPTIONS: dict[str, dict[str, Any]] = {
    "NETDATA": {"format": Format.NETDATA}, "PUNCH": {"format": Format.PUNCH},
    "LOCAL": {"local": True}, "NOLOCAL": {"local": False},
    "RSCS": {"rscs": True}, "NORSCS": {"rscs": False},
    "UNKNOWN": {"unknown": True}, "NOUNKNOWN": {"unknown": False},
    "SOURCEROUTES": {"source_routes": True}, "NOSOURCEROUTES": {"source_routes": False},
}  # fmt: skip


def _mailer(words: Words) -> Mailer:
    mailer = Mailer(user=USER.read(words[:1]))
    for word in words[1:]:
        mailer = replace(mailer, **_OPTIONS[word.upper()])
    return mailer


def _show_mailer(mailer: Mailer) -> str:
    return " ".join((
        mailer.user, mailer.format,
        "LOCAL" if mailer.local else "NOLOCAL", "RSCS" if mailer.rscs else "NORSCS",
        "UNKNOWN" if mailer.unknown else "NOUNKNOWN",
        "SOURCEROUTES" if mailer.source_routes else "NOSOURCEROUTES",
    ))  # fmt: skip


MAILER = Form(
    f"{USER.rule}, then any of {', '.join(_OPTIONS)}",
    _mailer,
    _show_mailer,
    takes=lambda words, word: word.upper() in _OPTIONS,
)

REWRITE = Form(
    "YES, perhaps with PRINT or NOPRINT, or NO",
    lambda words: Rewrite(_yes_no(words[0]), words[-1].upper() == "PRINT"),
    lambda value: f"YES {'PRINT' if value.print else 'NOPRINT'}" if value.on else "NO",
    takes=lambda words, word: (
        len(words) == 1 and words[0].upper() == "YES" and word.upper() in {"PRINT", "NOPRINT"}
    ),
)

_NAME = re.compile(rf"(?:{_USER}|\*)(?:@(?:{_USER}|\*))?")


def names(words: Words) -> tuple[str, ...]:
    """User ids of a list, `USER AT NODE` as `USER@NODE`. Raises `Refused`."""
    joined = re.sub(r"(?<=\S) AT (?=\S)", "@", " ".join(words).upper()).split()
    if not all(_NAME.fullmatch(name) for name in joined):
        raise Refused
    return tuple(joined)


def _restrict(words: Words) -> Restrict:
    try:
        action = Barred(words[0].upper())
    except ValueError as bad:
        raise Refused from bad
    if action is not Barred.TRANSFERTO:
        return Restrict(action, None, names(words[1:]))
    if len(words) < 2:
        raise Refused
    return Restrict(action, USER.read(words[1:2]), names(words[2:]))


def _show_restrict(value: Restrict) -> str:
    return " ".join(filter(None, (value.action, value.to, *value.users)))


RESTRICT = Form(
    "RETURN, PURGE or TRANSFERTO user, then users up to ENDRESTRICT",
    _restrict, _show_restrict, takes=lambda words, word: True,
    end="ENDRESTRICT", must_end=True,
)  # fmt: skip
USERS = Form(
    "user ids", names, " ".join, takes=lambda words, word: True, end="ENDSMSGAUTHLIST",
)  # fmt: skip
