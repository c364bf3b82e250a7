"""`jesmail` in forks of a process that has imported everything: up in a moment, so that a test can
kill it often. A fork can be told to kill itself at a step of giving a spool file back.

As a program: a line of standard input is a JSON list, a crash point or "" and then arguments of
`jesmail`; it says the process number of the fork, and its exit code when it has ended.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

ENDING = 60.0


class Crash(StrEnum):
    """Where a fork kills itself, in the order in which a file gets there."""

    SENT = "all is sent, nothing flushed"
    FLUSHED = "all is on disk"
    HALF = "the disposal is not committed"
    DISPOSED = "the disposal is committed"
    FORGOTTEN = "the entry is deleted"


class Forked:
    """A process that makes forks, and the fork that it made last."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._parent = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._pid = 0

    def start(self, crash: Crash | None = None) -> None:
        """Begin a life."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps([crash or "", *self._arguments]) + "\n")
        self._parent.stdin.flush()
        self._pid = self._said()

    def kill(self) -> None:
        """End it with kill -9."""
        os.kill(self._pid, signal.SIGKILL)
        assert self.ended() == -signal.SIGKILL

    def end(self) -> int:
        """Stop it in good order; its exit code."""
        os.kill(self._pid, signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end of this life; its exit code."""
        self._pid = 0
        return self._said()

    def close(self) -> None:
        """No further life."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(ENDING)
        assert self._parent.stdout is not None
        self._parent.stdout.close()

    def _said(self) -> int:
        assert self._parent.stdout is not None
        return int(self._parent.stdout.readline())


# --- the process that forks ----------------------------------------------------------------------


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before(owner: Any, name: str) -> None:
    @wraps(getattr(owner, name))
    def dead(*_: object, **__: object) -> None:
        _die()

    setattr(owner, name, dead)


def _after(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    method = getattr(owner, name)

    @wraps(method)
    def dying(*arguments: Any) -> Any:
        result = method(*arguments)
        if when(*arguments):
            _die()
        return result

    setattr(owner, name, dying)


def _prepare(crash: str) -> None:
    """Make this process die at a step."""
    from emulator.checkpoint.journal import _Entry
    from emulator.checkpoint.store import CheckpointStore
    from emulator.spool import ThreadedSession
    from jes.sapi import SapiSession
    from jes.store.groups import Groups

    match crash:
        case Crash.SENT:
            _before(_Entry, "flush")
        case Crash.FLUSHED:
            _before(ThreadedSession, "dispose")
        case Crash.HALF:
            _before(Groups, "_drop_empty_group")
        case Crash.DISPOSED:
            _after(SapiSession, "dispose")
        case Crash.FORGOTTEN:
            _after(CheckpointStore, "commit", lambda store, groups, gone=(): bool(gone))


def _main() -> None:
    import emulator.cli.start
    import emulator.sandbox.mta
    import emulator.settings_parser  # noqa: F401 what a life would import first of all
    from emulator.cli import main

    for line in sys.stdin:
        crash, *arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _prepare(crash)
            main(arguments)
        print(pid, flush=True)  # noqa: T201 to whoever started us
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    _main()
