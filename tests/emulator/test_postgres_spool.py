"""A system whose spool is a PostgreSQL database (blueprint §3)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import new_database
from tests.emulator.command import jesmail
from tests.emulator.test_run_report import a_job


@pytest.fixture
def system(tmp_path: Path, postgres_server: str) -> Path:
    path = tmp_path / "system.yaml"
    conninfo = new_database(postgres_server)
    parts = dict(re.findall(r"(\w+)=(\S+)", conninfo))
    user, host = parts.get("user", "postgres"), parts.get("host", "")
    port = parts.get("port", "5432")
    path.write_text(f"spool: postgresql://{user}@/{parts['dbname']}?host={host}&port={port}\n")
    return path


def test_jobs_and_mail_travel_over_postgresql(system: Path) -> None:
    said = jesmail("run", "-", "--json", "--system", system, stdin=a_job())
    assert said.code == 0, said.err
    assert [f["disposition"] for f in said.json["spool_files"]] == ["purged"]
    again = jesmail("run", "-", "--json", "--system", system, stdin=a_job())
    assert again.json["jobs"][0]["jobid"] == "JOB00002"


def test_a_job_can_be_submitted_before_there_is_a_spool(system: Path) -> None:
    for number in (1, 2):
        said = jesmail("submit", "-", "--system", system, stdin=a_job())
        assert said.code == 0, said.err
        assert f"JOB0000{number}" in said.out


@pytest.mark.parametrize("rest", ["", "?sslmod=x"], ids=["refused", "no-address"])
def test_a_database_out_of_reach_ends_with_3(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "system.yaml"
    path.write_text(f"spool: postgresql://nobody@127.0.0.1:1/nothing{rest}\n")
    said = jesmail("run", "-", "--system", path, stdin=a_job())
    assert said.code == 3
    assert "JML006E" in said.err


def test_without_the_driver_the_user_is_told_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_text("spool: postgresql://nobody@127.0.0.1:1/nothing\n")
    program = f"""
import sys
sys.modules["psycopg"] = None
from emulator.cli import main
main(["run", "--system", {str(path)!r}])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "jesmail[postgres]" in done.stderr
