"""Words of a command line: plain, or in apostrophes or quotes, which a word may have doubled."""

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"""(?P<kind>[A-Za-z]?)'(?P<one>(?:[^']|'')*)'(?=\s|\Z)"""
    r"""|(?P<kind2>[A-Za-z]?)"(?P<two>(?:[^"]|"")*)"(?=\s|\Z)"""
    r"|(?P<plain>\S+)"
)
_SIMPLE = re.compile(r"[A-Za-z0-9*%.$#@_/~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """A word; `kind` is the letter before its apostrophe (`X'C1'`), `raw` as it was typed."""

    text: str
    raw: str
    quoted: bool = False
    kind: str = ""

    @property
    def upper(self) -> str:
        """In capitals; nothing for a word in apostrophes, which is no keyword."""
        return "" if self.quoted else self.text.upper()


def words_of(text: str) -> list[Word]:
    """The words of a text. An apostrophe that is not closed is a character like others."""
    found = []
    for match in _WORD.finditer(text):
        if match["plain"] is not None:
            found.append(Word(match["plain"], match[0]))
        elif match["one"] is not None:
            found.append(
                Word(match["one"].replace("''", "'"), match[0], True, match["kind"].upper())
            )
        else:
            found.append(
                Word(match["two"].replace('""', '"'), match[0], True, match["kind2"].upper())
            )
    return found


def quoted(text: str) -> str:
    """A text as one word."""
    return text if _SIMPLE.fullmatch(text) else in_apostrophes(text)


def in_apostrophes(text: str) -> str:
    """A text as one word in apostrophes."""
    return "'" + text.replace("'", "''") + "'"


def number(text: str, most: int = 999_999_999) -> int | None:
    """Digits as a number that is not absurdly large; None for any other text."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        return None
    return int(text) if int(text) <= most else None
