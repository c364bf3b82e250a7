"""What operands mean: filters, changes, words, keywords to show (jes2.md 3.1).

A filter is always applied to the views that come from the store; where the store can look for it
too, it is handed on, so that few views have to be looked at.
"""

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from jes.commands import messages
from jes.commands.grammar import Comparison, JesCommand, Operand, echo, number_of
from jes.errors import CommandRejected

View = TypeVar("View")
Where = TypeVar("Where")  # the store's filter of such views
Values = tuple[str, ...]
Test = Callable[[View, datetime], bool]
LONG = {"LONG": "LONG", "L": "LONG"}
ALL = {"ALL": "ALL"}
_NO_NAMES: Mapping[str, str] = {}
_COMPARED = {
    Comparison.EQUAL: operator.eq,
    Comparison.NOT_EQUAL: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.GREATER: operator.gt,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[View, Where]):
    """A keyword that filters: its names, and what a view has there, texts or a number.

    `spell` has values that are short for others. `ask` puts the values of an `=` into the store's
    filter, in place of what is there; None means that it cannot. The store may give more than what
    fits, never less. A field without `texts` and `number` is for the store alone.
    """

    names: Values
    texts: Callable[[View], Collection[str]] | None = None
    number: Callable[[View, datetime], float] | None = None
    spell: Mapping[str, str] = field(default_factory=dict)
    ask: Callable[[Where, Values], Where | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes(Generic[View, Where]):
    """What operands a command takes: filters, changes and words by every name that they have, and
    keywords to show."""

    fields: tuple[Field[View, Where], ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    shows: Collection[str] = ()


@dataclass(slots=True)
class Sorted(Generic[View, Where]):
    """The operands of a command by what they mean; `asks` narrow the store's filter."""

    tests: list[Test[View]] = field(default_factory=list)
    asks: list[tuple[Field[View, Where], Values]] = field(default_factory=list)
    changes: dict[str, Operand] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    shows: list[str] = field(default_factory=list)
    filtered: bool = False

    def narrowed(self, wanted: Where) -> Where:
        """The store's filter with what can be asked of it."""
        for one, values in self.asks:
            if one.ask is not None:
                wanted = one.ask(wanted, values) or wanted
        return wanted

    def fits(self, view: View, now: datetime) -> bool:
        """Whether every filter holds."""
        return all(test(view, now) for test in self.tests)


def sort_operands(command: JesCommand, takes: Takes[View, Where]) -> Sorted[View, Where]:
    """What the operands of a command mean. Raises `CommandRejected` for the first that means
    nothing."""
    found: Sorted[View, Where] = Sorted()
    for operand in command.operands:
        if operand.comparison is None:
            _word(operand, takes, found)
        elif _changes(operand, takes):
            name = takes.changes[operand.name]
            if name in found.changes:
                raise wrong(operand)
            found.changes[name] = operand
        else:
            _filter(operand, takes.fields, found)
    return found


def sort_plain(
    command: JesCommand,
    changes: Mapping[str, str] = _NO_NAMES,
    words: Mapping[str, str] = _NO_NAMES,
) -> Sorted[object, object]:
    """The operands of a command that has no filters. Raises `CommandRejected`."""
    takes: Takes[object, object] = Takes(changes=changes, words=words)
    return sort_operands(command, takes)


def no_operands(command: JesCommand) -> None:
    """Raises `CommandRejected` when there is one."""
    sort_plain(command)


def wrong(operand: Operand) -> CommandRejected:
    """An operand that cannot be used."""
    return CommandRejected(messages.HASP650, text=echo(operand.text))


def _changes(operand: Operand, takes: Takes[View, Where]) -> bool:
    """Only a plain `=` changes; with a `/`, or compared in another way, it is a filter."""
    equal = operand.comparison is Comparison.EQUAL and not operand.filtering
    return equal and operand.name in takes.changes


def _word(operand: Operand, takes: Takes[View, Where], found: Sorted[View, Where]) -> None:
    if operand.name in takes.words:
        found.words.add(takes.words[operand.name])
    elif operand.name in takes.shows:
        found.shows.append(operand.name)
    else:
        raise wrong(operand)


def _filter(
    operand: Operand, fields: Iterable[Field[View, Where]], found: Sorted[View, Where]
) -> None:
    known = next((one for one in fields if operand.name in one.names), None)
    if known is None:
        raise wrong(operand)
    values = tuple(known.spell.get(value, value) for value in operand.values)
    found.filtered = True
    equal = operand.comparison is Comparison.EQUAL
    if known.number is not None:
        found.tests.append(_numeric(operand, known.number))
    elif known.texts is not None:
        found.tests.append(_textual(operand, known.texts, values))
    elif not equal or any(one is known for one, _ in found.asks):
        raise wrong(operand)  # there is no view to look at, so the store is asked once
    if equal and known.ask is not None:
        found.asks.append((known, values))


def _numeric(operand: Operand, number: Callable[[View, datetime], float]) -> Test[View]:
    wanted = [number_of(value) for value in operand.values]
    numbers = [one for one in wanted if one is not None]
    if len(numbers) != len(wanted) or operand.comparison is None:
        raise wrong(operand)
    compared = _COMPARED[operand.comparison]
    if operand.comparison is Comparison.EQUAL:
        return lambda view, now: int(number(view, now)) in numbers
    if operand.comparison is Comparison.NOT_EQUAL:
        return lambda view, now: int(number(view, now)) not in numbers
    if len(numbers) != 1:
        raise wrong(operand)
    return lambda view, now: bool(compared(number(view, now), numbers[0]))


def _textual(
    operand: Operand, texts: Callable[[View], Collection[str]], masks: Values
) -> Test[View]:
    if operand.comparison is Comparison.EQUAL:
        return lambda view, _: any_fits(masks, texts(view))
    if operand.comparison is Comparison.NOT_EQUAL:
        return lambda view, _: not any_fits(masks, texts(view))
    if len(masks) != 1 or operand.comparison is None:
        raise wrong(operand)
    compared = _COMPARED[operand.comparison]
    return lambda view, _: any(compared(text, masks[0]) for text in texts(view))


def any_fits(masks: Iterable[str], texts: Collection[str]) -> bool:
    """Whether one of the texts fits one of the masks."""
    return any(fits(mask, text) for mask in masks for text in texts)


def fits(mask: str, text: str) -> bool:
    """Whether a text fits a mask: `*` is any string, `?` one character (jes2.md 3.1)."""
    at = begin = 0
    star = -1
    index = 0
    while index < len(text):
        if at < len(mask) and mask[at] == "*":
            star, begin = at, index
            at += 1
        elif at < len(mask) and mask[at] in ("?", text[index]):
            at, index = at + 1, index + 1
        elif star >= 0:  # the last star takes one character more
            begin += 1
            at, index = star + 1, begin
        else:
            return False
    return not mask[at:].strip("*")


def is_mask(value: str) -> bool:
    """Whether a value is a mask."""
    return "*" in value or "?" in value
