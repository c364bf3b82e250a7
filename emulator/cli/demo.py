"""`jesmail demo`: every sample job, run as `jesmail run` would, with what one sees.

The good ones have to send all their mail, the faulty ones have to be bad; anything else ends the
demo with 1, so that it is a test of an installation too.
"""

import json
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from emulator.cli.options import Ready, text_of
from emulator.cli.present import lines, play, say
from emulator.clock import running, zone
from emulator.exits import Exit, UsageFault
from emulator.run import Jcl, RunOptions
from emulator.runreport import RunReport, encoded
from emulator.samples_folder import Sample, samples
from emulator.settings import Settings, SettingsError, load
from emulator.system import System
from emulator.wiring import instances_of

WHOLE = frozenset({"jobs/plain-text.jcl", "systems/acme/csv-attachment.jcl"})  # shown as mail too
_LINES = 30  # of a mail, before it is cut
_BAD = (Exit.FAILED, Exit.BAD_MAIL)


@dataclass(frozen=True, slots=True)
class Played:
    """A sample that was run; `mails` are the bytes of those that are shown whole."""

    sample: Sample
    report: RunReport
    code: Exit
    mails: tuple[bytes, ...] = ()

    @property
    def as_expected(self) -> bool:
        """A good sample sent mail and nothing went wrong; a faulty one was bad."""
        if self.sample.faulty:
            return self.code in _BAD
        return self.code is Exit.OK and bool(self.report.mails)


@click.command(name="demo")
@click.option("--json", "as_json", is_flag=True, help="Every run report in one JSON document.")
def command(as_json: bool) -> int:
    """Run the sample jobs and show their mail. Nothing leaves this machine.

    Ends with 0 when the good samples are good and the faulty ones bad, else with 1.
    """
    everything = sorted(samples(), key=lambda s: (s.faulty, s.name not in WHOLE))
    played = [run_sample(sample) for sample in everything]
    if as_json:
        document = {"demo_version": 1, "runs": [_entry(one) for one in played]}
        click.echo(json.dumps(document, indent=2))
    else:
        say(shown(played))
    return outcome(played)


def outcome(played: Sequence[Played]) -> Exit:
    """How the demo ends."""
    return Exit.OK if played and all(one.as_expected for one in played) else Exit.FAILED


def run_sample(sample: Sample) -> Played:
    """Run a sample on a throw-away spool, its mail into a folder that is gone afterwards.

    Raises `UsageFault`, `Unreachable`.
    """
    try:
        settings = load(sample.system) if sample.system else Settings()
    except SettingsError as error:
        raise UsageFault(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="jesmail-demo-") as kept:
        folder = Path(kept) if sample.name in WHOLE else None
        options = RunOptions(save_dir=folder)
        prepared = Ready(
            System(settings, running(zone(None))), instances_of(settings, None), options, ()
        )
        text = text_of(str(sample.path))
        outcome = play(prepared, [Jcl(text, options.user, sample.name)])
        mails = tuple(path.read_bytes() for path in sorted(Path(kept).glob("*.eml")))
    return Played(sample, outcome.report, outcome.code, mails)


def _entry(one: Played) -> dict[str, Any]:
    return {
        "sample": one.sample.name,
        "shows": one.sample.shows,
        "expected": "bad" if one.sample.faulty else "good",
        "as_expected": one.as_expected,
        "exit_code": int(one.code),
        "report": json.loads(encoded(one.report)),
    }


def shown(played: Sequence[Played]) -> Iterator[str]:
    """All of the demo as lines."""
    yield "Each sample job runs on a throw-away spool; CSSMTP sends its mail to a sandbox mail"
    yield "server. Nothing leaves this machine."
    yield ""
    for one in played:
        yield _title(one)
        yield click.style(f"   {one.sample.shows}", italic=True)
        yield ""
        yield from _indented(lines(one.report))
        for mail in one.mails:
            yield "   The mail as the mail server got it:"
            yield ""
            yield from _mail(mail)
            yield ""
    yield from _summary(played)


def _title(one: Played) -> str:
    name = click.style(f"== {one.sample.name}", bold=True, fg="cyan")
    if not one.as_expected:
        return f"{name}  {click.style('UNEXPECTED', fg='red', bold=True)}: exit code {one.code}"
    if one.sample.faulty:
        return f"{name}  {click.style('expected: bad', fg='yellow')}, exit code {one.code}"
    return name


def _indented(text: Iterator[str]) -> Iterator[str]:
    for line in text:
        yield f"   {line}" if line else ""


def _mail(mail: bytes) -> Iterator[str]:
    """A mail's first lines, as people read it."""
    rows = mail.decode("utf-8" if _is_utf8(mail) else "latin-1").splitlines()
    for row in rows[:_LINES]:
        shown = "".join(c if c.isprintable() or c == "\t" else "." for c in row)
        yield click.style(f"   | {shown}", fg="blue")
    if len(rows) > _LINES:
        yield f"   | … {len(rows) - _LINES} more lines"


def _is_utf8(mail: bytes) -> bool:
    try:
        mail.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _summary(played: Sequence[Played]) -> Iterator[str]:
    faulty = sum(one.sample.faulty for one in played)
    mails = sum(len(one.report.mails) for one in played)
    odd = ", ".join(one.sample.name for one in played if not one.as_expected)
    yield (
        f"{len(played) - faulty} samples were to be good and {faulty} bad; {mails} mails were sent."
    )
    if outcome(played) is Exit.OK:
        yield click.style("All as expected.", fg="green")
    else:
        yield click.style(f"NOT AS EXPECTED: {odd or 'no sample was run'}", fg="red", bold=True)
    if played:
        first = str(played[0].sample.path)
        near = os.path.relpath(first)
        path = first if near.startswith(os.pardir) else near
        yield f"Run one of them yourself: jesmail run {shlex.quote(path)}"
