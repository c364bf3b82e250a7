"""SYSOUT data sets and the space they take: written in steps, sealed, purged in steps."""

from collections.abc import Collection, Sequence
from secrets import randbelow

from jes import messages
from jes.errors import SpoolError, SpoolShortage
from jes.job import Phase
from jes.names import JobId
from jes.records import BLOCK_MAX, Block, count_bytes
from jes.store.database import Clock, Database, Part, retried
from jes.sysout import NewDataset

# SQLite uses keys again, and a spool may be restored from a copy or begun anew: the first
# incarnation is any number, so that no data set is taken for one that had its key and job id before
_INCARNATIONS = 1 << 30
FREE_STEP = 64  # tracks, or data sets, freed in one transaction: 4 MiB at most


class Datasets(Part):
    """The data sets of a spool of `capacity` bytes."""

    def __init__(self, database: Database, clock: Clock, capacity: int) -> None:
        super().__init__(database, clock)
        self.capacity = capacity

    @retried
    def create(self, jobid: JobId, new: NewDataset) -> int:
        """Make an empty data set, not sealed and in no group. Gives its key."""
        with self._db.transaction():
            self._as_member()
            ((key,),) = self._db.rows(
                "INSERT INTO datasets (job_key, dsid, stepname, procstep, ddname, dsname, recfm,"
                " lrecl, records, bytes, sealed, doomed, incarnation, sysout_class)"
                " SELECT job_key, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ? FROM jobs WHERE jobid = ?"
                " RETURNING ds_key",
                (new.dsid, new.stepname, new.procstep, new.ddname, new.dsname, str(new.recfm),
                 new.lrecl, randbelow(_INCARNATIONS), new.request.sysout_class, jobid),
            )  # fmt: skip
        return int(key)

    @retried
    def append(self, key: int, parts: Sequence[Block]) -> None:
        """Add blocks to a data set that is not sealed; at most 4 MiB a call (blueprint §3).

        Raises `SpoolShortage` when the spool has no room for them, `SpoolError` when the data set
        is sealed, purged or gone; nothing is added then.
        """
        size = count_bytes(parts)
        with self._db.transaction():
            self._as_member()
            if not self._db.change(
                "UPDATE datasets SET records = ?, bytes = bytes + ?"
                " WHERE ds_key = ? AND sealed = 0 AND doomed = 0",
                (parts[-1].next - 1, size, key),
            ):
                raise SpoolError(messages.NOT_OPEN, key=key)
            self._db.many(
                "INSERT INTO tracks (ds_key, first, count, data) VALUES (?, ?, ?, ?)",
                [(key, part.first, part.count, part.data) for part in parts],
            )
            # last of all, since other members wait for this row
            if not self._db.change(
                "UPDATE meta SET value = value + ? WHERE name = 'used' AND value + ? <= ?",
                (size, size, self.capacity),
            ):
                raise SpoolShortage(messages.SPOOL_FULL, spool=self._db.name)

    def seal(self, key: int) -> None:
        """Nothing more will be written to the data set."""
        with self._db.transaction():
            self._db.change("UPDATE datasets SET sealed = 1 WHERE ds_key = ?", (key,))

    def read(self, key: int, record: int, limit: int) -> list[Block]:
        """Blocks from the one that holds `record` on, up to some `limit` bytes, at least one."""
        rows = self._db.rows(
            "SELECT first, count, data FROM tracks WHERE ds_key = ? AND first >= COALESCE("
            " (SELECT MAX(first) FROM tracks WHERE ds_key = ? AND first <= ?), 1)"
            " ORDER BY first LIMIT ?", (key, key, record, max(1, limit // BLOCK_MAX)),
        )  # fmt: skip
        return [Block(first, count, data) for first, count, data in rows]

    def incarnations(self, keys: Collection[int]) -> dict[int, int]:
        """The data sets of these that are still there, and in which incarnation."""
        found: dict[int, int] = {}
        wanted = sorted(keys)
        for at in range(0, len(wanted), FREE_STEP):
            some = wanted[at : at + FREE_STEP]
            found.update(
                self._db.rows(
                    "SELECT ds_key, incarnation FROM datasets WHERE doomed = 0 AND ds_key IN"
                    f" ({', '.join('?' * len(some))})", some,
                )
            )  # fmt: skip
        return found

    def records(self, key: int) -> int:
        """How many records a data set has so far."""
        ((count,),) = self._db.rows("SELECT records FROM datasets WHERE ds_key = ?", (key,))
        return int(count)

    @retried
    def doom(self, keys: Collection[int]) -> None:
        """Nobody will read these data sets again; `free` gives their space back."""
        with self._db.transaction():
            self._doom(keys)

    def _doom(self, keys: Collection[int]) -> None:
        self._db.many(
            "UPDATE datasets SET doomed = 1, sealed = 1, group_key = NULL WHERE ds_key = ?",
            [(key,) for key in keys],
        )

    @retried
    def free(self) -> bool:
        """Free one step of doomed space, of one large data set or many small ones; a job goes with
        its last data set. True: there is more."""
        freed = ended = 0
        with self._db.transaction():
            found = self._db.rows(
                "SELECT ds_key, job_key, bytes FROM datasets WHERE doomed = 1 LIMIT ?", (FREE_STEP,)
            )
            for key, job, size in found:
                gone = self._db.change(
                    "DELETE FROM tracks WHERE ds_key = ? AND first IN"
                    " (SELECT first FROM tracks WHERE ds_key = ? ORDER BY first DESC LIMIT ?)",
                    (key, key, FREE_STEP - freed),
                )
                freed += gone
                # another member may be freeing it too
                if freed < FREE_STEP and self._db.change(
                    "DELETE FROM datasets WHERE ds_key = ? AND NOT EXISTS"
                    " (SELECT 1 FROM tracks WHERE tracks.ds_key = datasets.ds_key)", (key,),
                ):  # fmt: skip
                    self._db.change(
                        "UPDATE meta SET value = value - ? WHERE name = 'used'", (size,)
                    )
                    self._drop_if_empty("job_key = ?", (job,))
                    ended += 1
                if freed >= FREE_STEP:
                    break
            if ended:
                self._db.tell()
        if not found:
            return False
        self._db.freed()
        if ended:
            self.on_change()
        return True

    def _doom_ungrouped(self, where: str, values: Sequence[object]) -> None:
        """Nobody will read what jobs have written and no output group has."""
        self._db.change(
            "UPDATE datasets SET doomed = 1, sealed = 1 WHERE group_key IS NULL AND doomed = 0"
            f" AND job_key IN (SELECT job_key FROM jobs WHERE {where})",
            values,
        )

    def _drop_if_empty(self, where: str, values: Sequence[object] = ()) -> None:
        """Ended jobs that have nothing left on the spool go (jes2.md 1.6, purge rule)."""
        self._db.change(
            f"DELETE FROM jobs WHERE {where} AND phase = ? AND NOT EXISTS"
            " (SELECT 1 FROM datasets WHERE datasets.job_key = jobs.job_key)",
            (*values, Phase.HARDCOPY),
        )

    def _lock_job(self, jobid: JobId) -> None:
        """Until the transaction ends no other member may number groups of the job."""
        self._db.change("UPDATE jobs SET phase = phase WHERE jobid = ?", (jobid,))
