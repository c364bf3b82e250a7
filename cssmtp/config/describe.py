"""What `jesmail check` says about a configuration file, as lines and as a JSON document.

Pure: a `Parsed` in, text out. Every value is shown with where it comes from: the line it was coded
on, or a default with its grade (cssmtp-config.md 0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cssmtp.config import statements as s
from cssmtp.config.effects import MEANWHILE, pending
from cssmtp.config.findings import Severity
from cssmtp.config.parser import Parsed
from cssmtp.config.schema import (
    MEANING,
    STATEMENTS,
    Grade,
    Parameter,
    Statement,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value. `line` None is a default, whose grade is `grade`.

    `block` tells repeated TargetServer and MailAdministrator statements apart, counting from 1.
    """

    statement: str
    parameter: str | None
    block: int | None
    value: str
    line: int | None
    grade: Grade
    key: str

    @property
    def label(self) -> str:
        """As a person would name it: `Timeout AnyCmd`, `TargetServer 2 Secure`."""
        parts = (self.statement, self.block and str(self.block), self.parameter)
        return " ".join(part for part in parts if part)

    @property
    def origin(self) -> str:
        """Where the value comes from, in words."""
        return f"line {self.line}" if self.line is not None else f"default [{self.grade}]"


def settings(parsed: Parsed) -> tuple[Setting, ...]:
    """Every effective value in the order of the reference; nothing when the file is refused."""
    config = parsed.config
    if config is None:
        return ()
    found: list[Setting] = []
    for statement in STATEMENTS:
        if statement.keyword == "TargetServer":
            for number, server in enumerate(config.target_servers, start=1):
                found += _target_server(statement, server, number, parsed)
        elif statement.keyword == "MailAdministrator":
            found += _administrators(statement, parsed)
        elif statement.block is None:
            found.append(_simple(statement, config, parsed))
        else:
            found += _block(statement, config, parsed)
    return tuple(found)


def _simple(statement: Statement, config: s.Config, parsed: Parsed) -> Setting:
    value = getattr(config, statement.field)
    kind = statement.kind
    text = statement.derived if value is None or kind is None else kind.show(value)
    line = parsed.lines.get(statement.keyword)
    return Setting(
        statement.keyword, None, None, text, line, statement.grade, key=statement.keyword
    )


def _administrators(statement: Statement, parsed: Parsed) -> Iterator[Setting]:
    name = statement.keyword
    people = parsed.config.mail_administrators if parsed.config else ()
    for number, person in enumerate(people, start=1):
        line = parsed.lines.get(f"{name} {number}")
        yield Setting(name, None, number, person, line, statement.grade, key=name)
    if not people:
        yield Setting(name, None, None, statement.derived, None, statement.grade, key=name)


def _block(statement: Statement, config: s.Config, parsed: Parsed) -> Iterator[Setting]:
    block = getattr(config, statement.field)
    name = statement.keyword
    if block is None:
        yield Setting(name, None, None, "inactive", None, Grade.V, key=f"{name} Interval")
        return
    for parameter in statement.parameters:
        key = f"{name} {parameter.keyword}"
        text = _shown(parameter, block, config)
        line = parsed.lines.get(key)
        yield Setting(name, parameter.keyword, None, text, line, parameter.grade, key=key)


def _shown(parameter: Parameter, block: Any, config: s.Config) -> str:
    """The value as it would be coded, with defaults that contain the writer name filled in."""
    value = getattr(block, parameter.field)
    if value is None and isinstance(block, s.ExtendedRetry | s.Undeliverable):
        return block.directory(config.ext_wrt_name)
    return parameter.derived if value is None else parameter.kind.show(value)


def _target_server(
    statement: Statement, server: s.TargetServer, number: int, parsed: Parsed
) -> Iterator[Setting]:
    name, label = statement.keyword, f"{statement.keyword} {number}"
    for at, target in enumerate(server.targets, start=1):
        line = parsed.lines.get(f"{label} target {at}")
        key = f"{name} {target.kind}"
        yield Setting(name, target.kind, number, target.value, line, Grade.V, key=key)
    for parameter in statement.parameters:
        if parameter.field == "targets":
            continue
        value = getattr(server, parameter.field)
        text = parameter.derived if value is None else parameter.kind.show(value)
        line = parsed.lines.get(f"{label} {parameter.keyword}")
        key = f"{name} {parameter.keyword}"
        yield Setting(name, parameter.keyword, number, text, line, parameter.grade, key=key)


def not_built(parsed: Parsed) -> tuple[str, ...]:
    """A sentence for each coded statement that asks for something which is not built yet."""
    asked: dict[str, list[str]] = {}
    lines: dict[str, list[int]] = {}
    for setting in settings(parsed):
        if setting.line is not None and pending(setting.key, setting.value):
            words = asked.setdefault(setting.statement, [])
            if setting.parameter and setting.parameter not in words:
                words.append(setting.parameter)
            lines.setdefault(setting.statement, []).append(setting.line)
    return tuple(_sentence(name, words, lines[name]) for name, words in asked.items())


def _sentence(statement: str, parameters: list[str], lines: list[int]) -> str:
    where = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
    what = f"{statement} {', '.join(parameters)}".rstrip()
    verb = "are" if len(parameters) > 1 else "is"
    notes = [MEANWHILE[key] for p in parameters if (key := f"{statement} {p}") in MEANWHILE]
    effect = "; ".join(notes) if notes else "without effect in this version"
    return f"{what} ({where}) {verb} checked but not built yet: {effect}."


def report(parsed: Parsed, *, explain: bool = False, source: str = "") -> list[str]:
    """The lines that a person reads. `explain` adds what the grades mean and what IBM's pages
    could not confirm; `source` says which file in which code page this is."""
    lines = [source] if source else []
    lines += [str(finding) for finding in parsed.findings]
    values = settings(parsed)
    if not values:
        errors = sum(finding.severity is Severity.ERROR for finding in parsed.findings)
        return [*lines, f"The configuration is refused: {errors} error{'s' * (errors != 1)}."]
    width = max(len(setting.label) for setting in values)
    wide = max(len(setting.value) for setting in values)
    lines += ["", "Effective configuration:"]
    lines += [f"  {v.label:<{width}}  {v.value:<{wide}}  {v.origin}" for v in values]
    sentences = not_built(parsed)
    if sentences:
        lines += ["", "Not built yet:", *(f"  {sentence}" for sentence in sentences)]
    return [*lines, *(_explanation(values) if explain else [])]


def _explanation(values: tuple[Setting, ...]) -> list[str]:
    unsure = [v for v in values if v.line is None and v.grade is Grade.U]
    lines = ["", "How sure the defaults are:"]
    lines += [f"  [{grade}] {meaning}" for grade, meaning in MEANING.items()]
    if unsure:
        lines += ["", "Defaults in use that IBM's pages could not confirm; code them to be sure:"]
        lines += [f"  {v.label} {v.value}" for v in unsure]
    return lines


def document(parsed: Parsed) -> dict[str, Any]:
    """The same as a document of plain JSON types."""
    return {
        "valid": parsed.config is not None,
        "findings": [
            {
                "severity": finding.severity.value,
                "line": finding.line,
                "statement": finding.statement,
                "id": finding.id,
                "text": finding.text,
            }
            for finding in parsed.findings
        ],
        "settings": [
            {
                "statement": v.statement,
                "block": v.block,
                "parameter": v.parameter,
                "value": v.value,
                "line": v.line,
                "default_grade": v.grade.value if v.line is None else None,
            }
            for v in settings(parsed)
        ],
        "not_built": list(not_built(parsed)),
    }


def render(config: s.Config) -> str:
    """A configuration as a file that parses to the same `Config`.

    A writer name that begins with `#` cannot be coded (2): there the job name has to be it.
    """
    lines: list[str] = []
    for statement in STATEMENTS:
        value = getattr(config, statement.field)
        if statement.keyword == "TargetServer":
            for server in value:
                lines += _rendered_block(statement, server)
        elif statement.keyword == "MailAdministrator":
            lines += [f"{statement.keyword} {person}" for person in value]
        elif value is not None and statement.kind is not None:
            lines.append(f"{statement.keyword} {statement.kind.show(value)}")
        elif value is not None:
            lines += _rendered_block(statement, value)
    return "\n".join([*lines, ""])


def _rendered_block(statement: Statement, block: Any) -> list[str]:
    lines = [statement.keyword, "{"]
    if isinstance(block, s.TargetServer):
        lines += [f"  {target.kind} {target.value}" for target in block.targets]
    for parameter in statement.parameters:
        value = getattr(block, parameter.field)
        if value is not None and parameter.field != "targets":
            lines.append(f"  {parameter.keyword} {parameter.kind.show(value)}")
    return [*lines, "}"]
