"""The reference page of the configuration file, made from the tables.

The page `docs/reference/configuration.md` is the output of `markdown`; a test compares the two.
"""

from cssmtp.config.effects import EFFECT, LATER, MEANWHILE, Effect
from cssmtp.config.schema import MEANING, STATEMENTS, Parameter, Statement, default_text

_INTRODUCTION = """\
# CSSMTP configuration file

<!-- Made by `cssmtp.config.reference`; change the tables there, not this page. -->

One statement a line: a keyword, blanks, a value. A statement with parameters has them between
braces, each brace and each parameter on a line of its own. `#` begins a comment at the start of a
line or after a blank. Keywords are not case sensitive and have no abbreviations. There are no
quotes and no continuation lines. A statement that is coded twice replaces the earlier one, with a
warning; only TargetServer and MailAdministrator may be repeated.

`jesmail check FILE` lists every error with its line, and every effective value with its origin.

Letters in brackets say how sure a default, a rule for values or a refresh is:

{grades}

**Refresh** says whether `MODIFY REFRESH` is to apply a change on z/OS. **Effect** is *now* when the
statement does something in this version; *later* when it is parsed and checked but not built yet,
with the value that the system acts as if it had.
"""


def markdown() -> str:
    """The whole page."""
    grades = "\n".join(f"* [{grade}] {meaning}" for grade, meaning in MEANING.items())
    parts = [_INTRODUCTION.format(grades=grades), "## Simple statements\n", _simple_table()]
    for statement in STATEMENTS:
        if statement.block is not None:
            parts += [f"## {statement.keyword}\n", _block_table(statement)]
    return "\n".join(parts)


def _simple_table() -> str:
    rows = [_row(st, st.keyword) for st in STATEMENTS if st.block is None]
    return _table("Statement", rows)


def _block_table(statement: Statement) -> str:
    rows = [
        _row(parameter, f"{statement.keyword} {parameter.keyword}", statement)
        for parameter in statement.parameters
    ]
    return _table("Parameter", rows)


def _row(entry: Statement | Parameter, key: str, owner: Statement | None = None) -> str:
    if isinstance(entry, Parameter) and owner is not None:
        default = default_text(owner, entry)
    else:
        default = default_text(entry) if isinstance(entry, Statement) else ""
    rule = entry.kind.rule if entry.kind else ""
    shown = default if entry.derived else f"`{default}`"
    values, sure = f"{rule} [{entry.values}]", f"{shown} [{entry.grade}]"
    cells = (entry.keyword, values, sure, entry.refresh, _effect(key))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _effect(key: str) -> str:
    if EFFECT[key] is Effect.BUILT:
        return "now"
    if key in MEANWHILE:
        return f"later: {MEANWHILE[key]}"
    return f"later: as with `{LATER[key]}`" if LATER[key] else "later"


def _table(first: str, rows: list[str]) -> str:
    head = f"| {first} | Value | Default | Refresh | Effect |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *rows, ""])
