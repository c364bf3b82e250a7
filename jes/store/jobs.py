"""Jobs on the spool: their numbers, the queues they wait on, and their end (jes2.md 1.6, 1.7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

from jes import messages
from jes.errors import SpoolFull
from jes.job import Phase
from jes.names import JobId, UserId
from jes.store.database import retried
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
SELECT job_key, jobname FROM jobs j WHERE phase = ? AND member IS NULL AND held = 0
AND cancelled = 0 AND jcl IS NOT NULL {classes} {alone} ORDER BY priority DESC, job_key LIMIT 1
"""
# the few names that run, looked up once: a look for each job that waits would add up
_ALONE = "AND jobname NOT IN (SELECT jobname FROM jobs WHERE member IS NOT NULL)"
BEFORE_THE_END = (Phase.INPUT, Phase.CONVERSION, Phase.EXECUTION, Phase.OUTPUT)


class Jobs(Groups):
    """The jobs of a spool."""

    @retried
    def add_job(self, job: NewJob, low: int = 1, high: int = 99_999) -> JobId:
        """Put a job on the spool under the next free number of the range (jes2.md 1.7).

        Batch jobs count up from the low end, started tasks down from the high one (blueprint §10).
        Visitors may only add jobs that wait. Raises `SpoolFull`.
        """
        letter = job.kind.value[0]
        waits = job.jcl is not None
        with self._db.transaction():
            if self._db.member or not waits:
                self._as_member()
            # before all else, since it makes other members wait for their turn
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

    @retried
    def set_phase(self, jobid: JobId, phase: Phase) -> None:
        """Move a job of ours on in its life."""
        with self._db.transaction():
            self._db.change(
                "UPDATE jobs SET phase = ?, entered = ? WHERE jobid = ? AND member = ?",
                (phase, self._clock(), jobid, self._db.member),
            )

    # --- waiting and running -------------------------------------------------------------------

    @retried
    def claim_job(
        self, phase: Phase, classes: Sequence[str] = (), *, alone: bool = False
    ) -> QueuedJob | None:
        """Take the next job that waits in `phase`, of the classes in their order; () is any.

        `alone`: not while a job of the same name is being worked on. It is ours until `pass_on`,
        `give_back` or `end_job`, or until this member's death.
        """
        with self._db.transaction():
            self._as_member()
            for job_class in classes or (None,):
                of_class = "" if job_class is None else "AND job_class = ?"
                query = _NEXT.format(classes=of_class, alone=_ALONE if alone else "")
                values = (phase,) if job_class is None else (phase, job_class)
                while found := self._db.rows(query, values):
                    ((key, name),) = found
                    if alone and self._is_running(name):
                        continue
                    # another member, or an operator, may have been quicker
                    if self._db.change(
                        "UPDATE jobs SET member = ?, entered = ? WHERE job_key = ?"
                        " AND phase = ? AND member IS NULL AND held = 0 AND cancelled = 0",
                        (self._db.member, self._clock(), key, phase),
                    ):
                        return self._queued(key)
        return None

    def _is_running(self, name: str) -> bool:
        """Whether a job of this name is being worked on, once all who ask this have had their
        turn: two members that look at the same time would both see that none is."""
        self._db.take_turn(name)
        running = "SELECT 1 FROM jobs WHERE jobname = ? AND member IS NOT NULL LIMIT 1"
        return bool(self._db.rows(running, (name,)))

    def _queued(self, key: int) -> QueuedJob:
        (view,) = jobs_of(self._db.rows(JOB + "WHERE j.job_key = ?", (key,)))
        ((jcl, submitter),) = self._db.rows(
            "SELECT jcl, submitter FROM jobs WHERE job_key = ?", (key,)
        )
        return QueuedJob(view, jcl, UserId(submitter or view.owner))

    def jcl(self, jobid: JobId) -> str | None:
        """A job's JCL as it was submitted; None: it is gone, or came without (a started task)."""
        found = self._db.rows("SELECT jcl FROM jobs WHERE jobid = ?", (jobid,))
        return None if not found else found[0][0]

    @retried
    def pass_on(self, jobid: JobId, phase: Phase, *, hold: bool = False) -> None:
        """Our job is through with a phase and waits for the next one, held if so asked; one that an
        operator cancelled meanwhile ends."""
        with self._db.transaction():
            self._db.change(
                "UPDATE jobs SET phase = ?, entered = ?, member = NULL,"
                " held = CASE WHEN ? = 1 THEN 1 ELSE held END WHERE jobid = ? AND member = ?",
                (phase, self._clock(), int(hold), jobid, self._db.member),
            )
            self._end_cancelled("jobid = ?", (jobid,))
            self._db.tell()
        self.on_change()

    @retried
    def give_back(self, jobid: JobId) -> None:
        """Our job did not run: what it wrote is gone, and it waits to run from its beginning, or
        ends when an operator cancelled it."""
        with self._db.transaction():
            self._free_jobs("jobid = ? AND member = ?", (jobid, self._db.member))
            self._db.tell()
        self.on_change()

    def _free_jobs(self, where: str, values: Sequence[object]) -> list[int]:
        """Jobs that nobody works on any more: what they have not finished is gone, and those that
        an operator cancelled end. Their keys."""
        freed = self._db.rows(
            f"UPDATE jobs SET member = NULL WHERE {where} RETURNING job_key", values
        )
        for (key,) in freed:
            self._doom_ungrouped("job_key = ?", (key,))
            self._end_cancelled("job_key = ?", (key,))
        return [key for (key,) in freed]

    def _end_cancelled(self, where: str, values: Sequence[object]) -> None:
        """Jobs that an operator cancelled end when nobody works on them."""
        now = self._clock()
        for key, purging in self._db.rows(
            "UPDATE jobs SET phase = ?, retcode = 'CANCELED', held = 0, entered = ?, ended = ?"
            f" WHERE {where} AND cancelled = 1 AND member IS NULL AND phase IN (?, ?, ?, ?)"
            " RETURNING job_key, purging",
            (Phase.HARDCOPY, now, now, *values, *BEFORE_THE_END),
        ):
            if purging:
                self._cancel_groups("job_key = ?", (key,))
            self._drop_if_empty("job_key = ?", (key,))

    # --- the end of a job ----------------------------------------------------------------------

    @retried
    def end_job(
        self,
        jobid: JobId,
        retcode: str,
        make: MakeGroups,
        route: FindRoute,
        gone: Collection[int] = (),
    ) -> None:
        """A job ended: its result, its output groups, and the data sets (`gone`) that nobody can
        select, all in one transaction. What is in no group then goes too, and a job that an
        operator purged leaves nothing."""
        now = self._clock()
        with self._db.transaction():
            self._as_member()
            self._lock_job(jobid)
            self._doom(gone)
            ((purging,),) = self._db.rows("SELECT purging FROM jobs WHERE jobid = ?", (jobid,))
            if purging:
                mine = "job_key = (SELECT job_key FROM jobs WHERE jobid = ?)"
                self._cancel_groups(mine, (jobid,))  # it may have spun some since
            else:
                self._make_groups(jobid, make, route)
            self._doom_ungrouped("jobid = ?", (jobid,))
            self._db.change(
                "UPDATE jobs SET phase = ?, retcode = ?, member = NULL, entered = ?, ended = ?"
                " WHERE jobid = ?", (Phase.HARDCOPY, retcode, now, now, jobid),
            )  # fmt: skip
            self._drop_if_empty("jobid = ?", (jobid,))
            self._db.tell()
        self.on_change()

    # --- what operators do ---------------------------------------------------------------------

    @retried
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

    @retried
    def cancel_job(self, key: int, *, purge: bool) -> bool:
        """Ask for the end of a job ($C J, $P J), with its output when `purge`.

        What is in hand of somebody goes when they let go. False: it is gone already.
        """
        with self._db.transaction():
            # from here on nobody can claim it, and we know whether somebody has
            found = self._db.rows(
                "UPDATE jobs SET cancelled = 1, purging = CASE WHEN ? = 1 THEN 1 ELSE purging END"
                " WHERE job_key = ? RETURNING phase", (int(purge), key),
            )  # fmt: skip
            if not found:
                return False
            self._end_cancelled("job_key = ?", (key,))
            if purge:
                if found[0][0] == Phase.HARDCOPY:
                    self._doom_ungrouped("job_key = ?", (key,))
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
