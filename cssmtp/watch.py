"""What an operator is told unasked: target servers that go and come back, and resources that get
scarce (cssmtp-operations.md 3.4, 4.8). Pure: each thing is said once until it changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cssmtp import messages
from cssmtp.statistics import Snapshot, TaskType
from cssmtp.targets import Target, TargetCounts
from cssmtp.targetstates import TargetState
from jes.messages import Message

LONG_RETRY = "LONG RETRY"  # the state of a task whose mails only wait for their next try
HIGH, TASKS_LOW, STORAGE_LOW = 75, 50, 70  # percent; IBM's low mark of storage could not be read
_TROUBLE = {
    TargetState.UNREACHABLE: messages.TARGET_DOWN,
    TargetState.UNRESPONSIVE: messages.TARGET_TIMEOUT,
}


@dataclass(slots=True)
class TargetWatch:
    """Which target servers are known to be in trouble, and whether any can be used."""

    job: str
    down: dict[Target, TargetState] = field(default_factory=dict)
    none: bool = False

    def changed(
        self, target: Target, counts: TargetCounts, all_: Mapping[Target, TargetCounts]
    ) -> Iterator[str]:
        """What is to be said now that the state of a target changed."""
        state = counts.state
        if (message := _TROUBLE.get(state)) is not None and self.down.get(target) is not state:
            self.down[target] = state
            yield message.line(job=self.job, target=target.shown, reason=counts.failure)
        elif state in (TargetState.ACTIVE, TargetState.REMOVED) and target in self.down:
            del self.down[target]
            if state is TargetState.ACTIVE:
                yield messages.TARGET_UP.line(job=self.job, target=target.shown)
        usable = [t for t, c in all_.items() if c.state is not TargetState.REMOVED]
        none = bool(usable) and all(one in self.down for one in usable)
        if none and not self.none:
            yield messages.NO_TARGET.line(job=self.job)
        self.none = none


@dataclass(slots=True)
class ResourceWatch:
    """EZD1856I and EZD1857I for each pool of tasks, EZD1858I and EZD1859I for storage."""

    job: str
    _high: set[str] = field(default_factory=set)

    def look(self, snapshot: Snapshot, storage: int | None) -> list[str]:
        """What is to be said; `storage` in percent, None when nobody can measure it.

        A task belongs to the pool of what its spool file was selected by; an idle one to both.
        """
        lines: list[str] = []
        for pool in TaskType:
            mine = [one for one in snapshot.tasks if one.type in (pool, None)]
            waits = sum(one.state.value == LONG_RETRY for one in mine)
            percent = 100 * waits // len(mine) if mine else 0
            pair = (messages.TASKS_HIGH, messages.TASKS_LOW)
            lines += self._said(pool, percent, TASKS_LOW, pair)
        if storage is not None:
            pair = (messages.STORAGE_HIGH, messages.STORAGE_LOW)
            lines += self._said("STORAGE", storage, STORAGE_LOW, pair)
        return lines

    def _said(
        self, what: str, percent: int, low: int, pair: tuple[Message, Message]
    ) -> Iterable[str]:
        high, relaxed = pair
        if percent > HIGH and what not in self._high:
            self._high.add(what)
            yield high.line(job=self.job, percent=percent, pool=what)
        elif percent < low and what in self._high:
            self._high.discard(what)
            yield relaxed.line(job=self.job, percent=percent, pool=what)
