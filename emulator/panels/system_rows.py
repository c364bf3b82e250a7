"""The rows of short panels, out of the spool and a system's status: INIT, SP, JC, OC."""

from collections.abc import Sequence

from emulator.panels.tables_system import (
    JobClassRow,
    OutClassRow,
    VolumeRow,
    job_classes,
    out_classes,
    volumes,
)
from emulator.status import Status
from jes.commands.machine import InitiatorStatus, InitiatorView
from jes.names import JobId, JobName, SysoutClass
from jes.store.sql import SpoolStore
from jes.sysout import Disposition, OutClass, Outdisp, Output
from jes.views import JobFilter


def initiators(status: Status | None) -> list[InitiatorView]:
    """The initiators of a running system."""
    if status is None:
        return []
    return [
        InitiatorView(
            number=one.number,
            name=str(one.number),
            status=InitiatorStatus(one.status),
            classes=one.classes,
            jobid=JobId(one.jobid) if one.jobid else None,
            jobname=JobName(one.jobname) if one.jobname else None,
        )
        for one in status.initiators
    ]


def spool_volumes(store: SpoolStore) -> Sequence[VolumeRow]:
    """SP."""
    return volumes(store.space())


def classes_of_jobs(store: SpoolStore, status: Status | None) -> Sequence[JobClassRow]:
    """JC."""
    running = store.jobs(JobFilter(active=True))
    return job_classes(store.queues(), running, initiators(status))


def classes_of_output(status: Status | None) -> Sequence[OutClassRow]:
    """OC: of a running system, which may have been told to change them."""
    if status is None:
        return ()
    return out_classes(
        {
            SysoutClass(one.sysout_class): OutClass(
                outdisp=Outdisp(Disposition(one.normal), Disposition(one.abnormal)),
                output=Output(one.output),
                blnktrnc=one.blnktrnc,
            )
            for one in status.outclasses
        }
    )
