"""What a shell is given to complete `jesmail` (spool-ui.md 5: job ids too)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.command import jesmail
from tests.emulator.looked_at import Out, a_spool

ROOT = Path(__file__).parents[2]


def completed(line: str, spool: Path | None = None) -> list[str]:
    """The words for the last one of a command line, as bash asks for them."""
    words = line.split(" ")
    environment = {
        **os.environ,
        "_JESMAIL_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "JESMAIL_SPOOL": str(spool or ""),
    }
    done = subprocess.run(
        [sys.executable, "-m", "emulator"],
        env=environment, capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stderr == ""
    return [word.partition(",")[2] for word in done.stdout.splitlines() if word]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return a_spool(tmp_path / "spool", Out(), Out("REPORT", dsid=103, dest="BO"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("jesmail d", ["demo", "dataset"]),
        ("jesmail job h", ["hold"]),
        ("jesmail job show ", ["JOB00001"]),
        ("jesmail job show jo", ["JOB00001"]),
        ("jesmail job show STC", []),
        ("jesmail job hold JOB00001 J", ["JOB00001"]),
        ("jesmail dataset view J1 R", ["REPORT"]),
        ("jesmail dataset view J7 ", []),
        ("jesmail output release J1 ", ["1.1.1", "2.1.1"]),
        ("jesmail output purge J1 1.1.1 2", ["2.1.1"]),
    ],
)
def test_words_are_completed(spool: Path, line: str, words: list[str]) -> None:
    assert completed(line, spool) == words


def test_a_spool_of_the_command_line_counts(spool: Path) -> None:
    assert completed(f"jesmail job show --spool {spool} ") == ["JOB00001"]


def test_a_spool_that_is_not_there_completes_nothing(tmp_path: Path) -> None:
    assert completed("jesmail job show ", tmp_path / "none") == []
    assert completed("jesmail job show ") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_each_shell_is_given_its_script(shell: str) -> None:
    said = jesmail("completion", shell)
    assert said.code == 0
    assert f"_JESMAIL_COMPLETE={shell}_complete" in said.out


def test_another_shell_is_refused() -> None:
    assert jesmail("completion", "tcsh").code == 2
