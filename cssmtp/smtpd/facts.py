"""What the model of SMTPD is told besides SMTP.CONFIG, and how sure its results are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cssmtp.smtpd.statements import DEFAULT, SmtpdConfig
from jes import codepages


@dataclass(frozen=True, slots=True)
class Unsure:
    """A point that no page of IBM's confirms and on which a result rests.

    `section` is that of the reference, `record` the first one concerned (0 is the file as a whole).
    """

    topic: str
    section: str
    text: str
    record: int = 0


# topic: section of the reference, what is assumed
TOPICS: Mapping[str, tuple[str, str]] = {
    "args": ("spool-mail 6, CMD-05, CMD-06", "words behind the argument are passed over"),
    "brackets": ("CMD-07", "an address without < and > is taken"),
    "mail-parameters": ("spool-mail 2.1, CMD-08", "parameters of MAIL FROM are passed over"),
    "leading-blanks": ("spool-mail 2.2", "blanks before a command are passed over"),
    "command-length": ("FMT-04, CMD-10", "a command may be longer than 510 characters"),
    "command-syntax": ("smtpd-migration 8", "how a command is refused that cannot be read"),
    "starttls": ("spool-mail 2, CMD-04", "STARTTLS is an unknown command, as EHLO is"),
    "unimplemented": ("spool-mail 2", "SEND, SOML, SAML and TURN are named as not implemented"),
    "order": ("spool-mail 3", "a command out of order gets 503, as RFC 821 has it"),
    "no-limit": ("spool-mail 3, CMD-11", "SMTPD does not stop after five errors"),
    "recipients": ("CMD-12", "there is no limit of recipients"),
    "replies": ("spool-mail 3", "the words of replies, and the layout of the data set"),
    "verb": ("spool-mail 2", "from VERB ON on, commands stand in the response data set too"),
    "after-quit": ("spool-mail 3", "what stands behind QUIT is not read"),
    "missing-period": ("spool-mail 5.4", "the end of the file completes a mail"),
    "bad-file": ("SEL-07", "a file without any command goes to BADSPOOLFILEID"),
    "no-commands": ("spool-mail 13 E16", "an empty file is purged"),
    "control-byte": ("FMT-06", "the carriage control byte of RECFM A or M is taken away"),
    "line-length": ("FMT-03", "a text line above 998 bytes leaves as it is; 1024 is the edge"),
    "joined-last": (
        "FMT-02",
        "a joining byte in the last record loses data; how is not said",
    ),
    "new-line": ("spool-mail 4.9", "X'15' inside a record splits it"),
    "controls": ("FMT-05", "bytes below X'40' are translated by the table"),
    "translation": ("smtpd-migration 8.7", "the table is IBM-1047 to ISO8859-1"),
    "dbcs": ("spool-mail 9.4", "double-byte text is not converted by this model"),
    "received": ("spool-mail 5.2", "a Received line is added, in words of our own"),
    "date": ("spool-mail 5.2", "Date is added when it is missing"),
    "blank-line": ("spool-mail 5.2", "a text without a header gets an empty line in front"),
    "indented-header": ("FMT-07", "a header that is indented is a header"),
    "envelope": ("smtpd-migration 2", "MAIL FROM leaves rewritten like the header"),
    "rewrite-default": ("smtpd-migration 2", "REWRITE822HEADER is YES when it is not coded"),
    "bare-user": ("smtpd-migration 2", "a user id alone gets the TCP host name"),
    "smtprules": ("smtpd-migration 2", "header rules of SMTPRULES are not modelled"),
    "secure-rules": ("smtpd-migration 2", "rewriting by a secure gateway is not modelled"),
    "nodes": ("smtpd-migration 8.5", "a host name without a period is an NJE node"),
    "gateway": ("smtpd-migration 2", "mail of jobs reaches NJE users without GATEWAY too"),
    "secure": ("smtpd-migration 2", "mail of users outside the security table is refused"),
    "restrict": ("smtpd-migration 2", "how RESTRICT names users"),
    "mailer": ("smtpd-migration 2", "what MAILER takes"),
    "source-route": ("RCP-03", "a source route is followed to its first host"),
    "ipmailer-all": ("smtpd-migration 2", "ALL sends all mail that is not local there"),
    "two-ipmailers": ("smtpd-migration 2", "IPMAILERADDRESS goes before IPMAILERNAME"),
    "site-tables": ("smtpd-migration 1", "only the site tables give a route"),
    "postmaster": ("smtpd-migration 2", "mail for postmaster goes to POSTMASTER"),
    "retry": ("smtpd-migration 2", "RETRYINT between tries until RETRYAGE is over"),
    "null-sender": ("SND-03", "mail from <> is not returned to anybody"),
}


def unsure(topic: str, record: int = 0) -> Unsure:
    """The mark of a topic of `TOPICS`."""
    section, text = TOPICS[topic]
    return Unsure(topic, section, text, record)


class MissingHello(StrEnum):
    """MAIL FROM before any HELO (spool-mail.md 13 E19)."""

    REJECT = "reject"  # 503
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """How SMTPD behaves where no page says it; smtpd-migration.md 8 and spool-mail.md."""

    lenient_args: bool = True  # words behind HELO's name, a path and DATA are passed over
    brackets: bool = False  # True: a path needs them, as CSSMTP's does
    missing_hello: MissingHello = MissingHello.REJECT
    rewrite_envelope: bool = True


ASSUMED = Assumptions()


def standard_table() -> bytes:
    """The translation of a site without a table of its own (smtpd-migration.md 8.7)."""
    return codepages.page("IBM-1047").table_to(codepages.page("ISO8859-1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The system that SMTPD runs on.

    `host` is the full TCP host name. `nodes` are the NJE nodes of the host table, None when they
    are not known. `security` are users of the security table (`USER@NODE`), None when there is no
    table. `rules` says that SMTPRULES is in use. `now` is the time that
    mail is stamped with. `coded` are the statements that SMTP.CONFIG has.
    """

    now: datetime
    config: SmtpdConfig = DEFAULT
    coded: frozenset[str] = frozenset()
    host: str = "mvs1.acme.example"
    node: str = "NODEA"
    nodes: frozenset[str] | None = None
    security: frozenset[str] | None = None
    rules: bool = False
    jobname: str = "SMTP"
    table: bytes = field(default_factory=standard_table)
    own_table: bool = False  # `table` is the site's
    assumptions: Assumptions = ASSUMED

    @property
    def domain(self) -> str:
        """The domain of the host."""
        return self.host.partition(".")[2]

    @property
    def own_node(self) -> str:
        """The NJE node's name: NJENODENAME, or as JES has it."""
        return (self.config.nje_node_name or self.node).upper()

    def is_own(self, name: str) -> bool:
        """Whether a host name is one of this system's."""
        spelled = name.lower().rstrip(".")
        own = {self.host.lower(), self.host.partition(".")[0].lower()}
        other = (self.config.alt_tcp_host_name or "").lower()
        if other:
            own |= {other, f"{other}.{self.domain}".lower()}
        return spelled in own

    def node_of(self, name: str) -> str | None:
        """The NJE node that a host name means: a node, or `node.NJEDOMAIN`; None for others."""
        spelled = name.upper().rstrip(".")
        for domain in (self.config.nje_domain, self.config.alt_nje_domain):
            if domain and spelled.endswith(f".{domain.upper()}"):
                return spelled.removesuffix(f".{domain.upper()}")
        if spelled == self.own_node:
            return spelled
        if self.nodes is None:
            return spelled if "." not in spelled else None
        return spelled if spelled in self.nodes else None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a spool file comes from; `netdata` says that TSO TRANSMIT made it."""

    user: str = "IBMUSER"
    node: str = "NODEA"
    netdata: bool = False

    def __str__(self) -> str:
        """`USER@NODE`."""
        return f"{self.user}@{self.node}"


BATCH = Origin()
