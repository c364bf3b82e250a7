"""Whether a spool is sound, and one begun anew. SQLite's own check looks at pages and indexes, ours
at what the tables say of each other."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from emulator.exits import Unreachable
from emulator.place import Place, look
from emulator.shown import printable
from jes import messages
from jes.errors import SpoolError
from jes.store.audit import DATABASE, MORE

LIMIT = 100  # findings of a kind


def findings(place: Place) -> Iterator[str]:
    """A line for each thing that is wrong. Raises `Unreachable` when there is no spool to look at;
    a damaged one is a finding."""
    damaged = list(_integrity(place.spool)) if isinstance(place.spool, Path) else []
    yield from damaged
    try:
        with look(place) as store:
            yield from store.audit(LIMIT)
    except Unreachable as error:
        told = isinstance(error.__cause__, SpoolError) and (
            error.__cause__.message is messages.SPOOL_DAMAGED or bool(damaged)
        )
        if not told:
            raise
        yield str(error)


def _integrity(path: Path) -> Iterator[str]:
    """What SQLite says; nothing when it cannot open the file at all, which our look then says."""
    if not path.is_file():
        return
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(f"PRAGMA integrity_check({LIMIT})")
            found = [str(text) for (text,) in rows]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            yield DATABASE.line(reason=printable(str(error)))
        return
    for text in found:
        if text != "ok":
            yield DATABASE.line(reason=printable(" ".join(text.split())))
    if len(found) >= LIMIT:
        yield MORE.line()


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def begin_anew(place: Place) -> None:
    """Format a spool. Raises `Unreachable` when it is not there, is no spool, or a JES has it."""
    try:
        if isinstance(place.spool, Path):
            from jes.store.anew import format_sqlite

            format_sqlite(place.spool)
            return
        with look(place):
            pass  # or a database without a spool would get one
        from jes.store.anew import format_postgres

        format_postgres(place.spool)
    except SpoolError as error:
        raise Unreachable(f"{error.message.id} {error}") from error
