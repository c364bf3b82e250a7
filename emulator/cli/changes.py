"""Changes: operator commands of JES2, and what their answers say."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from emulator.cli.lists import placed, say
from emulator.cli.outside import Outside, pass_outside
from emulator.documents import Document
from emulator.exits import Exit, Problem
from emulator.lookup import find_groups, find_job
from emulator.place import Place, look
from emulator.shown import printable
from jes.views import JobView

_REFUSED = re.compile(r"\$HASP(003|649|650|690)(?![0-9])|^JML[0-9]{3}E")  # jes2.md 3.3, errors
_NOTHING = "NO SELECTABLE"
# z/OSMF's `status` of a job modify request (zos-clients.md 1.4)
_FEEDBACK = {Exit.OK: 0, Exit.NOT_FOUND: 140, Exit.FAILED: 188}

asked = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def changing(command: Callable[..., Any]) -> Any:
    """Add the options of every command that changes something."""
    command = placed(pass_outside(command))
    command = click.option("--json", "as_json", is_flag=True, help="As one JSON document.")(command)
    verbose = click.option(
        "--verbose", "-v", is_flag=True, help="Show each operator command on standard error."
    )
    return verbose(command)


def short(job: JobView) -> str:
    """A job as operators write it: J12, S3, T4."""
    return f"{job.kind.value[0]}{job.number}"


def commanded(
    outside: Outside,
    place: Place,
    jobids: Sequence[str],
    make: Callable[[str], str],
    **given: Any,
) -> Exit:
    """Give an operator command for each job; `make` writes it of `J12`. All jobs are there before
    the first one is changed. Raises `NotFound`, `UsageFault`, `Unreachable`."""
    with look(place) as store:
        jobs = list({job.key: job for job in (find_job(store, text) for text in jobids)}.values())
    names = ", ".join(f"{job.jobid} ({job.jobname})" for job in jobs)
    return _given_out(outside, place, [(job, make(short(job))) for job in jobs], names, given)


def commanded_groups(
    outside: Outside,
    place: Place,
    jobid: str,
    outgrps: Sequence[str],
    make: Callable[[str, str], str],
    **given: Any,
) -> Exit:
    """Give an operator command for each output group of a job; `make` writes it of `J12` and
    `1.1.1`. Raises as `commanded`."""
    with look(place) as store:
        job = find_job(store, jobid)
        for text in outgrps:
            find_groups(store, job, text)
    names = ", ".join(f"{text.upper()} of {job.jobid} ({job.jobname})" for text in outgrps)
    commands = [(job, make(short(job), text.upper())) for text in dict.fromkeys(outgrps)]
    return _given_out(outside, place, commands, names, given)


def _given_out(
    outside: Outside,
    place: Place,
    commands: Sequence[tuple[JobView, str]],
    names: str,
    given: dict[str, Any],
) -> Exit:
    """Ask when there is a question, send, and show the answers; the exit code of the worst.

    Raises `Problem`.
    """
    question, as_json = given.get("question"), given["as_json"]
    if question and not outside.ask(question.format(names=names)):
        raise Problem("nothing was done")
    feedback, codes = [], []
    for job, text in commands:
        if given["verbose"]:
            click.echo(f"jesmail: {text}", err=True)
        answer = [printable(line) for line in outside.send(place, text)]
        codes.append(outcome(answer))
        feedback.append(_feedback(job, text, answer, codes[-1]))
        if not as_json:
            for line in answer:
                click.echo(line, err=_REFUSED.search(line) is not None)
    if as_json:
        say(f"{json.dumps(feedback, indent=2)}\n")
    return max(codes, key=(Exit.OK, Exit.NOT_FOUND, Exit.FAILED).index, default=Exit.OK)


def outcome(answer: Sequence[str]) -> Exit:
    """What the lines of an answer say: done, nothing found, or refused."""
    refused = " ".join(line for line in answer if _REFUSED.search(line))
    if not refused:
        return Exit.OK
    return Exit.NOT_FOUND if _NOTHING in refused else Exit.FAILED


def _feedback(job: JobView, text: str, answer: Sequence[str], code: Exit) -> Document:
    """z/OSMF's feedback document, with the command."""
    return {
        "jobid": job.jobid,
        "jobname": job.jobname,
        "owner": job.owner,
        "status": _FEEDBACK[code],
        "message": "\n".join(answer),
        "command": text,
    }
