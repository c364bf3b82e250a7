"""Ends a process with the one that started it, however that ended.

The parent holds the other end of the child's standard input, a pipe. When the parent is gone, even
by SIGKILL, the system closes its end, and the child reads the end of its input. This needs nothing
of Linux or macOS in particular, and no look at process numbers, which may be another's by now.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from emulator.exits import Exit

_READ = 4096


def end_with_parent(stop: Callable[[], object], patience: float) -> None:
    """When standard input ends call `stop`, on a thread of its own; end the process the hard way
    if it is still there so many seconds later."""

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, _READ):
                pass
        with suppress(RuntimeError):  # the loop is closed: it ends anyway
            stop()
        time.sleep(patience)
        os._exit(Exit.UNREACHABLE)

    Thread(target=watch, name="parent", daemon=True).start()
