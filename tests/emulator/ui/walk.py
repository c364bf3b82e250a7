"""Each screen of the UI once, and what is on it: its text, and the style of every cell."""

from collections.abc import Awaitable, Callable
from itertools import groupby

from rich.style import Style

from emulator.ui.app import SpoolApp
from emulator.ui.screens.asking import Confirm
from emulator.ui.screens.helping import Help
from emulator.ui.screens.jcl import Jcl
from emulator.ui.widgets.command_line import CommandLine
from tests.emulator.ui.desk import Hands, strips_of

Way = Callable[[Hands], Awaitable[None]]


def _panel(command: str, text: str) -> Way:
    async def go(hands: Hands) -> None:
        await hands.open(command)
        await hands.sees("LINE 1-")
        await hands.sees(text)

    return go


def _lines(command: str, text: str) -> Way:
    async def go(hands: Hands) -> None:
        await hands.command(command)
        await hands.sees(text)
        await hands.sees("LINE 1-")
        hands.place.query_one(CommandLine).focus_input()

    return go


async def _typed(hands: Hands) -> None:
    """Everything that can be pending at once: NP, a block, a cell, marks."""
    await hands.open("O")
    await hands.overtype("Dest", "OPS", "PAYMAIL")
    await hands.np("//H", "PAYMAIL")


async def _empty(hands: Hands) -> None:
    await hands.command("PREFIX NOBODY")
    await hands.open_empty("ST")
    await hands.sees("HIDES ALL ROWS")
    await hands.sees("LINE 0-0 (0)")


async def _jds(hands: Hands) -> None:
    await hands.command("PREFIX *")
    await hands.open("ST")
    await hands.act("?", "PAYMAIL")
    await hands.until(lambda: hands.place.place == "JDS")
    await hands.rows("JESMSGLG", "SYSUT2")
    await hands.sees("LINE 1-2 (2)")


def _browse(view: str, text: str) -> Way:
    async def go(hands: Hands) -> None:
        if hands.place.place != "BROWSE":
            await hands.open("O")
            await hands.act("s", "PAYMAIL")
            await hands.until(lambda: hands.place.place == "BROWSE")
        await hands.command(f"VIEW {view}")
        await hands.sees(text)

    return go


async def _confirm(hands: Hands) -> None:
    await hands.open("ST")
    await hands.act("p", "PAYMAIL")
    await hands.until(lambda: isinstance(hands.app.screen, Confirm))


async def _jcl(hands: Hands) -> None:
    await hands.press("n")
    await hands.until(lambda: hands.app.screen is hands.place)
    await hands.command("RESET")
    await hands.act("sj", "PAYWAIT")
    await hands.until(lambda: isinstance(hands.app.screen, Jcl))


async def _help(hands: Hands) -> None:
    await hands.press("f3")
    await hands.until(lambda: hands.app.screen is hands.place)
    await hands.open("H")
    await hands.press("f1")
    await hands.until(lambda: isinstance(hands.app.screen, Help))
    await hands.sees("This output group waits")


async def _tour(hands: Hands) -> None:
    await hands.press("f3")
    await hands.until(lambda: hands.app.screen is hands.place)
    await hands.command("TOUR")
    await hands.sees("The menu")
    await hands.sees("LINE 1-")
    await hands.sees("▌     ST")


SCREENS: dict[str, Way] = {
    "menu": _panel("MENU", "Output classes"),
    "st": _panel("ST", "NIGHTRUN"),
    "i": _panel("I", "STOPPED"),
    "da": _panel("DA", "NIGHTRUN"),
    "o": _panel("O", "SALES"),
    "h": _panel("H", "PAYKEEP"),
    "init": _panel("INIT", "INACTIVE"),
    "sp": _panel("SP", "SPOOL1"),
    "jc": _panel("JC", "Hold-Cnt"),
    "oc": _panel("OC", "BlnkTrnc"),
    "mail": _panel("MAIL", "nobody@acme"),
    "cssmtp": _lines("CSSMTP", "mx1"),
    "log": _lines("LOG", "HASP493"),
    "typed": _typed,
    "empty": _empty,
    "jds": _jds,
    "browse": _browse("TEXT", "HELO PLEX1"),
    "browse-hex": _browse("HEX", "C8C5"),
    "browse-rec": _browse("REC", "HELO PLEX1"),
    "browse-mail": _browse("MAIL", "Payslips of January"),
    "confirm": _confirm,
    "jcl": _jcl,
    "help": _help,
    "tour": _tour,
}


# --- what is on a screen -------------------------------------------------------------------------


def cells(app: SpoolApp) -> list[list[tuple[str, str]]]:
    """The text and the style of each run of a line, as they go to the terminal."""
    found = []
    for strip in strips_of(app):
        runs = [(_style(one.style or Style()), one.text) for one in strip]
        grouped = groupby(runs, key=lambda run: run[0])
        found.append([("".join(text for _, text in some), style) for style, some in grouped])
    return found


def _style(style: Style) -> str:
    on = [
        name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name)
    ]
    colour, ground = style.color, style.bgcolor
    return " ".join([*on, colour.name if colour else "-", "on", ground.name if ground else "-"])


def styles(lines: list[list[tuple[str, str]]]) -> str:
    """The styles of lines: a letter for each, and how many characters have it, `3-5 a12 b68`."""
    names: dict[str, str] = {}
    runs = []
    for line in lines:
        codes = [(names.setdefault(style, chr(97 + len(names))), len(text)) for text, style in line]
        runs.append(" ".join(f"{code}{size}" for code, size in codes))
    said = [f"{code} {style}" for style, code in names.items()]
    first = 1
    for run, same in groupby(runs):
        size = len(list(same))
        last = first + size - 1
        said.append(f"{first}{f'-{last}' if size > 1 else ''}: {run}")
        first += size
    return "\n".join(said)


def text(lines: list[list[tuple[str, str]]]) -> str:
    """What can be read."""
    return "\n".join("".join(part for part, _ in line).rstrip() for line in lines)
