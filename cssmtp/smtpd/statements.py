"""SMTP.CONFIG as frozen values: one field a statement, with its default (smtpd-migration.md 2).

How sure each default is stands in `schema`. None is a statement that is not coded and has no
default.
"""

from dataclasses import dataclass
from enum import IntFlag, StrEnum


class Format(StrEnum):
    """How mail for local and NJE users lies on the spool."""

    NETDATA = "NETDATA"
    PUNCH = "PUNCH"


class Barred(StrEnum):
    """What becomes of mail from a user whom RESTRICT names."""

    RETURN = "RETURN"
    PURGE = "PURGE"
    TRANSFERTO = "TRANSFERTO"


class Disallowed(IntFlag):
    """The bits of DISALLOWCMD; IBM's page prints that of VERB as 2 (spool-mail.md 2)."""

    NONE = 0
    VERB = 1
    QUEU = 2
    HELP = 4
    VRFY = 8
    EXPN = 16


class Dbcs(StrEnum):
    """The double-byte conversions of the DBCS statement."""

    JIS78KJ_ASCII = "JIS78KJ ASCII"
    JIS78KJ_JISROMAN = "JIS78KJ JISROMAN"
    JIS83KJ_ASCII = "JIS83KJ ASCII"
    JIS83KJ_JISROMAN = "JIS83KJ JISROMAN"
    BIG5 = "BIG5"
    EUCKANJI = "EUCKANJI"
    HANGEUL = "HANGEUL"
    IBMKANJI = "IBMKANJI"
    KSC5601 = "KSC5601"
    SCHINESE = "SCHINESE"
    SJISKANJI = "SJISKANJI"
    TCHINESE = "TCHINESE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """MAILER: the address space that takes chosen mail. All that it takes by default is assumed."""

    user: str
    format: Format = Format.NETDATA
    local: bool = False
    rscs: bool = False
    unknown: bool = False
    source_routes: bool = False


@dataclass(frozen=True, slots=True)
class IpMailerName:
    """IPMAILERNAME; `all` takes even what SMTPD could resolve."""

    host: str
    all: bool = False


@dataclass(frozen=True, slots=True)
class Restrict:
    """RESTRICT … ENDRESTRICT: users in capitals, `USER` or `USER@NODE`."""

    action: Barred
    to: str | None = None
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """REWRITE822HEADER."""

    on: bool = True
    print: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpdConfig:
    """A whole SMTP.CONFIG. Times have the unit of the statement: see `schema`."""

    alt_nje_domain: str | None = None
    alt_tcp_host_name: str | None = None
    at_sign: str = "@"
    bad_spool_file_id: str = "TCPMAINT"
    check_spool_size: bool = False
    dbcs: Dbcs | None = None
    debug: bool = False
    delete_bad_spool_file: bool = False
    disallow_cmd: Disallowed = Disallowed.NONE
    exit_direction: bool = False
    finish_open: int = 120
    gateway: bool = False
    inactive: int = 180
    inbound_open_limit: int | None = None
    ip_mailer_address: str | None = None
    ip_mailer_name: IpMailerName | None = None
    listen_on_address: str | None = None
    local_class: str = "B"
    local_format: Format = Format.NETDATA
    log: bool = True
    mailer: Mailer | None = None
    mail_file_ds_prefix: str | None = None
    mail_files_unit: str = "SYSDA"
    mail_file_volume: str | None = None
    max_mail_bytes: int = 524_288
    nje_class: str = "B"
    nje_domain: str = ""
    nje_format: Format = Format.NETDATA
    nje_node_name: str | None = None
    outbound_open_limit: int | None = None
    port: int = 25
    postmaster: str = "TCPMAINT"
    rcpt_response_delay: int = 60
    remote_port: int = 25
    resolver_retry_int: int = 20
    resolver_usage: bool = True
    restrict: Restrict | None = None
    retry_age: int = 3
    retry_int: int = 20
    rewrite_822_header: Rewrite = Rewrite()
    secure: bool = False
    smsg_auth_list: tuple[str, ...] = ()
    spool_poll_interval: int = 30
    temp_error_retries: int = 0
    timezone: str = "LCL"
    warning_age: int = 1


DEFAULT = SmtpdConfig()
