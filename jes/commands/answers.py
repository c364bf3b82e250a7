"""The layout of answers (jes2.md 3.2): a label line, then keywords in columns, broken after commas.

Real answers break before column 71, so a line has 70 characters at most; a job id may stand in
front of the first one, as consoles show it.
"""

import re
from collections.abc import Iterable, Iterator

from jes.messages import Message
from jes.names import JobId

WIDTH = 70
_PIECE = re.compile(r"[^,]*,|[^,]+")
# where the keywords begin: behind the widest object of its kind and two blanks
JOB_COLUMN, OUTPUT_COLUMN, VOLUME_COLUMN, INIT_COLUMN = 15, 18, 16, 10

NOT_FOUND = (52, ("NO SELECTABLE ENTRIES FOUND", "MATCHING SPECIFICATION"))
EXCESSIVE = (
    57,
    ("DISPLAY TERMINATED DUE", "TO EXCESSIVE OUTPUT (AS DEFINED BY", "CONDEF DISPMAX)"),
)


def shown(
    message: Message,
    name: str,
    keywords: Iterable[tuple[str, str]],
    column: int = 0,
    jobid: JobId | None = None,
) -> list[str]:
    """An object and its keywords; `column` is at least two blanks behind its name."""
    head = f"{message.id} {name:<{max(column, len(name) + 2)}}"
    again = f"{message.id:<{len(head)}}"
    text = ",".join(f"{keyword}={value}" for keyword, value in keywords)
    data = [
        (again if number else head) + line
        for number, line in enumerate(_packed(text, WIDTH - len(head)))
    ]
    return [prefixed(f"{message.id} {name}", jobid), *data]


def prefixed(line: str, jobid: JobId | None) -> str:
    """A line as a console shows it that names the job a message is about."""
    return line if jobid is None else f"{jobid:<8}  {line}"


def result(
    message: Message, verb: str, name: str, reason: tuple[int, tuple[str, ...]]
) -> list[str]:
    """`$HASP003`: why a command found nothing, or not all."""
    rc, (first, *others) = reason
    head = f"{message.id} RC=({rc:02d}),{verb} "
    tail = f"  - {first}"
    first_line = f"{head}{name[: WIDTH - len(head) - len(tail)]}{tail}"
    return [first_line, *(f"{message.id:<{len(head)}}{other}" for other in others)]


def cleaned(lines: Iterable[str]) -> list[str]:
    """Lines without anything that a terminal or a log could take for more than text."""
    return ["".join(c if c.isprintable() else "." for c in line) for line in lines]


def _packed(text: str, room: int) -> Iterator[str]:
    """Lines of at most `room` characters, broken after commas where there is one."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and len(line) + len(piece) > room:
            yield line
            line = ""
        line += piece
        while len(line) > room:
            yield line[:room]
            line = line[room:]
    if line:
        yield line
