"""`jesmail spool`, and how every look-up finds its spool."""

import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.place import VARIABLE
from jes.errors import SpoolError
from jes.store.postgres import attach_postgres, open_postgres
from jes.store.sqlite import open_spool
from tests.databases import new_database
from tests.emulator.command import jesmail
from tests.emulator.looked_at import Out, World, a_spool, ended_job, new_job
from tests.jes.store_builders import a_job


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return a_spool(tmp_path / "spool")


# --- which spool --------------------------------------------------------------------------------


def test_a_spool_is_named_in_three_ways(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = spool.with_name("system.yaml")
    system.write_text("spool: spool\n")
    assert len(jesmail("job", "list", "--spool", spool, "--json").json) == 1
    assert len(jesmail("job", "list", "--system", system, "--json").json) == 1
    monkeypatch.setenv(VARIABLE, str(spool))
    assert len(jesmail("job", "list", "--json").json) == 1
    other = str(spool.with_name("other"))
    open_spool(Path(other)).close()
    assert jesmail("job", "list", "--json", "--system", system, "--spool", other).json == []


def test_without_any_the_user_is_told_how_to_name_one(tmp_path: Path) -> None:
    said = jesmail("job", "list")
    assert said.code == 2
    assert all(way in said.err for way in ("--spool", "--system", VARIABLE))
    system = tmp_path / "system.yaml"
    system.write_text("node: N1\n")
    assert "has no 'spool:'" in jesmail("job", "list", "--system", system).err


@pytest.mark.parametrize(
    "arguments", ["job list", "output list", "dataset view 1 2", "spool show", "spool check",
                  "spool format -y", "job hold 1"],
)  # fmt: skip
def test_a_spool_that_is_not_there_ends_with_3(tmp_path: Path, arguments: str) -> None:
    said = jesmail(*arguments.split(), "--spool", tmp_path / "none")
    assert said.code == 3
    assert "JML016E" in said.err
    assert not list(tmp_path.iterdir())


def test_looking_is_done_beside_the_jes_that_has_the_spool(spool: Path) -> None:
    store = open_spool(spool)
    new_job(store, "LATER")
    assert len(jesmail("job", "list", "--spool", spool, "--json").json) == 2
    store.close()


# --- show ---------------------------------------------------------------------------------------


def test_show_counts_space_and_queues(spool: Path) -> None:
    said = jesmail("spool", "show", "--spool", spool, "--json").json
    assert (said["bytes-used"], said["jobs"], said["output-groups"], said["files"]) == (
        160,
        1,
        1,
        1,
    )
    assert said["queues"] == [{"queue": "HARDCOPY", "class": "A", "held": False, "count": 1}]
    assert "HARDCOPY  A" in jesmail("spool", "show", "--spool", spool).out


# --- check --------------------------------------------------------------------------------------


def test_a_sound_spool_is_said_to_be_sound_while_a_jes_works_on_it(spool: Path) -> None:
    store = open_spool(spool)
    ended_job(store, Out(), Out("BIG", text=["x"] * 5000, dsid=103), name="BIG")
    said = jesmail("spool", "check", "--spool", spool)
    store.close()
    assert (said.code, said.out) == (0, "the spool is sound\n")


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("UPDATE datasets SET records = 9",
         "JML090E data set 102 (SYSUT2) of JOB00001 is to have 9 records, but has 2"),
        ("UPDATE datasets SET bytes = 9; UPDATE meta SET value = 9 WHERE name = 'used'",
         "JML091E data set 102 (SYSUT2) of JOB00001 is to have 9 bytes, but has 160"),
        ("UPDATE tracks SET first = 2",
         "JML092E the records of data set 102 (SYSUT2) of JOB00001 are not numbered one by one"),
        ("UPDATE meta SET value = 1 WHERE name = 'used'",
         "JML093E 1 bytes are said to be in use, but 160 are"),
        ("DELETE FROM groups; UPDATE datasets SET group_key = NULL",
         "JML089E data set 102 (SYSUT2) of JOB00001 is in no output group, but the job has ended"),
        ("UPDATE datasets SET group_key = NULL, doomed = 1",
         "JML094E output group 1.1.1 of JOB00001 has no data set"),
        ("DELETE FROM groups",
         "JML095E data set 102 (SYSUT2) of JOB00001 is in an output group that is not there"),
        ("UPDATE groups SET job_key = 7",
         "JML096E output group 1 belongs to a job that is not there"),
        ("UPDATE meta SET value = 0 WHERE name = 'used'; DELETE FROM datasets; DELETE FROM groups",
         "JML097E 1 tracks belong to data set 1, which is not there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(spool: Path, damage: str, finding: str) -> None:
    with sqlite3.connect(spool) as connection:
        connection.executescript(damage)
    connection.close()
    said = jesmail("spool", "check", "--spool", spool)
    assert said.code == 1
    assert said.out == f"{finding}\n"
    assert jesmail("spool", "check", "--spool", spool, "--json").json == {
        "sound": False,
        "findings": [finding],
    }


def test_of_one_kind_a_hundred_findings_are_enough(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", *(Out(f"D{n}", dsid=101 + n) for n in range(150)))
    with sqlite3.connect(spool) as connection:
        connection.execute("UPDATE datasets SET records = 9")
    connection.close()
    lines = jesmail("spool", "check", "--spool", spool).out.splitlines()
    assert len(lines) == 101
    assert lines[-1].startswith("JML098E")


def test_damaged_pages_are_a_finding(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(text=["x"] * 5000))
    data = bytearray(spool.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    spool.write_bytes(data)
    said = jesmail("spool", "check", "--spool", spool)
    assert said.code == 1
    assert said.out.startswith("JML099E the database is damaged: ")
    assert all(line.isprintable() for line in said.out.splitlines())


# --- format -------------------------------------------------------------------------------------


def test_format_begins_anew(spool: Path) -> None:
    assert jesmail("spool", "format", "--yes", "--spool", spool).code == 0
    assert jesmail("job", "list", "--spool", spool, "--json").json == []
    store = open_spool(spool)
    assert new_job(store) == "JOB00001"
    store.close()


def test_format_asks(spool: Path) -> None:
    assert jesmail("spool", "format", "--spool", spool).code == 2
    said = jesmail("spool", "format", "--spool", spool, outside=World(agrees=False).outside)
    assert said.code == 1
    assert len(jesmail("job", "list", "--spool", spool, "--json").json) == 1


def test_format_is_refused_while_a_jes_has_the_spool(spool: Path) -> None:
    store = open_spool(spool)
    said = jesmail("spool", "format", "--yes", "--spool", spool)
    assert (said.code, "JML009E" in said.err) == (3, True)
    assert len(store.jobs()) == 1
    store.close()


def test_a_damaged_spool_can_be_begun_anew(spool: Path) -> None:
    spool.write_bytes(b"\xff" * 10_000)
    assert jesmail("spool", "format", "--yes", "--spool", spool).code == 0
    assert jesmail("spool", "check", "--spool", spool).code == 0


@pytest.mark.parametrize("lock", [None, "", "{}\n"])
def test_what_is_no_spool_is_left_alone(tmp_path: Path, lock: str | None) -> None:
    """A package.json and its lock file are not ours."""
    path = tmp_path / "package.json"
    path.write_text("{}")
    if lock is not None:
        (tmp_path / "package.json.lock").write_text(lock)
    assert jesmail("spool", "format", "--yes", "--spool", path).code == 3
    assert path.read_text() == "{}"


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (value)")
    connection.close()
    before = path.read_bytes()
    assert jesmail("spool", "format", "--yes", "--spool", path).code == 3
    assert path.read_bytes() == before


# --- PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture
def address(postgres_server: str) -> str:
    parts = dict(re.findall(r"(\w+)=(\S+)", new_database(postgres_server)))
    user, host = parts.get("user", "postgres"), parts.get("host", "")
    return f"postgresql://{user}@/{parts['dbname']}?host={host}&port={parts.get('port', '5432')}"


def test_a_spool_in_postgresql_is_looked_at_checked_and_formatted(address: str) -> None:
    store = open_postgres(address, "SYS1")
    ended_job(store, Out(text=["first", "second"]))
    assert jesmail("job", "list", "--spool", address, "--json").json[0]["jobid"] == "JOB00001"
    assert jesmail("output", "list", "--spool", address, "--writer", "CSS*", "--json").json
    assert jesmail("dataset", "view", "1", "SYSUT2", "--spool", address).out == "first\nsecond\n"
    assert jesmail("spool", "show", "--spool", address, "--json").json["bytes-used"] == 160
    assert jesmail("spool", "check", "--spool", address).code == 0
    assert "SYS1" in jesmail("spool", "format", "-y", "--spool", address).err
    store._db.change("UPDATE datasets SET records = 9")
    assert "JML090E" in jesmail("spool", "check", "--spool", address).out
    store.close()
    assert jesmail("spool", "format", "-y", "--spool", address).code == 0
    assert jesmail("job", "list", "--spool", address, "--json").json == []
    visitor = attach_postgres(address)
    assert visitor.space().used == 0
    visitor.close()


def test_looking_lays_no_spool_out_in_a_database(address: str) -> None:
    for arguments in (["job", "list"], ["spool", "format", "-y"]):
        said = jesmail(*arguments, "--spool", address)
        assert said.code == 3
        assert "JML016E" in said.err


def test_looking_at_a_database_changes_nothing(address: str) -> None:
    """What reads is not allowed to write, whatever a look-up does."""
    from emulator.place import look, place_of

    open_postgres(address, "SYS1").close()
    with look(place_of(None, address)) as store, pytest.raises(SpoolError, match="read-only"):
        store.add_job(replace(a_job(), jcl="//A JOB"))
