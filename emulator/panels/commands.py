"""Commands of the command line as values; `str` of one means it again (spool-ui.md 1.5)."""

from dataclasses import dataclass
from enum import StrEnum

from emulator.panels.tokens import in_apostrophes, quoted
from emulator.panels.values import Criterion


class Plain(StrEnum):
    """Commands of one word."""

    FIELDS = "?"  # the other list of columns; the attributes of what is browsed
    COLS = "COLS"
    COLSHELP = "COLSHELP"
    RFIND = "RFIND"
    MAXIMUM = "M"  # with the next scroll key: as far as there is
    RESET = "RESET"
    SHOW_ALL = "RESET FILTERS"
    WHO = "WHO"
    QUERY = "QUERY"
    RETRIEVE = "RETRIEVE"
    END = "END"
    RETURN = "RETURN"
    EXIT = "=X"
    TUTOR = "TUTOR"
    TOUR = "TOUR"


@dataclass(frozen=True, slots=True)
class Show:
    """Open a panel, with its parameter (`parameters.Asked`). `jump` (`=O`) leaves what is open."""

    panel: str
    parameter: str = ""
    jump: bool = False

    def __str__(self) -> str:
        return f"{'=' if self.jump else ''}{self.panel} {self.parameter}".rstrip()


class Limited(StrEnum):
    """What limits every panel."""

    PREFIX = "PREFIX"
    OWNER = "OWNER"
    DEST = "DEST"
    SYSNAME = "SYSNAME"


@dataclass(frozen=True, slots=True)
class Limit:
    """Limit the rows of panels by masks. Without one: PREFIX and OWNER by the user's own id, DEST
    and SYSNAME not at all."""

    what: Limited
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.what, *self.values])


class FilterMode(StrEnum):
    """FILTER with one word."""

    SHOW = "?"
    ON = "ON"
    OFF = "OFF"
    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Filter:
    """Show the criteria, switch them on or off, or say that all or any must hold."""

    mode: FilterMode

    def __str__(self) -> str:
        return f"FILTER {self.mode}"


@dataclass(frozen=True, slots=True)
class FilterBy:
    """Filter by a criterion in place of those that there are; `more` adds it to them."""

    criterion: Criterion
    more: bool = False

    def __str__(self) -> str:
        one = self.criterion
        value = quoted(one.value)
        return f"FILTER {'+ ' if self.more else ''}{one.column} {one.comparison} {value}"


@dataclass(frozen=True, slots=True)
class FilterDrop:
    """Drop the criteria of a column."""

    column: str

    def __str__(self) -> str:
        return f"FILTER -{self.column}"


@dataclass(frozen=True, slots=True)
class Sort:
    """Sort by columns, each with whether it descends; by none: as the rows came. `ask` shows what
    it is sorted by."""

    keys: tuple[tuple[str, bool], ...] = ()
    ask: bool = False

    def __str__(self) -> str:
        if self.ask:
            return "SORT ?"
        keys = " ".join(f"{column} {'D' if down else 'A'}" for column, down in self.keys)
        return f"SORT {keys or 'OFF'}"


class Place(StrEnum):
    """Where ARRANGE puts a column."""

    AFTER = "A"
    BEFORE = "B"
    FIRST = "FIRST"
    LAST = "LAST"


@dataclass(frozen=True, slots=True)
class Arrange:
    """Move a column, or make it `width` wide. Without a column: show the columns, or (`reset`) have
    them as they were."""

    column: str = ""
    place: Place | None = None
    other: str = ""
    width: int | None = None
    reset: bool = False

    def __str__(self) -> str:
        if not self.column:
            return f"ARRANGE {'DEFAULT' if self.reset else '?'}"
        if self.width is not None:
            return f"ARRANGE {self.column} {self.width}"
        return f"ARRANGE {self.column} {self.place} {self.other}".rstrip()


class FindAs(StrEnum):
    """What the text of FIND is: in any case, as it stands, or bytes in hex."""

    TEXT = "T"
    CHARACTERS = "C"
    HEX = "X"


class Direction(StrEnum):
    """Where FIND goes."""

    NEXT = "NEXT"
    PREV = "PREV"
    FIRST = "FIRST"
    LAST = "LAST"
    ALL = "ALL"


class Match(StrEnum):
    """What is around a text that FIND looks for."""

    CHARS = "CHARS"
    PREFIX = "PREFIX"
    SUFFIX = "SUFFIX"
    WORD = "WORD"


@dataclass(frozen=True, slots=True)
class Find:
    """Find a text; `columns` are the first and the last where it may begin and end, from 1."""

    text: str
    kind: FindAs = FindAs.TEXT
    direction: Direction = Direction.NEXT
    match: Match = Match.CHARS
    columns: tuple[int, int] | None = None

    def __str__(self) -> str:
        kind = "" if self.kind is FindAs.TEXT else self.kind.value
        words = ["FIND", f"{kind}{in_apostrophes(self.text)}"]
        words += [self.direction] if self.direction is not Direction.NEXT else []
        words += [self.match] if self.match is not Match.CHARS else []
        return " ".join([*words, *map(str, self.columns or ())])


@dataclass(frozen=True, slots=True)
class Step:
    """Go on or back by so many data sets."""

    count: int = 1
    back: bool = False

    def __str__(self) -> str:
        return f"{'PREV' if self.back else 'NEXT'} {self.count}"


@dataclass(frozen=True, slots=True)
class Locate:
    """Go to a row by its value, to a line by its number or time, to a column by its title."""

    text: str

    def __str__(self) -> str:
        return f"LOCATE {self.text}"


class Towards(StrEnum):
    """Where a scroll goes."""

    UP = "UP"
    DOWN = "DOWN"
    LEFT = "LEFT"
    RIGHT = "RIGHT"
    TOP = "TOP"
    BOTTOM = "BOTTOM"


class Amount(StrEnum):
    """How far, when it is not a number."""

    MAX = "MAX"
    HALF = "HALF"
    PAGE = "PAGE"
    CSR = "CSR"
    DATA = "DATA"


@dataclass(frozen=True, slots=True)
class Scroll:
    """Scroll, by the amount of the scroll field unless another is given."""

    towards: Towards
    amount: Amount | int | None = None

    def __str__(self) -> str:
        return f"{self.towards} {'' if self.amount is None else self.amount}".rstrip()


@dataclass(frozen=True, slots=True)
class Refresh:
    """Renew the display every so many seconds, 0 for no more; `bottom` goes to its end, too."""

    seconds: int
    bottom: bool = False

    def __str__(self) -> str:
        return f"{'BOTTOM ' if self.bottom else ''}&{self.seconds}"


@dataclass(frozen=True, slots=True)
class Set:
    """Set an option of the session, see `SETTINGS`."""

    option: str
    value: str

    def __str__(self) -> str:
        return f"SET {self.option} {self.value}"


@dataclass(frozen=True, slots=True)
class Num:
    """Show the numbers of lines or not; None for the other of the two."""

    on: bool | None = None

    def __str__(self) -> str:
        return "NUM" if self.on is None else f"NUM {'ON' if self.on else 'OFF'}"


class Look(StrEnum):
    """Views of a data set."""

    TEXT = "TEXT"
    HEX = "HEX"
    REC = "REC"
    MAIL = "MAIL"


@dataclass(frozen=True, slots=True)
class ViewAs:
    """Show what is browsed in another view; None for the next one."""

    look: Look | None = None

    def __str__(self) -> str:
        return f"VIEW {self.look or ''}".rstrip()


@dataclass(frozen=True, slots=True)
class CodePage:
    """Read what is browsed in a code page; none for the system's."""

    name: str = ""

    def __str__(self) -> str:
        return f"CP {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Print:
    """Save what is browsed to a file, some of its lines perhaps; without a name it is asked for."""

    file: str = ""
    lines: tuple[int, int] | None = None

    def __str__(self) -> str:
        words = ["PRINT", *map(str, self.lines or ())]
        return " ".join([*words, *(["FILE", quoted(self.file)] if self.file else [])])


@dataclass(frozen=True, slots=True)
class System:
    """Give an operator command; without one, ask for it."""

    text: str = ""

    def __str__(self) -> str:
        return f"/{self.text}"


@dataclass(frozen=True, slots=True)
class Help:
    """Help on this panel, or on a command or another panel."""

    topic: str = ""

    def __str__(self) -> str:
        return f"HELP {self.topic}".rstrip()


Command = (
    Plain | Show | Limit | Filter | FilterBy | FilterDrop | Sort | Arrange | Find | Step | Locate
    | Scroll | Refresh | Set | Num | ViewAs | CodePage | Print | System | Help
)  # fmt: skip
_ON_OFF = ("ON", "OFF")
# the options of SET and the values that each has; the first one is meant without a value
SETTINGS: dict[str, tuple[str, ...]] = {
    "ACTION": ("ON", "OFF", "SHORT", "LONG"),
    "CONFIRM": _ON_OFF,
    "CURSOR": _ON_OFF,
    "DISPLAY": ("ON", "OFF", "SHORT", "LONG"),
    "HEX": _ON_OFF,
    "KEYS": ("SDSF", "MODERN"),
    "SCROLL": tuple(Amount),
    "THEME": ("DARK", "LIGHT", "CONTRAST", "GREEN"),
}
