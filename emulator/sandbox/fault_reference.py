"""The reference page of the language of faults, made from its tables.

The page `docs/reference/faults.md` is the output of `markdown`; a test compares the two.
"""

from collections.abc import Iterable
from dataclasses import fields

from emulator.sandbox import faults as f
from emulator.sandbox.fault_keys import DO, RULE, WHEN

_INTRODUCTION = """\
# Faults of the sandbox

<!-- Made by `emulator.sandbox.fault_reference`; `make pages` renews it. -->

A file of faults is a YAML list of rules, or, when its name ends with `.py`, Python functions. See
[make the sandbox misbehave](../howto/make-the-sandbox-misbehave.md) for what one does with it.
Every key or value that cannot be used is an error that names its line, all of them at once.

At each point of a dialogue the rules are asked in their order. The first one that fits and answers
counts; a `delay`, `slow`, `size_limit` or `tls: not_offered` of a rule before it is done as well. A
rule whose greylisting, or `close_after`, lets a mail pass does nothing, and the next one is asked.
"""

_POINTS: dict[f.Point, str] = {
    f.Point.CONNECT: "A client has connected; nothing was said yet.",
    f.Point.GREETING: "In place of the greeting.",
    f.Point.EHLO: "EHLO.",
    f.Point.HELO: "HELO.",
    f.Point.STARTTLS: "STARTTLS; a rule here makes the sandbox offer it.",
    f.Point.MAIL: "MAIL, when its form is right.",
    f.Point.RCPT: "RCPT, when its form is right; once for each recipient.",
    f.Point.DATA: "DATA, when there are recipients.",
    f.Point.TEXT: "After 354, when `bytes` of the text have arrived; once for each text.",
    f.Point.PERIOD: "The text has arrived; the mail is not accepted yet.",
    f.Point.RSET: "RSET.",
    f.Point.QUIT: "QUIT.",
    f.Point.REPLY: "A command was carried out, and its reply is about to be sent: so the mail of a"
    " final period is accepted. `to` says which command.",
}
_DEFAULTS = (
    ("`to`", f.Point.REPLY),
    ("`bytes`", f.Point.TEXT),
    ("`tls: not_offered`", f.Point.EHLO),
    ("other `tls`", f.Point.STARTTLS),
    ("`close_after`", f.Point.MAIL),
    ("`slow`", f.Point.TEXT),
    ("`recipient`", f.Point.RCPT),
    ("`sender`, `mail`", f.Point.MAIL),
    ("`size_limit`", f.Point.EHLO),
    ("nothing of these", f.Point.CONNECT),
)
_FACTS = {
    "point": "The point.",
    "now": "Seconds of a clock that only goes forward.",
    "listener": "The listener, from 1.",
    "port": "Its port.",
    "client": "The client's address.",
    "connection": "Which connection of the sandbox it is, from 1.",
    "mail": "Which mail of the sandbox, from 1; 0 is none yet.",
    "mail_of_connection": "Which mail of this connection.",
    "helo": "The client's name for itself.",
    "encrypted": "Whether TLS is in use.",
    "sender": "The sender of the mail; None is none yet.",
    "recipient": "The recipient of RCPT; else None.",
    "recipients": "The recipients that were accepted so far.",
    "size": "How many bytes of the text have arrived.",
    "to": "At `reply`: the command that is answered.",
}


def markdown() -> str:
    """The whole page."""
    known = f"`sender`, `mail` are known from `{f.Point.MAIL}` to `{f.Point.PERIOD}` and at"
    return "\n".join(
        (
            _INTRODUCTION,
            "## A rule\n",
            *_table(("Key", "Meaning"), RULE.items()),
            "## when\n",
            *_table(
                ("Key", "Value", "Meaning"),
                ((name, key.values, key.meaning) for name, key in WHEN.items()),
            ),
            "Connections and mails are counted from 1 for each rule. `every 3` is the third, the",
            "sixth and so on; `after 3` all from the fourth on. In addresses `*` is any",
            "characters, `?` any one, and case does not count.\n",
            "## do\n",
            *_table(
                ("Key", "Value", "Meaning"),
                ((name, key.values, key.meaning) for name, key in DO.items()),
            ),
            "A rule has one answer, and `delay`, `slow` and `size_limit` with it if need be. Sizes",
            "may have K, M or G behind them.\n",
            "## Points\n",
            *_table(("Point", "When"), _POINTS.items()),
            f"{known} `{f.Point.REPLY}`, `recipient` from `{f.Point.RCPT}` on. A rule that names",
            "no point acts at the first of this table that it has:\n",
            *_table(("With", "Point"), _DEFAULTS),
            "## Python\n",
            "A function named like a point is asked there, with these facts; `text` at the",
            "beginning and as the text arrives. It returns an action, a list of actions, or None.",
            "Functions with other names begin with `_`. One that raises, or returns something",
            "else, is reported once for each reason and does nothing; the sandbox goes on.\n",
            *_table(("Fact", "Meaning"), ((x.name, _FACTS[x.name]) for x in fields(f.Facts))),
            "Actions are classes of `emulator.sandbox.faults`:\n",
            *_table(("Action", "Key of `do`"), ((_made(kind), name) for name, kind in _KINDS)),
        )
    )


_KINDS: tuple[tuple[str, type[f.Action]], ...] = (
    ("reply", f.Reply),
    ("refuse", f.Refuse),
    ("defer", f.Defer),
    ("delay", f.Delay),
    ("drop", f.Drop),
    ("send", f.Send),
    ("garbage", f.Garbage),
    ("endless", f.Endless),
    ("slow", f.Slow),
    ("size_limit", f.SizeLimit),
    ("close_after", f.CloseAfter),
    ("tls", f.Tls),
)


def _made(kind: type[f.Action]) -> str:
    names = ", ".join(field.name for field in fields(kind))
    return f"`{kind.__name__}({names})`"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    table = [heads, tuple("---" for _ in heads), *((_code(row[0]), *row[1:]) for row in rows)]
    return [*(f"| {' | '.join(row)} |" for row in table), ""]


def _code(text: str) -> str:
    """A single word is one to be typed."""
    return text if "`" in text or " " in text else f"`{text}`"
