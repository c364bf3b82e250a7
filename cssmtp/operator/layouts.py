"""The layouts of displays (cssmtp-operations.md 2.3).

All of them are house layouts: IBM's screens could not be read, but for the headings GLOBAL
INFORMATION (with CURRENT RETRY) and EXTENDED RETRY (with CURRENT). No line has more than 71
characters.
"""

WIDTH = 71
LABEL = "{label:<22}: {value}"
SUB_LABEL = "  {label:<20}: {value}"
END = "{count} RECORDS DISPLAYED"

IPLIST_HEAD = f"{'IP ADDRESS':<39} {'PORT':>5} {'PREF':>5} TYPE NAME"
IPLIST_ROW = "{address:<39} {port:>5} {preference:>5} {kind:<4} {name}"

TASK_HEAD = "TKID TYPE   STATE        JOBNAME  JOBID    DSKEY   MAILS PENDING RETRY"
TASK_ROW = (
    "{tkid:>4} {type:<6} {state:<12} {jobname:<8} {jobid:<8}"
    " {dsid:>5} {read:>7} {pending:>7} {retry:>5}"
)
TASK_DETAIL = (
    ("TKID", "tkid"), ("TYPE", "type"), ("STATE", "state"), ("JOBNAME", "jobname"),
    ("JOBID", "jobid"), ("OWNER", "owner"), ("ORIGIN NODE", "node"), ("SYSTEM", "sysname"),
    ("DDNAME", "ddname"), ("DSKEY", "dsid"), ("CLASS", "sysout_class"),
    ("RECORDS READ", "records"), ("BYTES READ", "bytes"), ("MAILS READ", "read"),
    ("SENT", "sent"), ("PENDING", "pending"), ("LONG RETRY", "retry"),
    ("UNDELIVERABLE", "undeliverable"), ("SYNTAX ERRORS", "errors"),
)  # fmt: skip

GLOBAL = (
    "GLOBAL INFORMATION",
    "  TARGETS: {targets}  USABLE: {usable}  CONNECTIONS: {connections}",
    "  CURRENT MAIL: {mails}  CURRENT RETRY: {retry}",
    "  TOTAL SENT: {sent}  TOTAL FAILED: {failed}",
    "EXTENDED RETRY",
    "  CURRENT: {extended}",
)
TARGET = (
    "TARGET SERVER: {address}",
    "  NAME: {name}",
    "  STATE: {state:<13} PREF: {preference:<6} SECURE: {secure}",
    "  CONNECTIONS: {connections}/{limit}  CHARSET: {charset}",
    "  TYPE: {type:<6} CAPABILITIES: {capabilities}",
    "  MAILS SENT: {sent}  4XX: {temporary}  5XX: {refused}",
    "  LAST REPLY: {last_reply}",
    "  FAILURE: {failure}",
)
