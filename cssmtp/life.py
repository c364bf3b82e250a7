"""The life of a mail that its targets did not take at once: long retry, extended retry, the end
(docs/explanation/life-of-a-mail.md has the states; cssmtp-operations.md 4.2).

`Life.keeps` is asked about every mail that a delivery is done with and that did not reach all its
recipients. A mail that is kept stays on the way of its spool file, which stays in use; each mail
leaves by `FileWork.final`, once. No I/O of its own.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cssmtp import retry
from cssmtp.clock import Timer
from cssmtp.extendedretry import ExtendedRetries
from cssmtp.mail import Mail, Status
from cssmtp.means import Means
from cssmtp.retry import Next, Step
from cssmtp.returning import Returning
from cssmtp.transcode import Wire
from cssmtp.work import FileWork, Item


@dataclass(slots=True, eq=False)
class Kept:
    """A mail in long retry: `tries` counts retries made. It has a `timer` while it waits."""

    work: FileWork
    mail: Mail
    first: datetime
    tries: int = 0
    timer: Timer | None = None


class Life:
    """The lives of the mails of one CSSMTP as long as it runs. `on_quiet` is called when no mail is
    in extended retry any more."""

    def __init__(self, means: Means, on_quiet: Callable[[], None]) -> None:
        self._means = means
        self._kept: dict[tuple[int, int], Kept] = {}  # by spool file and ordinal
        self.returning = Returning(means)
        extended = means.config.extended_retry
        self._extended: ExtendedRetries | None = None
        if extended is not None and retry.is_on(extended) and means.mails is not None:
            self._extended = ExtendedRetries(means, extended, means.mails, self.returning, on_quiet)
        self._hurried = False
        self._closed = False

    async def load(self) -> None:
        """Take up the mails in extended retry of an earlier start."""
        if self._extended is not None:
            await self._extended.load()

    @property
    def open(self) -> bool:
        """Mails are in extended retry."""
        return bool(self._extended)

    def keeps(self, work: FileWork, mail: Mail) -> bool:
        """Whether a mail goes on, that a delivery is done with (`FileWork.keeps`)."""
        if self._closed:
            return False
        statuses = {one.status for one in mail.recipients}
        key = (work.file.key, mail.ordinal)
        if Status.PENDING not in statuses and Status.RETRY in statuses:
            kept = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = Kept(work, mail, self._means.clock.now())
            return self._next(kept, self._after_failure(kept.tries))
        self._kept.pop(key, None)
        return Status.PENDING not in statuses and self._ends(work, mail)

    def _after_failure(self, tries: int) -> Next:
        config = self._means.config
        return retry.after_failure(tries, config.retry_limit, config.extended_retry)

    def _next(self, kept: Kept, step: Next) -> bool:
        """Do the step; whether the mail stays on the way of its spool file."""
        work, mail = kept.work, kept.mail
        if step.step is Step.LONG and self._waits(step.wait):
            self._wait(kept, step.wait)
            return True
        if step.step is Step.EXTENDED and self._extended is not None:
            self._means.spawn(self._move(kept, self._extended, step.wait))
            return True
        del self._kept[work.file.key, mail.ordinal]
        if step.step is not Step.OVER:
            return False  # nobody waits here: it is left for retry
        for recipient in mail.recipients:
            if recipient.status is Status.RETRY:
                recipient.status = Status.UNDELIVERABLE
        return self._ends(work, mail)

    # --- long retry ----------------------------------------------------------------------------

    def _waits(self, wait: timedelta) -> bool:
        until = self._means.until
        return not self._hurried and (until is None or self._means.clock.now() + wait <= until)

    def _wait(self, kept: Kept, wait: timedelta) -> None:
        clock = self._means.clock
        kept.work.long_retry += 1
        kept.mail.let_go()
        kept.timer = clock.later(wait.total_seconds(), partial(self._try, kept))
        if not self._means.config.timeout.connect_idle:
            clock.later(0, self._means.sender.release)

    def _try(self, kept: Kept) -> None:
        """The Interval is over: once more, with the recipients that are open."""
        self._woken(kept)
        kept.tries += 1
        kept.mail.tries = 0
        for recipient in kept.mail.recipients:
            if recipient.status is Status.RETRY:
                recipient.status = Status.PENDING
        self._means.sender.again(Item(kept.mail, kept.work))

    def _woken(self, kept: Kept) -> None:
        if kept.timer is not None:
            kept.timer.cancel()
            kept.timer = None
            kept.work.long_retry -= 1

    async def _move(self, kept: Kept, extended: ExtendedRetries, wait: timedelta) -> None:
        """Long retry is used up: to the MailDirectory, and off the spool."""
        work, mail = kept.work, kept.mail
        if await extended.move(work, mail, kept.first):
            del self._kept[work.file.key, mail.ordinal]
            mail.text = []
            work.final(mail)
        elif self._waits(wait):
            self._wait(kept, wait)
        else:
            del self._kept[work.file.key, mail.ordinal]
            work.final(mail)

    # --- the end -------------------------------------------------------------------------------

    def _ends(self, work: FileWork, mail: Mail) -> bool:
        """Every recipient has its outcome: whether something is still to be done for the mail."""
        owed = self.returning.owed(mail)
        if owed:
            self._means.spawn(self._give_back(work, mail))
        return owed

    async def _give_back(self, work: FileWork, mail: Mail) -> None:
        if not await self.returning.give_back(work, mail):
            work.hold = True
        work.final(mail)

    # --- from outside --------------------------------------------------------------------------

    async def pieces(self, mail: Mail, wire: Wire) -> AsyncGenerator[bytes, None]:
        """The text of a mail in extended retry, or of one that has it inside."""
        if self._extended is not None:
            async for piece in self._extended.pieces(mail, wire):
                yield piece

    def flush_long(self, work: FileWork) -> int:
        """The mails of a spool file that wait for a long retry take the step behind it now."""
        waiting = [one for one in self._kept.values() if one.work is work and one.timer is not None]
        for kept in waiting:
            self._woken(kept)
            if not self._next(kept, self._after_failure(self._means.config.retry_limit.count)):
                work.final(kept.mail)
        return len(waiting)

    def flush_extended(self, days: int) -> int:
        """As `ExtendedRetries.flush`."""
        return self._extended.flush(days) if self._extended is not None else 0

    def hurry(self) -> None:
        """Wait for no retry any more: mails in long retry go back with their spool files, those in
        extended retry stay in their directory."""
        self._hurried = True
        for kept in [one for one in self._kept.values() if one.timer is not None]:
            self._woken(kept)
            del self._kept[kept.work.file.key, kept.mail.ordinal]
            kept.work.final(kept.mail)
        if self._extended is not None:
            self._extended.close()

    def close(self) -> None:
        """Nothing is kept, tried or sent any more."""
        self._closed = True
        for kept in self._kept.values():
            self._woken(kept)
        if self._extended is not None:
            self._extended.close()
