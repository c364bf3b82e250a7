"""CSSMTP: target servers, spool tasks and counters, as they are now."""

from textual.app import ComposeResult
from textual.widgets import Static

from emulator.panels.forwarders import WAITING, Line, lines
from emulator.ui.screens.consoles import ConsolePlace
from emulator.ui.source import NO_SYSTEM
from emulator.ui.widgets.command_line import CommandLine
from emulator.ui.widgets.line_view import LineView
from emulator.ui.widgets.title import TitleLine


class CssmtpPlace(ConsolePlace):
    """Every CSSMTP of the system."""

    place = "CSSMTP"
    TITLE_TEXT = "CSSMTP TARGETS AND SPOOL TASKS"

    def compose(self) -> ComposeResult:
        """Title, command line, lines."""
        yield TitleLine()
        yield CommandLine(self.spool_app.session.history, self.spool_app.session.scroll)
        yield LineView(follow=False)
        yield Static(id="tour")
        yield self.spool_app.keys_line(None)

    def _look(self) -> None:
        if not self.is_current:
            return
        services = self.spool_app.services
        if services.status is None:
            found = [Line((services.problem or NO_SYSTEM).upper(), "warn")]
        else:
            found = lines(services.status, services.rates, ascii_only=self.spool_app.ascii_only)
        self.view.show([line.text for line in found], [line.kind for line in found])
        first = self.view.scroll_offset.y
        last = min(first + self.view.page, len(found))
        self.query_one(TitleLine).right = f"LINE {first + 1}-{last} ({len(found)})"

    def lesson(self) -> str | None:
        """Backpressure, while there is any."""
        waits = any(WAITING in line for line in self.view.lines)
        return "backpressure" if waits else None

    def help_text(self) -> str:
        """Help on CSSMTP."""
        return (
            "# CSSMTP: the mail forwarder\n\nFor each target server its state, connections in use"
            " and allowed, mails that wait, how many it took in the last minute (the line shows the"
            " last seconds) and since the start, recipients it put off (4xx) and refused (5xx), and"
            " what it said last.\n\nA spool task has one spool file in hand. Retries and dead"
            " letters have no column yet.\n\n"
            "`S CSSMTP` and `P CSSMTP` behind a `/` start and stop it.\n"
        )
