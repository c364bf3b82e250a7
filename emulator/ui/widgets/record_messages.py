"""What a view of records tells the screen that it is on."""

from typing import TYPE_CHECKING

from textual.message import Message

from emulator.panels.browsing import Line, Spot

if TYPE_CHECKING:
    from emulator.ui.widgets.record_display import RecordDisplay


class RecordMessage(Message, namespace="record_view"):
    """From a view; `control` so that handlers can select by it."""

    def __init__(self, view: "RecordDisplay") -> None:
        super().__init__()
        self.view = view

    @property
    def control(self) -> "RecordDisplay":
        """The view."""
        return self.view


class Viewed(RecordMessage, namespace="record_view"):
    """Other lines are seen: the first, the last, how many there are; the place of the first one,
    and its columns."""

    def __init__(
        self,
        view: "RecordDisplay",
        seen: tuple[int, int, int],
        spot: Spot,
        columns: tuple[int, int],
    ) -> None:
        super().__init__(view)
        self.first, self.last, self.count = seen
        self.spot = spot
        self.columns = columns


class Searching(RecordMessage, namespace="record_view"):
    """A search goes on, or the mails of a data set are read: so far it is."""

    def __init__(self, view: "RecordDisplay", percent: int) -> None:
        super().__init__(view)
        self.percent = percent


class Searched(RecordMessage, namespace="record_view"):
    """A search has come to its end. `spot` is where something was found, None: nowhere. Of ALL,
    `hits` in `records`. `cancelled`: it was ended before."""

    def __init__(
        self,
        view: "RecordDisplay",
        spot: Spot | None,
        hits: int = 0,
        records: int = 0,
        *,
        cancelled: bool = False,
    ) -> None:
        super().__init__(view)
        self.spot = spot
        self.hits, self.records = hits, records
        self.cancelled = cancelled


class Chosen(RecordMessage, namespace="record_view"):
    """Enter or a double click on a line with a place, which is shown then."""

    def __init__(self, view: "RecordDisplay", line: Line) -> None:
        super().__init__(view)
        self.line = line


class LoadFailed(RecordMessage, namespace="record_view"):
    """The spool could not be read."""

    def __init__(self, view: "RecordDisplay", error: Exception) -> None:
        super().__init__(view)
        self.error = error
