"""What CSSMTP notes of the mails of its spool files, so that a restart sends only the rest
(cssmtp-operations.md 4.9). The checkpoint behind it is a port.

The order that makes it safe: a mail is noted when it is final, all notes of a file are on disk
before the file is given back, and its entry is forgotten after that. Giving back changes the file's
incarnation in the spool's own transaction, so an entry that a crash leaves behind matches nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cssmtp.checkpoint import Checkpoint, Entry, FileKey, Outcome, delivered, outcome
from cssmtp.mail import Kind, Mail
from jes.messages import Message
from jes.sysout import SpoolFile

FULL = Message(
    "JML381W",
    "CHKPOINTSIZELIMIT {limit} IS REACHED: FURTHER MAILS ARE SENT WITHOUT A RECORD OF IT, AND A "
    "RESTART SENDS THEM AGAIN",
)


@dataclass(slots=True)
class Record:
    """One spool file in hand; without an `entry` nothing is noted of it."""

    ledger: "Ledger | None" = None
    entry: Entry | None = None
    _noted: set[int] = field(default_factory=set)  # ordinals

    def restore(self, mail: Mail) -> bool:
        """A mail was read: its recipients that are final already say so. Whether all are: then
        nothing is left to be done for it, and its sender was told long ago."""
        return self.entry is not None and self.entry.known.restore(mail)

    def note(self, mail: Mail) -> None:
        """A mail is done with for now: what is final of it."""
        self._note(mail, outcome(mail))

    def progress(self, mail: Mail) -> None:
        """A mail goes on: who got it. What else is final is only noted when the mail is done with,
        for a notification may still be due."""
        self._note(mail, delivered(mail))

    def _note(self, mail: Mail, found: Outcome | None) -> None:
        if self.entry is None or self.ledger is None or mail.kind is not Kind.ORIGINAL:
            return
        ordinal, known = mail.ordinal, self.entry.known
        if known.sent.get(ordinal) == mail.record:
            return
        if found is None or found == known.mixed.get(ordinal):
            return
        if ordinal not in self._noted and not self.ledger.room():
            return
        if ordinal not in self._noted:
            self._noted.add(ordinal)
            self.ledger.noted += 1
        self.entry.note(found)

    async def flush(self) -> None:
        """Until all that was noted of the file is on disk."""
        if self.entry is not None:
            await self.entry.flush()

    def forget(self) -> None:
        """The file was given back."""
        if self.entry is not None and self.ledger is not None:
            self.entry.forget()
            self.ledger.noted -= len(self._noted)
            self.ledger = self.entry = None


@dataclass(slots=True)
class Ledger:
    """The checkpoint of one CSSMTP. `writer` tells its entries from those of others, `limit` is
    ChkPointSizeLimit in mails, `tell` hears of its being reached, once. Without a `checkpoint`
    every restart sends everything again."""

    checkpoint: Checkpoint | None = None
    writer: str = ""
    limit: int = 64_000
    tell: Callable[[str], None] = lambda line: None
    name: str | None = None  # of the checkpoint, for people
    noted: int = 0  # mails recorded now
    _full: bool = False

    async def begin(self, file: SpoolFile) -> Record:
        """A spool file is taken in hand. Raises `jes.errors.JesError` when it cannot be said what
        is known of it."""
        if self.checkpoint is None:
            return Record()
        key = FileKey(self.writer, str(file.jobname), str(file.jobid), file.key, file.incarnation)
        entry = await self.checkpoint.begin(key)
        known = {*entry.known.sent, *entry.known.mixed}
        self.noted += len(known)
        return Record(self, entry, known)

    def room(self) -> bool:
        """Whether one more mail may be recorded; says so when it is the first that may not."""
        if self.noted < self.limit:
            return True
        if not self._full:
            self._full = True
            self.tell(FULL.line(limit=self.limit))
        return False
