"""⚡ The spool over DB-API: jobs, data sets, output groups, claims. One short transaction a call.

Not for use by two threads at once: `emulator` gives it a thread of its own. What a disposition
means is not decided here; a caller hands in a `Selection` or the disposition that comes next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from jes import messages
from jes.errors import NotClaimed, SpoolFull
from jes.job import Phase
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Block, Recfm, count_bytes
from jes.sysout import Disposition, NewDataset, NewGroup, Selection, SpoolFile, next_group_id

FREE_STEP = 128  # tracks freed in one transaction: 8 MiB, which holds the lock some 10 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job as the reader announces it; the store gives it a number."""

    jobname: JobName
    owner: UserId
    job_class: str
    notify: UserId | None
    submitted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as a display shows it."""

    jobid: JobId
    jobname: JobName
    owner: UserId
    job_class: str
    phase: Phase
    retcode: str | None


_FILE = """
SELECT d.ds_key, d.dsid, j.jobid, j.jobname, j.owner, d.stepname, d.procstep, d.ddname, d.dsname,
       d.recfm, d.lrecl, d.records, d.bytes, g.sysout_class, g.writer, g.dest, g.forms, j.notify,
       g.disposition, g.group_id, g.number, d.incarnation
FROM datasets d JOIN jobs j USING (job_key) JOIN groups g USING (group_key)
"""

# the first of a queue by each of the two routes; the index has the rows in this order
_NEXT = """
SELECT group_key, priority FROM groups
WHERE {column} = ? AND disposition = ? AND holder IS NULL AND {column} IS NOT NULL
ORDER BY priority DESC, group_key LIMIT 1
"""


class SpoolStore:
    """A spool in a database. Every call that returned is on disk. Raises `SpoolError`."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        errors: Callable[[], AbstractContextManager[None]],
        on_close: Callable[[], None],
    ) -> None:
        self.name = name
        self._db = connection
        self._errors = errors
        self._on_close = on_close
        self._session = 0

    def close(self) -> None:
        """Let go of the spool. Claims that are still held go back at the next warm start."""
        with self._errors():
            self._db.close()
        self._on_close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._errors():
            return self._db.execute(query, values).fetchall()

    # --- start ---------------------------------------------------------------------------------

    def warm_start(self) -> None:
        """Give back every claim, sweep what was never sealed, end jobs that were running."""
        with self._transaction() as db:
            db.execute("UPDATE groups SET holder = NULL WHERE holder IS NOT NULL")
            db.execute("UPDATE datasets SET doomed = 1 WHERE sealed = 0 OR group_key IS NULL")
            db.execute(
                "UPDATE jobs SET phase = ?, retcode = 'SYS FAIL' WHERE phase IN (?, ?, ?)",
                (Phase.HARDCOPY, Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION),
            )
        while self.free():
            pass
        self.purge_finished()

    # --- jobs ----------------------------------------------------------------------------------

    def add_job(self, job: NewJob, low: int = 1, high: int = 99_999) -> JobId:
        """Put a job on the spool under the next free number of the range (jes2.md 1.7)."""
        with self._transaction() as db:
            number, jobid = self._free_number(low, high)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('last job', ?)", (number,))
            db.execute(
                "INSERT INTO jobs (jobid, jobname, owner, job_class, notify, phase, submitted)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (jobid, job.jobname, job.owner, job.job_class, job.notify, Phase.INPUT,
                 job.submitted),
            )  # fmt: skip
        return jobid

    def _free_number(self, low: int, high: int) -> tuple[int, JobId]:
        found = self._rows("SELECT value FROM meta WHERE name = 'last job'")
        last = found[0][0] if found else low - 1
        for number in (*range(last + 1, high + 1), *range(low, last + 1)):
            jobid = JobId(f"JOB{number:05d}" if high <= 99_999 else f"J{number:07d}")
            if not self._rows("SELECT 1 FROM jobs WHERE jobid = ?", jobid):
                return number, jobid
        raise SpoolFull(messages.NO_JOB_NUMBER, low=low, high=high)

    def set_phase(self, jobid: JobId, phase: Phase, retcode: str | None = None) -> None:
        """Move a job on in its life."""
        with self._transaction() as db:
            db.execute(
                "UPDATE jobs SET phase = ?, retcode = COALESCE(?, retcode) WHERE jobid = ?",
                (phase, retcode, jobid),
            )

    def jobs(self, after: str = "", limit: int = 1000) -> list[JobView]:
        """Jobs in order of their ids, at most `limit` behind `after`."""
        rows = self._rows(
            "SELECT jobid, jobname, owner, job_class, phase, retcode FROM jobs"
            " WHERE jobid > ? ORDER BY jobid LIMIT ?", after, limit,
        )  # fmt: skip
        return [
            JobView(jobid=JobId(i), jobname=JobName(n), owner=UserId(o), job_class=c,
                    phase=Phase(p), retcode=r)
            for i, n, o, c, p, r in rows
        ]  # fmt: skip

    # --- data sets -----------------------------------------------------------------------------

    def create(self, jobid: JobId, new: NewDataset) -> int:
        """Make an empty data set, not sealed and in no group. Gives its key."""
        with self._transaction() as db:
            cursor = db.execute(
                "INSERT INTO datasets (job_key, dsid, stepname, procstep, ddname, dsname, recfm,"
                " lrecl, records, bytes, sealed, doomed, incarnation)"
                " SELECT job_key, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 1 FROM jobs WHERE jobid = ?",
                (new.dsid, new.stepname, new.procstep, new.ddname, new.dsname, str(new.recfm),
                 new.lrecl, jobid),
            )  # fmt: skip
            return cursor.lastrowid or 0

    def append(self, key: int, parts: Sequence[Block]) -> None:
        """Add blocks to a data set that is not sealed; at most 4 MiB a call (blueprint §3)."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO tracks (ds_key, first, count, data) VALUES (?, ?, ?, ?)",
                [(key, part.first, part.count, part.data) for part in parts],
            )
            db.execute(
                "UPDATE datasets SET records = ?, bytes = bytes + ?"
                " WHERE ds_key = ? AND sealed = 0",
                (parts[-1].next - 1, count_bytes(parts), key),
            )

    def seal(self, key: int) -> None:
        """Nothing more will be written to the data set."""
        with self._transaction() as db:
            db.execute("UPDATE datasets SET sealed = 1 WHERE ds_key = ?", (key,))

    def read(self, key: int, record: int, limit: int) -> list[Block]:
        """Blocks from the one that holds `record` on, up to some `limit` bytes, at least one."""
        rows = self._rows(
            "SELECT first, count, data FROM tracks WHERE ds_key = ? AND first >= COALESCE("
            " (SELECT MAX(first) FROM tracks WHERE ds_key = ? AND first <= ?), 1)"
            " ORDER BY first LIMIT ?", key, key, record, max(1, limit // 65_520),
        )  # fmt: skip
        return [Block(first, count, data) for first, count, data in rows]

    def doom(self, keys: Iterable[int]) -> None:
        """Nobody will read these data sets again; `free` gives their space back."""
        with self._transaction() as db:
            self._doom(db, keys)

    def _doom(self, db: Connection, keys: Iterable[int]) -> None:
        db.executemany(
            "UPDATE datasets SET doomed = 1, sealed = 1, group_key = NULL WHERE ds_key = ?",
            [(key,) for key in keys],
        )

    def free(self) -> bool:
        """Free one step of doomed space. True while there is more to do."""
        with self._transaction() as db:
            row = db.execute("SELECT ds_key FROM datasets WHERE doomed = 1 LIMIT 1").fetchone()
            if row is None:
                return False
            gone = db.execute(
                "DELETE FROM tracks WHERE rowid IN"
                " (SELECT rowid FROM tracks WHERE ds_key = ? LIMIT ?)", (row[0], FREE_STEP),
            ).rowcount  # fmt: skip
            if gone < FREE_STEP:
                db.execute("DELETE FROM datasets WHERE ds_key = ?", row)
        with self._errors():  # through `execute` it frees next to nothing
            self._db.executescript(f"PRAGMA incremental_vacuum({FREE_STEP * 17});")
        return True

    # --- output groups -------------------------------------------------------------------------

    def taken_groups(self, jobid: JobId) -> list[tuple[str, int]]:
        """The ids that the job's output groups use."""
        return [
            (group_id, number)
            for group_id, number in self._rows(
                "SELECT group_id, number FROM groups JOIN jobs USING (job_key) WHERE jobid = ?",
                jobid,
            )
        ]

    def add_groups(
        self, jobid: JobId, groups: Sequence[NewGroup], user_of: Callable[[str], str | None]
    ) -> None:
        """Make output groups of sealed data sets. `user_of` gives a local destination's user."""
        with self._transaction() as db:
            for new in groups:
                request = new.members[0].request
                key = db.execute(
                    "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest,"
                    " dest_user, forms, disposition, priority)"
                    " SELECT job_key, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM jobs WHERE jobid = ?",
                    (new.group_id, new.number, request.sysout_class, request.writer, request.dest,
                     user_of(request.dest), request.forms, new.members[0].disposition,
                     144 if request.priority is None else request.priority, jobid),
                ).lastrowid  # fmt: skip
                db.executemany(
                    "UPDATE datasets SET group_key = ?, sealed = 1 WHERE ds_key = ?",
                    [(key, member.key) for member in new.members],
                )

    def files(self, jobid: JobId) -> list[SpoolFile]:
        """The data sets of a job that are in an output group, in data set id order."""
        return _files(self._rows(_FILE + "WHERE j.jobid = ? ORDER BY d.ds_key", jobid))

    def all_files(self) -> list[SpoolFile]:
        """Every data set that is in an output group, in the order they were made."""
        return _files(self._rows(_FILE + "ORDER BY d.ds_key"))

    # --- claims --------------------------------------------------------------------------------

    def new_session(self) -> int:
        """A number for a session that will claim."""
        self._session += 1
        return self._session

    def claim(self, session: int, selection: Selection) -> list[SpoolFile]:
        """Hold the next group that matches for `session`; its data sets, or none."""
        with self._transaction() as db:
            found = [
                row
                for column, value in (
                    ("writer", selection.writer), ("dest_user", selection.destination)
                )
                for disposition in selection.dispositions
                for row in db.execute(_NEXT.format(column=column), (value, disposition))
            ]  # fmt: skip
            if not found:
                return []
            key = min(found, key=lambda row: (-row[1], row[0]))[0]
            db.execute("UPDATE groups SET holder = ? WHERE group_key = ?", (session, key))
            return _files(db.execute(_FILE + "WHERE g.group_key = ? ORDER BY d.dsid", (key,)))

    def dispose(self, session: int, file: SpoolFile, becomes: Disposition | None) -> str | None:
        """Give one data set of a held group back: purged (None), or with a disposition.

        A data set whose disposition changes moves to a group of its own. The claim on the group
        ends with its last data set in hand. Gives the data set's group id from now on. Raises
        `NotClaimed`.
        """
        with self._transaction() as db:
            row = db.execute(
                "SELECT group_key FROM datasets JOIN groups USING (group_key)"
                " WHERE ds_key = ? AND holder = ?", (file.key, session),
            ).fetchone()  # fmt: skip
            if row is None:
                raise NotClaimed(messages.NOT_CLAIMED, dataset=file.dsname)
            if becomes is None:
                self._doom(db, [file.key])
                outgrp = None
            else:
                outgrp = self._move(db, row[0], file, becomes)
            self._drop_empty(db, row[0])
        return outgrp

    def _move(self, db: Connection, key: int, file: SpoolFile, becomes: Disposition) -> str:
        used = self.taken_groups(file.jobid)
        group_id = next_group_id(used)
        new = db.execute(
            "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, dest_user,"
            " forms, disposition, priority)"
            " SELECT job_key, ?, 1, sysout_class, writer, dest, dest_user, forms, ?, priority"
            " FROM groups WHERE group_key = ?", (group_id, becomes, key),
        ).lastrowid  # fmt: skip
        db.execute(
            "UPDATE datasets SET group_key = ?, incarnation = incarnation + 1 WHERE ds_key = ?",
            (new, file.key),
        )
        return f"{group_id}.1.1"

    def _drop_empty(self, db: Connection, key: int) -> None:
        db.execute(
            "DELETE FROM groups WHERE group_key = ?"
            " AND NOT EXISTS (SELECT 1 FROM datasets WHERE datasets.group_key = groups.group_key)",
            (key,),
        )

    def release_session(self, session: int) -> None:
        """Give back, unchanged, whatever the session holds (jes2.md 2.5)."""
        with self._transaction() as db:
            db.execute("UPDATE groups SET holder = NULL WHERE holder = ?", (session,))

    def purge_finished(self) -> None:
        """Jobs that ended and have nothing left on the spool go (jes2.md 1.6, purge rule)."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM jobs WHERE phase = ? AND NOT EXISTS"
                " (SELECT 1 FROM datasets WHERE datasets.job_key = jobs.job_key)",
                (Phase.HARDCOPY,),
            )


def _files(rows: Iterable[Any]) -> list[SpoolFile]:
    return [
        SpoolFile(
            key=key, dsid=dsid, jobid=JobId(jobid), jobname=JobName(jobname), owner=UserId(owner),
            stepname=stepname, procstep=procstep, ddname=DdName(ddname), dsname=dsname,
            recfm=Recfm(recfm), lrecl=lrecl, records=records, size=size,
            sysout_class=SysoutClass(sysout_class), writer=WriterName(writer) if writer else None,
            dest=dest, forms=forms, notify=UserId(notify) if notify else None,
            disposition=Disposition(disposition), outgrp=f"{group_id}.{number}.1",
            incarnation=incarnation,
        )
        for (key, dsid, jobid, jobname, owner, stepname, procstep, ddname, dsname, recfm, lrecl,
             records, size, sysout_class, writer, dest, forms, notify, disposition, group_id,
             number, incarnation) in rows
    ]  # fmt: skip
