"""⚡ A spool file in hand: what was found in it, what became of its mails, and its verdict."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto

from cssmtp.codes import Reader
from cssmtp.ledger import Record
from cssmtp.mail import DELIVERED, Mail, Notice, Status, SyntaxFault
from cssmtp.rules import Rules
from cssmtp.targets import Target
from cssmtp.userexit import FileExit
from jes.sysout import Disposal, SpoolFile, after


class Verdict(StrEnum):
    """A bad spool file has an error or an undeliverable mail (cssmtp-operations.md 4.6)."""

    GOOD = "good"
    BAD = "bad"


class Fate(StrEnum):
    """Where a spool file is when CSSMTP is through with it (blueprint §6, `disposition`)."""

    PURGED = "purged"
    DELETED = "deleted"
    HELD = "held"
    KEPT = "kept"
    IN_USE = "in-use"


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A recipient that a mail does not reach, for the error report."""

    ordinal: int
    sender: str
    address: str
    target: str | None
    reply: str


def kept_never(work: "FileWork", mail: Mail) -> bool:
    """For `FileWork.keeps`: whatever became of a mail, that is all."""
    return False


@dataclass(slots=True)
class FileWork:
    """One spool file while CSSMTP works on it. `on_mail` is told of each mail that is final.

    `keeps` is asked about mails that did not reach everybody: one that it keeps stays on its way.
    `rules` are those that were in force when the file was taken.
    """

    file: SpoolFile
    reader: Reader
    on_mail: Callable[[SpoolFile, Mail], None]
    errors: list[SyntaxFault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    undeliverable: list[Undeliverable] = field(default_factory=list)
    exceeded: bool = False
    counted: int = 0
    mails: int = 0
    sent: int = 0
    refused: int = 0
    on_way: dict[int, Mail] = field(default_factory=dict)  # by ordinal
    unfinished: int = 0
    done: int = 0  # mails that are settled
    taken: int = 0  # of them, those that at least one recipient got
    records_read: int = 0
    bytes_read: int = 0
    record: Record = field(default_factory=Record)  # what a restart will know of the file
    keeps: Callable[["FileWork", Mail], bool] = kept_never
    begun: datetime | None = None  # when it was taken in hand
    long_retry: int = 0  # mails that wait for a long retry
    hold: bool = False  # the text of some mail is nowhere but here
    rules: Rules | None = None
    exit: FileExit | None = None
    _idle: asyncio.Future[None] | None = None

    def settled(self, mail: Mail) -> None:
        """Every recipient of `mail` has an outcome for now."""
        delivered = [recipient.status for recipient in mail.recipients].count(DELIVERED)
        self.sent += delivered
        if delivered < len(mail.recipients):
            self._count_others(mail)
        self.done += 1
        self.taken += delivered > 0
        if not self.hold:
            self.record.note(mail)
        self.on_mail(self.file, mail)

    def _count_others(self, mail: Mail) -> None:
        for recipient in mail.recipients:
            match recipient.status:
                case Status.UNDELIVERABLE:
                    self.refused += 1
                    self.undeliverable.append(
                        Undeliverable(
                            mail.ordinal,
                            mail.sender,
                            recipient.address,
                            recipient.target,
                            recipient.reply or "",
                        )
                    )
                case Status.DELIVERED | Status.DISCARDED | Status.EXTENDED_RETRY:
                    pass
                case _:
                    self.unfinished += 1

    def done_with(self, mail: Mail) -> None:
        """A delivery is done with a mail that was on its way: it is settled, unless it is kept."""
        for recipient in mail.recipients:
            if recipient.status is not DELIVERED:
                if self.keeps(self, mail):
                    self.record.progress(mail)
                    return
                break
        self.final(mail)

    def final(self, mail: Mail) -> None:
        """A mail that was on its way is settled."""
        del self.on_way[mail.ordinal]
        self.settled(mail)
        if not self.on_way and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def idle(self) -> None:
        """Wait until no mail is on its way; no new one may be begun meanwhile."""
        if self.on_way:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle

    @property
    def verdict(self) -> Verdict:
        """Good or bad; only meaningful when nothing is open."""
        return Verdict.BAD if self.errors or self.refused else Verdict.GOOD


class Unfit(Enum):
    """Why a target does not get a mail."""

    SIZE = auto()
    DEFERRED = auto()  # it said 4xx


@dataclass(slots=True, eq=False)
class Item:
    """A mail on its way: whose it is, and which targets cannot take it."""

    mail: Mail
    work: FileWork
    unfit: dict[Target, Unfit] = field(default_factory=dict)


def fate_of(file: SpoolFile, disposal: Disposal, *, bad: bool) -> Fate:
    """Where a spool file will be after `disposal`."""
    if disposal is Disposal.HOLD:
        return Fate.HELD
    if after(file.disposition, disposal) is not None:
        return Fate.KEPT
    return Fate.DELETED if bad else Fate.PURGED
