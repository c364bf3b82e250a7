"""A step while its statements are read, and the `Step` that becomes of it at the end of the job."""

from dataclasses import dataclass, field

from jes.jcl import messages
from jes.jcl.dd import Draft
from jes.jcl.jobstep import ExecCard
from jes.jcl.messages import Findings
from jes.jcl.output import JobDefaults, OutputStatement, SysoutDd, requests
from jes.job import DD, Allocation, DdPart, IfExpression, IfNot, Step, Sysout
from jes.names import DdName

MAX_IFS = 15


@dataclass(slots=True)
class _If:
    """An IF without its ENDIF so far."""

    expression: IfExpression
    line: int
    otherwise: bool = False


class Ifs:
    """The IF statements that are open at a point of the job; ELSE is NOT of the expression."""

    def __init__(self) -> None:
        """None is open."""
        self._open: list[_If] = []

    def conditions(self) -> tuple[IfExpression, ...]:
        """What must hold for a step that stands here."""
        return tuple(
            IfNot(i.expression) if i.otherwise else i.expression for i in self._open[:MAX_IFS]
        )

    def begin(self, expression: IfExpression, line: int, findings: Findings) -> None:
        """IF; the expressions of those too many are left out, since steps carry them all."""
        if len(self._open) == MAX_IFS:
            what = "nested IF statements"
            findings.add(messages.TOO_MANY, line, limit=MAX_IFS, what=what)
        self._open.append(_If(expression, line))

    def otherwise(self, line: int, findings: Findings) -> None:
        """ELSE."""
        if self._open and not self._open[-1].otherwise:
            self._open[-1].otherwise = True
        else:
            _no_if("ELSE", line, findings)

    def end(self, line: int, findings: Findings) -> None:
        """ENDIF."""
        if self._open:
            self._open.pop()
        else:
            _no_if("ENDIF", line, findings)

    def close(self, findings: Findings) -> None:
        """The job ends: what is open now has no ENDIF."""
        for unclosed in self._open:
            findings.add(messages.UNCLOSED_IF, unclosed.line)


def _no_if(operation: str, line: int, findings: Findings) -> None:
    findings.add(
        messages.MISPLACED,
        line,
        found=operation,
        where="where no IF is open for it",
        expected="an IF before it",
    )


@dataclass(slots=True)
class StepDraft:
    """The step whose DDs are being read; `card` is None ahead of the first EXEC."""

    name: str
    card: ExecCard | None
    line: int
    conditions: tuple[IfExpression, ...] = ()
    dds: list[tuple[str, list[Draft]]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    parts: int = 0
    defaults: list[OutputStatement] = field(default_factory=list)


def settled(
    draft: StepDraft, job_level: tuple[OutputStatement, ...], job: JobDefaults, first: int
) -> Step:
    """The step, SYSOUT merged with OUTPUT; step-level defaults replace the job's (jes2.md 5.3).

    `first` is the line of the JOB statement.
    """
    assert draft.card is not None
    defaults = tuple(draft.defaults) or job_level
    return Step(
        stepname=draft.name,
        program=draft.card.program,
        parm=draft.card.parm,
        dds=tuple(
            DD(DdName(name), tuple(_part(part, defaults, job, first) for part in drafts))
            for name, drafts in draft.dds
        ),
        cond=draft.card.cond,
        conditions=draft.conditions,
        card=draft.line,
        job_card=draft.line - first + 1,
    )


def _part(
    draft: Draft, defaults: tuple[OutputStatement, ...], job: JobDefaults, first: int
) -> DdPart:
    allocation: Allocation
    if isinstance(draft.allocation, SysoutDd):
        sysout = draft.allocation
        allocation = Sysout(
            requests(sysout, defaults, job), sysout.dsname, sysout.outlim, sysout.segment
        )
    else:
        allocation = draft.allocation
    return DdPart(allocation, draft.dcb, draft.line, draft.line - first + 1)
