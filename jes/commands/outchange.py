"""What `$T O` and `$T OUTCLASS` change: values of operands, checked (jes2.md 1.2, 1.3, 1.5)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from jes.commands.filters import wrong
from jes.commands.grammar import Operand, number_of
from jes.errors import BadName
from jes.names import SysoutClass, WriterName
from jes.sysout import Disposition
from jes.views import GroupChange, Hold

PRIORITY_MAX = 255
DISPOSITIONS = {one.value[0]: one.value for one in Disposition}
CHANGES = {
    "BURST": "BURST", "D": "DEST", "DEST": "DEST", "R": "DEST", "ROUTECDE": "DEST", "F": "FORMS",
    "FORMS": "FORMS", "FCB": "FCB", "FLASH": "FLASH", "HOLD": "HOLD", "OUTDISP": "OUTDISP",
    "P": "PRIORITY", "PRIORITY": "PRIORITY", "PRMODE": "PRMODE", "Q": "QUEUE", "QUEUE": "QUEUE",
    "UCS": "UCS", "W": "WRITER", "WRITER": "WRITER",
}  # fmt: skip

_WORD8 = re.compile(r"[A-Z0-9$#@]{1,8}")
_WORD4 = re.compile(r"[A-Z0-9$#@]{1,4}")
_DEST = re.compile(r"[A-Z0-9$#@]{1,8}(?:\.[A-Z0-9$#@]{1,8})?")
_YES_NO = {"YES": True, "Y": True, "NO": False, "N": False}


def change_of(changes: Mapping[str, Operand]) -> GroupChange:
    """What operands of `$T O` ask for. Raises `CommandRejected`."""
    wanted = GroupChange()
    for name, operand in changes.items():
        try:
            wanted = _CHANGED[name](wanted, operand)
        except (BadName, ValueError):
            raise wrong(operand) from None
    return wanted


def disposition_of(text: str) -> Disposition:
    """A disposition in full, or by its letter. Raises `ValueError`."""
    return Disposition(DISPOSITIONS.get(text, text))


def _writer(wanted: GroupChange, operand: Operand) -> GroupChange:
    if not operand.value:
        return replace(wanted, no_writer=True)
    return replace(wanted, writer=WriterName(operand.value))


def _priority(wanted: GroupChange, operand: Operand) -> GroupChange:
    number = number_of(operand.value)
    if number is None or number > PRIORITY_MAX:
        raise ValueError
    return replace(wanted, priority=number)


def _word(operand: Operand, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(operand.value):
        raise ValueError
    return operand.value


def _burst(wanted: GroupChange, operand: Operand) -> GroupChange:
    if operand.value not in _YES_NO:
        raise ValueError
    return replace(wanted, burst=_YES_NO[operand.value])


_CHANGED: Mapping[str, Callable[[GroupChange, Operand], GroupChange]] = {
    "BURST": _burst,
    "DEST": lambda wanted, operand: replace(wanted, dest=_word(operand, _DEST)),
    "FORMS": lambda wanted, operand: replace(wanted, forms=_word(operand, _WORD8)),
    "FCB": lambda wanted, operand: replace(wanted, fcb=_word(operand, _WORD4)),
    "FLASH": lambda wanted, operand: replace(wanted, flash=_word(operand, _WORD4)),
    "HOLD": lambda wanted, operand: replace(wanted, hold=Hold(operand.value)),
    "OUTDISP": lambda wanted, operand: replace(wanted, disposition=disposition_of(operand.value)),
    "PRIORITY": _priority,
    "PRMODE": lambda wanted, operand: replace(wanted, prmode=_word(operand, _WORD8)),
    "QUEUE": lambda wanted, operand: replace(wanted, sysout_class=SysoutClass(operand.value)),
    "UCS": lambda wanted, operand: replace(wanted, ucs=_word(operand, _WORD4)),
    "WRITER": _writer,
}
