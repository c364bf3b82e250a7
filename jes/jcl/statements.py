"""Statements from cards: continuation, comments, in-stream data, JES2 control statements.

Sources: jes2.md 5.1, 5.4, 5.6. Every card is looked at once; faults are kept with the statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from jes.jcl import messages
from jes.jcl.cards import (
    LAST,
    RESUME,
    continues,
    field_end,
    fields_of,
    is_blank,
    is_null,
    listed,
    text_column,
    upper,
)
from jes.jcl.messages import Findings, show
from jes.jcl.values import parse, split, word
from jes.job import Fault


class Kind(StrEnum):
    """What a statement is, apart from its operation."""

    JCL = "JCL"
    COMMENT = "comment"  # //*
    NULL = "null statement"
    JECL = "JES2 control statement"
    DELIMITER = "delimiter"  # /* where no data are being read
    DATA = "data without a DD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. `line` is its 1-based line in the file, `field` its parameters put together.

    `marks` say where in `field` each card's share begins, and on which line that card is. `data`
    are the 0-based indices of its in-stream data. `images` are its cards for the listing. `end` is
    the line of its last card, data and delimiter included.
    """

    kind: Kind
    line: int
    end: int = 0
    name: str = ""
    operation: str = ""
    field: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    images: tuple[str, ...] = ()
    data: range | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Cards:
    """The lines of a file and how far they were read."""

    lines: list[str]
    fold: bool
    at: int = 0
    findings: Findings = field(default_factory=Findings)

    @property
    def number(self) -> int:
        return self.at + 1

    def peek(self) -> str:
        return self.lines[self.at] if self.at < len(self.lines) else ""


def read(lines: list[str], *, fold: bool = False) -> Iterator[Statement]:
    """All statements of a file in order. `fold` takes lower case without a fault."""
    cards = _Cards(lines, fold)
    while cards.at < len(lines):
        cards.findings = Findings()
        yield _next(cards)


def _next(cards: _Cards) -> Statement:
    card, line = cards.peek(), cards.number
    kind = _kind(card)
    if kind is Kind.DATA:
        data = _data(cards, None)
        found = tuple(cards.findings.all)
        return Statement(kind=kind, line=line, end=cards.at, data=data, faults=found)
    if kind is Kind.JCL:
        return _statement(cards)
    cards.at += 1
    return Statement(kind=kind, line=line, end=cards.at, field=card[:LAST], images=(listed(card),))


def _kind(card: str) -> Kind:
    if card.startswith("//"):
        if card.startswith("//*"):
            return Kind.COMMENT
        return Kind.NULL if is_null(card) else Kind.JCL
    if card.startswith("/*"):
        return Kind.DELIMITER if is_blank(card[2:3]) else Kind.JECL
    return Kind.DATA


def _check(cards: _Cards, card: str) -> None:
    """Text that was meant to count but stands behind column 71."""
    if len(card) > LAST and " " not in card[LAST - 1 : LAST + 1]:
        cards.findings.add(messages.RUNS_ON, cards.number)


def _statement(cards: _Cards) -> Statement:
    """A `//` statement with its continuations and its in-stream data."""
    line, card = cards.number, cards.peek()
    _check(cards, card)
    fields = fields_of(card)
    name, operation = upper(fields.name), upper(fields.operation)
    rest = card[fields.column - 1 : LAST].ljust(max(LAST - fields.column + 1, 0))
    images = [listed(card)]
    cards.at += 1
    field_text = ""
    marks: tuple[tuple[int, int], ...] = ((0, line),)
    if operation == "IF":
        field_text, marks = _expression(cards, rest, images)
    elif operation not in ("ELSE", "ENDIF", "PEND", ""):
        field_text, marks = _field(cards, rest, images)
    folded = upper(field_text)
    if not cards.fold and (fields.name, fields.operation, field_text) != (name, operation, folded):
        _lower_case(cards, (fields.name, fields.operation, field_text), line)
    data = _instream(cards, operation, field_text, line)
    return Statement(
        kind=Kind.JCL,
        line=line,
        end=cards.at,
        name=name,
        operation=operation,
        field=folded,
        marks=marks,
        images=tuple(images),
        data=data,
        faults=tuple(cards.findings.all),
    )


def _lower_case(cards: _Cards, texts: tuple[str, ...], line: int) -> None:
    found = next(text for text in texts if text != upper(text))
    cards.findings.add(messages.LOWER_CASE, line, found=show(found))


def _field(cards: _Cards, rest: str, images: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The parameter field, continued as long as it ends with a comma or in an open string."""
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    length, quoted = 0, False
    while True:
        end, quoted = field_end(rest, quoted)
        pieces.append(rest[:end])
        marks.append((length, cards.at))
        length += end
        if not quoted and not pieces[-1].endswith(","):
            _comment_goes_on(cards, images)
            break
        following = _continuation(cards, quoted, rest[end:], images)
        if following is None:
            break
        rest = following
    return "".join(pieces), tuple(marks)


def _continuation(cards: _Cards, quoted: bool, comment: str, images: list[str]) -> str | None:
    """The text of the next card where it continues this one; a fault and None where not."""
    line = cards.at  # of the card that wants to be continued
    _skip_comments(cards, images)
    card = cards.peek()
    if not continues(card):
        found = show(card) if cards.at < len(cards.lines) else "the end of the file"
        if quoted:
            cards.findings.add(messages.OPEN_STRING, line, found=found)
        else:
            comment = comment.strip(" ")
            hint = f"; {show(comment)} behind the blank was read as a comment" if comment else ""
            cards.findings.add(messages.NO_CONTINUATION, line, found=found, hint=hint)
        return None
    _check(cards, card)
    column = text_column(card)
    if quoted and column < RESUME:
        cards.findings.add(messages.STRING_COLUMN, cards.number, column=column)
    elif not quoted and column > RESUME:
        cards.findings.add(messages.LATE, cards.number, column=column)
    images.append(listed(card))
    cards.at += 1
    begin = min(column, RESUME) if quoted else column
    return card[begin - 1 : LAST].ljust(LAST - begin + 1)


def _skip_comments(cards: _Cards, images: list[str]) -> None:
    """`//*` may stand between continued cards."""
    while cards.peek().startswith("//*"):
        images.append(listed(cards.peek()))
        cards.at += 1


def _comment_goes_on(cards: _Cards, images: list[str]) -> None:
    """A non-blank column 72 continues a comment on `//` cards with a blank in column 3."""
    while not is_blank(cards.lines[cards.at - 1][LAST : LAST + 1]) and continues(cards.peek()):
        images.append(listed(cards.peek()))
        cards.at += 1


def _expression(
    cards: _Cards, rest: str, images: list[str]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """An IF expression: blanks belong to it, THEN ends it, what follows THEN is a comment."""
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    length = 0
    while True:
        words = rest.translate({ord(")"): " "}).split(" ")
        marks.append((length, cards.at))
        if "THEN" in map(upper, words):
            at = sum(len(w) + 1 for w in words[: list(map(upper, words)).index("THEN")])
            pieces.append(rest[: at + 4])
            break
        pieces.append(rest + " ")
        length += len(rest) + 1
        _skip_comments(cards, images)
        if not continues(cards.peek()):
            break  # the expression parser misses THEN
        card = cards.peek()
        _check(cards, card)
        images.append(listed(card))
        cards.at += 1
        column = text_column(card)
        if column > RESUME:
            cards.findings.add(messages.LATE, cards.at, column=column)
        rest = card[column - 1 : LAST]
    return "".join(pieces), tuple(marks)


def _instream(cards: _Cards, operation: str, text: str, line: int) -> range | None:
    """The data behind `DD *` and `DD DATA`; the delimiter is read over."""
    if operation != "DD" or text[:1] not in ("*", "D", "d"):
        return None
    parts = [part for _, part in split(text)]
    if upper(parts[0]) not in ("*", "DATA"):
        return None
    delimiter = None
    for part in parts[1:]:
        if upper(part[:4]) == "DLM=":
            delimiter = _delimiter(cards, part[4:], line)
    if delimiter:
        return _delimited(cards, delimiter, line)
    return _data(cards, ("/*",) if upper(parts[0]) == "DATA" else None)


def _delimiter(cards: _Cards, coded: str, line: int) -> str | None:
    value, _ = parse(coded)
    text = word(value)
    if not 2 <= len(text) <= 18:
        cards.findings.add(messages.DLM, line, found=show(coded))
        return None
    return text


def _data(cards: _Cards, ends: tuple[str, ...] | None) -> range:
    """Cards up to `/*`, or to `//` as well where `ends` is None."""
    lines, at, stop = cards.lines, cards.at, len(cards.lines)
    prefixes = ends or ("/*", "//")
    while at < stop and not lines[at].startswith(prefixes):
        at += 1
    data = range(cards.at, at)
    cards.at = at
    if at < stop and lines[at].startswith("/*"):
        if not is_blank(lines[at][2:]):
            cards.findings.add(messages.AFTER_DELIMITER, at + 1, found=show(lines[at]))
        cards.at += 1
    return data


def _delimited(cards: _Cards, delimiter: str, line: int) -> range:
    """Cards up to the one that begins with the DLM string."""
    lines, at, stop = cards.lines, cards.at, len(cards.lines)
    while at < stop and not lines[at].ljust(18).startswith(delimiter):
        at += 1
    data = range(cards.at, at)
    cards.at = min(at + 1, stop)
    if at == stop:
        cards.findings.add(messages.NO_DELIMITER, line, found=show(delimiter))
    return data
