"""What a program that a step runs sees of its step: PARM, DDs, and how to abend (jes2.md 5.7).

A program is a function: `program(step) -> return code`. Records are EBCDIC bytes; text becomes
records through `step.page`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from jes import messages
from jes.codepages import CodePage
from jes.job import Dcb
from jes.records import Block, Recfm, split

_ABEND = re.compile(r"S[0-9A-F]{3}|U[0-9]{4}")
PROGRAM_CHECK = "U4095"  # ours: a program of this system raised what it should not


class Abend(Exception):
    """Ends a step abnormally with a system or user code (`S013`, `U0016`); `line` says why."""

    def __init__(self, code: str, reason: int = 0, line: str = "") -> None:
        super().__init__(f"{code} {line}".rstrip())
        self.code = code if _ABEND.fullmatch(code) else PROGRAM_CHECK
        self.reason = reason & 0xFFFFFFFF
        self.line = line


class DdMissing(Abend):
    """The step does not have the DD that was asked for; S013 unless the program knows better."""

    def __init__(self, ddname: str) -> None:
        super().__init__("S013", 0, messages.NO_DD.line(ddname=ddname))


class DcbConflict(Abend):
    """Records of different formats where one is needed; S013 unless the program knows better."""

    def __init__(self, ddname: str, reason: str) -> None:
        super().__init__("S013", 0, messages.DCB_CONFLICT.line(ddname=ddname, reason=reason))


@dataclass(frozen=True, slots=True)
class Input:
    """An open input: its records' format, and the records, which can be read once."""

    recfm: Recfm
    lrecl: int
    blocks: Iterator[Block]

    def records(self) -> Iterator[bytes]:
        """The records one by one; to copy, pass the blocks on instead."""
        for block in self.blocks:
            yield from split(block.data, self.recfm, self.lrecl)


class Output(Protocol):
    """An open output. What a program leaves open is closed at the end of the step."""

    @property
    def recfm(self) -> Recfm:
        """The format of the records written."""

    @property
    def lrecl(self) -> int:
        """Their (greatest) length; counts the RDW of variable records."""

    def write(self, records: Iterable[bytes]) -> None:
        """Add records; short fixed ones are padded with blanks. A record too long is an abend."""

    def write_blocks(self, blocks: Iterable[Block]) -> None:
        """Add whole blocks in this output's own format, as they are."""

    def close(self) -> None:
        """Close; a spin data set becomes available to writers now (jes2.md 1.4)."""


class StepContext(Protocol):
    """The step that a program runs in."""

    @property
    def parm(self) -> str:
        """PARM= of the EXEC statement."""

    @property
    def page(self) -> CodePage:
        """The system's code page."""

    def has(self, ddname: str) -> bool:
        """Whether the step has this DD."""

    def dcb(self, ddname: str) -> Dcb:
        """What the DD and the data set's label say about its records. Raises `DdMissing`."""

    def read(self, ddname: str) -> Input:
        """Open the DD, concatenations in order. Raises `DdMissing`, `DcbConflict`, `Abend`."""

    def open_output(self, ddname: str, recfm: Recfm, lrecl: int) -> Output:
        """Open the DD to write records of this format. Raises `DdMissing`, `Abend`."""

    def say(self, line: str) -> None:
        """Put a line into the job log (WTO)."""

    def explain(self, line: str) -> None:
        """Say why the step fails, for whoever submitted the job: an id, a blank, a sentence."""


Program = Callable[[StepContext], int]
