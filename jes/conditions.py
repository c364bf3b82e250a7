"""Whether a step runs: COND= on JOB and EXEC, and IF/THEN/ELSE (jes2.md 5.2).

Pure. A bypassed step has no return code and is not tested; a step that abended has none either.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from jes.job import Cond, CondTest, IfExpression, IfJoin, IfNot, IfTest, Job, Step, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is known of an earlier step: `code` when it returned, `abend` (S806, U0016) when not."""

    stepname: str
    procstep: str | None = None
    code: int | None = None
    abend: str | None = None

    @property
    def ran(self) -> bool:
        """Whether the step was executed at all."""
        return self.code is not None or self.abend is not None


class Verdict(Enum):
    """What becomes of a step before it starts."""

    RUN = "run"
    BYPASS_COND = "COND= of the step"
    BYPASS_IF = "IF/THEN/ELSE"
    BYPASS_ABEND = "an earlier step abended"
    FLUSH_JOB = "COND= of the job"


def verdict(job: Job, step: Step, history: Sequence[Ended]) -> Verdict:
    """Whether `step` runs after `history`; IF and COND must both permit it."""
    abended = any(ended.abend for ended in history)
    if job_condition_met(job, history):
        return Verdict.FLUSH_JOB
    if not all(holds(condition, history, step) for condition in step.conditions):
        return Verdict.BYPASS_ABEND if abended else Verdict.BYPASS_IF
    if step.cond.when is When.ONLY and not abended:
        return Verdict.BYPASS_COND
    if abended and step.cond.when is None and not step.conditions:
        return Verdict.BYPASS_ABEND
    return Verdict.BYPASS_COND if _any_true(step.cond, history, step) else Verdict.RUN


def job_condition_met(job: Job, history: Sequence[Ended]) -> bool:
    """Whether COND= of the JOB statement ends the job; it then counts as abnormal (jes2.md 1.3)."""
    return _any_true(job.cond, history, None)


def _any_true(cond: Cond, history: Sequence[Ended], step: Step | None) -> bool:
    return any(
        ended.code is not None and _compare(test.code, test.op, ended.code)
        for test in cond.tests
        for ended in _tested(test, history, step)
    )


def _tested(test: CondTest, history: Sequence[Ended], step: Step | None) -> Sequence[Ended]:
    return history if test.step is None else named(test.step, history, step)


def named(name: str, history: Sequence[Ended], step: Step | None) -> list[Ended]:
    """The earlier steps that `S`, or `S.P` for step P of a procedure, refers to.

    A plain name means a step of the same procedure first, then a step of the job.
    """
    stepname, dot, procstep = name.partition(".")
    if dot:
        return [e for e in history if (e.stepname, e.procstep) == (stepname, procstep)]
    beside = [e for e in history if step and e.procstep == name and e.stepname == step.stepname]
    return beside or [e for e in history if e.stepname == name]


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq, "NE": operator.ne, "LT": operator.lt,
    "GE": operator.ge, "LE": operator.le, "GT": operator.gt,
}  # fmt: skip


def _compare(left: int | str, op: str, right: int | str) -> bool:
    """`left op right`; values of different kinds never compare."""
    return type(left) is type(right) and op in OPERATORS and OPERATORS[op](left, right)


def holds(expression: IfExpression, history: Sequence[Ended], step: Step | None = None) -> bool:
    """Whether an IF expression is true after `history`.

    One that does not name ABEND is false once a step has abended, whatever it says.
    """
    abended = any(ended.abend for ended in history)
    if abended and not any(t.keyword.startswith("ABEND") for t in _relations(expression)):
        return False
    values: list[bool] = []
    todo: list[tuple[IfExpression, bool]] = [(expression, False)]  # no recursion: any depth
    while todo:
        node, operands_done = todo.pop()
        if isinstance(node, IfTest):
            values.append(_relation_holds(node, history, step))
        elif not operands_done:
            todo.append((node, True))
            todo.extend((operand, False) for operand in _operands(node))
        elif isinstance(node, IfNot):
            values.append(not values.pop())
        else:
            at = len(values) - len(node.operands)
            parts = values[at:]
            values[at:] = [all(parts) if node.operator == "AND" else any(parts)]
    return values.pop()


def _operands(node: IfNot | IfJoin) -> tuple[IfExpression, ...]:
    return (node.operand,) if isinstance(node, IfNot) else node.operands


def _relations(expression: IfExpression) -> Iterator[IfTest]:
    todo: list[IfExpression] = [expression]
    while todo:
        node = todo.pop()
        if isinstance(node, IfTest):
            yield node
        else:
            todo.extend(_operands(node))


def _relation_holds(test: IfTest, history: Sequence[Ended], step: Step | None) -> bool:
    steps = history if test.step is None else named(test.step, history, step)
    match test.keyword:
        case "RC":
            codes = [ended.code for ended in steps if ended.code is not None]
            if not codes and test.step is not None:
                return False
            return _compare(max(codes, default=0), test.op, test.value)
        case "ABEND":
            return _compare(any(ended.abend for ended in steps), test.op, test.value)
        case "ABENDCC":
            found = [ended.abend for ended in steps if ended.abend]
            return bool(found) and _compare(found[-1], test.op, test.value)
        case "RUN":
            return _compare(any(ended.ran for ended in steps), test.op, test.value)
        case _:
            return False
