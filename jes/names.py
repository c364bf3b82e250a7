"""Names that JES2 knows, right or refused: once made, nothing inside checks them again."""

import re
from typing import ClassVar, Self

from jes import messages
from jes.errors import BadName


class Name(str):
    """A text that matches its kind's pattern. Raises `BadName`."""

    __slots__ = ()
    what: ClassVar[str] = "name"
    rule: ClassVar[str] = ""
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"")
    reserved: ClassVar[frozenset[str]] = frozenset()

    def __new__(cls, value: str) -> Self:
        """Check `value`; case is the caller's business, since JCL does not fold it."""
        if not cls.pattern.fullmatch(value) or value in cls.reserved:
            raise BadName(messages.BAD_NAME, value=value, what=cls.what, rule=cls.rule)
        return super().__new__(cls, value)


_SYMBOL = re.compile(r"[A-Z$#@][A-Z0-9$#@]{0,7}")
_SYMBOL_RULE = "1-8 of A-Z 0-9 $ # @, not beginning with a digit"


class JobName(Name):
    """The name field of a JOB statement."""

    what = "job name"
    rule = _SYMBOL_RULE
    pattern = _SYMBOL


class DdName(Name):
    """The name field of a DD statement."""

    what = "ddname"
    rule = _SYMBOL_RULE
    pattern = _SYMBOL


class UserId(Name):
    """A user id: the owner of a job."""

    what = "user id"
    rule = "1-8 of A-Z 0-9 $ # @"
    pattern = re.compile(r"[A-Z0-9$#@]{1,8}")


class JobId(Name):
    """JOB12345, or J0123456 when the range of numbers goes above 99999 (jes2.md 1.7)."""

    what = "job id"
    rule = "JOB, STC or TSU and 5 digits, or J, S or T and 7 digits"
    pattern = re.compile(r"(?:JOB|STC|TSU)\d{5}|[JST]\d{7}")


class SysoutClass(Name):
    """One of the 36 SYSOUT classes."""

    what = "SYSOUT class"
    rule = "one of A-Z 0-9"
    pattern = re.compile(r"[A-Z0-9]")


class WriterName(Name):
    """An external writer name (jes2.md 1.2; cssmtp-config.md 4.4)."""

    what = "writer name"
    rule = "1-8 of A-Z 0-9 $ # @, not INTRDR, STDWTR or NJERDR"
    pattern = re.compile(r"[A-Z0-9$#@]{1,8}")
    reserved = frozenset({"INTRDR", "STDWTR", "NJERDR"})


class DsName(Name):
    """A data set name of up to 44 characters, with a member in parentheses where one is meant."""

    what = "data set name"
    rule = "qualifiers of 1-8 characters joined by periods, 44 in all, perhaps a (MEMBER)"
    pattern = re.compile(
        r"(?=[^(]{1,44}(?:\(|$))[A-Z$#@][A-Z0-9$#@-]{0,7}(?:\.[A-Z$#@][A-Z0-9$#@-]{0,7})*"
        r"(?:\([A-Z$#@][A-Z0-9$#@]{0,7}\))?"
    )

    @property
    def dataset(self) -> str:
        """The name without its member."""
        return self.partition("(")[0]

    @property
    def member(self) -> str | None:
        """The member, or None."""
        return self.partition("(")[2][:-1] or None
