"""COND= and the expressions of IF (jes2.md 5.2)."""

import re

from jes.jcl import messages
from jes.jcl.messages import Findings, show
from jes.jcl.parameters import Parameter, choice, number, refuse
from jes.jcl.values import Group, Value, items, word
from jes.job import Cond, CondTest, IfExpression, IfJoin, IfNot, IfTest, When

MAX_TESTS = 8  # return code tests in one COND=
MAX_DEPTH = 15  # nested parentheses and NOTs of an expression
MAX_CODE = 4095
OPERATORS = {op: op for op in ("GT", "GE", "EQ", "NE", "LT", "LE")}
_SIGNS = {
    **OPERATORS, "NG": "LE", "NL": "GE", "=": "EQ", "¬=": "NE", "^=": "NE", ">": "GT", "<": "LT",
    ">=": "GE", "<=": "LE", "¬>": "LE", "^>": "LE", "¬<": "GE", "^<": "GE",
}  # fmt: skip
_TOKEN = re.compile(r" +|([¬^][=<>]|[<>]=|[()=<>¬^&|]|[A-Z0-9$#@.]+|.)", re.DOTALL)
_NOT = frozenset({"NOT", "¬", "^"})
_STEP = r"(?:([A-Z$#@][A-Z0-9$#@]{0,7}(?:\.[A-Z$#@][A-Z0-9$#@]{0,7})?)\.)?"
_OPERAND = re.compile(_STEP + r"(RC|ABENDCC|ABEND|RUN)")
_CODE = re.compile(r"S[0-9A-F]{3}|U[0-9]{4}")
_NUMBER = re.compile(r"[0-9]{1,4}")
ALWAYS = IfTest("RC", "GE", 0)  # stands for an expression with a fault: its job does not run


def cond_of(parameter: Parameter | None, findings: Findings, *, of_job: bool = False) -> Cond:
    """COND=(code,op[,step]), a list of such tests, EVEN and ONLY; on JOB without step and word."""
    if parameter is None:
        return Cond()
    coded: list[Value | None] = list(items(parameter.value))
    if (
        not any(isinstance(item, Group) for item in coded)
        and word(coded[0] if coded else None)[:1].isdigit()
    ):
        coded = [parameter.value]
    tests: list[CondTest] = []
    when: When | None = None
    for item in coded:
        if isinstance(item, Group):
            test = _test(parameter, item, findings, of_job=of_job)
            tests += [test] if test else []
        elif word(item) in ("EVEN", "ONLY") and when is None and not of_job:
            when = When(word(item))
        else:
            expected = "(code,operator)" if of_job else "(code,operator,step), EVEN or ONLY"
            refuse(findings, parameter, word(item), expected)
    if len(tests) + (when is not None) > MAX_TESTS:
        findings.add(messages.TOO_MANY, parameter.line, limit=MAX_TESTS, what="tests in COND=")
    return Cond(tuple(tests), when)


def _test(
    parameter: Parameter, group: Group, findings: Findings, *, of_job: bool
) -> CondTest | None:
    parts = [word(item) for item in group.items]
    if not 2 <= len(parts) <= (2 if of_job else 3):
        expected = "(code,operator)" if of_job else "(code,operator[,step])"
        refuse(findings, parameter, group.text, expected)
        return None
    code = number(parameter, 0, MAX_CODE, findings, parts[0])
    operator = choice(parameter, OPERATORS, findings, parts[1])
    if code is None or operator is None:
        return None
    return CondTest(code, operator, parts[2] if len(parts) == 3 else None)


class _Broken(Exception):
    """The expression cannot be read further: what was found and what was expected."""


class _Expression:
    """Recursive descent: NOT before comparison before AND before OR."""

    def __init__(self, text: str) -> None:
        self.tokens = [t[1] for t in _TOKEN.finditer(text) if t[1]]
        self.at = 0
        self.steps: list[str] = []

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def broken(self, expected: str) -> _Broken:
        rest = " ".join(self.tokens[self.at : self.at + 20])
        return _Broken(show(rest) if rest else "its end", expected)

    def joined(self, depth: int, operator: str) -> IfExpression:
        """Operands joined by OR, or inside by AND."""
        signs = ("OR", "|") if operator == "OR" else ("AND", "&")
        operands = [self.joined(depth, "AND") if operator == "OR" else self.negated(depth)]
        while self.peek() in signs:
            self.at += 1
            operands.append(self.joined(depth, "AND") if operator == "OR" else self.negated(depth))
        return operands[0] if len(operands) == 1 else IfJoin(operator, tuple(operands))

    def negated(self, depth: int) -> IfExpression:
        if depth > MAX_DEPTH:
            raise self.broken(f"at most {MAX_DEPTH} nested parentheses and NOTs")
        if self.peek() in _NOT:
            self.at += 1
            return IfNot(self.negated(depth + 1))
        if self.peek() != "(":
            return self.relation()
        self.at += 1
        inner = self.joined(depth + 1, "OR")
        if self.peek() != ")":
            raise self.broken("a closing parenthesis, AND or OR")
        self.at += 1
        return inner

    def relation(self) -> IfTest:
        operand = _OPERAND.fullmatch(self.peek())
        if operand is None or (operand[2] == "RUN" and operand[1] is None):
            raise self.broken("RC, ABEND, ABENDCC, with a step and a period before it, or step.RUN")
        self.at += 1
        step, keyword = operand[1], operand[2]
        if step is not None:
            self.steps.append(step)
        operator = _SIGNS.get(self.peek())
        if operator is not None:
            self.at += 1
        if keyword in ("ABEND", "RUN"):
            return self.truth(keyword, operator, step)
        return self.comparison(keyword, operator, step)

    def comparison(self, keyword: str, operator: str | None, step: str | None) -> IfTest:
        if operator is None:
            raise self.broken("a comparison such as = or GT")
        if keyword == "RC":
            if not _NUMBER.fullmatch(self.peek()) or int(self.peek()) > MAX_CODE:
                raise self.broken(f"a return code from 0 to {MAX_CODE}")
            return IfTest(keyword, operator, int(self.take()), step)
        if operator not in ("EQ", "NE") or not _CODE.fullmatch(self.peek()):
            raise self.broken("= or ¬= and a code such as S0C4 or U0016")
        return IfTest(keyword, operator, self.take(), step)

    def truth(self, keyword: str, operator: str | None, step: str | None) -> IfTest:
        if operator is None:
            return IfTest(keyword, "EQ", True, step)
        if operator not in ("EQ", "NE") or self.peek() not in ("TRUE", "FALSE"):
            raise self.broken("= or ¬= and TRUE or FALSE")
        return IfTest(keyword, operator, self.take() == "TRUE", step)


def expression_of(text: str, line: int, findings: Findings) -> tuple[IfExpression, list[str]]:
    """The expression of an IF statement up to its THEN, and the steps that it names."""
    parser = _Expression(text)
    try:
        found = parser.joined(0, "OR")
        if parser.peek() != "THEN":
            raise parser.broken("THEN, AND or OR")
    except _Broken as broken:
        what, expected = broken.args
        findings.add(messages.IF_SYNTAX, line, found=what, expected=expected)
        return ALWAYS, []
    return found, parser.steps
