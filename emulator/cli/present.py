"""Plays a run and shows its report: as JSON, or in words for people.

Words have colours on a terminal only, and none when NO_COLOR is set. What came from outside (mail,
replies of servers) is shown without control characters.
"""

import asyncio
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import click

from emulator.cli.options import Ready
from emulator.exits import Exit, Unreachable
from emulator.run import Outcome, Submission, run
from emulator.runreport import (
    JobEntry,
    MailEntry,
    RecipientEntry,
    ReportEntry,
    RunReport,
    SpoolFileEntry,
)

_GREEN = {"delivered", "good", "purged"}
_RED = {"undeliverable", "bad", "JCL ERROR"}
_STATES = ("delivered", "undeliverable", "retry", "extended-retry", "pending", "discarded")
_WHERE = {"none": "", "sysout": ", printed in class {}", "admin": ", mailed to the administrators"}
ORIGINAL = "original"
_NAMES = 24  # columns of a step's names, or a spool file's
_MAILS_MAX = 50  # of a spool file; nobody reads ten thousand on a screen
_ADDRESS_MAX = 44  # columns of an address before what became of it moves right
_WHY = {
    Exit.FAILED: "a job did not run to its end",
    Exit.UNREACHABLE: "no target can be reached",
    Exit.BAD_MAIL: "some mail or spool file was bad",
    Exit.TIMEOUT: "work is left",
    Exit.INTERRUPTED: "interrupted, work is left",
}


def play(prepared: Ready, work: Sequence[Submission]) -> Outcome:
    """Open the system and run the work, on uvloop where it is there."""
    try:
        with prepared.system as system, asyncio.Runner(loop_factory=_loop()) as runner:
            return runner.run(run(system, prepared.instances, work, prepared.options))
    except Unreachable as error:
        return Outcome(RunReport(), Exit.UNREACHABLE, str(error))


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
    outcome = play(prepared, work)
    for sentence in (outcome.problem, *outcome.remarks, *_unasked(prepared, outcome.report)):
        if sentence:
            click.echo(f"jesmail: {sentence}", err=True)
    if as_json:
        from emulator.runreport import written

        written(outcome.report, sys.stdout.buffer)
    elif outcome.report.jobs or outcome.report.spool_files or not outcome.problem:
        say((*lines(outcome.report), *closing(outcome.report, outcome.code)))
    return outcome.code


def _unasked(prepared: Ready, report: RunReport) -> Iterator[str]:
    """Writers that no CSSMTP asks for: a configuration's ExtWrtName is easily overlooked."""
    asked = {one.config.ext_wrt_name for one in prepared.instances}
    files = report.spool_files
    unasked = {f.writer for f in files if f.writer and f.disposition == "unselected"}
    for writer in sorted(unasked - asked):
        yield f"no CSSMTP selects writer {writer}; there is one for {', '.join(sorted(asked))}"


def say(text: Iterable[str]) -> None:
    """Print lines: in colour only on a terminal and without NO_COLOR (no-color.org)."""
    colour = False if os.environ.get("NO_COLOR") else None
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows ?
    for line in text:
        click.echo(line, color=colour)


def lines(report: RunReport) -> Iterator[str]:
    """The report in words: each job with its steps, spool files, mails and recipients."""
    found = _Found(report)
    shown: set[str | None] = set()
    several = len({job.file for job in report.jobs}) > 1
    for job in report.jobs:
        shown.add(job.jobid)
        yield from _job(job, several=several)
        yield from _files((f for f in report.spool_files if f.jobid == job.jobid), found)
        yield ""
    others = [f for f in report.spool_files if f.jobid not in shown]
    for (jobid, jobname), files in groupby(others, lambda f: (f.jobid, f.jobname)):
        yield click.style(f"{jobid:<8}  {jobname:<8}  already on the spool", bold=True)
        yield from _files(files, found)
        yield ""


class _Found:
    """Mails and error reports by spool file."""

    def __init__(self, report: RunReport) -> None:
        self._mails: dict[_Key, list[MailEntry]] = {}
        self._more: Counter[_Key] = Counter()
        for mail in report.mails:
            mails = self._mails.setdefault(_key(mail), [])
            if len(mails) < _MAILS_MAX or mail.kind != ORIGINAL:
                mails.append(mail)
            else:
                self._more[_key(mail)] += 1
        self._reports = {_key(one): one for one in report.reports}

    def of(self, file: SpoolFileEntry) -> tuple[list[MailEntry], ReportEntry | None]:
        """The mails and the report of a file."""
        return self._mails.get(_key(file), []), self._reports.get(_key(file))

    def more(self, file: SpoolFileEntry) -> int:
        """How many mails of a file are left out."""
        return self._more[_key(file)]


_Key = tuple[str, int]


def _key(entry: SpoolFileEntry | MailEntry | ReportEntry) -> _Key:
    """What names a spool file of a run: its job and data set id."""
    return entry.jobid, entry.dsid


def _job(job: JobEntry, *, several: bool) -> Iterator[str]:
    """`several`: jobs of more than one file are shown, so each says where it comes from."""
    names = f"{job.jobid or '-':<8}  {job.jobname or '-':<8}  {job.owner or '-':<8}"
    source = f"  {_dim(f'({_printable(job.file)})')}" if several else ""
    yield f"{click.style(names, bold=True)}    {_coloured(job.retcode or '-')}{source}"
    for step in job.steps:
        name = f"{step.stepname}.{step.procstep}" if step.procstep else step.stepname
        yield f"  step  {name:<8}  {step.program:<{_NAMES - 10}}{_coloured(step.retcode)}"
    for message in job.messages:
        where = f"line {message.card}: " if message.card else ""
        yield f"  {click.style(message.id, fg='yellow')}  {where}{_printable(message.text)}"


def _files(files: Iterable[SpoolFileEntry], found: _Found) -> Iterator[str]:
    for file in files:
        mails, report = found.of(file)
        writer = f", writer {file.writer}" if file.writer else ""
        facts = f"class {file.sysout_class}{writer}, {_count(file.records, 'record')}"
        fate = f"{_coloured(file.verdict)}, " if file.verdict else ""
        name = f"{file.stepname}.{file.ddname}"
        yield f"  file  {name:<{_NAMES}}{fate}{file.disposition}  {_dim(f'({facts})')}"
        for mail in mails:
            yield from _mail(mail)
        if more := found.more(file):
            yield f"    … and {_count(more, 'mail')} more; --json has them all"
        yield from _found_in(file, report)


def _found_in(file: SpoolFileEntry, report: ReportEntry | None) -> Iterator[str]:
    """The error report without its carriage control, and the notices."""
    if report is not None:
        yield f"    error report{_WHERE.get(report.to, '').format(report.sysout_class or '-')}"
        for line in report.lines:
            yield click.style(f"    | {_printable(line[1:])}", fg="red")
    for notice in file.notices:
        yield f"    notice  record {notice.record}: {_printable(notice.text)} [{notice.rule}]"


def _mail(mail: MailEntry) -> Iterator[str]:
    what = f"mail {mail.ordinal}" if mail.kind == ORIGINAL else mail.kind
    saved = f"  {_dim(f'({mail.eml})')}" if mail.eml else ""
    yield f"    {what:<6}  from {_printable(mail.mail_from) or '<>'}{saved}"
    width = max((len(r.address) for r in mail.recipients), default=0)
    for recipient in mail.recipients:
        yield _recipient(recipient, min(width, _ADDRESS_MAX))


def _recipient(recipient: RecipientEntry, width: int) -> str:
    reply = f"  {_printable(recipient.reply)}" if recipient.reply else ""
    target = f"  {_dim(f'({recipient.target})')}" if recipient.target else ""
    address = _printable(recipient.address)
    return f"            to   {address:<{width}}  {_coloured(recipient.status)}{reply}{target}"


def _coloured(word: str) -> str:
    if word in _GREEN or word == "CC 0000":
        return click.style(word, fg="green")
    return click.style(word, fg="red" if word in _RED or word.startswith("ABEND") else "yellow")


def _dim(text: str) -> str:
    return click.style(text, dim=True)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "." for c in text)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _times(number: int) -> str:
    return {0: "never", 1: "once"}.get(number, f"{number} times")


def closing(report: RunReport, code: Exit) -> Iterator[str]:
    """The counts of a run, and what its user should know."""
    states = Counter(r.status for mail in report.mails for r in mail.recipients)
    counts = ", ".join(f"{states[state]} {state}" for state in _STATES if states[state])
    yield "; ".join(
        (
            ", ".join(
                (
                    _count(len(report.jobs), "job"),
                    _count(len(report.spool_files), "spool file"),
                    _count(len(report.mails), "mail"),
                )
            ),
            f"recipients: {counts or 'none'}",
        )
    )
    if report.faults:
        acted = (f"{_printable(one.name)} {_times(one.times)}" for one in report.faults)
        yield f"faults: {', '.join(acted)}"
    if "retry" in states:
        yield "Mail that is to be tried again stays in use; --fast-forward tries it at once."
    for letter in report.dead_letters:
        where = _printable(letter.file) if letter.file else "not stored"
        yield f"Dead letter of {letter.jobid} mail {letter.ordinal}: {where}"
    if "pending" in states:
        yield "Mail that is pending was not sent."
    if code is not Exit.OK:
        why = f": {_WHY[code]}" if code in _WHY else ""
        yield click.style(f"Exit code {int(code)}{why}.", fg="yellow")
