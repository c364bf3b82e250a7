"""The journal: one thread that commits what was noted of many mails in one transaction.

Whoever notes does not wait. The thread gathers for a moment, so that a crash repeats the mails of
that moment and of those in flight, and no others; whoever waits for the disk cuts the moment short.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TypeVar

from cssmtp.checkpoint import BadCheckpoint, FileKey, Known, Mixed, Outcome, decode, encode
from emulator.checkpoint.messages import (
    NOT_WRITTEN,
    WRITTEN_AGAIN,
    CheckpointError,
    unusable,
)
from emulator.checkpoint.store import CheckpointStore

GATHER = 0.1  # seconds
_CLOSING = 10.0  # seconds; a database that does not answer cannot be waited for
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Entry:
    """A spool file in hand (`cssmtp.checkpoint.Entry`)."""

    journal: "Journal"
    key: FileKey
    known: Known

    def note(self, outcome: Outcome) -> None:
        """As `Entry.note`."""
        self.journal.later(self, outcome)

    async def flush(self) -> None:
        """As `Entry.flush`. Also returns when the disk refuses: the journal says so, and mail
        matters more."""
        await self.journal.call(_nothing)

    def forget(self) -> None:
        """As `Entry.forget`."""
        self.journal.later(self, None)


def _nothing(store: CheckpointStore) -> None:
    """What a flush does when all is committed."""


@dataclass(slots=True)
class _Call:
    """What is to be done once everything before it is committed."""

    run: Callable[[], None]
    future: "Future[None]"


@dataclass(slots=True)
class _Group:
    """What is committed together."""

    noted: dict[_Entry, list[Outcome]] = field(default_factory=dict)
    gone: list[_Entry] = field(default_factory=list)

    def add(self, entry: _Entry, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.noted.setdefault(entry, []).append(outcome)
        else:
            self.gone.append(entry)
            self.noted.pop(entry, None)

    def rows(self) -> list[tuple[FileKey, bytes]]:
        return [(entry.key, _encoded(outcomes)) for entry, outcomes in self.noted.items()]


def _encoded(outcomes: list[Outcome]) -> bytes:
    mixed = [one for one in outcomes if isinstance(one, Mixed)]
    return encode((one for one in outcomes if not isinstance(one, Mixed)), mixed)


class Journal:
    """A checkpoint (`cssmtp.checkpoint.Checkpoint`) over a store, which only its thread uses.

    `tell` hears, on that thread, of a disk that refuses and of one that takes again.
    """

    def __init__(self, store: CheckpointStore, tell: Callable[[str], None]) -> None:
        self._store = store
        self._tell = tell
        self._asked: deque[tuple[_Entry, Outcome | None] | _Call] = deque()
        self._group = _Group()  # not on disk yet
        self._failing = False
        self._wake, self._hurry = Event(), Event()
        self._ending = False
        self._thread = Thread(target=self._work, name="checkpoint journal", daemon=True)
        self._thread.start()

    @property
    def syncs(self) -> int:
        """How often something was brought to disk so far."""
        return self._store.syncs

    async def begin(self, key: FileKey) -> _Entry:
        """As `Checkpoint.begin`. Raises `CheckpointError`."""
        return _Entry(self, key, await self.call(self._known, key))

    async def call(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What a function of the store gives, called when all that was noted is committed."""
        result: list[Result] = []
        future: Future[None] = Future()

        def run() -> None:
            result.append(function(self._store, *arguments))

        self._asked.append(_Call(run, future))
        self._hurry.set()
        self._wake.set()
        await asyncio.wrap_future(future)
        return result[0]

    def later(self, entry: _Entry, outcome: Outcome | None) -> None:
        """Note a mail of a file in hand, or with None forget the file."""
        self._asked.append((entry, outcome))
        if not self._wake.is_set():
            self._wake.set()

    @property
    def name(self) -> str:
        """Where the notes are, for people."""
        return self._store.name

    def close(self) -> None:
        """Commit what was noted, and let go of the store."""
        self._ending = True
        self._hurry.set()
        self._wake.set()
        self._thread.join(_CLOSING)
        if not self._thread.is_alive():
            self._store.close()

    # --- on the journal's own thread -------------------------------------------------------------

    def _work(self) -> None:
        while not (self._ending and not self._asked):
            self._wake.wait()
            self._hurry.wait(GATHER)
            self._hurry.clear()
            self._wake.clear()  # before looking: what comes after is looked for again
            calls = self._gathered()
            self._commit()
            for call in calls:
                if call.future.set_running_or_notify_cancel():
                    _answer(call)

    def _gathered(self) -> list[_Call]:
        calls = []
        while self._asked:
            one = self._asked.popleft()
            if isinstance(one, _Call):
                calls.append(one)
            else:
                self._group.add(*one)
        return calls

    def _commit(self) -> None:
        """One transaction for all; what the disk refuses is tried again with what comes next."""
        group = self._group
        if not (group.noted or group.gone):
            return
        try:
            self._store.commit(group.rows(), [entry.key for entry in group.gone])
        except CheckpointError as error:
            self._store.close()  # the next try opens it anew
            if not self._failing:
                self._tell(NOT_WRITTEN.line(name=self._store.name, reason=error.fields["reason"]))
            self._failing = True
            return
        self._group = _Group()
        if self._failing:
            self._tell(WRITTEN_AGAIN.line(name=self._store.name))
        self._failing = False

    def _known(self, store: CheckpointStore, key: FileKey) -> Known:
        return known_of(store, key)


def known_of(store: CheckpointStore, key: FileKey) -> Known:
    """What a store has of a file. Raises `CheckpointError`, also for what nobody can read."""
    known = Known()
    try:
        for mails in store.mails(key):
            known.add(decode(mails))
    except BadCheckpoint as error:
        raise unusable(store.name, f"{key.jobname} {key.jobid}: {error}") from error
    return known


def _answer(call: _Call) -> None:
    try:
        call.run()
    except BaseException as error:  # noqa: BLE001 it is raised where it is waited for
        call.future.set_exception(error)
    else:
        call.future.set_result(None)
