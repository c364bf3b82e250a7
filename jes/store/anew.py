"""⚡ A spool begun anew: all that was on it is gone (a cold start with FORMAT, jes2.md 1.9)."""

import re
from pathlib import Path

from jes import messages
from jes.errors import SpoolError
from jes.store.postgres import PostgresDatabase
from jes.store.schema import LAYOUT
from jes.store.sqlite import SqliteDatabase, _lock, _real

_HEADER = b"SQLite format 3\0"
_HOLDER = re.compile(rb"process [0-9]+\n")  # what a JES writes into its lock
_BESIDE = ("", "-wal", "-shm")  # the database first: without it, the others mean nothing


def format_sqlite(path: Path) -> None:
    """Begin the spool in a file anew, whatever state it is in.

    Raises `SpoolError` when it is not there, when a JES has it, and when it is no spool: a file
    that is no SQLite database and has no lock of a JES beside it, or somebody else's database.
    """
    path = _real(path)
    if not path.exists():
        raise SpoolError(messages.NO_SPOOL, spool=path)
    if not _ours(path):
        raise SpoolError(messages.BAD_SPOOL_VERSION, spool=path, found="none", wanted=LAYOUT)
    database = SqliteDatabase(path, _lock(path))
    try:
        for suffix in _BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        database.open(durable=True)
    except OSError as error:
        raise SpoolError(messages.SPOOL_FAILED, spool=path, reason=error.strerror) from error
    finally:
        database.close()


def _ours(path: Path) -> bool:
    """Whether a file is or was a spool: a damaged one is known by the lock beside it."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        if lock.exists() and _HOLDER.fullmatch(lock.read_bytes()[:100]):
            return True
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise SpoolError(messages.SPOOL_FAILED, spool=path, reason=error.strerror) from error
    # the layout is SQLite's user_version: 4 bytes at offset 60 of the file
    return head.startswith(_HEADER) and head[60:64] != bytes(4)


def format_postgres(conninfo: str) -> None:
    """Begin the spool in a database anew. Raises `SpoolError` when a member is alive."""
    database = PostgresDatabase(conninfo)
    try:
        database.open()
        with database.transaction():
            database.alone()
            database.change(
                "TRUNCATE tracks, datasets, groups, jobs, members, meta RESTART IDENTITY"
            )
            database.many(
                "INSERT INTO meta (name, value) VALUES (?, ?)", [("used", 0), ("layout", LAYOUT)]
            )
            database.tell()
    finally:
        database.close()
