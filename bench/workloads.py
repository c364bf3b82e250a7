"""The mails of W1 to W4 as spool files, the same every time (blueprint §5).

Bodies have the size of `smtp-source -l`: lines of 80 bytes, CRLF counted, a digit and X's, the
last one shorter. Headers come on top, as they do there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import ebcdic

LRECL = 80
PAGE = "cp1047"
SENDER = "bench@mvs1.example.com"
RECIPIENT = "reader@example.com"
HOST = "mvs1.example.com"

assert ebcdic  # importing it registers the code pages


@dataclass(frozen=True, slots=True)
class Workload:
    """So many mails of `body` bytes to `recipients` each; must and aim are ratios."""

    name: str
    mails: int
    body: int
    recipients: int
    must: float
    aim: float


WORKLOADS = (
    Workload("W1", 10_000, 1_024, 1, 0.7, 1.5),
    Workload("W2", 1_000, 100 * 1_024, 1, 0.4, 0.7),
    Workload("W3", 200, 1_024 * 1_024, 1, 0.5, 0.9),
    Workload("W4", 1_000, 1_024, 20, 2.5, 4.0),
)


def body_lines(size: int) -> Iterator[str]:
    """Lines that make `size` bytes in all with a CRLF each; 80 bytes a line, the last one shorter.

    A line is at least its CRLF, so the last but one gives up a byte if need be.
    """
    number = 0
    while size >= 2:
        line = LRECL if size >= LRECL + 2 or size == LRECL else min(size, LRECL - 1)
        number += 1
        yield str(number % 10).ljust(line - 2, "X")[: line - 2]
        size -= line


def mail_lines(workload: Workload) -> Iterator[str]:
    """The records of one mail, from MAIL FROM to the period."""
    yield f"MAIL FROM:<{SENDER}>"
    for number in range(workload.recipients):
        yield f"RCPT TO:<{number or ''}{RECIPIENT}>"
    yield "DATA"
    yield f"From: <{SENDER}>"
    yield f"To: <{RECIPIENT}>"
    yield f"Subject: {workload.name}"
    yield ""
    yield from body_lines(workload.body)
    yield "."


def parts(workload: Workload) -> Iterator[bytes]:
    """The spool file in parts of whole FB 80 records: the greeting, each mail, the end."""
    mail = fb80(mail_lines(workload))
    yield fb80([f"HELO {HOST}"])
    for _ in range(workload.mails):
        yield mail
    yield fb80(["QUIT"])


def spool_file(workload: Workload) -> bytes:
    """The whole spool file: FB 80 records side by side, IBM-1047."""
    return b"".join(parts(workload))


def variable_file(workload: Workload) -> bytes:
    """The same records as VB, each behind its RDW, trailing blanks not kept."""
    mail = vb(mail_lines(workload))
    return vb([f"HELO {HOST}"]) + mail * workload.mails + vb(["QUIT"])


def fb80(lines: Iterator[str] | list[str]) -> bytes:
    """Lines as FB 80 records."""
    return b"".join(line.ljust(LRECL).encode(PAGE) for line in lines)


def vb(lines: Iterator[str] | list[str]) -> bytes:
    """Lines as V records with their RDW; an empty line is one blank."""
    records = ((line or " ").encode(PAGE) for line in lines)
    return b"".join((len(data) + 4).to_bytes(2, "big") + b"\0\0" + data for data in records)
