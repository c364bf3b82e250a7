"""`jesmail submit`: jobs to the system that has a spool."""

import json
import sys
from pathlib import Path

import click

from emulator import console
from emulator.cli.options import FILE, SECONDS, text_of
from emulator.clock import running, zone
from emulator.exits import Exit, UsageFault
from emulator.place import place_of, socket_of
from emulator.submit import Submitted, ended, submit, submitter
from jes.errors import BadName
from jes.names import JobId, UserId


@click.command(name="submit")
@click.argument("jcl", nargs=-1, required=True, metavar="JCL...")
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@click.option("--spool", metavar="PLACE", help="A spool file, or postgresql://…")
@click.option("--user", default="IBMUSER", show_default=True, metavar="ID",
              help="The submitting user.")  # fmt: skip
@click.option("--wait", type=SECONDS, metavar="SECONDS",
              help="Wait so long for the jobs to end.")  # fmt: skip
@click.option("--tz", envvar="TZ", metavar="ZONE", help="Time zone: IANA name or POSIX string.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(  # noqa: PLR0913 one for each option
    *,
    jcl: tuple[str, ...],
    system: Path | None,
    spool: str | None,
    user: str,
    wait: float | None,
    tz: str | None,
    as_json: bool,
) -> int:
    """Submit the jobs of JCL files (- for standard input) to the system that has a spool.

    They are safe on the spool when this ends, whether a system runs or not.
    """
    place = place_of(system, spool)
    clock = running(zone(tz))
    try:
        UserId(user.upper())
    except BadName as error:
        raise UsageFault(f"--user: {error}") from error
    texts = [(path, text_of(path)) for path in jcl]
    with submitter(place, clock) as store:
        jobs = [
            job for path, text in texts for job in submit(store, place, text, path, user, clock)
        ]
        jobids = [job.jobid for job in jobs if job.jobid is not None]
        results = ended(store, jobids, wait) if wait is not None else {}
    if as_json:
        entries = [_entry(job, results) for job in jobs]
        sys.stdout.write(json.dumps({"jobs": entries}, indent=2) + "\n")
    else:
        _say(jobs, results, waited=wait is not None)
        socket = socket_of(place.settings)
        if wait is None and socket is not None and not console.answers(socket):
            click.echo("No system runs on this spool: 'jesmail start' runs them.", err=True)
    if any(job.jobid is None for job in jobs):
        return Exit.FAILED
    if None in results.values():
        return Exit.TIMEOUT
    failed = any(not _good(result) for result in results.values())
    return Exit.FAILED if failed else Exit.OK


def _good(result: str | None) -> bool:
    return result is not None and result.startswith("CC ")


def _say(jobs: list[Submitted], results: dict[JobId, str | None], *, waited: bool) -> None:
    for job in jobs:
        if job.jobid is None:
            click.echo(f"{job.file}: no job: {'; '.join(map(str, job.faults))}", err=True)
            continue
        result = results.get(job.jobid)
        words = (result or "has not ended") if waited else "submitted"
        click.echo(f"{job.jobid}  {job.jobname:<8}  {words}")


def _entry(job: Submitted, results: dict[JobId, str | None]) -> dict[str, object]:
    return {
        "file": job.file,
        "jobid": job.jobid,
        "jobname": job.jobname,
        "retcode": results.get(job.jobid) if job.jobid else None,
        "faults": [str(fault) for fault in job.faults],
    }
