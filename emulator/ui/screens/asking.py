"""Small questions: may a command be given, and what is a file to be called."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from emulator.shown import printable

_SHOWN = 8  # commands named in a question


class Confirm(ModalScreen[bool]):
    """Shows the commands that an action makes, before they are given."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,enter,escape,f3,ctrl+c", "answer(False)", "No", id="confirm.no"),
    ]

    def __init__(self, commands: list[str]) -> None:
        super().__init__()
        shown = [printable(command) for command in commands[:_SHOWN]]
        if len(commands) > _SHOWN:
            shown.append(f"and {len(commands) - _SHOWN} more")
        self._text = "\n".join(shown)

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(classes="question"):
            yield Static(Content("Give this command?"), classes="heading")
            yield Static(Content(self._text), classes="commands")
            yield Static(Content("Y: yes     N, Enter or F3: no"), classes="keys")

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class Ask(ModalScreen[str]):
    """Asks for one line of text, such as the name of a file; '' is none."""

    BINDINGS = [Binding("escape,f3,ctrl+c", "cancel", "Cancel", id="ask.cancel")]

    def __init__(self, question: str, given: str = "") -> None:
        super().__init__()
        self._question = question
        self._given = given

    def compose(self) -> ComposeResult:
        """The question and its field."""
        with Vertical(classes="question"):
            yield Static(Content(self._question), classes="heading")
            yield Input(self._given)
            yield Static(Content("Enter: go on     Esc: cancel"), classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the text."""
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Close without."""
        self.dismiss("")
