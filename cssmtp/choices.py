"""Points that IBM's pages leave open, each a named setting with the recommended default.

The names are those of spool-mail.md 14, plus our own of blueprint §8; the page of departures
(`docs/reference/departures.md`) lists them.
"""

from dataclasses import dataclass
from enum import StrEnum


class MailParameters(StrEnum):
    """What stands behind the path of MAIL FROM (spool-mail.md 2.1)."""

    REJECT = "reject"  # 501, too many arguments
    IGNORE = "ignore"  # taken away


class LeadingBlanks(StrEnum):
    """Blanks before a verb (spool-mail.md 2.2)."""

    ERROR = "error"  # 500, an unknown command
    IGNORE = "ignore"


class BlankAfterColon(StrEnum):
    """A blank beside the colon of MAIL FROM: and RCPT TO: (spool-mail.md 2.2)."""

    ACCEPT = "accept"
    NOTICE = "notice"
    REJECT = "reject"  # 501, character not allowed


class SyntaxErrorLimit(StrEnum):
    """Which error stops a file: JESSyntaxErrLimit itself, or the first above it (3)."""

    ABOVE = "above"
    AT = "at"


class GraphicRule(StrEnum):
    """A byte below X'40' in text, other than tab, X'15', X'0D' and X'25' (spool-mail.md 4.4)."""

    REJECT = "reject"  # the mail is undeliverable
    WARN = "warn"  # the byte leaves as SUB, with a notice


class BareCrlf(StrEnum):
    """X'0D' and X'25' in text (spool-mail.md 4.3). No choice lets them forge the end of a mail."""

    REJECT = "reject"  # the mail is undeliverable
    STRIP = "strip"  # taken away, with a notice
    PASS = "pass"  # sent as CR and LF, with a notice


class MissingDot(StrEnum):
    """The file ends inside a mail's text (spool-mail.md 5.4)."""

    ACCEPT = "accept"  # the mail is complete, with a notice
    REJECT = "reject"  # 503, the mail is undeliverable


class AfterQuit(StrEnum):
    """Records behind QUIT (spool-mail.md 3). None of them is read."""

    IGNORE = "ignore"
    WARN = "warn"
    ERROR = "error"  # 503 once, counted


class CarriageControl(StrEnum):
    """The first byte of a record whose RECFM says A or M (spool-mail.md 7)."""

    STRIP = "strip"
    KEEP = "keep"


class MessageIdStyle(StrEnum):
    """Where the unique data of a Message-ID stand (spool-mail.md 5.2)."""

    LEFT = "left"  # left of the at-sign
    CLASSIC = "classic"  # behind the host's domain, as before APAR PH49652


class Copies(StrEnum):
    """COPIES= of a spool file (spool-mail.md 13, E20)."""

    IGNORE = "ignore"
    REPEAT = "repeat"  # the file is mailed as often


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How this CSSMTP behaves where the manuals are silent."""

    pipelining: bool = True  # off: one command, one reply (RFC 5321), as IBM's pages imply
    mail_from_params: MailParameters = MailParameters.REJECT
    lf_is_separator: bool = True  # X'25' inside a command; with APAR PH24561
    leading_blanks: LeadingBlanks = LeadingBlanks.ERROR
    blank_after_colon: BlankAfterColon = BlankAfterColon.NOTICE
    syntax_error_limit: SyntaxErrorLimit = SyntaxErrorLimit.ABOVE
    graphic_rule: GraphicRule = GraphicRule.REJECT
    bare_crlf: BareCrlf = BareCrlf.REJECT
    join_rule: bool = True  # 80 bytes and X'4C' or X'15' at the end; spool-mail.md 4.5
    missing_dot: MissingDot = MissingDot.ACCEPT
    after_quit: AfterQuit = AfterQuit.WARN
    carriage_control: CarriageControl = CarriageControl.STRIP
    message_id_style: MessageIdStyle = MessageIdStyle.LEFT
    mbcs_reset_per_record: bool = True  # a record begins in single bytes; spool-mail.md 9.4
    copies: Copies = Copies.IGNORE


DEFAULT = Choices()
