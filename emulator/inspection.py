"""Makes the `Status` of a running system from its parts."""

from collections.abc import Mapping, Sequence

from cssmtp.statistics import Snapshot, SpoolTaskFacts, TargetFacts
from emulator.settings import JOB_CLASSES
from emulator.started import CssmtpView
from emulator.status import (
    CounterStatus,
    CssmtpStatus,
    InitiatorStatus,
    JobClassStatus,
    OutClassStatus,
    SpoolTaskStatus,
    TargetStatus,
)
from jes.commands.machine import InitiatorStatus as State
from jes.commands.machine import InitiatorView
from jes.names import SysoutClass
from jes.sysout import OutClass

_REPLY_MAX = 512  # characters of a reply
_FAILURE_MAX = 512


def initiators(views: Sequence[InitiatorView]) -> tuple[InitiatorStatus, ...]:
    """All of them, by number."""
    return tuple(
        InitiatorStatus(
            number=one.number,
            status=one.status.value,
            classes=one.classes,
            jobid=_text(one.jobid),
            jobname=_text(one.jobname),
        )
        for one in views
    )


def job_classes(views: Sequence[InitiatorView]) -> tuple[JobClassStatus, ...]:
    """Every job class with its initiators."""
    return tuple(
        JobClassStatus(
            job_class=name,
            initiators=tuple(one.number for one in views if name in one.classes),
            active=sum(name in one.classes and one.status in _TAKING for one in views),
        )
        for name in JOB_CLASSES
    )


_TAKING = (State.ACTIVE, State.INACTIVE)


def out_classes(classes: Mapping[SysoutClass, OutClass]) -> tuple[OutClassStatus, ...]:
    """Every SYSOUT class."""
    return tuple(
        OutClassStatus(
            sysout_class=str(name),
            normal=one.outdisp.normal.value,
            abnormal=one.outdisp.abnormal.value,
            output=one.output.value,
            blnktrnc=one.blnktrnc,
            compress=one.compress,
            trkcell=one.trkcell,
        )
        for name, one in classes.items()
    )


def cssmtp(view: CssmtpView) -> CssmtpStatus:
    """A CSSMTP, whether it runs or not."""
    found = view.snapshot
    name, state = str(view.name), view.state.value
    if found is None:
        return CssmtpStatus(name=name, writer=view.writer, state=state)
    return CssmtpStatus(
        name=name,
        writer=view.writer,
        state=state if found.suspended is None else "SUSPENDED",
        jobid=_text(view.jobid),
        since=view.since or None,
        waiting=found.waiting,
        sending=found.sending,
        long_retry=found.long_retry,
        extended_retry=found.extended_retry,
        oldest=found.oldest.isoformat() if found.oldest else None,
        targets=tuple(_target(one) for one in found.targets),
        spool_tasks=tuple(_spool_task(one) for one in found.tasks),
        counters=_counters(found),
    )


def _target(one: TargetFacts) -> TargetStatus:
    return TargetStatus(
        name=one.target.name or one.target.shown,
        address=one.target.shown,
        state=one.state.value,
        failure=one.failure[:_FAILURE_MAX],
        connections=one.connections,
        limit=one.limit,
        waiting=one.waiting,
        sent=one.sent,
        temporary=one.temporary,
        refused=one.refused,
        last_reply=None if one.last_reply is None else one.last_reply[:_REPLY_MAX],
    )


def _spool_task(one: SpoolTaskFacts) -> SpoolTaskStatus:
    file = one.file
    if file is None:
        return SpoolTaskStatus(tkid=one.tkid, state=one.state.value)
    return SpoolTaskStatus(
        tkid=one.tkid,
        type=_text(one.type),
        state=one.state.value,
        jobname=str(file.jobname),
        jobid=str(file.jobid),
        owner=str(file.owner),
        stepname=file.stepname,
        ddname=str(file.ddname),
        dsid=file.dsid,
        outgrp=file.outgrp,
        records=one.records,
        records_total=file.records,
        read=one.read,
        sent=one.sent,
        pending=one.pending,
        long_retry=one.long_retry,
        delivered=one.delivered,
        undeliverable=one.undeliverable,
        errors=one.errors,
    )


def _counters(found: Snapshot) -> CounterStatus:
    counters = found.counters
    return CounterStatus(
        files=counters.files,
        bad_files=counters.bad_files,
        in_use=counters.in_use,
        mails=counters.mails,
        delivered=counters.delivered,
        undeliverable=counters.undeliverable,
        pending=counters.pending,
        syntax_errors=counters.syntax_errors,
        bytes_read=counters.bytes_read,
        extended_retries=counters.extended_retries,
        notifications=counters.notifications,
        dead_letters=counters.dead_letters,
    )


def _text(name: str | None) -> str | None:
    return None if name is None else str(name)
