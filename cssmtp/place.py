"""What a CSSMTP has around it: the system it runs on, who hears of it, and what rings when there is
work. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cssmtp.clock import Clock
from cssmtp.config.statements import Report
from cssmtp.folder import Folder
from cssmtp.mail import Mail
from cssmtp.setting import no_policy, no_tap
from cssmtp.smtp.tap import Tap
from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from jes.sysout import SpoolFile


class Ring(Protocol):
    """Something that will happen."""

    async def wait(self) -> object:
        """Until it has."""


class Bell(Protocol):
    """Rings when something may be there to select."""

    @property
    def next(self) -> Ring:
        """The next ring; to be taken before looking, and waited for after."""


class Observer(Protocol):
    """Is told what becomes of things, once each."""

    def begin(self, work: FileWork) -> None:
        """CSSMTP takes a spool file in hand."""

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """A mail is settled: its recipients say how. One with recipients in extended retry is
        settled once more, for just these, when they are."""

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        """A mail could not even be returned."""

    def say(self, line: str) -> None:
        """Something for the console."""

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """CSSMTP is through with a spool file; `report` is empty for a good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The system that a CSSMTP runs on, and its own job name. `serial`: one mail at a time;
    `patient`: target servers that are down are waited for; `policy`: of TLS with a target.

    `until`: no retry behind it is waited for. `mails` is the MailDirectory, None when nothing moves
    to extended retry; `letters` the DeadLetterDirectory. `tap` is what hears a new
    connection, if anything does."""

    jobname: str
    host: str
    sysname: str
    node: str
    clock: Clock
    serial: bool = False
    patient: bool = False
    policy: Callable[[Target], Policy] = no_policy
    until: datetime | None = None
    mails: Folder | None = None
    letters: Folder | None = None
    tap: Callable[[str], Tap | None] = no_tap

    @property
    def now(self) -> Callable[[], datetime]:
        """What the clock says."""
        return self.clock.now
