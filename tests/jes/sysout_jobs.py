"""JCL run on a real spool, for tests of what becomes of its output."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jes.jcl.converter import JclSetting
from jes.names import JobId, SysoutClass
from jes.programs.registry import standard_programs
from jes.programs.step import Abend, Program, StepContext
from jes.records import FB, split
from jes.running import RunSystem
from jes.store.sqlite import open_spool
from jes.subsystem import Ended, Jes
from jes.sysout import OutClass, SpoolFile, default_outclasses
from jes.views import GroupFilter, GroupView
from tests.jes.jcl_text import job_of
from tests.jes.job_builders import IBM_1047, NOON, MemoryDatasets

DDS = ("OUT", "OUT2", "OUT3")


def prints(step: StepContext) -> int:
    """A record to each of the step's output DDs, closed."""
    for ddname in DDS:
        if step.has(ddname):
            output = step.open_output(ddname, FB, 80)
            output.write([step.page.encode(ddname)])
            output.close()
    return 0


def prints_and_fails(step: StepContext) -> int:
    prints(step)
    return 12


def prints_and_abends(step: StepContext) -> int:
    prints(step)
    raise Abend("U0001")


def counts(step: StepContext) -> int:
    """As many records as PARM says, to OUT."""
    output = step.open_output("OUT", FB, 80)
    output.write(step.page.encode(f"{n:06}") for n in range(1, int(step.parm) + 1))
    output.close()
    return 0


PROGRAMS: Mapping[str, Program] = {
    "PRINTS": prints, "FAILS": prints_and_fails, "ABENDS": prints_and_abends, "COUNTS": counts,
}  # fmt: skip


@dataclass
class Site:
    """A JES with a spool; what it says on the console is kept."""

    jes: Jes
    console: list[str] = field(default_factory=list)

    def run(self, *cards: str, setting: JclSetting | None = None) -> Ended:
        """Run the job of `cards`, JOB statement and all."""
        return self.jes.run(job_of(*cards, setting=setting or JclSetting()))

    def groups(self) -> list[GroupView]:
        """The output groups of users' data sets, in the order they were made."""
        return [g for g in self.jes.store.groups(GroupFilter()) if not self._of_jes(g)]

    def _of_jes(self, group: GroupView) -> bool:
        return all(d.dsid < 101 for d in self.jes.store.group_datasets(group.key))

    def lines(self, file: SpoolFile) -> list[str]:
        """A data set's records as text."""
        return [
            IBM_1047.decode(record).rstrip()
            for block in self.jes.store.read(file.key, 1, 1 << 30)
            for record in split(block.data, file.recfm, file.lrecl)
        ]


def named(ended: Ended, ddname: str) -> list[SpoolFile]:
    """The data sets of that DD that are in an output group."""
    return [file for file in ended.files if file.ddname == ddname]


@contextmanager
def a_site(
    folder: Path,
    programs: Mapping[str, Program] = PROGRAMS,
    changed: Mapping[str, OutClass] | None = None,
    job_numbers: tuple[int, int] = (1, 99_999),
) -> Iterator[Site]:
    """A site of default classes, but for those `changed`."""
    console: list[str] = []

    def wto(jobid: JobId, line: str) -> None:
        console.append(line)

    classes = {SysoutClass(name): out_class for name, out_class in (changed or {}).items()}
    system = RunSystem(
        now=lambda: NOON, sysname="SYS1", node="N1", page=IBM_1047,
        programs=standard_programs() | dict(programs), datasets=MemoryDatasets(),
        outclasses=default_outclasses() | classes, wto=wto, job_numbers=job_numbers,
    )  # fmt: skip
    store = open_spool(folder / "spool", durable=False)
    yield Site(Jes(store, system), console)
    store.close()
