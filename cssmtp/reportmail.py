"""The error report as a mail to the administrators (cssmtp-config.md 4.10, 4.14).

One mail with every administrator as a recipient. Its text is ASCII whatever the records held, by
MIME where need be, so that no target's Charset can spoil it.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from cssmtp.headers import rfc5322_date
from cssmtp.lines import Lines
from cssmtp.mail import Kind, Mail, Recipient, Segment
from jes.sysout import SpoolFile


def report_mail(
    file: SpoolFile,
    lines: Sequence[str],
    administrators: Sequence[str],
    origin: tuple[str | None, str, str],
    moment: datetime,
) -> Mail:
    """A mail that is ready to be sent.

    `lines` begin with ASA carriage control. `origin` is ReportMailFrom (None: the null sender),
    CSSMTP's job name and its host. `moment` is when, and never the same twice.
    """
    sender, jobname, host = origin
    message = EmailMessage(policy=SMTP)
    message["Date"] = rfc5322_date(moment)
    message["From"] = sender or f"{jobname}@{host}"
    message["To"] = ", ".join(administrators)
    message["Subject"] = f"CSSMTP error report: {file.jobname} {file.jobid} {file.ddname}"
    message["Message-ID"] = f"<{jobname}.{moment:%Y%m%d.%H%M%S.%f}.R@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(line[1:] for line in lines) + "\n")
    text = message.as_bytes().removesuffix(b"\r\n").split(b"\r\n")
    stuffed = [b"." + line if line.startswith(b".") else line for line in text]
    at_hand = Lines(1, stuffed, keep=True)
    return Mail(
        ordinal=0,
        record=0,
        helo=host,
        sender=sender or "",
        recipients=[Recipient(address, 0) for address in administrators],
        text=[Segment(1, 0, 0, len(stuffed), at_hand)],
        size=sum(map(len, stuffed)) + 2 * len(stuffed),
        kind=Kind.REPORT,
    )
