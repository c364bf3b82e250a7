"""Undeliverable mail goes back to its sender, or becomes a dead letter (cssmtp-operations.md 4.5).

A notification and an error report get one try: whatever does not deliver them makes dead letters.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from cssmtp.clock import waiting
from cssmtp.config.statements import DeadLetterAction
from cssmtp.folder import Folder
from cssmtp.mail import Mail, Status
from cssmtp.means import Means
from cssmtp.reportmail import report_mail
from cssmtp.undeliverable import (
    DEAD_LETTER_END,
    DeadLetter,
    dead_letter_head,
    dead_letter_name,
    failed,
    harmless,
    notification,
)
from cssmtp.work import FileWork, Item
from jes.messages import Message

NOT_STORED = Message(
    "JML391E",
    "{jobname} {jobid}: DEAD LETTER OF MAIL {ordinal} CANNOT BE STORED IN {directory} ({reason}),"
    " THE SPOOL FILE OR THE FILE IN THE MAILDIRECTORY IS KEPT",
)
NO_DIRECTORY = "no folder is set for it"


def one_try(work: FileWork, mail: Mail) -> bool:
    """For `FileWork.keeps`: a mail that is sent once, and never kept."""
    for recipient in mail.recipients:
        if recipient.status is not Status.DELIVERED:
            recipient.status = Status.UNDELIVERABLE
    return False


class Returning:
    """Sends notifications, and stores dead letters."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def owed(self, mail: Mail) -> bool:
        """Something is to be done for the mail: it is undeliverable, and senders are notified."""
        return self._means.config.undeliverable.return_to_mail_from and bool(failed(mail))

    async def give_back(self, work: FileWork, mail: Mail) -> bool:
        """Notify the sender of an undeliverable mail; without one, or when that fails, the dead
        letter. False when its text is nowhere but where it was."""
        if not mail.sender:
            return await self.bury(work, mail)
        means = self._means
        read = work.begun or means.clock.now()
        made = notification(mail, work.file, means.origin, read, means.stamps.next())
        letter = FileWork(work.file, work.reader, means.observer.mail, keeps=one_try)
        means.books.notified()
        await self.send(letter, made)
        return not failed(made) or await self.bury(letter, made)

    async def report(self, work: FileWork, lines: Sequence[str]) -> bool:
        """Mail an error report to the administrators. False when it is neither taken nor stored."""
        means = self._means
        origin = (means.config.report_mail_from, means.origin.jobname, means.origin.host)
        people, moment = means.config.mail_administrators, means.stamps.next()
        mail = report_mail(work.file, lines, people, origin, moment)
        letter = FileWork(work.file, work.reader, means.observer.mail, keeps=one_try)
        await self.send(letter, mail)
        return not failed(mail) or await self.bury(letter, mail)

    async def send(self, letter: FileWork, mail: Mail) -> None:
        """Send a mail of our own, and wait for its outcome."""
        letter.on_way[mail.ordinal] = mail
        await self._means.sender.put(Item(mail, letter))
        with waiting(self._means.clock):
            await letter.idle()

    async def bury(self, work: FileWork, mail: Mail) -> bool:
        """Make a dead letter of a mail. False when it had to be stored, and could not be."""
        means, file = self._means, work.file
        reason = next((one.reply for one in failed(mail) if one.reply), "")
        names = {"jobname": file.jobname, "jobid": file.jobid, "ordinal": mail.ordinal}
        stored, problem = None, ""
        if means.config.undeliverable.dead_letter_action is DeadLetterAction.STORE:
            try:
                stored = await self._store(work, mail)
            except OSError as error:
                problem = error.strerror or str(error)
                where = means.config.undeliverable.directory(means.config.ext_wrt_name)
                means.observer.say(NOT_STORED.line(**names, directory=where, reason=problem))
        means.books.buried()
        means.observer.dead_letter(
            file, DeadLetter(mail.ordinal, mail.kind, reason, stored, problem)
        )
        return not problem

    async def _store(self, work: FileWork, mail: Mail) -> str:
        folder = self._means.letters
        if folder is None:
            raise OSError(NO_DIRECTORY)
        name = await self._free(folder, work, mail)
        await folder.write(name, self._letter(work, mail))
        return folder.shown + name

    async def _free(self, folder: Folder, work: FileWork, mail: Mail) -> str:
        """A name that no file has; no two moments of `stamps` are the same."""
        there = set(await folder.names())
        moment, number = self._means.stamps.next(), 1
        while (name := dead_letter_name(work.file, mail.kind, moment, number)) in there:
            number += 1
        return name

    async def _letter(self, work: FileWork, mail: Mail) -> AsyncIterator[bytes]:
        """Envelope and text, in the Charset of the first target, with LF line ends."""
        means = self._means
        yield dead_letter_head(mail, means.origin.host)
        async with aclosing(means.pieces(Item(harmless(mail), work), means.wire())) as pieces:
            async for piece in pieces:
                yield piece.replace(b"\r\n", b"\n")
        yield DEAD_LETTER_END
