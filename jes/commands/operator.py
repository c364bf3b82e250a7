"""The operator's way in: any text gives lines of an answer."""

from collections.abc import Iterator

from jes.commands import answers, messages
from jes.commands.grammar import Command, Fault, JesCommand, commands_in, echo
from jes.commands.machine import Machine
from jes.commands.selection import Desk
from jes.commands.table import BY_NAME, BY_VERB
from jes.errors import JesError
from jes.store.sql import SpoolStore

DISPMAX = 100  # objects of one answer, CONDEF DISPMAX


def asked(text: str) -> Iterator[Command]:
    """The commands of a line. Never raises."""
    if text.replace("\t", " ").isprintable():
        yield from commands_in(text)
    else:
        yield Fault(messages.HASP650, text)


class Operator:
    """Answers operator commands. Call it where the store may be called."""

    def __init__(self, store: SpoolStore, machine: Machine, dispmax: int = DISPMAX) -> None:
        """`dispmax` is how many objects one answer shows at most."""
        self._desk = Desk(store, machine, dispmax)

    def answer(self, text: str) -> list[str]:
        """The answers to a line of commands joined by `;`, one after the other.

        Never raises: a command that is wrong, and a spool that failed, are answers too. Lines of
        JES2 have at most 70 characters, behind a job id or without one; our own texts may be
        longer, and what a started task says is passed on, but for what is not printable.
        """
        return [line for command in asked(text) for line in self.answer_to(command)]

    def answer_to(self, command: Command) -> list[str]:
        """The answer to one command. Never raises."""
        return answers.cleaned(self._answer(command))

    def _answer(self, command: Command) -> list[str]:
        try:
            return self._carried_out(command)
        except JesError as error:
            return [error.message.line(**error.fields)]

    def _carried_out(self, command: Command) -> list[str]:
        if isinstance(command, Fault):
            return [command.line]
        if isinstance(command, JesCommand):
            entry = BY_NAME.get((command.verb, command.object))
            if entry is not None:
                return entry.run(self._desk, command)
            text = echo(f"${command.verb}{command.text}")
            return [messages.HASP649.line(text=text)]
        found = BY_VERB.get(command.verb)
        if found is not None:
            return found.run(self._desk, command)
        return [messages.MVS_UNKNOWN.line(text=echo(f"{command.verb} {command.rest}".strip()))]
