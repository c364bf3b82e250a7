"""The benchmark's workloads and table (blueprint §5). Nothing is measured here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import memory, spool
from bench.figures import Row, document, missed, table
from bench.peers import source_options
from bench.workloads import (
    LRECL,
    PAGE,
    WORKLOADS,
    Workload,
    body_lines,
    mail_lines,
    spool_file,
    variable_file,
)
from jes.records import FB, VB, split

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("size", [*range(2, 330), 1_024, 102_400, 1_048_576])
def test_a_body_has_the_size_of_smtp_source(size: int) -> None:
    lines = list(body_lines(size))
    assert sum(len(line) + 2 for line in lines) == size
    assert max(map(len, lines)) <= LRECL - 2
    assert not any(line.startswith(".") for line in lines)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_a_spool_file_has_the_mails_of_its_workload(workload: Workload) -> None:
    small = Workload(workload.name, 3, workload.body, workload.recipients, 0, 0)
    records = [record.decode(PAGE).rstrip() for record in split(spool_file(small), FB, LRECL)]
    assert records == ["HELO mvs1.example.com", *list(mail_lines(small)) * 3, "QUIT"]
    assert sum(record.startswith("RCPT TO:<") for record in records) == 3 * small.recipients
    same = [record.decode(PAGE).rstrip() for record in split(variable_file(small), VB, 84)]
    assert same == records


def test_the_reference_gets_the_same_work() -> None:
    options = source_options(WORKLOADS[3])
    assert options[:9] == ["-d", "-s", "10", "-m", "1000", "-l", "1024", "-r", "20"]


@pytest.mark.parametrize(
    ("ours", "verdict", "fails"),
    [
        (None, "not measured", True),
        (69.0, "missed", True),
        (70.0, "must", False),
        (150.0, "aim", False),
    ],
)
def test_verdicts(ours: float | None, verdict: str, fails: bool) -> None:
    row = Row(name="W1", unit="mails/s", reference=100.0, must=0.7, aim=1.5, ours=ours)
    assert row.verdict == verdict
    assert missed([row]) == fails
    assert verdict in table([row])
    (entry,) = json.loads(document([row], 3))["rows"]
    assert (entry["ours"], entry["must"], entry["verdict"]) == (ours, 0.7, verdict)


def test_a_row_without_a_must_is_stated() -> None:
    row = Row(name="W1tls", unit="mails/s", reference=100.0, must=None, aim=None, ours=40.0)
    assert (row.verdict, missed([row])) == ("stated", False)
    assert "0.40" in table([row])


@pytest.mark.parametrize(("peak", "verdict"), [(50.0, "aim"), (72.0, "must"), (73.0, "missed")])
def test_memory_has_a_verdict(peak: float, verdict: str) -> None:
    assert memory.Measured("W1", peak, 1.0, 72, 52).verdict == verdict
    assert memory.Measured("W1", peak, 1.0).verdict == ""


def test_without_postfix_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    program = "import sys, bench.peers as p; p.SBIN = []; sys.argv[0] = 'bench'"
    program += "; import bench.__main__ as m; sys.exit(m.main())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "apt-get install postfix" in done.stderr


def test_the_memory_rows_are_of_commands_that_ended_well() -> None:
    rows = list(memory.rows(size=1 << 20, mails=20, files=20))
    assert [row.must for row in rows] == [72, None, None, 96, *[None] * 6]
    assert [row.name for row in rows] == [
        "W1",
        "W1, --log",
        "W1, a user exit that accepts all",
        "one mail of 1 MiB",
        "a job that copies and mails 1 MiB",
        "20 mails, --json",
        "2 files rehearsed",
        "20 files rehearsed",
        "one job, cold",
        "--help",
    ]


def test_the_spool_rows_are_measured_on_both_stores() -> None:
    figures = list(spool.rows(groups=1000, size=32 << 20))
    assert len(figures) == 34
    assert {figure.name.split(",")[0] for figure in figures} == {
        "the disk alone",
        "SQLite",
        "PostgreSQL",
    }
    assert all(figure.value > 0 for figure in figures)
