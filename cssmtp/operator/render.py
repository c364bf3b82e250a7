"""Displays as the lines of a console: a title, lines of at most 71 characters, a count. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from cssmtp import messages
from cssmtp.operator import displays, layouts
from cssmtp.operator.displays import Facts
from cssmtp.statistics import SpoolTaskFacts
from jes.messages import Message


def folded(text: str, indent: int = 2) -> list[str]:
    """A text in lines: broken at blanks where there are any, further lines indented."""
    lines, rest = [], "".join(c if c.isprintable() else "." for c in text)
    while len(rest) > layouts.WIDTH:
        at = rest.rfind(" ", indent + 1, layouts.WIDTH + 1)
        at = at if at > layouts.WIDTH // 2 else layouts.WIDTH
        lines.append(rest[:at].rstrip())
        rest = " " * indent + rest[at:].lstrip()
    return [*lines, rest]


def config(facts: Facts) -> list[str]:
    """D,CONFIG."""
    groups = displays.config(facts)
    lines = [line for group in groups for line in _group(group)]
    return _display(messages.CONFIG, facts, lines, len(groups))


def _group(group: displays.Group) -> Iterator[str]:
    if group.value is None:
        yield group.name
    else:
        yield from _labelled(layouts.LABEL, group.name, group.value)
    for label, value in group.parameters:
        yield from _labelled(layouts.SUB_LABEL, label, value)


def _labelled(layout: str, label: str, value: str) -> list[str]:
    return folded(layout.format(label=label, value=value), 24)


def addresses(facts: Facts) -> list[str]:
    """D,IPLIST."""
    rows = displays.addresses(facts)
    lines = [layouts.IPLIST_HEAD, *(layouts.IPLIST_ROW.format(**asdict(row)) for row in rows)]
    return _display(messages.IPLIST, facts, lines, len(rows))


def log_level(facts: Facts) -> list[str]:
    """D,LOGLEVEL."""
    value = " ".join([str(facts.log_level), *displays.levels(facts.log_level)])
    lines = _labelled(layouts.LABEL, "LOGLEVEL", value)
    return _display(messages.LOG_LEVEL, facts, lines, 1)


def summary(facts: Facts) -> list[str]:
    """D,SPOOLSTATUS,SUMMARY."""
    found = displays.tasks(facts)
    rows = [layouts.TASK_ROW.format(**displays.task_values(one, facts)) for one in found]
    return _display(messages.SPOOL_STATUS, facts, [layouts.TASK_HEAD, *rows], len(rows))


def details(facts: Facts, tasks: Sequence[SpoolTaskFacts]) -> list[str]:
    """D,SPOOLSTATUS,DETAIL of some tasks."""
    lines = []
    for one in tasks:
        values = displays.task_values(one, facts)
        first, *others = layouts.TASK_DETAIL
        lines += _labelled(layouts.LABEL, first[0], str(values[first[1]]))
        for label, name in others:
            lines += _labelled(layouts.SUB_LABEL, label, str(values[name]))
    return _display(messages.SPOOL_STATUS, facts, lines, len(tasks))


def targets(facts: Facts, address: str = "") -> list[str]:
    """D,TARGETS."""
    found = displays.targets(facts, address)
    lines = _filled(layouts.GLOBAL, asdict(displays.totals(facts)))
    for one in found:
        lines += _filled(layouts.TARGET, displays.target_values(one))
    return _display(messages.TARGETS, facts, lines, len(found))


def _filled(layout: Iterable[str], values: Mapping[str, object]) -> list[str]:
    shown = {name: "-" if value is None else value for name, value in values.items()}
    return [line for one in layout for line in folded(one.format(**shown), 4)]


def _display(title: Message, facts: Facts, lines: list[str], count: int) -> list[str]:
    every = [title.line(job=facts.job), *lines, layouts.END.format(count=count)]
    return [line for one in every for line in folded(one.rstrip())]
