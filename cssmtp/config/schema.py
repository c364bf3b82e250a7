"""The table of statements and parameters: keyword, field, values, grade of the default, refresh.

Grades (cssmtp-config.md 0): V was read in IBM's pages, I is inferred, U could not be confirmed.
Section numbers are those of cssmtp-config.md. The defaults themselves stand in `statements`.
"""

from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from cssmtp.config import statements as s
from cssmtp.config import values as v


class Grade(StrEnum):
    """How sure a default (or a refresh rule) is."""

    V = "V"
    I = "I"  # noqa: E741 - the grade's name
    U = "U"


MEANING = {
    Grade.V: "read in IBM's pages",
    Grade.I: "inferred from IBM's pages",
    Grade.U: "IBM's pages could not confirm it",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a block.

    `grade` is that of the default, `values` that of what is allowed. `derived` describes a default
    that depends on something else.
    """

    keyword: str
    field: str
    kind: v.Kind
    grade: Grade
    refresh: str
    derived: str = ""
    values: Grade = Grade.V


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: simple with a `kind`, or a block with its class and parameters."""

    keyword: str
    field: str
    section: str
    refresh: str
    kind: v.Kind | None = None
    block: type | None = None
    parameters: tuple[Parameter, ...] = ()
    grade: Grade = Grade.V
    derived: str = ""
    values: Grade = Grade.V
    repeatable: bool = False

    def parameter(self, word: str) -> Parameter | None:
        """The parameter of that keyword, in any case."""
        return _PARAMETERS[self.keyword].get(word.lower())


V, I, U = Grade.V, Grade.I, Grade.U  # noqa: E741
YES_V, NO_V, YES_U = "yes [V]", "no [V]", "yes [U]"
_SECONDS = v.whole(30, 1200, "seconds")
_THOUSANDS = v.whole(0, 1_000_000, "thousands of bytes, 0 unlimited")


def _seconds(keyword: str, field: str) -> Parameter:
    return Parameter(keyword, field, _SECONDS, V, YES_U)


def _smf(keyword: str) -> Parameter:
    return Parameter(keyword, keyword.lower(), v.YES_NO, U, YES_V)


_EXTENDED_RETRY = (
    Parameter("Age", "age", v.whole(0, 365, "days, 0 no limit"), V, YES_V, values=U),
    Parameter("Interval", "interval", v.whole(0, 1440, "minutes, 0 off"), V, YES_V, values=U),
    Parameter(
        "MailDirectory",
        "mail_directory",
        v.DIRECTORY,
        I,
        NO_V,
        "/var/cssmtp/<ExtWrtName>/mail/",
        values=I,
    ),
)
_HEADER = (
    Parameter("Date", "date", v.YES_NO, V, YES_V),
    Parameter("UserInfo", "user_info", v.YES_NO, V, YES_V),
)
_OPTIONS = (
    Parameter("NullTrnc", "null_trnc", v.YES_NO, V, YES_U),
    Parameter("TestMode", "test_mode", v.YES_NO, V, NO_V),
    Parameter("DataLineTrunc", "data_line_trunc", v.YES_NO, V, YES_U),
    Parameter("AtSign", "at_sign", v.AT_SIGN, V, YES_U, values=U),
    Parameter("TLSEhlo", "tls_ehlo", v.YES_NO, V, YES_U),
    Parameter("ReplaceSubjectAtSign", "replace_subject_at_sign", v.YES_NO, U, YES_U, values=I),
)
_RETRY_LIMIT = (
    Parameter("Count", "count", v.whole(0, 7200, "tries, 0 no long retry"), V, YES_U, values=U),
    Parameter(
        "Interval", "interval", v.whole(0, 1440, "minutes, 0 no long retry"), V, YES_U, values=U
    ),
)
_SMF119 = tuple(_smf(keyword) for keyword in ("CONFIG", "CONNECT", "MAIL", "SPOOL", "STATS"))
TARGET_PARAMETERS = {kind.value.lower(): kind for kind in s.TargetKind}
_TARGET_SERVER = (
    Parameter("TargetIp", "targets", v.ADDRESS, V, YES_V, "none"),
    Parameter("TargetName", "targets", v.HOST, V, YES_V, "none", values=U),
    Parameter("TargetMx", "targets", v.HOST, V, YES_V, "none", values=U),
    Parameter("ConnectPort", "connect_port", v.whole(1, 65_535, "a TCP port"), U, YES_V, values=U),
    Parameter("ConnectLimit", "connect_limit", v.whole(1, 500, "connections"), U, YES_V, values=U),
    Parameter(
        "MaxMsgSent", "max_msg_sent", v.whole(0, 2**31 - 1, "mails, 0 no limit"), U, YES_V, values=U
    ),
    Parameter("MessageSize", "message_size", v.whole(1, 2**31 - 1, "bytes"), U, YES_V, values=U),
    Parameter("Secure", "secure", v.YES_NO, I, YES_V),
    Parameter("Charset", "charset", v.CHARSET, V, YES_V, values=I),
    Parameter("MBCharset", "mb_charset", v.MB_CHARSET, V, YES_V, "none"),
)
_TIMEOUT = (
    _seconds("InitialMsg", "initial_msg"),
    _seconds("AnyCmd", "any_cmd"),
    _seconds("MAILCmd", "mail_cmd"),
    _seconds("RCPTCmd", "rcpt_cmd"),
    _seconds("DATACmd", "data_cmd"),
    _seconds("DataBlock", "data_block"),
    _seconds("DataTerm", "data_term"),
    _seconds("ConnectRetry", "connect_retry"),
    Parameter(
        "ConnectIdle",
        "connect_idle",
        v.whole(0, 1200, "seconds, 0 close when no mail waits"),
        V,
        YES_U,
        values=U,
    ),
)
_UNDELIVERABLE = (
    Parameter("ReturnToMailFrom", "return_to_mail_from", v.YES_NO, V, YES_U),
    Parameter("DeadLetterAction", "dead_letter_action", v.choice(s.DeadLetterAction), V, YES_U),
    Parameter(
        "DeadLetterDirectory",
        "dead_letter_directory",
        v.DIRECTORY,
        V,
        YES_U,
        "/var/cssmtp/<ExtWrtName>/deadletter/",
    ),
)


def _simple(keyword: str, field: str, section: str, kind: v.Kind, refresh: str) -> Statement:
    return Statement(keyword=keyword, field=field, section=section, kind=kind, refresh=refresh)


def _block(
    keyword: str, field: str, section: str, block: type, parameters: tuple[Parameter, ...]
) -> Statement:
    rules = {parameter.refresh for parameter in parameters}
    refresh = rules.pop() if len(rules) == 1 else "by parameter"
    return Statement(
        keyword=keyword,
        field=field,
        section=section,
        refresh=refresh,
        block=block,
        parameters=parameters,
        repeatable=keyword == "TargetServer",
    )


STATEMENTS: tuple[Statement, ...] = (
    _simple("BadSpoolDisp", "bad_spool_disp", "4.1", v.choice(s.BadSpoolDisp), YES_V),
    _simple(
        "ChkPointSizeLimit", "chk_point_size_limit", "4.2", v.whole(64_000, 512_000, "mails"), NO_V
    ),
    _block("ExtendedRetry", "extended_retry", "4.3", s.ExtendedRetry, _EXTENDED_RETRY),
    Statement(
        keyword="ExtWrtName",
        field="ext_wrt_name",
        section="4.4",
        kind=v.WRITER,
        refresh=NO_V,
        derived="the job name",
    ),
    _block("Header", "header", "4.5", s.Header, _HEADER),
    _simple("JESJobSize", "jes_job_size", "4.6", _THOUSANDS, YES_V),
    _simple("JESMsgSize", "jes_msg_size", "4.7", _THOUSANDS, YES_V),
    _simple(
        "JESSyntaxErrLimit",
        "jes_syntax_err_limit",
        "4.8",
        v.whole(0, 999, "errors, 0 unlimited"),
        YES_V,
    ),
    Statement(
        keyword="LogLevel",
        field="log_level",
        section="4.9",
        kind=v.whole(0, 255, "a sum of bits"),
        refresh=YES_V,
        values=I,
    ),
    Statement(
        keyword="MailAdministrator",
        field="mail_administrators",
        section="4.10",
        kind=v.MAILBOX,
        refresh=YES_V,
        derived="none",
        repeatable=True,
    ),
    _simple("MBCS", "mbcs", "4.11", v.YES_NO, NO_V),
    _block("Options", "options", "4.13", s.Options, _OPTIONS),
    Statement(
        keyword="Report",
        field="report",
        section="4.14",
        kind=v.REPORT,
        refresh=YES_U,
        grade=U,
        values=U,
    ),
    Statement(
        keyword="ReportMailFrom",
        field="report_mail_from",
        section="4.14",
        kind=v.MAILBOX,
        refresh=YES_U,
        grade=U,
        values=I,
        derived="the null sender",
    ),
    _block("RetryLimit", "retry_limit", "4.15", s.RetryLimit, _RETRY_LIMIT),
    _block("SMF119", "smf119", "4.16", s.Smf119, _SMF119),
    _block("TargetServer", "target_servers", "4.17", s.TargetServer, _TARGET_SERVER),
    _block("Timeout", "timeout", "4.18", s.Timeout, _TIMEOUT),
    _simple("Translate", "translate", "4.18", v.EBCDIC, NO_V),
    _block("Undeliverable", "undeliverable", "4.19", s.Undeliverable, _UNDELIVERABLE),
    Statement(
        keyword="UserExit",
        field="user_exit",
        section="4.20",
        kind=v.choice(s.UserExit),
        refresh=YES_U,
        grade=I,
        values=I,
    ),
)

_PARAMETERS = {
    statement.keyword: {p.keyword.lower(): p for p in statement.parameters}
    for statement in STATEMENTS
}
BY_KEYWORD = {statement.keyword.lower(): statement for statement in STATEMENTS}
BLOCKS_OF: dict[str, tuple[str, ...]] = {}
for _statement in STATEMENTS:
    for _parameter in _statement.parameters:
        _word = _parameter.keyword.lower()
        BLOCKS_OF[_word] = (*BLOCKS_OF.get(_word, ()), _statement.keyword)


def default_of(owner: type, field: str) -> Any:
    """The default of a field as `statements` has it; None when it must be coded."""
    for item in fields(owner):
        if item.name == field and item.default is not MISSING:
            return item.default
    return None


def default_text(statement: Statement, parameter: Parameter | None = None) -> str:
    """A default as it would be coded, or in words where it depends on something else."""
    entry = parameter or statement
    if entry.derived:
        return entry.derived
    owner = statement.block if parameter and statement.block else s.Config
    kind = entry.kind
    return kind.show(default_of(owner, entry.field)) if kind else ""
