"""What became of each recipient of a system's mail: the newest of them, with a running number."""

from collections import deque
from datetime import datetime
from itertools import islice

import msgspec

from cssmtp.mail import Kind, Mail, Status
from emulator.clock import Clock
from jes.sysout import SpoolFile

KEPT = 10_000  # outcomes that can be asked for
MOST = 1_000  # of them in one answer
_TEXT_MAX = 512  # characters of a reply, and of an address

_Kept = tuple[datetime, SpoolFile, int, Kind, str, str | None, str, Status, str | None, str | None]


class MailOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a recipient; `number` counts them from 1 as long as the system runs.

    `time` is ISO 8601, `dsid` the data set that had the mail, `ordinal` its place there, `eml` the
    file that the sandbox saved it to. `status` is that of the run report; a long `reply` is cut.
    """

    number: int
    time: str
    jobid: str
    jobname: str
    owner: str
    dsid: int
    ddname: str
    outgrp: str
    ordinal: int
    kind: str
    sender: str
    recipient: str
    status: str
    reply: str | None
    target: str | None
    eml: str | None


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes in their order, and the number of the newest that there is.

    `since` is when the system was started: with another one, numbers have begun anew.
    """

    mails: tuple[MailOutcome, ...]
    last: int
    since: str


class OutcomeRing:
    """Keeps the newest outcomes. They are kept as they come, and made into values when asked for:
    a mail must cost next to nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[_Kept] = deque(maxlen=KEPT)
        self.last = 0
        self.since = clock().isoformat()

    def add(self, file: SpoolFile, mail: Mail, eml: str | None) -> None:
        """A mail is settled, for now."""
        common = (self._clock(), file, mail.ordinal, mail.kind, mail.sender, eml)
        for one in mail.recipients:
            self._kept.append((*common, one.address, one.status, one.reply, one.target))
        self.last += len(mail.recipients)

    def newer(self, after: int, limit: int) -> Outcomes:
        """Those with a number above `after`, the oldest first, and `MOST` at most."""
        gone = self.last - len(self._kept)
        skipped = min(max(0, after - gone), len(self._kept))
        count = min(max(0, limit), MOST)
        found = islice(self._kept, skipped, skipped + count)
        numbered = enumerate(found, start=gone + skipped + 1)
        return Outcomes(
            mails=tuple(_outcome(number, one) for number, one in numbered),
            last=self.last,
            since=self.since,
        )


def _outcome(number: int, kept: _Kept) -> MailOutcome:
    time, file, ordinal, kind, sender, eml, recipient, status, reply, target = kept
    return MailOutcome(
        number=number,
        time=time.isoformat(),
        jobid=str(file.jobid),
        jobname=str(file.jobname),
        owner=str(file.owner),
        dsid=file.dsid,
        ddname=str(file.ddname),
        outgrp=file.outgrp,
        ordinal=ordinal,
        kind=kind.value,
        sender=sender[:_TEXT_MAX],
        recipient=recipient[:_TEXT_MAX],
        status=status.value,
        reply=None if reply is None else reply[:_TEXT_MAX],
        target=target,
        eml=eml,
    )
