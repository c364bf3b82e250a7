"""The table of SMTP.CONFIG's statements: keyword, field, values, and how sure the default is.

V: read in IBM's pages. K: general knowledge of the product that no page at hand confirms; such a
default is shown as unverified (smtpd-migration.md 2).
"""

from dataclasses import dataclass
from enum import StrEnum

from cssmtp.smtpd import values as v
from cssmtp.smtpd.statements import DEFAULT, SmtpdConfig


class Sure(StrEnum):
    """How sure a default is."""

    V = "V"
    K = "K"


MEANING = {
    Sure.V: "read in IBM's pages",
    Sure.K: "unverified default: general knowledge, to be checked on a V2R1 or V2R2 manual",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `derived` describes a default that is no value."""

    keyword: str
    field: str
    form: v.Form
    sure: Sure
    meaning: str
    derived: str = ""

    def default_text(self) -> str:
        """The default as it would be coded, or in words."""
        return self.derived or self.show(DEFAULT)

    def show(self, config: SmtpdConfig) -> str:
        """The value that a configuration has, as it would be coded."""
        value = getattr(config, self.field)
        return self.derived or "none" if value is None else self.form.show(value)


V, K = Sure.V, Sure.K
_DAY = 86_400

STATEMENTS = (
    Statement("ALTNJEDOMAIN", "alt_nje_domain", v.HOSTNAME, K,
              "second domain name of the NJE network", "none"),
    Statement("ALTTCPHOSTNAME", "alt_tcp_host_name", v.HOSTNAME, K,
              "further host name that is taken as local", "none"),
    Statement("ATSIGN", "at_sign", v.AT_SIGN, K, "the character that stands for @ in addresses"),
    Statement("BADSPOOLFILEID", "bad_spool_file_id", v.USER, K,
              "who gets unreadable spool files and looping mail"),
    Statement("CHECKSPOOLSIZE", "check_spool_size", v.flag(), K,
              "compare the spool file's size with the work file first"),
    Statement("DBCS", "dbcs", v.DBCS, K, "double-byte conversion of mail", "none"),
    Statement("DEBUG", "debug", v.flag(), V, "trace all commands and replies"),
    Statement("DELETEBADSPOOLFILE", "delete_bad_spool_file", v.flag(), K,
              "delete a spool file that would cause ABEND S001"),
    Statement("DISALLOWCMD", "disallow_cmd", v.DISALLOW, V, "commands that are switched off",
              "all commands allowed"),
    Statement("EXITDIRECTION", "exit_direction",
              v.Form(v.FROMJES.rule, lambda w: bool(v.FROMJES.read(w)),
                     lambda on: "FROMJES" if on else "exit for TCP input only"), K,
              "call the exit for data from the spool too"),
    Statement("FINISHOPEN", "finish_open", v.number(1, _DAY, "seconds"), K,
              "wait for a connection to open"),
    Statement("GATEWAY", "gateway", v.flag(), V, "gateway between TCP and NJE"),
    Statement("INACTIVE", "inactive", v.number(1, _DAY, "seconds"), K, "close an idle connection"),
    Statement("INBOUNDOPENLIMIT", "inbound_open_limit", v.number(0, 2**31 - 1, "connections"), K,
              "inbound connections at a time", "no limit of its own"),
    Statement("IPMAILERADDRESS", "ip_mailer_address", v.ADDRESS, V,
              "server for hosts that SMTPD cannot resolve, or for all", "none"),
    Statement("IPMAILERNAME", "ip_mailer_name", v.IP_MAILER_NAME, V, "the same by name", "none"),
    Statement("LISTENONADDRESS", "listen_on_address", v.ADDRESS, V,
              "the one local address for receiving and sending", "all addresses"),
    Statement("LOCALCLASS", "local_class", v.CLASS, K, "SYSOUT class of mail for local users"),
    Statement("LOCALFORMAT", "local_format", v.FORMAT, K, "spool format of local mail"),
    Statement("LOG", "log", v.flag(), K, "log each mail"),
    Statement("NOLOG", "log", v.flag(value=False), K, "log no mail"),
    Statement("MAILER", "mailer", v.MAILER, K, "address space that takes chosen mail", "none"),
    Statement("MAILFILEDSPREFIX", "mail_file_ds_prefix", v.PREFIX, V,
              "prefix of SMTPD's data sets", "SMTPD's job name"),
    Statement("MAILFILESUNIT", "mail_files_unit", v.UNIT, K, "unit for SMTPD's data sets"),
    Statement("MAILFILEVOLUME", "mail_file_volume", v.VOLUME, K,
              "volume for SMTPD's data sets", "none"),
    Statement("MAXMAILBYTES", "max_mail_bytes", v.number(1, 2**31 - 1, "bytes"), V,
              "largest mail over TCP"),
    Statement("NJECLASS", "nje_class", v.CLASS, K, "SYSOUT class of mail for NJE users"),
    Statement("NJEDOMAIN", "nje_domain", v.HOSTNAME, V,
              "domain name under which the NJE network is addressed", "empty"),
    Statement("NJEFORMAT", "nje_format", v.FORMAT, K, "spool format of NJE mail"),
    Statement("NJENODENAME", "nje_node_name", v.NODE, K, "own node name", "from JES"),
    Statement("OUTBOUNDOPENLIMIT", "outbound_open_limit", v.number(0, 2**31 - 1, "connections"), K,
              "outbound connections at a time", "no limit of its own"),
    Statement("PORT", "port", v.number(1, 65_535, "a TCP port"), K, "listening port"),
    Statement("POSTMASTER", "postmaster", v.POSTMASTER, K, "who gets mail for postmaster"),
    Statement("RCPTRESPONSEDELAY", "rcpt_response_delay", v.number(0, _DAY, "seconds"), K,
              "delay of RCPT's reply while a name is resolved"),
    Statement("REMOTEPORT", "remote_port", v.number(1, 65_534, "a TCP port"), K,
              "port of other servers"),
    Statement("RESOLVERRETRYINT", "resolver_retry_int", v.number(0, 1440, "minutes"), K,
              "wait after an unsuccessful name query"),
    Statement("RESOLVERUSAGE", "resolver_usage", v.YES_NO, V, "use name servers"),
    Statement("RESTRICT", "restrict", v.RESTRICT, K,
              "users barred from the gateway, and what happens to their mail", "none"),
    Statement("RETRYAGE", "retry_age", v.number(0, 365, "days"), V,
              "return mail that waited so long"),
    Statement("RETRYINT", "retry_int", v.number(0, 1440, "minutes"), V, "wait between tries"),
    Statement("REWRITE822HEADER", "rewrite_822_header", v.REWRITE, K,
              "rewrite addresses in header fields"),
    Statement("SECURE", "secure", v.flag(), V,
              "only users of the security table may use the gateway"),
    Statement("SMSGAUTHLIST", "smsg_auth_list", v.USERS, K,
              "who may issue privileged SMSG commands", "none"),
    Statement("SPOOLPOLLINTERVAL", "spool_poll_interval", v.number(0, _DAY, "seconds"), K,
              "how often the spool is looked at"),
    Statement("TEMPERRORRETRIES", "temp_error_retries", v.number(0, 2**31 - 1, "tries, 0 endless"),
              K, "tries for temporary errors"),
    Statement("TIMEZONE", "timezone", v.TIMEZONE, V, "zone printed in Date and Received"),
    Statement("WARNINGAGE", "warning_age", v.number(0, 365, "days"), K,
              "tell the sender that mail still waits"),
)  # fmt: skip

ALIASES = {"MAILFILEUNIT": "MAILFILESUNIT"}  # seen in the field (2)
BY_KEYWORD = {statement.keyword: statement for statement in STATEMENTS}
BY_KEYWORD |= {alias: BY_KEYWORD[keyword] for alias, keyword in ALIASES.items()}
