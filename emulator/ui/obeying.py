"""What commands do, wherever they are given: each kind of command has its function."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.exits import Problem
from emulator.panels import commands as c
from emulator.panels.criteria import CRITERIA_MAX, plan
from emulator.panels.values import Panel, Refused
from emulator.ui.screens.asking import Ask
from emulator.ui.screens.place import NOT_HERE, Place
from emulator.ui.screens.table import PanelPlace

if TYPE_CHECKING:
    from emulator.ui.app import SpoolApp

_SYSNAME = "EVERY PANEL SHOWS ALL SYSTEMS: USE FILTER SYSNAME"


def _table(place: Place) -> PanelPlace:
    if not isinstance(place, PanelPlace):
        raise Refused(NOT_HERE)
    return place


async def _show(app: "SpoolApp", place: Place, command: c.Show) -> None:
    await app.show(command.panel, command.parameter)


async def _limit(app: "SpoolApp", place: Place, command: c.Limit) -> None:
    if command.what is c.Limited.SYSNAME:
        raise Refused(_SYSNAME)
    session = app.session
    if command.what is c.Limited.DEST:
        session.dest = command.values
    else:
        mask = command.values[0] if command.values else session.user
        setattr(session, command.what.lower(), mask)
    _anew(place)


def _anew(place: Place) -> None:
    if isinstance(place, PanelPlace):
        place.new_view()


async def _filter(app: "SpoolApp", place: Place, command: c.Filter) -> None:
    table = _table(place)
    state = app.session.of(table.panel)
    match command.mode:
        case c.FilterMode.SHOW:
            shown = [chip for chip in app.session.chips(table.panel) if chip.startswith("FILTER")]
            place.say(shown[0] if shown else "THERE IS NO FILTER")
            return
        case c.FilterMode.ON | c.FilterMode.OFF:
            state.filtering = command.mode is c.FilterMode.ON
        case c.FilterMode.AND | c.FilterMode.OR:
            state.any_of = command.mode is c.FilterMode.OR
    table.new_view()


async def _filter_by(app: "SpoolApp", place: Place, command: c.FilterBy) -> None:
    table = _table(place)
    state = app.session.of(table.panel)
    kept = state.criteria if command.more else ()
    if len(kept) >= CRITERIA_MAX:
        raise Refused(f"A FILTER HAS {CRITERIA_MAX} CRITERIA AT MOST")
    title = table.panel.column(command.criterion.column).title
    criteria = (*kept, replace(command.criterion, column=title))
    plan(table.panel, replace(app.session.view(table.panel), criteria=criteria))  # may refuse
    state.criteria, state.filtering = criteria, True
    table.new_view()


async def _filter_drop(app: "SpoolApp", place: Place, command: c.FilterDrop) -> None:
    table = _table(place)
    state = app.session.of(table.panel)
    title = table.panel.column(command.column).title
    state.criteria = tuple(one for one in state.criteria if one.column != title)
    table.new_view()


async def _sort(app: "SpoolApp", place: Place, command: c.Sort) -> None:
    table = _table(place)
    state = app.session.of(table.panel)
    if command.ask:
        shown = " ".join(f"{title}/{'D' if down else 'A'}" for title, down in state.sort)
        place.say(f"SORT={shown}" if shown else "ROWS STAND AS THEY CAME")
        return
    state.sort = tuple((table.panel.column(name).title, down) for name, down in command.keys)
    table.new_view()


async def _arrange(app: "SpoolApp", place: Place, command: c.Arrange) -> None:
    table, session = _table(place), app.session
    if not command.column and not command.reset:
        await app.help_page("COLUMNS", _columns_of(table.panel))
        return
    if command.reset:
        session.as_made(table.panel)
    elif command.width is not None:
        session.resize(table.panel, command.column, command.width)
    else:
        before = command.place in (c.Place.BEFORE, c.Place.FIRST)
        session.move(table.panel, command.column, command.other or None, before=before)
    table.new_columns()
    app.keep()


def _columns_of(panel: Panel[Any]) -> str:
    rows = [f"| {one.title} | {one.name} | {one.width} |" for one in panel.columns]
    return "\n".join([f"# Columns of {panel.name}", "", "| Column | Short name | Width |",
                      "| --- | --- | --- |", *rows])  # fmt: skip


async def _locate(app: "SpoolApp", place: Place, command: c.Locate) -> None:
    await place.locate(command.text)


async def _scroll(app: "SpoolApp", place: Place, command: c.Scroll) -> None:
    amount = command.amount
    if amount is None:
        kept = app.session.scroll
        amount = int(kept) if kept.isdigit() else c.Amount(kept)
    place.scroll_to_line(command.towards, amount)


async def _refresh(app: "SpoolApp", place: Place, command: c.Refresh) -> None:
    if command.seconds:
        raise Refused("THE DISPLAY RENEWS ITSELF AS IT CHANGES: & IS NOT NEEDED")
    if command.bottom:
        place.scroll_to_line(c.Towards.BOTTOM, c.Amount.MAX)
    place.say("DISPLAY RENEWED AS IT CHANGES")


async def _set(app: "SpoolApp", place: Place, command: c.Set) -> None:
    session, on = app.session, command.value != "OFF"
    match command.option:
        case "CONFIRM":
            session.confirm = on
        case "DISPLAY":
            session.display = on
            _anew(place)
        case "HEX":
            session.hexadecimal = on
            await place.looked_at_otherwise()
        case "SCROLL":
            session.scroll = command.value
            app.show_amount()
        case "KEYS":
            app.use_keys(command.value.lower())
        case "THEME":
            app.use_theme(command.value.lower())
        case _:
            await _set_more(app, place, command)
    app.keep()
    place.say(f"{command.option} IS {command.value}")


async def _set_more(app: "SpoolApp", place: Place, command: c.Set) -> None:
    if command.option == "ACTION":
        app.session.action_line = command.value != "OFF"
        app.refresh_keys()
    elif command.option == "CURSOR" and command.value == "OFF":
        raise Refused("THE CURSOR STAYS ON ITS ROW HERE")


async def _system(app: "SpoolApp", place: Place, command: c.System) -> None:
    text = command.text or await app.push_screen_wait(Ask("Operator command:"))
    if not text:
        return
    try:
        lines = await app.services.command(text)
    except Problem as error:
        raise Refused(str(error).upper()) from error
    more = f" ({len(lines)} LINES: SEE ULOG)" if len(lines) > 1 else ""
    place.say(f"{lines[0] if lines else 'COMMAND ISSUED'}{more}")


async def _help(app: "SpoolApp", place: Place, command: c.Help) -> None:
    await app.help_on(place, command.topic)


async def _browsing(app: "SpoolApp", place: Place, command: Any) -> None:
    await place.browse_command(command)


async def _plain(app: "SpoolApp", place: Place, command: c.Plain) -> None:
    match command:
        case c.Plain.WHO:
            place.say(app.who)
        case c.Plain.QUERY:
            place.say(app.may)
        case c.Plain.MAXIMUM:
            place.say("M AND A SCROLL KEY GO AS FAR AS THERE IS")
        case _ if command in _LEAVING:
            await _leave(app, place, command)
        case _:
            await _plain_here(app, place, command)


_LEAVING = frozenset(
    {c.Plain.END, c.Plain.RETURN, c.Plain.EXIT, c.Plain.TOUR, c.Plain.TUTOR, c.Plain.RETRIEVE}
)


async def _leave(app: "SpoolApp", place: Place, command: c.Plain) -> None:
    match command:
        case c.Plain.END:
            await app.end(place)
        case c.Plain.RETURN:
            await app.show("MENU", "")
        case c.Plain.EXIT:
            app.exit(0)
        case c.Plain.TOUR:
            app.begin_tour()
        case c.Plain.TUTOR:
            await app.help_on(place, "")
        case _:
            place.action_retrieve()


async def _plain_here(app: "SpoolApp", place: Place, command: c.Plain) -> None:
    if command is c.Plain.RFIND or not isinstance(place, PanelPlace):
        await place.browse_command(command)
        return
    panel = place.panel
    match command:
        case c.Plain.FIELDS:
            state = app.session.of(panel)
            state.alternate = not state.alternate
            place.new_columns()
        case c.Plain.COLS | c.Plain.COLSHELP:
            await app.help_page("COLUMNS", _columns_of(panel))
        case c.Plain.RESET:
            place.table.forget()
            place.table.marked = set()
        case c.Plain.SHOW_ALL:
            app.session.show_all(panel)
            place.new_view()


_FUNCTIONS: dict[type, Callable[["SpoolApp", Place, Any], Awaitable[None]]] = {
    c.Show: _show,
    c.Limit: _limit,
    c.Filter: _filter,
    c.FilterBy: _filter_by,
    c.FilterDrop: _filter_drop,
    c.Sort: _sort,
    c.Arrange: _arrange,
    c.Locate: _locate,
    c.Scroll: _scroll,
    c.Refresh: _refresh,
    c.Set: _set,
    c.System: _system,
    c.Help: _help,
    c.Plain: _plain,
    c.Find: _browsing,
    c.Step: _browsing,
    c.Num: _browsing,
    c.ViewAs: _browsing,
    c.CodePage: _browsing,
    c.Print: _browsing,
}


async def obey(app: "SpoolApp", place: Place, command: c.Command) -> None:
    """Carry out a command. Raises `Refused`."""
    await _FUNCTIONS[type(command)](app, place, command)
