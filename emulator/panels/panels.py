"""Every panel that shows a table, by the command that opens it, and its title line."""

from typing import Any

from emulator.panels.parameters import parameter_of
from emulator.panels.tables_jobs import DA, JDS, ST, I
from emulator.panels.tables_output import H, O
from emulator.panels.tables_system import INIT, JC, MENU, OC, SP
from emulator.panels.values import Panel, View
from emulator.shown import printable
from jes.commands.system import TRACK_GROUP
from jes.views import JobView, Space

_ALL: tuple[Panel[Any], ...] = (ST, I, DA, O, H, JDS, INIT, SP, JC, OC, MENU)
PANELS: dict[str, Panel[Any]] = {panel.name: panel for panel in _ALL}


def title(panel: Panel[Any], view: View, of: str = "") -> str:
    """The left part of the title line: `SDSF OUTPUT ALL CLASSES ALL FORMS`. `of` says more, as
    `of_job` and `of_space` make it."""
    asked = parameter_of(panel.name, view.parameter)
    words = [panel.title]
    if panel.name in ("ST", "I", "O", "H", "JC"):
        words.append(f"CLASSES {asked.classes}" if asked.classes else "ALL CLASSES")
    if panel.name == "O":
        words.append(f"FORMS {asked.mask}" if asked.mask else "ALL FORMS")
    elif asked.mask:
        words.append(f"JOBS {asked.mask}")
    words += asked.words
    return printable(" ".join([*words, *([of] if of else [])]))


def of_job(job: JobView) -> str:
    """What JDS's title says: `- JOB PAYSLIP (JOB04711)`."""
    return f"- JOB {job.jobname} ({job.jobid})"


def of_space(sysname: str, space: Space) -> str:
    """What SP's title says: `(SYS1)  7% ACT 1000 FRE 930`, in track groups."""
    total, used = space.total // TRACK_GROUP, -(-space.used // TRACK_GROUP)
    return f"({sysname})  {int(space.percent)}% ACT {total} FRE {max(0, total - used)}"
