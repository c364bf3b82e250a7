"""The command `jesmail`. Each subcommand's module is imported when it is called (blueprint §4)."""

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "run": "Run jobs and see the mail they send.",
    "mail": "Mail spool files as such, without JCL.",
    "start": "Start a system that stays up.",
    "sandbox": "Run the sandbox mail server alone.",
    "submit": "Submit jobs to the system that has a spool.",
    "print": "Print output into a folder.",
    "ui": "Look at the spool and steer it, in the way of SDSF.",
    "console": "Give operator commands, see the console.",
    "check": "Check a CSSMTP configuration file.",
    "convert": "Convert an SMTPD configuration into one of CSSMTP.",
    "rehearse": "Rehearse the move from SMTPD to CSSMTP.",
    "demo": "Run the sample jobs and show their mail.",
    "job": "Look at jobs; hold, release, cancel and purge them.",
    "output": "Look at output groups; change, release and purge them.",
    "dataset": "Look at the data sets of a job.",
    "cssmtp": "What the CSSMTPs of a running system do, and what became of mail.",
    "smf": "Show SMF records of CSSMTP.",
    "spool": "How full a spool is, whether it is sound; begin one anew.",
    "completion": "Print what makes a shell complete this command.",
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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        names = [name for name in _COMMANDS if name.startswith(incomplete)]
        return [*(CompletionItem(name, help=_COMMANDS[name]) for name in names), *options]


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jesmail", message="jesmail %(version)s")
def cli() -> None:
    """A z/OS JES2 spool and CSSMTP, off-host: submit the JCL, get the mail."""


def main(arguments: list[str] | None = None, outside: object = None) -> Any:
    """The console script. Ends the process with a code of `emulator.exits.Exit`.

    `outside` is what a test has in place of the world (`emulator.cli.outside.Outside`).
    """
    from emulator.exits import Exit, Problem

    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 for as long as we live
    try:
        code = cli.main(arguments, prog_name="jesmail", standalone_mode=False, obj=outside)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except Problem as error:
        click.echo(f"jesmail: {error}", err=True)
        sys.exit(error.code)
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
