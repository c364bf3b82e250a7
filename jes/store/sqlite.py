"""⚡ A spool in SQLite: pragmas, locks, the one JES that claims (blueprint §3)."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jes import messages
from jes.errors import SpoolError
from jes.store.schema import LAYOUT, TABLES
from jes.store.sql import FREE_STEP, SpoolStore

_BUSY_MS = 10_000  # another process may append or purge in steps of 20 ms; this is generous
_JOURNAL_LIMIT = 64 * 1024 * 1024
_PAGES_A_TRACK = 17  # of 4 KiB
_KEY, _BLOB = "INTEGER PRIMARY KEY", "BLOB"


def open_spool(path: Path, *, durable: bool = True) -> SpoolStore:
    """The spool at `path`, made when it is not there, as its one claiming JES.

    `durable=False` is for throw-away spools: it leaves out the syncs. Raises `SpoolError` when the
    spool cannot be opened, has another layout, or another JES has it.
    """
    path = _real(path)
    database = SqliteDatabase(path, _lock(path))
    try:
        database.open(durable=durable)
        store = SpoolStore(database)
        store.warm_start()
    except BaseException:
        database.close()
        raise
    return store


class SqliteDatabase:
    """`jes.store.sql.Database` over `sqlite3`. A lock on a file beside it makes us its one JES."""

    member = 1  # there is never another

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.name = path.name
        self._path = path
        self._lock = lock
        self._connection: sqlite3.Connection | None = None

    def open(self, *, durable: bool) -> None:
        """Connect, and lay out a new spool. Raises `SpoolError`."""
        with self._errors():
            self._connection = connection = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False
            )
            found = self._layout()
            for pragma in (
                f"busy_timeout={_BUSY_MS}",
                "auto_vacuum=INCREMENTAL",  # only takes before the first table
                "journal_mode=WAL",
                f"synchronous={'FULL' if durable else 'OFF'}",
                "fullfsync=ON",  # macOS: fsync alone leaves data in the drive
                "secure_delete=OFF",
                f"journal_size_limit={_JOURNAL_LIMIT}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            if found == 0:
                tables = TABLES.format(KEY=_KEY, BLOB=_BLOB)
                connection.executescript(
                    f"BEGIN IMMEDIATE;{tables}PRAGMA user_version={LAYOUT};COMMIT;"
                )

    def _layout(self) -> int:
        """The layout of the spool that is there, 0 for a new one. Raises `SpoolError`."""
        found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        used = self._db.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]
        if found != LAYOUT and (found or used):  # somebody else's database has 0 too
            raise SpoolError(
                messages.BAD_SPOOL_VERSION, spool=self._path, found=found, wanted=LAYOUT
            )
        return found

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise SpoolError(messages.SPOOL_FAILED, spool=self._path, reason="it is closed")
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As `Database.transaction`."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """As `Database.rows`."""
        with self._errors():
            return self._db.execute(query, values).fetchall()

    def change(self, query: str, values: Sequence[object] = ()) -> int:
        """As `Database.change`."""
        with self._errors():
            return self._db.execute(query, values).rowcount

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """As `Database.many`."""
        with self._errors():
            self._db.executemany(query, values)

    def dead_members(self) -> list[int]:
        """We hold the lock, so whoever was here before is gone: it had the same number."""
        return [self.member]

    def freed(self) -> None:
        """Shrink the file in a step of its own."""
        with self._errors():  # through `execute` it frees next to nothing
            self._db.executescript(f"PRAGMA incremental_vacuum({FREE_STEP * _PAGES_A_TRACK});")

    def close(self) -> None:
        """As `Database.close`."""
        if self._connection is not None:
            with self._errors():
                self._connection.close()
            self._connection = None
        self._lock.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors become the spool's."""
        try:
            yield
        except sqlite3.Error as error:
            raise SpoolError(messages.SPOOL_FAILED, spool=self._path, reason=error) from error


def _real(path: Path) -> Path:
    """The path without links, so that one spool has one lock. Raises `SpoolError`."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise SpoolError(messages.SPOOL_FAILED, spool=path, reason=error) from error


def _lock(path: Path) -> IO[str]:
    """Hold the spool for this process: the lock ends with the process, never by time."""
    try:
        lock = (path.parent / f"{path.name}.lock").open("a+")
    except OSError as error:
        raise SpoolError(messages.SPOOL_FAILED, spool=path, reason=error.strerror) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise SpoolError(messages.SPOOL_IN_USE, spool=path, holder=holder) from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()}\n")
    lock.flush()
    return lock
