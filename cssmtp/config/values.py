"""The kinds of values that statements take: what is allowed, how to read it, how to write it.

Sources: cssmtp-config.md 2 (spelling) and 4 (ranges).
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cssmtp.config import charsets
from cssmtp.config.statements import Report, ReportTo
from jes.errors import BadName
from jes.names import SysoutClass, WriterName


class Refused(ValueError):
    """The word is no value of this kind. Never leaves the parser."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `read` raises `Refused`; `words` is how many words a value may have."""

    rule: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    words: int = 1


def whole(low: int, high: int, unit: str = "") -> Kind:
    """An unsigned decimal number in a range."""

    def read(word: str) -> int:
        if not (word.isascii() and word.isdecimal() and len(word) <= 20):
            raise Refused
        value = int(word)
        if not low <= value <= high:
            raise Refused
        return value

    return Kind(f"a number {low}-{high}{f' ({unit})' if unit else ''}", read)


def choice(values: type[StrEnum]) -> Kind:
    """One of a set of words, in any case."""
    known = {str(value).lower(): value for value in values}

    def read(word: str) -> StrEnum:
        value = known.get(word.lower())
        if value is None:
            raise Refused
        return value

    return Kind(" or ".join(known_value.value for known_value in values), read)


def _yes_no(word: str) -> bool:
    if word.upper() not in {"YES", "NO"}:
        raise Refused
    return word.upper() == "YES"


YES_NO = Kind("Yes or No", _yes_no, lambda value: "Yes" if value else "No")


def _writer(word: str) -> WriterName:
    try:
        return WriterName(word.upper())
    except BadName as bad:
        raise Refused from bad


WRITER = Kind(WriterName.rule, _writer)

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")


def _host(word: str) -> str:
    if len(word) > 255 or not _HOST.fullmatch(word):
        raise Refused
    return word


HOST = Kind("a host name of 1-255 characters", _host)


def _address(word: str) -> str:
    try:
        if "%" in word:
            raise Refused
        return str(ipaddress.ip_address(word))
    except ValueError as bad:
        raise Refused from bad


ADDRESS = Kind("an IPv4 or IPv6 address", _address)


def _mailbox(word: str) -> str:
    local, at, domain = word.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise Refused
    _host(domain)
    return word


MAILBOX = Kind("userid@host.domain, 1-64 and 1-255 characters", _mailbox)


def _directory(word: str) -> str:
    if not word.startswith("/") or len(word) > 512 or not word.isprintable():
        raise Refused
    return word if word.endswith("/") else word + "/"


DIRECTORY = Kind("an absolute directory of 1-512 characters", _directory)


def _at_sign(word: str) -> str:
    # Departs: national letters pass. Other pages have one where IBM-1047 has "@", and that is what
    # the option is for (cssmtp-config.md 4.13).
    ascii_letter = word.isascii() and word.isalnum()
    if len(word) != 1 or ascii_letter or word in ".<>#" or not word.isprintable():
        raise Refused
    return word


AT_SIGN = Kind("one character, not A-Z a-z 0-9 . < > #", _at_sign)


def _charset(word: str) -> str:
    name = charsets.charset(word)
    if name is None:
        raise Refused
    return name


CHARSET = Kind("a single-byte ASCII code page such as ISO8859-1 or IBM-1252, or UTF-8", _charset)

_PAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def _mb_charset(word: str) -> str:
    known = charsets.charset(word)
    if not _PAGE_NAME.fullmatch(word) or known not in {None, "UTF-8"}:
        raise Refused
    return known or word


MB_CHARSET = Kind("a multi-byte code page such as IBM-943", _mb_charset)


def _ebcdic(word: str) -> str:
    page = charsets.ebcdic_page(word)
    name = page.name if page else charsets.mixed_ebcdic(word)
    if name is None:
        raise Refused
    return name


EBCDIC = Kind("an EBCDIC code page such as IBM-1047", _ebcdic)


def _report(text: str) -> Report:
    word, _, sysout_class = text.partition(" ")
    to: ReportTo = choice(ReportTo).read(word)
    if not sysout_class:
        return Report(to)
    if to is not ReportTo.SYSOUT:
        raise Refused
    try:
        return Report(to, SysoutClass(sysout_class.upper()))
    except BadName as bad:
        raise Refused from bad


def _show_report(report: Report) -> str:
    return f"{report.to} {report.sysout_class or ''}".rstrip()


REPORT = Kind("None, Admin or Sysout with perhaps a class", _report, _show_report, words=2)
