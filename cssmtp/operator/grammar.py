"""What an operator typed behind `F procname,`: a command, or what is wrong with it. Pure.

Case does not count. Blanks around commas are not allowed, and what is wrong is named: the first
word that has no meaning, the operand that is missing, the value that cannot be
(cssmtp-operations.md 2.1, 2.4).
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from cssmtp.config.statements import UserExit
from cssmtp.operator.table import COMMANDS, Do, Value, Word

ECHO_MAX = 24  # characters of a word that an answer repeats
_LIMITS = {Value.DAYS: 365, Value.TASK: 10**9, Value.LEVEL: 255}
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done. `number` of a task, a level, days; `text` of an address or an exit."""

    does: Do
    number: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that is no command: the operand, and what is wrong with it."""

    operand: str
    reason: str


def parse(text: str) -> Command | Fault:
    """The command of a text. Never raises."""
    typed, among, said = text.split(","), COMMANDS, "MODIFY"
    does: Do | None = None
    for number, word in enumerate(typed):
        name, equals, value = word.partition("=")
        found = next((one for one in among if one.is_meant(name.upper())), None)
        if found is None or bool(equals) != (found.value is not None):
            return Fault(_echo(word, said), _not_here(word, found, among))
        if found.value is not None:
            if number + 1 < len(typed):
                return Fault(_echo(typed[number + 1], word), "NOTHING FOLLOWS HERE")
            return _valued(found, word, value)
        does, among, said = found.does, found.next, word
    if does is None:
        return Fault(_echo(said, ""), f"AN OPERAND IS MISSING: {_choice(among)}")
    return Command(does)


def _valued(word: Word, typed: str, value: str) -> Command | Fault:
    """A command that ends in KEYWORD=value."""
    assert word.does is not None
    assert word.value is not None
    wrong = Fault(_echo(typed, ""), f"EXPECTED {word.value.value}")
    upper = value.upper()
    if word.value is Value.EXIT:
        names = {level.upper() for level in UserExit}
        return Command(word.does, text=upper) if upper in names else wrong
    if word.value is Value.ADDRESS:
        try:
            return Command(word.does, text=str(ip_address(value)))
        except ValueError:
            return wrong
    if not _NUMBER.fullmatch(value) or int(value) > _LIMITS[word.value]:
        return wrong
    return Command(word.does, number=int(value))


def _not_here(word: str, found: Word | None, among: Sequence[Word]) -> str:
    """Why a word cannot stand where it does."""
    if not among:
        return "NOTHING FOLLOWS HERE"
    if found is not None:
        return f"EXPECTED {_shown(found)}"
    if word != word.strip() or not word:
        return "NO BLANKS AROUND COMMAS, NO EMPTY OPERANDS"
    name = word.partition("=")[0].upper()
    return f"NOT KNOWN HERE; {_nearest(name, among) or f'EXPECTED {_choice(among)}'}"


def _nearest(name: str, among: Sequence[Word]) -> str:
    spelled = {one.name: one for one in among}
    starts = [full for full in spelled if name and full.startswith(name)]
    near = starts[:1] or difflib.get_close_matches(name[:ECHO_MAX], spelled, n=1, cutoff=0.5)
    return f"NEAREST: {_shown(spelled[near[0]])}" if near else ""


def _choice(among: Sequence[Word]) -> str:
    return " | ".join(_shown(one) for one in among)


def _shown(word: Word) -> str:
    return f"{word.name}=" if word.value is not None else word.name


def _echo(word: str, behind: str) -> str:
    """A word as answers repeat it; of an empty one, what it stands behind."""
    return "".join(c if c.isprintable() else "." for c in word or f"{behind},")[:ECHO_MAX]
