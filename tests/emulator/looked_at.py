"""Spools to look at, and a world that does what a test wants."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from emulator.cli.outside import Outside, Screen
from emulator.place import Place
from jes.codepages import page
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm, blocks
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import (
    Disposition,
    JobKind,
    NewDataset,
    Route,
    SysoutRequest,
    Ungrouped,
    group,
)

PAGE = page("IBM-1047")


def new_job(
    store: SpoolStore,
    name: str = "MAILJOB",
    *,
    owner: str = "IBMUSER",
    kind: JobKind = JobKind.JOB,
    jcl: str | None = None,
    job_class: str = "A",
) -> JobId:
    """A job on the spool: being read, or waiting for conversion when it has `jcl`."""
    return store.add_job(
        NewJob(
            jobname=JobName(name),
            owner=UserId(owner),
            job_class=job_class,
            notify=None,
            submitted="2024-01-31T06:10:00+00:00",
            kind=kind,
            jcl=jcl,
        )
    )


def here(dest: str) -> Route:
    return Route(local=not dest.startswith("N2."))


@dataclass
class Out:
    """A data set to be spooled, in an output group of its own when it differs from its fellows."""

    ddname: str = "SYSUT2"
    text: list[str] | None = None
    records: list[bytes] | None = None
    recfm: str = "FB"
    lrecl: int = 80
    stepname: str = "SEND"
    dsid: int = 102
    writer: str | None = "CSSMTP"
    sysout_class: str = "B"
    dest: str = "LOCAL"
    disposition: Disposition = Disposition.WRITE

    @property
    def data(self) -> list[bytes]:
        if self.records is not None:
            return self.records
        return [PAGE.encode(line) for line in self.text or ["HELO PLEX1", "QUIT"]]


def ended_job(
    store: SpoolStore, *outs: Out, name: str = "MAILJOB", retcode: str = "CC 0000"
) -> JobId:
    """A job that ended, with what it has spooled."""
    jobid = new_job(store, name)
    items = []
    for out in outs:
        request = SysoutRequest(
            sysout_class=SysoutClass(out.sysout_class),
            writer=WriterName(out.writer) if out.writer else None,
            dest=out.dest,
        )
        new = NewDataset(
            dsid=out.dsid, stepname=out.stepname, procstep=None, ddname=DdName(out.ddname),
            dsname=f"IBMUSER.{name}.{jobid}.D{out.dsid:07d}.?", recfm=Recfm(out.recfm),
            lrecl=out.lrecl, request=request,
        )  # fmt: skip
        key = store.create(jobid, new)
        parts = list(blocks(out.data, new.recfm, new.lrecl))
        if parts:
            store.append(key, parts)
        store.seal(key)
        items.append(Ungrouped(key, new.dsid, request, out.disposition))
    store.end_job(jobid, retcode, lambda taken: group(items, taken), here)
    return jobid


def a_spool(path: Path, *outs: Out) -> Path:
    """A spool with one ended job, JOB00001."""
    store = open_spool(path, durable=False)
    ended_job(store, *(outs or (Out(),)))
    store.close()
    return path


@dataclass
class World:
    """Stands in for a console, a terminal and time, and notes what was asked of it."""

    answer: list[str] = field(default_factory=lambda: ["$HASP890 JOB(MAILJOB)"])
    screen: Screen | None = None
    agrees: bool = True
    waits: list[Callable[[], object]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    @property
    def outside(self) -> Outside:
        return Outside(self._send, self._wait, lambda: self.screen, self._ask)

    def _send(self, place: Place, text: str) -> list[str]:
        self.sent.append(text)
        return self.answer

    def _wait(self, seconds: float) -> None:
        """Each wait does the next thing; then somebody presses Ctrl-C."""
        self.waited.append(seconds)
        if not self.waits:
            raise KeyboardInterrupt
        self.waits.pop(0)()

    def _ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.agrees
