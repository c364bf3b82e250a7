"""The keys of a rule of faults: how each is read, and what it means. One table for the parser and
for the reference page. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from emulator.sandbox import faults as f
from emulator.settings_values import Wrong, shown
from emulator.yaml_lines import Node

_NUMBER = re.compile(r"[0-9]{1,10}")
_SIZE = re.compile(r"([0-9]{1,10})([KMG]?)B?", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,6})?")
_COUNT = re.compile(r"(?:(every|after) +)?([0-9]{1,10})")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_PORT_MAX = 65_535
_MASK_MAX = 320
_YES = frozenset({"true", "yes", "on"})
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of `when` or `do`. `read` raises `Wrong` or `ValueError`."""

    read: Callable[[Node], Any]
    values: str
    meaning: str


def word(node: Node, what: str) -> str:
    """The text of a scalar. Raises `Wrong`."""
    if not isinstance(node.value, str):
        raise Wrong(f"expected {what}, found {shown(node)}")
    return node.value


def number(low: int, high: int) -> Callable[[Node], int]:
    """A reader of whole numbers."""

    def read(node: Node) -> int:
        text = word(node, "a number")
        if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
            raise Wrong(f"expected a whole number {low}-{high}, found {shown(node)}")
        return int(text)

    return read


def size(node: Node) -> int:
    """Bytes, or a number with K, M or G behind it, at least 1."""
    match = _SIZE.fullmatch(word(node, "a size"))
    found = int(match[1]) * _UNITS[match[2].upper()] if match else 0
    if not 1 <= found <= f.SIZE_MAX:
        raise Wrong(f"expected a size such as 1000 or 64K, at most 2G, found {shown(node)}")
    return found


def seconds(node: Node) -> float:
    """Seconds, with a fraction if need be."""
    text = word(node, "a number of seconds")
    if not _SECONDS.fullmatch(text) or float(text) > f.SECONDS_MAX:
        most = f"{f.SECONDS_MAX:.0f}"
        raise Wrong(f"expected seconds, such as 0.5 or 300, at most {most}, found {shown(node)}")
    return float(text)


def count(node: Node) -> f.Count:
    """`3`, `every 3`, `after 3`."""
    match = _COUNT.fullmatch(word(node, "a number").lower().strip())
    lowest = 0 if match and match[1] == f.Which.AFTER else 1
    if match is None or not lowest <= int(match[2]) <= f.SIZE_MAX:
        raise Wrong(f"expected a number, `every` or `after` a number, found {shown(node)}")
    return f.Count(int(match[2]), f.Which(match[1] or ""))


def mask(node: Node) -> f.Mask:
    """An address with `*` and `?`."""
    text = word(node, "an address, with * and ? for any characters,")
    if len(text) > _MASK_MAX or not text.isprintable():
        raise Wrong(f"expected at most {_MASK_MAX} printable characters")
    return f.Mask(text)


def one_of(kind: type[_E]) -> Callable[[Node], _E]:
    """A reader of the words of an enum."""

    def read(node: Node) -> _E:
        text = word(node, f"one of {', '.join(kind)}").lower()
        if text not in list(kind):
            raise Wrong(f"expected one of {', '.join(kind)}, found {shown(node)}")
        return kind(text)

    return read


def _nothing(action: f.Action) -> Callable[[Node], f.Action]:
    """A reader of an action that has no value."""

    def read(node: Node) -> f.Action:
        if word(node, "true").lower() not in _YES:
            raise Wrong(f"expected true, found {shown(node)}")
        return action

    return read


def _of(cls: Callable[[Any], f.Action], read: Callable[[Node], Any]) -> Callable[[Node], f.Action]:
    return lambda node: cls(read(node))


def _reply(node: Node) -> f.Reply:
    return f.Reply(word(node, "a reply such as 550 5.1.1 No such user"))


def _send(node: Node) -> f.Send:
    try:
        return f.Send(word(node, "text in double quotes").encode("latin-1"))
    except UnicodeEncodeError:
        raise Wrong("expected characters up to U+00FF, each one a byte") from None


def _defer(node: Node) -> f.Defer:
    if not isinstance(node.value, dict) or node.keys is None:
        return f.Defer(seconds(node))
    values: dict[str, Any] = {}
    for name, value in node.value.items():
        if name not in DEFER_KEYS:
            raise Wrong(f"{name!r} is no key of defer; known are {', '.join(DEFER_KEYS)}")
        values[name] = DEFER_KEYS[name](value)
    return f.Defer(**values)


DEFER_KEYS: Mapping[str, Callable[[Node], Any]] = {
    "seconds": seconds,
    "tries": number(0, f.SIZE_MAX),
}

_COUNTED = "`3`, `every 3`, `after 3`"
WHEN: Mapping[str, Key] = {
    "point": Key(one_of(f.Point), "a point", "Where in the dialogue; see below."),
    "connection": Key(count, _COUNTED, "Which connection, of those to the rule's listener."),
    "mail": Key(
        count,
        _COUNTED,
        "Which mail, of those to the rule's listener and from its sender; each MAIL counts.",
    ),
    "sender": Key(mask, "`*@acme.example`, `<>`", "Whom the mail is from; `<>` is nobody."),
    "recipient": Key(
        mask,
        "`bo@*`",
        "Whom the mail is for; at `data` and later one of the accepted recipients is enough.",
    ),
    "listener": Key(number(1, 64), "1-64", "Which listener; each target server has its own."),
    "port": Key(number(1, _PORT_MAX), "1-65535", "The port of the listener."),
    "bytes": Key(size, "`1000`, `64K`", "At `text`: when so many bytes of it have arrived."),
    "to": Key(one_of(f.Point), "a point", "At `reply`: the command that is answered."),
}
DO: Mapping[str, Key] = {
    "reply": Key(
        _reply,
        "`550 5.1.1 No such user`",
        "Answer this. 4xx and 5xx: the command is not carried out; 421, and a refusal at `connect`,"
        " `greeting` or `text`, close the connection. 2xx and 354 are only other words.",
    ),
    "refuse": Key(_nothing(f.Refuse()), "`true`", "Refuse for good, in words that fit the point."),
    "defer": Key(
        _defer,
        "seconds, or `{seconds: 300, tries: 2}`",
        "Greylisting: refuse a sender and recipient with 4xx until the seconds have passed since"
        " the first time, and so many tries were refused. The word alone: for ever.",
    ),
    "delay": Key(_of(f.Delay, seconds), "seconds", "Wait; then what else the rule says, or on."),
    "drop": Key(
        _of(f.Drop, one_of(f.How)),
        "`close`, `reset`",
        "End the connection without a word, in an orderly way or with a TCP reset.",
    ),
    "send": Key(
        _send,
        '`"250-a\\r\\n550 b\\r\\n"`',
        "Send these bytes as they are, and do not carry out the command. At `text`: in between.",
    ),
    "garbage": Key(
        _of(f.Garbage, number(1, f.GARBAGE_MAX)),
        f"1-{f.GARBAGE_MAX}",
        "So many bytes that are no reply and a line end, in place of the reply.",
    ),
    "endless": Key(_nothing(f.Endless()), "`true`", "Begin a reply whose line never ends."),
    "slow": Key(
        _of(f.Slow, size),
        "bytes a second",
        "At `text`: read the text no faster. Elsewhere: send the reply no faster.",
    ),
    "size_limit": Key(
        _of(f.SizeLimit, size),
        "`1000`, `64K`",
        "The largest mail. At `ehlo` it is announced as SIZE; at `mail` it comes as a surprise.",
    ),
    "close_after": Key(
        _of(f.CloseAfter, number(0, f.SIZE_MAX)),
        "a number of mails",
        "421 to every MAIL of a connection after so many.",
    ),
    "tls": Key(
        _of(f.Tls, one_of(f.TlsFault)),
        ", ".join(f"`{how}`" for how in f.TlsFault),
        "What is wrong with STARTTLS: not offered; 220 and then a TLS alert; 220 and then on in"
        " clear; a certificate that has expired; one of another server.",
    ),
}
RULE: Mapping[str, str] = {
    "when": "When the rule acts: a mapping, all of which has to hold. Without it: always.",
    "do": "What is done: a mapping, or the word alone for an action that needs no value.",
    "times": "How often the rule acts at most.",
}
_BARE: Mapping[str, f.Action] = {
    "refuse": f.Refuse(),
    "defer": f.Defer(),
    "drop": f.Drop(),
    "endless": f.Endless(),
}


def bare(name: str) -> f.Action | None:
    """The action of a word that stands alone."""
    return _BARE.get(name)
