"""From the text of SMTP.CONFIG to an `SmtpdConfig` and everything that was found on the way.

Free form: a statement is its keyword and the words behind it, on one line or on several; `;` begins
a comment (smtpd-migration.md 2). Reading never fails: what is not understood is a finding, and
reading goes on at the next keyword. `cssmtp.config.scanner.read` decodes the bytes of a file.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cssmtp.config.findings import (
    BAD_CHARACTER,
    LINE_TOO_LONG,
    Finding,
    Severity,
    found,
    shown,
)
from cssmtp.config.scanner import MAX_LINE
from cssmtp.config.values import Refused
from cssmtp.smtpd import findings as f
from cssmtp.smtpd.schema import BY_KEYWORD, STATEMENTS, Statement, Sure
from cssmtp.smtpd.statements import SmtpdConfig

MAX_HINTS = 50
LONGEST_HINTED = 32
CARD = 72  # columns in front of sequence numbers
_NUMBERED = re.compile(r".{72}[0-9]{8} *\Z")
_LINE_END = re.compile(r"\r\n|[\n\r\x85]")
_BLANKS = re.compile(r"[ \t\0]+")
_OTHER = {"LOG": "NOLOG", "NOLOG": "LOG"}  # the same value, said in two ways
_ENDS = {one.form.end for one in STATEMENTS if one.form.end}


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value. `line` None is a default, which is as sure as `sure` says."""

    keyword: str
    value: str
    line: int | None
    sure: Sure

    @property
    def unverified(self) -> bool:
        """A default that no page of IBM's confirms."""
        return self.line is None and self.sure is Sure.K


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. `config` is there whatever was found: a value that cannot be read is its
    default. `lines` tells where a statement was coded, by its keyword."""

    config: SmtpdConfig
    findings: tuple[Finding, ...]
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def refused(self) -> bool:
        """Whether a finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def setting(self, keyword: str) -> Setting:
        """The value of a statement with its origin. Raises `KeyError` for another word."""
        statement = BY_KEYWORD[keyword]
        value = statement.show(self.config)
        line = self.lines.get(statement.keyword) or self.lines.get(_OTHER.get(keyword, ""))
        return Setting(keyword, value, line, statement.sure)

    def settings(self) -> tuple[Setting, ...]:
        """All of them, in the order of the table."""
        return tuple(self.setting(statement.keyword) for statement in STATEMENTS)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    first: bool  # on its line

    @property
    def starts(self) -> bool:
        """Whether it looks like the beginning of a statement."""
        return self.first and self.text.upper() in BY_KEYWORD


def parse(text: str) -> Parsed:
    """Read SMTP.CONFIG; all findings at once, in line order. Sequence numbers in columns 73-80 of
    card images are ignored."""
    reader = _Reader()
    reader.words = reader.scan(text)
    reader.read()
    config = SmtpdConfig(**reader.values)
    everything = [*reader.findings, *between(config, reader.lines)]
    everything.sort(key=lambda finding: finding.line or 0)
    return Parsed(config, tuple(everything), MappingProxyType(reader.lines))


class _Reader:
    """Walks over the words of a file."""

    def __init__(self) -> None:
        self.words: list[_Word] = []
        self.findings: list[Finding] = []
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self._at = 0
        self._hints = 0

    def scan(self, text: str) -> list[_Word]:
        """The words with their lines; a line that cannot be read is a finding."""
        words: list[_Word] = []
        lines = _LINE_END.split(text.removeprefix("\ufeff"))
        last_column = CARD if all(map(_NUMBERED.match, filter(str.strip, lines))) else None
        for number, whole in enumerate(lines, start=1):
            line = whole[:last_column].rstrip(" \t\0")
            if len(line) > MAX_LINE:
                self._say(LINE_TOO_LONG, number, None, length=len(line), limit=MAX_LINE)
                continue
            parts = [part for part in _BLANKS.split(line.partition(";")[0]) if part]
            bad = next((c for c in "".join(parts) if not c.isprintable() or c == "\ufffd"), None)
            if bad is not None:
                self._say(BAD_CHARACTER, number, None, char=f"U+{ord(bad):04X}")
                continue
            words += [_Word(part, number, first=not at) for at, part in enumerate(parts)]
        return words

    def read(self) -> None:
        """Take all words in."""
        while self._at < len(self.words):
            word = self.words[self._at]
            self._at += 1
            statement = BY_KEYWORD.get(word.text.upper())
            if statement is None:
                self._unknown(word)
            else:
                self._statement(statement, word)

    def _say(self, message: Any, line: int, statement: str | None, /, **fields: object) -> None:
        self.findings.append(found(message, line, statement, **fields))

    def _unknown(self, word: _Word) -> None:
        if word.text.upper() in _ENDS:
            self._say(f.STRAY_END, word.line, None, word=shown(word.text))
        elif word.text.startswith("#"):
            self._say(f.HASH, word.line, None, word=shown(word.text))
        else:
            self._say(f.UNKNOWN, word.line, None, word=shown(word.text), hint=self._hint(word))
        self._skip(word.line)

    def _hint(self, word: _Word) -> str:
        """The known statement that is nearest, as `; did you mean ...?`, or nothing."""
        if self._hints >= MAX_HINTS or len(word.text) > LONGEST_HINTED:
            return ""
        self._hints += 1
        near = difflib.get_close_matches(word.text.upper(), BY_KEYWORD, n=1)
        return f"; did you mean {near[0]}?" if near else ""

    def _skip(self, line: int) -> None:
        """Pass over what is left of a line."""
        while self._at < len(self.words) and self.words[self._at].line == line:
            self._at += 1

    def _statement(self, statement: Statement, keyword: _Word) -> None:
        form, name = statement.form, statement.keyword
        words, closed = self._value(statement)
        if len(words) < form.least:
            self._say(f.NO_VALUE, keyword.line, name, rule=form.rule)
            return
        if form.must_end and not closed:
            self._say(f.NO_END, keyword.line, name, end=form.end)
            return
        following = self.words[self._at] if self._at < len(self.words) else None
        last_line = self.words[self._at - 1].line
        if self._extra(following, last_line):
            assert following is not None
            word = shown(following.text)
            self._say(f.EXTRA_WORDS, following.line, name, word=word, rule=form.rule)
            self._skip(following.line)
            return
        try:
            value = form.read(words)
        except Refused:
            word = shown(" ".join(words))
            self._say(f.BAD_VALUE, keyword.line, name, word=word, rule=form.rule)
            return
        self._keep(statement, keyword.line, value)

    def _extra(self, following: _Word | None, line: int) -> bool:
        """Whether the next word stands on the same line and begins no statement."""
        if following is None or following.line != line:
            return False
        return following.text.upper() not in BY_KEYWORD

    def _value(self, statement: Statement) -> tuple[tuple[str, ...], bool]:
        """The words of a value, and whether its list was closed."""
        form = statement.form
        words: tuple[str, ...] = ()
        while self._at < len(self.words):
            word = self.words[self._at]
            if form.end and word.text.upper() == form.end:
                self._at += 1
                return words, True
            if word.starts or not (len(words) < form.least or form.takes(words, word.text)):
                break
            words += (word.text,)
            self._at += 1
        return words, False

    def _keep(self, statement: Statement, line: int, value: Any) -> None:
        name = statement.keyword
        other = _OTHER.get(name, name)
        before = self.lines.get(name) or self.lines.get(other)
        if before is not None:
            self._say(f.REPEATED, line, name, line=before)
        self.lines.pop(other, None)
        self.lines[name] = line
        self.values[statement.field] = value


def between(config: SmtpdConfig, lines: Mapping[str, int]) -> list[Finding]:
    """What one statement says about another."""
    findings = []
    if config.ip_mailer_address and config.ip_mailer_name:
        line = lines["IPMAILERNAME"]
        findings.append(
            found(f.TWO_IPMAILERS, lines["IPMAILERADDRESS"], "IPMAILERADDRESS", line=line)
        )
    if config.mailer and config.mailer.unknown and config.ip_mailer_address:
        findings.append(found(f.MAILER_AND_IPMAILER, lines["MAILER"], "MAILER"))
    if not (config.resolver_usage or config.ip_mailer_address or config.ip_mailer_name):
        findings.append(found(f.NO_ROUTE, lines["RESOLVERUSAGE"], "RESOLVERUSAGE"))
    if "WARNINGAGE" in lines and config.warning_age >= config.retry_age > 0:
        line, age = lines["WARNINGAGE"], config.retry_age
        findings.append(found(f.NO_WARNING, line, "WARNINGAGE", age=age))
    if config.secure and not config.gateway:
        findings.append(found(f.SECURE_ALONE, lines["SECURE"], "SECURE"))
    return findings
