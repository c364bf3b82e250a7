"""The table behind a checkpoint: a row for each group of mails of a spool file that were committed
together. In a small SQLite file of its own, or in the PostgreSQL database that has the spool.

Not for use by two threads at once. What was answered is on disk. Every method raises
`CheckpointError`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from cssmtp.checkpoint import FileKey
from emulator.checkpoint.messages import unusable

if TYPE_CHECKING:
    import psycopg

LAYOUT = 1
_BUSY_SECONDS = 10.0  # another process may look at it, or make a copy
# seconds, and milliseconds for the last: a server that cannot be reached any more is noticed
_LIMITS: dict[str, Any] = {
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip
_JOURNAL_LIMIT = 4 * 1024 * 1024
_TABLE = """
CREATE TABLE IF NOT EXISTS checkpoint (
    writer TEXT NOT NULL,
    jobname TEXT NOT NULL,
    jobid TEXT NOT NULL,
    dataset BIGINT NOT NULL,
    incarnation BIGINT NOT NULL,
    mails {BLOB} NOT NULL
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS checkpoint_files ON checkpoint (writer, dataset, incarnation)"
_KEY = "writer = ? AND jobname = ? AND jobid = ? AND dataset = ? AND incarnation = ?"


class Database(Protocol):
    """What differs between the two."""

    name: str

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done inside is on disk when it ends, or not done at all."""

    def run(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a statement; `?` stands for a value."""

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """Carry out a statement for each tuple of values."""

    def close(self) -> None:
        """Let go; the next call opens it again."""


class CheckpointStore:
    """The checkpoints of the CSSMTPs of a system. `syncs` counts what was committed to disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = database.name
        self.syncs = 0

    def commit(self, groups: Sequence[tuple[FileKey, bytes]], gone: Sequence[FileKey] = ()) -> None:
        """Add groups of mails, and forget files: all of it or nothing."""
        with self._database.transaction():
            if groups:
                self._database.many(
                    "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)",
                    [(*_values(key), mails) for key, mails in groups],
                )
            if gone:
                self._database.many(
                    f"DELETE FROM checkpoint WHERE {_KEY}", [_values(key) for key in gone]
                )
        self.syncs += 1

    def mails(self, key: FileKey) -> list[bytes]:
        """The groups of a file, the order does not matter."""
        rows = self._database.run(f"SELECT mails FROM checkpoint WHERE {_KEY}", _values(key))
        return [bytes(mails) for (mails,) in rows]

    def files(self, writer: str) -> list[FileKey]:
        """The files that a CSSMTP has entries of."""
        rows = self._database.run(
            "SELECT DISTINCT writer, jobname, jobid, dataset, incarnation FROM checkpoint"
            " WHERE writer = ?",
            (writer,),
        )
        return [FileKey(*row) for row in rows]

    def clear(self, writer: str) -> None:
        """Forget all that a CSSMTP noted (start option -f)."""
        with self._database.transaction():
            self._database.many("DELETE FROM checkpoint WHERE writer = ?", [(writer,)])
        self.syncs += 1

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _values(key: FileKey) -> tuple[object, ...]:
    return (key.writer, key.jobname, key.jobid, key.dataset, key.incarnation)


class SqliteFile:
    """A checkpoint in a file, made when it is not there."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            found = int(connection.execute("PRAGMA user_version").fetchone()[0])
            used = connection.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]
            if found != LAYOUT and (found or used):
                raise unusable(self.name, f"it has layout {found}, this is {LAYOUT}")
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "fullfsync=ON",  # macOS: fsync alone leaves data in the drive
                f"journal_size_limit={_JOURNAL_LIMIT}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            if not found:
                table = _TABLE.format(BLOB="BLOB")
                connection.executescript(
                    f"BEGIN IMMEDIATE;{table};{_INDEX};PRAGMA user_version={LAYOUT};COMMIT;"
                )
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As `Database.transaction`."""
        with self._errors():
            connection = self._db()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def run(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """As `Database.run`."""
        with self._errors():
            return self._db().execute(query, values).fetchall()

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """As `Database.many`."""
        with self._errors():
            self._db().executemany(query, values)

    def close(self) -> None:
        """As `Database.close`."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise unusable(self.name, error) from error


class PostgresTable:
    """A checkpoint in the database of the spool; its table is made when it is not there.

    It has a connection of its own: the spool's ends with the member, and notes of mails that were
    sent stay true after that.
    """

    def __init__(self, conninfo: str) -> None:
        import psycopg

        self.name = "in the spool's database"
        self._conninfo = conninfo
        self._psycopg = psycopg
        self._connection: psycopg.Connection[Any] | None = None

    def _db(self) -> "psycopg.Connection[Any]":
        if self._connection is None or self._connection.closed:
            connection = self._psycopg.connect(self._conninfo, autocommit=True, **_LIMITS)
            # two members may make the table at once: CREATE … IF NOT EXISTS alone can fail then
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(hashtext('jesmail checkpoint'))")
                connection.execute(_TABLE.format(BLOB="BYTEA"))
                connection.execute(_INDEX)
            self._connection = connection
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As `Database.transaction`."""
        with self._errors(), self._db().transaction():
            yield

    def run(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """As `Database.run`."""
        with self._errors():
            return self._db().execute(query.replace("?", "%s"), values).fetchall()

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """As `Database.many`."""
        with self._errors(), self._db().cursor() as cursor:
            cursor.executemany(query.replace("?", "%s"), values)

    def close(self) -> None:
        """As `Database.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except self._psycopg.Error as error:
            raise unusable(self.name, error) from error


def database_at(spool: Path | str) -> Callable[[], Database]:
    """What opens the checkpoint that belongs to a spool: a file beside it, or a table."""
    if isinstance(spool, str):
        return lambda: PostgresTable(spool)
    path = spool.resolve()
    return lambda: SqliteFile(path.with_name(f"{path.name}.checkpoint"))
