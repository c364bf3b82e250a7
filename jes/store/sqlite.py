"""⚡ Opening a spool in SQLite: pragmas, locks, the one JES that claims (blueprint §3)."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jes import messages
from jes.errors import SpoolError
from jes.store.schema import LAYOUT, TABLES
from jes.store.sql import SpoolStore

_BUSY_MS = 10_000  # another process may append or purge in steps of 20 ms; this is generous
_JOURNAL_LIMIT = 64 * 1024 * 1024


def open_spool(path: Path, *, durable: bool = True) -> SpoolStore:
    """The spool at `path`, made when it is not there, as its one claiming JES.

    `durable=False` is for throw-away spools: it leaves out the syncs. Raises `SpoolError` when the
    spool cannot be opened, has another layout, or another JES has it.
    """
    lock = _lock(path)
    try:
        with _errors(path):
            connection = _connect(path, durable=durable)
            _lay_out(connection, path)
            store = SpoolStore(connection, path.name, lambda: _errors(path), lock.close)
            store.warm_start()
    except BaseException:
        lock.close()
        raise
    return store


def _connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # only takes before the first table
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone leaves data in the drive
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute(f"PRAGMA journal_size_limit={_JOURNAL_LIMIT}")
    return connection


def _lay_out(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{TABLES}PRAGMA user_version={LAYOUT};COMMIT;")
    elif found != LAYOUT:
        raise SpoolError(messages.BAD_SPOOL_VERSION, spool=path, found=found, wanted=LAYOUT)


def _lock(path: Path) -> IO[str]:
    """Hold the spool for this process: the lock ends with the process, never by time."""
    try:
        lock = path.with_name(path.name + ".lock").open("a+")
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


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """SQLite's errors become the spool's."""
    try:
        yield
    except sqlite3.Error as error:
        raise SpoolError(messages.SPOOL_FAILED, spool=path, reason=error) from error
