"""The operands of commands (spool-ui.md 1.5). Each function raises `Refused` for what is none."""

import re
from collections.abc import Sequence

from emulator.panels import commands as c
from emulator.panels.parameters import parameter_of
from emulator.panels.tokens import Word, number, words_of
from emulator.panels.values import Comparison, Criterion, Refused
from emulator.shown import printable

SORT_MAX = 10
DEST_MAX = 4
_SECONDS_MAX = 9999
_WIDTH_MAX = 255
_HEX = re.compile(r"(?:[0-9A-F]{2}){1,128}", re.ASCII)
_COLUMN = r"[A-Za-z0-9][A-Za-z0-9-]{0,31}"
_IS_COLUMN = re.compile(_COLUMN, re.ASCII)
_CRITERION = re.compile(
    rf"(?P<column>{_COLUMN})"
    r"(?:\s*(?P<sign>\^=|¬=|<>|<=|>=|=|<|>)\s*|\s+(?P<word>EQ|NE|LT|LE|GT|GE)\s+|\s+)(?P<value>\S.*)",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
_SIGNS = {
    "=": Comparison.EQ, "^=": Comparison.NE, "¬=": Comparison.NE, "<>": Comparison.NE,
    "<": Comparison.LT, "<=": Comparison.LE, ">": Comparison.GT, ">=": Comparison.GE,
}  # fmt: skip
_MASKS = {
    c.Limited.PREFIX: (1, re.compile(r"[A-Z0-9$#@*%]{1,8}", re.ASCII)),
    c.Limited.OWNER: (1, re.compile(r"[A-Z0-9$#@*%]{1,8}", re.ASCII)),
    c.Limited.DEST: (DEST_MAX, re.compile(r"[A-Z0-9$#@*%.]{1,18}", re.ASCII)),
    c.Limited.SYSNAME: (1, re.compile(r"[A-Z0-9$#@*%]{1,8}", re.ASCII)),
}
_PAGE = re.compile(r"[A-Za-z0-9._-]{1,20}", re.ASCII)
_TOPIC = re.compile(r"[A-Za-z0-9?/&=]{1,16}", re.ASCII)
_AMOUNTS = {one.value[0]: one for one in c.Amount} | {one.value: one for one in c.Amount}


def shown(text: str) -> str:
    """What a message repeats of a text."""
    return printable(text)[:24]


def show(panel: str, rest: str, attached: str = "") -> c.Show:
    """A panel with its parameter."""
    return c.Show(panel, str(parameter_of(panel, rest, attached)))


def limit(what: c.Limited, rest: str) -> c.Limit:
    """PREFIX, OWNER, DEST, SYSNAME."""
    most, shape = _MASKS[what]
    values = rest.upper().split()
    if len(values) > most:
        raise Refused(f"{what} TAKES {most} VALUE{'S' if most > 1 else ''} AT MOST")
    for value in values:
        if not shape.fullmatch(value):
            raise Refused(f"{what} {shown(value)} IS NOT A MASK: % IS ONE CHARACTER, * ANY STRING")
    return c.Limit(what, tuple(values))


def filtered(rest: str) -> c.Command:
    """FILTER in all its forms."""
    if not rest:
        return c.Filter(c.FilterMode.SHOW)
    if rest.upper() in set(c.FilterMode):
        return c.Filter(c.FilterMode(rest.upper()))
    if rest[0] == "-":
        return c.FilterDrop(column(rest[1:].strip()))
    more = rest[0] == "+"
    return c.FilterBy(_criterion(rest.removeprefix("+").strip()), more)


def _criterion(text: str) -> Criterion:
    match = _CRITERION.fullmatch(text)
    if match is None:
        raise Refused("FILTER NEEDS A COLUMN, AN OPERATOR AND A VALUE")
    words = words_of(match["value"])
    if len(words) != 1:
        raise Refused("PUT A VALUE WITH BLANKS IN APOSTROPHES")
    (word,) = words
    value = word.text if word.quoted and not word.kind else word.raw
    if match["sign"]:
        comparison = _SIGNS[match["sign"]]
    else:
        comparison = Comparison((match["word"] or "EQ").upper())
    return Criterion(match["column"].upper(), comparison, value)


def column(text: str) -> str:
    """The title of a column, or its beginning; whether there is one the panel knows."""
    if not _IS_COLUMN.fullmatch(text):
        raise Refused(f"{shown(text) or 'NOTHING'} IS NOT A COLUMN")
    return text.upper()


def sort(rest: str) -> c.Sort:
    """SORT: columns, each with A or D behind it or nothing."""
    words = rest.upper().split()
    if words in ([], ["?"]):
        return c.Sort(ask=True)
    if words == ["OFF"]:
        return c.Sort()
    keys: list[tuple[str, bool]] = []
    fresh = False  # the last word was a column, so a direction may follow
    for word in words:
        if fresh and word in ("A", "D"):
            keys[-1] = (keys[-1][0], word == "D")
            fresh = False
        else:
            keys.append((column(word), False))
            fresh = True
    if len(keys) > SORT_MAX:
        raise Refused(f"SORT TAKES {SORT_MAX} COLUMNS AT MOST")
    return c.Sort(tuple(keys))


def arrange(rest: str) -> c.Arrange:
    """ARRANGE."""
    words = rest.upper().split()
    if words in ([], ["?"]):
        return c.Arrange()
    if words == ["DEFAULT"]:
        return c.Arrange(reset=True)
    match words:
        case [title, ("A" | "B") as place, other]:
            return c.Arrange(column(title), c.Place(place), column(other))
        case [title, ("FIRST" | "LAST") as place]:
            return c.Arrange(column(title), c.Place(place))
        case [title, width] if number(width, _WIDTH_MAX):
            return c.Arrange(column(title), width=number(width))
    raise Refused("ARRANGE col A|B col, col FIRST|LAST, col width, ? OR DEFAULT".upper())


def find(rest: str) -> c.Command:
    """FIND: a text, and in any order where to look."""
    words = words_of(rest)
    if not words:
        return c.Plain.RFIND
    at = next((n for n, one in enumerate(words) if one.quoted), None)
    if at is None:
        free = (n for n, one in enumerate(words) if not _is_keyword(one))
        at = next(free, 0)
    word = words.pop(at)
    kind, text = _find_text(word)
    direction, match, columns = c.Direction.NEXT, c.Match.CHARS, list[int]()
    for one in words:
        if one.upper in set(c.Direction):
            direction = c.Direction(one.upper)
        elif one.upper in set(c.Match):
            match = c.Match(one.upper)
        elif (where := number(one.text)) and not one.quoted:
            columns.append(where)
        else:
            raise Refused("PUT A TEXT WITH BLANKS IN APOSTROPHES")
    return c.Find(text, kind, direction, match, _columns(columns))


def _is_keyword(word: Word) -> bool:
    keyword = word.upper in {*c.Direction, *c.Match}
    return keyword or number(word.text) is not None


def _find_text(word: Word) -> tuple[c.FindAs, str]:
    if word.kind and word.kind not in set(c.FindAs):
        return c.FindAs.TEXT, word.raw
    kind = c.FindAs(word.kind) if word.kind else c.FindAs.TEXT
    if kind is c.FindAs.HEX:
        if not _HEX.fullmatch(word.text.upper()):
            raise Refused("X'…' TAKES PAIRS OF HEX DIGITS")
        return kind, word.text.upper()
    if not word.text:
        raise Refused("THERE IS NOTHING TO FIND")
    return kind, word.text


def _columns(numbers: Sequence[int]) -> tuple[int, int] | None:
    """One column is where the text begins; two are first and last."""
    if not numbers:
        return None
    if len(numbers) > 2 or numbers[0] > numbers[-1]:
        raise Refused("FIND TAKES A FIRST AND A LAST COLUMN")
    return numbers[0], numbers[-1]


def step(rest: str, *, back: bool) -> c.Step:
    """NEXT, PREV."""
    count = number(rest) if rest else 1
    if not count:
        raise Refused(f"{shown(rest)} IS NOT A NUMBER OF DATA SETS")
    return c.Step(count, back)


def locate(rest: str) -> c.Locate:
    """LOCATE."""
    if not rest:
        raise Refused("LOCATE NEEDS A VALUE, A LINE NUMBER, A TIME OR A COLUMN")
    return c.Locate(rest)


def scroll(towards: c.Towards, rest: str) -> c.Command:
    """UP, DOWN, LEFT, RIGHT, TOP, BOTTOM."""
    if not rest:
        return c.Scroll(towards)
    if towards is c.Towards.BOTTOM and rest[0] == "&":
        return refresh(rest[1:], bottom=True)
    if towards in (c.Towards.TOP, c.Towards.BOTTOM):
        raise Refused(f"{towards} TAKES NO AMOUNT")
    amount = _AMOUNTS.get(rest.upper()) or number(rest)
    if amount is None:
        raise Refused(f"{shown(rest)} IS NOT AN AMOUNT: MAX, HALF, PAGE, CSR, DATA, A NUMBER")
    return c.Scroll(towards, amount)


def refresh(rest: str, *, bottom: bool = False) -> c.Refresh:
    """&n."""
    seconds = number(rest.strip(), _SECONDS_MAX)
    if seconds is None:
        raise Refused(f"& NEEDS SECONDS, 1 TO {_SECONDS_MAX}, OR 0 FOR NO MORE")
    return c.Refresh(seconds, bottom)


def settings(rest: str) -> c.Set:
    """SET option value."""
    words = rest.upper().split()
    names = [name for name in c.SETTINGS if words and name.startswith(words[0])]
    if len(names) != 1:
        raise Refused(f"SET {', '.join(c.SETTINGS)}")
    (name,) = names
    values = c.SETTINGS[name]
    if len(words) == 1:
        return c.Set(name, values[0])
    value = words[1]
    if name == "SCROLL" and len(words) == 2 and number(value) is not None:
        return c.Set(name, str(number(value)))
    if len(words) != 2 or value not in values:
        raise Refused(f"SET {name} TAKES {', '.join(values)}")
    return c.Set(name, value)


def on_off(rest: str) -> c.Num:
    """NUM."""
    if rest.upper() not in ("", "ON", "OFF"):
        raise Refused("NUM TAKES ON OR OFF")
    return c.Num(rest.upper() == "ON" if rest else None)


def view_as(rest: str) -> c.ViewAs:
    """VIEW."""
    if not rest:
        return c.ViewAs()
    for look in c.Look:
        if look.value.startswith(rest.upper()):
            return c.ViewAs(look)
    raise Refused(f"VIEW TAKES {', '.join(c.Look)}")


def code_page(rest: str) -> c.CodePage:
    """CP."""
    if rest and not _PAGE.fullmatch(rest):
        raise Refused(f"{shown(rest)} IS NOT THE NAME OF A CODE PAGE")
    return c.CodePage(rest.upper())


def printed(rest: str) -> c.Print:
    """PRINT [first last] [FILE name]; ODSN is FILE, and what stands behind the name is left out."""
    words = words_of(rest)
    lines = None
    if len(words) > 1 and not words[0].quoted and number(words[0].text) is not None:
        first, last = number(words[0].text), number(words[1].text)
        if not first or last is None or last < first:
            raise Refused("PRINT TAKES A FIRST AND A LAST LINE")
        lines, words = (first, last), words[2:]
    if not words:
        return c.Print("", lines)
    if words[0].upper not in ("FILE", "ODSN") or len(words) < 2 or not words[1].text:
        raise Refused("PRINT GOES TO A FILE HERE: PRINT [FIRST LAST] [FILE NAME]")
    if len(words) > (4 if words[0].upper == "ODSN" else 2):
        raise Refused("PUT A NAME WITH BLANKS IN APOSTROPHES")
    return c.Print(words[1].raw if words[1].kind else words[1].text, lines)


def helped(rest: str) -> c.Help:
    """HELP."""
    if rest and not _TOPIC.fullmatch(rest):
        raise Refused(f"THERE IS NO HELP ON {shown(rest)}")
    return c.Help(rest.upper())


def reset(rest: str) -> c.Plain:
    """RESET, and RESET FILTERS."""
    if not rest:
        return c.Plain.RESET
    if len(rest) >= 3 and "FILTERS".startswith(rest.upper()):
        return c.Plain.SHOW_ALL
    raise Refused("RESET OR RESET FILTERS")


def alone(plain: c.Plain, rest: str) -> c.Plain:
    """A command without operands."""
    if rest:
        raise Refused(f"{plain} TAKES NO OPERAND")
    return plain
