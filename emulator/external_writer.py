"""An external writer: takes output off the spool and prints it into a folder (jes2.md 2.6).

A data set becomes a file `JOBNAME.JOBID.Dnnnnnnn.DDNAME.txt`: lines and pages in UTF-8
(`jes.printing`). It is written under another name, synced, and only then gets its own and is off
the spool: a crash prints it twice, not never. No file is ever overwritten: a number is added.
Does I/O.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from emulator.initiators import in_thread
from emulator.settings import WriterTask
from emulator.spool import StoreThread
from emulator.system import System
from jes.codepages import CodePage
from jes.errors import BadRecord
from jes.messages import Message
from jes.names import SysoutClass, UserId
from jes.printing import Printer, binary
from jes.pso import Pso, PsoSelection
from jes.records import Block
from jes.started import StartedJob
from jes.sysout import Disposal, Requeue, SpoolFile

PRINTED = Message("JML320I", "{jobname} {jobid} {outgrp}: {records} RECORDS PRINTED: {files}")
NO_COPY = Message(
    "JML321I", "{jobname} {jobid} {outgrp}: {ddname} HAS COPIES=0, NOTHING IS PRINTED"
)
NOT_PRINTED = Message(
    "JML322E",
    "{jobname} {jobid} {outgrp}: {ddname} CANNOT BE PRINTED: {reason}; IT IS HELD UNTIL "
    "$T O,HOLD=-SYS",
)
WRITER_STARTED = Message("JML323I", "{name} STARTED, {work}, PRINTS INTO {folder}")
NO_CLASSES = Message("JML324E", "{name} IS NO WRITER: CLASSES ON START ARE FOR WRITERS")

DEFAULT_CLASS = SysoutClass("A")  # of a writer that is told nothing (jes2.md 2.6)

Read = Callable[[SpoolFile, int], list[Block]]


def wanted(selection: PsoSelection) -> PsoSelection:
    """What a writer looks for: neither classes nor a writer name is class A."""
    if selection.classes or selection.writer is not None:
        return selection
    return PsoSelection(classes=(DEFAULT_CLASS,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Where and how to print; `page` is that of the spool's text. `binary`: records behind RDWs."""

    folder: Path
    page: CodePage
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a data set: a file for each copy, or the reason why it is on system hold."""

    file: SpoolFile
    paths: tuple[Path, ...] = ()
    problem: str = ""

    @property
    def line(self) -> str:
        """What a console says."""
        file = self.file
        names = {
            "jobname": file.jobname, "jobid": file.jobid, "outgrp": file.outgrp,
            "ddname": file.ddname,
        }  # fmt: skip
        if self.problem:
            return NOT_PRINTED.line(**names, reason=self.problem)
        if not self.paths:
            return NO_COPY.line(**names)
        files = ", ".join(path.name for path in self.paths)
        return PRINTED.line(**names, records=file.records, files=files)


class ExternalWriter:
    """Prints what a PSO dialogue gives it. `tell` hears of each data set when it is off the
    spool, or on hold."""

    def __init__(
        self, pso: Pso, thread: StoreThread, paper: Paper, tell: Callable[[Printed], None]
    ) -> None:
        self._stopping = False  # no further data set is taken in hand
        self._pso = pso
        self._thread = thread
        self._paper = paper
        self._tell = tell

    async def run_until_idle(self) -> None:
        """Print until nothing more matches. Raises `SpoolError`."""
        done: Printed | None = None
        while not self._stopping:
            answer = await self._thread.call(self._pso.next, *_given_back(done))
            self._told(done)
            if answer.file is None:
                return
            done = await self._print(answer.file)
        await self._thread.call(self._pso.end, *_given_back(done))
        self._told(done)

    def stop(self) -> None:
        """Take no further data set in hand."""
        self._stopping = True

    def _told(self, done: Printed | None) -> None:
        """Say it when it is so: the call that disposed of the data set has been made."""
        if done is not None:
            self._tell(done)

    async def _print(self, file: SpoolFile) -> Printed:
        try:
            return Printed(file, await in_thread(print_copies, file, self._read, self._paper))
        except (OSError, BadRecord) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error)
            return Printed(file, problem=reason)

    def _read(self, file: SpoolFile, record: int) -> list[Block]:
        return self._thread.ask(self._pso.read, file, record)


def _given_back(done: Printed | None) -> tuple[Disposal, Requeue | None]:
    """What cannot be printed goes back, for nobody before an operator has seen to it."""
    if done is not None and done.problem:
        return Disposal.KEEP, Requeue(system_hold=done.problem)
    return Disposal.PROCESSED, None


def open_writer(
    system: System,
    thread: StoreThread,
    task: WriterTask,
    tell: Callable[[Printed], None],
    stack: AsyncExitStack,
) -> tuple[ExternalWriter, StartedJob, str]:
    """A writer with a dialogue and a job of its own, which end with `stack`, and what the console
    says of its start. Raises `OSError` when its folder cannot be made."""
    task.folder.mkdir(parents=True, exist_ok=True)
    selection = wanted(PsoSelection(classes=task.classes, writer=task.writer))
    job = StartedJob(system.jes, task.name, UserId(task.name))
    stack.push_async_callback(thread.call, job.end)
    pso = Pso(system.jes.store, selection, system.jes.route)
    stack.push_async_callback(thread.call, pso.close)
    paper = Paper(folder=task.folder, page=system.page, binary=task.binary)
    line = WRITER_STARTED.line(name=task.name, work=_work(selection), folder=task.folder)
    return ExternalWriter(pso, thread, paper, tell), job, line


def _work(selection: PsoSelection) -> str:
    parts = []
    if selection.writer is not None:
        parts.append(f"EXTERNAL WRITER {selection.writer}")
    if selection.classes:
        parts.append(f"CLASSES {''.join(selection.classes)}")
    return ", ".join(parts)


def print_copies(file: SpoolFile, read: Read, paper: Paper) -> tuple[Path, ...]:
    """Print a data set as often as COPIES= says. Raises `OSError`, `BadRecord`, `SpoolError`."""
    paper.folder.mkdir(parents=True, exist_ok=True)
    return tuple(_print(file, read, paper) for _ in range(file.copies))


def _print(file: SpoolFile, read: Read, paper: Paper) -> Path:
    # names of jobs, job ids and ddnames cannot hold a separator or a period (`jes.names`)
    name = f"{file.jobname}.{file.jobid}.D{file.dsid:07d}.{file.ddname}"
    draft = paper.folder / f".{name}.{uuid.uuid4().hex}"
    try:
        with draft.open("xb") as stream:
            for piece in _pieces(file, read, paper):
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        path = _named(draft, paper.folder / name, ".bin" if paper.binary else ".txt")
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    _sync(paper.folder)
    return path


def _pieces(file: SpoolFile, read: Read, paper: Paper) -> Iterator[bytes]:
    """The data set's file, block by block."""
    printer = Printer(file.recfm, file.lrecl, paper.page)
    record = 1
    while blocks := read(file, record):
        for block in blocks:
            if paper.binary:
                yield binary(block, file.recfm, file.lrecl)
            else:
                yield printer.feed(block).encode()
        record = blocks[-1].next
    if not paper.binary:
        yield printer.finish().encode()


def _named(draft: Path, stem: Path, suffix: str) -> Path:
    """Give a finished file the first name that is free: a link cannot overwrite."""
    for number in count(1):
        path = stem.with_name(f"{stem.name}{'' if number == 1 else f'.{number}'}{suffix}")
        with suppress(FileExistsError):
            path.hardlink_to(draft)
            return path
    raise AssertionError("numbers do not end")


def _sync(folder: Path) -> None:
    """The names in a folder are on disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
