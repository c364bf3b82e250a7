"""From the text of a configuration file to a `Config` and everything that was found on the way.

The grammar is that of cssmtp-config.md 2: one statement a line, braces on lines of their own, no
abbreviations, quotes or continuation. Parsing never fails: what is not understood is a finding, and
reading goes on behind it.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from cssmtp.config import checks
from cssmtp.config import findings as f
from cssmtp.config.draft import Block, Draft, Entry
from cssmtp.config.findings import Finding, Severity, found, shown
from cssmtp.config.scanner import Line, lines
from cssmtp.config.schema import BLOCKS_OF, BY_KEYWORD, STATEMENTS, Parameter, Statement
from cssmtp.config.statements import Config
from cssmtp.config.values import Kind, Refused
from jes.messages import Message

MAX_HINTS = 50  # suggestions cost time; a file with more unknown words is none of ours
LONGEST_HINTED = 32

Unknown = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. `config` is None only when a finding is an error.

    `lines` tells where a value was coded: `LogLevel`, `Timeout AnyCmd`, `TargetServer 1 Secure`,
    `MailAdministrator 1` (counting what is used from 1).
    """

    config: Config | None
    findings: tuple[Finding, ...]
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def parse(
    text: str,
    *,
    jobname: str = "CSSMTP",
    unknown_keyword: Unknown = "error",
    last_column: int | None = None,
) -> Parsed:
    """Read a configuration file; all findings at once, in line order.

    `jobname` is the default of ExtWrtName. `unknown_keyword` says how bad a statement or parameter
    is that nobody knows (the reference's list may be incomplete, cssmtp-config.md 8).
    `last_column` 72 ignores sequence numbers in card images.
    """
    reader = _Reader(unknown_keyword)
    for item in lines(text, last_column):
        if isinstance(item, Finding):
            reader.findings.append(item)
        else:
            reader.line(item)
    reader.end()
    config, where, further = checks.build(reader.draft, jobname)
    everything = [*reader.findings, *further]
    everything.sort(key=lambda finding: finding.line or 0)
    refused = any(finding.severity is Severity.ERROR for finding in everything)
    return Parsed(None if refused else config, tuple(everything), MappingProxyType(where))


class _Reader:
    """Holds the block that is open while lines go by."""

    def __init__(self, unknown_keyword: Unknown) -> None:
        self.draft = Draft()
        self.findings: list[Finding] = []
        self._strict = unknown_keyword == "error"
        self._awaited: Block | None = None  # a keyword was read, its brace was not
        self._open: Block | None = None
        self._unknown: Line | None = None  # an unknown word: a block may follow
        self._skipped: int | None = None  # the line where a block that is passed over begins
        self._hints = 0

    def line(self, line: Line) -> None:
        """Take one line in."""
        unknown, self._unknown = self._unknown, None
        if self._skipped is not None and line.words[0].lower() in BY_KEYWORD:
            self._not_closed()
        if self._skipped is not None:
            self._skipped = None if line.words == ("}",) else self._skipped
        elif self._awaited is not None:
            self._brace(self._awaited, line)
        elif self._open is not None:
            self._inside(self._open, line)
        elif unknown is not None and line.words == ("{",):
            self._skipped = unknown.number
        else:
            self._outside(line)

    def end(self) -> None:
        """The file ends here."""
        if self._awaited is not None:
            self._say(f.NO_OPENING, self._awaited.line, self._awaited.statement.keyword)
        if self._open is not None:
            self._say(f.NO_CLOSING, self._open.line, self._open.statement.keyword)
        self._not_closed()

    def _not_closed(self) -> None:
        """A block that was passed over has no end."""
        if self._skipped is not None:
            self._say(f.NO_CLOSING, self._skipped, None)
            self._skipped = None

    def _say(self, message: Message, line: int, statement: str | None, /, **fields: object) -> None:
        self.findings.append(found(message, line, statement, **fields))

    def _outside(self, line: Line) -> None:
        word = line.words[0]
        statement = BY_KEYWORD.get(word.lower())
        if statement is None:
            self._not_a_statement(line, word)
        elif statement.kind is not None:
            entry = self._value(line, statement.keyword, statement.kind)
            if entry is not None:
                self._simple(statement, entry)
        else:
            self._keyword(statement, line)

    def _not_a_statement(self, line: Line, word: str) -> None:
        if word.startswith("{"):
            self._say(f.STRAY_OPENING, line.number, None)
            self._skipped = None if line.words[-1].endswith("}") else line.number
        elif word.startswith("}"):
            self._say(f.STRAY_CLOSING, line.number, None)
        elif word.startswith(";"):
            self._say(f.SEMICOLON, line.number, None)
        elif word.lower() in BLOCKS_OF:
            blocks = " and ".join(BLOCKS_OF[word.lower()])
            self._say(f.PARAMETER_OUTSIDE, line.number, None, word=shown(word), blocks=blocks)
        else:
            hint = self._hint(word, {s.keyword for s in STATEMENTS})
            message = f.UNKNOWN_STATEMENT if self._strict else f.UNKNOWN_STATEMENT_W
            self._say(message, line.number, None, word=shown(word), hint=hint)
            self._unknown = line
            self._skipped = line.number if line.words[-1] == "{" else None

    def _simple(self, statement: Statement, entry: Entry) -> None:
        before = self.draft.simple.get(statement.keyword)
        if statement.repeatable:
            self.draft.administrators.append(entry)
            return
        if before is not None:
            self._say(f.REPEATED, entry.line, statement.keyword, line=before.line)
        self.draft.simple[statement.keyword] = entry

    def _keyword(self, statement: Statement, line: Line) -> None:
        block = Block(statement, line.number)
        before = self.draft.last(statement)
        if before is not None and not statement.repeatable:
            self._say(f.REPEATED, line.number, statement.keyword, line=before.line)
        self.draft.blocks.setdefault(statement.keyword, []).append(block)
        if len(line.words) == 1:
            self._awaited = block
            return
        word = line.words[1]
        if not word.startswith("{"):
            message = f.SEMICOLON if word.startswith(";") else f.BLOCK_VALUE
            self._say(message, line.number, statement.keyword, word=shown(word))
            self._awaited = block
            return
        self._say(f.BRACE_LINE, line.number, statement.keyword, brace="{")
        block.doubtful = True
        self._open = None if line.words[-1].endswith("}") else block

    def _brace(self, block: Block, line: Line) -> None:
        """The line after a block's keyword."""
        self._awaited = None
        word = line.words[0]
        if word.startswith("{"):
            if line.words != ("{",):
                self._say(f.BRACE_LINE, line.number, block.statement.keyword, brace="{")
                block.doubtful = True
            closed = len(line.words) > 1 and line.words[-1].endswith("}")
            self._open = None if closed or word.endswith("}") else block
            return
        self._say(f.NO_OPENING, block.line, block.statement.keyword)
        block.doubtful = True
        if block.statement.parameter(word) or word == "}":
            self._open = block
        self.line(line)

    def _inside(self, block: Block, line: Line) -> None:
        word = line.words[0]
        name = block.statement.keyword
        parameter = block.statement.parameter(word)
        if parameter is not None:
            self._parameter(block, parameter, line)
        elif word.startswith("}"):
            self._open = None
            if line.words != ("}",):
                self._say(f.BRACE_LINE, line.number, name, brace="}")
        elif word.lower() in BY_KEYWORD:
            self._say(f.NO_CLOSING, block.line, name)
            self._open = None
            self._outside(line)
        elif word.startswith("{"):
            self._say(f.STRAY_OPENING, line.number, name)
        elif word.startswith(";"):
            self._say(f.SEMICOLON, line.number, name)
        else:
            hint = self._hint(word, {p.keyword for p in block.statement.parameters})
            message = f.UNKNOWN_PARAMETER if self._strict else f.UNKNOWN_PARAMETER_W
            block.doubtful = True
            self._say(message, line.number, name, word=shown(word), hint=hint)

    def _parameter(self, block: Block, parameter: Parameter, line: Line) -> None:
        words = line.words
        if len(words) > 2 and words[-1] == "}":
            self._say(f.BRACE_LINE, line.number, block.statement.keyword, brace="}")
            self._open = None
            line = Line(line.number, words[:-1])
        label = f"{block.statement.keyword} {parameter.keyword}"
        entry = self._value(line, label, parameter.kind)
        if entry is None:
            block.doubtful = True
        elif parameter.field == "targets":
            block.targets.append((parameter.keyword, entry))
        else:
            before = block.entries.get(parameter.keyword)
            if before is not None:
                self._say(f.REPEATED, line.number, label, line=before.line)
            block.entries[parameter.keyword] = entry

    def _value(self, line: Line, label: str, kind: Kind) -> Entry | None:
        """The value behind a keyword, or None after a finding."""
        words = line.words[1:]
        if not words:
            self._say(f.NO_VALUE, line.number, label, rule=kind.rule)
            return None
        if len(words) > kind.words:
            word = words[kind.words]
            message = f.SEMICOLON if word.startswith(";") else f.EXTRA_WORDS
            self._say(message, line.number, label, word=shown(word))
            return None
        text = " ".join(words)
        try:
            value: Any = kind.read(text)
        except Refused:
            self._say(f.BAD_VALUE, line.number, label, word=shown(text), rule=kind.rule)
            return None
        return Entry(line.number, text, value)

    def _hint(self, word: str, known: set[str]) -> str:
        """The known word that is nearest, as `; did you mean ...?`, or nothing."""
        if self._hints >= MAX_HINTS or len(word) > LONGEST_HINTED:
            return ""
        self._hints += 1
        spelled = {name.lower(): name for name in sorted(known)}
        near = difflib.get_close_matches(word.lower(), spelled, n=1)
        return f"; did you mean {spelled[near[0]]}?" if near else ""
