"""Help: what each panel shows and can do, made of its table, and short lessons (`topics/`)."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from emulator.documents import GroupStatus, JobStatus, group_status_of, status_of
from emulator.panels.values import Panel
from jes.sysout import SELECTABLE
from jes.views import GroupView, JobView

_TOPICS = "topics"


def topic(name: str) -> str:
    """A lesson, in Markdown; its first line is its title. Raises `FileNotFoundError`."""
    return (resources.files(__package__) / _TOPICS / f"{name}.md").read_text(encoding="utf-8")


def topics() -> Iterator[tuple[str, str]]:
    """Every lesson: its name and its title."""
    found = (resources.files(__package__) / _TOPICS).iterdir()
    for name in sorted(file.name.removesuffix(".md") for file in found if file.name[-3:] == ".md"):
        yield name, topic(name).partition("\n")[0].lstrip("# ")


def topic_of(row: object) -> str | None:
    """The lesson that explains a row as it stands: why a job waits, what holds an output group."""
    match row:
        case JobView() if status_of(row) is JobStatus.INPUT:
            return "waiting-job"
        case GroupView() if group_status_of(row) is GroupStatus.HELD:
            return "held-output"
        case GroupView() if row.disposition in SELECTABLE:
            return "who-takes-it"
        case GroupView():
            return "output-group"
    return None


def page(panel: Panel[Any]) -> str:
    """The help of a panel, in Markdown."""
    lines = [f"# {panel.name}: {panel.title}", "", panel.help, ""]
    if panel.actions:
        lines += ["## Actions", "", "Type them in the NP column; Enter runs all of them.", ""]
        lines += ["| NP | What it does | Asks first |", "| --- | --- | --- |"]
        lines += [
            f"| `{one.character}` | {one.help} | {'yes' if one.destructive else ''} |"
            for one in panel.actions
        ]
        lines += ["", "`//x` … `//` runs `x` on all rows between, `=` repeats the last action.", ""]
    lines += [
        "## Columns",
        "",
        "| Column | Short name | Can be typed over |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {one.title} | {one.name} | {'yes' if one.overtype else ''} |" for one in panel.columns
    ]
    return "\n".join(lines) + "\n"
