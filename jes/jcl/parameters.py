"""Parameters of a statement, with symbols substituted, and checks of their values.

Each check gives the value, or notes a fault and gives None.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from jes.errors import BadName
from jes.jcl import messages
from jes.jcl.messages import Findings, show
from jes.jcl.statements import Statement
from jes.jcl.symbols import Symbols
from jes.jcl.values import Value, items, parse, split, word
from jes.names import Name

_KEYWORD = re.compile(r"([A-Z$#@][A-Z0-9$#@]{0,15}(?:\.[A-Z0-9$#@]{1,8})?)=")
_NUMBER = re.compile(r"[0-9]{1,10}")
SUBSTITUTED_IN_APOSTROPHES = frozenset({"PARM", "ACCT", "PATH", "SUBSYS", "AMP"})
_CUT_OFF = frozenset({messages.OPEN_STRING.id, messages.NO_CONTINUATION.id})
YES_NO = {"YES": True, "Y": True, "NO": False, "N": False}
N = TypeVar("N", bound=Name)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `keyword` is empty for a positional one, `value` None for an omitted one."""

    keyword: str
    value: Value | None
    text: str
    line: int

    @property
    def word(self) -> str:
        """The value as one text."""
        return word(self.value)

    @property
    def items(self) -> tuple[str, ...]:
        """The value's items as texts, "" for an omitted one."""
        return tuple(word(item) for item in items(self.value))


class Parameters:
    """The parameters of one statement: positional ones in order, keywords by name."""

    def __init__(self, parameters: list[Parameter], findings: Findings) -> None:
        """A keyword coded twice is a fault; the first one counts."""
        self.positional: list[Parameter] = []
        self.keywords: dict[str, Parameter] = {}
        for parameter in parameters:
            if not parameter.keyword:
                self.positional.append(parameter)
            elif parameter.keyword in self.keywords:
                findings.add(messages.TWICE, parameter.line, found=parameter.keyword)
            else:
                self.keywords[parameter.keyword] = parameter

    def get(self, *keywords: str) -> Parameter | None:
        """The parameter of one of `keywords` if it is coded with a value."""
        for keyword in keywords:
            parameter = self.keywords.get(keyword)
            if parameter is not None and parameter.value is not None:
                return parameter
        return None


def parameters_of(statement: Statement, symbols: Symbols, findings: Findings) -> Parameters:
    """The parameters of a statement, symbols substituted. Faults name the card they stand on."""
    if not statement.field:
        return Parameters([], findings)
    found: list[Parameter] = []
    marks, mark = statement.marks, 0
    raw_parts = split(statement.field)
    if any(fault.id in _CUT_OFF for fault in statement.faults):
        cut_off = raw_parts.pop()[1]  # its value would only give faults that mislead
        if coded := _KEYWORD.match(cut_off):
            found.append(Parameter(coded[1], None, "", marks[-1][1]))
    for offset, raw in raw_parts:
        while mark + 1 < len(marks) and marks[mark + 1][0] <= offset:
            mark += 1
        line = marks[mark][1]
        if "&" not in raw:
            found.append(_parameter(raw, line, findings))
            continue
        coded = _KEYWORD.match(raw)
        in_apostrophes = statement.operation == "SET" or (
            coded is not None and coded[1].partition(".")[0] in SUBSTITUTED_IN_APOSTROPHES
        )
        text = symbols.substitute(raw, line, findings, in_apostrophes=in_apostrophes)
        found += [_parameter(part, line, findings) for _, part in split(text)]
    return Parameters(found, findings)


def _parameter(text: str, line: int, findings: Findings) -> Parameter:
    coded = _KEYWORD.match(text)
    keyword, value_text = (coded[1], text[coded.end() :]) if coded else ("", text)
    value, fault = parse(value_text)
    if fault:
        findings.add(messages.SYNTAX, line, found=fault[0], expected=fault[1])
        value = None
    return Parameter(keyword, value, value_text, line)


def refuse(
    findings: Findings, parameter: Parameter, text: str, expected: str, hint: str = ""
) -> None:
    """A value that is not as expected; one with an undefined symbol has its fault already."""
    if "&" in text.replace("&&", ""):
        return
    where = f"{parameter.keyword}=" if parameter.keyword else "positional parameter"
    findings.add(
        messages.VALUE,
        parameter.line,
        keyword=where,
        found=show(text),
        expected=expected,
        hint=hint,
    )


def named(
    kind: type[N], parameter: Parameter, findings: Findings, text: str | None = None
) -> N | None:
    """A name of `kind`, from the whole value or from `text`, a part of it."""
    coded = parameter.word if text is None else text
    try:
        return kind(coded)
    except BadName:
        refuse(findings, parameter, coded, f"a {kind.what} ({kind.rule})")
        return None


def number(
    parameter: Parameter, low: int, high: int, findings: Findings, text: str | None = None
) -> int | None:
    """A number from `low` to `high`."""
    coded = parameter.word if text is None else text
    if _NUMBER.fullmatch(coded) and low <= int(coded) <= high:
        return int(coded)
    refuse(findings, parameter, coded, f"a number from {low} to {high}")
    return None


def choice(
    parameter: Parameter,
    choices: "dict[str, T]",
    findings: Findings,
    text: str | None = None,
) -> T | None:
    """One of a few words."""
    coded = parameter.word if text is None else text
    if coded in choices:
        return choices[coded]
    refuse(
        findings, parameter, coded, f"one of {', '.join(choices)}", findings.hint(coded, choices)
    )
    return None


def matching(
    parameter: Parameter,
    pattern: re.Pattern[str],
    expected: str,
    findings: Findings,
    text: str | None = None,
) -> str | None:
    """A word that matches `pattern`."""
    coded = parameter.word if text is None else text
    if pattern.fullmatch(coded):
        return coded
    refuse(findings, parameter, coded, expected)
    return None


def check_keywords(
    operation: str, parameters: Parameters, allowed: Iterable[str], findings: Findings
) -> None:
    """An unknown keyword is a fault, with the nearest known one."""
    known = allowed if isinstance(allowed, frozenset) else frozenset(allowed)
    for keyword, parameter in parameters.keywords.items():
        if keyword not in known:
            hint = findings.hint(keyword, known)
            findings.add(
                messages.KEYWORD, parameter.line, operation=operation, found=keyword, hint=hint
            )
