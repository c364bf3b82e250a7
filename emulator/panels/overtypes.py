"""Overtyped columns as operator commands (spool-ui.md 1.3, jes2.md 1.2-1.5, 3.3).

A value is one word of a known shape, so nothing that is typed can begin another operand or another
command. Raises `Refused` for any other.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from emulator.panels.values import Refused
from emulator.panels.wording import short
from emulator.shown import printable
from jes.commands.jobs import PRIORITY_MAX as JOB_PRIORITY_MAX
from jes.commands.jobs import waits
from jes.commands.machine import InitiatorView
from jes.commands.outchange import DISPOSITIONS
from jes.commands.outchange import PRIORITY_MAX as OUTPUT_PRIORITY_MAX
from jes.names import JobId
from jes.sysout import Disposition
from jes.views import GroupView, JobView

Row = TypeVar("Row")
Check = Callable[[str], str]  # the value as commands have it; raises `Refused`
Overtype = Callable[[Row, str], str]

_OUTGRP = re.compile(r"[A-Z0-9$#@]{1,8}\.[0-9]{1,9}\.[0-9]{1,9}", re.ASCII)
_YES_NO = {"YES": "YES", "Y": "YES", "NO": "NO", "N": "NO"}


def word(pattern: str, rule: str, *, empty: bool = False) -> Check:
    """A check for one word; `empty`: none at all takes a value away."""
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if shape.fullmatch(value) or (empty and not value):
            return value
        raise _refused(value, rule)

    return check


def choice(names: dict[str, str]) -> Check:
    """A check for one of some words, by each name that they have."""
    rule = ", ".join(dict.fromkeys(names.values()))

    def check(value: str) -> str:
        if value in names:
            return names[value]
        raise _refused(value, rule)

    return check


def up_to(highest: int) -> Check:
    """A check for a number."""

    def check(value: str) -> str:
        if value.isascii() and value.isdecimal() and len(value) <= 9 and int(value) <= highest:
            return str(int(value))
        raise _refused(value, f"A NUMBER FROM 0 TO {highest}")

    return check


def _refused(value: str, rule: str) -> Refused:
    return Refused(f"{printable(value)[:24] or 'NOTHING'} IS NO VALUE HERE: {rule}")


def typed(value: str) -> str:
    """What was typed into a field, as commands have it."""
    return value.strip().upper()


_DISPOSITION = choice({one.value: one.value for one in Disposition} | DISPOSITIONS)
_CLASS = word("[A-Z0-9]", "A CLASS A-Z, 0-9")
_WORD8 = "1-8 OF A-Z 0-9 $ # @"
_WORD4 = "1-4 OF A-Z 0-9 $ # @"
_NAME8 = word(r"[A-Z0-9$#@]{1,8}", _WORD8)
_NAME4 = word(r"[A-Z0-9$#@]{1,4}", _WORD4)
# those three are no writers (jes2.md 1.2)
_WRITER = word(r"(?!(?:INTRDR|STDWTR|NJERDR)\Z)[A-Z0-9$#@]{1,8}", _WORD8, empty=True)
_DEST = word(r"[A-Z0-9$#@]{1,8}(?:\.[A-Z0-9$#@]{1,8})?", f"{_WORD8}, PERHAPS NODE.USER")


# --- jobs ----------------------------------------------------------------------------------------


def job_priority(job: JobView, value: str) -> str:
    """$T J,P=."""
    return f"$T{short(job)},P={up_to(JOB_PRIORITY_MAX)(typed(value))}"


def job_class(job: JobView, value: str) -> str:
    """$T J,C=: only a job that waits for its execution gets another one."""
    if not waits(job):
        raise Refused(f"{job.jobid} DOES NOT WAIT FOR EXECUTION: ITS CLASS STAYS")
    checked = word("[A-Z0-9]{1,8}", "A JOB CLASS, 1-8 OF A-Z 0-9")(typed(value))
    return f"$T{short(job)},C={checked}"


# --- output groups -------------------------------------------------------------------------------


def one_group(jobid: JobId, outgrp: str) -> str:
    """The job and the filter that mean one group: `J12,OUTGRP=1.1.1`. Raises `Refused`."""
    if not _OUTGRP.fullmatch(outgrp):
        raise Refused(f"NO COMMAND CAN NAME GROUP {printable(outgrp)[:24]}")
    return f"{short(jobid)},OUTGRP={outgrp}"


def _of_group(keyword: str, check: Check) -> Overtype[GroupView]:
    def overtype(group: GroupView, value: str) -> str:
        if group.busy is not None:
            raise Refused(f"{group.jobid} {printable(group.outgrp)} IS SELECTED: IT CANNOT CHANGE")
        return f"$TO{one_group(group.jobid, group.outgrp)},{keyword}={check(typed(value))}"

    return overtype


GROUP: dict[str, Overtype[GroupView]] = {
    "Prty": _of_group("P", up_to(OUTPUT_PRIORITY_MAX)),
    "C": _of_group("Q", _CLASS),
    "ODisp": _of_group("OUTDISP", _DISPOSITION),
    "Dest": _of_group("D", _DEST),
    "Forms": _of_group("F", _NAME8),
    "FCB": _of_group("FCB", _NAME4),
    "UCS": _of_group("UCS", _NAME4),
    "Wtr": _of_group("W", _WRITER),
    "Flash": _of_group("FLASH", _NAME4),
    "Burst": _of_group("BURST", choice(_YES_NO)),
    "PrMode": _of_group("PRMODE", _NAME8),
}


# --- the system ----------------------------------------------------------------------------------


def initiator_classes(initiator: InitiatorView, value: str) -> str:
    """$T I(n),CLASS=."""
    checked = word("[A-Z0-9]{1,36}", "1-36 JOB CLASSES A-Z, 0-9")(typed(value))
    return f"$TI({initiator.number}),CLASS={checked}"


def class_disposition(sysout_class: str, value: str, *, abnormal: bool) -> str:
    """$T OUTCLASS,OUTDISP=: for output of jobs that end well, or of the others."""
    comma = "," if abnormal else ""
    checked = _DISPOSITION(typed(value))
    pair = f"({comma}{checked}{'' if abnormal else ','})"
    return f"$T OUTCLASS({sysout_class}),OUTDISP={pair}"


def class_truncation(sysout_class: str, value: str) -> str:
    """$T OUTCLASS,BLNKTRNC=."""
    return f"$T OUTCLASS({sysout_class}),BLNKTRNC={choice(_YES_NO)(typed(value))}"
