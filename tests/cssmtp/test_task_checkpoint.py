"""A CSSMTP that is started again sends only what is not final (cssmtp-operations.md 4.9)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from cssmtp.checkpoint import FileKey, Known, Outcome
from cssmtp.config.statements import Config, Options, Report
from cssmtp.ledger import Ledger
from cssmtp.mail import Mail
from cssmtp.task import Cssmtp
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from jes.sysout import Disposal, Disposition, SpoolFile
from tests.cssmtp.fake_spool import QUICK, a_target
from tests.cssmtp.test_statistics import CSSMTP, Spool, spool_text
from tests.cssmtp.test_task_turns import PLACE
from tests.peers.model import ModelPeer

TO = ("b@example.com", "c@example.com", "d@example.com")


@dataclass
class Fake:
    """A checkpoint in memory, with all that happened; what was not flushed dies with the task."""

    kept: dict[FileKey, list[Outcome]] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)

    async def begin(self, key: FileKey) -> "FakeEntry":
        known = Known()
        known.add(self.kept.get(key, []))
        return FakeEntry(self, key, known)


@dataclass
class FakeEntry:
    checkpoint: Fake
    key: FileKey
    known: Known

    def note(self, outcome: Outcome) -> None:
        self.checkpoint.kept.setdefault(self.key, []).append(outcome)
        self.checkpoint.happened.append("noted")

    async def flush(self) -> None:
        self.checkpoint.happened.append("flushed")

    def forget(self) -> None:
        self.checkpoint.happened.append("forgotten")
        del self.checkpoint.kept[self.key]


@dataclass
class Tracked(Spool):
    """A spool that says when something was given back, or dies before it does."""

    checkpoint: Fake = field(default_factory=Fake)
    dies: bool = False

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        if self.dies:
            raise ConnectionError
        self.checkpoint.happened.append("given back")
        return None


@dataclass
class Reader:
    """Keeps the reports and the fates."""

    reports: list[tuple[str, ...]] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    sent: int = 0

    def begin(self, work: FileWork) -> None:
        pass

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        pass

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        self.reports.append(report)
        self.fates.append(fate)
        self.sent += work.sent


def run(
    checkpoint: Fake,
    text: Sequence[str],
    answers: Mapping[bytes, bytes] | None = None,
    *,
    limit: int = 64_000,
    dies: bool = False,
    test_mode: bool = False,
) -> tuple[list[list[str]], Reader, list[str]]:
    """One life of a CSSMTP: the recipients of each transaction, what it said, and its warnings."""
    reader, said = Reader(), list[str]()

    async def main() -> list[list[str]]:
        async with ModelPeer(answers or {}) as peer:
            target = a_target(peer.address)
            config = Config(
                ext_wrt_name=CSSMTP,
                target_servers=(target.server,),
                timeout=QUICK,
                options=Options(test_mode=test_mode),
            )
            spool = Tracked([list(text)], checkpoint=checkpoint, dies=dies)
            ledger = Ledger(checkpoint, "CSSMTP", limit, said.append)
            task = Cssmtp(config, spool, [target], PLACE, reader, ledger=ledger)
            try:
                await task.run_until_idle()
            except* ConnectionError:
                pass
            return [to for server in peer.servers for to, _ in server.took]

    return asyncio.run(main()), reader, said


def test_noted_then_on_disk_then_given_back_then_forgotten() -> None:
    """Blueprint §3, the checkpoint: never in another order."""
    checkpoint = Fake()
    run(checkpoint, spool_text(3))
    assert checkpoint.happened == ["noted"] * 3 + ["flushed", "given back", "forgotten"]
    assert checkpoint.kept == {}


def test_what_is_final_is_not_sent_again() -> None:
    checkpoint = Fake()
    run(checkpoint, spool_text(3), dies=True)
    (key,) = checkpoint.kept
    checkpoint.kept[key].pop()  # of one mail it did not get to the disk
    took, reader, _ = run(checkpoint, spool_text(3))
    assert len(took) == 1
    assert (reader.fates, reader.sent) == ([Fate.PURGED], 3)


def test_within_a_mail_only_the_rest_is_sent_and_the_report_has_everything() -> None:
    """Errors of the file are read again, refusals come from the checkpoint."""
    checkpoint = Fake()
    text = spool_text(1, "BCC: X", to=TO)
    answers = {b"RCPT TO:<c": b"550 5.1.1 nobody here", b"RCPT TO:<d": b"450 4.2.1 later"}
    took, _, _ = run(checkpoint, text, answers, dies=True)
    assert took == [["b@example.com"]]
    took, reader, _ = run(checkpoint, text)
    assert took == [["d@example.com"], ["a@example.com"]]  # the sender hears of c
    assert reader.fates == [Fate.HELD]
    report = "\n".join(reader.reports[0])
    assert "Unknown command, 'BCC:'" in report
    assert "TO <c@example.com>" in report
    assert "550 5.1.1 nobody here" in report
    assert "SENT 2 UNDELIVERABLE 1" in report


def test_without_a_record_everything_is_sent_again() -> None:
    """Cssmtp-operations.md 1.8; so it is beyond ChkPointSizeLimit, after one warning (4.9)."""
    checkpoint = Fake()
    _, _, said = run(checkpoint, spool_text(5), limit=2, dies=True)
    assert [line[:8] for line in said] == ["JML381W "]
    took, _, _ = run(checkpoint, spool_text(5))
    assert len(took) == 3


def test_the_limit_counts_mails_that_are_recorded_now() -> None:
    """Those of files that were given back do not count any more."""
    checkpoint = Fake()
    said: list[str] = []

    async def main() -> None:
        async with ModelPeer() as peer:
            target = a_target(peer.address)
            config = Config(ext_wrt_name=CSSMTP, target_servers=(target.server,), timeout=QUICK)
            spool = Tracked([spool_text(3)] * 5, checkpoint=checkpoint)
            ledger = Ledger(checkpoint, "CSSMTP", 12, said.append)
            task = Cssmtp(config, spool, [target], PLACE, Reader(), ledger=ledger)
            await task.run_until_idle()
            assert ledger.noted == 0

    asyncio.run(main())
    assert said == []
    assert checkpoint.happened.count("noted") == 15


@pytest.mark.parametrize("test_mode", [True, False])
def test_mail_that_test_mode_discarded_is_still_to_be_sent(test_mode: bool) -> None:
    """Options TestMode can be switched off between two starts (cssmtp-config.md 4.13)."""
    checkpoint = Fake()
    took, _, _ = run(checkpoint, spool_text(2), dies=True, test_mode=test_mode)
    assert len(took) == (0 if test_mode else 2)
    took, _, _ = run(checkpoint, spool_text(2))
    assert len(took) == (2 if test_mode else 0)
