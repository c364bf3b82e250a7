"""The JCL of a job as it was submitted, to look at, to change and to submit again (SJ)."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from emulator.shown import printable


class Jcl(ModalScreen[str | None]):
    """Ends with the JCL to submit, or with None."""

    BINDINGS = [
        Binding("f3,escape", "cancel", "End", id="jcl.cancel"),
        Binding("f4,ctrl+s", "submit", "Submit", id="jcl.submit"),
    ]

    def __init__(self, title: str, jcl: str, *, read_only: bool) -> None:
        super().__init__()
        self._title = title
        # a tab is text in JCL; other controls would reach the terminal
        self._jcl = "\n".join(
            "\t".join(printable(part) for part in line.split("\t")) for line in jcl.splitlines()
        )
        self._read_only = read_only

    def compose(self) -> ComposeResult:
        """A title and the text."""
        keys = "F3: back" if self._read_only else "F4: submit     F3: back without"
        yield Static(Content(f"{self._title}     {keys}"), classes="title")
        yield TextArea(self._jcl, read_only=self._read_only, show_line_numbers=True)

    def action_cancel(self) -> None:
        """Submit nothing."""
        self.dismiss(None)

    def action_submit(self) -> None:
        """Submit what stands there."""
        if not self._read_only:
            self.dismiss(self.query_one(TextArea).text)
