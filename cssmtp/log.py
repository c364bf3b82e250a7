"""CSSMTP's log: levels, lines, and who writes them (cssmtp-operations.md 8). No I/O.

The layout is ours: of IBM's only fragments are known. An entry is one line whatever is in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag

from cssmtp.smtp.tap import Tap


class Level(IntFlag):
    """What LogLevel is the sum of (cssmtp-config.md 4.9)."""

    ERROR = 1
    WARNING = 2
    EVENT = 4
    INFORMATION = 8
    JES = 16
    NETWORK = 32
    DEBUG = 64
    TRACE = 128


WORDS = {
    Level.ERROR: "ERROR", Level.WARNING: "WARN", Level.EVENT: "EVENT", Level.INFORMATION: "INFO",
    Level.JES: "JES", Level.NETWORK: "NET", Level.DEBUG: "DEBUG", Level.TRACE: "TRACE",
}  # fmt: skip
_OF_TYPE = {"E": Level.ERROR, "W": Level.WARNING}  # the last letter of a message's id


@dataclass(frozen=True, slots=True)
class Log:
    """Where entries go. `put` takes a line without its end, `level` says what is wanted now, `job`
    is the CSSMTP's name, `process` its number."""

    put: Callable[[str], None]
    level: Callable[[], int]
    now: Callable[[], datetime]
    job: str
    process: int

    def has(self, level: Level) -> bool:
        """Whether entries of a level are wanted."""
        return bool(self.level() & level)

    def say(
        self, level: Level, function: str, text: str, *, task: str = "-", mail: int = 0
    ) -> None:
        """An entry, if its level is wanted. `task` is the spool file's, `mail` its ordinal."""
        if self.level() & level:
            stamp = self.now().strftime("%Y-%m-%d %H:%M:%S.%f")
            number = mail or "-"
            who = f"{self.job}[{self.process}] {WORDS[level]}"
            self.put(f"{stamp} {who} {task} {number} {function}: {one_line(text)}")

    def tap(self, target: str) -> Tap | None:
        """What hears a new connection to a target; None while nobody wants to know."""
        if not self.has(Level.NETWORK):
            return None
        return Tap(lambda line: self.say(Level.NETWORK, "mlNet", f"{target} {line}"))

    def message(self, line: str) -> None:
        """What is on the console is in the log too, by the letter of its id."""
        letter = line.partition(" ")[0][-1:]
        self.say(_OF_TYPE.get(letter, Level.EVENT), "mlConsole", line)


def one_line(text: str) -> str:
    """A text that ends no line and does nothing to a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else "." for c in text)
