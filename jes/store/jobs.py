"""Jobs on the spool: their numbers, the queues they wait on, and their end (jes2.md 1.6, 1.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from jes import messages
from jes.errors import SpoolFull
from jes.job import Phase
from jes.names import JobId, UserId
from jes.store.groups import FindRoute, Groups, MakeGroups
from jes.store.rows import JOB, NewJob, jobs_of
from jes.store.schema import JOB_HOLD
from jes.sysout import JobKind
from jes.views import JobChange, JobView


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job that waited and is ours now: its text, and who sent it in."""

    view: JobView
    jcl: str
    submitter: UserId


# the first that may run: of one name only one at a time (DUPL_JOB=DELAY, jes2.md 1.7)
_NEXT = """
SELECT job_key FROM jobs j WHERE phase = ? AND member IS NULL AND held = 0 AND jcl IS NOT NULL
{classes} {alone} ORDER BY priority DESC, job_key LIMIT 1
"""
_ALONE = (
    "AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.jobname = j.jobname AND r.member IS NOT NULL)"
)


class Jobs(Groups):
    """The jobs of a spool."""

    def add_job(self, job: NewJob, low: int = 1, high: int = 99_999) -> JobId:
        """Put a job on the spool under the next free number of the range (jes2.md 1.7).

        Batch jobs count up from the low end, started tasks down from the high one (blueprint §10).
        Raises `SpoolFull`.
        """
        letter = job.kind.value[0]
        waits = job.jcl is not None
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
                " submitted, entered, member, priority, jcl, submitter)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (jobid, number, job.jobname, job.owner, job.job_class, job.notify,
                 Phase.CONVERSION if waits else Phase.INPUT, job.submitted, job.submitted,
                 None if waits else self._db.member, job.priority, job.jcl, job.submitter),
            )  # fmt: skip
            if waits:
                self._db.tell()
        if waits:
            self.on_change()
        return jobid

    def _free_number(self, kind: JobKind, low: int, high: int) -> int:
        ((found,),) = self._db.rows("SELECT value FROM meta WHERE name = ?", (f"last {kind}",))
        if kind is JobKind.STC:
            last = high + 1 if found is None else min(max(int(found), low), high + 1)
            numbers = chain(range(last - 1, low - 1, -1), range(high, last - 1, -1))
        else:
            last = low - 1 if found is None else max(min(int(found), high), low - 1)
            numbers = chain(range(last + 1, high + 1), range(low, last + 1))
        for number in numbers:
            if not self._db.rows("SELECT 1 FROM jobs WHERE number = ?", (number,)):
                return number
        raise SpoolFull(messages.NO_JOB_NUMBER, low=low, high=high)

    def set_phase(self, jobid: JobId, phase: Phase) -> None:
        """Move a job on in its life."""
        with self._db.transaction():
            self._db.change(
                "UPDATE jobs SET phase = ?, entered = ? WHERE jobid = ?",
                (phase, self._clock(), jobid),
            )

    # --- waiting and running -------------------------------------------------------------------

    def claim_job(
        self, phase: Phase, classes: Sequence[str] = (), *, alone: bool = False
    ) -> QueuedJob | None:
        """Take the next job that waits in `phase`, of the classes in their order; () is any.

        `alone`: not while a job of the same name is being worked on. It is ours until `pass_on`,
        `give_back` or `end_job`, or until this member's death.
        """
        with self._db.transaction():
            for job_class in classes or (None,):
                of_class = "" if job_class is None else "AND job_class = ?"
                query = _NEXT.format(classes=of_class, alone=_ALONE if alone else "")
                values = (phase,) if job_class is None else (phase, job_class)
                while found := self._db.rows(query, values):
                    ((key,),) = found
                    # another member may have been quicker
                    if self._db.change(
                        "UPDATE jobs SET member = ?, entered = ?"
                        " WHERE job_key = ? AND member IS NULL AND held = 0",
                        (self._db.member, self._clock(), key),
                    ):
                        return self._queued(key)
        return None

    def _queued(self, key: int) -> QueuedJob:
        (view,) = jobs_of(self._db.rows(JOB + "WHERE j.job_key = ?", (key,)))
        ((jcl, submitter),) = self._db.rows(
            "SELECT jcl, submitter FROM jobs WHERE job_key = ?", (key,)
        )
        return QueuedJob(view, jcl, UserId(submitter or view.owner))

    def pass_on(self, jobid: JobId, phase: Phase, *, hold: bool = False) -> None:
        """Our job is through with a phase and waits for the next one, held if so asked."""
        with self._db.transaction():
            self._db.change(
                "UPDATE jobs SET phase = ?, entered = ?, member = NULL,"
                " held = CASE WHEN ? = 1 THEN 1 ELSE held END WHERE jobid = ? AND member = ?",
                (phase, self._clock(), int(hold), jobid, self._db.member),
            )
            self._db.tell()
        self.on_change()

    def give_back(self, jobid: JobId) -> None:
        """Our job did not run: what it wrote is gone, and it waits to run from its beginning."""
        with self._db.transaction():
            self._doom_unsealed("jobid = ? AND member = ?", (jobid, self._db.member))
            self._db.change(
                "UPDATE jobs SET member = NULL WHERE jobid = ? AND member = ?",
                (jobid, self._db.member),
            )
            self._db.tell()
        self.on_change()

    def _doom_unsealed(self, where: str, values: Sequence[object]) -> None:
        """Nobody will read what jobs have written and not finished."""
        self._db.change(
            "UPDATE datasets SET doomed = 1 WHERE group_key IS NULL AND job_key IN"
            f" (SELECT job_key FROM jobs WHERE {where})",
            values,
        )

    # --- the end of a job ----------------------------------------------------------------------

    def end_job(
        self,
        jobid: JobId,
        retcode: str,
        make: MakeGroups,
        route: FindRoute,
        gone: Iterable[int] = (),
    ) -> None:
        """A job ended: its result, its output groups, and the data sets (`gone`) that nobody can
        select, all in one transaction. A job that an operator purged leaves nothing."""
        now = self._clock()
        with self._db.transaction():
            self._lock_job(jobid)
            self._doom(gone)
            ((purging,),) = self._db.rows("SELECT purging FROM jobs WHERE jobid = ?", (jobid,))
            if purging:
                self._doom_unsealed("jobid = ?", (jobid,))
                mine = "job_key = (SELECT job_key FROM jobs WHERE jobid = ?)"
                self._cancel_groups(mine, (jobid,))  # it may have spun some since
            else:
                self._make_groups(jobid, make, route)
            self._db.change(
                "UPDATE jobs SET phase = ?, retcode = ?, member = NULL, entered = ?, ended = ?"
                " WHERE jobid = ?", (Phase.HARDCOPY, retcode, now, now, jobid),
            )  # fmt: skip
            self._drop_if_empty("jobid = ?", (jobid,))
            self._db.tell()
        self.on_change()

    # --- what operators do ---------------------------------------------------------------------

    def change_job(self, key: int, change: JobChange) -> bool:
        """Change a job; False when it is gone. Its output groups are held with it (jes2.md 1.5)."""
        with self._db.transaction():
            found = self._db.change(
                "UPDATE jobs SET job_class = COALESCE(?, job_class),"
                " priority = COALESCE(?, priority), held = COALESCE(?, held) WHERE job_key = ?",
                (change.job_class, change.priority,
                 None if change.held is None else int(change.held), key),
            )  # fmt: skip
            if change.held is not None:
                becomes = f"held | {JOB_HOLD}" if change.held else f"held & {~JOB_HOLD}"
                self._db.change(f"UPDATE groups SET held = {becomes} WHERE job_key = ?", (key,))
            self._db.tell()
        self.on_change()
        return bool(found)

    def cancel_job(self, key: int, *, purge: bool) -> bool:
        """Ask for the end of a job ($C J, $P J), with its output when `purge`.

        What is in hand of somebody goes when they let go. False: it is gone already.
        """
        with self._db.transaction():
            found = self._db.rows("SELECT phase, member FROM jobs WHERE job_key = ?", (key,))
            if not found:
                return False
            ((phase, member),) = found
            self._db.change(
                "UPDATE jobs SET cancelled = 1, purging = CASE WHEN ? = 1 THEN 1 ELSE purging END"
                " WHERE job_key = ?", (int(purge), key),
            )  # fmt: skip
            if phase in (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION) and member is None:
                now = self._clock()
                self._db.change(
                    "UPDATE jobs SET phase = ?, retcode = 'CANCELED', held = 0, entered = ?,"
                    " ended = ? WHERE job_key = ?", (Phase.HARDCOPY, now, now, key),
                )  # fmt: skip
            if purge:
                self._cancel_groups("job_key = ?", (key,))
            self._drop_if_empty("job_key = ?", (key,))
            self._db.tell()
        self.on_change()
        return True

    def asked_to_end(self) -> list[JobId]:
        """Jobs of ours that an operator cancelled while they run."""
        return [
            JobId(jobid)
            for (jobid,) in self._db.rows(
                "SELECT jobid FROM jobs WHERE member = ? AND cancelled = 1", (self._db.member,)
            )
        ]
