"""The state of a running system that is not on its spool, as values with a JSON form.

What is not built yet has no field. A later version adds fields and takes none away; readers pass
over those that they do not know.
"""

import msgspec

STATUS_VERSION = 1


class InitiatorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An initiator; `status` is that of `$D I`."""

    number: int
    status: str
    classes: str
    jobid: str | None
    jobname: str | None


class TaskStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A started task of `type` CSSMTP or WRITER; `since` is when it was started."""

    name: str
    type: str
    status: str
    jobid: str | None
    since: str | None


class TargetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A target server (cssmtp-operations.md 2.3). `name` is the configuration's word for it.

    `connections` and `limit` are of this moment. `waiting` mails may go here or to another target.
    `sent` counts mails that it took, `temporary` and `refused` recipients that it answered with 4xx
    and 5xx, all since the start of the CSSMTP. `failure` is why it cannot be used, or empty.
    """

    name: str
    address: str
    state: str
    failure: str
    connections: int
    limit: int
    waiting: int
    sent: int
    temporary: int
    refused: int
    last_reply: str | None


class SpoolTaskStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A spool task of a CSSMTP. Without a spool file in hand `type` and all names are None.

    `records` of `records_total` are read. `read`, `sent` and `pending` count mails: those read,
    those that reached a recipient, those on their way, of which `long_retry` wait for a retry.
    `delivered` and `undeliverable` count recipients.
    """

    tkid: int
    type: str | None = None
    state: str
    jobname: str | None = None
    jobid: str | None = None
    owner: str | None = None
    stepname: str | None = None
    ddname: str | None = None
    dsid: int | None = None
    outgrp: str | None = None
    records: int = 0
    records_total: int = 0
    read: int = 0
    sent: int = 0
    pending: int = 0
    long_retry: int = 0
    delivered: int = 0
    undeliverable: int = 0
    errors: int = 0


class CounterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a CSSMTP did since its start, with what it has in hand. `files` is all those that it is
    through with, `bad_files` and `in_use` (for want of a retry or a target) some of them;
    `delivered`, `undeliverable` and `pending` count recipients. `extended_retries` mails moved to
    the MailDirectory, `notifications` were made, `dead_letters` came up."""

    files: int
    bad_files: int
    in_use: int
    mails: int
    delivered: int
    undeliverable: int
    pending: int
    syntax_errors: int
    bytes_read: int
    extended_retries: int = 0
    notifications: int = 0
    dead_letters: int = 0


class CssmtpStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A CSSMTP. `counters` is None while it does not run, and the lists are empty then.

    `waiting` mails wait for a connection, `sending` are on one. `long_retry` mails wait in memory,
    `extended_retry` in the MailDirectory: the first of these was tried first at `oldest`.
    """

    name: str
    writer: str
    state: str
    jobid: str | None = None
    since: str | None = None
    waiting: int = 0
    sending: int = 0
    long_retry: int = 0
    extended_retry: int = 0
    oldest: str | None = None
    targets: tuple[TargetStatus, ...] = ()
    spool_tasks: tuple[SpoolTaskStatus, ...] = ()
    counters: CounterStatus | None = None


class OutClassStatus(msgspec.Struct, frozen=True, kw_only=True, rename={"sysout_class": "class"}):
    """A SYSOUT class as it is now: `$T OUTCLASS` changes it for the time that the system runs."""

    sysout_class: str
    normal: str
    abnormal: str
    output: str
    blnktrnc: bool
    compress: bool
    trkcell: bool


class JobClassStatus(msgspec.Struct, frozen=True, kw_only=True, rename={"job_class": "class"}):
    """A job class: the initiators that take its jobs, and how many of these are not drained."""

    job_class: str
    initiators: tuple[int, ...]
    active: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A system. `since` is when it was started, `now` when this was asked; ISO 8601 with offset.

    `processing`: work is selected ($S, $P). `mails` is the number of the newest mail outcome.
    """

    status_version: int = STATUS_VERSION
    sysname: str
    node: str
    hostname: str
    spool: str
    since: str
    now: str
    processing: bool
    initiators: tuple[InitiatorStatus, ...]
    started_tasks: tuple[TaskStatus, ...]
    cssmtps: tuple[CssmtpStatus, ...]
    outclasses: tuple[OutClassStatus, ...]
    jobclasses: tuple[JobClassStatus, ...]
    mails: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a system answers when it is asked for its status."""

    status: Status
