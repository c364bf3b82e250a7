"""The documentation is true: pages made from tables are the tables', commands do what they show.

Code blocks of a page that have a title are files, `console` blocks are commands with their output;
each page runs in an empty folder with the samples beside it. `...` stands for any lines.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import pytest

from cssmtp.choices import DEFAULT
from docs import pages, pictures, screens
from emulator.exits import Exit
from emulator.runreport import (
    DeadLetterEntry,
    ErrorEntry,
    JobEntry,
    MailEntry,
    MessageEntry,
    NoticeEntry,
    RecipientEntry,
    ReportEntry,
    RunReport,
    SpoolFileEntry,
    StepEntry,
)
from emulator.sandbox.faults import Facts, Point
from emulator.settings import (
    DatasetSettings,
    SandboxOptions,
    Settings,
    StartedTask,
    TlsPolicy,
    User,
    UserExitOptions,
    WriterTask,
)
from jes.sysout import OutClass
from tests.emulator.command import jesmail

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))]
ANY = "..."


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- pages made from tables ---------------------------------------------------------------------


@pytest.mark.parametrize("name", pages.pages())
def test_a_page_made_from_tables_is_up_to_date(name: str) -> None:
    """`make pages` renews them."""
    assert (DOCS / name).read_text("utf-8") == pages.pages()[name]()


def test_the_picture_shows_what_the_commands_say() -> None:
    """`make pages` draws it anew. Only words are compared: how it is drawn is up to rich."""
    drawn = pictures.words_of(pictures.PICTURE.read_text("utf-8"))
    assert drawn == pictures.words_of(pictures.svg())
    assert any("delivered" in line for line in drawn)


def test_the_pictures_of_the_ui_show_what_it_shows() -> None:
    """`make pages` draws them anew. Only words are compared: colours are tests/golden/ui's."""
    drawn = screens.screens()
    assert drawn.keys() == {path.stem for path in screens.FOLDER.glob("*.svg")}
    for name, picture in drawn.items():
        shown = (screens.FOLDER / f"{name}.svg").read_text("utf-8")
        assert screens.words_of(shown) == screens.words_of(picture), name
        assert len(shown) < 30_000


def test_every_message_id_of_the_program_is_on_the_page() -> None:
    page = (DOCS / "reference/messages.md").read_text("utf-8")
    source = "".join(
        path.read_text("utf-8")
        for package in ("jes", "cssmtp", "emulator")
        for path in (ROOT / package).rglob("*.py")
    )
    used = set(re.findall(r"JML[0-9]{3}[EWI]", source))
    assert used - set(re.findall(r"JML[0-9]{3}[EWI]", page)) == set()


# --- pages that describe tables -----------------------------------------------------------------


def rows(page: str, heading: str = "") -> list[list[str]]:
    """The cells of the tables of a page, or of a section of it, without the heads."""
    text = (DOCS / page).read_text("utf-8").replace("\\_", "_")
    if heading:
        text = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    heads = {index - 1 for index, row in enumerate(table) if set(row[0]) == {"-"}}
    return [row for index, row in enumerate(table) if index not in heads and set(row[0]) != {"-"}]


@pytest.mark.parametrize(
    ("heading", "entry"),
    [
        ("The document", RunReport),
        ("jobs", JobEntry),
        ("jobs.steps", StepEntry),
        ("jobs.messages", MessageEntry),
        ("spool_files", SpoolFileEntry),
        ("spool_files.errors", ErrorEntry),
        ("spool_files.notices", NoticeEntry),
        ("mails", MailEntry),
        ("mails.recipients", RecipientEntry),
        ("dead_letters", DeadLetterEntry),
        ("reports", ReportEntry),
    ],
)
def test_every_field_of_the_run_report_is_described(
    heading: str, entry: type[msgspec.Struct]
) -> None:
    described = {row[0] for row in rows("reference/run-report.md", heading)}
    named = {field.encode_name for field in msgspec.structs.fields(entry)}
    assert named - described == set()


def test_exit_codes_are_the_table() -> None:
    table = {(int(row[0]), row[1]) for row in rows("reference/exit-codes.md")}
    assert table == {(int(code), code.name) for code in Exit}


@pytest.mark.parametrize(
    ("heading", "settings"),
    [
        ("Keys", Settings),
        ("outclass", OutClass),
        ("datasets", DatasetSettings),
        ("started_tasks", StartedTask),
        ("started_tasks of program writer", WriterTask),
        ("sandbox", SandboxOptions),
        ("tls", TlsPolicy),
        ("users", User),
        ("user_exit", UserExitOptions),
    ],
)
def test_every_key_of_the_system_file_is_described(heading: str, settings: type) -> None:
    described = [row[0] for row in rows("reference/system-file.md", heading)]
    assert described == [field.name for field in fields(settings)]


def test_every_point_and_fact_of_faults_is_described() -> None:
    points = {row[0].strip("`") for row in rows("reference/faults.md", "Points")}
    assert {point.value for point in Point} <= points
    facts = {row[0].strip("`") for row in rows("reference/faults.md", "Python")}
    assert {field.name for field in fields(Facts)} <= facts


def test_every_choice_is_a_departure_with_its_default() -> None:
    listed = {row[0].strip("`"): row[1] for row in rows("reference/departures.md")}
    for choice in fields(DEFAULT):
        assert listed[choice.name].startswith(f"`{getattr(DEFAULT, choice.name)}`"), choice.name
    assert len(listed) == len(fields(DEFAULT))


def test_pipelining_is_the_first_departure() -> None:
    first = (DOCS / "reference/departures.md").read_text("utf-8").split("\n\n")[1]
    assert first.startswith("**PIPELINING")
    assert "`pipelining`" in first


def test_options_that_are_not_built_are_on_the_page() -> None:
    page = (DOCS / "reference/not-yet.md").read_text("utf-8")
    commands = (DOCS / "reference/commands.md").read_text("utf-8")
    for option in re.findall(r"\| `(--[a-z-]+)[^|]*\| Not built yet", commands):
        assert f"`{option}`" in page


def test_replies_are_those_of_the_examples(tmp_path: Path) -> None:
    table = [row for row in rows("reference/replies.md") if row[1].startswith("`")]
    assert len(table) >= 10
    spool_file = tmp_path / "replies.txt"
    spool_file.write_text(
        "".join(f"{r}\n" for r in ("HELO MVS1", *(row[1][1:-1] for row in table)))
    )
    config = tmp_path / "unlimited.conf"
    config.write_text("JESSyntaxErrLimit 0\nTargetServer\n{\nTargetIp 127.0.0.1\n}\n")
    report = jesmail("mail", spool_file, "--cssmtp-config", config, "--json").json
    said = [error["reply"] for error in report["spool_files"][0]["errors"]]
    assert said == [row[0].removesuffix(" [V]") for row in table]


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            file = page.parent / target.partition("#")[0]
            assert file.exists(), f"{ids(page)} links to {target}"


def test_readme_is_short_and_links_the_glossary() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) < 80
    for wanted in ("make demo", "make test", "docs/images/run.svg", "docs/glossary.md"):
        assert wanted in readme


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in DOCS.rglob("*.md"):
        assert f": {page.relative_to(DOCS).as_posix()}\n" in navigation


# --- commands -----------------------------------------------------------------------------------

_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MARK = "=== next ==="
_VARYING = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:0"),
    (re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "DATE"),
    (re.compile(r"\.\d{8}\.\d{6}\.\d{6}\."), ".STAMP."),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "TIME"),
)


@dataclass(frozen=True)
class Shown:
    """A command of a page and what the page says that it prints."""

    command: str
    output: list[str]


def shown(block: str) -> list[Shown]:
    """The commands of a console block; a command with an open quotation mark goes on."""
    found: list[Shown] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Shown(line[2:], []))
        elif found[-1].command.count('"') % 2:
            found[-1] = Shown(f"{found[-1].command}\n{line}", [])
        else:
            found[-1].output.append(line)
    return found


def plain(line: str) -> str:
    for varying, instead in _VARYING:
        line = varying.sub(instead, line)
    return line.rstrip()


def like(said: list[str], expected: list[str]) -> bool:
    """Whether lines are those expected, where `...` is any lines and ends any one line."""
    if not expected:
        return not said
    if expected[0] == ANY:
        return like(said, expected[1:]) or (bool(said) and like(said[1:], expected))
    head, ends, _ = expected[0].partition(ANY)
    same = bool(said) and (said[0].startswith(head) if ends else said[0] == head)
    return same and like(said[1:], expected[1:])


def pages_with_commands() -> list[Path]:
    return [page for page in PAGES if "```console" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", pages_with_commands(), ids=ids)
def test_commands_do_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    blocks = _BLOCK.findall(page.read_text("utf-8"))
    for _, title, text in blocks:
        if title:
            (tmp_path / title).write_text(text, "utf-8")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    commands = [one for kind, _, text in blocks if kind == "console" for one in shown(text)]
    script = "".join(
        f"{one.command}\n_code=$?; echo; echo '{_MARK}'; (exit $_code)\n" for one in commands
    )
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=tmp_path,
        env=with_jesmail(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    outputs = done.stdout.split(f"\n{_MARK}\n")
    assert len(outputs) == len(commands) + 1, done.stdout
    for one, output in zip(commands, outputs, strict=False):
        said = [plain(line) for line in output.splitlines()]
        expected = [plain(line) for line in one.output]
        if expected:
            assert like(said, expected), f"$ {one.command}\n{output}"


def with_jesmail(folder: Path) -> dict[str, str]:
    """An environment in which `jesmail` is this one, whatever is installed."""
    programs = folder / ".bin"
    programs.mkdir()
    command = programs / "jesmail"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m emulator "$@"\n')
    command.chmod(0o755)
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return {
        **{name: value for name, value in os.environ.items() if name != "TZ"},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
