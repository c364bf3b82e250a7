"""JCL for tests: what a case is not about is filled in here."""

from jes.codepages import page
from jes.jcl.converter import JclSetting, NoJob, jobs_from
from jes.job import Dataset, DdPart, Instream, Job, Step, Sysout
from jes.sysout import SysoutRequest

SETTING = JclSetting()
IBM1047 = page("IBM-1047")


def only(found: list[Job | NoJob]) -> Job:
    """The one job there is."""
    assert len(found) == 1
    assert isinstance(found[0], Job)
    return found[0]


def job_of(*cards: str, setting: JclSetting = SETTING) -> Job:
    """The job of `cards`, which begin with a JOB statement."""
    return only(jobs_from("\n".join(cards) + "\n", setting))


def step_of(*cards: str, setting: JclSetting = SETTING) -> Step:
    """The last step of a job without faults, from the cards behind its EXEC statement."""
    job = job_of("//J JOB MSGCLASS=M", "//S EXEC PGM=P", *cards, setting=setting)
    assert [str(fault) for fault in job.faults] == []
    return job.steps[-1]


def part_of(*cards: str, setting: JclSetting = SETTING) -> DdPart:
    """The first DD statement of `step_of`."""
    return step_of(*cards, setting=setting).dds[0].parts[0]


def requests_of(*cards: str, setting: JclSetting = SETTING) -> tuple[SysoutRequest, ...]:
    """What the DD called D of the last step asks for, in a job made of `cards` behind JOB."""
    job = job_of("//J JOB MSGCLASS=M", *cards, setting=setting)
    assert [str(fault) for fault in job.faults] == []
    dd = next(dd for dd in job.steps[-1].dds if dd.ddname == "D")
    allocation = dd.parts[0].allocation
    assert isinstance(allocation, Sysout)
    return allocation.requests


def request_of(*cards: str) -> SysoutRequest:
    """The one request of DD D."""
    (request,) = requests_of(*cards)
    return request


def data_of(part: DdPart) -> list[str]:
    """In-stream data as records of 80 characters."""
    assert isinstance(part.allocation, Instream)
    text = IBM1047.decode(part.allocation.data)
    return [text[at : at + 80] for at in range(0, len(text), 80)]


def dataset_of(part: DdPart) -> Dataset:
    """The data set that a DD names."""
    assert isinstance(part.allocation, Dataset)
    return part.allocation


def ids_of(*cards: str, setting: JclSetting = SETTING) -> list[tuple[str, int | None]]:
    """Id and card of each fault of a job of `cards`."""
    job = job_of(*cards, setting=setting)
    return [(fault.id, fault.card) for fault in job.faults]
