"""Mails in extended retry: in the MailDirectory, off the spool (cssmtp-operations.md 4.4)."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from cssmtp import mailfile, retry
from cssmtp.clock import Timer
from cssmtp.config.statements import ExtendedRetry
from cssmtp.folder import Folder
from cssmtp.mail import Mail, Status
from cssmtp.mailfile import CONTROL, DATA, MailFile, Unusable
from cssmtp.means import Means
from cssmtp.returning import Returning
from cssmtp.transcode import Wire
from cssmtp.work import FileWork, Item
from jes.messages import Message
from jes.sysout import SpoolFile

NOT_MOVED = Message(
    "JML392E",
    "{jobname} {jobid}: MAIL {ordinal} CANNOT BE STORED IN {directory} ({reason}), IT STAYS IN LONG"
    " RETRY",
)
TROUBLE = Message("JML393E", "{name} IN {directory} CANNOT BE READ OR CHANGED: {reason}")
UNUSABLE = Message("JML394E", "{name} IN {directory} CANNOT BE USED ({reason}) AND IS NOW {new}")
INSPECTED = Wire("", bytes)  # text in the code that it was inspected in
_CHUNK = 256 * 1024


@dataclass(slots=True, eq=False)
class Stored:
    """A mail with its two files. It has a `timer` while it waits."""

    file: MailFile
    mail: Mail
    work: FileWork
    timer: Timer | None = None


class ExtendedRetries:
    """Everything in one MailDirectory. `on_quiet` is called when nothing is in it any more."""

    def __init__(
        self,
        means: Means,
        extended: ExtendedRetry,
        folder: Folder,
        returning: Returning,
        on_quiet: Callable[[], None],
    ) -> None:
        self._means = means
        self._extended = extended
        self._folder = folder
        self._returning = returning
        self._on_quiet = on_quiet
        self._all: set[Stored] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many mails."""
        return len(self._all)

    # --- in and out ----------------------------------------------------------------------------

    async def load(self) -> None:
        """Take up what an earlier CSSMTP left in the directory; what cannot be used is renamed."""
        try:
            names = await self._folder.names()
            found = {name[len(CONTROL) :] for name in names if name.startswith(CONTROL)}
            for name in names:
                if name.startswith(DATA) and name[len(DATA) :] not in found:
                    await self._folder.remove(name)  # its mail never left the spool
        except OSError as error:
            self._trouble("", error)
            return
        for one in sorted(found):
            await self._load(CONTROL + one, has_data=DATA + one in names)

    async def _load(self, name: str, *, has_data: bool) -> None:
        config = self._means.config
        try:
            text = await self._folder.read(name, 0, _CHUNK)
            file = mailfile.read(name, text, config.ext_wrt_name, self._means.code)
            if not has_data:
                raise Unusable("its data file is missing")
        except Unusable as error:
            await self._set_aside(name, str(error))
        except OSError as error:
            self._trouble(name, error)
        else:
            self._add(file, file.spool_file(), None)

    async def _set_aside(self, name: str, reason: str) -> None:
        """Rename the files of a mail to upper case, for an administrator."""
        new = name[: len(CONTROL)].upper() + name[len(CONTROL) :]
        said = UNUSABLE.line(name=name, directory=self._folder.shown, reason=reason, new=new)
        self._means.observer.say(said)
        for part in (DATA, CONTROL):
            old = part + name[len(CONTROL) :]
            try:
                await self._folder.rename(old, part.upper() + name[len(CONTROL) :])
            except FileNotFoundError:
                pass
            except OSError as error:
                self._trouble(old, error)

    async def move(self, work: FileWork, mail: Mail, first: datetime) -> bool:
        """Store a mail with its recipients that had 4xx; from then on it lives here. False, and
        the console has been told, when that is not possible."""
        now = self._means.clock.now()
        again = retry.extended_try(self._extended, first, now) or now
        writer = self._means.config.ext_wrt_name
        times = (work.begun or first, first, again)
        file = mailfile.mail_file(mail, work.file, writer, self._means.code, times)
        _mark(mail, Status.RETRY, Status.EXTENDED_RETRY)
        try:
            await self._folder.write(file.data, self._means.pieces(Item(mail, work), INSPECTED))
            await self._folder.write(file.control, _once(mailfile.written(file)))
        except OSError as error:
            _mark(mail, Status.EXTENDED_RETRY, Status.RETRY)
            names = {"jobname": work.file.jobname, "jobid": work.file.jobid}
            reason = error.strerror or str(error)
            where = self._folder.shown
            said = NOT_MOVED.line(**names, ordinal=mail.ordinal, directory=where, reason=reason)
            self._means.observer.say(said)
            return False
        self._means.books.moved()
        self._add(file, work.file, work)
        return True

    def _add(self, file: MailFile, origin: SpoolFile, before: FileWork | None) -> None:
        reader = before.reader if before else self._means.reader(origin)
        work = FileWork(origin, reader, lambda file, mail: None, begun=file.read)
        one = Stored(file, file.mail(), work)
        work.on_mail, work.keeps = partial(self._final, one), partial(self._keeps, one)
        work.on_way[one.mail.ordinal] = one.mail
        self._all.add(one)
        self._count()
        self._wait(one)

    def _count(self) -> None:
        first = min((one.file.first for one in self._all), default=None)
        self._means.books.in_extended_retry(len(self._all), first)

    def _leave(self, one: Stored) -> None:
        self._all.discard(one)
        self._count()
        if not self._all:
            self._on_quiet()

    # --- tries ---------------------------------------------------------------------------------

    def _wait(self, one: Stored) -> None:
        clock = self._means.clock
        wait = max(0.0, (one.file.next - clock.now()).total_seconds())
        one.timer = clock.later(wait, partial(self._try, one))

    def _try(self, one: Stored) -> None:
        one.timer = None
        one.file.tries += 1
        one.mail.tries = 0
        _mark(one.mail, Status.EXTENDED_RETRY, Status.PENDING)
        self._means.sender.again(Item(one.mail, one.work))

    def _keeps(self, one: Stored, work: FileWork, mail: Mail) -> bool:
        """A try is over, and some recipient was not reached (`FileWork.keeps`)."""
        still = [r for r in mail.recipients if r.status in (Status.RETRY, Status.PENDING)]
        if not still:
            return False
        for recipient in still:
            recipient.status = Status.EXTENDED_RETRY
        if self._closed:  # its files stay as they are
            self._leave(one)
            return True
        again = retry.extended_try(self._extended, one.file.first, self._means.clock.now())
        if again is None:
            _mark(mail, Status.EXTENDED_RETRY, Status.UNDELIVERABLE)
            return False
        one.file.next = again
        self._means.spawn(self._save(one))
        self._wait(one)
        if not self._means.config.timeout.connect_idle:
            self._means.clock.later(0, self._means.sender.release)
        return True

    async def _save(self, one: Stored) -> None:
        try:
            await self._folder.write(one.file.control, _once(mailfile.written(one.file)))
        except OSError as error:
            self._trouble(one.file.control, error)

    def _final(self, one: Stored, file: SpoolFile, mail: Mail) -> None:
        """Every recipient has its outcome (`FileWork.on_mail`)."""
        self._means.books.add_recipients(one.work)
        self._means.observer.mail(file, mail)
        self._means.spawn(self._end(one))

    async def _end(self, one: Stored) -> None:
        """Notify the sender if need be, then let go of the files."""
        whole = replace(one.mail, recipients=one.file.recipients)
        kept = True
        if self._returning.owed(whole):
            kept = await self._returning.give_back(one.work, whole)
        if kept:
            try:
                await self._folder.remove(one.file.control)
                await self._folder.remove(one.file.data)
            except OSError as error:
                self._trouble(one.file.control, error)
        else:
            await self._set_aside(one.file.control, "its dead letter could not be stored")
        self._leave(one)

    # --- from outside --------------------------------------------------------------------------

    def flush(self, days: int) -> int:
        """Mails that were first tried so many days ago, or earlier, are undeliverable now."""
        end = self._means.clock.now() - timedelta(days=days)
        old = [one for one in self._all if one.timer is not None and one.file.first <= end]
        for one in old:
            self._stop(one)
            _mark(one.mail, Status.EXTENDED_RETRY, Status.UNDELIVERABLE)
            one.work.final(one.mail)
        return len(old)

    def close(self) -> None:
        """Try nothing any more; the files stay for the next start."""
        self._closed = True
        for one in [one for one in self._all if one.timer is not None]:
            self._stop(one)
            self._leave(one)

    def _stop(self, one: Stored) -> None:
        if one.timer is not None:
            one.timer.cancel()
            one.timer = None

    async def pieces(self, mail: Mail, wire: Wire) -> AsyncGenerator[bytes, None]:
        """The text of a stored mail, in pieces of whole lines."""
        at, rest = 0, b""
        while chunk := await self._folder.read(mail.stored, at, _CHUNK):
            at += len(chunk)
            whole, found, rest = (rest + chunk).rpartition(b"\r\n")
            if found:
                yield wire.encode(whole + found)
        if rest:
            yield wire.encode(rest)

    def _trouble(self, name: str, error: OSError) -> None:
        reason = error.strerror or str(error)
        said = TROUBLE.line(name=name or "THE FILES", directory=self._folder.shown, reason=reason)
        self._means.observer.say(said)


def _mark(mail: Mail, old: Status, new: Status) -> None:
    for recipient in mail.recipients:
        if recipient.status is old:
            recipient.status = new


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
