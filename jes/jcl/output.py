"""SYSOUT as coded on DD and OUTPUT statements, and how the two are merged (jes2.md 1.2-1.4, 5.5).

DD beats the OUTPUT statements that it references, which beat default OUTPUT statements; defaults of
the step replace those of the job. Each OUTPUT statement gives a request of its own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from jes.destinations import valid
from jes.jcl import messages
from jes.jcl.messages import Findings
from jes.jcl.parameters import (
    YES_NO,
    Parameter,
    Parameters,
    choice,
    matching,
    named,
    number,
    refuse,
)
from jes.jcl.values import items, word
from jes.names import SysoutClass, WriterName
from jes.sysout import LOCAL, STDFORM, Disposition, Outdisp, SysoutRequest

_WORD8 = re.compile(r"[A-Z0-9$#@]{1,8}")
_WORD4 = re.compile(r"[A-Z0-9$#@]{1,4}")
_DISPOSITIONS = {name: value for value in Disposition for name in (value.value, value.value[0])}
_JESDS = {
    "ALL": frozenset({"JESMSGLG", "JESJCL", "JESYSMSG"}),
    "LOG": frozenset({"JESMSGLG"}),
    "JCL": frozenset({"JESJCL"}),
    "MSG": frozenset({"JESYSMSG"}),
}
MAX_OUTPUTS = 128  # OUTPUT statements for one data set; keeps a small job from asking for millions
JES_DATASETS = ("JESMSGLG", "JESJCL", "JESYSMSG")

MAIL = frozenset({"MAILTO", "MAILCC", "MAILBCC", "MAILFROM", "MAILFILE", "REPLYTO"})
CARRIED = MAIL | {
    "NAME", "ADDRESS", "TITLE", "BUILDING", "ROOM", "DEPT", "NOTIFY", "USERDATA", "RETAINF",
    "RETAINS", "RETRYL", "RETRYT",
}  # fmt: skip
_READ = frozenset({
    "CLASS", "WRITER", "DEST", "OUTDISP", "FORMS", "COPIES", "PRTY", "DEFAULT", "JESDS", "GROUPID",
    "PRMODE", "BURST", "FCB", "UCS", "FLASH",
})  # fmt: skip
IGNORED = frozenset({
    "AFPPARMS", "AFPSTATS", "CHARS", "CKPTLINE", "CKPTPAGE", "CKPTSEC", "COLORMAP", "COMPACT",
    "COMSETUP", "CONTROL", "DATACK", "DDNAME", "DPAGELBL", "DUPLEX", "FORMDEF", "FORMLEN",
    "FSSDATA", "INDEX", "INTRAY", "LINDEX", "LINECT", "MERGE", "MODIFY", "OFFSETXB", "OFFSETXF",
    "OFFSETYB", "OFFSETYF", "OUTBIN", "OUTBINLT", "OVERLAYB", "OVERLAYF", "PAGEDEF", "PIMSG",
    "PORTNO", "PRTATTRS", "PRTERROR", "PRTOPTNS", "PRTQUEUE", "RESFMT", "SYSAREA", "THRESHLD",
    "TRC", "USERLIB", "USERPATH",
})  # fmt: skip
KEYWORDS = _READ | CARRIED | IGNORED
MAX_COPY_GROUPS = 8
NO_FLASH = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Attributes that DD, OUTPUT and /*OUTPUT share; None where nothing is coded."""

    sysout_class: SysoutClass | None = None
    writer: WriterName | None = None
    forms: str | None = None
    dest: str | None = None
    hold: bool | None = None
    outdisp: Outdisp | None = None
    groupid: str | None = None
    copies: int | None = None
    priority: int | None = None
    spin: bool | None = None
    free: bool = False
    fcb: str | None = None
    ucs: str | None = None
    burst: bool | None = None
    flash: str | None = None
    prmode: str | None = None
    keywords: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStatement:
    """One OUTPUT statement."""

    name: str
    coded: Coded
    default: bool = False
    jesds: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SysoutDd:
    """SYSOUT of one DD before the merge. `dsname` comes from DSN=&&name; `outlim` and `segment` are
    of the DD as a whole."""

    coded: Coded
    outputs: tuple[OutputStatement, ...] = ()
    dsname: str | None = None
    outlim: int | None = None
    segment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefaults:
    """What the job gives: MSGCLASS, /*ROUTE PRINT and PUNCH, /*JOBPARM FORMS= and BURST=, /*OUTPUT
    by code. `punch` are the classes that /*ROUTE PUNCH is for."""

    msgclass: SysoutClass
    dest: str = LOCAL
    punch_dest: str = LOCAL
    punch: frozenset[SysoutClass] = frozenset()
    forms: str | None = None
    burst: bool | None = None
    by_code: Mapping[str, Coded]


def shared(parameters: Parameters, findings: Findings) -> Coded:
    """The keywords that DD and OUTPUT have in common."""
    get = parameters.get
    return Coded(
        dest=dest_of(get("DEST"), findings),
        copies=_copies(get("COPIES"), findings),
        fcb=_first(get("FCB"), _WORD4, "1-4 characters", findings),
        ucs=_first(get("UCS"), _WORD4, "1-4 characters", findings),
        flash=_first(get("FLASH"), _WORD4, "1-4 characters", findings),
        burst=choice(burst, YES_NO, findings) if (burst := get("BURST")) else None,
    )


def dest_of(parameter: Parameter | None, findings: Findings) -> str | None:
    """DEST=name, DEST=node.user, DEST=(node,user), DEST='node.user'."""
    if parameter is None:
        return None
    text = ".".join(parameter.items)
    if valid(text):
        return text
    refuse(findings, parameter, text, "a destination such as LOCAL or NODE.USER")
    return None


def _copies(parameter: Parameter | None, findings: Findings) -> int | None:
    """COPIES=n or COPIES=(n,(group,…)); the groups are a page printer's business."""
    if parameter is None or not (values := items(parameter.value)):
        return None
    groups = [word(group) for value in values[1:] for group in items(value)]
    if groups:
        _copy_groups(parameter, groups, findings)
    if values[0] is None:
        return None
    copies = number(parameter, 0, 255, findings, word(values[0]))
    if copies == 0:
        findings.add(messages.NO_COPIES, parameter.line, keyword=parameter.keyword)
    return copies


def _copy_groups(parameter: Parameter, groups: list[str], findings: Findings) -> None:
    coded = [number(parameter, 1, 255, findings, group) or 0 for group in groups]
    if len(coded) > MAX_COPY_GROUPS or sum(coded) > 255:
        refuse(findings, parameter, parameter.text, "8 copy groups at most, 255 copies in all")
    hint = ": copies are counted by the number before them"
    found = f"a list of groups in {parameter.keyword}="
    findings.add(messages.IGNORED, parameter.line, found=found, hint=hint)


def _first(
    parameter: Parameter | None, pattern: re.Pattern[str], expected: str, findings: Findings
) -> str | None:
    """The first value; what stands behind it tells an operator or a page printer what to do."""
    if parameter is None or not parameter.items:
        return None
    if any(parameter.items[1:]):
        found = f"what follows the first value of {parameter.keyword}="
        findings.add(messages.IGNORED, parameter.line, found=found, hint="")
    return matching(parameter, pattern, expected, findings, parameter.items[0])


def class_of(
    parameter: Parameter, text: str, msgclass: SysoutClass, findings: Findings
) -> SysoutClass | None:
    """A SYSOUT class; `*` and `$` stand for MSGCLASS, nothing for the null class."""
    if not text:
        return None
    return msgclass if text in ("*", "$") else named(SysoutClass, parameter, findings, text)


def writer_of(parameter: Parameter, text: str, findings: Findings) -> WriterName | None:
    """A writer name; INTRDR would submit a job."""
    if not text:
        return None
    if text == "INTRDR":
        findings.add(messages.NO_INTRDR, parameter.line)
        return None
    return named(WriterName, parameter, findings, text)


def forms_of(parameter: Parameter | None, text: str, findings: Findings) -> str | None:
    """A form name."""
    if parameter is None or not text:
        return None
    return matching(parameter, _WORD8, "a form name of 1-8 characters", findings, text)


def output_statement(
    name: str, parameters: Parameters, msgclass: SysoutClass, line: int, findings: Findings
) -> OutputStatement:
    """An OUTPUT statement (jes2.md 5.5)."""
    get = parameters.get
    given = {key: get(key) for key in _READ}
    coded = replace(
        shared(parameters, findings),
        sysout_class=class_of(p, p.word, msgclass, findings) if (p := given["CLASS"]) else None,
        writer=writer_of(p, p.word, findings) if (p := given["WRITER"]) else None,
        forms=forms_of(p, p.word, findings) if (p := given["FORMS"]) else None,
        outdisp=_outdisp(given["OUTDISP"], findings),
        groupid=_first(given["GROUPID"], _WORD8, "a group id of 1-8 characters", findings),
        priority=number(p, 0, 255, findings) if (p := given["PRTY"]) else None,
        prmode=_first(given["PRMODE"], _WORD8, "LINE, PAGE or 1-8 characters", findings),
        keywords=_carried(parameters, findings),
    )
    unused = sorted(IGNORED & parameters.keywords.keys())
    if unused:
        words = ", ".join(f"{keyword}=" for keyword in unused)
        findings.add(messages.IGNORED, line, found=f"{words} of OUTPUT", hint="")
    default = choice(p, YES_NO, findings) if (p := given["DEFAULT"]) else False
    jesds = choice(p, _JESDS, findings) if (p := given["JESDS"]) else None
    return OutputStatement(
        name=name, coded=coded, default=bool(default), jesds=jesds or frozenset(), line=line
    )


def _carried(parameters: Parameters, findings: Findings) -> tuple[tuple[str, str], ...]:
    carried = [p for key, p in sorted(parameters.keywords.items()) if key in CARRIED and p.value]
    for parameter in carried:
        if parameter.keyword in MAIL:
            findings.add(messages.MAIL_KEYWORD, parameter.line, found=parameter.keyword)
    return tuple((parameter.keyword, parameter.word) for parameter in carried)


def _outdisp(parameter: Parameter | None, findings: Findings) -> Outdisp | None:
    """OUTDISP=(normal,abnormal): no normal is WRITE, no abnormal is as normal (jes2.md 1.3)."""
    if parameter is None:
        return None
    texts = parameter.items
    if len(texts) > 2:
        refuse(findings, parameter, parameter.text, "(normal,abnormal)")
        return None
    normal = choice(parameter, _DISPOSITIONS, findings, texts[0]) if texts and texts[0] else None
    normal = normal or Disposition.WRITE
    if len(texts) < 2 or not texts[1]:
        return Outdisp(normal, normal)
    return Outdisp(normal, choice(parameter, _DISPOSITIONS, findings, texts[1]) or normal)


def spin_of(parameters: Parameters, findings: Findings) -> bool | None:
    """SPIN=, else what FREE=CLOSE means; SPIN=ALLOC means UNALLOC (jes2.md 1.4, blueprint §8)."""
    spin = parameters.get("SPIN")
    if spin is not None:
        texts = spin.items
        if len(texts) > 1:
            hint = "; the data set is spun when it is unallocated only"
            findings.add(messages.IGNORED, spin.line, found="the interval of SPIN=", hint=hint)
        values = {"UNALLOC": True, "ALLOC": True, "NO": False}
        return choice(spin, values, findings, texts[0] if texts else "")
    return free_of(parameters, Findings()) or None


def free_of(parameters: Parameters, findings: Findings) -> bool:
    """FREE=CLOSE: unallocated when the program closes it."""
    free = parameters.get("FREE")
    return bool(free and choice(free, {"CLOSE": True, "END": False}, findings))


def requests(
    dd: SysoutDd, defaults: tuple[OutputStatement, ...], job: JobDefaults
) -> tuple[SysoutRequest, ...]:
    """One request for each OUTPUT statement that applies, or one without any."""
    statements = dd.outputs or defaults
    if statements:
        return tuple(merged(dd.coded, s.coded, job) for s in statements)
    by_code = job.by_code.get(dd.coded.forms or "")
    if by_code is None:
        return (merged(dd.coded, Coded(), job),)
    return (merged(_with_code(dd.coded, by_code), Coded(), job),)


def _with_code(dd: Coded, by_code: Coded) -> Coded:
    """/*OUTPUT overrides the DD, whose third value is its code (jes2.md 5.6, JCL Reference)."""
    return replace(
        dd,
        forms=by_code.forms,
        dest=by_code.dest or dd.dest,
        copies=dd.copies if by_code.copies is None else by_code.copies,
        fcb=by_code.fcb or dd.fcb,
        ucs=by_code.ucs or dd.ucs,
        burst=dd.burst if by_code.burst is None else by_code.burst,
        flash=by_code.flash or dd.flash,
    )


def merged(first: Coded, second: Coded, job: JobDefaults) -> SysoutRequest:
    """`first` where it says something, else `second`, else what the job gives."""
    spin = first.spin
    copies = second.copies if first.copies is None else first.copies
    burst = next((b for b in (first.burst, second.burst) if b is not None), job.burst)
    flash = first.flash or second.flash
    sysout_class = first.sysout_class or second.sysout_class or job.msgclass
    routed = job.punch_dest if sysout_class in job.punch else job.dest
    return SysoutRequest(
        sysout_class=sysout_class,
        writer=first.writer or second.writer,
        forms=first.forms or second.forms or job.forms or STDFORM,
        dest=first.dest or second.dest or routed,
        hold=first.hold,
        outdisp=second.outdisp,
        groupid=None if spin else second.groupid,  # FREE=CLOSE does not group (jes2.md 1.1)
        copies=1 if copies is None else copies,
        priority=second.priority,
        spin=spin,
        free=first.free,
        fcb=first.fcb or second.fcb,
        ucs=first.ucs or second.ucs,
        burst=burst,
        flash=None if flash == NO_FLASH else flash,
        prmode=second.prmode,
        keywords=second.keywords,
    )


def jes_requests(
    statements: tuple[OutputStatement, ...], job: JobDefaults
) -> dict[str, SysoutRequest]:
    """A request for each JES data set: by the first OUTPUT whose JESDS= names it, or MSGCLASS."""
    found = {}
    for dataset in JES_DATASETS:
        coded = next((s.coded for s in statements if dataset in s.jesds), Coded())
        found[dataset] = merged(Coded(), coded, job)
    return found


def say_twice(statements: Iterable[OutputStatement], findings: Findings) -> None:
    """A warning for each JESDS= that an earlier OUTPUT statement has taken the data sets of."""
    taken: set[str] = set()
    for statement in statements:
        if statement.jesds & taken:
            found = "JESDS= for what another OUTPUT statement has"
            findings.add(messages.IGNORED, statement.line, found=found, hint="")
        taken |= statement.jesds
