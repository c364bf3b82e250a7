"""The numbered rules of what breaks between SMTPD and CSSMTP (smtpd-migration.md 5).

Those that a spool file can show, with both configurations; the rest need a target server or a site.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a break is."""

    FATAL = "F"  # mail is lost or never leaves
    ERROR = "E"  # mail is refused or visibly damaged
    WARNING = "W"  # it differs, or silent damage is possible
    INFORMATION = "I"


class Sureness(StrEnum):
    """How well the two sides are documented (smtpd-migration.md 7.2)."""

    DOCUMENTED = "documented"
    ONE_SIDED = "one-sided"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what shows it, and what to do."""

    id: str
    severity: Severity
    sureness: Sureness
    title: str
    remedy: str


F, E, W, I = (  # noqa: E741 the reference's letters
    Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION,
)  # fmt: skip
BOTH, ONE, NONE = Sureness.DOCUMENTED, Sureness.ONE_SIDED, Sureness.ASSUMED

_TABLE = (
    Rule("CMD-01", E, BOTH, "HELP, NOOP, EXPN, VRFY or QUEU", "delete the command"),
    Rule("CMD-02", E, ONE, "VERB", "delete it; read the error report or SMF"),
    Rule("CMD-03", E, ONE, "TICK", "delete it; use a subject or an X- header"),
    Rule("CMD-04", I, ONE, "EHLO or STARTTLS", "none"),
    Rule("CMD-05", F, ONE, "words behind HELO's name", "one argument; number no columns 73-80"),
    Rule("CMD-06", F, ONE, "words behind DATA", "number no columns 73-80"),
    Rule("CMD-07", F, ONE, "an address without < and >", "add them"),
    Rule("CMD-08", E, NONE, "words behind the path of MAIL or RCPT", "remove them"),
    Rule("CMD-09", E, ONE, "X'25' behind a command", "apply PH24561, or end commands otherwise"),
    Rule("CMD-10", E, ONE, "a command filled up with NULs", "Options NullTrnc Yes"),
    Rule("CMD-11", F, ONE, "more errors than JESSyntaxErrLimit", "split the file, or raise it"),
    Rule("CMD-12", E, ONE, "more than 2000 recipients", "split the mail"),
    Rule("RCP-01", F, BOTH, "a recipient that is a local user", "write a full address"),
    Rule("RCP-02", F, ONE, "a recipient that is an NJE user", "write a full address"),
    Rule("RCP-03", E, NONE, "a source route", "write a plain address"),
    Rule("RCP-04", F, ONE, "a recipient at a host name of this system", "change the address or MX"),
    Rule("RCP-05", E, ONE, "an address literal", "write a name"),
    Rule("SND-01", F, ONE, "a sender that is a TSO or NJE user", "write a real mailbox"),
    Rule("SND-02", E, BOTH, "short or NJE names in the header", "write full addresses"),
    Rule("SND-03", W, ONE, "the null sender", "give a sender"),
    Rule("SEL-01", F, BOTH, "a writer that CSSMTP does not select by", "ExtWrtName or the JCL"),
    Rule("SEL-03", F, ONE, "a destination that CSSMTP does not select by", "ExtWrtName, DESTID"),
    Rule("SEL-05", W, ONE, "held output", "another class, or no HOLD"),
    Rule("SEL-07", W, NONE, "a file without any command", "move WRITER to one OUTPUT statement"),
    Rule("FMT-01", W, ONE, "a joining byte in byte 80 of a record", "LRECL other than 80"),
    Rule("FMT-02", F, BOTH, "a joining byte in the last record", "LRECL other than 80"),
    Rule("FMT-03", E, BOTH, "a text line above 998", "wrap or encode it"),
    Rule("FMT-04", E, ONE, "a command above 510", "shorten it"),
    Rule("FMT-05", E, ONE, "bytes below X'40' in text", "clean the data"),
    Rule("FMT-06", W, NONE, "carriage control", "RECFM without A or M, and no control byte"),
    Rule("FMT-07", E, NONE, "an indented header", "begin it in column 1"),
    Rule("FMT-08", W, BOTH, "a single leading period", "double it"),
    Rule("FMT-09", W, NONE, "no period behind the text", "add it"),
    Rule("FMT-10", I, BOTH, "NETDATA", "none"),
    Rule("FMT-12", I, ONE, "trailing blanks that mean something", "encode them as =20"),
    Rule("CP-01", E, ONE, "other characters than SMTPD's table gives", "Translate and Charset"),
    Rule("CP-03", F, ONE, "an at-sign that CSSMTP reads as something else", "Options AtSign"),
    Rule("CP-06", W, ONE, "a declared charset that mail does not leave in", "the label"),
    Rule("ERR-01", W, ONE, "errors, of which SMTPD tells the sender", "Report, MailAdministrator"),
    Rule("ERR-04", E, ONE, "errors beside good mail: a release sends it twice",
         "correct and resubmit only what was bad"),
    Rule("ROU-01", F, NONE, "a recipient of MAILER", "a relay"),
)  # fmt: skip
RULES = {rule.id: rule for rule in _TABLE}
SELECTED = frozenset({"SEL-01", "SEL-03"})  # CSSMTP does not select the file


@dataclass(frozen=True, slots=True)
class Break:
    """A rule that a file breaks, at a record (0 is the file as a whole)."""

    rule: Rule
    record: int
    text: str = ""
