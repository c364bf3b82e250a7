"""The words of MODIFY and their shortest abbreviations, as a tree (cssmtp-operations.md 2.1).

Upper-case letters of a word are what has to be typed; REFRESH has no abbreviation, and what two
words share is none of either. `table` is all there is to add a command.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Do(Enum):
    """What a command does."""

    DISPLAY_CONFIG = auto()
    DISPLAY_IPLIST = auto()
    DISPLAY_LOGLEVEL = auto()
    DISPLAY_SUMMARY = auto()
    DISPLAY_DETAIL = auto()
    DISPLAY_TASK = auto()
    DISPLAY_TARGETS = auto()
    FLUSH_AGE = auto()
    FLUSH_TASK = auto()
    LOGLEVEL = auto()
    REFRESH = auto()
    REFRESH_IPLIST = auto()
    REFRESH_TARGETS = auto()
    RESUME = auto()
    SUSPEND = auto()
    SUSPEND_DELAY = auto()
    USEREXIT = auto()


class Value(Enum):
    """What a value may be."""

    DAYS = "A NUMBER OF DAYS, 0 TO 365"
    TASK = "THE NUMBER OF A SPOOL TASK"
    LEVEL = "A SUM OF BITS, 0 TO 255"
    ADDRESS = "THE IP ADDRESS OF A TARGET SERVER"
    EXIT = "NONE, VERSION2, VERSION3 OR VERSION4"


@dataclass(frozen=True, slots=True)
class Word:
    """A word. `does` when the command may end here; behind it one of `next`, or, when it is typed
    with `=`, a `value`."""

    word: str
    does: Do | None = None
    next: tuple["Word", ...] = ()
    value: Value | None = None
    help: str = ""

    @property
    def name(self) -> str:
        """In full."""
        return self.word.upper()

    @property
    def shortest(self) -> int:
        """How many characters have to be typed."""
        return sum(letter.isupper() for letter in self.word)

    def is_meant(self, typed: str) -> bool:
        """Whether somebody who typed this meant the word."""
        return len(typed) >= self.shortest and self.name.startswith(typed)


COMMANDS: tuple[Word, ...] = (
    Word("Display", next=(
        Word("CONFig", Do.DISPLAY_CONFIG, help="the configuration in force"),
        Word("IPlist", Do.DISPLAY_IPLIST, help="the addresses of the target servers"),
        Word("LOGlevel", Do.DISPLAY_LOGLEVEL, help="the log level in force"),
        Word("SPoolstatus", Do.DISPLAY_SUMMARY, help="the spool tasks, a line each", next=(
            Word("Summary", Do.DISPLAY_SUMMARY, help="the same"),
            Word("Detail", Do.DISPLAY_DETAIL, help="the spool tasks that are not idle", next=(
                Word("ALL", Do.DISPLAY_DETAIL, help="the same"),
                Word("TKID", Do.DISPLAY_TASK, value=Value.TASK, help="one spool task"),
            )),
        )),
        Word("TARgets", Do.DISPLAY_TARGETS, help="counts, then each target server", next=(
            Word("ADDR", Do.DISPLAY_TARGETS, value=Value.ADDRESS, help="one target server"),
        )),
    )),
    Word("FLUSHRetry", next=(
        Word("AGE", Do.FLUSH_AGE, value=Value.DAYS, help="end the extended retry of old mails"),
        Word("TKID", Do.FLUSH_TASK, value=Value.TASK,
             help="end the long retry of a spool task's mails"),
    )),
    Word("LOGlevel", next=(
        Word("LEVEL", Do.LOGLEVEL, value=Value.LEVEL, help="set the log level"),
    )),
    Word("REFRESH", Do.REFRESH, help="read the configuration file again"),
    Word("REFRESHIPlist", Do.REFRESH_IPLIST, help="look up the names of target servers again"),
    Word("REFRESHTargets", Do.REFRESH_TARGETS, help="look at every target server at once"),
    Word("RESume", Do.RESUME, help="take spool files again"),
    Word("SUSpend", Do.SUSPEND, help="take no new spool files, and stop reading at the next mail",
         next=(
        Word("Immediate", Do.SUSPEND, help="the same"),
        Word("Delay", Do.SUSPEND_DELAY, help="take no new ones, finish those in work"),
    )),
    Word("USERexit", next=(
        Word("LEVEL", Do.USEREXIT, value=Value.EXIT, help="switch the user exit"),
    )),
)  # fmt: skip


def syntaxes() -> list[tuple[str, str]]:
    """Every command in full, abbreviations in capitals, with its help."""
    return [pair for word in COMMANDS for pair in _syntaxes(word, "F name,")]


def _syntaxes(word: Word, before: str) -> list[tuple[str, str]]:
    here = before + word.word + (f"={word.word.lower()}" if word.value else "")
    found = [(here, word.help)] if word.does is not None else []
    return found + [pair for one in word.next for pair in _syntaxes(one, f"{here},")]
