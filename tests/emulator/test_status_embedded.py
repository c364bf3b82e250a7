"""A system of one's own, as a child process: it answers, and it leaves nothing behind."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.console import answers
from emulator.embedded import EmbeddedOptions, embedded
from emulator.exits import UsageFault
from emulator.panels.port import Port
from emulator.place import socket_of
from emulator.samples_folder import samples
from jes.job import Phase
from jes.views import GroupFilter

ROOT = Path(__file__).parents[2]
SECONDS = 40.0
PARENT = """
import sys, time
from pathlib import Path
from emulator.embedded import EmbeddedOptions, embedded
with embedded(EmbeddedOptions(folder=Path(sys.argv[1]), grace=1)) as system:
    print(system.pid, flush=True)
    time.sleep(1000)
"""
ENDED = (Phase.OUTPUT, Phase.HARDCOPY, Phase.PURGE)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether a process that is not our child is there, and no corpse."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def test_a_system_of_ones_own_answers_and_is_gone_with_its_folder() -> None:
    with embedded() as system:
        port = Port(system.place)
        status = port.status()
        assert status is not None
        assert status.cssmtps[0].state in ("STARTING", "STARTED")
        assert port.command("$D I")
        assert system.alive
        assert system.trouble() == []
        folder, socket = system.mail.parent, socket_of(system.place.settings)
    assert not system.alive
    assert not folder.exists()
    assert socket is not None
    assert not answers(socket)


def test_sample_jobs_leave_something_on_every_queue(tmp_path: Path) -> None:
    waiting = {"WAITD": False, "HELDJOB": True}
    jobs = sum(one.path.read_text().count(" JOB ") for one in samples() if one.system is None)
    options = EmbeddedOptions(folder=tmp_path / "own", samples=True)
    with embedded(options) as system, Port(system.place).look() as store:

        def all_ended() -> bool:
            return sum(job.phase in ENDED for job in store.jobs()) >= jobs

        until(all_ended)
        queue = {job.jobname: job.held for job in store.jobs() if job.phase is Phase.EXECUTION}
        assert {name: bool(held) for name, held in queue.items() if name in waiting} == waiting

        def all_sent() -> bool:
            status = Port(system.place).status()
            assert status is not None
            counters = status.cssmtps[0].counters
            return counters is not None and counters.delivered >= 20 and counters.bad_files >= 2

        until(all_sent)
        groups = store.groups(GroupFilter())
        assert {"HELD130", "BADC010"} <= {group.jobname for group in groups}
        assert (system.mail / "0001.eml").exists()
    with embedded(options) as system, Port(system.place).look() as store:
        assert len([job for job in store.jobs() if job.jobname == "WAITD"]) == 1, "once is enough"


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    """The name of a Unix socket has about a hundred bytes."""
    folder = tmp_path / ("d" * 100)
    with embedded(EmbeddedOptions(folder=folder)) as system:
        assert Port(system.place).status() is not None
        assert (folder / "spool").exists()
        socket = socket_of(system.place.settings)
    assert socket is not None
    assert not socket.parent.exists()


def test_a_system_that_cannot_start_says_why(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("started_tasks: [{name: CSSMTP, config: missing.conf}]\n")
    options = EmbeddedOptions(folder=tmp_path / "own", system=file)
    with pytest.raises(UsageFault, match=r"did not start: .*missing\.conf"), embedded(options):
        pass


def test_a_folder_has_one_system(tmp_path: Path) -> None:
    options = EmbeddedOptions(folder=tmp_path)
    with embedded(options) as first:
        with pytest.raises(UsageFault, match="a system runs in"), embedded(options):
            pass
        assert Port(first.place).status() is not None


def test_a_system_that_is_killed_is_noticed(tmp_path: Path) -> None:
    with embedded(EmbeddedOptions(folder=tmp_path)) as system:
        os.kill(system.pid, signal.SIGKILL)
        until(lambda: not system.alive)
        assert Port(system.place).status() is None


def test_a_system_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert select.select([parent.stdout], [], [], SECONDS)[0]
        child = int(parent.stdout.readline())
        assert runs(child)
        parent.kill()
    until(lambda: not runs(child))
    assert not (tmp_path / "spool.console").exists(), "it ended in an orderly way"
