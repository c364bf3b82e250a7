"""Panels of output groups: O and H (spool-ui.md 1.3)."""

from emulator.panels import actions
from emulator.panels.overtypes import GROUP
from emulator.panels.values import Column, Kind, Panel
from emulator.panels.wording import NOTHING, group_status, number, text, time
from emulator.shown import printable
from jes.sysout import LINE_MODE, STDFORM
from jes.views import GroupView


def _part(group: GroupView, part: int) -> int:
    """A number of a group's id; 0 where it has none."""
    parts = group.outgrp.split(".")
    number = parts[part] if part < len(parts) else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


_COLUMNS: tuple[Column[GroupView], ...] = (
    text(("JOBNAME", "JNAME", 8), lambda one: one.jobname, "jobname"),
    text(("JobID", "JOBID", 8), lambda one: one.jobid, "jobid"),
    text(("Owner", "OWNERID", 8), lambda one: one.owner, "owner"),
    number(("Prty", "OPRIO", 4), lambda one: one.priority, "priority", overtype=GROUP["Prty"]),
    text(("C", "OCLASS", 1), lambda one: one.sysout_class, "sysout_class", overtype=GROUP["C"]),
    text(("ODisp", "ODISP", 5), lambda one: one.disposition, "disposition",
         overtype=GROUP["ODisp"]),
    text(("Dest", "DEST", 18), lambda one: one.dest, "dest", overtype=GROUP["Dest"]),
    number(("Tot-Rec", "RECCNT", 8), lambda one: one.records, "records"),
    text(("Forms", "FORMS", 8), lambda one: one.forms, "forms", blank=STDFORM,
         overtype=GROUP["Forms"]),
    text(("FCB", "FCB", 4), lambda one: one.fcb, "fcb", blank=NOTHING, overtype=GROUP["FCB"]),
    text(("Status", "STATUS", 19), group_status),
    text(("UCS", "UCS", 4), lambda one: one.ucs, "ucs", blank=NOTHING, overtype=GROUP["UCS"]),
    text(("Wtr", "WTRID", 8), lambda one: one.writer, "writer", overtype=GROUP["Wtr"]),
    text(("Flash", "FLASH", 5), lambda one: one.flash, "flash", blank=NOTHING,
         overtype=GROUP["Flash"]),
    Column("Burst", "BURST", 5, lambda one: "YES" if one.burst else "NO",
           lambda one: int(one.burst), stored="burst", overtype=GROUP["Burst"]),
    text(("PrMode", "PRMODE", 8), lambda one: one.prmode, "prmode", blank=LINE_MODE,
         overtype=GROUP["PrMode"]),
    Column("O-Grp-N", "OGNAME", 8,
           lambda one: printable(one.outgrp.partition(".")[0]),
           lambda one: one.outgrp, stored="outgrp"),
    number(("OGID1", "OGID1", 5), lambda one: _part(one, 1)),
    number(("OGID2", "OGID2", 5), lambda one: _part(one, 2)),
    time(("CrDate", "CRDATE"), lambda one: one.created, "created"),
    text(("Output-Hold-Text", "OHRSNT", 37), lambda one: one.system_hold),
    text(("SysID", "SYSID", 8), lambda one: one.busy),
    number(("Copies", "COPIES", 6), lambda one: one.copies, "copies", alternate=True),
    number(("DS-Cnt", "DSCNT", 6), lambda one: one.datasets, "datasets", alternate=True),
    number(("Byte-Cnt", "BYTECNT", 11), lambda one: one.size, "size", alternate=True),
)  # fmt: skip
_BY_TITLE = {column.title: column for column in _COLUMNS}
# O's own order: forms before the destination, the disposition behind the group's id
_O_ORDER = (
    "JOBNAME", "JobID", "Owner", "Prty", "C", "Forms", "Dest", "Tot-Rec", "Status", "SysID", "FCB",
    "UCS", "Wtr", "Flash", "Burst", "PrMode", "O-Grp-N", "OGID1", "OGID2", "ODisp", "CrDate",
    "Copies", "DS-Cnt", "Byte-Cnt",
)  # fmt: skip

O = Panel(  # noqa: E741
    name="O",
    title="SDSF OUTPUT",
    help="Output groups that are not held; mail waits here for its writer. O and classes (OAB) or a"
    " mask of forms (O STD), or both (O AB STD), show fewer. OC is a panel of its own: for output"
    " of class C type O C *.",
    kind=Kind.GROUPS,
    columns=tuple(_BY_TITLE[title] for title in _O_ORDER),
    actions=actions.O,
)
H = Panel(
    name="H",
    title="SDSF HELD OUTPUT DISPLAY",
    help="Output groups that wait for somebody to release them, and why. H and classes (HAB) or a"
    " mask of job names (H PAY*) show fewer.",
    kind=Kind.GROUPS,
    columns=_COLUMNS,
    actions=actions.H,
)
