"""What is found in a configuration file: severities, findings and their catalogue of texts.

Only EZD1841I is IBM's id (cssmtp-config.md 6), with wording of our own; all others are our own,
JML240-JML279.
"""

from dataclasses import dataclass
from enum import StrEnum

from jes.messages import Message

SHOWN = 48  # how much of a word from the file a finding repeats


class Severity(StrEnum):
    """An error refuses the file; a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_BY_LETTER = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.NOTE}
_BY_ID = {"EZD1841I": Severity.WARNING}  # 5.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong or worth knowing; `line` counts from 1, None is the file as a whole."""

    severity: Severity
    line: int | None
    statement: str | None
    text: str
    id: str

    def __str__(self) -> str:
        """Place, severity, id and text on one line."""
        where = f"line {self.line}" if self.line is not None else "file"
        what = f"{self.statement}: " if self.statement else ""
        return f"{where}: {self.severity}: {self.id} {what}{self.text}"


def found(
    message: Message,
    line: int | None,
    statement: str | None,
    /,
    **fields: object,
) -> Finding:
    """A finding of `message`; its severity is that of the id's last letter (or the table's)."""
    return Finding(
        severity=_BY_ID.get(message.id) or _BY_LETTER[message.id[-1]],
        line=line,
        statement=statement,
        text=message.text(**fields),
        id=message.id,
    )


def shown(word: str) -> str:
    """A word of the file, quoted, cut and free of control characters."""
    return repr(word if len(word) <= SHOWN else word[: SHOWN - 3] + "...")


# --- lines (2) --------------------------------------------------------------------------------
LINE_TOO_LONG = Message("JML241E", "the line has {length} characters, at most {limit} are read")
BAD_CHARACTER = Message("JML242E", "character {char} is not allowed in a configuration file")

# --- statements (2) ---------------------------------------------------------------------------
UNKNOWN_STATEMENT = Message("JML243E", "{word} is not a statement{hint}")
UNKNOWN_STATEMENT_W = Message("JML243W", "{word} is not a statement{hint}; it is ignored")
UNKNOWN_PARAMETER = Message("JML244E", "{word} is not one of its parameters{hint}")
UNKNOWN_PARAMETER_W = Message("JML244W", "{word} is not one of its parameters{hint}; ignored")
NO_VALUE = Message("JML245E", "a value is missing; expected {rule}")
EXTRA_WORDS = Message("JML246E", "{word} is one word too many: a value is a single word")
SEMICOLON = Message("JML247E", "a semicolon begins no comment; comments begin with #")
BAD_VALUE = Message("JML248E", "{word} is not allowed; expected {rule}")
REPEATED = Message("JML249W", "coded again; line {line} is replaced by this one")

# --- braces (2) -------------------------------------------------------------------------------
BRACE_LINE = Message("JML250E", "{brace} must stand on a line of its own")
NO_OPENING = Message("JML251E", "a line with {{ alone must follow the keyword")
NO_CLOSING = Message("JML252E", "the block that begins here is not closed by a line with }} alone")
STRAY_OPENING = Message("JML253E", "{{ does not follow the keyword of a block")
STRAY_CLOSING = Message("JML254E", "}} closes no block")
BLOCK_VALUE = Message(
    "JML255E", "{word} stands where only the keyword may: parameters go in braces"
)
PARAMETER_OUTSIDE = Message(
    "JML256E", "{word} is a parameter of {blocks} and must stand in its braces"
)

# --- between statements (5.2) -----------------------------------------------------------------
NO_TARGET = Message("JML260E", "no TargetServer with a TargetIp, TargetName or TargetMx is left")
EMPTY_TARGET = Message("JML261W", "holds no TargetIp, TargetName or TargetMx and is ignored")
SECOND_MX = Message("JML262E", "only one TargetMx may be in the file; the first is on line {line}")
MX_NOT_ALONE = Message("JML263E", "TargetMx cannot be mixed with TargetIp or TargetName")
TOO_MANY_TARGETS = Message(
    "JML264W", "{word} is target number {number}; only the first {limit} count"
)
SAME_TARGET = Message("JML265W", "{word} is the same target as on line {line} and is ignored")
TOO_MANY_ADMINS = Message("JML266W", "only the first {limit} administrators are used")
SAME_ADMIN = Message("JML267W", "{word} is the same as on line {line} and is ignored")
SIZES = Message("JML268E", "JESMsgSize {message} is larger than JESJobSize {job}")
RETRY_TOO_LONG = Message(
    "JML269E", "Count {count} x Interval {interval} is {total} minutes; at most {limit} are allowed"
)
NO_MB_CHARSET = Message("JML270E", "MBCS Yes needs MBCharset in every TargetServer")
TRANSLATE_NOT_MULTI = Message("JML271E", "MBCS Yes needs a multi-byte code page, not {page}")
TRANSLATE_NOT_SINGLE = Message("JML272E", "{page} is multi-byte, which needs MBCS Yes")
MB_CHARSET_IGNORED = Message("JML273I", "MBCharset is ignored while MBCS is No")
NO_ADMIN = Message("JML274W", "Report Admin without a MailAdministrator: no report is made")
BAD_JOBNAME = Message(
    "JML275E", "ExtWrtName is not coded, and the job name {word} cannot serve as writer name"
)
BAD_MB_CHARSET = Message("JML276E", "mail cannot leave in {name}: {hint}")
TEST_MODE = Message("EZD1841I", "TestMode YES without a usable Report destination")
