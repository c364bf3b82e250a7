"""Values of parameters: a parenthesised list with quoted atoms (jes2.md 5.1, 6).

An omitted item is None and so differs from an empty string.
"""

import re
from dataclasses import dataclass

from jes.jcl.messages import show

MAX_DEPTH = 16  # of parentheses; JCL itself needs three
_ATOM = re.compile(r"[^'(),]+")
_SPECIAL = re.compile(r"[ '(),]")
_TOKEN = re.compile(r"'[^']*'?|[(),]|[^'(),]+")


@dataclass(frozen=True, slots=True)
class Atom:
    """A word or a string; `quoted` says that apostrophes were coded."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Items in parentheses; an omitted one is None. `text` is how it was coded."""

    items: "tuple[Value | None, ...]"
    text: str


Value = Atom | Group


def split(text: str) -> list[tuple[int, str]]:
    """Split at commas outside parentheses and apostrophes: offset and text of each part."""
    parts: list[tuple[int, str]] = []
    depth, begin = 0, 0
    if _SPECIAL.search(text) is None:
        return [(0, text)]
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "(":
                depth += 1
            case ")":
                depth = max(depth - 1, 0)
            case "," if not depth:
                parts.append((begin, text[begin : token.start()]))
                begin = token.end()
    parts.append((begin, text[begin:]))
    return parts


def parse(text: str) -> tuple[Value | None, tuple[str, str] | None]:
    """A value, and what is wrong with it: what was found and what was expected."""
    if not text:
        return None, None
    if _SPECIAL.search(text) is None:
        return Atom(text), None
    parser = _Parser(text)
    value = parser.value(0)
    if parser.fault is None and parser.at < len(text):
        parser.fault = (show(text[parser.at :]), "a comma or the end of the parameter")
    return value, parser.fault


class _Parser:
    """Recursive descent over one value."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.fault: tuple[str, str] | None = None

    def value(self, depth: int) -> Value | None:
        if self.text.startswith("(", self.at):
            return self.group(depth)
        return self.atom()

    def group(self, depth: int) -> Value:
        begin = self.at
        found: list[Value | None] = []
        if depth == MAX_DEPTH:
            self.stop(f"at most {MAX_DEPTH} nested parentheses")
            return Group((), "")
        while True:
            self.at += 1  # over the parenthesis or the comma
            found.append(self.value(depth + 1))
            if self.text.startswith(",", self.at):
                continue
            break
        if self.text.startswith(")", self.at):
            self.at += 1
        else:
            self.stop("a closing parenthesis")
        members = tuple(found) if found != [None] else ()
        return Group(members, self.text[begin : self.at])

    def atom(self) -> Atom | None:
        """A word with strings and balanced parentheses in it, such as A.B(MEM)."""
        pieces: list[str] = []
        quoted, begin = False, self.at
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "'":
                quoted = True
                pieces.append(self.string())
            elif char == "(":
                pieces.append(self.balanced())
            elif plain := _ATOM.match(self.text, self.at):
                self.at = plain.end()
                pieces.append(plain[0])
                if " " in plain[0]:
                    self.fault = self.fault or (show(plain[0]), "no blank outside apostrophes")
            else:
                break
        return Atom("".join(pieces), quoted) if self.at > begin else None

    def string(self) -> str:
        """An apostrophe string; two apostrophes stand for one."""
        pieces: list[str] = []
        while True:
            end = self.text.find("'", self.at + 1)
            if end < 0:
                self.stop("a closing apostrophe")
                return "".join(pieces)
            pieces.append(self.text[self.at + 1 : end])
            self.at = end + 1
            if not self.text.startswith("'", self.at):
                return "".join(pieces)
            pieces.append("'")

    def balanced(self) -> str:
        """Parentheses inside a word, as they stand."""
        begin, depth = self.at, 0
        for token in _TOKEN.finditer(self.text, self.at):
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            if not depth:
                self.at = token.end()
                return self.text[begin : self.at]
        self.stop("a closing parenthesis")
        return self.text[begin:]

    def stop(self, expected: str) -> None:
        """Note a fault and go to the end."""
        self.fault = self.fault or (show(self.text), expected)
        self.at = len(self.text)


def word(value: Value | None) -> str:
    """A value as one text: a group as it was coded."""
    return value.text if value is not None else ""


def items(value: Value | None) -> tuple[Value | None, ...]:
    """The items of a group; one value is a group of one."""
    if isinstance(value, Group):
        return value.items
    return (value,) if value is not None else ()
