"""⚡ A spool in SQLite: pragmas, locks, the one JES that claims (blueprint §3)."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jes import messages
from jes.errors import SpoolError, SpoolShortage
from jes.store.capacity import CAPACITY
from jes.store.database import Clock
from jes.store.datasets import FREE_STEP
from jes.store.schema import INDEXES, LAYOUT, TABLES, upgrade
from jes.store.sql import SpoolStore, no_time

_BUSY_MS = 10_000  # another process may append or purge in steps of 20 ms; this is generous
_JES_BUSY_MS = 600_000  # of the JES itself: a slow backup must not bring it down
# SQLite waits longer and longer between two looks at the lock, and whoever writes step after step
# would win every time: so it may only wait for moments, and is asked again
_LOOK_MS = 5
_JOURNAL_LIMIT = 64 * 1024 * 1024
_PAGES_A_TRACK = 17  # of 4 KiB
_DAMAGED = sqlite3.SQLITE_CORRUPT
_MEMBER = 1  # there is never another
_KEY, _BLOB = "INTEGER PRIMARY KEY", "BLOB"


def open_spool(
    path: Path,
    *,
    durable: bool = True,
    member_name: str = "SYS1",
    clock: Clock = no_time,
    capacity: int = CAPACITY,
) -> SpoolStore:
    """The spool at `path`, made when it is not there, as its one claiming JES.

    `durable=False` is for throw-away spools: it leaves out the syncs. Raises `SpoolError` when the
    spool cannot be opened, is damaged, has a newer layout, or another JES has it.
    """
    path = _real(path)
    database = SqliteDatabase(path, _lock(path))
    try:
        database.open(durable=durable)
        store = SpoolStore(database, clock, capacity)
        store.warm_start()
        database.join(member_name)
    except BaseException:
        database.close()
        raise
    return store


def attach_spool(
    path: Path, *, clock: Clock = no_time, capacity: int = CAPACITY, read_only: bool = False
) -> SpoolStore:
    """The spool at `path` beside the JES that has it, to look and to submit; never to claim.

    Raises `SpoolError` when there is none, or as `open_spool` does.
    """
    path = _real(path)
    if not path.exists():
        raise SpoolError(messages.NO_SPOOL, spool=path)
    database = SqliteDatabase(path, None)
    try:
        database.open(durable=True, read_only=read_only)
    except BaseException:
        database.close()
        raise
    return SpoolStore(database, clock, capacity)


class SqliteDatabase:
    """`jes.store.database.Database` over `sqlite3`. A lock on a file beside it makes us its one
    JES; without the lock we are a visitor."""

    locked = ""  # whoever writes has the whole spool

    def __init__(self, path: Path, lock: IO[str] | None) -> None:
        self.name = path.name
        self._path = path
        self._lock = lock
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        self.joined = False
        self.member = 0 if lock is None else _MEMBER

    def open(self, *, durable: bool, read_only: bool = False) -> None:
        """Connect, and lay out a new spool. Raises `SpoolError`."""
        with self._errors():
            where = f"{self._path.as_uri()}{'?mode=ro' if read_only else ''}"
            self._connection = connection = sqlite3.connect(
                where, isolation_level=None, check_same_thread=False, uri=True
            )
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
            found = self._layout()
            if not read_only:
                self._prepare(connection, found, durable=durable)

    def _prepare(self, connection: sqlite3.Connection, found: int, *, durable: bool) -> None:
        """Set the connection up to write, and make the tables what they have to be."""
        for pragma in (
            "auto_vacuum=INCREMENTAL",  # only takes before the first table
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "fullfsync=ON",  # macOS: fsync alone leaves data in the drive
            "secure_delete=OFF",
            f"journal_size_limit={_JOURNAL_LIMIT}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if found != LAYOUT:
            script = TABLES + INDEXES if found == 0 else upgrade(found) or ""
            tables = script.format(KEY=_KEY, BLOB=_BLOB, WIDEN="")
            connection.executescript(
                f"BEGIN IMMEDIATE;{tables}PRAGMA user_version={LAYOUT};COMMIT;"
            )

    def join(self, name: str) -> None:
        """Become the member that operators call `name`."""
        self.joined = True
        with self.transaction():
            self.change("INSERT OR REPLACE INTO members (member, name) VALUES (?, ?)",
                    (self.member, name))  # fmt: skip

    def _layout(self) -> int:
        """The layout of the spool that is there, 0 for a new one. Raises `SpoolError`."""
        found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        used = self._db.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]
        known = found == LAYOUT or (found and upgrade(found) and self._lock is not None)
        # somebody else's database has 0 too, and a visitor lays nothing out
        if not known and (found or used or self._lock is None):
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
            self._begin()
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._db.execute("ROLLBACK")
                raise

    def _begin(self) -> None:
        """Get the lock, or fail after a long time."""
        patience = _BUSY_MS if self._lock is None else _JES_BUSY_MS
        self._db.execute(f"PRAGMA busy_timeout={_LOOK_MS}")
        try:
            for tries_left in reversed(range(patience // _LOOK_MS)):
                try:
                    self._db.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                        raise
                else:
                    return
        finally:
            self._db.execute(f"PRAGMA busy_timeout={_BUSY_MS}")

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

    def take_turn(self, name: str) -> None:
        """Whoever writes is alone."""

    def dead_members(self) -> list[int]:
        """We hold the lock, so whoever was here before is gone: it had the same number."""
        return [] if self.joined or self._lock is None else [self.member]

    def hold_name(self, name: str) -> None:
        """As `Database.hold_name`: the lock of the spool keeps all other members away."""

    def let_go_name(self, name: str) -> None:
        """Nobody else can want it."""

    def freed(self) -> None:
        """Shrink the file in a step of its own."""
        with self._errors():  # through `execute` it frees next to nothing
            self._db.executescript(f"PRAGMA incremental_vacuum({FREE_STEP * _PAGES_A_TRACK});")

    def tell(self) -> None:
        """Who watches sees the file change."""

    def news(self) -> bool:
        """As `Database.news`: what other connections have committed."""
        with self._errors():
            version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        before, self._version = self._version, version
        return version != before

    def close(self) -> None:
        """As `Database.close`."""
        if self._connection is not None:
            with self._errors():
                self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors become the spool's."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise SpoolShortage(messages.DISK_FULL, spool=self._path) from error
            damaged = code == _DAMAGED
            message = messages.SPOOL_DAMAGED if damaged else messages.SPOOL_FAILED
            raise SpoolError(message, spool=self._path, reason=error) from error


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
