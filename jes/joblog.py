"""The lines of JESMSGLG, JESJCL and JESYSMSG, and their records (jes2.md 3.5, blueprint §10).

Pure. A line begins with its ASA control character; the three data sets are VBA 133.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from jes import messages
from jes.codepages import CodePage
from jes.job import Fault, Job, Listed
from jes.names import JobId
from jes.records import VBA, longest

RECFM = VBA
LRECL = 133
WIDTH = longest(RECFM, LRECL)

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TIME = "0 HR  00 MIN  00.00 SEC"
_CPU = f"         CPU:     {_NO_TIME}    SRB:     {_NO_TIME}"
_VIRT = "         VIRT:     0K  SYS:     0K  EXT:        0K  SYS:        0K"


def head(sysname: str, node: str, jobid: JobId, when: datetime) -> list[str]:
    """The first lines of JESMSGLG: title and date."""
    title = "  ".join(
        ("J E S 2", "J O B", "L O G", "--", "S Y S T E M", " ".join(sysname), "--", "N O D E")
    )
    day = f"{_DAYS[when.weekday()]},"
    return [
        f"1{'':23}{title}  {' '.join(node)}",
        "0",
        f" {when:%H.%M.%S} {jobid} ---- {day:<10} {_date(when)} ----",
    ]


def _date(when: datetime) -> str:
    return f"{when.day:2} {_MONTHS[when.month - 1]} {when.year}"


def clock(when: datetime) -> str:
    """The time as IEF403I and IEF404I show it."""
    return f"{when:%H.%M.%S}"


def entry(when: datetime, jobid: JobId, line: str) -> str:
    """A message in the job log."""
    return f" {clock(when)} {jobid}  {line}"


def statistics(when: datetime, cards: int, counts: Sequence[int], minutes: float) -> list[str]:
    """The end of JESMSGLG; `counts` are print records, punch records and kilobytes of spool.

    The lines have the same length whatever the numbers are (up to 13 digits).
    """
    print_records, punch_records, kbytes = counts
    return [
        "0------ JES2 JOB STATISTICS ------",
        f"-{_date(when):>13} JOB EXECUTION DATE",
        f"-{cards:>13} CARDS READ",
        f"-{print_records:>13} SYSOUT PRINT RECORDS",
        f"-{punch_records:>13} SYSOUT PUNCH RECORDS",
        f"-{kbytes:>13} SYSOUT SPOOL KBYTES",
        f"-{minutes:>13.2f} MINUTES EXECUTION TIME",
    ]


def listing(job: Job, jobid: JobId) -> list[str]:
    """JESJCL: statement number, card image, and the job id beside the JOB statement."""
    lines = []
    named = False
    for card in _listed(job):
        number = "" if card.number is None else card.number
        line = f"{number:>9} {card.text[:72]}"
        if card.number is not None and not named:
            line = f"{line:<82} {jobid}"
            named = True
        lines.append(line.rstrip())
    return lines


def _listed(job: Job) -> Iterator[Listed]:
    """What MSGLEVEL's first value leaves: 0 up to the first EXEC, 2 no procedures, 1 everything."""
    level = job.msglevel[0]
    for card in job.listing:
        if level == 0 and card.text[:2] == "//" and card.text[2:71].split()[1:2] == ["EXEC"]:
            return
        if level == 2 and card.text[:2] in ("XX", "X/", "++", "+/"):
            continue
        yield card


def fault_lines(faults: Iterable[Fault]) -> list[str]:
    """The head of JESYSMSG when something is to be said about the JCL."""
    lines = [f"{fault.job_card or '':>9} {fault.id} {fault.text}" for fault in faults]
    return [" STMT NO. MESSAGE", *lines] if lines else []


def step_times(step: str, start: datetime, stop: datetime) -> list[str]:
    """The end of a step in JESYSMSG. Nothing here measures processor time: it is zero."""
    return [
        f" {messages.IEF373I.line(step=step, stamp=_stamp(start))}",
        f" {messages.IEF032I.line(step=step, stamp=_stamp(stop))}",
        _CPU,
        _VIRT,
    ]


def job_times(jobname: str, start: datetime, stop: datetime) -> list[str]:
    """The end of JESYSMSG."""
    return [
        f" {messages.IEF375I.line(jobname=jobname, stamp=_stamp(start))}",
        f" {messages.IEF033I.line(jobname=jobname, stamp=_stamp(stop))}",
        _CPU,
    ]


def _stamp(when: datetime) -> str:
    return f"{when:%Y%j.%H%M}"


def records(lines: Iterable[str], page: CodePage) -> Iterator[bytes]:
    """The lines in EBCDIC: what the page lacks becomes `?`, what is long goes on in a new line."""
    for line in lines:
        shown = _UNPRINTABLE.sub(".", line)
        for part in _folded(shown):
            yield page.encode_lossy(part)


def _folded(line: str) -> Iterator[str]:
    yield line[:WIDTH]
    rest, indent = line[WIDTH:], " " * 10
    step = WIDTH - len(indent)
    for at in range(0, len(rest), step):
        yield indent + rest[at : at + step]
