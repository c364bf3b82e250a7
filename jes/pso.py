"""Process SYSOUT (SSI 1): the older way to take output off the spool (jes2.md 2.6).

A caller gets one data set at a time; its next call disposes of that one. The claims are those of
`jes.sapi`, and so is the table of dispositions (`jes.sysout.after`).
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from types import TracebackType
from typing import Self

from jes.errors import NotClaimed
from jes.messages import NOT_CLAIMED
from jes.names import JobId, JobName, SysoutClass, WriterName
from jes.records import Block
from jes.sapi import Router, SapiSession
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, JobKind, Requeue, Selection, SpoolFile
from jes.views import JobFilter

_KINDS = {kind.value[0]: kind for kind in JobKind}


class PsoReturn(IntEnum):
    """SSOBRETN of a call (jes2.md 2.6)."""

    SSSORTOK = 0  # a data set is returned
    SSSOEODS = 4  # nothing (more) matches
    SSSONJOB = 8  # the job that was asked for by name is not here


class UserFlag(IntFlag):
    """SSSOUFLG: what else is to become of a data set; none of them: it was processed."""

    SSSOSETC = 0x80  # it gets another class
    SSSODELC = 0x40  # it is deleted
    SSSOROUT = 0x20  # it gets another destination
    SSSOHOLD = 0x10
    SSSORLSE = 0x08


_MOVES = UserFlag.SSSOSETC | UserFlag.SSSOROUT
_DISPOSALS = {
    UserFlag(0): Disposal.PROCESSED,
    UserFlag.SSSODELC: Disposal.PROCESSED,
    UserFlag.SSSOHOLD: Disposal.HOLD,
    UserFlag.SSSORLSE: Disposal.RELEASE,
}


def disposal_of(flags: UserFlag) -> Disposal | None:
    """What the bits mean in the words of SAPI (jes2.md 2.3); None when they contradict each other.

    What moves to another class or destination is kept.
    """
    rest = flags & ~_MOVES
    if not flags & _MOVES:
        return _DISPOSALS.get(rest)
    if rest & UserFlag.SSSODELC:
        return None
    return _DISPOSALS.get(rest) if rest else Disposal.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class PsoSelection:
    """Which data sets a caller wants; all that is given must hold.

    `classes` is in order of priority: a data set of the second class comes when none of the first
    is left; without it any class will do. Output with a writer name waits for the writer of that
    name (jes2.md 2.6): without `writer` only output that has none is selected. Raises `BadName` for
    more than eight classes.
    """

    classes: tuple[SysoutClass, ...] = ()
    writer: WriterName | None = None
    dest: str | None = None
    forms: str | None = None
    jobname: JobName | None = None
    jobid: JobId | None = None

    def __post_init__(self) -> None:
        """Raises `BadName`."""
        Selection(classes=self.classes)

    def in_order(self) -> tuple[Selection, ...]:
        """What to look for, first things first."""
        number = None if self.jobid is None else int(self.jobid.lstrip("JOBSTCU"))
        lists: list[tuple[SysoutClass, ...]] = [(one,) for one in self.classes] or [()]
        return tuple(
            Selection(
                writer=self.writer,
                no_writer=self.writer is None,
                or_routed=False,
                classes=classes,
                dest=self.dest,
                forms=() if self.forms is None else (self.forms,),
                jobname=self.jobname,
                kinds=() if self.jobid is None else (_KINDS[self.jobid[0]],),
                numbers=None if number is None else (number, number),
            )
            for classes in lists
        )


@dataclass(frozen=True, slots=True)
class PsoAnswer:
    """What a call returns: with SSSORTOK a data set, whose name is SSSODSN."""

    code: PsoReturn
    file: SpoolFile | None = None


class Pso:
    """A writer's dialogue with JES. Use as a context manager.

    `wanted` may be changed between calls, as a writer may change its criteria.
    """

    def __init__(
        self, store: SpoolStore, wanted: PsoSelection, route: Router | None = None
    ) -> None:
        """`route` as of `SapiSession`."""
        self.wanted = wanted
        self._store = store
        self._session = SapiSession(store, wanted.in_order()[0], route=route)
        self._group: deque[SpoolFile] = deque()
        self._current: SpoolFile | None = None

    def next(
        self, disposal: Disposal = Disposal.PROCESSED, requeue: Requeue | None = None
    ) -> PsoAnswer:
        """Dispose of the data set that was returned last, then return the next one."""
        self._dispose(disposal, requeue)
        if not self._group:
            self._group.extend(self._select())
        if self._group:
            self._current = self._group.popleft()
            return PsoAnswer(PsoReturn.SSSORTOK, self._current)
        name = self.wanted.jobname
        known = name is None or self._store.jobs(JobFilter(names=(name,)))
        return PsoAnswer(PsoReturn.SSSOEODS if known else PsoReturn.SSSONJOB)

    def _select(self) -> tuple[SpoolFile, ...]:
        for selection in self.wanted.in_order():
            if files := self._session.select(selection):
                return files
        return ()

    def _dispose(self, disposal: Disposal, requeue: Requeue | None) -> None:
        if self._current is not None:
            self._session.dispose(self._current, disposal, requeue)
            self._current = None

    def read(self, file: SpoolFile, record: int = 1) -> list[Block]:
        """Blocks of the data set returned last, from the one that holds `record`; none behind the
        end. Raises `NotClaimed` for any other data set."""
        if file != self._current:
            raise NotClaimed(NOT_CLAIMED, dataset=file.dsname)
        return self._session.read(file, record)

    def end(self, disposal: Disposal = Disposal.PROCESSED, requeue: Requeue | None = None) -> None:
        """The last call (SSSOCTRL): dispose of the data set returned last, and leave JES."""
        self._dispose(disposal, requeue)
        self.close()

    def close(self) -> None:
        """Leave without it: what is held goes back unchanged (jes2.md 2.5)."""
        self._current = None
        self._group.clear()
        self._session.close()

    def __enter__(self) -> Self:
        """The dialogue itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        """Leave."""
        self.close()
