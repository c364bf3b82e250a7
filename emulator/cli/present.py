"""Plays a run and shows its report: as JSON, or in words."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence

import click

from emulator.cli.options import Ready
from emulator.exits import Exit
from emulator.run import Submission, run
from emulator.runreport import (
    JobEntry,
    MailEntry,
    RecipientEntry,
    RunReport,
    SpoolFileEntry,
    encoded,
)

_GOOD = {"delivered", "good", "purged", "CC 0000"}
_BAD = {"undeliverable", "bad", "JCL ERROR"}


def play(prepared: Ready, work: Sequence[Submission]) -> tuple[RunReport, Exit]:
    """Open the system and run the work, on uvloop where it is there."""
    with prepared.system as system, asyncio.Runner(loop_factory=_loop()) as runner:
        return runner.run(run(system, prepared.instances, work, prepared.options))


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def present(prepared: Ready, work: Sequence[Submission], *, as_json: bool) -> int:
    """Play the work and print its report; the exit code."""
    for sentence in prepared.warnings:
        click.echo(f"jesmail: {sentence}", err=True)
    report, code = play(prepared, work)
    if as_json:
        sys.stdout.buffer.write(encoded(report))
    else:
        for line in lines(report):
            click.echo(line)
        click.echo(_closing(report, code))
    return code


def lines(report: RunReport) -> Iterator[str]:
    """The report in words: each job with its steps, spool files, mails and recipients."""
    mails: dict[tuple[str, str], list[MailEntry]] = {}
    for mail in report.mails:
        mails.setdefault((mail.jobid, mail.ddname), []).append(mail)
    shown: set[str] = set()
    for job in report.jobs:
        yield from _job(job)
        files = [f for f in report.spool_files if f.jobid == job.jobid]
        shown.update(f.jobid for f in files)
        yield from _files(files, mails)
        yield ""
    others = [f for f in report.spool_files if f.jobid not in shown]
    if others:
        yield "Already on the spool"
        yield from _files(others, mails)
        yield ""


def _job(job: JobEntry) -> Iterator[str]:
    head = f"{job.jobid or '-':<9} {job.jobname or '-':<8} {job.owner or '-':<8}"
    yield f"{click.style(head, bold=True)} {_coloured(job.retcode or '-')}"
    for step in job.steps:
        yield f"  {step.stepname:<8} {step.program:<8} {_coloured(step.retcode)}"
    for message in job.messages:
        where = f"line {message.card}: " if message.card else ""
        yield f"  {click.style(message.id, fg='yellow')} {where}{message.text}"


def _files(
    files: Sequence[SpoolFileEntry], mails: dict[tuple[str, str], list[MailEntry]]
) -> Iterator[str]:
    for file in files:
        writer = f" writer {file.writer}" if file.writer else ""
        verdict = f"{_coloured(file.verdict)}, " if file.verdict else ""
        yield (
            f"  {file.stepname}.{file.ddname}  class {file.sysout_class}{writer}"
            f"  {_count(file.records, 'record')}  {verdict}{file.disposition}"
        )
        for mail in mails.get((file.jobid, file.ddname), []):
            saved = f"  {mail.eml}" if mail.eml else ""
            yield f"    mail {mail.ordinal} from <{mail.mail_from}>{saved}"
            yield from map(_recipient, mail.recipients)
        for error in file.errors:
            counted = "" if error.counted else " (not counted)"
            yield f"    record {error.record}: {click.style(error.reply, fg='red')}{counted}"
            if error.text:
                yield f"      > {error.text}"
        for notice in file.notices:
            yield f"    record {notice.record}: notice {notice.rule}: {notice.text}"


def _recipient(recipient: RecipientEntry) -> str:
    target = f"  {recipient.target}" if recipient.target else ""
    reply = f"  {recipient.reply}" if recipient.reply else ""
    return f"      {recipient.address}  {_coloured(recipient.status)}{target}{reply}"


def _coloured(word: str) -> str:
    if word in _GOOD:
        return click.style(word, fg="green")
    return click.style(word, fg="red" if word in _BAD else "yellow")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _closing(report: RunReport, code: Exit) -> str:
    recipients = [r for mail in report.mails for r in mail.recipients]
    states = {r.status for r in recipients}
    counts = ", ".join(
        f"{sum(r.status == state for r in recipients)} {state}"
        for state in ("delivered", "undeliverable", "retry", "extended-retry", "pending")
        if state in states
    )
    summary = ", ".join(
        (
            _count(len(report.jobs), "job"),
            _count(len(report.spool_files), "spool file"),
            _count(len(report.mails), "mail"),
        )
    )
    return f"{summary}; recipients: {counts or 'none'}{_advice(report, code)}"


def _advice(report: RunReport, code: Exit) -> str:
    """A sentence for what is left undone, and why."""
    sentences = []
    states = {r.status for mail in report.mails for r in mail.recipients}
    if "retry" in states:
        sentences.append(
            "Mail that a target asked to try again later stays in use: retry is not built yet."
        )
    if "undeliverable" in states:
        sentences.append("Nobody is notified of undeliverable mail: that is not built yet.")
    if "pending" in states:
        sentences.append("No target can be reached; the mail is still on the spool.")
    if code is not Exit.OK:
        sentences.append(f"Exit code {int(code)}.")
    return "".join(f"\n{sentence}" for sentence in sentences)
