"""JOB and EXEC statements: what their parameters say (jes2.md 5.2)."""

import re
from dataclasses import dataclass

from jes.jcl import keywords, messages
from jes.jcl.conditions import cond_of
from jes.jcl.messages import Findings, show
from jes.jcl.parameters import (
    Parameter,
    Parameters,
    check_keywords,
    choice,
    matching,
    named,
    number,
    refuse,
)
from jes.jcl.values import Group, word
from jes.job import Cond, Counted, Estimate
from jes.names import SysoutClass, UserId

MAX_PARM = 100
MAX_PROGRAMMER = 20
ESTIMATE_MAX = 999_999_999
_JESLOG = {word: word for word in ("SPIN", "NOSPIN", "SUPPRESS")}
_CLASS = re.compile(r"[A-Z0-9]{1,8}")
_PROGRAM = re.compile(r"[A-Z$#@][A-Z0-9$#@]{0,7}")
_NOTIFY = re.compile(r"(?:[A-Z0-9$#@]{1,8}\.)?([A-Z0-9$#@]{1,8})")
_TYPRUN = {name: name for name in ("HOLD", "JCLHOLD", "SCAN", "COPY")}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCard:
    """The JOB statement's parameters; None where nothing is coded."""

    owner: UserId | None
    job_class: str
    msgclass: SysoutClass | None
    msglevel: tuple[int, int]
    notify: UserId | None
    programmer: str
    typrun: str | None
    cond: Cond
    estimates: tuple[Estimate, ...] = ()
    suppressed: frozenset[str] = frozenset()


def job_card(parameters: Parameters, findings: Findings) -> JobCard:
    """Accounting, programmer's name and keywords of a JOB statement."""
    check_keywords("JOB", parameters, keywords.JOB, findings)
    for surplus in parameters.positional[2:]:
        expected = "accounting and programmer's name only"
        findings.add(
            messages.SURPLUS,
            surplus.line,
            operation="JOB",
            found=show(surplus.text),
            expected=expected,
        )
    for keyword in sorted(keywords.JOB_IGNORED & parameters.keywords.keys()):
        line = parameters.keywords[keyword].line
        findings.add(messages.IGNORED, line, found=f"{keyword}=", hint="")
    get = parameters.get
    if restart := get("RESTART"):
        hint = ", expected a job that runs from its first step"
        findings.add(messages.NOT_SUPPORTED, restart.line, found="RESTART=", hint=hint)
    return JobCard(
        owner=named(UserId, p, findings) if (p := get("USER")) else None,
        job_class=(matching(p, _CLASS, "a job class", findings) if (p := get("CLASS")) else None)
        or "A",
        msgclass=named(SysoutClass, p, findings) if (p := get("MSGCLASS")) else None,
        msglevel=_msglevel(get("MSGLEVEL"), findings),
        notify=_notify(get("NOTIFY"), findings),
        programmer=_programmer(parameters, findings),
        typrun=choice(p, _TYPRUN, findings) if (p := get("TYPRUN")) else None,
        cond=cond_of(get("COND"), findings, of_job=True),
        estimates=tuple(
            found
            for counted in Counted
            if (p := get(counted)) and (found := estimate(p, counted, findings))
        ),
        suppressed=_suppressed(get("JESLOG"), findings),
    )


def estimate(parameter: Parameter, counted: Counted, findings: Findings) -> Estimate | None:
    """LINES=(n,CANCEL) and its like (jes2.md 5.2). LINES and BYTES are in thousands; a dump nobody
    takes here, so DUMP only cancels."""
    texts = parameter.items
    if len(texts) > 2 or not texts:
        refuse(findings, parameter, parameter.text, "(number,CANCEL)")
        return None
    unit = 1 if counted is Counted.CARDS else 1000
    most = number(parameter, 0, ESTIMATE_MAX // unit, findings, texts[0])
    actions = {"CANCEL": True, "DUMP": True, "WARNING": False}
    cancel = choice(parameter, actions, findings, texts[1]) if texts[1:] else False
    return None if most is None else Estimate(counted, most * unit, bool(cancel))


def _suppressed(parameter: Parameter | None, findings: Findings) -> frozenset[str]:
    """JESLOG=SUPPRESS: no JESMSGLG and no JESYSMSG; SPIN is not done."""
    if parameter is None or not parameter.items:
        return frozenset()
    word = choice(parameter, _JESLOG, findings, parameter.items[0])
    if word == "SPIN":
        hint = ": the job log is there when the job has ended"
        findings.add(messages.IGNORED, parameter.line, found="JESLOG=SPIN", hint=hint)
    return frozenset({"JESMSGLG", "JESYSMSG"}) if word == "SUPPRESS" else frozenset()


def _programmer(parameters: Parameters, findings: Findings) -> str:
    if len(parameters.positional) < 2:
        return ""
    parameter = parameters.positional[1]
    if len(parameter.word) > MAX_PROGRAMMER:
        refuse(findings, parameter, parameter.word, "a programmer's name of 1-20 characters")
    return parameter.word[:MAX_PROGRAMMER]


def _msglevel(parameter: Parameter | None, findings: Findings) -> tuple[int, int]:
    """MSGLEVEL=(statements,messages); what is not coded is 1."""
    if parameter is None:
        return 1, 1
    texts = parameter.items
    if len(texts) > 2:
        refuse(findings, parameter, parameter.text, "(0-2,0-1)")
    statements, allocation = (*texts[:2], "", "")[:2]
    first = number(parameter, 0, 2, findings, statements) if statements else 1
    second = number(parameter, 0, 1, findings, allocation) if allocation else 1
    return 1 if first is None else first, 1 if second is None else second


def _notify(parameter: Parameter | None, findings: Findings) -> UserId | None:
    """NOTIFY=user or node.user: the user."""
    if parameter is None or not matching(parameter, _NOTIFY, "user or node.user", findings):
        return None
    return UserId(parameter.word.rpartition(".")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecCard:
    """An EXEC statement's parameters; `program` is empty where a procedure is called."""

    program: str
    parm: str
    cond: Cond


def exec_card(parameters: Parameters, line: int, findings: Findings) -> ExecCard:
    """EXEC PGM=; anything that calls a procedure is a fault."""
    words = [p for p in parameters.positional if p.value is not None]
    program = parameters.get("PGM")
    procedure = parameters.get("PROC") or (words[0] if words else None)
    if program is None and procedure is not None:
        name = f"EXEC {procedure.text[:8]}"
        findings.add(messages.NO_PROCEDURES, procedure.line, found=name)
        return ExecCard(program="", parm="", cond=Cond())
    check_keywords("EXEC", parameters, keywords.EXEC, findings)
    if "PGM" not in parameters.keywords:
        expected = "PGM=program"
        findings.add(messages.MISSING, line, operation="EXEC", found="PGM=", expected=expected)
    for surplus in words:
        findings.add(
            messages.SURPLUS,
            surplus.line,
            operation="EXEC",
            found=show(surplus.text),
            expected="keywords only beside PGM=",
        )
    if parmdd := parameters.get("PARMDD"):
        hint = ", expected PARM="
        findings.add(messages.NOT_SUPPORTED, parmdd.line, found="PARMDD=", hint=hint)
    return ExecCard(
        program=_program(program, findings),
        parm=_parm(parameters.get("PARM"), findings),
        cond=cond_of(parameters.get("COND"), findings),
    )


def _program(program: Parameter | None, findings: Findings) -> str:
    """PGM=name; PGM=*.step.dd is not supported."""
    if program is None:
        return ""
    if program.word.startswith("*."):
        found = f"PGM={program.text[:28]}"
        hint = ", expected the name of a program"
        findings.add(messages.NOT_SUPPORTED, program.line, found=found, hint=hint)
        return ""
    return matching(program, _PROGRAM, "a program name of 1-8 characters", findings) or ""


def _parm(parameter: Parameter | None, findings: Findings) -> str:
    """PARM=: a list is passed with its commas; `&&` in apostrophes is one ampersand."""
    if parameter is None:
        return ""
    if isinstance(parameter.value, Group):
        text = ",".join(word(item) for item in parameter.value.items)
    else:
        text = parameter.word
    text = text.replace("&&", "&")
    if len(text) > MAX_PARM:
        refuse(findings, parameter, text, f"at most {MAX_PARM} characters, found {len(text)}")
    return text[:MAX_PARM]
