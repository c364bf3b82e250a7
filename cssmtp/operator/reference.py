"""The part of the page about operator commands that is about CSSMTP, made from its table."""

from cssmtp.operator.table import syntaxes

_HEAD = """\
## CSSMTP

`F name,…` (or `MODIFY`) passes a command on to a CSSMTP that is started. Capitals are the shortest
abbreviation of a word; REFRESH has none. Case does not count; blanks around commas are an error. A
command that is wrong is answered by EZD1806I, which names the operand, and changes nothing.

| Command | What it does |
| --- | --- |"""
_TAIL = """
`S name,OPT='options'` starts a CSSMTP with options: `-f` is a cold start, which throws its
checkpoint away; `-p name` is the TCP/IP stack, which is shown and has no other effect. One CSSMTP
serves a writer name; a second one is refused by JML364E, which says who has it.
"""


def markdown() -> str:
    """The part."""
    rows = [f"| `{_cell(syntax)}` | {_cell(text)} |" for syntax, text in syntaxes()]
    return "\n".join((_HEAD, *rows, _TAIL))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
