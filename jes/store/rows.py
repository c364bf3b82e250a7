"""Rows of the spool's tables as values, and the queries that they are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jes.job import Phase
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm
from jes.store.schema import JOB_HOLD, OPERATOR_HOLD, SYSTEM_HOLD
from jes.sysout import Disposition, JobKind, SpoolFile
from jes.views import DatasetView, GroupView, JobView


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job as the reader announces it; the store gives it a number.

    With `jcl`, its own text, it waits for a converter, and `submitter` is the user who sent it in;
    without, it runs where it was announced.
    """

    jobname: JobName
    owner: UserId
    job_class: str
    notify: UserId | None
    submitted: str
    kind: JobKind = JobKind.JOB
    priority: int = 9
    jcl: str | None = None
    submitter: UserId | None = None


FILE = """
SELECT d.ds_key, d.dsid, j.jobid, j.jobname, j.owner, d.stepname, d.procstep, d.ddname, d.dsname,
       d.recfm, d.lrecl, d.records, d.bytes, g.sysout_class, g.writer, g.dest, g.forms, j.notify,
       g.disposition, g.group_id, g.number, d.incarnation, g.copies
FROM datasets d JOIN jobs j USING (job_key) JOIN groups g USING (group_key)
"""


def files_of(rows: Iterable[Any]) -> list[SpoolFile]:
    """Rows of `FILE`."""
    return [
        SpoolFile(
            key=key, dsid=dsid, jobid=JobId(jobid), jobname=JobName(jobname), owner=UserId(owner),
            stepname=stepname, procstep=procstep, ddname=DdName(ddname), dsname=dsname,
            recfm=Recfm(recfm), lrecl=lrecl, records=records, size=size,
            sysout_class=SysoutClass(sysout_class), writer=WriterName(writer) if writer else None,
            dest=dest, forms=forms, notify=UserId(notify) if notify else None,
            disposition=Disposition(disposition), outgrp=f"{group_id}.{number}.1",
            incarnation=incarnation, copies=copies,
        )
        for (key, dsid, jobid, jobname, owner, stepname, procstep, ddname, dsname, recfm, lrecl,
             records, size, sysout_class, writer, dest, forms, notify, disposition, group_id,
             number, incarnation, copies) in rows
    ]  # fmt: skip


JOB = """
SELECT j.job_key, j.jobid, j.number, j.jobname, j.owner, j.job_class, j.priority, j.phase,
       m.name, j.member, j.held, j.retcode, j.notify, j.submitted, j.entered, j.ended, j.cancelled,
       j.purging
FROM jobs j LEFT JOIN members m ON m.member = j.member
"""
_KINDS = {"J": JobKind.JOB, "S": JobKind.STC, "T": JobKind.TSU}


def jobs_of(rows: Iterable[Any]) -> list[JobView]:
    """Rows of `JOB`."""
    return [
        JobView(
            key=key, jobid=JobId(jobid), number=number, kind=_KINDS[jobid[0]],
            jobname=JobName(jobname), owner=UserId(owner), job_class=job_class, priority=priority,
            phase=Phase(phase), active=None if member is None else name or "?", held=bool(held),
            retcode=retcode, notify=UserId(notify) if notify else None, submitted=submitted,
            entered=entered, ended=ended, cancelled=bool(cancelled), purging=bool(purging),
        )
        for (key, jobid, number, jobname, owner, job_class, priority, phase, name, member, held,
             retcode, notify, submitted, entered, ended, cancelled, purging) in rows
    ]  # fmt: skip


GROUP = """
SELECT g.group_key, j.jobid, j.jobname, j.owner, g.group_id, g.number, g.sysout_class, g.writer,
       g.dest, g.local, g.forms, g.fcb, g.ucs, g.burst, g.flash, g.prmode, g.copies, g.priority,
       g.disposition, g.created, g.held, g.hold_reason, g.holder, m.name, g.cancelled,
       (SELECT COALESCE(SUM(records), 0) FROM datasets d WHERE d.group_key = g.group_key),
       (SELECT COALESCE(SUM(bytes), 0) FROM datasets d WHERE d.group_key = g.group_key),
       (SELECT COUNT(*) FROM datasets d WHERE d.group_key = g.group_key)
FROM groups g JOIN jobs j USING (job_key) LEFT JOIN members m ON m.member = g.member
"""


def groups_of(rows: Iterable[Any]) -> list[GroupView]:
    """Rows of `GROUP`."""
    return [
        GroupView(
            key=key, jobid=JobId(jobid), jobname=JobName(jobname), owner=UserId(owner),
            outgrp=f"{group_id}.{number}.1", sysout_class=SysoutClass(sysout_class),
            writer=WriterName(writer) if writer else None, dest=dest, local=bool(local),
            forms=forms, fcb=fcb, ucs=ucs, burst=bool(burst), flash=flash, prmode=prmode,
            copies=copies, priority=priority, disposition=Disposition(disposition),
            created=created, records=int(records), size=int(size), datasets=datasets,
            operator_hold=bool(held & OPERATOR_HOLD),
            system_hold=(reason or "") if held & SYSTEM_HOLD else None,
            job_hold=bool(held & JOB_HOLD),
            busy=None if holder is None else name or "?", cancelled=bool(cancelled),
        )
        for (key, jobid, jobname, owner, group_id, number, sysout_class, writer, dest, local,
             forms, fcb, ucs, burst, flash, prmode, copies, priority, disposition, created, held,
             reason, holder, name, cancelled, records, size, datasets) in rows
    ]  # fmt: skip


# what keys can be asked for together with (`Catalogue.job_keys`, `group_keys`): names of the views'
# fields, and the same values, but that no text is an empty one
JOB_COLUMNS = {
    "jobid": "j.jobid", "number": "j.number", "jobname": "j.jobname", "owner": "j.owner",
    "job_class": "j.job_class", "priority": "j.priority", "phase": "j.phase", "held": "j.held",
    "retcode": "COALESCE(j.retcode, '')", "notify": "COALESCE(j.notify, '')",
    "submitted": "j.submitted", "entered": "j.entered", "ended": "COALESCE(j.ended, '')",
}  # fmt: skip
_OF_DATASETS = "CAST((SELECT {} FROM datasets d WHERE d.group_key = g.group_key) AS BIGINT)"
GROUP_COLUMNS = {
    "jobid": "j.jobid", "jobname": "j.jobname", "owner": "j.owner",
    "outgrp": "g.group_id || '.' || g.number || '.1'", "sysout_class": "g.sysout_class",
    "writer": "COALESCE(g.writer, '')", "dest": "g.dest", "local": "g.local",
    "forms": "COALESCE(g.forms, '')", "fcb": "COALESCE(g.fcb, '')", "ucs": "COALESCE(g.ucs, '')",
    "burst": "g.burst", "flash": "COALESCE(g.flash, '')", "prmode": "COALESCE(g.prmode, '')",
    "copies": "g.copies", "priority": "g.priority", "disposition": "g.disposition",
    "created": "g.created", "records": _OF_DATASETS.format("COALESCE(SUM(records), 0)"),
    "size": _OF_DATASETS.format("COALESCE(SUM(bytes), 0)"),
    "datasets": _OF_DATASETS.format("COUNT(*)"),
}  # fmt: skip


DATASET = """
SELECT d.ds_key, j.jobid, j.jobname, d.dsid, d.stepname, d.procstep, d.ddname, d.dsname, d.recfm,
       d.lrecl, d.records, d.bytes, COALESCE(g.sysout_class, d.sysout_class), g.group_id, g.number,
       g.disposition
FROM datasets d JOIN jobs j USING (job_key) LEFT JOIN groups g USING (group_key)
"""


def datasets_of(rows: Iterable[Any]) -> list[DatasetView]:
    """Rows of `DATASET`."""
    return [
        DatasetView(
            key=key, jobid=JobId(jobid), jobname=JobName(jobname), dsid=dsid, stepname=stepname,
            procstep=procstep, ddname=DdName(ddname), dsname=dsname, recfm=Recfm(recfm),
            lrecl=lrecl, records=records, size=size, sysout_class=SysoutClass(sysout_class),
            outgrp=None if group_id is None else f"{group_id}.{number}.1",
            disposition=Disposition(disposition) if disposition else None,
        )
        for (key, jobid, jobname, dsid, stepname, procstep, ddname, dsname, recfm, lrecl, records,
             size, sysout_class, group_id, number, disposition) in rows
    ]  # fmt: skip
