"""Card images: a file's text as lines, and lines as the fields of one card (jes2.md 5.1).

Columns are counted from 1. Parameters end in column 71; column 72 only says that a comment goes on.
"""

import re
from dataclasses import dataclass

from jes.codepages import CodePage

CARD = 80
LAST = 71  # the last column of name, operation, parameters and comment
RESUME = 16  # where a continued string goes on, and the last column where parameters may
_FIELDS = re.compile(r"//(?P<name>[^ ]*) +(?P<operation>[^ ]+) *")
_LOWER = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}


def lines_of(text: str) -> list[str]:
    """The lines of a file: byte-order mark, CRLF and tabs (8-column stops) are dealt with."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\t" in text:
        text = text.expandtabs(8)
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


@dataclass(frozen=True, slots=True)
class Fields:
    """Name and operation of a card, and the column where its parameter field begins."""

    name: str
    operation: str
    column: int


def fields_of(card: str) -> Fields:
    """Split a `//` card; what is missing is empty."""
    head = card[:LAST]
    match = _FIELDS.match(head)
    if match is None:
        return Fields(head[2:].strip(" "), "", LAST + 1)
    return Fields(match["name"], match["operation"], match.end() + 1)


def field_end(text: str, quoted: bool) -> tuple[int, bool]:
    """Where the parameter field ends in `text`: before the first blank outside apostrophes.

    `quoted` says that a string is open at the start; returned with the end whether one still is.
    """
    at = 0
    while True:
        if quoted:
            at = text.find("'", at)
            if at < 0:
                return len(text), True
            at, quoted = at + 1, False
            continue
        blank = text.find(" ", at)
        quote = text.find("'", at, blank if blank >= 0 else None)
        if quote < 0:
            return (blank if blank >= 0 else len(text)), False
        at, quoted = quote + 1, True


def is_blank(card: str) -> bool:
    """Nothing in any column."""
    return not card.strip(" ")


def is_null(card: str) -> bool:
    """`//` and nothing else: the null statement."""
    return card.startswith("//") and is_blank(card[2:LAST])


def continues(card: str) -> bool:
    """`//`, a blank in column 3 and some text: the form of a continuation."""
    return card.startswith("// ") and not is_blank(card[2:LAST])


def text_column(card: str) -> int:
    """The column where the text after `//` begins."""
    return len(card) - len(card[2:].lstrip(" ")) + 1


def upper(text: str) -> str:
    """`text` in upper case outside apostrophes; only A-Z, so that its length stays."""
    if "'" not in text:
        return text.translate(_LOWER)
    parts = text.split("'")
    parts[::2] = [part.translate(_LOWER) for part in parts[::2]]
    return "'".join(parts)


def listed(card: str) -> str:
    """The card image as JESJCL shows it: columns 1-72."""
    return card[: LAST + 1].rstrip(" ")


def images(lines: list[str]) -> str:
    """Lines as card images of 80 columns side by side, cut off where they are longer."""
    return "".join([line.ljust(CARD)[:CARD] for line in lines])


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of the file and their code page; `clean` when every one of them is all right."""

    lines: list[str]
    codepage: CodePage
    clean: bool

    def encoded(self, data: range) -> bytes:
        """In-stream data as card images."""
        text = images(self.lines[data.start : data.stop])
        return self.codepage.encode(text) if self.clean else self.codepage.encode_lossy(text)

    def printable(self, text: str) -> str:
        """`text` with `?` for what the code page lacks."""
        return text if self.clean else self.codepage.decode(self.codepage.encode_lossy(text))
