"""Makes the pages of docs/reference that come from tables of the program, and the pictures.

make pages          writes them
pytest tests/test_docs.py   says whether they are up to date
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from textual.binding import Binding

import cssmtp.checkpoint
import cssmtp.config.findings
import cssmtp.delivery
import cssmtp.extendedretry
import cssmtp.ledger
import cssmtp.messages
import cssmtp.notices
import cssmtp.returning
import cssmtp.routing
import cssmtp.smtpd.findings
import cssmtp.targetlist
import cssmtp.task
import emulator.checkpoint.messages
import emulator.external_writer
import emulator.logfile
import emulator.sandbox.errors
import emulator.smf
import emulator.started
import jes.commands.messages
import jes.jcl.messages
import jes.messages
import jes.store.audit
from cssmtp.config import reference
from cssmtp.operator import reference as modify_commands
from cssmtp.smtpd import reference as smtpd
from emulator.cli import cli
from emulator.panels import helping
from emulator.panels.grammar import COMMANDS
from emulator.panels.panels import PANELS
from emulator.panels.tables_mail import MAIL
from emulator.panels.values import Panel
from emulator.sandbox import fault_reference
from jes.commands import reference as operator_commands
from jes.messages import Message

DOCS = Path(__file__).parent
_FIELD = re.compile(r"\{(\w+)(?:![rs])?(?::[^{}]*)?\}")
_OWN = re.compile(r"((?:JML|EZD)[0-9]{3,4}[A-Z]) (.+)")
_GENERATED = "<!-- Made by docs/pages.py: `make pages` renews it. -->"
_SOURCES: tuple[tuple[str, ModuleType], ...] = (
    ("Jobs and the spool", jes.messages),
    ("Spool check", jes.store.audit),
    ("JCL", jes.jcl.messages),
    ("Operator commands", jes.commands.messages),
    ("CSSMTP configuration", cssmtp.config.findings),
    ("SMTPD configuration", cssmtp.smtpd.findings),
    ("CSSMTP", cssmtp.task),
    ("CSSMTP: console and MODIFY", cssmtp.messages),
    ("Sending mail", cssmtp.delivery),
    ("Sending mail: which way", cssmtp.routing),
    ("Undeliverable mail", cssmtp.returning),
    ("Extended retry", cssmtp.extendedretry),
    ("Target servers", cssmtp.targetlist),
    ("Restarts of CSSMTP: mails", cssmtp.checkpoint),
    ("Restarts of CSSMTP: ChkPointSizeLimit", cssmtp.ledger),
    ("Restarts of CSSMTP: the checkpoint", emulator.checkpoint.messages),
    ("The log of CSSMTP", emulator.logfile),
    ("SMF records", emulator.smf),
    ("A system that stays up", emulator.started),
    ("External writer", emulator.external_writer),
    ("Sandbox mail server", emulator.sandbox.errors),
)


def pages() -> dict[str, Callable[[], str]]:
    """What makes each page, by its path below docs/."""
    return {
        "reference/configuration.md": reference.markdown,
        "reference/commands.md": commands,
        "reference/smtp-config.md": smtpd.markdown,
        "reference/messages.md": messages,
        "reference/faults.md": fault_reference.markdown,
        "reference/operator-commands.md": operators,
        "reference/notices.md": notices,
        "reference/terminal-ui.md": terminal_ui,
    }


# --- the command line ---------------------------------------------------------------------------


def commands() -> str:
    """Every command with its arguments and options."""
    root = click.Context(cli, info_name="jesmail")
    parts = [
        f"# The command line\n\n{_GENERATED}\n",
        "Every command ends with one of the [exit codes](exit-codes.md). `run` and `mail` show a",
        "[run report](run-report.md), as text for people or with `--json` for programs.\n",
        "`jesmail --version` shows the version; `-h` or `--help` behind any command, its help.\n",
    ]
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        assert command is not None
        parts += _commands(command, click.Context(command, info_name=name, parent=root))
    return "\n".join(parts)


def _commands(command: click.Command, context: click.Context) -> Iterator[str]:
    """A command, and those behind it."""
    yield _command(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from _commands(one, click.Context(one, info_name=name, parent=context))


def _command(command: click.Command, context: click.Context) -> str:
    help_text = re.sub(r"(?<!\n)\n(?!\n)", " ", _plain(command.help or ""))
    rows = [
        _option(parameter)
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts
    ]
    usage = " ".join(command.collect_usage_pieces(context))
    table = ["| Option | Meaning | Default |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(
        (
            f"## {context.command_path}\n",
            f"    {context.command_path} {usage}\n",
            f"{help_text}\n",
            *(table if rows else ()),
        )
    )


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.secondary_opts:
        names += " / " + ", ".join(option.secondary_opts)
    value = "" if option.is_flag else f" {option.metavar or option.type.name.upper()}"
    notes = []
    if option.multiple and "repeatable" not in (option.help or ""):
        notes.append("Repeatable.")
    if option.envvar:
        notes.append(f"Also from the environment variable `{option.envvar}`.")
    default = f"`{option.default}`" if option.show_default else ""
    meaning = " ".join((option.help or "", *notes))
    return f"| `{names}{value}` | {_cell(meaning)} | {default} |"


# --- operator commands ----------------------------------------------------------------------------


def operators() -> str:
    """Commands of JES2 and MVS, then those to CSSMTP."""
    return f"{operator_commands.markdown()}\n{modify_commands.markdown()}"


# --- messages -----------------------------------------------------------------------------------


def messages() -> str:
    """Every message by its id, catalogue by catalogue."""
    parts = [
        f"# Messages\n\n{_GENERATED}\n",
        "Ids that begin with `JML` are this program's own. Every other id is IBM's, and is used",
        "only where IBM's pages or real job output confirm it. Words in braces are filled in. Of",
        "EZD messages IBM's pages give the condition; the words are ours.\n",
        "The last letter says how bad it is: I information, W warning, E error.\n",
        "Texts without an id that stand in error reports are listed in [replies](replies.md).\n",
    ]
    for title, module in _SOURCES:
        parts += _catalogue(title, _of(module))
    for title, entries in _ELSEWHERE:
        parts += _catalogue(title, entries)
    return "\n".join(parts)


def _catalogue(title: str, entries: Iterable[tuple[str, str]]) -> list[str]:
    rows = [f"| {id_} | {_cell(text)} |" for id_, text in sorted(entries)]
    return [f"## {title}\n", "| Id | Text |", "| --- | --- |", *rows, ""]


_ELSEWHERE = (
    ("System file", (
        ("JML280E", "{key}: {text}: a key or a value of the system file cannot be used"),
        ("JML281E", "the system file cannot be read: {reason}"),
    )),
)  # fmt: skip


def notices() -> str:
    """Every rule of a notice."""
    rows = [
        f"| {_cell(rule)} | {_cell(text)} |" for rule, text in sorted(cssmtp.notices.RULES.items())
    ]
    return "\n".join(
        (
            f"# Notices\n\n{_GENERATED}\n",
            "A notice says what a job's owner should know about a spool file and is no error: the",
            "file stays good. In a [run report](run-report.md) each has the number of its record",
            f"and one of these rules. Of one rule at most {cssmtp.notices.PER_RULE} notices are",
            "given for a file, and one that says how many more there were.\n",
            "| Rule | What it says |",
            "| --- | --- |",
            *rows,
            "",
        )
    )


# --- the terminal UI ------------------------------------------------------------------------------


def terminal_ui() -> str:
    """Commands, keys and panels of `jesmail ui`."""
    return "\n".join(
        (
            f"# The terminal UI\n\n{_GENERATED}\n",
            "What `jesmail ui` knows. [How to use it](../howto/use-the-terminal-ui.md) is another",
            "page. A command can be shortened as far as the table says.\n",
            *_ui_commands(),
            "## Keys\n",
            "| SDSF | Modern | What it does |",
            "| --- | --- | --- |",
            *_ui_keys(),
            "",
            *(_ui_panel(panel) for panel in (*PANELS.values(), MAIL)),
        )
    )


def _ui_commands() -> Iterator[str]:
    for group in dict.fromkeys(one.group for one in COMMANDS):
        yield f"## {group}\n\n| Command | Shortest | What it does |\n| --- | --- | --- |"
        for one in COMMANDS:
            if one.group == group:
                shortest = _cell(one.name[: one.least])
                yield f"| {_cell(one.syntax)} | {shortest} | {_cell(one.help)} |"
        yield ""


def _ui_keys() -> Iterator[str]:
    from emulator.ui.keymaps import KEYMAPS, LETTERS
    from emulator.ui.screens.place import Place
    from emulator.ui.widgets.queue_table import QueueTable

    modern = KEYMAPS["modern"]
    for one in (*Place.BINDINGS, *QueueTable.BINDINGS):
        if isinstance(one, Binding) and one.description:
            other = modern.get(one.id or "", one.key)
            yield f"| {_keys(one.key)} | {_keys(other)} | {one.description} |"
    for key, action in LETTERS.items():
        yield f"| {action} in NP, Enter | {key} | the action {action} |"


_SIGNS = {"question_mark": "?", "colon": ":", "left_square_bracket": "[",
          "right_square_bracket": "]"}  # fmt: skip


def _keys(keys: str) -> str:
    """Names of keys as people write them."""
    names = [_SIGNS.get(key, key if len(key) == 1 else key.title()) for key in keys.split(",")]
    return " ".join(f"`{name}`" for name in names)


def _ui_panel(panel: Panel[Any]) -> str:
    """The help of a panel, a heading deeper."""
    return re.sub("^#", "##", helping.page(panel), flags=re.MULTILINE).replace("*", "\\*")


def _of(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Id and text of each message that a module defines."""
    for value in vars(module).values():
        if isinstance(value, Message):
            yield value.id, _filled(value.pattern)
        elif isinstance(value, str) and (own := _OWN.fullmatch(value)):
            yield own[1], _filled(own[2])


def _filled(pattern: str) -> str:
    """A `str.format` pattern without its layout: `{jobname:<8}` is {jobname}."""
    return _FIELD.sub(r"{\1}", pattern.strip()).replace("{{", "{").replace("}}", "}")


def _cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    for character in "\\|<>*_":
        text = text.replace(character, "\\" + character)
    return text


def main() -> None:
    """Write every page, and the pictures."""
    from docs import pictures, screens

    for name, made in pages().items():
        (DOCS / name).write_text(made(), "utf-8")
        sys.stdout.write(f"docs/{name}\n")
    pictures.PICTURE.write_text(pictures.svg(), "utf-8")
    sys.stdout.write("docs/images/run.svg\n")
    screens.draw()
    sys.stdout.write("docs/images/ui\n")


if __name__ == "__main__":
    main()
