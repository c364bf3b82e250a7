"""Look-ups for displays (jes2.md 2.8): every one is limited, none changes anything."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jes.job import Phase
from jes.names import JobId, JobName
from jes.store.audit import audit
from jes.store.database import Part
from jes.store.filters import Condition, groups_where, jobs_where
from jes.store.rows import (
    DATASET,
    FILE,
    GROUP,
    GROUP_COLUMNS,
    JOB,
    JOB_COLUMNS,
    datasets_of,
    files_of,
    groups_of,
    jobs_of,
)
from jes.sysout import SpoolFile
from jes.views import (
    DatasetView,
    GroupFilter,
    GroupView,
    JobFilter,
    JobView,
    Member,
    Queue,
    Space,
)

_ALL_JOBS, _ALL_GROUPS = JobFilter(), GroupFilter()
LIMIT = 1000  # rows of one look-up, unless more are asked for
_DATASETS = 100_000  # of one job
_KEYS = 500  # looked up by one query
KeyRow = tuple[Any, ...]  # a key, and the values that were asked for with it


class Catalogue(Part):
    """What is on the spool."""

    capacity: int

    def jobs(
        self, wanted: JobFilter = _ALL_JOBS, after: int = 0, limit: int = LIMIT
    ) -> list[JobView]:
        """Jobs in the order they came, behind the one with key `after`."""
        where, values = jobs_where(wanted)
        return jobs_of(
            self._db.rows(
                f"{JOB} WHERE {where} AND j.job_key > ? ORDER BY j.job_key LIMIT ?",
                (*values, after, limit),
            )
        )

    def jobids(self, prefix: str, limit: int = LIMIT) -> list[tuple[JobId, JobName]]:
        """Ids that begin with `prefix`, in their order, each with the job's name."""
        rows = self._db.rows(
            "SELECT jobid, jobname FROM jobs WHERE jobid >= ? AND jobid <= ?"
            " ORDER BY jobid LIMIT ?", (prefix, f"{prefix}ZZZZZZZZ", limit),
        )  # fmt: skip
        return [(JobId(jobid), JobName(jobname)) for jobid, jobname in rows]

    def groups(
        self, wanted: GroupFilter = _ALL_GROUPS, after: int = 0, limit: int = LIMIT
    ) -> list[GroupView]:
        """Output groups in the order they were made, behind the one with key `after`."""
        where, values = groups_where(wanted)
        return groups_of(
            self._db.rows(
                f"{GROUP} WHERE {where} AND g.group_key > ? ORDER BY g.group_key LIMIT ?",
                (*values, after, limit),
            )
        )

    # --- keys first, and the rest for those that are looked at -----------------------------------

    def job_keys(
        self,
        wanted: JobFilter = _ALL_JOBS,
        after: int = 0,
        limit: int = LIMIT,
        columns: Sequence[str] = (),
    ) -> list[KeyRow]:
        """Keys of jobs, in their order behind `after`, each with the values of some columns: names
        of `JobView`'s fields that are in `JOB_COLUMNS`. Raises `ValueError` for any other."""
        asked = _asked(columns, JOB_COLUMNS)
        where, values = jobs_where(wanted)
        return self._db.rows(
            f"SELECT j.job_key{asked} FROM jobs j WHERE {where} AND j.job_key > ?"
            " ORDER BY j.job_key LIMIT ?",
            (*values, after, limit),
        )

    def group_keys(
        self,
        wanted: GroupFilter = _ALL_GROUPS,
        after: int = 0,
        limit: int = LIMIT,
        columns: Sequence[str] = (),
    ) -> list[KeyRow]:
        """Keys of output groups, as `job_keys`; columns are of `GroupView` and `GROUP_COLUMNS`."""
        asked = _asked(columns, GROUP_COLUMNS)
        where, values = groups_where(wanted)
        of_jobs = wanted.jobs != _ALL_JOBS or " j." in asked
        return self._db.rows(
            f"SELECT g.group_key{asked} FROM groups g"
            f"{' JOIN jobs j USING (job_key)' if of_jobs else ''}"
            f" WHERE {where} AND g.group_key > ? ORDER BY g.group_key LIMIT ?",
            (*values, after, limit),
        )

    def last_job_key(self) -> int:
        """The highest there is; 0 without jobs."""
        found = self._db.rows("SELECT job_key FROM jobs ORDER BY job_key DESC LIMIT 1")
        return int(found[0][0]) if found else 0

    def last_group_key(self) -> int:
        """The highest there is; 0 without output groups."""
        found = self._db.rows("SELECT group_key FROM groups ORDER BY group_key DESC LIMIT 1")
        return int(found[0][0]) if found else 0

    def jobs_by_key(self, keys: Sequence[int], wanted: JobFilter = _ALL_JOBS) -> list[JobView]:
        """Those of some jobs that are there and of a kind, in any order."""
        query, where = f"{JOB} WHERE j.job_key IN", jobs_where(wanted)
        return [job for rows in self._by_key(query, keys, where) for job in jobs_of(rows)]

    def groups_by_key(
        self, keys: Sequence[int], wanted: GroupFilter = _ALL_GROUPS
    ) -> list[GroupView]:
        """Those of some output groups that are there and of a kind, in any order."""
        query, where = f"{GROUP} WHERE g.group_key IN", groups_where(wanted)
        return [group for rows in self._by_key(query, keys, where) for group in groups_of(rows)]

    def _by_key(self, query: str, keys: Sequence[int], where: Condition) -> Iterator[list[Any]]:
        """The rows of a query for so many keys at a time."""
        condition, values = where
        for at in range(0, len(keys), _KEYS):
            some = keys[at : at + _KEYS]
            marks = ", ".join("?" * len(some))
            yield self._db.rows(
                f"{query} ({marks}) AND {condition} LIMIT ?", (*some, *values, len(some))
            )

    # --- counts ----------------------------------------------------------------------------------

    def count_jobs(self, wanted: JobFilter) -> int:
        """How many jobs there are of a kind."""
        where, values = jobs_where(wanted)
        return int(self._db.rows(f"SELECT COUNT(*) FROM jobs j WHERE {where}", values)[0][0])

    def count_groups(self, wanted: GroupFilter) -> int:
        """How many output groups there are of a kind."""
        where, values = groups_where(wanted)
        query = f"SELECT COUNT(*) FROM groups g JOIN jobs j USING (job_key) WHERE {where}"
        return int(self._db.rows(query, values)[0][0])

    def count_jobs_with(self, wanted: GroupFilter) -> int:
        """How many jobs have output groups of a kind."""
        where, values = groups_where(wanted)
        jobs = "SELECT COUNT(DISTINCT job_key) FROM groups g JOIN jobs j USING (job_key)"
        return int(self._db.rows(f"{jobs} WHERE {where}", values)[0][0])

    # --- data sets -------------------------------------------------------------------------------

    def datasets(self, jobid: JobId, limit: int = _DATASETS) -> list[DatasetView]:
        """The data sets of a job that are not purged, by number."""
        where = "WHERE j.jobid = ? AND d.doomed = 0 ORDER BY d.dsid, d.ds_key LIMIT ?"
        return datasets_of(self._db.rows(DATASET + where, (jobid, limit)))

    def dataset(self, key: int) -> DatasetView | None:
        """One data set, or None when it is gone."""
        found = datasets_of(self._db.rows(DATASET + "WHERE d.ds_key = ? AND d.doomed = 0", (key,)))
        return found[0] if found else None

    def group_datasets(self, key: int) -> list[DatasetView]:
        """The data sets of an output group, by number."""
        where = "WHERE d.group_key = ? ORDER BY d.dsid, d.ds_key"
        return datasets_of(self._db.rows(DATASET + where, (key,)))

    def files(self, jobid: JobId) -> list[SpoolFile]:
        """The data sets of a job that are in an output group, in the order they were made."""
        return files_of(self._db.rows(FILE + "WHERE j.jobid = ? ORDER BY d.ds_key", (jobid,)))

    def all_files(self) -> list[SpoolFile]:
        """Every data set that is in an output group, in the order they were made."""
        return files_of(self._db.rows(FILE + "ORDER BY d.ds_key"))

    # --- the spool as a whole --------------------------------------------------------------------

    def queues(self) -> list[Queue]:
        """Jobs by queue, class and hold ($D Q)."""
        return [
            Queue(Phase(phase), job_class, bool(held), count)
            for phase, job_class, held, count in self._db.rows(
                "SELECT phase, job_class, held, COUNT(*) FROM jobs GROUP BY phase, job_class, held"
                " ORDER BY phase, job_class, held"
            )
        ]

    def members(self) -> list[Member]:
        """The members of the spool, dead ones that nobody took over yet too."""
        with self._db.transaction():
            dead = self._db.dead_members()
            rows = self._db.rows("SELECT member, name FROM members ORDER BY member")
        ours = self._db.member
        return [
            Member(number, name, number == ours or number not in dead, number == ours)
            for number, name in rows
        ]

    def percent(self) -> float:
        """Of the spool in use."""
        ((used,),) = self._db.rows("SELECT value FROM meta WHERE name = 'used'")
        return 100 * float(used) / self.capacity

    def space(self) -> Space:
        """How full the spool is."""
        ((used,),) = self._db.rows("SELECT value FROM meta WHERE name = 'used'")
        ((datasets,),) = self._db.rows("SELECT COUNT(*) FROM datasets")
        return Space(int(used), self.capacity, int(datasets))

    def audit(self, limit: int = 100) -> Iterator[str]:
        """A line for each thing that is wrong with the spool, `limit` of a kind at most."""
        return audit(self._db, limit)


def _asked(columns: Sequence[str], known: Mapping[str, str]) -> str:
    """More of a query's columns. Raises `ValueError`."""
    if strange := [name for name in columns if name not in known]:
        raise ValueError(f"not a column of the catalogue: {', '.join(strange)}")
    return "".join(f", {known[name]}" for name in columns)
