"""`jesmail ui`: the terminal UI."""

import os
import sys
from pathlib import Path

import click

from emulator.cli.options import FILE
from emulator.exits import Exit, UsageFault

_MISSING = "the terminal UI needs textual: pip install 'jesmail[ui]'"


@click.command(name="ui")
@click.option("--system", type=FILE, metavar="FILE", help="System definition (YAML).")
@click.option("--spool", metavar="PLACE", help="A spool file, or postgresql://…")
@click.option("--read-only", is_flag=True, help="Look only: nothing can be changed.")
@click.option("--tour", is_flag=True, help="Walk through a demo system.")
@click.option("--keys", type=click.Choice(["sdsf", "modern"]), default="sdsf", show_default=True,
              help="The key map.")  # fmt: skip
@click.option("--theme", type=click.Choice(["dark", "light", "contrast", "green"]),
              default="dark", show_default=True, help="The colours.")  # fmt: skip
@click.option("--ascii", "ascii_only", is_flag=True, help="No characters beyond ASCII of our own.")
@click.option("--user", metavar="ID", default="IBMUSER", show_default=True, help="Your user id.")
@click.option("--web", is_flag=True, help="Serve it to a browser, for looking only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where --web listens.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True,
              help="Where --web listens.")  # fmt: skip
@click.option("--allow-changes", is_flag=True, help="With --web: more than looking.")
def command(  # noqa: PLR0913 one for each option
    *,
    system: Path | None,
    spool: str | None,
    read_only: bool,
    tour: bool,
    keys: str,
    theme: str,
    ascii_only: bool,
    user: str,
    web: bool,
    host: str,
    port: int,
    allow_changes: bool,
) -> int:
    """Look at a spool and steer its system, in the way of SDSF.

    Without --spool, and without a spool in the system file, it starts a system of its own with the
    sample jobs; that system ends with it.
    """
    if allow_changes and not web:
        raise UsageFault("--allow-changes is for --web")
    if web:
        arguments = ["ui", *(["--system", str(system)] if system else [])]
        arguments += ["--spool", spool] if spool else []
        arguments += [] if allow_changes and not read_only else ["--read-only"]
        arguments += ["--tour"] if tour else []
        arguments += ["--ascii"] if ascii_only else []
        arguments += ["--keys", keys, "--theme", theme, "--user", user]
        return _serve(arguments, host, port)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and "TEXTUAL_DRIVER" not in os.environ:
        raise UsageFault("the terminal UI needs a terminal; `jesmail job`, `output` and `dataset` "
                         "show the same without one")  # fmt: skip
    try:
        from emulator.ui.opening import opened
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("textual"):
            raise
        raise UsageFault(_MISSING) from error
    with opened(system, spool, user=user, read_only=read_only, tour=tour) as app:
        app.set_up(keys=keys, theme=theme, ascii_only=ascii_only, tour=tour)
        app.run()
        return app.return_code or Exit.OK


def _serve(arguments: list[str], host: str, port: int) -> int:
    """Until Ctrl-C."""
    try:
        from emulator.ui.web import WebServer
    except ImportError as error:
        raise UsageFault(_MISSING) from error
    server = WebServer(arguments, host, port)
    if host not in ("127.0.0.1", "::1", "localhost"):
        click.echo(f"{host} is not loopback: whoever has the address sees the spool", err=True)
    try:
        server.serve()
    except OSError as error:
        raise UsageFault(f"{host}:{port}: {error.strerror or error}") from error
    return Exit.OK
