"""From the text of a file of faults to rules: every fault of the file with its line. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator import yaml_lines
from emulator.sandbox import faults as f
from emulator.sandbox.errors import BAD_RULE
from emulator.sandbox.fault_keys import DO, RULE, WHEN, bare, number
from emulator.settings_values import nearest, printable, shown
from emulator.yaml_lines import Node

_MAX_FINDINGS = 100  # enough to read
_TIMES = number(1, f.SIZE_MAX)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file of faults; `key` is the way to it, such as `[2].do.reply`."""

    line: int
    column: int
    key: str
    text: str

    def __str__(self) -> str:
        """Place, id, key and text on one line."""
        text = BAD_RULE.text(key=self.key or "file", text=self.text)
        return f"line {self.line}, column {self.column}: {BAD_RULE.id} {text}"


def parse(text: str) -> tuple[tuple[f.Rule, ...], list[Finding]]:
    """The rules of a file, or, when there is a finding, none."""
    try:
        root = yaml_lines.read(text)
    except yaml_lines.YamlFault as fault:
        return (), [Finding(fault.line, fault.column, "", fault.text)]
    reader = _Reader()
    rules = reader.rules(root)
    reader.findings.sort(key=lambda finding: (finding.line, finding.column))
    return ((), reader.findings) if reader.findings else (tuple(rules), [])


class _Reader:
    """Holds the findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def find(self, node: Node, key: str, text: str) -> None:
        if len(self.findings) < _MAX_FINDINGS:
            self.findings.append(Finding(node.line, node.column, printable(key), text))

    def rules(self, root: Node) -> list[f.Rule]:
        """Every rule of the list that can be used."""
        if not isinstance(root.value, list):
            self.find(root, "", f"expected a list of rules, found {shown(root)}")
            return []
        found = []
        for ordinal, node in enumerate(root.value, start=1):
            if len(self.findings) >= _MAX_FINDINGS:
                break
            rule = self.rule(node, ordinal)
            if rule is not None:
                found.append(rule)
        return found

    def rule(self, node: Node, ordinal: int) -> f.Rule | None:
        """One rule, or None and a finding."""
        before, way = len(self.findings), f"[{ordinal}]"
        parts = self.known(node, way, RULE)
        if parts is None:
            return None
        when = self.values(parts["when"], f"{way}.when", WHEN) if "when" in parts else {}
        if "do" not in parts:
            self.find(node, way, "do is missing")
            return None
        actions = self.actions(parts["do"], f"{way}.do")
        times = self.value(parts["times"], f"{way}.times", _TIMES) if "times" in parts else None
        if len(self.findings) > before:
            return None
        point = when.pop("point", None) or _default_point(when, tuple(actions.values()))
        made = f.When(point=point, **when)
        self.sense(node, way, made, actions)
        name = f"rule {ordinal} (line {node.line})"
        done = tuple(sorted(actions.values(), key=lambda action: not f.goes_on(action)))
        return f.Rule(when=made, do=done, times=times, name=name)

    def known(self, node: Node, way: str, keys: Mapping[str, Any]) -> dict[str, Node] | None:
        """The values of a mapping whose keys are known; None and a finding when it is none."""
        if not isinstance(node.value, dict) or node.keys is None:
            self.find(node, way, f"expected a mapping, found {shown(node)}")
            return None
        for word in node.value.keys() - keys.keys():
            text = f"not a known key{nearest(word, keys)}"
            self.find(node.keys[word], f"{way}.{word}", text)
        return {word: value for word, value in node.value.items() if word in keys}

    def values(self, node: Node, way: str, keys: Mapping[str, Any]) -> dict[str, Any]:
        """What a mapping says, by its table of keys; a key with nothing behind it says nothing."""
        if node.value is None:
            return {}
        found = {}
        for word, value in (self.known(node, way, keys) or {}).items():
            if value.value is not None:
                read = self.value(value, f"{way}.{word}", keys[word].read)
                if read is not None:
                    found[word] = read
        return found

    def value(self, node: Node, way: str, read: Any) -> Any:
        """What `read` makes of a value, or None and a finding."""
        try:
            return read(node)
        except ValueError as wrong:  # `Wrong` is one
            self.find(node, way, str(wrong))
            return None

    def actions(self, node: Node, way: str) -> dict[str, f.Action]:
        """The actions by their keys: a word alone, or a mapping."""
        if isinstance(node.value, str):
            action = bare(node.value)
            if action is not None:
                return {node.value: action}
            if node.value in DO:
                self.find(node, way, f"{node.value} needs a value: {{{node.value}: …}}")
            else:
                self.find(node, way, f"{shown(node)} is no action{nearest(node.value, DO)}")
            return {}
        before = len(self.findings)
        found: dict[str, f.Action] = self.values(node, way, DO)
        if not found and len(self.findings) == before:
            self.find(node, way, "nothing is to be done")
        answers = [word for word, action in found.items() if not f.goes_on(action)]
        if len(answers) > 1:
            self.find(node, way, f"{' and '.join(answers)} do not go together: make two rules")
        return found

    def sense(self, node: Node, way: str, when: f.When, actions: Mapping[str, f.Action]) -> None:
        """Note what can never hold, or be done, at the rule's point."""
        at = f"at the point {when.point}"
        for word, action in actions.items():
            points = f.points_of(action)
            if when.point not in points:
                where = ", ".join(point for point in f.Point if point in points)
                self.find(node, f"{way}.do.{word}", f"makes no sense {at}; it does at {where}")
        senseless = (
            ("sender", when.sender is not None and when.point not in f.IN_MAIL),
            ("mail", when.mail is not None and when.point not in f.IN_MAIL),
            ("recipient", when.recipient is not None and when.point not in f.TO_SOMEBODY),
            ("bytes", when.bytes and when.point is not f.Point.TEXT),
            ("to", when.to is not None and when.point is not f.Point.REPLY),
        )
        for word, wrong in senseless:
            if wrong:
                self.find(node, f"{way}.when.{word}", f"is not known {at}")


def _default_point(when: Mapping[str, Any], actions: tuple[f.Action, ...]) -> f.Point:
    """Where a rule acts that does not say so (the reference page has it as a table)."""
    only = frozenset.intersection(*map(f.points_of, actions))
    for key, point in (("to", f.Point.REPLY), ("bytes", f.Point.TEXT)):
        if key in when:
            return point
    if len(only) == 1:
        return next(iter(only))
    if any(isinstance(action, f.Slow) for action in actions):
        return f.Point.TEXT
    if "recipient" in when:
        return f.Point.RCPT
    if "sender" in when or "mail" in when:
        return f.Point.MAIL
    return f.Point.CONNECT if f.Point.CONNECT in only else f.Point.EHLO
