"""DD statements: what a DD allocates, and its DCB (jes2.md 5.3)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from jes.errors import BadName
from jes.jcl import keywords, messages
from jes.jcl.messages import Findings, show
from jes.jcl.output import (
    MAX_OUTPUTS,
    OutputStatement,
    SysoutDd,
    class_of,
    forms_of,
    free_of,
    shared,
    spin_of,
    writer_of,
)
from jes.jcl.parameters import (
    YES_NO,
    Parameter,
    Parameters,
    check_keywords,
    choice,
    named,
    number,
    refuse,
)
from jes.job import Dataset, Dcb, Dummy, Instream, Status
from jes.names import DsName, SysoutClass
from jes.records import LRECL_MAX, Recfm

_TEMPORARY = re.compile(r"&&([A-Z$#@][A-Z0-9$#@]{0,7})")
_GENERATION = re.compile(r"[^(]*\([+-]?[0-9]+\)")
_NORMAL = {word: word for word in ("DELETE", "KEEP", "PASS", "CATLG", "UNCATLG")}
_ABNORMAL = {word: word for word in _NORMAL if word != "PASS"}
_STATUS = {status.value: status for status in Status}
BLKSIZE_MAX = 2**31 - 1
OUTLIM_MAX = 16_777_215  # 0 is no limit
SEGMENT_MAX = 99_999


@dataclass(frozen=True, slots=True)
class Draft:
    """A DD statement whose SYSOUT is not merged with OUTPUT statements yet."""

    allocation: Instream | Dummy | Dataset | SysoutDd
    dcb: Dcb
    line: int


@dataclass(slots=True)
class Scope:
    """What a DD can refer to at its place in the job."""

    jobname: str
    msgclass: SysoutClass
    job_outputs: dict[str, OutputStatement] = field(default_factory=dict)
    step_outputs: dict[str, OutputStatement] = field(default_factory=dict)
    past_outputs: dict[str, OutputStatement] = field(default_factory=dict)  # STEP.NAME
    dds: dict[str, Draft] = field(default_factory=dict)  # DD of this step, STEP.DD of earlier ones
    unnamed: int = 0


def draft_of(
    parameters: Parameters, line: int, instream: Instream | None, scope: Scope, findings: Findings
) -> Draft:
    """One DD statement. With a fault something harmless comes back: the job does not run."""
    check_keywords("DD", parameters, keywords.DD, findings)
    _unsupported(parameters, findings)
    words = [p for p in parameters.positional if p.value is not None]
    for surplus in words[1:]:
        expected = "one of *, DATA and DUMMY"
        findings.add(
            messages.SURPLUS,
            surplus.line,
            operation="DD",
            found=show(surplus.text),
            expected=expected,
        )
    dcb = _dcb(parameters, scope, findings)
    allocation = _allocation(parameters, words[0] if words else None, instream, scope, findings)
    if not words and not parameters.keywords:
        findings.add(
            messages.MISSING,
            line,
            operation="DD",
            found="parameters",
            expected="*, DATA, DUMMY, SYSOUT= or DSN=",
        )
    reference = _reference(parameters.get("DSN", "DSNAME"), scope)
    if reference is not None:
        dcb = _over(dcb, reference.dcb)
    return Draft(allocation, dcb, line)


def _unsupported(parameters: Parameters, findings: Findings) -> None:
    for keyword in sorted(keywords.DD_UNSUPPORTED & parameters.keywords.keys()):
        hint = ", expected symbols resolved in the data" if keyword == "SYMBOLS" else ""
        line = parameters.keywords[keyword].line
        findings.add(messages.NOT_SUPPORTED, line, found=f"{keyword}=", hint=hint)
    for keyword in sorted(keywords.DD_IGNORED & parameters.keywords.keys()):
        line = parameters.keywords[keyword].line
        findings.add(messages.IGNORED, line, found=f"{keyword}=", hint="")
    sysout = "SYSOUT" in parameters.keywords
    useless = keywords.DD_PRINTING if sysout else keywords.DD_OF_SYSOUT
    for keyword in sorted(useless & parameters.keywords.keys()):
        line = parameters.keywords[keyword].line
        hint = "" if sysout else ": it is for SYSOUT"
        findings.add(messages.IGNORED, line, found=f"{keyword}=", hint=hint)


def _allocation(
    parameters: Parameters,
    word: Parameter | None,
    instream: Instream | None,
    scope: Scope,
    findings: Findings,
) -> Instream | Dummy | Dataset | SysoutDd:
    sysout = parameters.get("SYSOUT")
    if word is not None and sysout is not None:
        both = f"{word.text} and SYSOUT="
        findings.add(messages.CONFLICT, sysout.line, found=both)
    if instream is not None:
        return instream
    if word is not None:
        choice(word, {"DUMMY": True, "DYNAM": True, "*": True, "DATA": True}, findings)
        return Dummy()
    if sysout is not None:
        return _sysout(parameters, sysout, scope, findings)
    return _dataset(parameters, scope, findings)


def _sysout(
    parameters: Parameters, sysout: Parameter, scope: Scope, findings: Findings
) -> SysoutDd:
    """SYSOUT=(class,writer,form): `(,)` is the null class, which lets OUTPUT CLASS= win."""
    texts = sysout.items
    if len(texts) > 3:
        refuse(findings, sysout, sysout.text, "(class,writer,form)")
    sysout_class, writer, forms = (*texts[:3], "", "", "")[:3]
    hold = parameters.get("HOLD")
    outlim, segment = parameters.get("OUTLIM"), parameters.get("SEGMENT")
    coded = replace(
        shared(parameters, findings),
        sysout_class=class_of(sysout, sysout_class, scope.msgclass, findings),
        writer=writer_of(sysout, writer, findings),
        forms=forms_of(sysout, forms, findings),
        hold=choice(hold, YES_NO, findings) if hold else None,
        spin=spin_of(parameters, findings),
        free=free_of(parameters, findings),
    )
    name = parameters.get("DSN", "DSNAME")
    temporary = _TEMPORARY.fullmatch(name.word) if name else None
    outputs = _outputs(parameters.get("OUTPUT"), scope, findings)
    return SysoutDd(
        coded=coded,
        outputs=outputs,
        dsname=temporary[1] if temporary else None,
        outlim=(number(outlim, 0, OUTLIM_MAX, findings) or None) if outlim else None,
        segment=number(segment, 1, SEGMENT_MAX, findings) if segment else None,
    )


def _outputs(
    parameter: Parameter | None, scope: Scope, findings: Findings
) -> tuple[OutputStatement, ...]:
    """OUTPUT=(*.name,*.step.name): statements that stand before this one."""
    if parameter is None:
        return ()
    found = []
    scopes = (scope.step_outputs, scope.job_outputs, scope.past_outputs)
    if len(parameter.items) > MAX_OUTPUTS:
        what = "statements in OUTPUT="
        findings.add(messages.TOO_MANY, parameter.line, limit=MAX_OUTPUTS, what=what)
    for text in parameter.items[:MAX_OUTPUTS]:
        name = text[2:] if text.startswith("*.") else ""
        statement = next((known[name] for known in scopes if name in known), None)
        if statement is not None:
            found.append(statement)
        elif text.startswith("*."):
            known = chain(*scopes)
            _no_reference(parameter, "OUTPUT statement", name, known, findings)
        else:
            refuse(findings, parameter, text, "*.name or *.step.name of an OUTPUT statement")
    return tuple(found)


def _no_reference(
    parameter: Parameter, what: str, name: str, known: Iterable[str], findings: Findings
) -> None:
    findings.add(
        messages.REFERENCE,
        parameter.line,
        keyword=f"{parameter.keyword}=",
        what=what,
        found=show(name),
        hint=findings.hint(name, known),
    )


def _dataset(parameters: Parameters, scope: Scope, findings: Findings) -> Dataset | Dummy:
    dsn = parameters.get("DSN", "DSNAME")
    status, normal, abnormal = _disp(parameters.get("DISP"), findings)
    if dsn is not None and dsn.word == "NULLFILE":
        return Dummy()
    if dsn is not None and dsn.word.startswith("*."):
        earlier = _reference(dsn, scope)
        if earlier is None:
            _no_reference(dsn, "DD statement", dsn.word[2:], scope.dds, findings)
            return Dummy()
        if not isinstance(earlier.allocation, Dataset):
            return Dummy()
        return Dataset(earlier.allocation.dsname, status, normal, abnormal)
    name = _dsname(dsn, scope, findings)
    return Dummy() if name is None else Dataset(name, status, normal, abnormal)


def _dsname(dsn: Parameter | None, scope: Scope, findings: Findings) -> DsName | None:
    """The name; temporary data sets get the system's kind of name, without its date and time."""
    if dsn is None:
        scope.unnamed += 1
        return DsName(f"SYS00000.T000000.RA000.{scope.jobname}.R{scope.unnamed:07}")
    text = dsn.word
    if temporary := _TEMPORARY.fullmatch(text):
        return DsName(f"SYS00000.T000000.RA000.{scope.jobname}.{temporary[1]}.H01")
    if _GENERATION.fullmatch(text):
        hint = ", expected a data set name without a generation number"
        findings.add(messages.NOT_SUPPORTED, dsn.line, found=f"DSN={text[:60]}", hint=hint)
        return None
    return named(DsName, dsn, findings)


def _reference(parameter: Parameter | None, scope: Scope) -> Draft | None:
    """The DD that `*.dd`, `*.step.dd` names."""
    if parameter is None or not parameter.word.startswith("*."):
        return None
    return scope.dds.get(parameter.word[2:])


def _disp(parameter: Parameter | None, findings: Findings) -> tuple[Status, str, str]:
    """DISP=(status,normal,abnormal): NEW is deleted and others are kept unless coded otherwise."""
    texts = parameter.items if parameter else ()
    status, normal, abnormal = (*texts[:3], "", "", "")[:3]
    if parameter is None:
        return Status.NEW, "DELETE", "DELETE"
    if len(texts) > 3:
        refuse(findings, parameter, parameter.text, "(status,normal,abnormal)")
    found = (choice(parameter, _STATUS, findings, status) if status else None) or Status.NEW
    usual = "DELETE" if found is Status.NEW else "KEEP"
    first = (choice(parameter, _NORMAL, findings, normal) if normal else None) or usual
    second = choice(parameter, _ABNORMAL, findings, abnormal) if abnormal else None
    return found, first, second or (usual if first == "PASS" else first)


def _dcb(parameters: Parameters, scope: Scope, findings: Findings) -> Dcb:
    """DCB=(…) and RECFM, LRECL, BLKSIZE on the DD itself, which win."""
    own = _attributes(parameters.keywords, findings)
    whole = parameters.get("DCB")
    if whole is None:
        return own
    coded: dict[str, Parameter] = {}
    model = Dcb()
    for text in whole.items:
        keyword, equals, value = text.partition("=")
        if not equals:
            model = _model(whole, text, scope, findings)
        elif keyword in keywords.DCB:
            coded[keyword] = replace(whole, keyword=keyword, text=value)
        else:
            hint = findings.hint(keyword, keywords.DCB)
            findings.add(
                messages.KEYWORD, whole.line, operation="DCB", found=show(keyword), hint=hint
            )
    return _over(own, _over(_attributes(coded, findings), model))


def _model(whole: Parameter, text: str, scope: Scope, findings: Findings) -> Dcb:
    """DCB=*.step.dd copies; a data set name as model is not looked up."""
    if not text:
        return Dcb()
    if not text.startswith("*."):
        findings.add(messages.IGNORED, whole.line, found=f"DCB={text[:44]} as a model", hint="")
        return Dcb()
    draft = scope.dds.get(text[2:])
    if draft is None:
        _no_reference(whole, "DD statement", text[2:], scope.dds, findings)
        return Dcb()
    return draft.dcb


def _attributes(coded: dict[str, Parameter], findings: Findings) -> Dcb:
    recfm: Recfm | None = None
    if (parameter := coded.get("RECFM")) and parameter.text:
        try:
            recfm = Recfm(parameter.text)
        except BadName:
            expected = "F, V or U, with B, S and A or M as they apply"
            refuse(findings, parameter, parameter.text, expected)
    lrecl = blksize = None
    if (parameter := coded.get("LRECL")) and parameter.text:
        if parameter.text == "X" and (recfm is None or recfm.spanned):
            lrecl = LRECL_MAX  # X is more, which the spool does not take (jes2.md 4.1)
        else:
            lrecl = number(parameter, 0, LRECL_MAX, findings, parameter.text) or None
    if (parameter := coded.get("BLKSIZE")) and parameter.text:
        blksize = number(parameter, 0, BLKSIZE_MAX, findings, parameter.text) or None
    return Dcb(recfm=recfm, lrecl=lrecl, blksize=blksize)


def _over(first: Dcb, second: Dcb) -> Dcb:
    return Dcb(
        recfm=first.recfm or second.recfm,
        lrecl=first.lrecl or second.lrecl,
        blksize=first.blksize or second.blksize,
    )
