"""Starts and stops Postfix's `smtp-sink` and `smtp-source`, on loopback, each on a core of its own.

A process is ended by its own handle, and nothing runs longer than its deadline.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.workloads import HOST, RECIPIENT, SENDER, Workload

CONNECTIONS = 10
START_SECONDS = 10.0
RUN_SECONDS = 180.0
STOP_SECONDS = 5.0
SBIN = ["/usr/sbin", "/usr/local/sbin"]  # often not in a user's PATH
MISSING = (
    "bench: {name} was not found. It comes with Postfix: "
    "apt-get install postfix (Debian, Ubuntu); macOS has none."
)
Address = tuple[str, int]


class BenchError(Exception):
    """A benchmark cannot be run; the text is for the user."""


def program(name: str) -> str:
    """The path of a Postfix program. Raises `BenchError` when it is not on this machine."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *SBIN])
    found = shutil.which(name, path=path)
    if found is None:
        raise BenchError(MISSING.format(name=name))
    return found


def cores() -> tuple[int | None, int | None]:
    """The core of the sink and that of the client; None when there are not two, or no pinning."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Run what is inside, and what it starts, on `core`."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def sink() -> Iterator[Address]:
    """A fresh `smtp-sink`. Raises `BenchError` when it does not come up."""
    address = ("127.0.0.1", _free_port())
    command = [program("smtp-sink")]
    if os.geteuid() == 0:
        command += ["-u", "nobody"]
    command += [f"{address[0]}:{address[1]}", "1024"]
    with pinned(cores()[0]):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=Path("/"))
    try:
        _wait_until_up(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def source_rate(workload: Workload, target: Address) -> float:
    """Mails per second of `smtp-source` with ten connections that stay. Raises `BenchError`."""
    command = [program("smtp-source"), *source_options(workload), f"{target[0]}:{target[1]}"]
    with pinned(cores()[1]):
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"bench: smtp-source took over {RUN_SECONDS:.0f} s") from error
        seconds = time.perf_counter() - began
    if done.returncode:
        raise BenchError(f"bench: smtp-source failed: {done.stderr.strip()}")
    return workload.mails / seconds


def source_options(workload: Workload) -> list[str]:
    """What the workload is for `smtp-source`."""
    options = ["-d", "-s", str(CONNECTIONS), "-m", str(workload.mails), "-l", str(workload.body)]
    if workload.recipients > 1:
        options += ["-r", str(workload.recipients)]
    return [*options, "-M", HOST, "-f", SENDER, "-t", RECIPIENT]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(process: subprocess.Popen[bytes], address: Address) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchError(f"bench: smtp-sink ended at once, code {process.returncode}")
        try:
            with socket.create_connection(address, timeout=1.0) as probe:
                probe.recv(512)
                return
        except OSError:
            time.sleep(0.02)
    raise BenchError(f"bench: smtp-sink did not answer in {START_SECONDS:.0f} s")
