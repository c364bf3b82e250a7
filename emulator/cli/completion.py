"""`jesmail completion`: what a shell needs to complete this command."""

import click

from emulator.cli import cli
from emulator.exits import UsageFault
from emulator.shown import printable

_SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion")
@click.argument("shell", metavar="SHELL", shell_complete=lambda *_: list(_SHELLS))
def command(shell: str) -> None:
    """Print what makes SHELL (bash, zsh or fish) complete this command, job ids and ddnames too.

    In bash: eval "$(jesmail completion bash)". Ids come from the spool that --spool, --system or
    the environment variable JESMAIL_SPOOL name.
    """
    from click.shell_completion import get_completion_class

    known = get_completion_class(shell) if shell in _SHELLS else None
    if known is None:
        raise UsageFault(f"{printable(shell)} is none of {', '.join(_SHELLS)}")
    click.echo(known(cli, {}, "jesmail", "_JESMAIL_COMPLETE").source())
