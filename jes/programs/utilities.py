"""IEFBR14 and IEBGENER (jes2.md 5.7). IEBGENER copies; it edits nothing."""

from jes import messages
from jes.programs.control import Report, Target, check_copy, control_cards, copy, target_of
from jes.programs.step import DcbConflict, DdMissing, Input, StepContext
from jes.records import Recfm

FBA = Recfm("FBA")
PRINT_WIDTH = 121
TITLE = f"{'1DATA SET UTILITY - GENERATE':<99}PAGE 0001"
FAILED = 12


def iefbr14(step: StepContext) -> int:
    """Does nothing: allocation and disposition are the work."""
    return 0


def iebgener(step: StepContext) -> int:
    """Copy SYSUT1 to SYSUT2; SYSIN must be empty. Return code 0 or 12."""
    try:
        report = Report(step, "SYSPRINT", FBA, PRINT_WIDTH)
    except DdMissing as missing:
        step.say(missing.line)
        step.explain(missing.line)
        return FAILED
    report.print(TITLE)
    try:
        if statements := control_cards(step, "SYSIN"):
            statement = statements[0].strip()
            line = messages.NO_CONTROL.line(statement=statement)
            report.print(f" {line}")
            step.explain(line)
            return FAILED
        source, target = _opened(step)
    except DcbConflict as conflict:
        report.print(f" {messages.IEB311I.line()}", f" {conflict.line}")
        step.explain(conflict.line)
        return FAILED
    except DdMissing as missing:
        report.print(f" {missing.line}")
        step.explain(missing.line)
        return FAILED
    output = step.open_output("SYSUT2", target.recfm, target.lrecl)
    if target.borrowed:
        report.print(f"-{messages.IEB352I.line()}")
    copy(source, output)
    output.close()
    report.print(" ", " PROCESSING ENDED AT EOD")
    return 0


def _opened(step: StepContext) -> tuple[Input, Target]:
    source = step.read("SYSUT1")
    target = target_of(source, step.dcb("SYSUT2"))
    check_copy(source, target, ("SYSUT1", "SYSUT2"))
    return source, target
