"""What a rehearsal says, as values: per spool file both sides, their differences and a verdict
(smtpd-migration.md 7.2). Its forms for people and programs are made of these alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A spool file in a word."""

    SAME = "SAME"
    NOTICES = "SAME-WITH-NOTICES"
    IMPROVES = "IMPROVES"
    DIFFERENT = "DIFFERENT"
    BREAKS = "BREAKS"
    NEVER_SELECTED = "NEVER-SELECTED"


class Readiness(StrEnum):
    """A site in a word."""

    READY = "ready"
    AFTER_CHANGES = "ready after changes"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rule of `breaks` that the file breaks. `record` counts from 1, 0 is the file as a whole;
    `column` likewise. `severity` is F, E, W or I; `excerpt` is what stands there, for people.
    """

    rule: str
    record: int
    column: int = 0
    severity: str
    sureness: str
    title: str
    remedy: str
    text: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFates:
    """A recipient in both: `local`, `nje`, `sent`, `returned`, `refused`, `not sent`, ..."""

    address: str
    smtpd: str
    cssmtp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPair:
    """A mail in both. `equal` when all of both texts and envelopes are the same; only other mails
    have their texts, the first lines of what would go on the wire, on the sides that have the mail.
    """

    number: int
    record: int
    sender: tuple[str, str]  # there, here
    recipients: tuple[RecipientFates, ...]
    size: tuple[int, int]  # bytes
    smtpd: tuple[str, ...]
    cssmtp: tuple[str, ...]
    equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A file on one side. `result` is SENT, SENT-PARTLY, NOT-SENT, NOT-SELECTED, HELD,
    LOCAL-DELIVERY or EMPTY; a HELD file has the mails that it would have once it is released.
    `lines` are replies (SMTPD) or lines of the error report (CSSMTP)."""

    result: str
    mails: int
    recipients: int
    lines: tuple[str, ...]
    disposition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """A spool file. `source` is the file it came from, as it can be printed, `shape` its format;
    `unsure` are points that the references leave open and that the result rests on."""

    source: str
    jobname: str
    jobid: str
    step: str
    ddname: str
    dataset: int
    sysout_class: str
    writer: str
    dest: str
    shape: str
    records: int
    size: int
    smtpd: Side
    cssmtp: Side
    mails: tuple[MailPair, ...]
    changes: tuple[Change, ...]
    unsure: tuple[str, ...]
    verdict: Verdict
    jcl: bool = False  # a job made it: its records are no lines of the source

    @property
    def doubtful(self) -> bool:
        """The verdict rests on assumed rules alone: printed with a question mark."""
        return bool(self.changes) and all(one.sureness == "assumed" for one in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Something that gave no spool file, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The site: counts per verdict, per rule and per job name, and the configuration's own
    findings; `readiness` is the verdict for the whole."""

    smtpd: str  # the files of the configurations, or "" for none
    cssmtp: str
    files: int
    verdicts: Mapping[str, int]
    rules: Mapping[str, int]
    jobs: Mapping[str, Mapping[str, int]]  # job name -> rule -> files
    not_read: tuple[NotRead, ...]
    proposals: tuple[str, ...]
    readiness: Readiness
