"""Options that `run` and `mail` share, and what they make of them (blueprint §6)."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from emulator.clock import running, standing, zone
from emulator.exits import UsageFault
from emulator.run import RunOptions
from emulator.settings import Settings, SettingsError, load, not_built
from emulator.system import System, with_datasets
from emulator.waits import JumpingWaits
from emulator.wiring import Instance, faults_of, instances_of
from jes.errors import BadName
from jes.names import DsName, UserId

Command = TypeVar("Command", bound=Callable[..., Any])


class _Seconds(click.FloatRange):
    """A number of seconds that is one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return number


SECONDS = _Seconds(min=0)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)
FOLDER = click.Path(path_type=Path, file_okay=False)

_LATER = {
    "proclib": "--proclib: procedures are not built yet",
}

_NOT_DELIVERED = "mail on this spool goes to the sandbox, not to its recipients; see --deliver"
_JUMPS = (
    "--fast-forward needs a throw-away spool: on one that stays, times of retries would be left in"
    " the future"
)
_NOT_STARTED = (
    "started task {name} (program writer) runs in a system that stays up; see also jesmail print"
)
_SHARED: list[Callable[[Any], Any]] = [
    click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML)."),
    click.option(
        "--cssmtp-config",
        type=FILE,
        metavar="FILE",
        help="CSSMTP configuration in IBM's syntax; its targets are replaced by the sandbox.",
    ),
    click.option("--deliver", is_flag=True, help="Really send to the configured target servers."),
    click.option(
        "--dataset",
        "datasets",
        multiple=True,
        metavar="DSN=PATH",
        help="A data set for the jobs (repeatable).",
    ),
    click.option("--proclib", multiple=True, metavar="DIR", help="Not built yet."),
    click.option(
        "--symbol", "symbols", multiple=True, metavar="NAME=VALUE", help="A system symbol."
    ),
    click.option(
        "--user", default="IBMUSER", show_default=True, metavar="ID", help="The submitting user."
    ),
    click.option(
        "--faults",
        type=FILE,
        metavar="FILE",
        help="How the sandbox misbehaves: rules (YAML), or Python functions (.py).",
    ),
    click.option(
        "--save-mail",
        type=FOLDER,
        metavar="DIR",
        help="Keep each accepted mail as DIR/0001.eml and its envelope as DIR/0001.json.",
    ),
    click.option(
        "--log",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        help="Write CSSMTP's log there (- is standard error); LogLevel says what is in it.",
    ),
    click.option(
        "--smf",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Add the SMF records that SMF119 asks for to this data set.",
    ),
    click.option(
        "--clock",
        metavar="ISO-TIME",
        help="Stand still at this time: the same input gives the same bytes.",
    ),
    click.option(
        "--tz",
        envvar="TZ",
        metavar="ZONE",
        help="Time zone: IANA name or POSIX string (default UTC).",
    ),
    click.option(
        "--fast-forward",
        is_flag=True,
        help="Retries take no time: the clock jumps to the next one (throw-away spools only).",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60,
        show_default=True,
        metavar="SECONDS",
        help="Give up when work is left after this long.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The run report as one JSON document."),
]


def shared(command: Command) -> Command:
    """Add the options that `run` and `mail` have in common."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


_SHAPE: list[Callable[[Any], Any]] = [
    click.option("--recfm", metavar="RECFM", help="The files are binary, in this record format."),
    click.option("--lrecl", type=int, metavar="N", help="Record length of F formats."),
    click.option("--blksize", type=int, metavar="N", help="Block size of RECFM U."),
    click.option(
        "--bdw/--no-bdw",
        default=None,
        help="V records are in blocks behind BDWs, or not (default: the first words say).",
    ),
]


def shaped(command: Command) -> Command:
    """Add the options that say how records lie in a file."""
    for option in reversed(_SHAPE):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Ready:
    """What a command line asks for: a system to open, its CSSMTPs, and how to run."""

    system: System
    instances: list[Instance]
    options: RunOptions
    warnings: tuple[str, ...]


def ready(given: dict[str, Any]) -> Ready:
    """The wiring for the shared options. Raises `UsageFault`."""
    _check(given)
    settings, warnings = _settings(given)
    try:
        user = UserId(given["user"].upper())
    except BadName as error:
        raise UsageFault(f"--user: {error}") from error
    where = zone(given["tz"])
    clock = running(where) if given["clock"] is None else standing(given["clock"], where)
    jumping = JumpingWaits(clock) if given["fast_forward"] else None
    options = RunOptions(
        deliver=given["deliver"],
        save_dir=given["save_mail"],
        standing_clock=given["clock"] is not None,
        timeout=given["timeout"],
        user=user,
        jumping=jumping,
        faults=() if given["deliver"] else faults_of(settings, given["faults"]),
    )
    if given["smf"] is not None:
        settings = replace(settings, smf=given["smf"])
    if settings.spool is not None and not options.deliver:
        warnings += (_NOT_DELIVERED,)
    if settings.spool is not None and jumping is not None:
        raise UsageFault(_JUMPS)
    instances = instances_of(settings, given["cssmtp_config"])
    if given["log"] is not None:
        instances = [replace(one, log=given["log"]) for one in instances]
    return Ready(System(settings, jumping.now if jumping else clock), instances, options, warnings)


def _check(given: dict[str, Any]) -> None:
    """Options that are not built yet, or do not go together. Raises `UsageFault`."""
    for name, sentence in _LATER.items():
        if given[name]:
            raise UsageFault(sentence)
    if not isfinite(given["timeout"]):
        raise UsageFault("--timeout: a number of seconds is needed")
    if given["deliver"] and given["save_mail"]:
        raise UsageFault("--save-mail keeps what the sandbox accepts: it has no use with --deliver")
    if given["deliver"] and given["faults"]:
        raise UsageFault("--faults are the sandbox's: they have no use with --deliver")
    if given["deliver"] and not (given["cssmtp_config"] or given["system"]):
        raise UsageFault("--deliver needs a configuration: --cssmtp-config FILE or --system FILE")


def _settings(given: dict[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    path = given["system"]
    try:
        settings = load(path) if path else Settings()
    except SettingsError as error:
        raise UsageFault(str(error)) from error
    warnings = tuple(f"{path}: {sentence}" for sentence in not_built(settings))
    warnings += tuple(_NOT_STARTED.format(name=writer.name) for writer in settings.writers)
    symbols = {
        name.upper(): value
        for name, value in (_pair(s, "--symbol NAME=VALUE") for s in given["symbols"])
    }
    datasets = {}
    for coded in given["datasets"]:
        name, value = _pair(coded, "--dataset DSN=PATH")
        try:
            datasets[DsName(name.upper())] = Path(value)
        except BadName as error:
            raise UsageFault(f"--dataset: {error}") from error
        if not Path(value).exists():
            raise UsageFault(f"--dataset {name}: {value} is not there")
    settings = replace(settings, symbols={**settings.symbols, **symbols})
    return with_datasets(settings, datasets), warnings


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageFault(f"{text!r}: {form} is needed")
    return name, value


def text_of(path: str) -> str:
    """The UTF-8 text of a file, or of standard input for `-`. Raises `UsageFault`."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageFault(f"{path}: line {line}: not UTF-8 text (byte {error.start})") from error
