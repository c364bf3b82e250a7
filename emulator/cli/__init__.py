"""The command `jesmail`. Each subcommand's module is imported when it is called (blueprint §4)."""

import importlib
import os
import sys
from typing import Any

import click

_COMMANDS = {
    "run": "Run jobs and see the mail they send.",
    "mail": "Mail spool files as such, without JCL.",
    "start": "Start a system that stays up.",
    "submit": "Submit jobs to the system that has a spool.",
    "print": "Print output into a folder.",
    "console": "Give operator commands, see the console.",
    "check": "Check a CSSMTP configuration file.",
    "demo": "Run the sample jobs and show their mail.",
}


class _Lazy(click.Group):
    """Subcommands by name, whose modules stay unread until they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"emulator.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jesmail", message="jesmail %(version)s")
def cli() -> None:
    """A z/OS JES2 spool and CSSMTP, off-host: submit the JCL, get the mail."""


def main(arguments: list[str] | None = None) -> Any:
    """The console script. Ends the process with a code of `emulator.exits.Exit`."""
    from emulator.exits import Exit, Unreachable, UsageFault

    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 for as long as we live
    try:
        code = cli.main(arguments, prog_name="jesmail", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except UsageFault as error:
        click.echo(f"jesmail: {error}", err=True)
        sys.exit(Exit.USAGE)
    except Unreachable as error:
        click.echo(f"jesmail: {error}", err=True)
        sys.exit(Exit.UNREACHABLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("jesmail: interrupted", err=True)
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the last flush would complain
        sys.exit(Exit.FAILED)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        click.echo(f"jesmail: the output cannot be written: {error.strerror or error}", err=True)
        sys.exit(Exit.FAILED)
    sys.exit(code if isinstance(code, int) else Exit.OK)
