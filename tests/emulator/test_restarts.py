"""A CSSMTP that is killed and started again loses no mail, and repeats only what it could not know
(blueprint §3, the checkpoint)."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import emulator.place
from cssmtp.checkpoint import decode
from emulator.checkpoint.store import CheckpointStore, SqliteFile
from emulator.console import answers, send
from emulator.settings import Settings
from jes.names import JobId
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool, open_spool
from jes.sysout import Disposition
from jes.views import GroupChange
from tests.emulator.counting_sink import Sink, counting_sink
from tests.emulator.forked_system import Crash, Forked
from tests.emulator.spooled_mail import spool_mails
from tests.jes.store_builders import here

KILLS = 120  # in some 35 seconds; 200, 500 or 1,000 where there is time
RUN = 5_000  # mails
FILES = 10  # spool files of a run
LONGEST = 0.5  # seconds until a kill
# seconds in which a mail that was taken is on disk, on a machine that has other things to do too
SOON = 10.0
PATIENCE = 240.0  # seconds for what has to happen some time; it takes a few when nobody else works

WRITER = "CSSMTP"


@dataclass
class Place:
    """A system with its own sink, whose lives are forks."""

    folder: Path
    sink: Sink
    forked: Forked
    addresses: dict[JobId, list[str]] = field(default_factory=dict)

    def spool(self, files: int, mails: int, *more: str) -> None:
        """Put spool files on the spool; nobody lives meanwhile."""
        store = open_spool(self.folder / "spool")
        for _ in range(files):
            number = len(self.addresses)
            to = [f"r{number}.{n}@acme.example" for n in range(mails)]
            self.addresses[spool_mails(store, to, *more)] = to
        store.close()

    def committed(self) -> set[str]:
        """Who is known on disk to have got mail."""
        store = CheckpointStore(SqliteFile(self.folder / "spool.checkpoint"))
        found = {
            self.addresses[JobId(key.jobid)][one[0] - 1]
            for key in store.files(WRITER)
            for group in store.mails(key)
            for one in decode(group)
            if isinstance(one, tuple)
        }
        store.close()
        return found

    def until(self, done: Callable[[SpoolStore], bool]) -> None:
        """Wait until the spool of a system that is up looks like this."""
        self.up()
        store = attach_spool(self.folder / "spool", read_only=True)
        until = time.monotonic() + PATIENCE
        while not done(store):
            assert time.monotonic() < until, store.groups(limit=3)
            time.sleep(0.02)
        store.close()

    def up(self) -> None:
        """Wait until its CSSMTP has started."""
        spool = self.folder / "spool"
        system = emulator.place.Place(spool, Settings(spool=spool))
        until = time.monotonic() + PATIENCE
        while not answers(self.folder / "spool.console") or not any(
            " CSSMTP " in line and "STARTED" in line for line in send(system, "D A,L")
        ):
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.02)

    def end(self) -> None:
        """End a life in good order."""
        assert self.forked.end() == 0

    def left(self) -> set[str]:
        """Whose mail is still on the spool."""
        store = open_spool(self.folder / "spool")
        jobs = {file.jobid for file in store.all_files()}
        store.close()
        return {to for jobid in jobs for to in self.addresses[jobid]}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A system that really delivers, to the sink."""
    system, config = tmp_path / "system.yaml", tmp_path / "cssmtp.conf"
    system.write_text("spool: spool\n")
    with counting_sink() as sink:
        config.write_text(sink.configuration)
        forked = Forked(
            "start", "--system", str(system), "--cssmtp-config", str(config), "--deliver",
            "--quiet",
        )  # fmt: skip
        yield Place(tmp_path, sink, forked)
        forked.close()


def empty(store: SpoolStore) -> bool:
    return not store.groups(limit=1)


@pytest.mark.slow
def test_kills_at_random_points_lose_nothing_and_repeat_little(place: Place) -> None:
    """Mails in flight and one group of the journal, no more; nothing that was committed."""
    chance = random.Random(1)
    settled: dict[str, int] = {}  # how often someone had got mail when that was known on disk
    exposed, kills, runs, oldest = [], 0, 0, 0.0
    while kills < KILLS:
        place.spool(FILES, RUN // FILES)
        runs += 1
        while kills < KILLS and (waiting := place.left()):
            begun = time.monotonic()
            place.forked.start()
            time.sleep(chance.uniform(0, LONGEST))
            place.forked.kill()
            killed, kills = time.monotonic(), kills + 1
            known = place.committed() | (waiting - place.left())
            last = dict(place.sink.last)
            assert known <= last.keys(), "noted, but nobody got it"
            for to in known:
                settled.setdefault(to, place.sink.mails[to])
            unknown = [last[to] for to in waiting - known if last.get(to, 0.0) > begun]
            exposed.append(len(unknown))
            oldest = max(oldest, killed - min(unknown, default=killed))
            assert oldest < SOON, "taken long ago, and not on disk"
    place.forked.start()
    place.until(empty)
    place.end()
    everybody = {to for addresses in place.addresses.values() for to in addresses}
    assert place.sink.mails.keys() == everybody, "lost"
    assert [to for to, count in settled.items() if place.sink.mails[to] != count] == [], "again"
    repeats = place.sink.mails.total() - len(everybody)
    assert repeats <= sum(exposed)
    print(  # noqa: T201 the figures
        f"{kills} kills in {runs} runs of {RUN} mails: {repeats} repeats, {max(exposed)} at most"
        f" after a kill, taken {oldest:.2f} seconds before it at most"
    )


@pytest.mark.slow
@pytest.mark.parametrize("bad", [False, True], ids=["good", "bad"])
@pytest.mark.parametrize("crash", Crash)
def test_a_kill_at_each_step_of_giving_a_file_back(place: Place, crash: Crash, bad: bool) -> None:
    """A good file is gone and a bad one is held; released, that one is sent whole again."""
    place.spool(1, 50, *(["BCC: X"] if bad else []))
    ((_, everybody),) = place.addresses.items()
    place.forked.start(crash)
    assert place.forked.ended() == -9
    assert sorted(place.sink.mails) == sorted(everybody)
    place.forked.start()
    place.until(held if bad else empty)
    place.end()
    if crash is Crash.SENT:
        assert set(place.sink.mails.values()) <= {1, 2}  # one group of the journal
    else:
        assert place.sink.repeated == {}
    if bad:
        before = place.sink.mails.copy()
        store = open_spool(place.folder / "spool")
        (group,) = store.groups()
        assert store.change_group(group.key, GroupChange(disposition=Disposition.WRITE), here)
        store.close()
        place.forked.start()
        place.sink.wait(lambda: place.sink.mails.total() == before.total() + len(everybody))
        place.until(held)
        place.end()
        assert place.sink.mails - before == dict.fromkeys(everybody, 1)
    assert place.committed() == set()


def held(store: SpoolStore) -> bool:
    groups = store.groups()
    return [group.disposition for group in groups] == [Disposition.HOLD]
