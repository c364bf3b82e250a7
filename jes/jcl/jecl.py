"""JES2 control statements: `/*ROUTE`, `/*OUTPUT`, `/*JOBPARM` … (jes2.md 5.6).

What matters for SYSOUT is taken; everything else is named in a warning.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from jes.jcl import messages
from jes.jcl.jobstep import estimate
from jes.jcl.messages import Findings, show
from jes.jcl.output import Coded, JobDefaults, dest_of, forms_of, shared
from jes.jcl.parameters import YES_NO, Parameter, Parameters, choice, matching, number
from jes.jcl.values import parse, split
from jes.job import Counted, Estimate
from jes.names import SysoutClass
from jes.sysout import LOCAL

VERBS = frozenset({
    "PRIORITY", "JOBPARM", "ROUTE", "OUTPUT", "NOTIFY", "XEQ", "XMIT", "SETUP", "MESSAGE",
    "NETACCT", "SIGNON", "SIGNOFF", "EOF", "DEL", "PURGE", "SCAN",
})  # fmt: skip
_USER = re.compile(r"(?:[A-Z0-9$#@]{1,8}\.)?[A-Z0-9$#@]{1,8}")
_OUTPUT = {"D": "DEST", "F": "FORMS", "N": "COPIES", "C": "FCB", "T": "UCS", "B": "BURST",
           "O": "FLASH"}  # fmt: skip
_JOBPARM = {"L": "LINES", "N": "COPIES", "M": "BYTES", "C": "CARDS", "F": "FORMS", "B": "BURST",
            "J": "NOLOG"}  # fmt: skip
_COUNTED = {counted.value: counted for counted in Counted}


@dataclass(slots=True)
class Jecl:
    """What the JES2 control statements of a job ask for."""

    dest: str | None = None
    punch_dest: str | None = None
    forms: str | None = None
    burst: bool | None = None
    copies: int = 1
    nolog: bool = False
    estimates: dict[Counted, Estimate] = field(default_factory=dict)
    notify: str | None = None
    by_code: dict[str, Coded] = field(default_factory=dict)
    last_code: str = ""

    def defaults(self, msgclass: SysoutClass, punch: frozenset[SysoutClass]) -> JobDefaults:
        """What the job gives to SYSOUT; `punch` are the classes that are punched."""
        return JobDefaults(
            msgclass=msgclass,
            dest=self.dest or LOCAL,
            punch_dest=self.punch_dest or LOCAL,
            punch=punch,
            forms=self.forms,
            burst=self.burst,
            by_code=self.by_code,
        )

    def estimated(self, of_job: Iterable[Estimate]) -> tuple[Estimate, ...]:
        """The estimates of the job: those of the JOB statement win."""
        coded = {estimate.counted: estimate for estimate in of_job}
        return tuple((self.estimates | coded).values())

    def suppressed(self, of_job: frozenset[str]) -> frozenset[str]:
        """The JES data sets that are not made."""
        return of_job | {"JESMSGLG"} if self.nolog else of_job


def verb_of(text: str) -> str:
    """The verb of a `/*` card."""
    return text[2:].split(" ", 1)[0]


def read(jecl: Jecl, text: str, line: int, findings: Findings) -> None:
    """Take one `/*` card into `jecl`."""
    words = text[2:].split()
    verb = words[0] if words else ""
    if verb == "ROUTE" and words[1:2] == ["PRINT"] and len(words) > 2:
        jecl.dest = dest_of(_whole("ROUTE PRINT", words[2], line), findings)
    elif verb == "ROUTE" and words[1:2] == ["PUNCH"] and len(words) > 2:
        jecl.punch_dest = dest_of(_whole("ROUTE PUNCH", words[2], line), findings)
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


def _parameters(text: str, line: int, long: dict[str, str], findings: Findings) -> Parameters:
    """Keywords by their long names. A later one of the same name overrides (JCL Reference)."""
    found: dict[str, Parameter] = {}
    for _, part in split(text):
        keyword, _, coded = part.partition("=")
        value, _ = parse(coded)
        name = long.get(keyword, keyword)
        found[name] = Parameter(name, value, coded, line)
    return Parameters(list(found.values()), findings)


def _output(jecl: Jecl, code: str, text: str, line: int, findings: Findings) -> None:
    """`/*OUTPUT code keyword=…`; code `*` goes on with the last one."""
    code = jecl.last_code if code == "*" else code
    jecl.last_code = code
    parameters = _parameters(text, line, _OUTPUT, findings)
    for keyword in sorted(parameters.keywords.keys() - _OUTPUT.values()):
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
    parameters = _parameters(text, line, _JOBPARM, findings)
    for keyword, parameter in parameters.keywords.items():
        match keyword:
            case "NOLOG":
                jecl.nolog = True
            case "FORMS":
                jecl.forms = forms_of(parameter, parameter.word, findings)
            case "COPIES":
                jecl.copies = number(parameter, 1, 255, findings) or 1
            case "BURST":
                jecl.burst = choice(parameter, YES_NO, findings)
            case "LINES" | "CARDS" | "BYTES":
                counted = _COUNTED[keyword]
                if found := estimate(parameter, counted, findings):
                    jecl.estimates[counted] = found
            case _:
                findings.add(messages.JECL, line, found=show(f"/*JOBPARM {keyword}"), hint="")
