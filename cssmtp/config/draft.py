"""What the parser has read before it is a `Config`: values with the lines they stand on."""

from dataclasses import dataclass, field
from typing import Any

from cssmtp.config.schema import Statement


@dataclass(frozen=True, slots=True)
class Entry:
    """A value as coded and as understood."""

    line: int
    text: str
    value: Any


@dataclass(slots=True)
class Block:
    """A braced statement. `doubtful` when something in it was not understood, so that what seems
    to be missing may only be misspelled."""

    statement: Statement
    line: int
    entries: dict[str, Entry] = field(default_factory=dict)
    targets: list[tuple[str, Entry]] = field(default_factory=list)
    doubtful: bool = False


@dataclass(slots=True)
class Draft:
    """All statements of a file, by keyword."""

    simple: dict[str, Entry] = field(default_factory=dict)
    blocks: dict[str, list[Block]] = field(default_factory=dict)
    administrators: list[Entry] = field(default_factory=list)

    def last(self, statement: Statement) -> Block | None:
        """The block that counts when a statement may be coded once: the last one."""
        blocks = self.blocks.get(statement.keyword)
        return blocks[-1] if blocks else None
