"""Jobs, and a system to run them on, for tests: what a case is not about is filled in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from jes.codepages import page
from jes.datasets import Attributes, DatasetError
from jes.execution import RunSystem, run_job
from jes.job import (
    DD,
    Allocation,
    Dataset,
    Dcb,
    DdPart,
    Dummy,
    Instream,
    Job,
    JobResult,
    Status,
    Step,
    Sysout,
)
from jes.names import DdName, DsName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.programs.registry import standard_programs
from jes.programs.step import Program
from jes.records import Block, count_bytes, split
from jes.sysout import Disposition, NewDataset, SysoutRequest, default_outclasses

IBM_1047 = page("IBM-1047")
JOBID = JobId("JOB00134")
NOON = datetime(2020, 2, 18, 10, 25, 48, tzinfo=UTC)
NO_PROGRAMS: Mapping[str, Program] = MappingProxyType({})


def cards(*lines: str) -> bytes:
    """Card images in EBCDIC."""
    return b"".join(IBM_1047.encode(line.ljust(80)) for line in lines)


def request(
    sysout_class: str = "A", *, writer: str | None = None, spin: bool | None = None
) -> SysoutRequest:
    """A SYSOUT request."""
    name = WriterName(writer) if writer else None
    return SysoutRequest(sysout_class=SysoutClass(sysout_class), writer=name, spin=spin)


def sysout(*requests: SysoutRequest, dsname: str | None = None) -> Sysout:
    """SYSOUT=A, or what is asked for."""
    return Sysout(requests or (request(),), dsname)


def dataset(dsname: str, disp: str = "SHR,KEEP,KEEP") -> Dataset:
    """DSN= with the three parts of DISP=."""
    status, normal, abnormal = disp.split(",")
    return Dataset(DsName(dsname), Status(status), normal, abnormal)


def dd(ddname: str, *allocations: Allocation, dcb: Dcb | None = None, card: int = 0) -> DD:
    """A DD, or a concatenation; the DCB is the first part's."""
    parts = [DdPart(a, card=card, job_card=card) for a in allocations or (Dummy(),)]
    if dcb:
        parts[0] = replace(parts[0], dcb=dcb)
    return DD(DdName(ddname), tuple(parts))


def copy_step(
    name: str = "SEND", *, ut1: Allocation | None = None, ut2: Allocation | None = None
) -> Step:
    """IEBGENER from in-stream data to SYSOUT=(B,CSSMTP), unless told otherwise."""
    return Step(
        stepname=name,
        program="IEBGENER",
        dds=(
            dd("SYSPRINT", sysout()),
            dd("SYSUT1", ut1 or Instream(cards("HELO A", "QUIT"), 101, 4)),
            dd("SYSUT2", ut2 or sysout(request("B", writer="CSSMTP"))),
            dd("SYSIN", Dummy()),
        ),
    )


def job(*steps: Step) -> Job:
    """A job of user IBMUSER; change more of it with `dataclasses.replace`."""
    return Job(
        jobname=JobName("MAILJOB"), owner=UserId("IBMUSER"), msgclass=SysoutClass("A"),
        steps=steps, cards=7,
        jes_output={name: request() for name in ("JESMSGLG", "JESJCL", "JESYSMSG")},
    )  # fmt: skip


@dataclass
class Spooled:
    """A data set as the spool got it."""

    new: NewDataset
    blocks: list[Block] = field(default_factory=list)
    sealed: bool = False
    spin: Disposition | None = None

    def lines(self) -> list[str]:
        """Its records as text."""
        return [
            IBM_1047.decode(record)
            for block in self.blocks
            for record in split(block.data, self.new.recfm, self.new.lrecl)
        ]


@dataclass
class MemorySpool:
    """`OutputSpool` that checks its promises: numbering, sizes, nothing after the seal."""

    files: list[Spooled] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def create(self, dataset: NewDataset) -> int:
        self.files.append(Spooled(dataset))
        self.events.append(f"create {dataset.ddname}")
        return len(self.files) - 1

    def append(self, key: int, blocks: Sequence[Block]) -> None:
        file = self.files[key]
        assert not file.sealed
        assert count_bytes(blocks) <= 4 * 1024 * 1024
        for block in blocks:
            assert block.first == (file.blocks[-1].next if file.blocks else 1)
            file.blocks.append(block)

    def close(self, key: int, spin: Disposition | None) -> None:
        assert not self.files[key].sealed
        self.files[key].sealed, self.files[key].spin = True, spin
        self.events.append(f"close {self.files[key].new.ddname}")

    def of(self, ddname: str) -> list[Spooled]:
        """The data sets of that DD."""
        return [file for file in self.files if file.new.ddname == ddname]

    def text(self, ddname: str) -> list[str]:
        """The lines of the DD's only data set."""
        (file,) = self.of(ddname)
        return file.lines()


@dataclass
class MemoryDatasets:
    """`Datasets` as a dictionary of record lists."""

    labels: dict[str, Attributes] = field(default_factory=dict)
    records: dict[str, list[bytes]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    drafts: list["MemoryDraft"] = field(default_factory=list)

    def put(self, dsname: str, attributes: Attributes, *records: bytes) -> None:
        """Have a data set, or a member (its library comes with it)."""
        self.labels[dsname] = attributes
        self.records[dsname] = list(records)
        if (library := DsName(dsname).dataset) != dsname:
            self.labels[library] = replace(attributes, library=True)

    def find(self, dsname: DsName) -> Attributes | None:
        if dsname in self.broken:
            raise DatasetError(dsname, self.broken[dsname])
        return self.labels.get(dsname)

    def read(self, dsname: DsName) -> Iterator[Block]:
        label = self.labels[dsname]
        from jes.records import blocks

        return blocks(self.records[dsname], label.recfm, label.lrecl)

    def create(self, dsname: DsName, attributes: Attributes, *, mod: bool) -> "MemoryDraft":
        self.drafts.append(MemoryDraft(self, dsname, attributes, mod))
        return self.drafts[-1]

    def delete(self, dsname: DsName) -> None:
        self.labels.pop(dsname, None)
        self.records.pop(dsname, None)


@dataclass
class MemoryDraft:
    """`Draft` that checks its promises: blocks of `APPEND_MAX` bytes, nothing after its end."""

    datasets: MemoryDatasets
    dsname: DsName
    attributes: Attributes
    mod: bool
    records: list[bytes] = field(default_factory=list)
    ended: bool = False

    def add(self, blocks: Sequence[Block]) -> None:
        assert not self.ended
        assert count_bytes(blocks) <= 4 * 1024 * 1024
        self._check()
        label = self.attributes
        self.records += [r for b in blocks for r in split(b.data, label.recfm, label.lrecl)]

    def commit(self) -> None:
        assert not self.ended
        self._check()
        old = self.datasets.records.get(self.dsname, []) if self.mod else []
        self.datasets.put(self.dsname, self.attributes, *old, *self.records)
        self.ended = True

    def discard(self) -> None:
        self.ended = True

    def _check(self) -> None:
        if self.dsname in self.datasets.broken:
            raise DatasetError(self.dsname, self.datasets.broken[self.dsname])


@dataclass
class Ran:
    """A job that ran."""

    result: JobResult
    spool: MemorySpool
    datasets: MemoryDatasets

    @property
    def steps(self) -> list[str]:
        """The return codes of the steps."""
        return [step.retcode for step in self.result.steps]


def run(
    job: Job,
    programs: Mapping[str, Program] = NO_PROGRAMS,
    datasets: MemoryDatasets | None = None,
) -> Ran:
    """Run a job on a system where it is always the same time."""
    datasets = datasets or MemoryDatasets()
    spool = MemorySpool()
    system = RunSystem(
        now=lambda: NOON, sysname="SYS1", node="N1", page=IBM_1047,
        programs=standard_programs() | dict(programs), datasets=datasets,
        outclasses=default_outclasses(),
    )  # fmt: skip
    result = run_job(job, JOBID, spool, system)
    assert all(file.sealed for file in spool.files)
    return Ran(result, spool, datasets)
