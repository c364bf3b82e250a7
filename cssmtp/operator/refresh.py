"""REFRESH: which statements of a new configuration count, and which keep their value. Pure.

What IBM's pages say cannot change keeps its value (`schema`, refresh "no"), and so does AtSign: a
mail that was read with one must not be written with another.
"""

from dataclasses import dataclass, replace
from typing import Any

from cssmtp.config.schema import STATEMENTS, Statement
from cssmtp.config.statements import Config

KEPT_BY_US = {"Options AtSign"}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The configuration that is to be in force, the statements that differ from the running one,
    and those that keep their value though the file has another."""

    config: Config
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def refreshed(running: Config, read: Config) -> Refreshed:
    """What comes of reading a configuration while another one is in force. A changed order of
    TargetServer or MailAdministrator statements is a change."""
    new, kept = read, []
    for statement in STATEMENTS:
        before, after = getattr(running, statement.field), getattr(read, statement.field)
        if before == after:
            continue
        if statement.refresh.startswith("no"):
            kept.append(statement.keyword)
            after = before
        elif statement.parameters and not isinstance(after, tuple):
            after = _parameters(statement, before, after, kept)
        new = replace(new, **{statement.field: after})
    changed = [s.keyword for s in STATEMENTS if getattr(running, s.field) != getattr(new, s.field)]
    return Refreshed(new, tuple(changed), tuple(kept))


def _parameters(statement: Statement, before: Any, after: Any, kept: list[str]) -> Any:
    """A block, with the old value of each parameter that cannot change. A block that comes, or
    goes, does so whole."""
    if before is None or after is None:
        return after
    for parameter in statement.parameters:
        key = f"{statement.keyword} {parameter.keyword}"
        old = getattr(before, parameter.field)
        if old == getattr(after, parameter.field):
            continue
        if parameter.refresh.startswith("no") or key in KEPT_BY_US:
            kept.append(key)
            after = replace(after, **{parameter.field: old})
    return after
