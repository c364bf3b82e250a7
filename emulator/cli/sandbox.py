"""`jesmail sandbox`: the sandbox mail server alone."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from emulator.cli.options import FILE, FOLDER
from emulator.exits import Exit, UsageFault
from emulator.sandbox import watched
from emulator.sandbox.certificates import Certificates
from emulator.sandbox.errors import SandboxError
from emulator.sandbox.mta import MOST_LISTENERS, Sandbox, SandboxSettings
from emulator.settings import Settings
from emulator.targets import SANDBOX_PORT
from emulator.wiring import faults_of

_HOST = "127.0.0.1"


@click.command(name="sandbox")
@click.option("--port", type=click.IntRange(0, 65_535), default=SANDBOX_PORT, show_default=True,
              metavar="N", help="The port of the first listener; 0 is any free one.")  # fmt: skip
@click.option("--listeners", type=click.IntRange(1, MOST_LISTENERS), default=1, show_default=True,
              metavar="N", help="So many mail servers, on the next ports.")  # fmt: skip
@click.option("--faults", type=FILE, metavar="FILE",
              help="How it misbehaves: rules (YAML), or Python functions (.py).")  # fmt: skip
@click.option("--save-mail", "folder", type=FOLDER, metavar="DIR",
              help="Keep each mail as DIR/0001.eml and its envelope as DIR/0001.json.")  # fmt: skip
@click.option("--tls", is_flag=True, help="Offer STARTTLS.")
@click.option("--ca", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Offer STARTTLS; write the authority that signed for it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="A JSON document on each line.")
def command(  # noqa: PLR0913 one for each option
    *,
    port: int,
    listeners: int,
    faults: Path | None,
    folder: Path | None,
    tls: bool,
    ca: Path | None,
    as_json: bool,
) -> int:
    """Run the sandbox mail server alone, for any client: a line for each mail and each fault.

    It takes mail on loopback, delivers it nowhere, and ends at Ctrl-C or SIGTERM.
    """
    rules = faults_of(Settings(), faults)
    certificates = Certificates()
    if ca is not None:
        _write(ca, certificates.authority())
    settings = SandboxSettings(
        listeners=tuple((_HOST, port + n if port else 0) for n in range(listeners)),
        tls=certificates if tls or ca is not None else None,
        save_dir=folder,
        discard=folder is None,
        remember=False,
        go_on=True,
        faults=rules,
    )
    show = watched.as_json if as_json else watched.as_words
    try:
        with asyncio.Runner(loop_factory=_loop()) as runner:
            runner.run(_serve(settings, lambda document: _say(show(document))))
    except SandboxError as error:
        raise UsageFault(f"{error.message.id} {error}") from error
    return Exit.OK


async def _serve(settings: SandboxSettings, say: Callable[[dict[str, Any]], None]) -> None:
    """Until a signal. Raises `SandboxError`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    sandbox = Sandbox(
        settings,
        lambda mail: say(watched.accepted(mail, sandbox.addresses[mail.listener][1])),
        lambda event: say(watched.happened(event)),
    )
    async with sandbox:
        say(watched.listening(sandbox.addresses, tls=sandbox.offers_tls))
        await stop.wait()


def _loop() -> "type[asyncio.AbstractEventLoop] | None":
    """uvloop where the platform has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _say(line: str) -> None:
    with suppress(OSError, ValueError):  # nobody looks any more; the sandbox goes on
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageFault(f"--ca {path}: {reason}") from error
