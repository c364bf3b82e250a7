"""The grammar of operator commands (jes2.md 3.1): a line is commands, or says what is wrong.

Nothing here raises. Blanks do not count in a JES2 command, but inside apostrophes; nor does case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jes.commands import messages
from jes.messages import Message

LINE_MAX = 1000  # characters; a console of MVS takes 126
ECHO_MAX = 24  # characters of a command that an answer repeats
NUMBER_MAX = 10**9  # whoever writes more means no job, no age, no count
_QUOTED = re.compile(r"'[^']*'?|[^']+")
_OBJECT = re.compile(r"JES2|[A-Z]*")
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+|\*))?")
_MASK = re.compile(r"[A-Z0-9$#@*?]+")
_OPERAND = re.compile(r"(/?)([A-Z]+)(?:(\^=|<>|=|<|>)(.*))?")


class Comparison(StrEnum):
    """How a filter compares."""

    EQUAL = "="
    NOT_EQUAL = "^="
    LESS = "<"
    GREATER = ">"


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers, both ends included; None is no upper end."""

    low: int
    high: int | None

    def __contains__(self, number: int) -> bool:
        """Whether a number is in it."""
        return self.low <= number and (self.high is None or number <= self.high)


Subscript = Range | str  # numbers, or a mask of names


@dataclass(frozen=True, slots=True)
class Operand:
    """One operand: `NAME`, or `NAME=value`. `text` is as it was typed, for an answer.

    `filtering`: a leading `/` says that it is a filter.
    """

    text: str
    name: str
    comparison: Comparison | None = None
    values: tuple[str, ...] = ()
    filtering: bool = False

    @property
    def value(self) -> str:
        """The value when there is one; several are as if none fits."""
        return self.values[0] if len(self.values) == 1 else ","


@dataclass(frozen=True, slots=True)
class JesCommand:
    """`$verb object(subscripts),operands`. `text` is the object as it was typed."""

    verb: str
    object: str
    subscripts: tuple[Subscript, ...] | None
    operands: tuple[Operand, ...]
    text: str


@dataclass(frozen=True, slots=True)
class MvsCommand:
    """A command without `$`: its verb and the rest of the line."""

    verb: str
    rest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Text that is no command."""

    message: Message
    text: str = ""

    @property
    def line(self) -> str:
        """The answer."""
        return self.message.line(text=echo(self.text), limit=LINE_MAX)


Command = JesCommand | MvsCommand | Fault


def commands_in(line: str) -> Iterator[Command]:
    """The commands of a line, joined by `;`. At least one, or a fault."""
    if len(line) > LINE_MAX:
        yield Fault(messages.TOO_LONG)
        return
    none = True
    plain = "".join(c if c.isprintable() else " " for c in line)
    for text in _split(plain, ";"):
        if text.strip():
            none = False
            yield _command(text.strip())
    if none:
        yield Fault(messages.NO_COMMAND)


def echo(text: str) -> str:
    """What an answer repeats of a text."""
    return text[:ECHO_MAX]


def _command(text: str) -> Command:
    if text[0] != "$":
        upper = "".join(p if p[0] == "'" else p.upper() for p in _QUOTED.findall(text))
        verb, _, rest = upper.partition(" ")
        return MvsCommand(verb, rest.strip())
    squeezed = "".join(
        p if p[0] == "'" else "".join(p.split()).upper() for p in _QUOTED.findall(text[1:])
    )
    return _jes_command(squeezed)


def _jes_command(text: str) -> Command:
    verb, rest = text[:1], text[1:]
    named = _OBJECT.match(rest)
    if not verb.isalpha() or named is None:
        return Fault(messages.HASP649, f"${text}")
    first, *others = _split(rest, ",")
    found = _subscripts(first[named.end() :])
    if isinstance(found, Fault):
        return found
    operands = []
    for other in others:
        operand = _operand(other)
        if isinstance(operand, Fault):
            return operand
        operands.append(operand)
    return JesCommand(verb, named[0], found, tuple(operands), first)


def _subscripts(text: str) -> tuple[Subscript, ...] | Fault | None:
    """What stands behind the object's name: nothing, one, or a list in parentheses."""
    if not text:
        return None
    items = _split(text[1:-1], ",") if text[0] == "(" and text[-1] == ")" else [text]
    found: list[Subscript] = []
    for item in items:
        numbers = _RANGE.fullmatch(item)
        name = _unquoted(item)
        if numbers:
            high = numbers[2] or numbers[1]
            found.append(Range(_number(numbers[1]), None if high == "*" else _number(high)))
        elif (text[0] in "('*") and _MASK.fullmatch(name):
            found.append(name)
        else:
            return Fault(messages.HASP650, text)
    return tuple(found)


def _operand(text: str) -> Operand | Fault:
    matched = _OPERAND.fullmatch(text)
    if matched is None:
        return Fault(messages.HASP650, text or ",")
    slash, name, comparison, value = matched.groups()
    if comparison is None:
        return Fault(messages.HASP650, text) if slash else Operand(text, name)
    inside = value[1:-1] if value[:1] == "(" and value[-1:] == ")" else value
    if inside.count("(") != inside.count(")"):
        return Fault(messages.HASP650, text)
    values = tuple(_unquoted(item) for item in _split(inside, ","))
    kind = Comparison.NOT_EQUAL if comparison == "<>" else Comparison(comparison)
    return Operand(text, name, kind, values, bool(slash))


def _split(text: str, separator: str) -> list[str]:
    """Parts of a text; it is not split inside apostrophes, nor at commas inside parentheses."""
    parts = []
    begin, depth, quoted = 0, 0, False
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and separator == ",":
            depth = max(0, depth + (character == "(") - (character == ")"))
        if character == separator and not quoted and not depth:
            parts.append(text[begin:at])
            begin = at + 1
    return [*parts, text[begin:]]


def _unquoted(text: str) -> str:
    return text[1:-1].upper() if len(text) > 1 and text[0] == text[-1] == "'" else text


def _number(digits: str) -> int:
    return min(int(digits), NUMBER_MAX)


def number_of(text: str) -> int | None:
    """Digits as a number, which is never absurdly large; None for any other text."""
    return _number(text) if text.isascii() and text.isdecimal() else None
