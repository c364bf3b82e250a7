"""The statements of CSSMTP's configuration file as frozen values, with their defaults.

Defaults stand here and nowhere else; how sure each one is stands in `schema`. A block of the file
is a dataclass, a simple statement a field of `Config`. Sources: cssmtp-config.md 4 and 8.
"""

from dataclasses import dataclass
from enum import StrEnum

from jes.names import SysoutClass, WriterName

MAX_TARGETS = 4  # TargetIp and TargetName of the whole file (4.17)
MAX_ADMINISTRATORS = 4  # 4.10
MAX_RETRY_MINUTES = 7200  # Count x Interval, five days (4.15)


class BadSpoolDisp(StrEnum):
    """What becomes of a bad spool file (4.1)."""

    HOLD = "Hold"
    DELETE = "Delete"


class ReportTo(StrEnum):
    """Where the error report of a spool file goes (4.14)."""

    NONE = "None"
    ADMIN = "Admin"
    SYSOUT = "Sysout"


class UserExit(StrEnum):
    """Which exit inspects outbound mail (4.20)."""

    NONE = "None"
    VERSION2 = "Version2"
    VERSION3 = "Version3"
    VERSION4 = "Version4"


class DeadLetterAction(StrEnum):
    """What becomes of a dead letter (4.19)."""

    STORE = "Store"
    DELETE = "Delete"


class TargetKind(StrEnum):
    """How a target server is named (4.17)."""

    IP = "TargetIp"
    NAME = "TargetName"
    MX = "TargetMx"


@dataclass(frozen=True, slots=True)
class Target:
    """One TargetIp, TargetName or TargetMx; an address is in its canonical spelling."""

    kind: TargetKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetServer:
    """A TargetServer block: targets that share the block's attributes (4.17).

    `max_msg_sent` 0 is no limit; `message_size` is in bytes and counts only for a target without
    SIZE; `mb_charset` None is not coded.
    """

    targets: tuple[Target, ...]
    connect_port: int = 25
    connect_limit: int = 5
    max_msg_sent: int = 0
    message_size: int = 524_288
    secure: bool = False
    charset: str = "ISO8859-1"
    mb_charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedRetry:
    """The ExtendedRetry block; absent is inactive (4.3). Age in days, 0 endless; interval in
    minutes, 0 off."""

    age: int = 5
    interval: int = 30
    mail_directory: str | None = None

    def directory(self, writer: WriterName) -> str:
        """MailDirectory, or its default, which contains the writer name."""
        return self.mail_directory or f"/var/cssmtp/{writer}/mail/"


@dataclass(frozen=True, slots=True)
class Header:
    """The Header block (4.5)."""

    date: bool = True
    user_info: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The Options block (4.13)."""

    null_trnc: bool = False
    test_mode: bool = False
    data_line_trunc: bool = False
    at_sign: str = "@"
    tls_ehlo: bool = False
    replace_subject_at_sign: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """The Report statement; `sysout_class` None is MSGCLASS of the CSSMTP job (4.14)."""

    to: ReportTo = ReportTo.NONE
    sysout_class: SysoutClass | None = None


@dataclass(frozen=True, slots=True)
class RetryLimit:
    """The RetryLimit block: long retry; `interval` in minutes (4.15)."""

    count: int = 5
    interval: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Smf119:
    """The SMF119 block: which records are written to the SMF data sets (4.16)."""

    config: bool = False
    connect: bool = False
    mail: bool = False
    spool: bool = False
    stats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """The Timeout block, in seconds (4.18). `connect_idle` 0 closes when no mail waits."""

    initial_msg: int = 300
    any_cmd: int = 300
    mail_cmd: int = 300
    rcpt_cmd: int = 300
    data_cmd: int = 120
    data_block: int = 180
    data_term: int = 600
    connect_retry: int = 120
    connect_idle: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """The Undeliverable block (4.19)."""

    return_to_mail_from: bool = True
    dead_letter_action: DeadLetterAction = DeadLetterAction.STORE
    dead_letter_directory: str | None = None

    def directory(self, writer: WriterName) -> str:
        """DeadLetterDirectory, or its default, which contains the writer name."""
        return self.dead_letter_directory or f"/var/cssmtp/{writer}/deadletter/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration. Sizes are in thousands (1000) of bytes, 0 is unlimited.

    `report_mail_from` None is the null sender. Code that needs one statement takes that statement,
    not the `Config`.
    """

    ext_wrt_name: WriterName
    target_servers: tuple[TargetServer, ...]
    bad_spool_disp: BadSpoolDisp = BadSpoolDisp.HOLD
    chk_point_size_limit: int = 64_000
    extended_retry: ExtendedRetry | None = None
    header: Header = Header()
    jes_job_size: int = 0
    jes_msg_size: int = 0
    jes_syntax_err_limit: int = 5
    log_level: int = 7
    mail_administrators: tuple[str, ...] = ()
    mbcs: bool = False
    options: Options = Options()
    report: Report = Report()
    report_mail_from: str | None = None
    retry_limit: RetryLimit = RetryLimit()
    smf119: Smf119 = Smf119()
    timeout: Timeout = Timeout()
    translate: str = "IBM-1047"
    undeliverable: Undeliverable = Undeliverable()
    user_exit: UserExit = UserExit.NONE
