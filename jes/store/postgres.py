"""⚡ A spool in PostgreSQL: many members on many hosts (blueprint §3, Claims).

A member is a row and a session advisory lock of the same number. The lock ends with the member's
database session, which the server alone decides; so a member is dead when its lock can be had, and
never because time went by. Needs `psycopg` (extra `postgres`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jes import messages
from jes.errors import Collision, SpoolError
from jes.store.capacity import CAPACITY
from jes.store.database import Clock
from jes.store.schema import INDEXES, LAYOUT, TABLES, upgrade
from jes.store.sql import SpoolStore, no_time

if TYPE_CHECKING:
    import psycopg

_KEY, _BLOB = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "BYTEA"
# purged tracks leave dead rows behind: vacuum them long before a fifth of the table is dead
_VACUUM = (
    "ALTER TABLE tracks SET (autovacuum_vacuum_scale_factor = 0.01,"
    " autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)"
)
_WIDEN = "ALTER TABLE meta ALTER COLUMN value TYPE BIGINT;"
_CHANNEL = "jesmail"
# seconds, and milliseconds for the last: a server that cannot be reached any more is noticed
_LIMITS = {
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip
_LOCKS = 0x4A4D  # the class of our advisory locks; members and writer names have numbers in it
_NAMES = 0x4A4E  # the class of locks on names that one member has
_HOLDER = """
    SELECT m.name FROM pg_locks held
    JOIN pg_locks own ON own.pid = held.pid AND own.database = held.database
    JOIN members m ON m.member = own.objid::bigint
    WHERE held.locktype = 'advisory' AND held.granted AND held.classid = ?
    AND held.objid::bigint = (hashtext(?)::bigint & 4294967295)
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND own.locktype = 'advisory' AND own.granted AND own.classid = ?
"""
_LAYOUT_LOCK = 0  # held while tables are made, and while somebody becomes a member
_TURNS = 0x4A4E  # the class of the locks of `take_turn`


def open_postgres(
    conninfo: str, member_name: str, *, clock: Clock = no_time, capacity: int = CAPACITY
) -> SpoolStore:
    """The spool in a database, made when it is not there; we are a member of it.

    `conninfo` is libpq's (`postgresql://…`), `member_name` what operators call us. A spool of an
    older layout becomes one of today's when no member is alive. Raises `SpoolError`.
    """
    database = PostgresDatabase(conninfo)
    try:
        database.open(member_name)
        store = SpoolStore(database, clock, capacity)
        store.warm_start()
    except BaseException:
        database.close()
        raise
    return store


def attach_postgres(
    conninfo: str, *, clock: Clock = no_time, capacity: int = CAPACITY
) -> SpoolStore:
    """The spool in a database without being a member: to look and to submit, never to claim.

    Raises `SpoolError`, also when there is none, or one of another layout.
    """
    database = PostgresDatabase(conninfo)
    try:
        database.attach()
    except BaseException:
        database.close()
        raise
    return SpoolStore(database, clock, capacity)


class PostgresDatabase:
    """`jes.store.database.Database` over `psycopg`."""

    locked = " FOR UPDATE"

    def __init__(self, conninfo: str) -> None:
        import psycopg

        self._psycopg = psycopg
        self._conninfo = conninfo
        self._connection: psycopg.Connection[Any] | None = None
        self.name = "PostgreSQL"
        self.member = 0
        self.joined = False
        with self._errors():
            parts = psycopg.conninfo.conninfo_to_dict(conninfo)
        self.name = str(parts.get("dbname") or self.name)

    def open(self, member_name: str | None = None) -> None:
        """Connect, lay out a new spool, and become a member that operators call `member_name`.
        Raises `SpoolError`."""
        self._connect()
        with self.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, _LAYOUT_LOCK))
            self._lay_out()
            if member_name is not None:
                self._join(member_name)
        self._listen()

    def attach(self) -> None:
        """Connect to a spool that is there. Raises `SpoolError`."""
        self._connect()
        layout = self._layout()
        if layout is None:
            raise SpoolError(messages.NO_SPOOL, spool=self.name)
        if layout != LAYOUT:
            raise self._other_layout(layout)
        self._listen()

    def _connect(self) -> None:
        with self._errors():
            given = self._psycopg.conninfo.conninfo_to_dict(self._conninfo)
            conninfo = self._psycopg.conninfo.make_conninfo("", **{**_LIMITS, **given})
            self._connection = self._psycopg.connect(conninfo, autocommit=True)

    def _listen(self) -> None:
        with self._errors():
            self._db.execute(f"LISTEN {_CHANNEL}")

    def _join(self, name: str) -> None:
        ((self.member,),) = self.rows(
            "INSERT INTO members (name) VALUES (?) RETURNING member", (name,)
        )
        # before anybody can see the row: without its lock we would be taken for dead
        self._db.execute("SELECT pg_advisory_lock(%s, %s)", (_LOCKS, self.member))
        self.joined = True

    def _layout(self) -> int | None:
        """The layout of the spool that is there, 0 of something else, None when nothing is."""
        ((there,),) = self.rows("SELECT to_regclass('meta') IS NOT NULL")
        if not there:
            return None
        found = self.rows("SELECT value FROM meta WHERE name = 'layout'")
        return int(found[0][0]) if found else 0

    def _lay_out(self) -> None:
        layout = self._layout()
        if layout is None:
            self._script(TABLES + INDEXES)
            self.change(_VACUUM)
            self.change("INSERT INTO meta (name, value) VALUES ('layout', ?)", (LAYOUT,))
        elif layout != LAYOUT:
            script = upgrade(layout) if layout else None
            if script is None:
                raise self._other_layout(layout)
            self.alone()
            self._script(script)
            self.change("UPDATE meta SET value = ? WHERE name = 'layout'", (LAYOUT,))

    def _other_layout(self, found: int) -> SpoolError:
        return SpoolError(
            messages.BAD_SPOOL_VERSION, spool=self.name, found=found or "none", wanted=LAYOUT
        )

    def alone(self) -> None:
        """Keep others from becoming members until the transaction ends. Raises `SpoolError` when a
        member is alive."""
        self.change("LOCK TABLE members IN ACCESS EXCLUSIVE MODE")
        dead = self.dead_members()
        alive = [
            name
            for member, name in self.rows("SELECT member, name FROM members ORDER BY member")
            if member not in dead
        ]
        if alive:
            raise SpoolError(messages.SPOOL_IN_USE, spool=self.name, holder=", ".join(alive))

    def _script(self, statements: str) -> None:
        for statement in statements.format(KEY=_KEY, BLOB=_BLOB, WIDEN=_WIDEN).split(";"):
            if statement.strip():
                self.change(statement)

    @property
    def _db(self) -> "psycopg.Connection[Any]":
        if self._connection is None:
            raise SpoolError(messages.SPOOL_FAILED, spool=self.name, reason="it is closed")
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As `Database.transaction`."""
        with self._errors(), self._db.transaction():
            yield

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """As `Database.rows`."""
        with self._errors():
            return self._db.execute(_spelled(query), values).fetchall()

    def change(self, query: str, values: Sequence[object] = ()) -> int:
        """As `Database.change`."""
        with self._errors():
            return self._db.execute(_spelled(query), values).rowcount

    def many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """As `Database.many`."""
        with self._errors(), self._db.cursor() as cursor:
            cursor.executemany(_spelled(query), values)

    def take_turn(self, name: str) -> None:
        """As `Database.take_turn`; names that share a number wait for each other too."""
        self.rows("SELECT pg_advisory_xact_lock(?, hashtext(?))", (_TURNS, name))

    def dead_members(self) -> list[int]:
        """Members whose lock is free; it stays ours until the transaction ends."""
        return [
            member
            for (member,) in self.rows("SELECT member FROM members")
            if member != self.member
            and self.rows("SELECT pg_try_advisory_xact_lock(?, ?)", (_LOCKS, member))[0][0]
        ]

    def hold_name(self, name: str) -> str | None:
        """As `Database.hold_name`, by an advisory lock of the session; names that share a number
        keep each other away too."""
        ((ours,),) = self.rows("SELECT pg_try_advisory_lock(?, hashtext(?))", (_NAMES, name))
        if ours:
            return None
        found = self.rows(_HOLDER, (_NAMES, name, _LOCKS))
        return str(found[0][0]) if found else "another member"

    def let_go_name(self, name: str) -> None:
        """As `Database.let_go_name`."""
        self.rows("SELECT pg_advisory_unlock(?, hashtext(?))", (_NAMES, name))

    def freed(self) -> None:
        """Autovacuum does it."""

    def tell(self) -> None:
        """As `Database.tell`."""
        self.change(f"NOTIFY {_CHANNEL}")

    def news(self) -> bool:
        """As `Database.news`; our own changes are among them."""
        with self._errors():
            return bool(list(self._db.notifies(timeout=0)))

    def close(self) -> None:
        """As `Database.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """The database's errors become the spool's."""
        try:
            yield
        except self._psycopg.Error as error:
            reason = " ".join(str(error).split())
            errors = self._psycopg.errors
            again = isinstance(error, errors.DeadlockDetected | errors.SerializationFailure)
            kind = Collision if again else SpoolError
            raise kind(messages.SPOOL_FAILED, spool=self.name, reason=reason) from error


def _spelled(query: str) -> str:
    """`?` is `%s` to psycopg; no query of ours has either in a text."""
    return query.replace("?", "%s")
