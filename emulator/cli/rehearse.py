"""`jesmail rehearse`: what changes when CSSMTP takes the place of SMTPD."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from cssmtp.smtpd.breaks import Severity
from cssmtp.smtpd.report import FileReport, Summary, Verdict
from emulator.cli.options import FILE, shaped
from emulator.corpus import sources
from emulator.deposit import shape_of
from emulator.exits import Exit, NotFound, UsageFault
from emulator.rehearsed.plan import Plan
from emulator.settings import Settings, SettingsError, load
from jes.errors import BadName
from jes.names import SysoutClass, WriterName

_ORDER = [Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION]
_LEVELS = {
    "fatal": _ORDER[:1],
    "error": _ORDER[:2],
    "warning": _ORDER[:3],
    "information": _ORDER,
    "never": [],
}
OUTPUT = click.Path(path_type=Path, dir_okay=False, writable=True)
_FORMS = ("html", "junit", "sarif", "patch")
_VERDICTS = {
    Verdict.BREAKS: Severity.FATAL,
    Verdict.NEVER_SELECTED: Severity.FATAL,
    Verdict.DIFFERENT: Severity.ERROR,
}
_SHOW_EVERY = 25
_NOTHING = "no spool file for the writer {name} or for CSSMTP in {count} sources; see --smtpd-name"
Form = Callable[[TextIO, Summary, Iterator[FileReport]], None]


@click.command(name="rehearse")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--smtpd", type=FILE, metavar="FILE", help="SMTP.CONFIG (default: SMTPD's defaults).")
@click.option(
    "--cssmtp", type=FILE, metavar="FILE",
    help="CSSMTP's configuration (default: what SMTP.CONFIG is converted to).",
)  # fmt: skip
@click.option(
    "--smtpd-name", default="SMTP", show_default=True, metavar="NAME",
    help="SMTPD's job name, which jobs name as writer.",
)  # fmt: skip
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@shaped
@click.option(
    "--class", "sysout_class", default="B", show_default=True, metavar="C",
    help="SYSOUT class of files without JCL.",
)  # fmt: skip
@click.option("--writer", metavar="NAME", help="Their writer (default: --smtpd-name).")
@click.option(
    "--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Keep what was rehearsed there; another run takes it from there.",
)  # fmt: skip
@click.option("--processes", type=click.IntRange(1, 64), help="Default: one for each processor.")
@click.option(
    "--fail-on", type=click.Choice(list(_LEVELS)), default="error", show_default=True,
    help="End with 6 when a difference of this severity or above was found.",
)  # fmt: skip
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write a page for a browser there.")
@click.option("--junit", type=OUTPUT, metavar="FILE", help="Write JUnit XML there.")
@click.option("--sarif", type=OUTPUT, metavar="FILE", help="Write SARIF 2.1.0 there.")
@click.option(
    "--patch", type=OUTPUT, metavar="FILE", help="Write what can be mended at once there: a diff."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def command(paths: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Rehearse the move from SMTPD to CSSMTP.

    A PATH is JCL, a spool file as `jesmail mail` takes it, a folder of them, or a spool. Each spool
    file goes through both programs; nothing is sent. The report says what differs, by which rule,
    and what to do. For --fail-on, BREAKS and NEVER-SELECTED are fatal and DIFFERENT is an error.
    """
    from emulator.rehearsed import running
    from emulator.rehearsed.state import open_state

    plan = _plan(given)
    wanted = sources(paths)
    processes = given["processes"] or _processors()
    with open_state(given["state"]) as state, _progress(len(wanted)) as progress:
        summary = running.rehearse(plan, wanted, state, processes, progress)
        if not summary.files and not summary.not_read:
            raise NotFound(_NOTHING.format(count=len(wanted), name=plan.smtpd_name))
        found = _Found(_LEVELS[given["fail_on"]])
        write = _form("document" if as_json else "text")
        write(sys.stdout, summary, found.passing(running.reports(state, wanted)))
        for name in _FORMS:
            if given[name] is not None:
                _write(given[name], _form(name), summary, running.reports(state, wanted))
    return _code(summary, found)


def _form(name: str) -> Form:
    """What writes a form of the report; read when it is asked for."""
    form: Form = importlib.import_module(f"emulator.rehearsed.{name}").write
    return form


def _write(path: Path, form: Form, summary: Summary, files: Iterator[FileReport]) -> None:
    try:
        with path.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
            form(out, summary, files)
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error


def _processors() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Found:
    """Whether a report had something that a user wants to fail on."""

    def __init__(self, severities: list[Severity]) -> None:
        self._severities = frozenset(one.value for one in severities)
        self.failed = False

    def passing(self, files: Iterator[FileReport]) -> Iterator[FileReport]:
        """The same files."""
        for one in files:
            severities = {change.severity for change in one.changes}
            if one.verdict in _VERDICTS:  # also where no rule says why
                severities.add(_VERDICTS[one.verdict].value)
            self.failed = self.failed or bool(severities & self._severities)
            yield one


def _code(summary: Summary, found: _Found) -> int:
    if summary.not_read:
        return Exit.FAILED
    return Exit.DIFFERENT if found.failed else Exit.OK


def _plan(given: dict[str, Any]) -> Plan:
    """Raises `UsageFault`."""
    try:
        return Plan(
            smtpd=given["smtpd"],
            cssmtp=given["cssmtp"],
            smtpd_name=WriterName(given["smtpd_name"].upper()),
            settings=load(given["system"]) if given["system"] else Settings(),
            shape=shape_of(given["recfm"], given["lrecl"], given["blksize"], given["bdw"]),
            sysout_class=SysoutClass(given["sysout_class"].upper()),
            writer=WriterName(given["writer"].upper()) if given["writer"] else None,
        )
    except (BadName, SettingsError) as error:
        raise UsageFault(str(error)) from error


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A line on standard error that counts, where there is a terminal."""
    shown = sys.stderr.isatty()

    def show(done: int) -> None:
        if shown and (done % _SHOW_EVERY == 0 or done == total):
            click.echo(f"\r{done} of {total} sources", err=True, nl=False)

    yield show
    if shown:
        click.echo("\r\x1b[K", err=True, nl=False)
