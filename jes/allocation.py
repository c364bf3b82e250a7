"""Whether the data sets of a job can be allocated (jes2.md 5.3, 5.7).

Looked at for the whole job before any step runs, and for each step again when its turn comes, since
an earlier step may have made or deleted a data set.
"""

from collections.abc import Iterator

from jes import messages
from jes.datasets import DatasetError, Datasets
from jes.job import DD, Dataset, DdPart, Fault, Job, Status, Step
from jes.names import DsName


def step_label(step: Step) -> str:
    """The step as messages name it: the procedure's step first."""
    return f"{step.procstep} {step.stepname}" if step.procstep else step.stepname


def check(job: Job, datasets: Datasets) -> tuple[Fault, ...]:
    """Faults of data sets that can be seen before any step runs (blueprint §10).

    A name that an earlier step makes or deletes is left to that step's own allocation.
    """
    faults: list[Fault] = []
    changing: set[str] = set()
    for step in job.steps:
        for dd, part, dataset in step_datasets(step):
            name = dataset.dsname.dataset
            if name not in changing:
                faults += dataset_faults(job, step, dd, part, datasets)
            makes = dataset.status in (Status.NEW, Status.MOD)
            if makes or "DELETE" in (dataset.normal, dataset.abnormal):
                changing.add(name)
    return tuple(faults)


def step_datasets(step: Step) -> Iterator[tuple[DD, DdPart, Dataset]]:
    """Every data set that the step allocates, with its DD."""
    for dd in step.dds:
        for part in dd.parts:
            if isinstance(part.allocation, Dataset):
                yield dd, part, part.allocation


def step_faults(job: Job, step: Step, datasets: Datasets) -> tuple[Fault, ...]:
    """Faults of a step's data sets now."""
    return tuple(
        fault
        for dd, part, _ in step_datasets(step)
        for fault in dataset_faults(job, step, dd, part, datasets)
    )


def dataset_faults(
    job: Job, step: Step, dd: DD, part: DdPart, datasets: Datasets
) -> Iterator[Fault]:
    """Why a data set cannot be allocated: at most one fault, with the card of its DD."""
    assert isinstance(part.allocation, Dataset)  # the callers choose
    dataset = part.allocation
    dsname = dataset.dsname
    reason, message = "", messages.DATASET_UNUSABLE
    try:
        label = datasets.find(DsName(dsname.dataset))
        if label is None:
            if dataset.status in (Status.NEW, Status.MOD):
                return
            message = messages.IEF212I
        elif dataset.status is Status.NEW:
            message = messages.DUPLICATE_DATASET
        elif dsname.member and not label.library:
            reason = "it is not a library, so it has no members"
        else:
            if dsname.member:
                datasets.find(
                    dsname
                )  # its records are looked at; that it may be missing is for OPEN
            return
    except DatasetError as error:
        reason = error.reason
    names = {"jobname": job.jobname, "step": step_label(step), "ddname": dd.ddname}
    text = message.text(**names, dsname=dsname, reason=reason)
    yield Fault(message.id, text, part.card or None, part.job_card or None)
