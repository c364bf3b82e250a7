"""⚡ The spool over DB-API: jobs, data sets, output groups, claims. One short transaction a call.

Not for use by two threads at once: `emulator` gives it a thread of its own. What a disposition
means is not decided here; a caller hands in a `Selection` or the disposition that comes next.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, Protocol

from jes import messages
from jes.errors import NotClaimed, SpoolFull
from jes.job import Phase
from jes.names import JobId, JobName, UserId
from jes.records import BLOCK_MAX, Block, count_bytes
from jes.store.rows import FILE, JobKind, JobView, NewJob, files_of
from jes.sysout import (
    Disposition,
    NewDataset,
    NewGroup,
    Route,
    Selection,
    SpoolFile,
    next_group_id,
)

DEFAULT_PRIORITY = 144  # jes2.md 1.2
FREE_STEP = 128  # tracks freed in one transaction: 8 MiB, which holds the lock some 10 ms


# the first of a queue by each of the two routes; the index has the rows in this order
_NEXT = """
SELECT group_key, priority FROM groups
WHERE {column} = ? AND disposition = ? AND holder IS NULL AND local = 1
      AND {column} IS NOT NULL
ORDER BY priority DESC, group_key LIMIT 1
"""


class Database(Protocol):
    """What differs between databases (`jes.store.sqlite`, `jes.store.postgres`).

    Every method raises `SpoolError` for the database's own errors.
    """

    name: str
    member: int  # ours, in the table of members

    def transaction(self) -> AbstractContextManager[None]:
        """What is done inside is on disk when it ends, or not done at all."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a query; `?` stands for a value."""

    def change(self, query: str, values: Sequence[object] = ()) -> int:
        """Carry out a statement; how many rows it changed."""

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """Carry out a statement for each tuple of values."""

    def dead_members(self) -> list[int]:
        """Members that are proven to be gone; called inside a transaction."""

    def freed(self) -> None:
        """Tracks were deleted: give their space back."""

    def close(self) -> None:
        """Let go of the database, and with it of every claim of this member."""


class SpoolStore:
    """A spool in a database. Every call that returned is on disk. Raises `SpoolError`."""

    def __init__(self, database: Database) -> None:
        self.name = database.name
        self._db = database
        self._session = 0

    def close(self) -> None:
        """Let go of the spool. Claims that are still held go back by `take_over`."""
        self._db.close()

    # --- start ---------------------------------------------------------------------------------

    def warm_start(self) -> None:
        """Clean up after members that are gone: their claims go back, what they never sealed is
        swept, jobs that they were running are ended."""
        with self._db.transaction():
            for member in self._db.dead_members():
                self._take_over(member)
        while self.free():
            pass
        self.purge_finished()

    def _take_over(self, member: int) -> None:
        db = self._db
        db.change("UPDATE groups SET holder = NULL, member = NULL WHERE member = ?", (member,))
        db.change(
            "UPDATE datasets SET doomed = 1 WHERE group_key IS NULL AND job_key IN"
            " (SELECT job_key FROM jobs WHERE member = ?)", (member,),
        )  # fmt: skip
        db.change(
            "UPDATE jobs SET phase = ?, retcode = 'SYS FAIL'"
            " WHERE member = ? AND phase IN (?, ?, ?, ?)",
            (Phase.HARDCOPY, member, Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION, Phase.OUTPUT),
        )
        db.change("UPDATE jobs SET member = NULL WHERE member = ?", (member,))
        db.change("DELETE FROM members WHERE member = ?", (member,))

    # --- jobs ----------------------------------------------------------------------------------

    def add_job(self, job: NewJob, low: int = 1, high: int = 99_999) -> JobId:
        """Put a job on the spool under the next free number of the range (jes2.md 1.7).

        Batch jobs count up from the low end, started tasks down from the high one (blueprint §10).
        """
        letter = job.kind.value[0]
        with self._db.transaction():
            # first of all, since it makes other members wait for their turn
            self._db.change(
                "INSERT INTO meta (name, value) VALUES (?, NULL) ON CONFLICT (name)"
                " DO UPDATE SET value = meta.value", (f"last {job.kind}",),
            )  # fmt: skip
            number = self._free_number(job.kind, low, high)
            jobid = JobId(f"{job.kind}{number:05d}" if high <= 99_999 else f"{letter}{number:07d}")
            self._db.change("UPDATE meta SET value = ? WHERE name = ?",
                            (number, f"last {job.kind}"))  # fmt: skip
            self._db.change(
                "INSERT INTO jobs (jobid, number, jobname, owner, job_class, notify, phase,"
                " submitted, member) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (jobid, number, job.jobname, job.owner, job.job_class, job.notify, Phase.INPUT,
                 job.submitted, self._db.member),
            )  # fmt: skip
        return jobid

    def _free_number(self, kind: JobKind, low: int, high: int) -> int:
        ((found,),) = self._db.rows("SELECT value FROM meta WHERE name = ?", (f"last {kind}",))
        if kind is JobKind.STC:
            last = high + 1 if found is None else int(found)
            numbers = chain(range(last - 1, low - 1, -1), range(high, last - 1, -1))
        else:
            last = low - 1 if found is None else int(found)
            numbers = chain(range(last + 1, high + 1), range(low, last + 1))
        for number in numbers:
            if not self._db.rows("SELECT 1 FROM jobs WHERE number = ?", (number,)):
                return number
        raise SpoolFull(messages.NO_JOB_NUMBER, low=low, high=high)

    def set_phase(self, jobid: JobId, phase: Phase, retcode: str | None = None) -> None:
        """Move a job on in its life."""
        with self._db.transaction():
            self._db.change(
                "UPDATE jobs SET phase = ?, retcode = COALESCE(?, retcode) WHERE jobid = ?",
                (phase, retcode, jobid),
            )

    def jobs(self, after: str = "", limit: int = 1000) -> list[JobView]:
        """Jobs in order of their ids, at most `limit` behind `after`."""
        rows = self._db.rows(
            "SELECT jobid, jobname, owner, job_class, phase, retcode FROM jobs"
            " WHERE jobid > ? ORDER BY jobid LIMIT ?", (after, limit),
        )  # fmt: skip
        return [
            JobView(jobid=JobId(i), jobname=JobName(n), owner=UserId(o), job_class=c,
                    phase=Phase(p), retcode=r)
            for i, n, o, c, p, r in rows
        ]  # fmt: skip

    # --- data sets -----------------------------------------------------------------------------

    def create(self, jobid: JobId, new: NewDataset) -> int:
        """Make an empty data set, not sealed and in no group. Gives its key."""
        with self._db.transaction():
            ((key,),) = self._db.rows(
                "INSERT INTO datasets (job_key, dsid, stepname, procstep, ddname, dsname, recfm,"
                " lrecl, records, bytes, sealed, doomed, incarnation)"
                " SELECT job_key, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 1 FROM jobs WHERE jobid = ?"
                " RETURNING ds_key",
                (new.dsid, new.stepname, new.procstep, new.ddname, new.dsname, str(new.recfm),
                 new.lrecl, jobid),
            )  # fmt: skip
        return int(key)

    def append(self, key: int, parts: Sequence[Block]) -> None:
        """Add blocks to a data set that is not sealed; at most 4 MiB a call (blueprint §3)."""
        with self._db.transaction():
            self._db.many(
                "INSERT INTO tracks (ds_key, first, count, data) VALUES (?, ?, ?, ?)",
                [(key, part.first, part.count, part.data) for part in parts],
            )
            self._db.change(
                "UPDATE datasets SET records = ?, bytes = bytes + ?"
                " WHERE ds_key = ? AND sealed = 0",
                (parts[-1].next - 1, count_bytes(parts), key),
            )

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

    def records(self, key: int) -> int:
        """How many records a data set has so far."""
        ((count,),) = self._db.rows("SELECT records FROM datasets WHERE ds_key = ?", (key,))
        return int(count)

    def doom(self, keys: Iterable[int]) -> None:
        """Nobody will read these data sets again; `free` gives their space back."""
        with self._db.transaction():
            self._doom(keys)

    def _doom(self, keys: Iterable[int]) -> None:
        self._db.many(
            "UPDATE datasets SET doomed = 1, sealed = 1, group_key = NULL WHERE ds_key = ?",
            [(key,) for key in keys],
        )

    def free(self) -> bool:
        """Free one step of doomed space. True while there is more to do."""
        with self._db.transaction():
            found = self._db.rows("SELECT ds_key FROM datasets WHERE doomed = 1 LIMIT 1")
            if not found:
                return False
            (key,) = found[0]
            gone = self._db.change(
                "DELETE FROM tracks WHERE ds_key = ? AND first IN"
                " (SELECT first FROM tracks WHERE ds_key = ? LIMIT ?)", (key, key, FREE_STEP),
            )  # fmt: skip
            if gone < FREE_STEP:  # another member may be freeing it too
                self._db.change(
                    "DELETE FROM datasets WHERE ds_key = ? AND NOT EXISTS"
                    " (SELECT 1 FROM tracks WHERE tracks.ds_key = datasets.ds_key)", (key,),
                )  # fmt: skip
        self._db.freed()
        return True

    # --- output groups -------------------------------------------------------------------------

    def taken_groups(self, jobid: JobId) -> list[tuple[str, int]]:
        """The ids that the job's output groups use."""
        return [
            (group_id, number)
            for group_id, number in self._db.rows(
                "SELECT group_id, groups.number FROM groups JOIN jobs USING (job_key)"
                " WHERE jobid = ?", (jobid,),
            )
        ]  # fmt: skip

    def add_groups(
        self,
        jobid: JobId,
        make: Callable[[list[tuple[str, int]]], Sequence[NewGroup]],
        route: Callable[[str], Route],
    ) -> None:
        """Make output groups of sealed data sets: `make` is told the ids that are taken, `route`
        says where a destination is."""
        with self._db.transaction():
            self._lock_job(jobid)
            for new in make(self.taken_groups(jobid)):
                request = new.members[0].request
                way = route(request.dest)
                ((key,),) = self._db.rows(
                    "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest,"
                    " local, dest_user, forms, disposition, priority)"
                    " SELECT job_key, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM jobs WHERE jobid = ?"
                    " RETURNING group_key",
                    (new.group_id, new.number, request.sysout_class, request.writer, request.dest,
                     int(way.local), way.user, request.forms, new.members[0].disposition,
                     DEFAULT_PRIORITY if request.priority is None else request.priority, jobid),
                )  # fmt: skip
                self._db.many(
                    "UPDATE datasets SET group_key = ?, sealed = 1 WHERE ds_key = ?",
                    [(key, member.key) for member in new.members],
                )

    def _lock_job(self, jobid: JobId) -> None:
        """Until the transaction ends no other member may number groups of the job."""
        self._db.change("UPDATE jobs SET phase = phase WHERE jobid = ?", (jobid,))

    def files(self, jobid: JobId) -> list[SpoolFile]:
        """The data sets of a job that are in an output group, in the order they were made."""
        return files_of(self._db.rows(FILE + "WHERE j.jobid = ? ORDER BY d.ds_key", (jobid,)))

    def all_files(self) -> list[SpoolFile]:
        """Every data set that is in an output group, in the order they were made."""
        return files_of(self._db.rows(FILE + "ORDER BY d.ds_key"))

    # --- claims --------------------------------------------------------------------------------

    def new_session(self) -> int:
        """A number for a session of this member that will claim."""
        self._session += 1
        return self._session

    def claim(self, session: int, selection: Selection) -> list[SpoolFile]:
        """Hold the next group that matches for `session`; its data sets, or none."""
        with self._db.transaction():
            while found := self._candidates(selection):
                key = min(found, key=lambda row: (-row[1], row[0]))[0]
                # another member may have been quicker; its row lock makes this wait for the answer
                if self._db.change(
                    "UPDATE groups SET holder = ?, member = ?"
                    " WHERE group_key = ? AND holder IS NULL", (session, self._db.member, key),
                ):  # fmt: skip
                    where = "WHERE g.group_key = ? ORDER BY d.dsid"
                    return files_of(self._db.rows(FILE + where, (key,)))
        return []

    def _candidates(self, selection: Selection) -> list[tuple[int, int]]:
        """The first of each queue that the selection looks at: key and priority."""
        routes = (("writer", selection.writer), ("dest_user", selection.destination))
        return [
            (key, priority)
            for column, value in routes
            for disposition in selection.dispositions
            for key, priority in self._db.rows(_NEXT.format(column=column), (value, disposition))
        ]

    def dispose(self, session: int, file: SpoolFile, becomes: Disposition | None) -> str | None:
        """Give one data set of a held group back: purged (None), or with a disposition.

        A data set that stays moves to a group of its own. The claim on the group ends with its last
        data set in hand. Gives the data set's group id from now on. Raises `NotClaimed`.
        """
        with self._db.transaction():
            found = self._db.rows(
                "SELECT group_key FROM datasets JOIN groups USING (group_key)"
                " WHERE ds_key = ? AND holder = ? AND member = ?",
                (file.key, session, self._db.member),
            )
            if not found:
                raise NotClaimed(messages.NOT_CLAIMED, dataset=file.dsname)
            (key,) = found[0]
            if becomes is None:
                self._doom([file.key])
                outgrp = None
            else:
                outgrp = self._move(key, file, becomes)
            self._db.change(
                "DELETE FROM groups WHERE group_key = ? AND NOT EXISTS"
                " (SELECT 1 FROM datasets WHERE datasets.group_key = groups.group_key)", (key,),
            )  # fmt: skip
        return outgrp

    def _move(self, key: int, file: SpoolFile, becomes: Disposition) -> str:
        self._lock_job(file.jobid)
        group_id = next_group_id(self.taken_groups(file.jobid))
        ((new,),) = self._db.rows(
            "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, local,"
            " dest_user, forms, disposition, priority)"
            " SELECT job_key, ?, 1, sysout_class, writer, dest, local, dest_user, forms, ?,"
            " priority FROM groups WHERE group_key = ? RETURNING group_key",
            (group_id, becomes, key),
        )  # fmt: skip
        self._db.change(
            "UPDATE datasets SET group_key = ?, incarnation = incarnation + 1 WHERE ds_key = ?",
            (new, file.key),
        )
        return f"{group_id}.1.1"

    def release_session(self, session: int) -> None:
        """Give back, unchanged, whatever the session holds (jes2.md 2.5)."""
        with self._db.transaction():
            self._db.change(
                "UPDATE groups SET holder = NULL, member = NULL WHERE holder = ? AND member = ?",
                (session, self._db.member),
            )

    def purge_finished(self) -> None:
        """Jobs that ended and have nothing left on the spool go (jes2.md 1.6, purge rule)."""
        with self._db.transaction():
            self._db.change(
                "DELETE FROM jobs WHERE phase = ? AND NOT EXISTS"
                " (SELECT 1 FROM datasets WHERE datasets.job_key = jobs.job_key)",
                (Phase.HARDCOPY,),
            )
