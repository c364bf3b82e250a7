"""Panels of jobs: ST, I, DA, and JDS for the data sets of one (spool-ui.md 1.3)."""

from emulator.panels import actions, overtypes
from emulator.panels.values import Column, Kind, Panel
from emulator.panels.wording import QUEUES, job_status, number, text, time
from jes.views import DatasetView, JobView

_NAME: tuple[Column[JobView], ...] = (
    text(("JOBNAME", "JNAME", 8), lambda job: job.jobname, "jobname"),
    text(("JobID", "JOBID", 8), lambda job: job.jobid, "jobid"),
    text(("Owner", "OWNERID", 8), lambda job: job.owner, "owner"),
)
_PRIORITY: Column[JobView] = number(
    ("Prty", "JPRIO", 4), lambda job: job.priority, "priority", overtype=overtypes.job_priority
)
_QUEUE: Column[JobView] = Column(
    "Queue", "QUEUE", 10, lambda job: QUEUES[job.phase], lambda job: job.phase.value,
    stored="phase",
)  # fmt: skip
_CLASS: Column[JobView] = text(
    ("C", "JCLASS", 8), lambda job: job.job_class, "job_class", overtype=overtypes.job_class
)
_AFFINITY: Column[JobView] = text(("SAff", "SYSAFF", 5), lambda _: "ANY", alternate=True)
_SYSTEM: Column[JobView] = text(("ASys", "ACTSYS", 8), lambda job: job.active)
_STATUS: Column[JobView] = text(("Status", "STATUS", 20), job_status)
_RESULT: Column[JobView] = text(("Max-RC", "RETCODE", 10), lambda job: job.retcode, "retcode")
_ENTERED: Column[JobView] = time(
    ("Queued", "QUEUED"), lambda job: job.entered, "entered", alternate=True
)
_READ: Column[JobView] = time(("Rd-DateTime", "DATER"), lambda job: job.submitted, "submitted")
_ALTERNATE: tuple[Column[JobView], ...] = (
    text(("Type", "JTYPE", 4), lambda job: job.kind, alternate=True),
    number(("JNum", "JNUM", 7), lambda job: job.number, "number", alternate=True),
    text(("Hold", "HOLD", 4), lambda job: "YES" if job.held else "NO", alternate=True),
    text(("Notify", "NOTIFY", 8), lambda job: job.notify, "notify", alternate=True),
    _AFFINITY,
)

ST = Panel(
    name="ST",
    title="SDSF STATUS DISPLAY",
    help="Every job on the spool. ST and classes (STAB) or a mask of job names (ST PAY*) show"
    " fewer; classes may be * conversion, - input, # started tasks, $ TSO users, + output,"
    " ! hard copy, ? purge.",
    kind=Kind.JOBS,
    columns=(
        *_NAME, _PRIORITY, _QUEUE, _CLASS, _STATUS, _RESULT, _SYSTEM, _READ,
        time(("End-DateTime", "DATEN"), lambda job: job.ended, "ended"), *_ALTERNATE, _ENTERED,
    ),
    actions=actions.ST,
)  # fmt: skip
I = Panel(  # noqa: E741
    name="I",
    title="SDSF INPUT QUEUE DISPLAY",
    help="Jobs that wait for their execution, or run. I with classes (IAB), H for held ones (I H)"
    " or NH for others shows fewer.",
    kind=Kind.JOBS,
    columns=(
        *_NAME, _PRIORITY, _QUEUE, _CLASS, _STATUS, _SYSTEM, _READ, *_ALTERNATE, _ENTERED
    ),
    actions=actions.I,
)  # fmt: skip
DA = Panel(
    name="DA",
    title="SDSF DA",
    help="What runs: jobs and started tasks such as CSSMTP. DA OJOB, OSTC or OTSU shows only jobs,"
    " started tasks or TSO users; DA NOJOB … all but those.",
    kind=Kind.JOBS,
    columns=(
        *_NAME, _CLASS, text(("SysName", "SYSNAME", 8), lambda job: job.active), _STATUS,
        time(("St-DateTime", "DATES"), lambda job: job.entered, "entered"), _READ, _PRIORITY,
        *_ALTERNATE,
    ),
    actions=actions.DA,
)  # fmt: skip
_DATASETS: tuple[Column[DatasetView], ...] = (
    text(("DDNAME", "DDNAME", 8), lambda one: one.ddname),
    text(("StepName", "STEPN", 8), lambda one: one.stepname),
    text(("ProcStep", "PROCS", 8), lambda one: one.procstep),
    number(("DSID", "DSID", 7), lambda one: one.dsid),
    text(("C", "OCLASS", 1), lambda one: one.sysout_class),
    text(("ODisp", "ODISP", 5), lambda one: one.disposition),
    number(("Rec-Cnt", "RECCNT", 9), lambda one: one.records),
    number(("Byte-Cnt", "BYTECNT", 11), lambda one: one.size),
    text(("O-Grp-N", "OGNAME", 16), lambda one: one.outgrp),
    text(("RecFM", "RECFM", 5), lambda one: str(one.recfm)),
    number(("LRecL", "LRECL", 5), lambda one: one.lrecl),
    text(("DSName", "DSNAME", 44), lambda one: one.dsname),
)
JDS = Panel(
    name="JDS",
    title="SDSF JOB DATA SET DISPLAY",
    help="The data sets of one job, 2 to 4 of JES2 itself, from 101 on those of its steps. JES2's"
    " commands know output groups: P purges all of the group that a data set is in.",
    kind=Kind.DATASETS,
    columns=_DATASETS,
    actions=actions.JDS,
)
