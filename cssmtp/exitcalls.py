"""What a user exit is called with, and what it may answer (cssmtp-operations.md 7).

Values only: the process that runs an exit imports nothing else of CSSMTP.
"""

from dataclasses import dataclass
from enum import IntEnum

CONNECTION = 257  # EZBPCNID has no other value


class Action(IntEnum):
    """EZBPACTN: why an exit is called. IBM's pages have no list of the numbers: use the names."""

    INIT = 1
    TERM = 2
    HELO = 3
    MAIL = 4
    RCPT = 5
    DATA = 6
    RSET = 7
    QUIT = 8
    FILE = 16  # a spool file begins
    RECORD = 17  # a line of a mail's text
    END = 18  # the mail is whole
    EHLO = 19  # from version 3 on, as STARTTLS
    STARTTLS = 20


class Answer(IntEnum):
    """Register 15. Any other number is as good as 0."""

    AGAIN = 0  # accept, and call for what follows
    ACCEPT = 4  # accept, and call again when the next mail begins
    REJECT_FILE = 8  # the rest of the spool file; mails that were accepted are sent
    REJECT_MAIL = 12


@dataclass(slots=True)
class Call:
    """One call. `data` is the command as it was written, or a line of text. What `user` is set to
    at `Action.INIT` comes back at every call (EZBPUSER). The job is known from version 4 on."""

    version: int
    action: Action
    data: str = ""
    user: object = None
    jobname: str | None = None
    jobid: str | None = None
    owner: str | None = None
    connection: int = CONNECTION
