"""The run report: a contract with other tools (blueprint §6). Grow it, never rename."""

import io
import sqlite3
import weakref
from collections.abc import Collection, Iterator
from typing import Protocol

import msgspec

REPORT_VERSION = 1
_IN_MEMORY = 4 * 1024  # KiB of mail entries before they go to disk


class SupportsWrite(Protocol):
    """Where a report is written to."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""


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
    """A job. Text without a JOB statement has no `jobid`; `file` is what was submitted."""

    file: str
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
    jobname: str
    stepname: str
    ddname: str
    dsid: int
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
    dsid: int
    outgrp: str
    ordinal: int
    kind: str
    mail_from: str
    eml: str | None
    recipients: list[RecipientEntry]


class DeadLetterEntry(msgspec.Struct, kw_only=True):
    """A mail that could not even be returned. `file` is its path on z/OS UNIX, which is below
    `unix_files` of the system file or below --save-mail DIR; null when it is not stored."""

    jobid: str
    stepname: str
    ddname: str
    dsid: int
    outgrp: str
    ordinal: int
    file: str | None
    reason: str


class ReportEntry(msgspec.Struct, kw_only=True, rename={"sysout_class": "class"}):
    """An error report; `to` none, sysout or admin."""

    jobid: str
    stepname: str
    ddname: str
    dsid: int
    outgrp: str
    to: str
    sysout_class: str | None
    lines: list[str]


class FaultEntry(msgspec.Struct, kw_only=True):
    """A rule of the sandbox's faults, and how many times it acted."""

    name: str
    times: int


class RunReport(msgspec.Struct, kw_only=True):
    """All of a run."""

    report_version: int = REPORT_VERSION
    jobs: list[JobEntry] = []
    spool_files: list[SpoolFileEntry] = []
    mails: Collection[MailEntry] = []
    dead_letters: list[DeadLetterEntry] = []
    reports: list[ReportEntry] = []
    faults: list[FaultEntry] = []


class MailLog(Collection[MailEntry]):
    """The mails of a run, on disk once they are many, so that a million take little memory.

    `add` gives each its place in the report; reading goes in the order of the places, and of two
    at one place in the order they came. A temporary database of SQLite's own does the sorting.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect(
            "",
            isolation_level=None,
            check_same_thread=False,  # closed by whichever thread is last
        )
        self._database.execute(f"PRAGMA cache_size = -{_IN_MEMORY}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE mail (place INTEGER, entry BLOB)")
        self._database.execute("CREATE INDEX place ON mail (place)")
        self._database.execute("BEGIN")
        weakref.finalize(self, self._database.close)
        self._count = 0

    def add(self, place: int, entry: MailEntry) -> None:
        """Keep an entry; `place` is below 2**63."""
        self._database.execute("INSERT INTO mail VALUES (?, ?)", (place, _json(entry)))
        self._count += 1

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def __iter__(self) -> Iterator[MailEntry]:
        """By place."""
        for (entry,) in self._database.execute("SELECT entry FROM mail ORDER BY place, rowid"):
            yield msgspec.json.decode(entry, type=MailEntry)

    def __contains__(self, entry: object) -> bool:
        """Whether there is an equal entry; looks at all of them."""
        return any(entry == one for one in self)


def written(report: RunReport, stream: SupportsWrite) -> None:
    """One JSON document with a line end, mail by mail."""
    opening = "{"
    for field in msgspec.structs.fields(report):
        stream.write(f'{opening}\n  "{field.encode_name}": '.encode())
        value = getattr(report, field.name)
        if isinstance(value, MailLog) and value:
            for number, mail in enumerate(value):
                stream.write(b"[\n    " if number == 0 else b",\n    ")
                stream.write(_indented(mail, b"\n    "))
            stream.write(b"\n  ]")
        else:
            stream.write(_indented([] if isinstance(value, MailLog) else value, b"\n  "))
        opening = ","
    stream.write(b"\n}\n")


def encoded(report: RunReport) -> bytes:
    """The document as `written` writes it."""
    stream = io.BytesIO()
    written(report, stream)
    return stream.getvalue()


def _indented(value: object, line_end: bytes) -> bytes:
    return msgspec.json.format(_json(value), indent=2).replace(b"\n", line_end)


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=str)  # names are kinds of str
