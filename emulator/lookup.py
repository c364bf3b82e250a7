"""Finding one job, data set or output group by what people call it.

What is not there is `NotFound`, whose text names what was looked for and what is near it.
"""

import difflib
import re
from collections.abc import Iterable, Sequence

from emulator.exits import NotFound, UsageFault
from emulator.shown import printable
from jes.store.sql import SpoolStore
from jes.sysout import JobKind
from jes.views import DatasetView, GroupFilter, GroupView, JobFilter, JobView

_JOB = re.compile(r"(JOB|STC|TSU|J|S|T)?([0-9]{1,7})", re.ASCII)
_DATASET = re.compile(r"D?([0-9]{1,7})", re.ASCII)
_KINDS = {kind.value[0]: kind for kind in JobKind}
_NEAR = 50  # job numbers to each side that are looked at for a near miss
_SEEN = 1000  # jobs whose names are looked at
_NAMED = 6  # at most so many are named in an error


def find_job(store: SpoolStore, text: str) -> JobView:
    """A job by its id, in JES2's short form (J12, S3) or by its number. Raises `NotFound`."""
    match = _JOB.fullmatch(text.upper())
    if match is None:
        raise NotFound(
            f"there is no job {printable(text)}{_by_name(store, printable(text).upper())}"
        )
    number, kind = int(match[2]), _KINDS[match[1][0]] if match[1] else None
    found = store.jobs(JobFilter(numbers=((number, number),)), limit=1)
    if found and kind in (None, found[0].kind):
        return found[0]
    raise NotFound(f"there is no job {printable(text)}{_near(store, found, number)}")


def _near(store: SpoolStore, found: Sequence[JobView], number: int) -> str:
    if found:
        return f"; number {number} is {found[0].jobid} ({found[0].jobname})"
    around = JobFilter(numbers=((max(0, number - _NEAR), number + _NEAR),))
    jobs = sorted(store.jobs(around), key=lambda job: abs(job.number - number))[:3]
    if jobs:
        return f"; near it: {_list(f'{job.jobid} ({job.jobname})' for job in jobs)}"
    last = store.jobs(limit=1)
    return f"; the first is {last[0].jobid}" if last else "; there is no job on this spool"


def _by_name(store: SpoolStore, name: str) -> str:
    """Somebody gave a job name: which ids are meant."""
    named = store.jobs(JobFilter(names=(re.sub(r"[*?]", "", name) or "*",)), limit=_NAMED + 1)
    if named:
        return f" by id; of that name: {_list(job.jobid for job in named)}"
    names = {str(job.jobname) for job in store.jobs(limit=_SEEN)}
    near = difflib.get_close_matches(name, names, n=3)
    return f"; near names: {_list(near)}" if near else "; a job id is JOB00012, J12 or 12"


def find_dataset(store: SpoolStore, job: JobView, text: str) -> DatasetView:
    """A data set of a job by its ddname (perhaps STEP.DD or STEP.PROCSTEP.DD), or its number.

    Raises `NotFound`, and `UsageFault` when there are several.
    """
    datasets = store.datasets(job.jobid)
    wanted = text.upper()
    found = [one for one in datasets if wanted in _names(one)]
    number = _DATASET.fullmatch(wanted)
    if not found and number is not None:
        found = [one for one in datasets if one.dsid == int(number[1])]
    if len(found) == 1:
        return found[0]
    if found:
        several = _list(f"{one.dsid} ({_names(one)[-1]})" for one in found)
        raise UsageFault(f"{printable(text)} of {job.jobid} is more than one data set: {several}")
    names = {name for one in datasets for name in _names(one)}
    near = difflib.get_close_matches(wanted, names, n=3)
    if near:
        hint = f"; near names: {_list(near)}"
    elif datasets:
        hint = f"; it has {_list(one.ddname for one in datasets)}"
    else:
        hint = ": it has no data sets"
    raise NotFound(f"there is no data set {printable(text)} of {job.jobid} ({job.jobname}){hint}")


def _names(dataset: DatasetView) -> list[str]:
    """What a data set can be called, the longest name last."""
    names = [str(dataset.ddname)]
    if dataset.procstep:
        names.append(f"{dataset.procstep}.{dataset.ddname}")
    steps = [dataset.stepname, *([dataset.procstep] if dataset.procstep else [])]
    return [*names, f"{'.'.join(steps)}.{dataset.ddname}"]


def find_groups(store: SpoolStore, job: JobView, text: str) -> list[GroupView]:
    """The output groups of a job by id or a mask of ids. Raises `NotFound`."""
    of_job = JobFilter(jobids=(job.jobid,))
    found = store.groups(GroupFilter(jobs=of_job, outgrps=(printable(text).upper(),)))
    if found:
        return found
    groups = store.groups(GroupFilter(jobs=of_job), limit=_NAMED + 1)
    hint = f"; it has {_list(g.outgrp for g in groups)}" if groups else ": it has none"
    raise NotFound(f"there is no output group {printable(text)} of {job.jobid}{hint}")


def _list(names: Iterable[str]) -> str:
    found = list(names)
    more = [f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else []
    return ", ".join([*map(str, found[:_NAMED]), *more])
