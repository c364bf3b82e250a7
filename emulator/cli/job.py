"""`jesmail job`: jobs, looked at and changed by operator commands."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from emulator.cli.changes import asked, changing, commanded
from emulator.cli.dataset import COLUMNS as FILE_COLUMNS
from emulator.cli.lists import Listing, Wanted, listed, paged, placed, say, show_list
from emulator.cli.names import chosen_from, complete_job, owner_and_prefix, upper
from emulator.cli.output import COLUMNS as GROUP_COLUMNS
from emulator.cli.outside import Outside, Screen, pass_outside
from emulator.cli.tables import Column, cell, table
from emulator.documents import (
    PHASES,
    Document,
    JobStatus,
    file_document,
    group_document,
    job_document,
    status_of,
)
from emulator.exits import Exit
from emulator.lookup import find_job
from emulator.place import Place, look
from jes.job import Phase
from jes.store.sql import SpoolStore
from jes.sysout import JobKind
from jes.views import GroupFilter, JobFilter, JobView

# the first four are Zowe's, in its order
COLUMNS = (
    Column("jobid", "JOBID"),
    Column("retcode", "RETCODE"),
    Column("jobname", "JOBNAME"),
    Column("status", "STATUS"),
    Column("owner", "OWNER"),
    Column("class", "C"),
    Column("queue", "PHASE"),
    Column("held", "HELD"),
    Column("type", "TYPE", wide=True),
    Column("priority", "PRTY", wide=True),
    Column("exec-system", "SYSTEM", wide=True),
    Column("notify", "NOTIFY", wide=True),
    Column("exec-submitted", "SUBMITTED", wide=True),
    Column("exec-ended", "ENDED", wide=True),
    Column("exec-started", "STARTED", wide=True),
    Column("phase", "PH", wide=True),
    Column("phase-name", "PHASE-NAME", wide=True),
    Column("reason-not-running", "REASON", wide=True),
    Column("cancelled", "CANCELLED", wide=True),
    Column("purging", "PURGING", wide=True),
    Column("subsystem", "JES", wide=True),
    Column("key", "KEY", wide=True),
)
_JOBID = click.argument("jobid", shell_complete=complete_job)
_JOBIDS = click.argument(
    "jobids", nargs=-1, required=True, metavar="JOBID...", shell_complete=complete_job
)


@click.group(name="job")
def command() -> None:
    """Jobs: what there is, and what operators do to it.

    A JOBID is JOB00012, J12 or 12. Looking disturbs nobody; hold, release, cancel and purge are
    operator commands of JES2.
    """


@command.command(name="list")
@owner_and_prefix
@click.option("--status", multiple=True, metavar="WORD", help="INPUT, ACTIVE or OUTPUT.")
@click.option("--class", "job_class", multiple=True, metavar="C", help="Job class.")
@click.option(
    "--phase", multiple=True, metavar="WORD", help=f"{', '.join(Phase)}: a queue of JES2."
)
@click.option("--type", "kind", multiple=True, metavar="WORD", help="JOB, STC or TSU.")
@click.option("--held/--not-held", default=None, help="Held by an operator or TYPRUN, or not.")
@listed()
@placed
@pass_outside
def list_jobs(outside: Outside, /, place: Place, wanted: Wanted, **given: Any) -> None:
    """List jobs in the order they came.

    Filters can be repeated: any value of a filter may match, and every filter that is given must.
    """
    statuses = chosen_from(JobStatus, given["status"], "--status")
    phases = set(chosen_from(Phase, given["phase"], "--phase") or Phase)
    if statuses:
        phases &= {phase for status in statuses for phase in PHASES[status]}
    filter_ = JobFilter(
        names=upper(given["prefix"]),
        owners=upper(given["owner"]),
        classes=upper(given["job_class"]),
        kinds=chosen_from(JobKind, given["kind"], "--type"),
        phases=() if phases == set(Phase) else tuple(sorted(phases)),
        held=given["held"],
    )

    def shown(job: JobView) -> Document | None:
        return job_document(job) if not statuses or status_of(job) in statuses else None

    def pages(store: SpoolStore, wanted: Wanted) -> Iterable[Sequence[Document]]:
        if not phases:
            return ()
        return paged(lambda after, limit: store.jobs(filter_, after, limit), shown, wanted)

    show_list(Listing("jobs", COLUMNS, pages), wanted, place, outside)


@command.command(name="show")
@_JOBID
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@placed
@pass_outside
def show(outside: Outside, jobid: str, place: Place, *, as_json: bool) -> None:
    """Show a job with its output groups and data sets."""
    with look(place) as store:
        job = find_job(store, jobid)
        of_job = GroupFilter(jobs=JobFilter(jobids=(job.jobid,)))
        groups = [group_document(group) for group in store.groups(of_job)]
        files = [file_document(dataset) for dataset in store.datasets(job.jobid)]
    document = job_document(job)
    if as_json:
        say(f"{json.dumps({**document, 'files': files, 'output': groups}, indent=2)}\n")
        return
    screen = outside.screen()
    for line in _shown(document, groups, files, screen):
        say(f"{line}\n", colour=screen is not None and screen.colour)


def _shown(
    document: Document, groups: list[Document], files: list[Document], screen: Screen | None
) -> Iterator[str]:
    width = max(map(len, document))
    for key, value in document.items():
        if cell(value):
            yield f"{key:<{width}}  {cell(value)}"
    for rows, columns in ((groups, GROUP_COLUMNS), (files, FILE_COLUMNS)):
        if rows:
            yield ""
            more = [c for c in columns if not c.wide and c.key not in ("jobid", "jobname", "owner")]
            yield from table(rows, more, screen)


@command.command()
@_JOBIDS
@changing
def hold(outside: Outside, place: Place, jobids: tuple[str, ...], **given: Any) -> Exit:
    """Hold jobs: none is selected for its next phase, and its output is not offered ($H J)."""
    return commanded(outside, place, jobids, lambda job: f"$H {job}", **given)


@command.command()
@_JOBIDS
@changing
def release(outside: Outside, place: Place, jobids: tuple[str, ...], **given: Any) -> Exit:
    """Release held jobs ($A J)."""
    return commanded(outside, place, jobids, lambda job: f"$A {job}", **given)


@command.command()
@_JOBIDS
@click.option("--purge", "purging", is_flag=True, help="Purge its output too.")
@changing
def cancel(
    outside: Outside, place: Place, jobids: tuple[str, ...], *, purging: bool, **given: Any
) -> Exit:
    """Cancel jobs, running ones too; what they have written stays ($C J)."""
    end = ",P" if purging else ""
    return commanded(outside, place, jobids, lambda job: f"$C {job}{end}", **given)


@command.command()
@_JOBIDS
@asked
@changing
def purge(
    outside: Outside, place: Place, jobids: tuple[str, ...], *, yes: bool, **given: Any
) -> Exit:
    """Cancel jobs and purge everything that is on the spool of them ($P J)."""
    question = "All output of {names} will be lost. Go on?"
    return commanded(
        outside, place, jobids, lambda job: f"$P {job}", question=None if yes else question, **given
    )
