"""The error report of a spool file, as text (cssmtp-operations.md 4.7, layout of blueprint §10).

Lines carry ASA carriage control in column 1 and are cut to LRECL 137's 133 characters of data.
"""

from dataclasses import dataclass
from datetime import datetime

from cssmtp.work import Fate, FileWork

WIDTH = 133
MAXIMUM = "Maximum errors reached in Jes file. Quit Command generated"
EXCEEDED = "Exceeded maximum errors({limit}) allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Who reports: the writer name, this system and node, and when."""

    writer: str
    system: str
    node: str
    now: datetime


def error_report(work: FileWork, heading: Heading, limit: int, fate: Fate) -> tuple[str, ...]:
    """The report of a file that had errors or undeliverable mail; nothing for a good one.

    `limit` is JESSyntaxErrLimit.
    """
    if not work.errors and not work.undeliverable:
        return ()
    file = work.file
    step = f"{file.stepname}.{file.procstep}" if file.procstep else file.stepname
    lines = [
        f"1CSSMTP ERROR REPORT  WRITER {heading.writer}  SYSTEM {heading.system}"
        f"  {heading.now:%Y-%m-%d %H:%M:%S}",
        f" SPOOL FILE {file.jobname} {file.jobid} D{file.dsid:07d} OWNER {file.owner}"
        f" NODE {heading.node} STEP {step} DD {file.ddname}",
    ]
    for error in work.errors:
        lines.append(f" RECORD {error.record:07d} MAIL {error.mail:04d} {error.reply}")
        lines.append(f" >{error.text}")
    if work.exceeded:
        lines += [f" {MAXIMUM}", f" {EXCEEDED.format(limit=limit)}"]
    for one in work.undeliverable:
        lines.append(
            f" Undeliverable mail {one.ordinal:04d} FROM <{one.sender}> TO <{one.address}>"
            f" TARGET {one.target or '-'} {one.reply}"
        )
    lines.append(
        f" ERRORS {len(work.errors)} COUNTED {work.counted} SENT {work.sent}"
        f" UNDELIVERABLE {work.refused} DISPOSITION {fate.value.upper()}"
    )
    return tuple(_printed(line) for line in lines)


def _printed(line: str) -> str:
    """A report line: what a record or a target's reply has of controls is a period."""
    line = line[:WIDTH]
    return line if line.isprintable() else "".join(c if c.isprintable() else "." for c in line)
