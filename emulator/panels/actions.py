"""Action characters: what each panel has, and the operator commands they make (spool-ui.md 1.4).

A name without a command is for the panel itself: `browse`, `datasets`, `jcl`, `attributes`,
`delay`, `save`, `open`. What SDSF has and this system has not is refused with a reason.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from emulator.panels.overtypes import one_group
from emulator.panels.values import Action, Panel, Refused
from emulator.panels.wording import is_held, short
from emulator.shown import printable
from jes.commands.machine import InitiatorView
from jes.commands.system import VOLUME
from jes.job import Phase
from jes.sysout import AFTER_RELEASE, JobKind
from jes.views import DatasetView, GroupView, JobView

Row = TypeVar("Row")
_SHOWN = 8  # characters of an action that a message repeats

_BROWSE: tuple[Action[Any], ...] = (
    Action("S", "browse", "browse the data sets of the row as one text"),
    Action("SB", "browse", "browse, as S"),
)
_SAVE: tuple[Action[Any], ...] = (
    Action("X", "save", "save what the row has to a file"),
    Action("XD", "save", "save to a file, as X"),
    Action("XDC", "save", "save to a file and close it, as X"),
)
_OF_OUTPUT: tuple[Action[Any], ...] = (
    *_BROWSE,
    Action("?", "datasets", "list the data sets of the job"),
    Action("SJ", "jcl", "browse the JCL of the job"),
    Action("Q", "attributes", "show everything that is known of the row"),
    *_SAVE,
)


# --- jobs ----------------------------------------------------------------------------------------


def _release_all(job: JobView) -> str:
    """$O releases HOLD and LEAVE output of a job (jes2.md 1.3)."""
    return f"$O{short(job)},ALL"


def _stop(job: JobView) -> str:
    """P of a running started task stops it; of anything else it purges."""
    if job.kind is JobKind.STC and job.phase is Phase.EXECUTION and job.active is not None:
        return f"P {job.jobname}"
    return f"$P{short(job)}"


_CHANGE_JOB: tuple[Action[JobView], ...] = (
    Action("A", "release job", "release a held job", lambda job: f"$A{short(job)}"),
    Action("H", "hold job", "hold a job", lambda job: f"$H{short(job)}"),
    Action("C", "cancel job", "cancel a job; what it has written stays",
           lambda job: f"$C{short(job)}", destructive=True),
    Action("CP", "cancel and purge", "cancel a job and purge its output",
           lambda job: f"$C{short(job)},P", destructive=True),
)  # fmt: skip
_SHOW_JOB: tuple[Action[JobView], ...] = (
    Action("D", "display job", "display the job in the log", lambda job: f"$D{short(job)}"),
    Action("DL", "display all of job", "display everything of the job in the log",
           lambda job: f"$D{short(job)},LONG"),
    Action("L", "list output", "list its output groups in the log", lambda job: f"$L{short(job)}"),
    Action("LL", "list all of output", "list everything of its output groups in the log",
           lambda job: f"$DO{short(job)},LONG"),
)  # fmt: skip
_PURGE_JOB: Action[JobView] = Action(
    "P", "purge job", "cancel a job and purge everything of it", lambda job: f"$P{short(job)}",
    destructive=True,
)  # fmt: skip
_DELAY: Action[JobView] = Action("I", "delay", "say why the job does not run")
ST: tuple[Action[JobView], ...] = (
    *_OF_OUTPUT, *_CHANGE_JOB, _PURGE_JOB,
    Action("O", "release output", "release all held output of the job", _release_all),
    Action("OK", "release and keep", "release held output and keep it behind printing",
           lambda job: f"$TO{short(job)},/OUTDISP=(HOLD,LEAVE),OUTDISP=KEEP"),
    _DELAY, *_SHOW_JOB,
)  # fmt: skip
I: tuple[Action[JobView], ...] = (  # noqa: E741
    *_OF_OUTPUT, *_CHANGE_JOB, _PURGE_JOB, _DELAY, *_SHOW_JOB
)  # fmt: skip
DA: tuple[Action[JobView], ...] = (
    *_OF_OUTPUT, *_CHANGE_JOB,
    Action("P", "stop", "stop a started task; purge a job", _stop, destructive=True),
    *_SHOW_JOB,
)  # fmt: skip


# --- output --------------------------------------------------------------------------------------


def _named(group: GroupView) -> str:
    return one_group(group.jobid, group.outgrp)


def _free(group: GroupView) -> str:
    """A group that nobody has in hand. Raises `Refused`."""
    if group.busy is not None:
        raise Refused(f"{group.jobid} {printable(group.outgrp)} IS SELECTED: IT CANNOT CHANGE")
    return _named(group)


def _holds_gone(group: GroupView) -> str:
    """The operand that takes away what only an operator can (jes2.md 1.5)."""
    return ",HOLD=NONE" if group.operator_hold or group.system_hold is not None else ""


def _release(group: GroupView) -> str:
    """HOLD becomes WRITE and LEAVE becomes KEEP, and no hold stays but that of the job."""
    if not is_held(group):
        raise Refused(f"{group.jobid} {printable(group.outgrp)} IS NOT HELD")
    commands = []
    if group.local and group.disposition in AFTER_RELEASE:
        commands.append(f"$O{_free(group)}")
    if hold := _holds_gone(group):
        commands.append(f"$TO{_free(group)}{hold}")
    if not commands:
        raise Refused(f"{group.jobid} IS HELD ITSELF: RELEASE THE JOB (A ON ST)")
    return ";".join(commands)


def _release_as(group: GroupView, disposition: str) -> str:
    if not is_held(group):
        raise Refused(f"{group.jobid} {printable(group.outgrp)} IS NOT HELD")
    return f"$TO{_free(group)},OUTDISP={disposition}{_holds_gone(group)}"


_GROUPS: tuple[Action[GroupView], ...] = (
    *_OF_OUTPUT,
    Action("A", "release output", "release held output", _release),
    Action("H", "hold output", "hold output (HOLD=OPER)",
           lambda group: f"$TO{_free(group)},HOLD=OPER"),
    Action("C", "purge output", "purge the output group, as P",
           lambda group: f"$CO{_named(group)}", destructive=True),
    Action("P", "purge output", "purge the output group",
           lambda group: f"$PO{_named(group)}", destructive=True),
    Action("L", "list output", "list the output group in the log",
           lambda group: f"$L{_named(group)}"),
    Action("LL", "list all of output", "list everything of the output group in the log",
           lambda group: f"$DO{_named(group)},LONG"),
)  # fmt: skip
O: tuple[Action[GroupView], ...] = _GROUPS  # noqa: E741
H: tuple[Action[GroupView], ...] = (
    *_GROUPS,
    Action("O", "release and purge", "release held output; it is purged behind printing",
           lambda group: _release_as(group, "WRITE")),
    Action("OK", "release and keep", "release held output; it is kept behind printing",
           lambda group: _release_as(group, "KEEP")),
)  # fmt: skip


def _group_of(dataset: DatasetView) -> str:
    """JES2's commands know output groups, not data sets. Raises `Refused`."""
    if dataset.outgrp is None:
        raise Refused(f"DATA SET {dataset.dsid} IS IN NO OUTPUT GROUP YET")
    return one_group(dataset.jobid, dataset.outgrp)


def _release_dataset(dataset: DatasetView, disposition: str) -> str:
    if dataset.disposition not in AFTER_RELEASE:
        raise Refused(f"DATA SET {dataset.dsid} IS NOT HELD")
    return f"$TO{_group_of(dataset)},OUTDISP={disposition}"


JDS: tuple[Action[DatasetView], ...] = (
    Action("S", "browse", "browse the data set"),
    Action("SB", "browse", "browse, as S"),
    Action("Q", "attributes", "show everything that is known of the data set"),
    Action("X", "save", "save the data set to a file"),
    Action("XD", "save", "save to a file, as X"),
    Action("XDC", "save", "save to a file and close it, as X"),
    Action("C", "purge output", "purge the output group that the data set is in, as P",
           lambda dataset: f"$CO{_group_of(dataset)}", destructive=True),
    Action("P", "purge output", "purge the output group that the data set is in, all of it",
           lambda dataset: f"$PO{_group_of(dataset)}", destructive=True),
    Action("O", "release and purge", "release its output group; it is purged behind printing",
           lambda dataset: _release_dataset(dataset, "WRITE")),
    Action("OK", "release and keep", "release its output group; it is kept behind printing",
           lambda dataset: _release_dataset(dataset, "KEEP")),
)  # fmt: skip


# --- the system ----------------------------------------------------------------------------------

INIT: tuple[Action[InitiatorView], ...] = (
    Action("S", "start", "start the initiator", lambda one: f"$SI({one.number})"),
    Action("P", "drain", "drain the initiator: it takes no more jobs",
           lambda one: f"$PI({one.number})"),
    Action("Z", "halt", "halt the initiator, as P", lambda one: f"$ZI({one.number})"),
    Action("D", "display", "display the initiator in the log", lambda one: f"$DI({one.number})"),
)  # fmt: skip
SP: tuple[Action[Any], ...] = (
    Action("D", "display", "display the volume in the log", lambda _: f"$D SPOOL({VOLUME})"),
    Action("DL", "display all", "display everything of the volume in the log",
           lambda _: f"$D SPOOL({VOLUME}),LONG"),
    Action("DS", "display space", "display the track groups of the spool in the log",
           lambda _: "$D SPOOLDEF"),
    Action("S", "start", "start the volume", lambda _: f"$S SPOOL({VOLUME})"),
)  # fmt: skip
MENU: tuple[Action[Any], ...] = (Action("S", "open", "open the panel"),)


# --- looking one up ------------------------------------------------------------------------------

_NO_RESTART = "A JOB RUNS ONCE HERE: SUBMIT IT AGAIN"
_NO_EDIT = "NOTHING IS EDITED HERE: SAVE IT WITH X"
_TO_A_FILE = "OUTPUT IS SAVED TO A FILE: USE X"
_ONE_VOLUME = f"{VOLUME} IS THE ONLY VOLUME: IT STAYS ACTIVE"
_ABSENT = {
    "E": _NO_RESTART, "EC": _NO_RESTART, "SE": _NO_EDIT, "SV": "USE S OR SB TO BROWSE",
    "CA": "THERE IS NO RESTART MANAGER HERE: USE C", "CD": "THERE ARE NO DUMPS HERE: USE C",
    "PP": "NOTHING IS PROTECTED HERE: USE P", "W": "JOB LOGS ARE SPUN AT THE END OF THE JOB ONLY",
    "K": "NOTHING CAN BE FORCED HERE: USE C", "XC": _TO_A_FILE, "XS": _TO_A_FILE,
    "XSC": _TO_A_FILE, "XF": _TO_A_FILE, "XFC": _TO_A_FILE,
}  # fmt: skip
_ABSENT_ON = {
    "SP": {"P": _ONE_VOLUME, "PC": _ONE_VOLUME, "Z": _ONE_VOLUME, "J": "ALL JOBS USE IT: SEE ST"},
    "O": {"O": "OUTPUT ON THIS PANEL IS NOT HELD", "OK": "OUTPUT ON THIS PANEL IS NOT HELD"},
    "JDS": {"A": "USE O OR OK", "H": "HOLD THE OUTPUT GROUP: H ON O"},
}


def find(panel: Panel[Row], characters: str) -> Action[Row]:
    """An action of a panel. Raises `Refused`: what SDSF has says why it is not here."""
    wanted = characters.strip().upper()
    for action in panel.actions:
        if action.character == wanted:
            return action
    if reason := _ABSENT_ON.get(panel.name, {}).get(wanted):
        raise Refused(f"{wanted}: {reason}")
    shown = printable(wanted)[:_SHOWN]
    if wanted.startswith("%"):
        raise Refused(f"{shown}: THERE IS NO REXX HERE")
    if wanted in _ABSENT and panel.kind in ("jobs", "groups", "datasets"):
        raise Refused(f"{wanted}: {_ABSENT[wanted]}")
    raise Refused(f"{shown} IS NOT AN ACTION OF {panel.name}: {characters_of(panel.actions)}")


def characters_of(actions: Iterable[Action[Any]]) -> str:
    """The characters, for a message and the line of SET ACTION SHORT."""
    return ",".join(action.character for action in actions)
