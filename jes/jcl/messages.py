"""Faults and warnings of the JCL reader and converter.

IBM's ids stand where jes2.md 5.7 marks them as seen: IEFC662I only. The others that it lists for
JCL errors (IEFC605I, IEFC621I, IEFC629I, IEFC630I) carry no mark of their own, so those faults
have ids of ours. An id that ends in W is a warning: the job runs.
"""

import difflib
import sys
from collections.abc import Iterable
from itertools import islice

from jes.job import Fault
from jes.messages import Message

# --- cards -------------------------------------------------------------------------------------
LABEL = Message("IEFC662I", "INVALID LABEL: found {found}, expected {expected}")
NO_JOB = Message("JML100E", "no JOB statement: found {found}, expected //name JOB as first card")
OPERATION = Message("JML101E", "found operation {found}, expected {expected}{hint}")
NO_OPERATION = Message("JML102E", "found a name field only, expected an operation after {found}")
NO_CONTINUATION = Message(
    "JML103E",
    "the parameters end with a comma: found {found}, expected their continuation on a card "
    "with // and a blank, from column 4-16{hint}",
)
LATE = Message("JML104E", "continued parameters: found text in column {column}, expected 4-16")
OPEN_STRING = Message(
    "JML105E",
    "an apostrophe is not closed: found {found}, expected its string to run through column 71 and "
    "to go on in column 16 of the next card",
)
STRING_COLUMN = Message(
    "JML106E", "continued string: found text in column {column}, expected it in column 16"
)
LOWER_CASE = Message("JML107E", "found lower case {found}, expected upper case outside apostrophes")
TOO_WIDE = Message("JML108E", "found {width} columns, expected at most 80 on line {line}")
NOT_IN_PAGE = Message(
    "JML109E",
    "line {line}, column {column}: found character {found}, expected one of code page {page}",
)
MORE_BAD_LINES = Message("JML110E", "{count} more lines have such faults")
DLM = Message(
    "JML111E", "DLM: found {found}, expected 2-18 characters, special ones in apostrophes"
)

# --- parameters --------------------------------------------------------------------------------
SYNTAX = Message("JML120E", "parameters: found {found}, expected {expected}")
KEYWORD = Message("JML121E", "{operation}: found keyword {found}=, expected one that it has{hint}")
TWICE = Message("JML122E", "found {found}= twice, expected it once")
VALUE = Message("JML123E", "{keyword}: found {found}, expected {expected}{hint}")
SURPLUS = Message("JML124E", "{operation}: found positional parameter {found}, expected {expected}")
CONFLICT = Message("JML125E", "found {found}, expected only one of them on a DD statement")
SYMBOL = Message(
    "JML126E", "found symbol &{found} undefined, expected a SET or a system symbol{hint}"
)
SYMBOL_LENGTH = Message(
    "JML127E", "symbol {found}: found {length} characters, expected at most 255"
)
MISSING = Message("JML128E", "{operation}: found no {found}, expected {expected}")

# --- order and references ----------------------------------------------------------------------
MISPLACED = Message("JML140E", "found {found} {where}, expected {expected}")
NO_STEPS = Message("JML141E", "found no EXEC statement, expected at least one step")
TOO_MANY = Message("JML142E", "found more than {limit} {what}, expected at most {limit}")
REFERENCE = Message("JML143E", "{keyword}: found no {what} {found} before this card{hint}")
UNCLOSED_IF = Message("JML144E", "IF: found no ENDIF before the end of the job, expected one")
IF_SYNTAX = Message("JML145E", "IF expression: found {found}, expected {expected}")

# --- not supported -----------------------------------------------------------------------------
NO_PROCEDURES = Message(
    "JML160E", "found {found}: procedures are not supported yet, expected EXEC PGM= in the job"
)
NO_INTRDR = Message(
    "JML161E",
    "found SYSOUT=(…,INTRDR): submitting through the internal reader from a step is not "
    "supported yet, expected another writer name",
)
NOT_SUPPORTED = Message("JML162E", "found {found}: not supported yet{hint}")

# --- warnings ----------------------------------------------------------------------------------
GENERATED = Message(
    "JML180W", "data without a DD statement: //SYSIN DD * was generated for {count} cards from here"
)
RUNS_ON = Message("JML181W", "text runs past column 71: columns 72-80 are not read")
IGNORED = Message("JML182W", "{found} is accepted and has no effect{hint}")
MAIL_KEYWORD = Message(
    "JML183W",
    "{found}= is for Infoprint Server: it is kept with the output, CSSMTP does not send mail by it",
)
SKIPPED = Message("JML184W", "{count} cards after the null statement were skipped")
NO_DELIMITER = Message("JML185W", "found the end of the file, expected the delimiter {found}")
LITERAL_SYMBOL = Message("JML186W", "symbol &{found} is not defined and stays as it is in PARM")
DUPLICATE_DD = Message("JML187W", "DD {found} stands twice in this step: programs use the first")
UNKNOWN_STEP = Message("JML188W", "IF: found step {found}, expected one before it{hint}")
JECL = Message("JML189W", "JES2 control statement {found} is ignored{hint}")
NO_COPIES = Message(
    "JML191W", "{keyword}=0: the data set is not printed, mailed or kept; JES2 wants 1-255 here"
)
AFTER_DELIMITER = Message("JML190W", "{found} ended the in-stream data; the rest of it is not read")


MAX_HINTS = 50


class Findings:
    """Faults and warnings gathered on the way, in the order they were found."""

    def __init__(self) -> None:
        """Nothing found yet."""
        self.all: list[Fault] = []
        self._hints = MAX_HINTS

    def add(self, message: Message, line: int | None, /, **fields: object) -> None:
        """One more, on `line` of the submitted file."""
        self.all.append(found(message, line, **fields))

    def hint(self, word: str, choices: Iterable[str]) -> str:
        """A near miss, as the end of a message; only so many a job, since looking takes time."""
        self._hints -= 1
        if self._hints < 0:
            return ""
        near = difflib.get_close_matches(
            word[:40].upper(), sorted(islice(choices, 500)), n=1, cutoff=0.6
        )
        return f"; did you mean {near[0]}?" if near else ""

    def of_job(self, first: int) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
        """Faults and warnings by card, for a job that begins on line `first`."""
        placed = sorted(self.all, key=lambda fault: fault.card or sys.maxsize)
        numbered = [
            Fault(f.id, f.text, f.card, None if f.card is None else max(f.card - first + 1, 1))
            for f in placed
        ]
        return (
            tuple(f for f in numbered if not f.id.endswith("W")),
            tuple(f for f in numbered if f.id.endswith("W")),
        )


def found(message: Message, line: int | None, /, **fields: object) -> Fault:
    """A fault on a line of the file; the card of the job is filled in later."""
    return Fault(message.id, message.text(**fields), line)


def show(text: str, limit: int = 40) -> str:
    """`text` as a message quotes it: cut off, with periods for what does not print."""
    text = text.rstrip(" ")
    shown = "".join(c if c.isprintable() else "." for c in text[: limit + 1])
    return f"'{shown[:limit]}…'" if len(shown) > limit else f"'{shown}'"
