"""The SMF data set of a system: records of RECFM VBS, one block each, put at its end."""

import fcntl
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cssmtp.config.statements import Config, Smf119
from cssmtp.place import Observer, Place
from cssmtp.task import Cssmtp
from emulator.exits import UsageFault
from jes.framing import segmented
from jes.messages import Message
from jes.records import RDW

if TYPE_CHECKING:
    from cssmtp.smf.cutting import Cutter

NOT_WRITTEN = Message("JML396W", "SMF RECORDS ARE LOST: {file}: {reason}")
WERE_LOST = Message("JML398W", "{count} SMF RECORDS WERE LOST: {file}")
NO_DATA_SET = Message(
    "JML397W", "SMF119 IS CODED, AND THE SYSTEM HAS NO SMF DATA SET: NO RECORDS ARE WRITTEN"
)


class SmfDataSet:
    """Takes records. The operator hears when the first one cannot be written, and how many were
    lost when one can be again. Raises `UsageFault` when it cannot be opened."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._lost = 0
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UsageFault(f"smf {path}: {error.strerror or error}") from error

    def put(self, record: bytes) -> None:
        """A record without its RDW, in a block of its own."""
        data = segmented([record])
        try:
            self._append((len(data) + RDW).to_bytes(2, "big") + b"\0\0" + data)
        except OSError as error:
            if not self._lost:
                reason = error.strerror or str(error)
                self._tell(NOT_WRITTEN.line(file=self._path, reason=reason))
            self._lost += 1
        else:
            self._say_lost()

    def _append(self, block: bytes) -> None:
        """All of a block or nothing: half of one would spoil those behind it. Raises `OSError`."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)  # other systems may write there
        try:
            size = os.fstat(self._fd).st_size
            if os.write(self._fd, block) < len(block):
                os.ftruncate(self._fd, size)
                raise OSError("no space is left")
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _say_lost(self) -> None:
        if self._lost:
            self._tell(WERE_LOST.line(count=self._lost, file=self._path))
            self._lost = 0

    def close(self) -> None:
        """No record comes any more."""
        self._say_lost()
        os.close(self._fd)


def cutter_of(
    path: Path | None, config: Config, place: Place, observer: Observer, stack: AsyncExitStack
) -> "Cutter | None":
    """What cuts the records of a CSSMTP, until `stack` ends. Raises `UsageFault`."""
    if path is None:
        if config.smf119 != Smf119():
            observer.say(NO_DATA_SET.line())
        return None
    from cssmtp.smf.cutting import Cutter
    from cssmtp.smf.layouts import built

    data_set = SmfDataSet(path, observer.say)
    stack.callback(data_set.close)
    return Cutter(
        lambda record: data_set.put(built(record)), lambda: config.smf119, place,
        str(config.ext_wrt_name), observer,
    )  # fmt: skip


def cut_with(cutter: "Cutter", task: Cssmtp, stack: AsyncExitStack) -> None:
    """Cut what is in force, now and after each change; and what it did when `stack` ends."""
    from cssmtp.config.describe import render

    def configured(*levels: tuple[str, str]) -> None:
        lines = (line.split(None, 1) for line in render(task.config).splitlines())
        values = ((line[0], line[1].rstrip()) for line in lines if len(line) > 1)
        cutter.configured((*values, *levels))

    def changed() -> None:
        operation = task.operation
        log, asked = str(operation.log_level), operation.exit_level.value
        configured(("LOGLEVEL NOW", log), ("USEREXIT NOW", asked))

    cutter.wanted = lambda: task.config.smf119
    configured()
    task.operation.on_change = changed
    stack.callback(lambda: cutter.ended(task.snapshot()))
