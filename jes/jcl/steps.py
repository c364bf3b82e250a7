"""A step while its statements are read, and the `Step` that becomes of it at the end of the job."""

from dataclasses import dataclass, field

from jes.jcl.dd import Draft
from jes.jcl.jobstep import ExecCard
from jes.jcl.output import JobDefaults, OutputStatement, SysoutDd, requests
from jes.job import DD, Allocation, DdPart, IfExpression, Step, Sysout
from jes.names import DdName


@dataclass(slots=True)
class OpenIf:
    """An IF without its ENDIF so far."""

    expression: IfExpression
    line: int
    otherwise: bool = False


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
        allocation = Sysout(requests(sysout, defaults, job), sysout.dsname)
    else:
        allocation = draft.allocation
    return DdPart(allocation, draft.dcb, draft.line, draft.line - first + 1)
