"""Jobs, data sets and output groups as documents for programs, with z/OSMF's key names where the
meaning is z/OSMF's (zos-clients.md 1.4). Keys of our own stand behind those; `key` is for paging.
"""

from enum import StrEnum

from jes.job import Phase
from jes.sysout import SELECTABLE
from jes.views import DatasetView, GroupView, JobView

Document = dict[str, object]
_SUBSYSTEM = "JES2"


class JobStatus(StrEnum):
    """The three words of z/OSMF and TSO STATUS (jes2.md 1.6); a held job is INPUT."""

    INPUT = "INPUT"
    ACTIVE = "ACTIVE"
    OUTPUT = "OUTPUT"


PHASES = {
    JobStatus.INPUT: (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION),
    JobStatus.ACTIVE: (Phase.EXECUTION,),
    JobStatus.OUTPUT: (Phase.OUTPUT, Phase.HARDCOPY, Phase.PURGE),
}

# By phase and whether somebody works on the job. The numbers are those of SSI 80's phases. The
# sentences of 14, 20, 128 and 130 are seen in answers of z/OSMF, the others are ours.
_PHASES = {
    (Phase.INPUT, True): (128, "Job is active in input processing"),
    (Phase.INPUT, False): (128, "Job is active in input processing"),
    (Phase.CONVERSION, True): (130, "Job is actively converting"),
    (Phase.CONVERSION, False): (129, "Job is waiting for conversion"),
    (Phase.EXECUTION, True): (14, "Job is actively executing"),
    (Phase.EXECUTION, False): (13, "Job is waiting for execution"),
    (Phase.OUTPUT, True): (20, "Job is in output processing"),
    (Phase.OUTPUT, False): (20, "Job is waiting for output processing"),
    (Phase.HARDCOPY, True): (20, "Job is on the hard copy queue"),
    (Phase.HARDCOPY, False): (20, "Job is on the hard copy queue"),
    (Phase.PURGE, True): (135, "Job is being purged"),
    (Phase.PURGE, False): (134, "Job is waiting for purge"),
}


class GroupStatus(StrEnum):
    """Whether an output group can be selected right now, and if not, why."""

    READY = "READY"
    HELD = "HELD"
    BUSY = "BUSY"  # in hand of a writer
    XMIT = "XMIT"  # for another node


def status_of(job: JobView) -> JobStatus:
    """A job that is read or converted is INPUT still."""
    if job.phase is Phase.EXECUTION and job.active is not None:
        return JobStatus.ACTIVE
    return JobStatus.OUTPUT if job.phase in PHASES[JobStatus.OUTPUT] else JobStatus.INPUT


def group_status_of(group: GroupView) -> GroupStatus:
    """What `GroupFilter.ready`, `busy` and `local` say, in one word."""
    if group.busy is not None:
        return GroupStatus.BUSY
    if holds_of(group):
        return GroupStatus.HELD
    if not group.local:
        return GroupStatus.XMIT
    return GroupStatus.READY if group.disposition in SELECTABLE else GroupStatus.HELD


def holds_of(group: GroupView) -> list[str]:
    """Who holds a group, beside its disposition (jes2.md 1.5)."""
    held = {
        "OPER": group.operator_hold,
        "SYS": group.system_hold is not None,
        "JOB": group.job_hold,
    }
    return [who for who, holds in held.items() if holds]


def job_document(job: JobView) -> Document:
    """A job. Times are ISO 8601, null when they are not known."""
    status = status_of(job)
    number, name = _PHASES[job.phase, job.active is not None]
    waits = job.held and status is JobStatus.INPUT
    return {
        "jobid": job.jobid,
        "jobname": job.jobname,
        "owner": job.owner,
        "subsystem": _SUBSYSTEM,
        "status": status,
        "type": job.kind,
        "class": job.job_class,
        "retcode": job.retcode,
        "phase": number,
        "phase-name": name,
        "reason-not-running": "Job is held" if waits else None,
        "exec-system": job.active,
        "exec-submitted": job.submitted or None,
        "exec-started": (job.entered or None) if status is JobStatus.ACTIVE else None,
        "exec-ended": job.ended or None,
        "queue": job.phase,
        "priority": job.priority,
        "held": job.held,
        "notify": job.notify,
        "cancelled": job.cancelled,
        "purging": job.purging,
        "key": job.key,
    }


def file_document(dataset: DatasetView) -> Document:
    """A data set: z/OSMF's job file. `id` is its number in the job, `byte-count` spool space."""
    return {
        "jobname": dataset.jobname,
        "jobid": dataset.jobid,
        "id": dataset.dsid,
        "ddname": dataset.ddname,
        "stepname": dataset.stepname,
        "procstep": dataset.procstep,
        "class": dataset.sysout_class,
        "recfm": str(dataset.recfm),
        "lrecl": dataset.lrecl,
        "byte-count": dataset.size,
        "record-count": dataset.records,
        "subsystem": _SUBSYSTEM,
        "outgrp": dataset.outgrp,
        "odisp": dataset.disposition,
        "dsname": dataset.dsname,
        "key": dataset.key,
    }


def group_document(group: GroupView) -> Document:
    """An output group, for which z/OSMF has no document: names are those of JES2 and SDSF."""
    return {
        "jobid": group.jobid,
        "jobname": group.jobname,
        "owner": group.owner,
        "outgrp": group.outgrp,
        "class": group.sysout_class,
        "odisp": group.disposition,
        "writer": group.writer,
        "dest": group.dest,
        "forms": group.forms,
        "status": group_status_of(group),
        "hold": holds_of(group),
        "hold-reason": group.system_hold or None,
        "busy": group.busy,
        "priority": group.priority,
        "copies": group.copies,
        "fcb": group.fcb,
        "ucs": group.ucs,
        "flash": group.flash,
        "burst": group.burst,
        "prmode": group.prmode,
        "record-count": group.records,
        "byte-count": group.size,
        "file-count": group.datasets,
        "created": group.created or None,
        "cancelled": group.cancelled,
        "key": group.key,
    }
