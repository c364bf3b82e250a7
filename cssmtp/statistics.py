"""What a CSSMTP counts, and what it has in hand at a moment (cssmtp-operations.md 2.3). No I/O.

A mail costs an addition or two: sums are made when a spool file ends, and when somebody asks.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cssmtp.operation import Mode
from cssmtp.smtp.extensions import Capabilities
from cssmtp.targets import Link, Target, TargetCounts
from cssmtp.targetstates import TROUBLE, TargetEvent, TargetState
from cssmtp.work import Fate, FileWork, Item, Verdict
from jes.sysout import SpoolFile


class TaskState(StrEnum):
    """What a spool task does: the house names of cssmtp-operations.md 2.3."""

    IDLE = "IDLE"
    ACTIVE = "ACTIVE"  # it reads
    BACKPRESSURE = "BACKPRESSURE"  # it waits for a target that can be used
    SENDING = "SENDING"  # all is read, mails are on their way
    LONG_RETRY = "LONG RETRY"  # all that is on its way waits for a retry
    SUSPENDED = "SUSPENDED"  # its reading waits for RESUME
    REPORT = "REPORT"  # it reports on the file and gives it back


class TaskType(StrEnum):
    """What a spool file was selected by (cssmtp-operations.md 1.6)."""

    WRITER = "WRITER"
    DEST = "DEST"


@dataclass(slots=True)
class SpoolTask:
    """A spool task and the spool file that it has in hand."""

    tkid: int
    state: TaskState = TaskState.IDLE
    work: FileWork | None = None

    def begin(self, work: FileWork) -> None:
        """It reads a file."""
        self.state, self.work = TaskState.ACTIVE, work

    def end(self) -> None:
        """It has nothing in hand."""
        self.state, self.work = TaskState.IDLE, None


@dataclass(frozen=True, slots=True)
class Traffic:
    """The connections of a `Delivery` and the mails that wait for one; valid for this moment.

    `full`: no further mail is taken for now."""

    links: Sequence[Link]
    waiting: Collection[Item]
    sending: int
    full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """A target server: `sent` counts mails that it took, `temporary` and `refused` the recipients
    that it answered with 4xx and 5xx. `waiting` mails may go to it, or to another one. `failure`
    says why it cannot be used."""

    target: Target
    state: TargetState
    failure: str
    connections: int
    limit: int
    waiting: int
    sent: int
    temporary: int
    refused: int
    last_reply: str | None
    capabilities: Capabilities | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolTaskFacts:
    """A spool task; an idle one has no `file`. `read` and `sent` (to at least one recipient) count
    mails, `pending` those on their way, `long_retry` those of them that wait for a retry;
    `delivered` and `undeliverable` count recipients."""

    tkid: int
    type: TaskType | None = None
    state: TaskState
    file: SpoolFile | None = None
    records: int = 0
    bytes: int = 0
    read: int = 0
    sent: int = 0
    pending: int = 0
    long_retry: int = 0
    delivered: int = 0
    undeliverable: int = 0
    errors: int = 0


@dataclass(slots=True, kw_only=True)
class Counters:
    """All that a CSSMTP did since it was started, with what it has in hand.

    `mails` are those read whose envelope was accepted; `delivered`, `undeliverable` and `pending`
    count their recipients. `in_use` spool files wait for a retry or a target. `bytes_read` are
    those of spool files. `extended_retries` mails moved to extended retry, `notifications` were
    made, `dead_letters` came up. Our own mail is not among `mails` and recipients.
    """

    files: int = 0
    bad_files: int = 0
    in_use: int = 0
    mails: int = 0
    delivered: int = 0
    undeliverable: int = 0
    pending: int = 0
    syntax_errors: int = 0
    bytes_read: int = 0
    extended_retries: int = 0
    notifications: int = 0
    dead_letters: int = 0

    def add(self, work: FileWork) -> None:
        """Count what was found in a file, and what became of its mails."""
        self.mails += max(work.mails, work.done + len(work.on_way))
        self.delivered += work.sent
        self.undeliverable += work.refused
        self.pending += work.unfinished + sum(len(m.recipients) for m in work.on_way.values())
        self.syntax_errors += len(work.errors)
        self.bytes_read += work.bytes_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A CSSMTP at a moment. `waiting` mails wait for a connection, `sending` are on one.

    `long_retry` mails wait in memory, `extended_retry` in the MailDirectory: the first of these was
    tried first at `oldest`. `suspended` says how it is, if it is.
    """

    targets: tuple[TargetFacts, ...]
    tasks: tuple[SpoolTaskFacts, ...]
    counters: Counters
    waiting: int
    sending: int
    long_retry: int = 0
    extended_retry: int = 0
    oldest: datetime | None = None
    suspended: Mode | None = None


class Statistics:
    """The books of one CSSMTP. `writer` is its ExtWrtName."""

    def __init__(self, writer: str, targets: Sequence[Target], tasks: int) -> None:
        self.counts: dict[Target, TargetCounts] = {}
        self._watch: Callable[[Target, TargetCounts], None] = lambda target, counts: None
        self.use(targets)
        self.tasks = [SpoolTask(number) for number in range(1, tasks + 1)]
        self._writer = writer
        self._total = Counters()
        self._extended: tuple[int, datetime | None] = (0, None)

    def of(self, target: Target) -> TargetCounts:
        """The books of a target."""
        found = self.counts.get(target)
        if found is None:
            found = self.counts[target] = self._fresh(target)
        return found

    def _fresh(self, target: Target) -> TargetCounts:
        return TargetCounts(changed=lambda counts: self._watch(target, counts))

    def watch(self, changed: Callable[[Target, TargetCounts], None]) -> None:
        """Who is told when the state of a target changes."""
        self._watch = changed

    def in_trouble(self) -> list[Target]:
        """The targets that cannot be used, as far as is known."""
        return [target for target, counts in self.counts.items() if counts.state in TROUBLE]

    def use(self, targets: Sequence[Target]) -> None:
        """These are the targets from now on; those that were there before keep their books."""
        for target in self.counts.keys() - set(targets):
            self.counts[target].happened(TargetEvent.DROPPED)
        back = [t for t in targets if self.of(t).state is TargetState.REMOVED]
        self.counts.update({target: self._fresh(target) for target in back})

    def ended(self, work: FileWork, fate: Fate) -> None:
        """CSSMTP is through with a file, or leaves it in use."""
        self._total.add(work)
        self._total.files += 1
        if fate is Fate.IN_USE:
            self._total.in_use += 1
        elif work.verdict is Verdict.BAD:
            self._total.bad_files += 1

    def notified(self) -> None:
        """A notification was made."""
        self._total.notifications += 1

    def buried(self) -> None:
        """A mail became a dead letter."""
        self._total.dead_letters += 1

    def moved(self) -> None:
        """A mail moved to extended retry."""
        self._total.extended_retries += 1

    def in_extended_retry(self, mails: int, oldest: datetime | None) -> None:
        """So many mails are there now."""
        self._extended = mails, oldest

    def add_recipients(self, work: FileWork) -> None:
        """What became of the recipients of a mail in extended retry."""
        self._total.delivered += work.sent
        self._total.undeliverable += work.refused

    def snapshot(self, traffic: Traffic | None, suspended: Mode | None = None) -> Snapshot:
        """Everything as it is now; `traffic` is None when nothing is to be sent."""
        counters = replace(self._total)
        for task in self.tasks:
            if task.work is not None:
                counters.add(task.work)
        greeted = traffic is not None and any(link.greeted for link in traffic.links)
        stuck = traffic is not None and traffic.full and not greeted
        return Snapshot(
            targets=tuple(
                _target(target, counts, traffic)
                for target, counts in self.counts.items()
                if counts.state is not TargetState.REMOVED or _linked(target, traffic)
            ),
            tasks=tuple(self._task(task, suspended, stuck=stuck) for task in self.tasks),
            counters=counters,
            waiting=len(traffic.waiting) if traffic else 0,
            sending=traffic.sending if traffic else 0,
            long_retry=sum(task.work.long_retry for task in self.tasks if task.work),
            extended_retry=self._extended[0],
            oldest=self._extended[1],
            suspended=suspended,
        )

    def _task(self, task: SpoolTask, suspended: Mode | None, *, stuck: bool) -> SpoolTaskFacts:
        work = task.work
        if work is None:
            return SpoolTaskFacts(tkid=task.tkid, state=task.state)
        by_writer = work.file.writer == self._writer
        return SpoolTaskFacts(
            tkid=task.tkid,
            type=TaskType.WRITER if by_writer else TaskType.DEST,
            state=_state(task.state, work, suspended, stuck=stuck),
            file=work.file,
            records=work.records_read,
            bytes=work.bytes_read,
            read=max(work.mails, work.done + len(work.on_way)),
            sent=work.taken,
            pending=len(work.on_way),
            long_retry=work.long_retry,
            delivered=work.sent,
            undeliverable=work.refused,
            errors=len(work.errors),
        )


def _state(state: TaskState, work: FileWork, suspended: Mode | None, *, stuck: bool) -> TaskState:
    if state is TaskState.ACTIVE and suspended is Mode.IMMEDIATE:
        return TaskState.SUSPENDED
    if stuck and state is TaskState.ACTIVE:
        return TaskState.BACKPRESSURE
    if state is TaskState.SENDING and 0 < len(work.on_way) == work.long_retry:
        return TaskState.LONG_RETRY
    return state


def _linked(target: Target, traffic: Traffic | None) -> Link | None:
    links = traffic.links if traffic else ()
    return next((one for one in links if one.target == target), None)


def _target(target: Target, counts: TargetCounts, traffic: Traffic | None) -> TargetFacts:
    waiting = traffic.waiting if traffic else ()
    link = _linked(target, traffic)
    useful = waiting if link is not None else ()
    return TargetFacts(
        target=target,
        state=counts.state,
        failure=counts.failure,
        connections=link.opened if link else 0,
        limit=link.limit if link else target.server.connect_limit,
        waiting=sum(not item.unfit or target not in item.unfit for item in useful),
        sent=counts.sent,
        temporary=counts.temporary,
        refused=counts.refused,
        last_reply=counts.last.reply if counts.last else None,
        capabilities=counts.capabilities,
    )
