"""Help: a panel's own page, lessons, all commands and keys."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Markdown, OptionList, Static
from textual.widgets.option_list import Option

from emulator.panels.helping import topic, topics


class Help(ModalScreen[None]):
    """Pages of help, of which `first` shows; the others are a key away."""

    BINDINGS = [
        Binding("f3,escape,q,f1", "close", "End", id="help.close"),
        Binding("ctrl+c", "app.interrupt", show=False),
        Binding("f8,pagedown,space", "page(1)", "Down", id="help.down"),
        Binding("f7,pageup", "page(-1)", "Up", id="help.up"),
    ]

    def __init__(self, pages: dict[str, str], first: str | None = None) -> None:
        """`pages` has Markdown by title; the lessons are added to them."""
        super().__init__()
        self._pages = pages | {title: topic(name) for name, title in topics()}
        self._first = first or next(iter(self._pages))

    def compose(self) -> ComposeResult:
        """The list of pages, and one of them."""
        yield Static(Content("HELP   arrows: pages   F7 F8: scroll   F3: back"),
                     classes="title")  # fmt: skip
        options = OptionList(*self._options(), id="pages")
        options.highlighted = list(self._pages).index(self._first)
        yield options
        with VerticalScroll(id="page"):
            yield Markdown(self._pages[self._first], open_links=False)

    def _options(self) -> Iterator[Option]:
        for number, title in enumerate(self._pages):
            yield Option(Content(title), id=f"page-{number}")

    async def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another page."""
        text = list(self._pages.values())[event.option_index]
        await self.query_one(Markdown).update(text)
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def action_close(self) -> None:
        """Back to the panel."""
        self.dismiss(None)

    def action_page(self, direction: int) -> None:
        """Scroll the page."""
        page = self.query_one("#page", VerticalScroll)
        page.scroll_relative(y=direction * max(1, page.size.height - 2), animate=False)
