"""What a running job is given: its system, the spool it writes to, a tally of its output.

Values and ports only; `jes.execution` runs the job.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jes import messages
from jes.codepages import CodePage
from jes.datasets import Datasets
from jes.job import Counted, Estimate, Job
from jes.names import JobId, SysoutClass
from jes.programs.step import Abend, Program
from jes.records import Block, count_bytes
from jes.store.capacity import JOB_NUMBERS
from jes.sysout import Disposition, NewDataset, OutClass, Output, SysoutRequest

APPEND_MAX = 1024 * 1024  # with steps of 2 MiB one in some thousand took over 100 ms


class OutputSpool(Protocol):
    """Where SYSOUT goes."""

    def create(self, dataset: NewDataset) -> int:
        """The key of a new data set that is not sealed yet."""

    def append(self, key: int, blocks: Sequence[Block]) -> None:
        """Add blocks of whole records, `APPEND_MAX` bytes at most a call."""

    def close(self, key: int, spin: Disposition | None) -> None:
        """Seal: selectable at once with that disposition, or at job end with None."""


def unheard(jobid: JobId, line: str) -> None:
    """A system without a console."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSystem:
    """The system that a job runs on. `now` gives aware times in the system's zone; `wto` is told
    each message of a job, for the console. `job_numbers` are the ends of JOBDEF RANGE."""

    now: Callable[[], datetime]
    sysname: str
    node: str
    page: CodePage
    programs: Mapping[str, Program]
    datasets: Datasets
    outclasses: Mapping[SysoutClass, OutClass]
    wto: Callable[[JobId, str], None] = unheard
    job_numbers: tuple[int, int] = JOB_NUMBERS


@dataclass(slots=True)
class Tally:
    """What a job has written so far, for its statistics (jes2.md 3.5)."""

    print_records: int = 0
    punch_records: int = 0
    spool_bytes: int = 0

    def add(self, blocks: Sequence[Block], out_class: OutClass) -> None:
        """Count what went to one data set of that class."""
        records = sum(block.count for block in blocks)
        if out_class.output is Output.PUNCH:
            self.punch_records += records
        else:
            self.print_records += records
        self.spool_bytes += count_bytes(blocks)

    def of(self, counted: Counted) -> int:
        """How many of what an estimate counts there are."""
        match counted:
            case Counted.LINES:
                return self.print_records
            case Counted.CARDS:
                return self.punch_records
            case Counted.BYTES:
                return self.spool_bytes


@dataclass(slots=True)
class Place:
    """The job that runs and where: what each of its steps needs to allocate its DDs."""

    job: Job
    jobid: JobId
    spool: OutputSpool
    system: RunSystem
    tally: Tally
    next_dsid: int  # the next SYSOUT data set's number
    say: Callable[[str], None]  # a line for the job log
    passed: set[str] = field(default_factory=set)  # new data sets that nobody kept yet
    abnormal: bool = False  # a step has abended
    _exceeded: set[Estimate] = field(default_factory=set)

    def dsname(self, dsid: int, last: str | None) -> str:
        """The name of a spool data set (jes2.md 1.1)."""
        return f"{self.job.owner}.{self.job.jobname}.{self.jobid}.D{dsid:07d}.{last or '?'}"

    def out_class(self, request: SysoutRequest) -> OutClass:
        """The class that a SYSOUT request goes to."""
        return self.system.outclasses[request.sysout_class]

    def check_estimates(self) -> None:
        """$HASP375 for each estimate that is exceeded, once. Raises `Abend` S722 when it cancels
        the job (jes2.md 1.8)."""
        for estimate in self.job.estimates:
            found = self.tally.of(estimate.counted)
            if found <= estimate.most:
                continue
            if estimate not in self._exceeded:
                self._exceeded.add(estimate)
                jobname, what = self.job.jobname, estimate.counted
                self.say(messages.HASP375.line(jobname=jobname, what=what))
            if estimate.cancel:
                fields = {"what": estimate.counted, "most": estimate.most, "found": found}
                raise Abend("S722", 0, messages.ESTIMATE_CANCELS.line(**fields))
