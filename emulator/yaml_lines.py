"""YAML with line numbers, for files that people write: plain scalars, lists and mappings.

No anchors, aliases, tags or second documents, and bounds on size and depth, so that no file can
blow up. A scalar stays the text it is written as (`NO` is a class or a name, not a truth value),
except that nothing, `~` and `null` are None. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

MAX_CHARACTERS = 250_000  # a system file is a page or two
MAX_DEPTH = 12  # ours have four levels
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


class YamlFault(Exception):
    """The text is no YAML of the kind read here; `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.column = column
        self.text = text


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it begins: text, None, a list of nodes, or a mapping of key to node.

    `keys` of a mapping has a node for each key, for faults about the key itself.
    """

    line: int
    column: int
    value: "str | list[Node] | dict[str, Node] | None"
    keys: "dict[str, Node] | None" = None

    def plain(self) -> object:
        """The value without places."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value


def read(text: str) -> Node:
    """The one document of `text`; an empty text is an empty mapping. Raises `YamlFault`."""
    if len(text) > MAX_CHARACTERS:
        raise YamlFault(1, 1, f"the file has more than {MAX_CHARACTERS} characters")
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise YamlFault(line, column, f"this is no YAML: {problem}") from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        what = f"character U+{ord(text[error.position]):04X} is not allowed"
        raise YamlFault(line, column, what) from error
    except (ValueError, OverflowError, yaml.YAMLError) as error:  # an escape beyond Unicode
        raise YamlFault(1, 1, f"this is no YAML: {error}") from error


def _document(events: Iterator[yaml.Event]) -> Node:
    """The events of one document as a node. Iterative up to `MAX_DEPTH`."""
    node: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent | yaml.StreamStartEvent | yaml.StreamEndEvent):
            continue
        if isinstance(event, yaml.DocumentEndEvent):
            continue
        if node is not None:
            raise _fault(event, "a second document is not allowed")
        node = _node(event, events, 1)
    return node or Node(1, 1, {}, {})


def _fault(event: yaml.Event, text: str) -> YamlFault:
    line, column = _place(event)
    return YamlFault(line, column, text)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _node(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
    """The node that begins with `event`."""
    line, column = _place(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _fault(event, "anchors and aliases are not allowed")
    if getattr(event, "tag", None):
        raise _fault(event, "tags are not allowed")
    if depth > MAX_DEPTH:
        raise _fault(event, f"more than {MAX_DEPTH} levels")
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, column, _scalar(event))
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_node(item, events, depth + 1))
        return Node(line, column, items)
    return _mapping(Node(line, column, {}, {}), events, depth)


def _mapping(node: Node, events: Iterator[yaml.Event], depth: int) -> Node:
    values: dict[str, Node] = {}
    keys: dict[str, Node] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, depth + 1)
        if not isinstance(event, yaml.ScalarEvent):
            raise _fault(event, "a key must be a word")
        if event.value in keys:
            line = keys[event.value].line
            raise _fault(event, f"{event.value!r} stands twice, first on line {line}")
        keys[event.value] = key
        values[event.value] = _node(next(events), events, depth + 1)
    return Node(node.line, node.column, values, keys)


def _scalar(event: yaml.ScalarEvent) -> str | None:
    value: str = event.value
    if event.style is None and value in _NULL:
        return None
    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in value):
        raise _fault(event, "half a surrogate pair or a NUL is not allowed")
    return value
