"""What of ours is measured: delivery from a real spool, and the readers alone."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.peers import Address
from bench.workloads import Workload
from cssmtp.choices import DEFAULT
from cssmtp.config.statements import Config, Options, Report, TargetKind, TargetServer
from cssmtp.config.statements import Target as Named
from cssmtp.ledger import Ledger
from cssmtp.lines import LineReader
from cssmtp.mail import Mail
from cssmtp.setting import no_policy
from cssmtp.smtp.wire import Policy
from cssmtp.spoolmail import Limits, SpoolMailParser
from cssmtp.targets import Target, shown
from cssmtp.task import Cssmtp, Place
from cssmtp.transcode import inspection
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from emulator.checkpoint.journal import Journal
from emulator.checkpoint.store import CheckpointStore, database_at
from emulator.clock import running
from emulator.settings import Settings
from emulator.spool import StoreThread, ThreadedSession
from emulator.system import System
from emulator.waits import RealWaits
from jes.codepages import page
from jes.job import Job
from jes.names import JobName, SysoutClass, UserId, WriterName
from jes.records import FB, VB, Block, blocks, fixed_blocks, split
from jes.sapi import SapiSession
from jes.started import StartedJob
from jes.sysout import Selection, SpoolFile, SysoutRequest

CONNECTIONS = 10
CSSMTP = JobName("CSSMTP")
LRECL = 80


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of ours gave: mails per second, target charset, event loop, and how often the
    checkpoint was brought to disk."""

    rate: float
    charset: str
    loop: str
    syncs: int = 0


@dataclass(slots=True)
class _Counter:
    """The observer of a run: counts the recipients that got their mail."""

    delivered: int = 0

    def begin(self, work: FileWork) -> None:
        pass

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        pass

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        if fate is not Fate.PURGED:
            raise AssertionError(f"the spool file is {fate}, not purged: {report[:3]}")
        self.delivered += work.sent


def run_ours(
    workload: Workload,
    spool_file: bytes,
    target: Address,
    *,
    connections: int = CONNECTIONS,
    policy: Policy | None = None,
    tls_ehlo: bool = False,
) -> Run:
    """Deliver `spool_file` (FB 80, IBM-1047) to `target`, inside TLS when there is a `policy`.

    The clock runs from a filled spool to the file's disposal; filling the spool is not counted.
    Called on the client's core. What was sent is noted in a durable checkpoint.
    """
    server = TargetServer(
        targets=(Named(TargetKind.IP, target[0]),),
        connect_port=target[1],
        connect_limit=connections,
        message_size=2**31 - 1,
        secure=policy is not None,
    )
    config = Config(
        ext_wrt_name=WriterName("CSSMTP"),
        target_servers=(server,),
        options=Options(tls_ehlo=tls_ehlo),
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(spool=Path(folder) / "spool")
        with System(settings, running(UTC)) as system:
            job = Job(jobname=JobName("BENCH"), owner=UserId("BENCH"), msgclass=SysoutClass("A"))
            request = SysoutRequest(sysout_class=SysoutClass("B"), writer=WriterName("CSSMTP"))
            system.jes.deposit(job, request, FB, LRECL, list(fixed_blocks(spool_file, LRECL)))
            journal = Journal(CheckpointStore(database_at(Path(folder) / "spool")()), print)
            ledger = Ledger(journal, CSSMTP)
            seconds, loop, delivered = _deliver(system, config, target, policy, ledger)
            journal.close()
    if delivered != workload.mails * workload.recipients:
        raise AssertionError(f"{workload.mails} mails, delivered to {delivered}")
    return Run(workload.mails / seconds, server.charset, loop, journal.syncs)


def _deliver(
    system: System, config: Config, target: Address, policy: Policy | None, ledger: Ledger
) -> tuple[float, str, int]:
    counter = _Counter()
    thread = StoreThread()
    session = SapiSession(system.jes.store, Selection(config.ext_wrt_name))
    task = Cssmtp(
        config,
        ThreadedSession(
            session, StartedJob(system.jes, CSSMTP, UserId(CSSMTP)), system.page, thread
        ),
        [Target(*target, shown(*target), config.target_servers[0])],
        Place(jobname="CSSMTP", host="mvs1.example.com", sysname="SYS1", node="N1",
              clock=RealWaits(partial(datetime.now, UTC)),
              policy=no_policy if policy is None else lambda _: policy),
        counter,
        ledger=ledger,
    )  # fmt: skip
    factory, name = event_loop()
    with asyncio.Runner(loop_factory=factory) as runner:
        begin = time.perf_counter()
        runner.run(task.run_until_idle())
        seconds = time.perf_counter() - begin
    thread.close()
    session.close()
    return seconds, name, counter.delivered


def event_loop() -> tuple[Callable[[], asyncio.AbstractEventLoop], str]:
    """What makes an event loop, and its name."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop, "asyncio"
    return uvloop.new_event_loop, "uvloop"


def readers() -> Mapping[str, Callable[[bytes], object]]:
    """What reads spool data, by row name: FB80 and VB.

    Each frames, strips, translates and finds commands. It is called with the whole buffer of W1:
    FB 80 records side by side, or V records behind their RDW.
    """
    return {"FB80": _read_fixed, "VB": _read_variable}


def _read_fixed(data: bytes) -> int:
    return _read(LineReader(FB, LRECL, inspection(page("IBM-1047"))), fixed_blocks(data, LRECL))


def _read_variable(data: bytes) -> int:
    lrecl = LRECL + 4
    found = _variable_blocks(data)
    return _read(LineReader(VB, lrecl, inspection(page("IBM-1047"))), found)


_cut: dict[int, list[Block]] = {}


def _variable_blocks(data: bytes) -> list[Block]:
    """The buffer in blocks as a spool has them; cut once, which is not the reader's work."""
    if id(data) not in _cut:
        _cut.clear()
        _cut[id(data)] = list(blocks(split(data, VB, LRECL + 4), VB, LRECL + 4))
    return _cut[id(data)]


def _read(reader: LineReader, parts: Iterable[Block]) -> int:
    parser = SpoolMailParser(reader.code, Limits(), DEFAULT)
    for block in parts:
        parser.feed(reader.lines(block))
    return parser.mails
