"""`COMMAND INPUT ===>`: where commands are typed, with those before, and the scroll amount."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from emulator.ui.widgets.cells import safe

PROMPT = "COMMAND INPUT ===> "


class _Typed(Input):
    """The field. Keys of the table go on to the table."""

    BINDINGS = [
        Binding("up", "screen.retrieve", "Retrieve", show=False),
        Binding("down,escape", "leave", "To the table", show=False),
    ]

    def action_leave(self) -> None:
        """Back to what is below."""
        self.screen.focus_next()


class CommandLine(Horizontal):
    """Posts `Entered` with what was typed. `history` is shared: its last one is retrieved first."""

    DEFAULT_CSS = """
    CommandLine { height: 1; }
    CommandLine > .prompt { width: 19; color: $primary; }
    CommandLine > Input { border: none; height: 1; padding: 0; width: 1fr; }
    CommandLine > Input:focus { border: none; background: $panel; }
    CommandLine > .amount { width: 20; color: $primary; }
    """

    class Entered(Message):
        """A command was typed; '' is Enter on an empty line."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, history: Sequence[str], amount: str = "PAGE") -> None:
        super().__init__()
        self._history = history
        self._back = 0
        self._amount = amount

    def compose(self) -> ComposeResult:
        """Prompt, field, scroll amount."""
        yield Static(Content(PROMPT), classes="prompt")
        field = _Typed(select_on_focus=False)
        field.cursor_blink = False
        yield field
        yield Static(Content(f" SCROLL ===> {self._amount}"), classes="amount")

    def show_amount(self, amount: str) -> None:
        """Another scroll amount."""
        self._amount = amount
        self.query_one(".amount", Static).update(Content(f" SCROLL ===> {safe(amount)}"))

    @property
    def _field(self) -> Input:
        return self.query_one(Input)

    def focus_input(self) -> None:
        """The cursor here, and that for the very next key."""
        self.screen.set_focus(self._field)

    def type_text(self, text: str) -> None:
        """Put a text there, with the cursor behind it."""
        self._field.value = safe(text)
        self._field.cursor_position = len(self._field.value)

    def take(self) -> str:
        """What is typed, which is gone then: the amount of a scroll key."""
        text, self._field.value = self._field.value.strip(), ""
        return text

    def retrieve(self) -> None:
        """The command before the one that is shown, and so on."""
        if self._history:
            self._back = self._back % len(self._history) + 1
            self.type_text(self._history[-self._back])
            self.focus_input()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand it on."""
        event.stop()
        self._back = 0
        self.post_message(self.Entered(self.take()))
