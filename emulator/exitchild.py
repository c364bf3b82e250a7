"""The process in which a user exit runs: `python -m emulator.exitchild FILE CALLABLE PAGE MEMORY`.

A line of JSON in is a batch of calls, a line out for each answer that is not 0, and one when the
batch is through. Standard output is not the exit's: what it prints goes nowhere. The page is shared
memory that says which call is running. The process ends with its input, so with its parent.
"""

import json
import mmap
import os
import resource
import runpy
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from cssmtp.exitcalls import Action, Answer, Call

THROUGH, BROKEN = -1, -2  # in the place of an answer
PAGE = struct.Struct("<II")  # the call that is running, and how many there were
_TERMINATION = 1.0  # seconds that the last call may take
_REASON_MAX = 200
_CODES = frozenset(int(one) for one in Answer)


class Broken(Exception):
    """The exit failed."""


class Exit:
    """The callable, and its state between calls."""

    def __init__(self, function: Callable[[Call], object], page: mmap.mmap) -> None:
        self._function, self._page = function, page
        self._me = os.getpid()
        self._count = 0
        self._quiet = False  # answer 4 or 12: no call until the next mail
        self._dead = False  # answer 8: none for this file
        self._user: object = None
        self._version = 0

    def batch(self, version: int, job: list[str] | None, calls: list[Any], say: Any) -> None:
        """Make the calls. Raises `Broken`."""
        jobname, jobid, owner = job or (None, None, None)
        if not self._version:
            self._version = version
            PAGE.pack_into(self._page, 0, 0, self._count)
            first = Call(version, Action.INIT)
            self._call(first)
            self._user = first.user
        for place, (number, text) in enumerate(calls):
            action = Action(number)
            if action is Action.FILE:
                self._quiet = self._dead = False
            elif action is Action.MAIL:
                self._quiet = False
            for line in text.split("\n") if action is Action.RECORD else (text,):
                if self._quiet or self._dead:
                    break
                self._count = (self._count + 1) & 0xFFFFFFFF
                PAGE.pack_into(self._page, 0, place, self._count)
                call = Call(version, action, line, self._user, jobname, jobid, owner)
                code = self._call(call)
                if code:
                    say([place, code])
                    self._quiet = code in (Answer.ACCEPT, Answer.REJECT_MAIL)
                    self._dead = code == Answer.REJECT_FILE

    def end(self) -> None:
        """The termination call."""
        if self._version:
            self._call(Call(self._version, Action.TERM, user=self._user))

    def _call(self, call: Call) -> int:
        try:
            said = self._function(call)
        except BaseException as error:  # noqa: BLE001 SystemExit too
            self._fork_ends()
            raise Broken(_reason(error)) from None
        self._fork_ends()
        if said is None:
            return 0
        if not isinstance(said, int):
            raise Broken(f"it answered {type(said).__name__[:40]}, which is no number")
        return int(said) if said in _CODES else 0

    def _fork_ends(self) -> None:
        """A copy of this process that the exit made must not answer."""
        if os.getpid() != self._me:
            os._exit(0)


def _reason(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = f"{name}: {error}" if str(error) else name
    except BaseException:  # noqa: BLE001 its own __str__
        text = name
    return "".join(c if c.isprintable() else "." for c in text[:_REASON_MAX])


def _loaded(path: str, name: str) -> Callable[[Call], object]:
    sys.path.insert(0, os.path.dirname(path))  # noqa: PTH120 pathlib takes its time
    try:
        found = runpy.run_path(path, run_name="jesmail_exit").get(name)
    except BaseException as error:  # noqa: BLE001
        raise Broken(_reason(error)) from None
    if not callable(found):
        raise Broken(f"there is no function {name} in it")
    function: Callable[[Call], object] = found
    return function


def _own_wire() -> tuple[int, int]:
    """Take standard input and output away from the exit: the one to read, the one to write."""
    inward, outward, null = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    return inward, outward


def _reader(inward: int, queue: "SimpleQueue[bytes]") -> None:
    """Queue the lines of the input; end the process soon after it has ended."""
    with os.fdopen(inward, "rb") as lines:
        for line in lines:
            queue.put(line)
    queue.put(b"")
    time.sleep(_TERMINATION)
    os._exit(0)


def main() -> None:
    """Serve until the input ends."""
    path, name, page, memory = sys.argv[1:]
    inward, outward = _own_wire()
    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    shared = mmap.mmap(int(page), PAGE.size)
    queue: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_reader, args=(inward, queue), daemon=True).start()

    def say(what: list[object]) -> None:
        os.write(outward, json.dumps(what).encode() + b"\n")

    served: Exit | None = None
    while line := queue.get():
        version, job, calls = json.loads(line)
        try:
            served = served or Exit(_loaded(path, name), shared)
            served.batch(version, job, calls, say)
        except Broken as error:
            say([0, BROKEN, str(error)])
        else:
            say([0, THROUGH])
    with suppress(Broken):
        if served is not None:
            served.end()
    os._exit(0)


if __name__ == "__main__":
    main()
