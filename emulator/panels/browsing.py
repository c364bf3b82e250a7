"""Data sets as lines to be browsed: text, hexadecimal, records (spool-ui.md 4.3).

A line is known by its number, its record and its part of the record, so nothing has to be read to
go anywhere. Line 0 is TOP OF DATA; the data sets of a job or group follow one another. Columns
count from 1 as on z/OS: carriage control is column 1, though it is not shown unless asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate

from emulator.panels.characters import DOT, Characters, cells, characters, index_at
from emulator.panels.finding import Finder, Needle
from emulator.panels.holding import Chunk, Holding, Read
from jes.records import longest
from jes.views import DatasetView


class Form(StrEnum):
    """The views of a data set; SDSF is what SET HEX ON shows: characters over two hex digits."""

    TEXT = "TEXT"
    HEX = "HEX"
    SDSF = "SDSF"
    REC = "REC"
    MAIL = "MAIL"


class Kind(StrEnum):
    """What a line is."""

    EDGE = "edge"  # TOP OF DATA, BOTTOM OF DATA
    RECORD = "record"
    DIGITS = "digits"
    RULER = "ruler"
    FAULT = "fault"
    MAIL = "mail"
    RECIPIENT = "recipient"
    HEADER = "header"
    PART = "part"
    ERROR = "error"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in the data: which of the data sets, which record (from 1), which character of what
    is shown of it (from 0)."""

    dataset: int
    record: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `spans` are the characters that FIND found; `unknown` counts undefined bytes."""

    text: str
    kind: Kind
    spot: Spot | None = None
    spans: tuple[tuple[int, int], ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How data is looked at: `width` cells of it from cell `left` on. `control`: with carriage
    control; `find` is marked."""

    form: Form = Form.TEXT
    codepage: str = "IBM-1047"
    control: bool = False
    left: int = 0
    width: int = 80
    find: Needle | None = None
    dot: str = DOT

    @property
    def characters(self) -> Characters:
        """Of the code page. Raises `BadCharacter`."""
        return characters(self.codepage, self.dot)

    @property
    def parts(self) -> int:
        """Lines of a record."""
        return 4 if self.form is Form.SDSF else 1

    @property
    def bytes_seen(self) -> int:
        """Of a record in the view HEX: those whose characters and digits are within the width."""
        return max(4, (self.width - 2) * 4 // 13 // 4 * 4)


_REC_HEAD = "   RECORD LENGTH CC  "
_REC_BYTES = 16  # shown as digits
EDGES = (" TOP OF DATA ", " BOTTOM OF DATA ")


@dataclass(slots=True)
class Browse:
    """Data sets one after another. `lines` never waits: it has None for lines that `load` has to
    read before, which may be in another thread."""

    datasets: Sequence[DatasetView]
    _held: Holding = field(default_factory=Holding)
    _starts: list[int] = field(init=False)  # records before each data set, and all of them

    def __post_init__(self) -> None:
        self._starts = [0, *accumulate(dataset.records for dataset in self.datasets)]

    @property
    def records(self) -> int:
        """Of all data sets."""
        return self._starts[-1]

    def count(self, look: Look) -> int:
        """How many lines there are."""
        return self.records * look.parts + 2

    # --- places --------------------------------------------------------------------------------

    def spot(self, look: Look, index: int) -> Spot | None:
        """Where a line is; None for TOP OF DATA and BOTTOM OF DATA."""
        at = (index - 1) // look.parts
        if not 0 <= at < self.records:
            return None
        dataset = self._dataset_at(at)
        return Spot(dataset, at - self._starts[dataset] + 1)

    def near(self, look: Look, index: int) -> Spot:
        """Where a line is, or the nearest one that has data."""
        last = self.count(look) - 2
        return self.spot(look, min(max(1, index), last)) or Spot(0, 1)

    def index(self, look: Look, spot: Spot) -> int:
        """The first line of a record."""
        return (self._starts[spot.dataset] + spot.record - 1) * look.parts + 1

    def step(self, look: Look, index: int, count: int) -> int | None:
        """The line where the data set begins that is `count` further, or back; None: no such."""
        wanted = self.near(look, index).dataset + count
        if count < 0 and index > self.index(look, Spot(wanted - count, 1)):
            wanted += 1  # back to the beginning of this one first
        if not 0 <= wanted < len(self.datasets):
            return None
        return self.index(look, Spot(wanted, 1))

    def _dataset_at(self, at: int) -> int:
        """The data set with a record; those without records have none."""
        low, high = 0, len(self.datasets) - 1
        while low < high:
            middle = (low + high) // 2
            if self._starts[middle + 1] <= at:
                low = middle + 1
            else:
                high = middle
        return low

    # --- columns -------------------------------------------------------------------------------

    def skip(self, look: Look, dataset: int) -> int:
        """Bytes of carriage control that are not shown."""
        return 0 if look.control or self.datasets[dataset].recfm.control is None else 1

    def longest(self, look: Look) -> int:
        """Bytes of the longest record that there may be, without what is not shown."""
        widths = (
            longest(one.recfm, one.lrecl) - self.skip(look, n)
            for n, one in enumerate(self.datasets)
        )
        return max(0, *widths, 0)

    def widest(self, look: Look) -> int:
        """How wide lines are, as far as sideways scrolling goes."""
        match look.form:
            case Form.HEX:
                return max(0, self.longest(look) - look.bytes_seen) + look.width
            case Form.REC:
                return self.longest(look) + len(_REC_HEAD) + 2 * _REC_BYTES + 2
            case _:
                return self.longest(look)

    def columns(self, look: Look, dataset: int) -> tuple[int, int]:
        """The first and the last column that are shown of a data set."""
        first = look.left + self.skip(look, dataset) + 1
        seen = look.bytes_seen if look.form is Form.HEX else look.width
        return first, first + seen - 1

    def heading(self, look: Look, dataset: int) -> str:
        """The columns of the view REC; a ruler for the others (COLS)."""
        if look.form is Form.REC:
            return f"{_REC_HEAD}{'FIRST BYTES':{2 * _REC_BYTES}}  TEXT"
        first, last = self.columns(look, dataset)
        return ruler(first, last)

    # --- lines ---------------------------------------------------------------------------------

    def load(self, read: Read, look: Look, first: int, count: int) -> None:
        """Read what lines need. Raises `SpoolError`."""
        parts = look.parts
        low = max(0, (first - 1) // parts)
        high = min(self.records, (first + count - 2) // parts + 1)
        for number, dataset in enumerate(self.datasets):
            start = self._starts[number]
            here, behind = max(low - start, 0), min(high - start, dataset.records)
            if here < behind:
                self._held.load(read, dataset, here + 1, behind)

    def lines(self, look: Look, first: int, count: int) -> list[Line | None]:
        """Lines as far as there are any. Raises `BadCharacter` for an unknown code page."""
        last = self.count(look) - 1
        finder = look.find.finder(look.characters) if look.find is not None else None
        found: list[Line | None] = []
        chunk: Chunk | None = None
        for index in range(max(0, first), min(first + count, last + 1)):
            spot = self.spot(look, index)
            if spot is None:
                found.append(Line(EDGES[index > 0].center(look.width, "*"), Kind.EDGE))
                continue
            dataset = self.datasets[spot.dataset]
            if (
                chunk is None
                or chunk.dataset != dataset.key
                or not chunk.first <= spot.record < chunk.next
            ):
                chunk = self._held.chunk(dataset, spot.record)
            part = (index - 1) % look.parts
            found.append(None if chunk is None else self._line(look, spot, part, chunk, finder))
        return found

    def _line(self, look: Look, spot: Spot, part: int, chunk: Chunk, finder: Finder | None) -> Line:
        if chunk.fault:
            text = f"RECORD {spot.record} CANNOT BE READ: {chunk.fault}" if not part else ""
            return Line(text, Kind.FAULT, spot)
        record = chunk.records[spot.record - chunk.first]
        skip = self.skip(look, spot.dataset)
        data = record[skip:]
        spans = tuple(finder.spans(data, skip)) if finder is not None else ()
        match look.form:
            case Form.SDSF:
                return _sdsf(look, spot, part, data, spans)
            case Form.HEX:
                return _hex(look, spot, data, spans)
            case Form.REC:
                return _rec(look, spot, record, self.datasets[spot.dataset].recfm.control)
            case _:
                return _text(look, spot, data, spans)


def ruler(first: int, last: int) -> str:
    """`----+----1----+----2` for columns `first` to `last`."""
    marks = [
        str(column // 10)[-1] if not column % 10 else "-" if column % 5 else "+"
        for column in range(first, last + 1)
    ]
    text = "".join(marks)
    for column in range((first + 9) // 10 * 10, last + 1, 10):
        number = str(column // 10)
        at = column - first + 1 - len(number)
        if at >= 0:
            text = text[:at] + number + text[at + len(number) :]
    return text


def _cut(
    spans: Sequence[tuple[int, int]], left: int, width: int, at: int = 0
) -> tuple[tuple[int, int], ...]:
    """Spans within `width` characters from `left` on, which are shown from `at` on."""
    return tuple(
        (max(0, first - left) + at, min(width, behind - left) + at)
        for first, behind in spans
        if behind > left and first < left + width
    )


def _unknown(shown: bytes, page: Characters) -> int:
    return len(shown) - len(shown.translate(None, page.unknown)) if page.unknown else 0


def _text(look: Look, spot: Spot, data: bytes, spans: Sequence[tuple[int, int]]) -> Line:
    page = look.characters
    if page.mixed is None:
        seen = data[look.left : look.left + look.width]
        spans = _cut(spans, look.left, look.width)
        return Line(page.text(seen), Kind.RECORD, spot, tuple(spans), _unknown(seen, page))
    text = page.text(data)
    start = index_at(text, look.left)
    blank = " " if cells(text[:start]) > look.left else ""  # half of a wide character
    stop = index_at(text, look.left + look.width)
    shown = _cut(spans, start, stop - start, len(blank))
    return Line(blank + text[start:stop], Kind.RECORD, spot, shown)


def _sdsf(look: Look, spot: Spot, part: int, data: bytes, spans: Sequence[tuple[int, int]]) -> Line:
    seen = data[look.left : look.left + look.width]
    page = look.characters
    if part == 3:
        return Line("-" * look.width, Kind.RULER, spot)
    shown = () if page.mixed is not None else _cut(spans, look.left, look.width)
    if part == 0:
        return Line(page.bytewise(seen), Kind.RECORD, spot, shown, _unknown(seen, page))
    return Line(seen.hex().upper()[part - 1 :: 2], Kind.DIGITS, spot, shown)


def _hex(look: Look, spot: Spot, data: bytes, spans: Sequence[tuple[int, int]]) -> Line:
    room = look.bytes_seen
    seen = data[look.left : look.left + room]
    page = look.characters
    digits = seen.hex(" ", -4).upper()
    shown = () if page.mixed is not None else _cut(spans, look.left, room)
    text = f"{page.bytewise(seen):{room}}  {digits}"
    return Line(text, Kind.RECORD, spot, shown, _unknown(seen, page))


def _rec(look: Look, spot: Spot, record: bytes, control: str | None) -> Line:
    """The first bytes are digits, behind them the text of the record, which scrolls sideways."""
    page = look.characters
    mark = record[:1].hex().upper() if control and record else "--"
    data = record[1:] if control else record
    room = max(0, look.width - len(_REC_HEAD) - 2 * _REC_BYTES - 2)
    seen = data[look.left : look.left + room]
    digits = data[:_REC_BYTES].hex().upper()
    text = f"{spot.record:9d} {len(record):6d} {mark}  {digits:{2 * _REC_BYTES}}  "
    return Line(text + page.bytewise(seen), Kind.RECORD, spot, (), _unknown(seen, page))
