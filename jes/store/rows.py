"""Rows of the spool's tables as values, and the query that a spool file is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jes.job import Phase
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm
from jes.sysout import Disposition, SpoolFile


class JobKind(StrEnum):
    """What kind of work a number is for; the letters of its id."""

    JOB = "JOB"
    STC = "STC"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job as the reader announces it; the store gives it a number."""

    jobname: JobName
    owner: UserId
    job_class: str
    notify: UserId | None
    submitted: str
    kind: JobKind = JobKind.JOB


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as a display shows it."""

    jobid: JobId
    jobname: JobName
    owner: UserId
    job_class: str
    phase: Phase
    retcode: str | None


FILE = """
SELECT d.ds_key, d.dsid, j.jobid, j.jobname, j.owner, d.stepname, d.procstep, d.ddname, d.dsname,
       d.recfm, d.lrecl, d.records, d.bytes, g.sysout_class, g.writer, g.dest, g.forms, j.notify,
       g.disposition, g.group_id, g.number, d.incarnation
FROM datasets d JOIN jobs j USING (job_key) JOIN groups g USING (group_key)
"""


def files_of(rows: Iterable[Any]) -> list[SpoolFile]:
    return [
        SpoolFile(
            key=key, dsid=dsid, jobid=JobId(jobid), jobname=JobName(jobname), owner=UserId(owner),
            stepname=stepname, procstep=procstep, ddname=DdName(ddname), dsname=dsname,
            recfm=Recfm(recfm), lrecl=lrecl, records=records, size=size,
            sysout_class=SysoutClass(sysout_class), writer=WriterName(writer) if writer else None,
            dest=dest, forms=forms, notify=UserId(notify) if notify else None,
            disposition=Disposition(disposition), outgrp=f"{group_id}.{number}.1",
            incarnation=incarnation,
        )
        for (key, dsid, jobid, jobname, owner, stepname, procstep, ddname, dsname, recfm, lrecl,
             records, size, sysout_class, writer, dest, forms, notify, disposition, group_id,
             number, incarnation) in rows
    ]  # fmt: skip
