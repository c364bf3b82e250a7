"""IDCAMS as far as REPRO INFILE(dd) OUTFILE(dd) and SET MAXCC go (jes2.md 5.7).

Every other command ends with condition code 12 and a line that names it.
"""

import re
from collections.abc import Iterator

from jes import messages
from jes.programs.control import Report, check_copy, control_cards, copy, target_of
from jes.programs.step import DcbConflict, DdMissing, StepContext
from jes.records import VBA

WIDTH = 125
FAILED = 12
_FILE = re.compile(r"\b(IN|I|OUT|O)FILE ?\( ?([A-Z$#@][A-Z0-9$#@]{0,7}) ?\)")
_MAXCC = re.compile(r"SET MAXCC ?= ?([0-9]{1,2})")


def idcams(step: StepContext) -> int:
    """Carry out the commands in SYSIN; the return code is the highest condition code."""
    highest = 0
    try:
        report = Report(step, "SYSPRINT", VBA, WIDTH)
        report.print("1IDCAMS  SYSTEM SERVICES")
        for command in commands(control_cards(step, "SYSIN")):
            report.print(f"0{command}")
            if match := _MAXCC.fullmatch(command):
                highest = int(match[1])
                continue
            code = _repro(step, report, command)
            report.print(f" {messages.IDC0001I.line(code=code)}")
            highest = max(highest, code)
    except DdMissing as missing:
        step.say(missing.line)
        step.explain(missing.line)
        return FAILED
    report.print(f"0{messages.IDC0002I.line(code=highest)}")
    return highest


def commands(cards: list[str]) -> Iterator[str]:
    """Commands in upper case with single blanks: a hyphen or plus at the end of a card goes on."""
    held: list[str] = []
    for card in _without_comments(cards):
        if not (text := card.strip().upper()):
            continue
        held.append(text.rstrip("-+") if text.endswith(("-", "+")) else text)
        if not text.endswith(("-", "+")):
            yield from _joined(held)
            held = []
    yield from _joined(held)


def _joined(parts: list[str]) -> Iterator[str]:
    for command in " ".join(parts).split(";"):
        if words := command.split():
            yield " ".join(words)


def _without_comments(cards: list[str]) -> Iterator[str]:
    inside = False
    for card in cards:
        kept, rest = [], card
        while rest:
            before, mark, rest = rest.partition("*/" if inside else "/*")
            if not inside:
                kept.append(before)
            inside = inside != bool(mark)
        yield " ".join(kept)


def _repro(step: StepContext, report: Report, command: str) -> int:
    files = {("IN" if m[1] in ("IN", "I") else "OUT"): m[2] for m in _FILE.finditer(command)}
    known = _FILE.sub("", command).strip() == "REPRO"
    if not known or files.keys() != {"IN", "OUT"}:
        line = messages.NO_CONTROL.line(statement=command)
        report.print(f" {line}")
        step.explain(line)
        return FAILED
    try:
        source = step.read(files["IN"])
        target = target_of(source, step.dcb(files["OUT"]))
        check_copy(source, target, (files["IN"], files["OUT"]))
        output = step.open_output(files["OUT"], target.recfm, target.lrecl)
    except (DcbConflict, DdMissing) as error:
        report.print(f" {error.line}")
        step.explain(error.line)
        return FAILED
    count = copy(source, output)
    output.close()
    report.print(f" {messages.IDC0005I.line(count=count)}")
    return 0
