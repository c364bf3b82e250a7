"""⚡ The spool over DB-API: jobs, data sets, output groups, claims. One short transaction a call.

Not for use by two threads at once: `emulator` gives it a thread of its own. What a disposition
means is not decided here; a caller hands in a `Selection` or the disposition that comes next.
"""

from contextlib import suppress

from jes.errors import SpoolError
from jes.job import Phase
from jes.store.capacity import CAPACITY
from jes.store.catalogue import Catalogue
from jes.store.database import Clock, Database
from jes.store.jobs import Jobs


def no_time() -> str:
    """The time of day of a store that was not given a clock."""
    return ""


class SpoolStore(Jobs, Catalogue):
    """A spool in a database. Every call that returned is on disk. Raises `SpoolError`."""

    def __init__(
        self, database: Database, clock: Clock = no_time, capacity: int = CAPACITY
    ) -> None:
        """`clock` gives ISO times, `capacity` is in bytes."""
        super().__init__(database, clock, capacity)
        self.name = database.name
        self.repaired = False  # the last warm start found something to clean up

    def close(self) -> None:
        """Let go of the spool: a member leaves it, and what it still held goes back."""
        with suppress(SpoolError):  # of a spool that is lost, others take over
            if self._db.joined:
                with self._db.transaction():
                    self._take_over(self._db.member)
                    self._db.tell()
        self._db.close()

    def news(self) -> bool:
        """Whether another member or process changed the spool since the last call."""
        return self._db.news()

    # --- start ---------------------------------------------------------------------------------

    def warm_start(self) -> None:
        """Clean up after members that are gone: their claims go back, what they never sealed is
        swept, jobs that they were running wait to run again, or have ended when nobody kept their
        JCL (jes2.md 1.9)."""
        left = self.take_over()
        while self.free():
            self.repaired = True
        with self._db.transaction():
            self._drop_if_empty("1 = 1")
        self.repaired = self.repaired or bool(left)

    def take_over(self, *, member: int | None = None) -> list[str]:
        """Take over from every member that is proven to be dead, and from `member` because an
        operator says that it is ($E MEMBER). The names of those."""
        with self._db.transaction():
            gone = {*self._db.dead_members(), *([] if member is None else [member])}
            if not gone:
                return []
            names = [
                (number, name)
                for number, name in self._db.rows("SELECT member, name FROM members")
                if number in gone
            ]
            for number in gone:
                self._take_over(number)
            self._db.tell()
        self.on_change()
        return [name for _, name in names]

    def _take_over(self, member: int) -> None:
        now = self._clock()
        self._let_go("member = ? AND holder IS NOT NULL", (member,))
        self._doom_unsealed("member = ?", (member,))
        self._db.change(
            "UPDATE jobs SET phase = ?, retcode = 'SYS FAIL', entered = ?, ended = ?"
            " WHERE member = ? AND jcl IS NULL AND phase IN (?, ?, ?, ?)",
            (Phase.HARDCOPY, now, now, member, Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION,
             Phase.OUTPUT),
        )  # fmt: skip
        self._db.change("UPDATE jobs SET member = NULL WHERE member = ?", (member,))
        self._db.change("DELETE FROM members WHERE member = ?", (member,))
