"""The command line: a text is a command, or refused with the nearest one (spool-ui.md 1.5).

`COMMANDS` has every command with its syntax and help; the pages of help are made of it.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from emulator.panels import commands as c
from emulator.panels import operands
from emulator.panels.parameters import ATTACHING
from emulator.panels.values import Refused

TEXT_MAX = 1000  # characters of a command line
_NEAR = 12  # characters of a word that a near one is looked for


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its name, how few characters of it are enough, other names, syntax and help.
    `read` makes the command of what stands behind its name."""

    group: str
    name: str
    least: int
    syntax: str
    help: str
    read: Callable[[str], c.Command]
    also: tuple[str, ...] = ()

    def is_called(self, word: str) -> bool:
        """Whether a word in capitals is this command."""
        return word in self.also or (len(word) >= self.least and self.name.startswith(word))


def _panel(name: str, syntax: str, text: str, *also: str) -> Entry:
    return Entry("Panels", name, len(name), syntax, text, partial(operands.show, name), also)


def _limit(what: c.Limited, least: int, syntax: str, text: str, *also: str) -> Entry:
    return Entry("Rows", what, least, syntax, text, partial(operands.limit, what), also)


def _plain(group: str, plain: c.Plain, least: int, text: str, *also: str) -> Entry:
    return Entry(group, plain, least, plain, text, partial(operands.alone, plain), also)


def _scroll(towards: c.Towards, least: int, syntax: str, text: str) -> Entry:
    return Entry("Moving", towards, least, syntax, text, partial(operands.scroll, towards))


COMMANDS: tuple[Entry, ...] = (
    _panel("MENU", "MENU", "the panels that there are"),
    _panel("ST", "ST[classes] [mask]", "status of all jobs; STAB, ST PAY*, ST AB PAY*"),
    _panel("DA", "DA [ALL] [JOB] [OJOB] [NOJOB] …", "what runs: jobs (JOB), started tasks (STC),"
           " users (TSU); O is only, NO is not"),
    _panel("I", "I[classes] [mask] [H|NH]", "jobs that wait or run; H held ones, NH the others"),
    _panel("O", "O[classes] [forms]", "output that is not held; OAB, O STD, O AB STD"),
    _panel("H", "H[classes] [mask]", "held output; HAB, H PAY*"),
    _panel("INIT", "INIT", "initiators"),
    _panel("SP", "SP", "spool volumes"),
    _panel("JC", "JC [classes mask]", "job classes"),
    _panel("OC", "OC", "output classes (ours; output of class C is O C *)"),
    _panel("LOG", "LOG", "the system log", "SYSLOG", "OPERLOG"),
    _panel("ULOG", "ULOG", "the console: commands and their answers", "CONSOLE"),
    _panel("CSSMTP", "CSSMTP", "the mail forwarder: targets, spool tasks, counters"),
    _panel("MAIL", "MAIL", "what became of each mail"),
    _limit(c.Limited.PREFIX, 3, "PREFIX [mask]", "only jobs of these names; alone: your user id"),
    _limit(c.Limited.OWNER, 2, "OWNER [mask]", "only jobs of these owners; alone: your user id"),
    _limit(c.Limited.DEST, 4, "DEST [mask …]", "only output for these destinations, four at most;"
           " alone: any"),
    _limit(c.Limited.SYSNAME, 4, "SYSNAME [mask]", "only what runs on these systems; alone: any",
           "SYSID"),
    Entry("Rows", "FILTER", 3, "FILTER [+] column [operator] value | -column | ? ON OFF AND OR",
          "only rows that fit; operators EQ NE LT LE GT GE or = ^= < <= > >=, + one more criterion,"
          " - drops those of a column; * is any string in a value, % one character",
          operands.filtered),
    Entry("Rows", "SORT", 4, "SORT column [A|D] … | OFF | ?", "sort by columns, ten at most",
          operands.sort),
    Entry("Columns", "ARRANGE", 3,
          "ARRANGE column {A|B column | FIRST | LAST | width} | ? | DEFAULT",
          "move a column after or before another one, or make it wider", operands.arrange),
    _plain("Columns", c.Plain.FIELDS, 1, "the other list of columns; when browsing, attributes"),
    _plain("Columns", c.Plain.COLS, 4, "a ruler of columns, or the list of them"),
    _plain("Columns", c.Plain.COLSHELP, 5, "the names of all columns"),
    Entry("Finding", "FIND", 1,
          "FIND text [NEXT|PREV|FIRST|LAST|ALL] [CHARS|PREFIX|SUFFIX|WORD] [first [last]]",
          "find a text in any case; 'a b' with blanks, C'a' in this case, X'81' in hex",
          operands.find),
    _plain("Finding", c.Plain.RFIND, 2, "find once more"),
    Entry("Finding", "LOCATE", 1, "LOCATE value|line|time|column",
          "go to the row, line or column", operands.locate),
    Entry("Moving", "NEXT", 1, "NEXT [n]", "the next data set, or so many on",
          partial(operands.step, back=False)),
    Entry("Moving", "PREV", 4, "PREV [n]", "the data set before",
          partial(operands.step, back=True), ("PREVIOUS",)),
    _scroll(c.Towards.UP, 2, "UP [amount]", "up; amounts are MAX HALF PAGE CSR DATA or a number"),
    _scroll(c.Towards.DOWN, 2, "DOWN [amount]", "down"),
    _scroll(c.Towards.LEFT, 2, "LEFT [amount]", "to the left"),
    _scroll(c.Towards.RIGHT, 2, "RIGHT [amount]", "to the right"),
    _scroll(c.Towards.TOP, 2, "TOP", "to the first line"),
    _scroll(c.Towards.BOTTOM, 3, "BOTTOM", "to the last line"),
    _plain("Moving", c.Plain.MAXIMUM, 1, "with the next scroll key: as far as there is"),
    Entry("Browsing", "VIEW", 4, "VIEW [TEXT|HEX|REC|MAIL]", "another view of a data set",
          operands.view_as),
    Entry("Browsing", "NUM", 3, "NUM [ON|OFF]", "numbers of lines", operands.on_off, ("NUMBER",)),
    Entry("Browsing", "CP", 2, "CP [page]", "read it in a code page, CP 1047", operands.code_page),
    Entry("Browsing", "PRINT", 3, "PRINT [first last] [FILE name]", "save it to a file",
          operands.printed),
    Entry("Session", "SET", 3, "SET option [value]",
          f"options of the session: {', '.join(c.SETTINGS)}", operands.settings),
    Entry("Session", "RESET", 3, "RESET [FILTERS]",
          "no pending actions, no highlighting, NP as wide as ever; FILTERS: nothing hides rows",
          operands.reset),
    _plain("Session", c.Plain.WHO, 3, "who and where you are"),
    _plain("Session", c.Plain.QUERY, 1, "what you may do here"),
    Entry("Session", "HELP", 4, "HELP [panel|command]", "help", operands.helped),
    _plain("Session", c.Plain.TUTOR, 5, "help on every panel and command", "TUTORIAL"),
    _plain("Session", c.Plain.TOUR, 4, "a tour of ten minutes"),
    _plain("Session", c.Plain.RETRIEVE, 4, "the last command again"),
    _plain("Session", c.Plain.END, 3, "back", "EXIT"),
    _plain("Session", c.Plain.RETURN, 4, "back to the menu"),
    _plain("Session", c.Plain.EXIT, 2, "leave"),
    Entry("Session", "&", 1, "&n", "refused, but for &0: displays renew themselves",
          operands.refresh),
    Entry("Session", "/", 1, "/command", "an operator command: /$DA,ALL; alone it is asked for",
          c.System),
)  # fmt: skip
_NAMES = {name: entry for entry in COMMANDS for name in (entry.name, *entry.also)}


def parse(text: str) -> c.Command:
    """The command that a text means. Raises `Refused`."""
    text = text.strip()
    if not text or len(text) > TEXT_MAX:
        raise Refused(f"A COMMAND HAS {TEXT_MAX} CHARACTERS AT MOST" if text else "NO COMMAND")
    if text[0] in "/&":
        return _NAMES[text[0]].read(text[1:].strip())
    word = text.split(maxsplit=1)[0]
    rest = text[len(word) :].strip()
    jump = word[0] == "=" and word.upper() != c.Plain.EXIT
    name = word.upper().removeprefix("=") if jump else word.upper()
    command = _read(name, rest)
    if not jump:
        return command
    if not isinstance(command, c.Show):
        raise Refused(f"={operands.shown(name)} IS NOT A PANEL")
    return c.Show(command.panel, command.parameter, jump=True)


def _read(name: str, rest: str) -> c.Command:
    entry = entry_of(name)
    if entry is not None:
        return entry.read(rest)
    for panel in ATTACHING:
        if name.startswith(panel) and _is_classes(name, panel):
            return operands.show(panel, rest, name.removeprefix(panel))
    raise Refused(_unknown(name))


def entry_of(word: str) -> Entry | None:
    """A command by its name in capitals, or as few characters of it as are enough."""
    if word in _NAMES:
        return _NAMES[word]
    return next((entry for entry in COMMANDS if word and entry.is_called(word)), None)


def _is_classes(name: str, panel: str) -> bool:
    """Whether what stands behind the name of a panel may be classes, not a command mistyped."""
    try:
        operands.show(panel, "", name.removeprefix(panel))
    except Refused:
        return False
    near = difflib.get_close_matches(name, _LONG, 1, _SURELY)
    return not near


_LONG = [name for name in _NAMES if len(name) > 3]
_SURELY = 0.85  # so near is a word that is a command mistyped rather than classes


def _unknown(name: str) -> str:
    if name == "JDS":
        return "JDS SHOWS ONE JOB: TYPE ? BESIDE IT ON ST"
    near = difflib.get_close_matches(name[:_NEAR], _NAMES, 1)
    nearest = f", NEAREST: {near[0]}" if near else ""
    return f"{operands.shown(name)} IS NOT A COMMAND{nearest}"
