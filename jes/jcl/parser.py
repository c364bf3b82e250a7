"""A file of JCL as decks of cards, one for each job (jes2.md 5.1, 5.6).

A JOB statement begins a job; the next one, the null statement or `/*EOF` ends it. What stands
between the end of a job and the next JOB statement is skipped, and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jes.jcl.jecl import verb_of
from jes.jcl.statements import Kind, Statement, read


@dataclass(slots=True)
class Deck:
    """The statements of one job; `job` is None for cards that stand before any JOB statement.

    `before` are JES2 control statements ahead of the JOB statement. `line` and `end` are the first
    and last line of the file that belong to it, `skipped` the cards after its null statement.
    """

    job: Statement | None
    line: int
    end: int
    before: list[Statement] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    skipped: int = 0


def read_jobs(lines: list[str], *, fold: bool = False) -> Iterator[Deck]:
    """The decks of a file in order; `fold` takes lower case without a fault."""
    deck: Deck | None = None
    before: list[Statement] = []
    ended = False
    for statement in read(lines, fold=fold):
        if statement.kind is Kind.JCL and statement.operation == "JOB":
            if deck is not None:
                yield deck
            deck = Deck(statement, statement.line, statement.end, before)
            before, ended = [], False
        elif deck is None or ended:
            deck = _outside(deck, before, statement, lines)
        elif not _only_blanks(statement, lines):
            deck.statements.append(statement)
            deck.end = statement.end
            ended = deck.job is not None and _ends(statement)
    if deck is not None:
        yield deck


def _ends(statement: Statement) -> bool:
    if statement.kind is Kind.JECL:
        return verb_of(statement.field) == "EOF"
    return statement.kind is Kind.NULL


def _outside(
    deck: Deck | None, before: list[Statement], statement: Statement, lines: list[str]
) -> Deck | None:
    """A statement that belongs to no job: ahead of the first one, or after a null statement."""
    if statement.kind is Kind.JECL:
        before.append(statement)
    elif statement.kind not in (Kind.COMMENT, Kind.NULL, Kind.DELIMITER) and not _only_blanks(
        statement, lines
    ):
        if deck is None:
            return Deck(None, statement.line, statement.end, statements=[statement])
        deck.skipped += statement.end - statement.line + 1
    return deck


def _only_blanks(statement: Statement, lines: list[str]) -> bool:
    """Blank lines at the end of the file or ahead of a JOB statement are no data.

    Departs: JES2 would make a SYSIN data set of blank cards.
    """
    if statement.kind is not Kind.DATA or statement.data is None:
        return False
    last = statement.data.stop
    follows = lines[last] if last < len(lines) else ""
    if follows and follows.split()[1:2] != ["JOB"]:
        return False
    return all(not lines[at].strip(" ") for at in statement.data)
