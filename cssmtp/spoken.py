"""What a spool file says, for a user exit to hear: commands as they were written, and text."""

from dataclasses import dataclass

from cssmtp.commands import Verb
from cssmtp.lines import Lines


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command that was accepted, in inspection code."""

    verb: Verb
    record: int
    line: bytes


@dataclass(frozen=True, slots=True)
class TextTaken:
    """Lines `start` to `stop` are text of the mail that is open."""

    lines: Lines
    start: int
    stop: int
