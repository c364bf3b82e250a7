"""Views of records to look at, which read in the event loop unless a gate is closed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from emulator.panels.browsing import Browse, Look
from emulator.panels.holding import Read
from emulator.ui.widgets.record_view import RecordView
from tests.emulator.ui.browsed import Spool

Result = TypeVar("Result")
Use = Callable[[Pilot[Any], RecordView, "Desk"], Awaitable[None]]


class Desk(App[None]):
    """An app with one view of a spool, which notes the messages that it gets."""

    def __init__(self, spool: Spool, browse: Browse, look: Look) -> None:
        super().__init__()
        self.spool = spool
        self.heard: list[Message] = []
        self.gate: asyncio.Event | None = None
        self.steps = 0
        self.error: Exception | None = None
        self.record_view = RecordView(browse, look, self.ask)

    async def ask(self, work: Callable[[Read], Result]) -> Result:
        self.steps += 1
        if self.gate is not None:
            await self.gate.wait()
        else:
            await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return work(self.spool.read)

    def compose(self) -> ComposeResult:
        yield self.record_view

    def on_record_view_viewed(self, message: RecordView.Viewed) -> None:
        self.heard.append(message)

    def on_record_view_searched(self, message: RecordView.Searched) -> None:
        self.heard.append(message)

    def on_record_view_chosen(self, message: RecordView.Chosen) -> None:
        self.heard.append(message)

    def on_record_view_load_failed(self, message: RecordView.LoadFailed) -> None:
        self.heard.append(message)


def shown(view: RecordView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def on_screen(
    spool: Spool,
    browse: Browse,
    use: Use,
    look: Look | None = None,
    size: tuple[int, int] = (40, 8),
) -> Desk:
    """Show data sets on a screen and let `use` do so."""
    desk = Desk(spool, browse, look or Look())

    async def run() -> None:
        async with desk.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.pause()
            await use(pilot, desk.record_view, desk)

    asyncio.run(run())
    return desk
