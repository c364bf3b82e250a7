"""A system that is killed, stopped or cut off loses nothing (blueprint §3)."""

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest

from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool, open_spool
from tests.databases import new_database
from tests.emulator.counting_sink import Sink, counting_sink
from tests.emulator.spooled_mail import spool_mails

MAILS = 2000
CHAOS = 60.0  # seconds of kills
STOPPED = 12.0  # seconds that a member is stopped; longer than anything that could time out here
IN_HAND = 4  # spool files that a member has in hand at most
ENDING = 60.0


class Process:
    """`jesmail start` as a process."""

    def __init__(self, system: Path, sink: Sink) -> None:
        self.config = system.with_suffix(".conf")
        self.config.write_text(sink.configuration)
        self.line = [
            sys.executable, "-m", "emulator", "start", "--system", str(system), "--cssmtp-config",
            str(self.config), "--deliver", "--quiet",
        ]  # fmt: skip
        self.process = subprocess.Popen(self.line)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def again(self) -> None:
        self.process = subprocess.Popen(self.line)

    def end(self) -> int:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        return self.process.wait(ENDING)


def until_all_are_up(store: SpoolStore) -> None:
    """Wait until every member is there and nobody else is left."""
    until = time.monotonic() + ENDING
    everybody = ["M1", "M2", "M3", "M4", "MAKER"]
    while True:
        members = store.members()
        if sorted(m.name for m in members) == everybody and all(m.alive for m in members):
            return
        assert time.monotonic() < until, members
        time.sleep(0.1)


def until_empty(store: SpoolStore) -> None:
    """Wait until no output group is left."""
    until = time.monotonic() + ENDING
    while store.groups(limit=1):
        assert time.monotonic() < until, store.groups(limit=3)
        time.sleep(0.1)


def test_a_kill_at_half_of_a_run_loses_no_mail(tmp_path: Path) -> None:
    """2,000 mails in 20 spool files; kill -9 when half of them have arrived; a restart."""
    system = tmp_path / "system.yaml"
    system.write_text("spool: spool\n")
    everybody = [f"r{n}@acme.example" for n in range(MAILS)]
    store = open_spool(tmp_path / "spool")
    for at in range(0, MAILS, 100):
        spool_mails(store, everybody[at : at + 100])
    store.close()
    with counting_sink() as sink:
        one = Process(system, sink)
        sink.until(MAILS // 2)
        one.kill()
        arrived = len(sink.mails)
        one.again()
        sink.until(MAILS)
        visitor = attach_spool(tmp_path / "spool", read_only=True)
        until_empty(visitor)
        visitor.close()
        assert one.end() == 0
    assert sorted(sink.mails) == sorted(everybody)
    assert arrived < MAILS
    # of spool files in hand at the kill, what the checkpoint did not know yet
    assert len(sink.repeated) <= IN_HAND * 100
    assert set(sink.repeated.values()) <= {2}


@pytest.fixture
def members(postgres_server: str, tmp_path: Path) -> Iterator[tuple[SpoolStore, str, list[Path]]]:
    """A spool in PostgreSQL with a member of ours that makes output, and four system files."""
    conninfo = new_database(postgres_server)
    parts = dict(re.findall(r"(\w+)=(\S+)", conninfo))
    where = f"host={parts.get('host', '')}&port={parts.get('port', '5432')}"
    address = f"postgresql://{parts.get('user', 'postgres')}@/{parts['dbname']}?{where}"
    files = []
    for number in range(1, 5):
        file = tmp_path / f"m{number}.yaml"
        file.write_text(f"spool: {address}\nsysname: M{number}\n")
        files.append(file)
    store = open_postgres(conninfo, "MAKER")
    yield store, conninfo, files
    store.close()


def cut(conninfo: str, name: str) -> None:
    """End the database session of a member."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN members m"
            " ON l.objid = m.member WHERE l.locktype = 'advisory' AND m.name = %s AND l.granted",
            (name,),
        )


def test_four_members_that_are_stopped_cut_off_and_killed_send_everything(
    members: tuple[SpoolStore, str, list[Path]],
) -> None:
    """Nothing is sent twice by a member that was only slow; a member that died repeats at most
    what it had in hand; what it held is taken over by the others."""
    store, conninfo, files = members
    addresses = (f"r{n}@acme.example" for n in count())
    sent: list[str] = []

    def feed(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            to = next(addresses)
            spool_mails(store, [to])
            sent.append(to)
            time.sleep(0.02)

    with ExitStack() as stack:
        sink = stack.enter_context(counting_sink())
        systems = [Process(file, sink) for file in files]
        for system in systems:
            stack.callback(system.kill)
        feed(2)
        systems[0].process.send_signal(signal.SIGSTOP)
        feed(STOPPED)
        systems[0].process.send_signal(signal.SIGCONT)
        until_empty(store)
        assert sink.repeated == {}

        chance = random.Random(1)
        disturbed = 0
        until = time.monotonic() + CHAOS
        while time.monotonic() < until:
            feed(chance.uniform(0.5, 2.5))
            victim = chance.randrange(4)
            disturbed += 1
            if chance.random() < 0.25:
                cut(conninfo, f"M{victim + 1}")
            else:
                systems[victim].kill()
                systems[victim].again()
        until_empty(store)
        until_all_are_up(store)
        assert [system.end() for system in systems] == [0, 0, 0, 0]
    assert set(sink.mails) == set(sent)
    repeats = sum(sink.repeated.values()) - len(sink.repeated)
    assert repeats <= disturbed * IN_HAND
