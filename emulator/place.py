"""Which spool a command means, and looking at it beside the JES that has it (blueprint §3)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.exits import Unreachable, UsageFault
from emulator.settings import Settings, SettingsError, load
from jes import messages
from jes.errors import SpoolError
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool

VARIABLE = "JESMAIL_SPOOL"
_POSTGRES = ("postgresql://", "postgres://")
_READ_ONLY = "-c default_transaction_read_only=on"


@dataclass(frozen=True, slots=True)
class Place:
    """A spool, which `settings.spool` names too, and the settings of the system it belongs to."""

    spool: Path | str
    settings: Settings


def place_of(system: Path | None, spool: str | None) -> Place:
    """The spool of `--spool`, of a system file, or of the environment, in this order.

    Raises `UsageFault` when none is named.
    """
    try:
        settings = load(system) if system is not None else Settings()
    except SettingsError as error:
        raise UsageFault(str(error)) from error
    named = spool or settings.spool or os.environ.get(VARIABLE)
    if not named:
        lacks = f"{system} has no 'spool:'; " if system is not None else ""
        raise UsageFault(f"{lacks}name a spool: --spool PLACE, --system FILE, or {VARIABLE}")
    if isinstance(named, str) and not named.startswith(_POSTGRES):
        named = Path(named)
    return Place(named, replace(settings, spool=named))


def socket_of(settings: Settings) -> Path | None:
    """Where a system answers: `console:`, or beside its spool. None: nowhere."""
    if settings.console is not None:
        return settings.console
    if isinstance(settings.spool, Path):
        spool = settings.spool.resolve()
        return spool.with_name(f"{spool.name}.console")
    return None


@contextmanager
def look(place: Place) -> Iterator[SpoolStore]:
    """The spool for reading only. Raises `Unreachable`, also for what fails while it is open."""
    try:
        store = _attached(place.spool, place.settings.spool_size)
        try:
            yield store
        finally:
            store.close()
    except SpoolError as error:
        raise Unreachable(f"{error.message.id} {error}") from error


def _attached(spool: Path | str, capacity: int) -> SpoolStore:
    """Raises `SpoolError`, `UsageFault` without the driver of PostgreSQL."""
    if isinstance(spool, Path):
        return attach_spool(spool, read_only=True, capacity=capacity)
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        from jes.store.postgres import attach_postgres
    except ImportError as error:
        raise UsageFault(
            "a spool in PostgreSQL needs psycopg: pip install 'jesmail[postgres]'"
        ) from error
    try:
        options = f"{conninfo_to_dict(spool).get('options') or ''} {_READ_ONLY}"
    except ProgrammingError as error:
        raise SpoolError(messages.SPOOL_FAILED, spool="PostgreSQL", reason=error) from error
    try:
        return attach_postgres(make_conninfo(spool, options=options), capacity=capacity)
    except SpoolError as error:
        if "read-only transaction" in str(error):  # it would have had to make the tables
            name = conninfo_to_dict(spool).get("dbname") or "in PostgreSQL"
            raise SpoolError(messages.NO_SPOOL, spool=name) from error
        raise
