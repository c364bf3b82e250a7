"""MAIL: what became of each recipient of each mail, one row for a recipient."""

from emulator.outcomes import MailOutcome
from emulator.panels.values import Action, Column, Kind, Panel
from emulator.shown import printable

_SIGNS = {
    "delivered": ("✔", "+"),
    "retry": ("▲", "~"),
    "extended-retry": ("▲", "~"),
    "pending": ("▲", "~"),
    "undeliverable": ("✖", "!"),
}


def status_text(outcome: MailOutcome) -> str:
    """The word, behind a sign for the eye."""
    return f"{_SIGNS.get(outcome.status, ('?', '?'))[0]} {outcome.status}"


def _target(outcome: MailOutcome) -> str:
    return printable(outcome.target or "-")


MAIL: Panel[MailOutcome] = Panel(
    "MAIL",
    "MAIL OUTCOMES",
    "What became of each recipient of each mail since the system was started: the newest 10,000. "
    "One row for a recipient, with the reply of the target server.",
    Kind.FACTS,
    (
        Column("JOBNAME", "JNAME", 8, lambda o: printable(o.jobname)),
        Column("JobID", "JOBID", 8, lambda o: printable(o.jobid)),
        Column("Time", "TIME", 8, lambda o: o.time[11:19], value=lambda o: o.time),
        Column("Status", "STATUS", 15, status_text, value=lambda o: o.status),
        Column("Recipient", "RCPT", 32, lambda o: printable(o.recipient)),
        Column("Reply", "REPLY", 30, lambda o: printable(o.reply or "")),
        Column("Target", "TARGET", 21, _target),
        Column("Sender", "SENDER", 32, lambda o: printable(o.sender)),
        Column("Mail", "ORDINAL", 5, lambda o: str(o.ordinal), lambda o: o.ordinal, right=True),
        Column("Kind", "KIND", 12, lambda o: o.kind),
        Column("DDNAME", "DDNAME", 8, lambda o: printable(o.ddname)),
        Column("DSID", "DSID", 5, lambda o: str(o.dsid), lambda o: o.dsid, right=True),
        Column("O-Group", "OUTGRP", 12, lambda o: printable(o.outgrp)),
        Column("File", "EML", 12, lambda o: printable(o.eml or "")),
        Column("Owner", "OWNERID", 8, lambda o: printable(o.owner), alternate=True),
    ),
    (
        Action("S", "browse", "the job's data sets, if the spool has them still"),
        Action("?", "datasets", "the job's data sets as a list"),
    ),
)
