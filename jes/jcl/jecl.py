"""JES2 control statements: `/*ROUTE`, `/*OUTPUT`, `/*JOBPARM` … (jes2.md 5.6).

What matters for SYSOUT is taken; everything else is named in a warning.
"""

import re
from dataclasses import dataclass, field

from jes.jcl import messages
from jes.jcl.messages import Findings, show
from jes.jcl.output import Coded, forms_of, shared
from jes.jcl.parameters import Parameter, Parameters, matching
from jes.jcl.values import parse, split

VERBS = frozenset({
    "PRIORITY", "JOBPARM", "ROUTE", "OUTPUT", "NOTIFY", "XEQ", "XMIT", "SETUP", "MESSAGE",
    "NETACCT", "SIGNON", "SIGNOFF", "EOF", "DEL", "PURGE", "SCAN",
})  # fmt: skip
_DEST = re.compile(r"[A-Z0-9$#@]{1,8}(?:\.[A-Z0-9$#@]{1,8})?")
_USER = re.compile(r"(?:[A-Z0-9$#@]{1,8}\.)?[A-Z0-9$#@]{1,8}")
_OUTPUT = frozenset({"DEST", "D", "FORMS", "F", "COPIES", "N", "FCB", "C", "UCS", "T", "BURST", "B",
                     "FLASH", "O"})  # fmt: skip
_LONG = {"D": "DEST", "F": "FORMS", "N": "COPIES", "C": "FCB", "T": "UCS", "B": "BURST",
         "O": "FLASH"}  # fmt: skip


@dataclass(slots=True)
class Jecl:
    """What the JES2 control statements of a job ask for."""

    dest: str | None = None
    forms: str | None = None
    notify: str | None = None
    by_code: dict[str, Coded] = field(default_factory=dict)
    last_code: str = ""


def verb_of(text: str) -> str:
    """The verb of a `/*` card."""
    return text[2:].split(" ", 1)[0]


def read(jecl: Jecl, text: str, line: int, findings: Findings) -> None:
    """Take one `/*` card into `jecl`."""
    words = text[2:].split()
    verb = words[0] if words else ""
    if verb == "ROUTE" and words[1:2] == ["PRINT"] and len(words) > 2:
        jecl.dest = matching(_whole("ROUTE", words[2], line), _DEST, "a destination", findings)
    elif verb == "NOTIFY" and len(words) > 1:
        jecl.notify = matching(_whole("NOTIFY", words[1], line), _USER, "a user id", findings)
    elif verb == "OUTPUT" and len(words) > 2:
        _output(jecl, words[1], words[2], line, findings)
    elif verb == "JOBPARM" and len(words) > 1:
        _jobparm(jecl, words[1], line, findings)
    elif verb == "XMIT":
        hint = ", expected a job for this node"
        findings.add(messages.NOT_SUPPORTED, line, found="/*XMIT", hint=hint)
    else:
        hint = "" if verb in VERBS or verb.startswith("$") else findings.hint(verb, VERBS)
        findings.add(messages.JECL, line, found=show(text), hint=hint)


def _whole(keyword: str, text: str, line: int) -> Parameter:
    value, _ = parse(text)
    return Parameter(f"/*{keyword} ", value, text, line)


def _parameters(text: str, line: int, findings: Findings) -> Parameters:
    found = []
    for _, part in split(text):
        keyword, _, coded = part.partition("=")
        value, _ = parse(coded)
        found.append(Parameter(_LONG.get(keyword, keyword), value, coded, line))
    return Parameters(found, findings)


def _output(jecl: Jecl, code: str, text: str, line: int, findings: Findings) -> None:
    """`/*OUTPUT code keyword=…`; code `*` goes on with the last one."""
    code = jecl.last_code if code == "*" else code
    jecl.last_code = code
    parameters = _parameters(text, line, findings)
    for keyword in sorted(parameters.keywords.keys() - _OUTPUT):
        findings.add(messages.JECL, line, found=show(f"/*OUTPUT {keyword}="), hint="")
    coded = shared(parameters, findings)
    forms = parameters.get("FORMS")
    old = jecl.by_code.get(code, Coded())
    jecl.by_code[code] = Coded(
        dest=coded.dest or old.dest,
        forms=forms_of(forms, forms.word, findings) if forms else old.forms,
        copies=old.copies if coded.copies is None else coded.copies,
        fcb=coded.fcb or old.fcb,
        ucs=coded.ucs or old.ucs,
        burst=old.burst if coded.burst is None else coded.burst,
        flash=coded.flash or old.flash,
    )


def _jobparm(jecl: Jecl, text: str, line: int, findings: Findings) -> None:
    parameters = _parameters(text, line, findings)
    for keyword, parameter in parameters.keywords.items():
        if keyword == "FORMS":
            jecl.forms = forms_of(parameter, parameter.word, findings)
        else:
            findings.add(messages.JECL, line, found=show(f"/*JOBPARM {keyword}"), hint="")
