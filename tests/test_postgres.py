"""The tests' PostgreSQL ends with the process that started it."""

import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgres import a_server

ROOT = Path(__file__).parent.parent
SECONDS = 40.0
PROGRAM = """
import sys
from tests.postgres import a_server
with a_server() as address:
    print(address, flush=True)
    sys.stdin.read()
"""


def until_it_is_gone(address: str) -> None:
    """Wait until nobody answers, and the server's folder is gone."""
    folder = Path(address.partition("host=")[2])
    until = time.monotonic() + SECONDS
    while folder.exists():
        assert time.monotonic() < until, folder
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_a_server_that_is_no_longer_needed_is_gone() -> None:
    with a_server() as address, psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    until_it_is_gone(address)


def test_a_server_ends_with_a_process_that_was_killed() -> None:
    """As pytest-xdist kills its workers when a run is broken off."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], SECONDS)[0]
        address = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    until_it_is_gone(address)
