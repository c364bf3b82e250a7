"""SORT as far as it copies, and ICEGENER (jes2.md 5.7).

Only OPTION COPY and SORT or MERGE FIELDS=COPY are carried out. Every other control statement ends
the step with return code 16 and a line that names it: nothing is sorted or edited.
"""

from collections.abc import Iterator

from jes import messages
from jes.programs.control import Report, check_copy, control_cards, copy, target_of
from jes.programs.step import DcbConflict, DdMissing, StepContext
from jes.programs.utilities import FBA, PRINT_WIDTH, iebgener

FAILED = 16
COPIES = frozenset({("OPTION", "COPY"), ("SORT", "FIELDS=COPY"), ("MERGE", "FIELDS=COPY")})


def icegener(step: StepContext) -> int:
    """IEBGENER's work by DFSORT's copy; what that cannot do is IEBGENER's to do or to refuse."""
    try:
        if control_cards(step, "SYSIN"):
            return iebgener(step)
        report = Report(step, "SYSPRINT", FBA, PRINT_WIDTH)
        _copy(step, report, "SYSUT1", "SYSUT2")
    except (DcbConflict, DdMissing):
        return iebgener(step)
    return 0


def sort(step: StepContext) -> int:
    """Copy SORTIN to SORTOUT. Return code 0 or 16."""
    report = Report(step, "SYSOUT", FBA, PRINT_WIDTH) if step.has("SYSOUT") else None
    try:
        problem = _refusal(control_cards(step, "SYSIN"))
        if problem is None:
            _copy(step, report, "SORTIN", "SORTOUT")
            return 0
    except (DcbConflict, DdMissing) as error:
        problem = error.line
    step.say(problem)
    step.explain(problem)
    if report:
        report.print(f" {problem}")
    return FAILED


def _refusal(cards: list[str]) -> str | None:
    """Why these control statements cannot be carried out, or None."""
    asked = False
    for statement in _statements(cards):
        if statement not in COPIES:
            return messages.NO_CONTROL.line(statement=" ".join(statement).strip())
        asked = True
    wanted = "COPY (OPTION COPY, SORT FIELDS=COPY)"
    return None if asked else messages.NO_OPERATION.line(wanted=wanted)


def _statements(cards: list[str]) -> Iterator[tuple[str, str]]:
    """Operation and operands; an asterisk in column 1 makes a comment, END the end."""
    for card in cards:
        if card[0] != "*":
            operation, *operands = card.upper().split(maxsplit=2)
            if operation == "END":
                return
            yield operation, operands[0] if operands else ""


def _copy(step: StepContext, report: Report | None, source_dd: str, target_dd: str) -> None:
    source = step.read(source_dd)
    target = target_of(source, step.dcb(target_dd))
    check_copy(source, target, (source_dd, target_dd))
    output = step.open_output(target_dd, target.recfm, target.lrecl)
    count = copy(source, output)
    output.close()
    if report:
        report.print(
            f"1{messages.ICE143I.line()}",
            f" {messages.ICE054I.line(read=count, written=count)}",
            f" {messages.ICE052I.line()}",
        )
