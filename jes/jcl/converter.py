"""The converter: JCL text in, jobs out (jes2.md 5).

`jobs_from` is the way in. Nothing here raises on input: what is wrong becomes a fault of the job,
and everything else of the job is still checked.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from jes.codepages import CodePage, page
from jes.jcl import messages
from jes.jcl.cards import CARD, Source, lines_of
from jes.jcl.conversion import Conversion
from jes.jcl.messages import Findings, show
from jes.jcl.parser import Deck, read_jobs
from jes.job import Fault, Job
from jes.names import SysoutClass, UserId

MAX_LINE_FAULTS = 20  # a job; a binary file would have one for each line


@dataclass(frozen=True, slots=True, kw_only=True)
class JclSetting:
    """What the system knows about jobs it reads. `symbols` are system symbols, without `&`, and
    `punch` the SYSOUT classes for cards."""

    codepage: CodePage = field(default_factory=lambda: page("IBM-1047"))
    user: UserId = field(default_factory=lambda: UserId("IBMUSER"))
    symbols: Mapping[str, str] = field(default_factory=dict)
    msgclass: SysoutClass = field(default_factory=lambda: SysoutClass("A"))
    punch: frozenset[SysoutClass] = field(default_factory=lambda: frozenset({SysoutClass("B")}))
    fold_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoJob:
    """Text that is no job: no JOB statement, or one without a valid name."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()
    card: int = 1
    cards: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """A job as it was read, with the lines of the file that are its own."""

    job: Job | NoJob
    text: str


def jobs_from(text: str, setting: JclSetting) -> list[Job | NoJob]:
    """The jobs of a file's text, in order. Text before any JOB statement is an entry of its own."""
    return [read.job for read in read_in(text, setting)]


def read_in(text: str, setting: JclSetting) -> list[Read]:
    """As `jobs_from`, each with its own text, which converts to the same job again."""
    lines = lines_of(text)
    damaged = _line_faults(lines, setting.codepage)
    source = Source(lines, setting.codepage, clean=not damaged)
    found: list[Read] = []
    for deck in read_jobs(lines, fold=setting.fold_case):
        first = min([deck.line, *(statement.line for statement in deck.before)])
        own = "\n".join([*lines[first - 1 : deck.end], ""])
        if deck.job is None:
            found.append(Read(_no_job(deck, lines), own))
            continue
        conversion = Conversion(
            source, setting.user, setting.symbols, setting.msgclass, setting.punch
        )
        _add_line_faults(damaged, deck, conversion.findings)
        conversion.convert(deck)
        found.append(Read(conversion.job() or _nameless(deck, conversion.findings), own))
    if not found:
        fault = messages.found(messages.NO_JOB, None, found="no statement")
        found.append(Read(NoJob(faults=(fault,), cards=len(lines)), text))
    return found


def _nameless(deck: Deck, findings: Findings) -> NoJob:
    faults, warnings = findings.of_job(deck.line)
    cards = deck.end - deck.line + 1
    return NoJob(faults=faults, warnings=warnings, card=deck.line, cards=cards)


def _no_job(deck: Deck, lines: list[str]) -> NoJob:
    findings = Findings()
    findings.add(messages.NO_JOB, deck.line, found=show(lines[deck.line - 1]))
    faults, _ = findings.of_job(deck.line)
    return NoJob(faults=faults, card=deck.line, cards=deck.end - deck.line + 1)


def _line_faults(lines: list[str], codepage: CodePage) -> list[Fault]:
    """Lines over 80 columns and characters that the code page lacks, in order of lines."""
    found: list[Fault] = []
    for at, line in enumerate(lines, 1):
        if len(line) > CARD and (width := len(line.rstrip(" "))) > CARD:
            found.append(messages.found(messages.TOO_WIDE, at, width=width, line=at))
    if codepage.first_bad("\n".join(lines)) is None:
        return found
    for at, line in enumerate(lines, 1):
        bad = codepage.first_bad(line)
        if bad is not None:
            char = f"{show(line[bad])} (U+{ord(line[bad]):04X})"
            fields = {"line": at, "column": bad + 1, "found": char, "page": codepage.name}
            found.append(messages.found(messages.NOT_IN_PAGE, at, **fields))
    return sorted(found, key=lambda fault: fault.card or 0)


def _add_line_faults(damaged: list[Fault], deck: Deck, findings: Findings) -> None:
    """Those of this deck, as far as a person would read them."""
    begin = bisect_left(damaged, deck.line, key=lambda fault: fault.card or 0)
    end = bisect_left(damaged, deck.end + 1, key=lambda fault: fault.card or 0)
    findings.all += damaged[begin : min(end, begin + MAX_LINE_FAULTS)]
    if end - begin > MAX_LINE_FAULTS:
        last = damaged[begin + MAX_LINE_FAULTS].card
        findings.add(messages.MORE_BAD_LINES, last, count=end - begin - MAX_LINE_FAULTS)
