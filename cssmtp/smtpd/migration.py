"""What each statement of SMTP.CONFIG is in CSSMTP, what changes, and the risk (reference 4).

Risk: 0 none, 1 cosmetic, 2 some mail may differ, 3 mail may be lost or misrouted. `used` says that
the risk is there only when the statement is coded.
"""

from dataclasses import dataclass

NONE = "none"
RISKS = ("none", "cosmetic", "some mail may differ", "mail may be lost or misrouted")


@dataclass(frozen=True, slots=True)
class Change:
    """The way of one statement. `to` names statements of CSSMTP, or is `NONE`."""

    to: str
    change: str
    risk: int
    used: bool = False


_GATE = Change(
    NONE, "users of jobs are not filtered; use spool security (JESSPOOL, WRITER) or an exit", 2
)
_LISTENER = Change(NONE, "there is no listener", 2)
_NJE = Change(NONE, "there is no mail to NJE users", 3, used=True)
_LOCAL = Change(NONE, "there is no delivery to users of this system", 3, used=True)
_SPACE = Change(
    "ExtendedRetry MailDirectory, Undeliverable DeadLetterDirectory",
    "space moves from DASD to the spool and the file system",
    1,
)
_RELAY = Change("TargetServer", "all mail goes to this server; four targets are used at most", 1)
_LOG = Change("LogLevel", "SMF 119 has a record of each mail", 0)

CHANGES: dict[str, Change] = {
    "ALTNJEDOMAIN": Change(NONE, "NJE addresses are not understood", 3, used=True),
    "ALTTCPHOSTNAME": Change(
        NONE, "nothing is local any more: mail to own host names goes to the target server", 3
    ),
    "ATSIGN": Change("Options AtSign", "in commands and headers only, not in text", 2),
    "BADSPOOLFILEID": Change(
        "BadSpoolDisp, Report, MailAdministrator",
        "a bad file stays on the spool and goes to no user; a release sends its good mails again",
        3,
    ),
    "CHECKSPOOLSIZE": Change("JESJobSize", "a limit in thousands of bytes for the whole file", 2),
    "DBCS": Change("MBCS, Translate, MBCharset", "one code page for all files of a CSSMTP", 3),
    "DEBUG": Change("LogLevel", "F CSSMTP,LOGLEVEL changes it while it runs", 0),
    "DELETEBADSPOOLFILE": Change(
        "BadSpoolDisp", "Delete would take every bad file, also one with a single wrong RCPT", 3
    ),
    "DISALLOWCMD": Change(NONE, "EXPN, HELP, QUEU, VRFY and VERB are errors in any case", 2),
    "EXITDIRECTION": Change("UserExit", "CSSMTP always reads the spool", 1),
    "FINISHOPEN": Change("Timeout InitialMsg", "the time for the greeting is limited instead", 1),
    "GATEWAY": _GATE,
    "INACTIVE": Change("Timeout ConnectIdle", "the same for connections to targets", 0),
    "INBOUNDOPENLIMIT": _LISTENER,
    "IPMAILERADDRESS": _RELAY,
    "IPMAILERNAME": _RELAY,
    "LISTENONADDRESS": Change(
        NONE, "it fixed the source address of mail too, which firewalls may expect", 2
    ),
    "LOCALCLASS": _LOCAL,
    "LOCALFORMAT": _LOCAL,
    "LOG": _LOG,
    "NOLOG": _LOG,
    "MAILER": Change(NONE, "mailers of this system and of NJE get nothing", 3, used=True),
    "MAILFILEDSPREFIX": _SPACE,
    "MAILFILESUNIT": _SPACE,
    "MAILFILEVOLUME": _SPACE,
    "MAXMAILBYTES": Change("JESMsgSize", "it limited mail from TCP, JESMsgSize limits jobs", 2),
    "NJECLASS": _NJE,
    "NJEDOMAIN": _NJE,
    "NJEFORMAT": _NJE,
    "NJENODENAME": _NJE,
    "OUTBOUNDOPENLIMIT": Change("TargetServer ConnectLimit", "the same for each target", 0),
    "PORT": _LISTENER,
    "POSTMASTER": Change("MailAdministrator", "user ids of TSO are not possible", 2),
    "RCPTRESPONSEDELAY": _LISTENER,
    "REMOTEPORT": Change("TargetServer ConnectPort", "the same", 1),
    "RESOLVERRETRYINT": Change(NONE, "only names of targets are looked up, by the stack", 0),
    "RESOLVERUSAGE": Change(NONE, "only names of targets are looked up, by the stack", 0),
    "RESTRICT": _GATE,
    "RETRYAGE": Change(
        "RetryLimit, ExtendedRetry Age",
        "while all targets are silent nothing is counted: the spool is not read any further",
        3,
    ),
    "RETRYINT": Change("ExtendedRetry Interval", "five tries a minute apart come first", 1),
    "REWRITE822HEADER": Change(
        NONE, "short names, NJE names and % routes leave as written: replies to them fail", 3
    ),
    "SECURE": _GATE,
    "SMSGAUTHLIST": Change(NONE, "OPERCMDS profiles for MODIFY", 0),
    "SPOOLPOLLINTERVAL": Change(NONE, "new work is taken at once", 0),
    "TEMPERRORRETRIES": Change("RetryLimit Count", "the same for 4xx replies", 1),
    "TIMEZONE": Change(NONE, "the environment variable TZ; the zone is printed as a number", 1),
    "WARNINGAGE": Change(NONE, "nobody is told that mail still waits", 1),
}
