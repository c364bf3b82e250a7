"""What a CSSMTP says of its targets, spool tasks and mails (cssmtp-operations.md 2.3, 3.4)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from cssmtp.config.statements import Config, Report, Timeout
from cssmtp.mail import Mail
from cssmtp.statistics import Snapshot, TargetFacts, TaskState, TaskType
from cssmtp.targets import Target
from cssmtp.targetstates import TargetState
from cssmtp.task import SPOOL_TASKS, Cssmtp
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from jes.codepages import page
from jes.names import SysoutClass, WriterName
from jes.records import FB, Block, blocks
from jes.sysout import Disposal, Disposition, SpoolFile
from tests.cssmtp.fake_spool import QUICK, a_spool_file, a_target, quick
from tests.cssmtp.test_task_turns import PLACE
from tests.peers.model import ModelPeer

CSSMTP = WriterName("CSSMTP")
PAGE = page("IBM-1047")
CLOSED = ("127.0.0.1", 1)  # nobody listens there


def spool_text(mails: int, *more: str, to: Sequence[str] = ("b@example.com",)) -> list[str]:
    """The lines of a spool file."""
    mail = ["MAIL FROM:<a@example.com>", *(f"RCPT TO:<{one}>" for one in to), "DATA", "", "."]
    return ["HELO PLEX1", *(mail * mails), *more]


@dataclass
class Spool:
    """A spool with some files, each given by its lines."""

    texts: list[list[str]]
    writer: WriterName | None = CSSMTP
    given: int = 0

    async def select(self) -> Sequence[SpoolFile]:
        if self.given == len(self.texts):
            return []
        self.given += 1
        records = len(self.texts[self.given - 1])
        return [replace(a_spool_file(records), key=self.given, writer=self.writer)]

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        lines = [PAGE.encode(line) for line in self.texts[file.key - 1]]
        return [one for one in blocks(lines, FB, 80) if one.first >= record]

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        return None

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        pass


@dataclass
class Watcher:
    """Looks at the CSSMTP whenever something happens to it."""

    seen: list[tuple[str, Snapshot]] = field(default_factory=list)
    task: Cssmtp | None = None

    def look(self, what: str) -> None:
        assert self.task is not None
        self.seen.append((what, self.task.snapshot()))

    def begin(self, work: FileWork) -> None:
        self.look("begin")

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        self.look("mail")

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        pass

    def first(self, what: str) -> Snapshot:
        """The first look at an event."""
        return next(snapshot for happened, snapshot in self.seen if happened == what)


def after(
    spool: Spool, targets: Sequence[Target], limits: Timeout = QUICK
) -> tuple[Snapshot, Watcher]:
    """A CSSMTP when it has worked off a spool, and what it said meanwhile."""
    watcher = Watcher()

    async def main() -> Snapshot:
        config = Config(
            ext_wrt_name=CSSMTP,
            target_servers=tuple(target.server for target in targets),
            timeout=limits,
        )
        watcher.task = task = Cssmtp(config, spool, targets, PLACE, watcher)
        await task.run_until_idle()
        return task.snapshot()

    return asyncio.run(main()), watcher


def with_peer(
    spool: Spool,
    answers: Mapping[bytes, bytes] | None = None,
    limits: Timeout = QUICK,
    **attributes: bool,
) -> tuple[Snapshot, Watcher]:
    """The same, with a server that answers."""

    async def main() -> tuple[Snapshot, Watcher]:
        async with ModelPeer(answers=answers or {}) as peer:
            return await asyncio.to_thread(
                after, spool, [a_target(peer.address, **attributes)], limits
            )

    return asyncio.run(main())


def only(snapshot: Snapshot) -> TargetFacts:
    (target,) = snapshot.targets
    return target


def test_a_target_that_no_mail_was_for_is_not_tried() -> None:
    snapshot, _ = after(Spool([]), [a_target(CLOSED, connect_limit=3)])
    target = only(snapshot)
    assert (target.state, target.connections, target.limit) == (TargetState.NOT_TRIED, 0, 3)
    assert [task.state for task in snapshot.tasks] == [TaskState.IDLE] * SPOOL_TASKS


def test_a_target_that_takes_mail_is_active_and_counts_it() -> None:
    snapshot, _ = with_peer(Spool([spool_text(3), spool_text(2)]))
    target = only(snapshot)
    assert (target.state, target.sent, target.failure) == (TargetState.ACTIVE, 5, "")
    assert (target.temporary, target.refused) == (0, 0)
    assert (target.last_reply or "").startswith("250")
    assert target.connections == 0, "all connections end with the spool file (ConnectIdle 0)"


def test_a_target_that_cannot_be_reached_says_why() -> None:
    snapshot, _ = after(Spool([spool_text(2)]), [a_target(CLOSED)])
    target = only(snapshot)
    assert (target.state, target.failure) == (TargetState.UNREACHABLE, "Connection refused")
    counters = snapshot.counters
    assert (counters.pending, counters.in_use, counters.mails) == (2, 1, 2)


def test_a_target_that_says_nothing_is_unresponsive() -> None:
    snapshot, _ = with_peer(Spool([spool_text(1)]), {b"EHLO": b"250-wait"}, quick(any_cmd=0.05))
    target = only(snapshot)
    assert target.state is TargetState.UNRESPONSIVE
    assert "EHLO" in target.failure


def test_a_secure_target_that_does_not_offer_starttls_is_not_capable() -> None:
    snapshot, _ = with_peer(Spool([spool_text(1)]), secure=True)
    assert only(snapshot).state is TargetState.NOT_CAPABLE


def test_recipients_are_counted_by_what_the_target_answered() -> None:
    """4XX and 5XX of D,TARGETS: the mail goes to the third one."""
    to = ("later@example.com", "never@example.com", "b@example.com")
    answers = {b"RCPT TO:<later": b"451 later", b"RCPT TO:<never": b"550 never"}
    snapshot, _ = with_peer(Spool([spool_text(2, to=to)]), answers)
    target, counters = only(snapshot), snapshot.counters
    assert (target.sent, target.temporary, target.refused) == (2, 2, 2)
    assert (counters.delivered, counters.undeliverable, counters.pending) == (2, 2, 2)


def test_what_is_wrong_with_spool_files_is_counted() -> None:
    texts = [spool_text(1), spool_text(1, "NONSENSE"), spool_text(0, "NOOP", "NOOP")]
    snapshot, _ = with_peer(Spool(texts))
    counters = snapshot.counters
    assert (counters.files, counters.bad_files, counters.in_use) == (3, 2, 0)
    assert (counters.mails, counters.syntax_errors) == (2, 3)
    assert counters.bytes_read == 80 * sum(map(len, texts))


def test_a_spool_task_names_the_file_that_it_reads() -> None:
    _, watcher = with_peer(Spool([spool_text(1)]))
    task = watcher.first("begin").tasks[0]
    assert (task.tkid, task.type, task.state) == (1, TaskType.WRITER, TaskState.ACTIVE)
    assert task.file is not None
    assert (task.file.jobid, task.read, task.pending) == ("JOB00001", 0, 0)


def test_a_file_that_was_selected_by_its_destination_says_so() -> None:
    _, watcher = with_peer(Spool([spool_text(1)], writer=None))
    assert watcher.first("begin").tasks[0].type is TaskType.DEST


def test_all_that_is_read_is_sent_or_on_its_way_at_any_moment() -> None:
    snapshot, watcher = with_peer(Spool([spool_text(40), spool_text(40)]))
    assert snapshot.counters.mails == 80
    looks = [snapshot for _, snapshot in watcher.seen]
    assert any(look.sending for look in looks)
    for look in looks:
        target = only(look)
        assert 0 <= target.connections <= target.limit
        for task in look.tasks:
            assert task.read == task.sent + task.pending
        assert look.counters.mails == look.counters.delivered + look.counters.pending <= 80
    delivered = [look.counters.delivered for look in looks]
    assert delivered == sorted(delivered)


def test_a_reader_whose_mails_find_no_target_waits_for_one() -> None:
    """BACKPRESSURE, cssmtp-operations.md 3.5: nothing is lost, no retry is counted."""

    async def main() -> Snapshot:
        watcher, listening = Watcher(), asyncio.Event()
        silent = await asyncio.start_server(lambda *_: listening.set(), "127.0.0.1", 0)
        target = a_target(silent.sockets[0].getsockname()[:2], connect_limit=1)
        config = Config(ext_wrt_name=CSSMTP, target_servers=(target.server,), timeout=QUICK)
        watcher.task = task = Cssmtp(config, Spool([spool_text(1000)]), [target], PLACE, watcher)
        running = asyncio.create_task(task.run_until_idle())
        await listening.wait()
        snapshot = task.snapshot()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        silent.close()
        return snapshot

    snapshot = asyncio.run(main())
    task = snapshot.tasks[0]
    assert (task.state, task.sent) == (TaskState.BACKPRESSURE, 0)
    assert snapshot.waiting == task.pending - 1 > 0, "one mail waits for its place in the queue"
    assert only(snapshot).state is TargetState.CONNECTING
    assert only(snapshot).waiting == snapshot.waiting
