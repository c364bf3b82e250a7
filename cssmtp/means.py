"""What the lives of mails need of the CSSMTP around them. No I/O."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cssmtp.clock import Clock
from cssmtp.codes import Reader
from cssmtp.config.statements import Config
from cssmtp.folder import Folder
from cssmtp.headers import Stamps
from cssmtp.place import Observer
from cssmtp.statistics import Statistics
from cssmtp.transcode import Wire
from cssmtp.undeliverable import Origin
from cssmtp.work import Item
from jes.sysout import SpoolFile


class Sender(Protocol):
    """Sends mails: `cssmtp.delivery.Delivery`."""

    async def put(self, item: Item) -> None:
        """Give a mail to send; waits while many are waiting already."""

    def again(self, item: Item) -> None:
        """Give a mail that was here before."""

    def release(self) -> None:
        """Say QUIT on idle connections, unless mails wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Ports and facts. `until` is when nobody waits for a retry any more, None never.

    `mails` is the MailDirectory, None when there is no extended retry here; `letters` the
    DeadLetterDirectory. `wire` is that of the first target, for dead letters; `code` names what
    text is in. `in_force` is the configuration. `pieces` gives a mail for a wire, `spawn` runs
    what takes its time.
    """

    in_force: Callable[[], Config]
    origin: Origin
    clock: Clock
    until: datetime | None
    mails: Folder | None
    letters: Folder | None
    sender: Sender
    pieces: Callable[[Item, Wire], AsyncGenerator[bytes, None]]
    spawn: Callable[[Coroutine[None, None, None]], None]
    observer: Observer
    stamps: Stamps
    books: Statistics
    wire: Callable[[], Wire]
    code: str
    reader: Callable[[SpoolFile], Reader]

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.in_force()
