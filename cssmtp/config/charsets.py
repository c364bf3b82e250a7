"""Code page names that Translate, Charset and MBCharset take, in the spelling of `jes.codepages`.

Sources: cssmtp-config.md 1, 4.11, 4.17, 4.18; UTF-8 as Charset is decided in the blueprint (§8).
"""

import difflib
import re

from cssmtp import multibyte
from jes import codepages
from jes.errors import BadCharacter

_NUMBER = re.compile(r"(?:IBM|CP|CCSID)?[-_]?0*([0-9]{1,5})", re.IGNORECASE)
_UTF8 = frozenset({"UTF-8", "UTF8", "IBM-1208"})
_NO_TABLE = 948  # traditional Chinese; the Python standard library has no codec near it
_MB_CHARSETS = ", ".join(multibyte.known())


def ccsid(name: str) -> int | None:
    """The number in `IBM-1047`, `CP1047` or `1047`; None when the name has another form."""
    match = _NUMBER.fullmatch(name)
    return int(match[1]) if match else None


def mixed_ebcdic(name: str) -> str | None:
    """The canonical name of an EBCDIC page with double-byte characters; None for all others."""
    spelled = f"IBM-{ccsid(name)}"
    return spelled if spelled in codepages.MIXED else None


def ebcdic_page(name: str) -> codepages.CodePage | None:
    """A single-byte EBCDIC page; None when it is not known.

    CCSIDs above 4096 that are a page's number plus a multiple of 4096 name the same page
    (cssmtp-config.md 1 lists 4133, 8229, 16421 … for IBM-037).
    """
    number = ccsid(name)
    spellings = [name] if number is None or number < 4096 else [name, f"IBM-{number % 4096}"]
    for spelling in spellings:
        try:
            page = codepages.page(spelling)
        except BadCharacter:
            continue
        if page.ebcdic:
            return page
    return None


def charset(name: str) -> str | None:
    """The canonical name of a single-byte ASCII page, or UTF-8; None when it is not known."""
    if name.upper() in _UTF8:
        return "UTF-8"
    try:
        return codepages.ascii_page(name).name
    except BadCharacter:
        return None


def why_no_mb_charset(name: str) -> str | None:
    """What is wrong with a name as MBCharset; None when mail can leave in it."""
    try:
        multibyte.charset(name)
    except BadCharacter:
        if ccsid(name) == _NO_TABLE:
            return "there is no table of it here; IBM-950 and UTF-8 are traditional Chinese too"
        near = difflib.get_close_matches(name.upper()[:40], multibyte.known(), n=3)
        return f"near names are {', '.join(near)}" if near else f"known are {_MB_CHARSETS}"
    return None
