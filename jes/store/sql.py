"""⚡ The spool over DB-API: jobs, data sets, output groups, claims. One short transaction a call.

Not for use by two threads at once: `emulator` gives it a thread of its own. What a disposition
means is not decided here; a caller hands in a `Selection` or the disposition that comes next.
"""

from contextlib import suppress

from jes.errors import SpoolError
from jes.job import Phase
from jes.store.capacity import CAPACITY
from jes.store.catalogue import Catalogue
from jes.store.database import Clock, Database, retried
from jes.store.jobs import BEFORE_THE_END, Jobs

# who holds something and is no member
_STRAYS = """
SELECT member FROM groups WHERE holder IS NOT NULL AND member NOT IN (SELECT member FROM members)
UNION
SELECT member FROM jobs WHERE member IS NOT NULL AND member NOT IN (SELECT member FROM members)
"""


_LEAVE = """
DELETE FROM members WHERE member = ? AND NOT EXISTS (SELECT 1 FROM jobs WHERE member = ?)
AND NOT EXISTS (SELECT 1 FROM groups WHERE member = ?)
"""


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
        self._held: dict[str, str] = {}  # writer names and whose they are
        self.repaired = False  # the last warm start found something to clean up

    def close(self) -> None:
        """Let go of the spool. A member that has nothing in hand leaves it; from any other the next
        start, or another member, takes over."""
        with suppress(SpoolError):
            if self._db.joined:
                with self._db.transaction():
                    self._db.change(_LEAVE, (self._db.member,) * 3)
        self._db.close()

    def news(self) -> bool:
        """Whether another member or process changed the spool since the last call."""
        return self._db.news()

    def still_a_member(self) -> None:
        """Raises `Evicted` when an operator took us out of the spool."""
        with self._db.transaction():
            self._as_member()

    def hold_writer(self, writer: str, holder: str) -> str | None:
        """A writer name belongs to one started task at a time: to `holder` from now on, until
        `free_writer` or this member's end. Who has it, when it is taken."""
        other = self._held.get(writer) or self._db.hold_name(writer)
        if other is None:
            self._held[writer] = holder
        return other

    def free_writer(self, writer: str) -> None:
        """The writer name is nobody's."""
        if self._held.pop(writer, None) is not None:
            self._db.let_go_name(writer)

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

    @retried
    def take_over(self, *, member: int | None = None) -> list[str]:
        """Take over from every member that is proven to be dead, from `member` because an operator
        says that it is ($E MEMBER), and from whoever is in the list of members no more. The names
        of those that were."""
        with self._db.transaction():
            gone = {*self._db.dead_members(), *([] if member is None else [member])}
            marks = ", ".join("?" * len(gone)) or "NULL"
            # one that is alive finishes its transaction first, and has no other
            listed = self._db.rows(
                f"SELECT member, name FROM members WHERE member IN ({marks}) ORDER BY member"
                f"{self._db.locked}",
                sorted(gone),
            )
            self._db.change(f"DELETE FROM members WHERE member IN ({marks})", sorted(gone))
            gone.update(row[0] for row in self._db.rows(_STRAYS))
            if not gone:
                return []
            for number in sorted(gone):  # jobs before groups, as everywhere
                self._free_jobs_of(number)
            for number in sorted(gone):
                self._let_go("member = ? AND holder IS NOT NULL", (number,))
            self._db.tell()
        self.on_change()
        return [name for _, name in listed]

    def _free_jobs_of(self, member: int) -> None:
        now = self._clock()
        for key in self._free_jobs("member = ?", (member,)):
            self._db.change(
                "UPDATE jobs SET phase = ?, retcode = 'SYS FAIL', entered = ?, ended = ?"
                " WHERE job_key = ? AND jcl IS NULL AND phase IN (?, ?, ?, ?)",
                (Phase.HARDCOPY, now, now, key, *BEFORE_THE_END),
            )
            self._drop_if_empty("job_key = ?", (key,))
