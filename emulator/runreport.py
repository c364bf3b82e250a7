"""The run report: a contract with other tools (blueprint §6). Grow it, never rename."""

import msgspec

REPORT_VERSION = 1


class StepEntry(msgspec.Struct, kw_only=True, omit_defaults=False):
    """A step; `procstep` is there for one inside a procedure."""

    stepname: str
    program: str
    retcode: str
    procstep: str | msgspec.UnsetType = msgspec.UNSET


class MessageEntry(msgspec.Struct, kw_only=True):
    """Something said about a job; `card` counts lines of the file, `job_card` cards of the job."""

    id: str
    card: int | None
    job_card: int | None
    text: str


class JobEntry(msgspec.Struct, kw_only=True, rename={"job_class": "class"}):
    """A job. Text without a JOB statement has no `jobid`."""

    jobid: str | None
    jobname: str | None
    owner: str | None
    job_class: str | None
    retcode: str | None
    steps: list[StepEntry] = []
    messages: list[MessageEntry] = []


class ErrorEntry(msgspec.Struct, kw_only=True):
    """An error that CSSMTP found in a spool file; `text` is the record."""

    record: int
    reply: str
    counted: bool
    text: str


class NoticeEntry(msgspec.Struct, kw_only=True):
    """Something worth knowing; never an error."""

    record: int
    rule: str
    text: str


class SpoolFileEntry(msgspec.Struct, kw_only=True, rename={"sysout_class": "class"}):
    """A data set that a writer could take."""

    jobid: str
    stepname: str
    ddname: str
    outgrp: str | None
    sysout_class: str
    writer: str | None
    dest: str
    records: int
    mails: int
    verdict: str | None
    disposition: str
    errors: list[ErrorEntry] = []
    notices: list[NoticeEntry] = []


class RecipientEntry(msgspec.Struct, kw_only=True):
    """What became of a recipient; `reply` is the target's, or our reason."""

    address: str
    status: str
    reply: str | None
    target: str | None


class MailEntry(msgspec.Struct, kw_only=True):
    """A mail whose envelope was accepted; `eml` is the first saved file."""

    jobid: str
    stepname: str
    ddname: str
    outgrp: str
    ordinal: int
    kind: str
    mail_from: str
    eml: str | None
    recipients: list[RecipientEntry]


class DeadLetterEntry(msgspec.Struct, kw_only=True):
    """A mail that could not even be returned."""

    jobid: str
    stepname: str
    ddname: str
    outgrp: str
    ordinal: int
    file: str
    reason: str


class ReportEntry(msgspec.Struct, kw_only=True, rename={"sysout_class": "class"}):
    """An error report; `to` none, sysout or admin."""

    jobid: str
    stepname: str
    ddname: str
    outgrp: str
    to: str
    sysout_class: str | None
    lines: list[str]


class RunReport(msgspec.Struct, kw_only=True):
    """All of a run."""

    report_version: int = REPORT_VERSION
    jobs: list[JobEntry] = []
    spool_files: list[SpoolFileEntry] = []
    mails: list[MailEntry] = []
    dead_letters: list[DeadLetterEntry] = []
    reports: list[ReportEntry] = []


def encoded(report: RunReport) -> bytes:
    """One JSON document, with a line end."""
    document = msgspec.json.encode(report, enc_hook=str)  # names are kinds of str
    return msgspec.json.format(document, indent=2) + b"\n"
