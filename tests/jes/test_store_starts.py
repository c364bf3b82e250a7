"""Starts of a spool, and spools that cannot be started (blueprint §3, jes2.md 1.9)."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from jes.errors import SpoolError
from jes.job import Phase
from jes.names import JobId, WriterName
from jes.records import Block
from jes.sapi import SapiSession
from jes.store.sqlite import open_spool
from jes.sysout import Selection
from tests.jes.conftest import Place
from tests.jes.store_builders import a_dataset, a_job, records, spooled

CSSMTP = Selection(WriterName("CSSMTP"))


def joined(blocks: list[Block]) -> bytes:
    return b"".join(block.data for block in blocks)


def test_a_warm_start_keeps_output_and_gives_claims_back(place: Place) -> None:
    store = place.open()
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset())
    assert SapiSession(store, CSSMTP).select()  # never given back
    store.close()
    again = place.open()
    with SapiSession(again, CSSMTP) as session:
        assert [file.jobid for file in session.select()] == [jobid]
    again.close()


def test_a_warm_start_sweeps_what_was_never_sealed(place: Place) -> None:
    store = place.open()
    jobid = store.add_job(a_job())
    store.set_phase(jobid, Phase.EXECUTION)
    key = store.create(jobid, a_dataset())
    store.append(key, records(10))
    store.close()
    again = place.open()
    assert again.read(key, 1, 1) == []
    assert again.jobs() == []
    again.close()


def test_a_second_jes_is_refused_and_told_who_has_the_spool(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    store = open_spool(path)
    program = f"""
from pathlib import Path
from jes.errors import SpoolError
from jes.store.sqlite import open_spool
try:
    open_spool(Path({str(path)!r}))
except SpoolError as error:
    print(error.message.id, error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("JML009E")
    assert "in use by process" in said
    assert store.jobs() == []
    store.close()


def test_what_a_call_answered_survives_a_kill(place: Place) -> None:
    """Blueprint §3: every write that was answered is on disk."""
    opened = (
        f"open_spool(Path({str(place.path)!r}))"
        if place.kind == "sqlite"
        else f"open_postgres({place.conninfo!r}, 'KILLED')"
    )
    program = f"""
import os, signal
from pathlib import Path
from jes.store.postgres import open_postgres
from jes.store.sqlite import open_spool
from tests.jes.store_builders import a_dataset, a_job, spooled
store = {opened}
jobid = store.add_job(a_job())
spooled(store, jobid, a_dataset(), size=5000)
print(jobid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    jobid = JobId(killed.stdout.strip())
    store = place.open()
    (file,) = store.files(jobid)
    assert joined(store.read(file.key, 1, 1 << 20)) == joined(records(5000))
    store.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"this is no database" * 100, "JML006E", id="no-database"),
        pytest.param(None, "JML006E", id="folder"),
    ],
)
def test_what_is_no_spool_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "spool"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(SpoolError) as caught:
        open_spool(path)
    assert caught.value.message.id == reason


def test_a_spool_of_another_layout_is_refused(place: Place) -> None:
    place.open().close()
    if place.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(place.path)) as database:
            database.execute("PRAGMA user_version=99")
    else:
        with psycopg.connect(place.conninfo) as connection:
            connection.execute("UPDATE meta SET value = 99 WHERE name = 'layout'")
    with pytest.raises(SpoolError, match="layout 99"):
        place.open()


def test_a_job_that_was_in_output_processing_is_ended_and_goes(place: Place) -> None:
    store = place.open()
    store.set_phase(store.add_job(a_job()), Phase.OUTPUT)
    store.close()
    again = place.open()
    assert again.jobs() == []
    again.close()


def test_one_spool_under_two_names_has_one_jes(tmp_path: Path) -> None:
    store = open_spool(tmp_path / "spool")
    (tmp_path / "link").symlink_to(tmp_path / "spool")
    with pytest.raises(SpoolError, match="in use by process"):
        open_spool(tmp_path / "link")
    store.close()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "spool")) as other:
        other.execute("CREATE TABLE mine (a)")
        other.commit()
    before = (tmp_path / "spool").read_bytes()
    with pytest.raises(SpoolError, match="layout 0"):
        open_spool(tmp_path / "spool")
    assert (tmp_path / "spool").read_bytes() == before


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    store = open_spool(tmp_path / "spool")
    store._db.rows("PRAGMA max_page_count=60")
    key = store.create(store.add_job(a_job()), a_dataset())
    with pytest.raises(SpoolError, match="full"):
        store.append(key, records(50_000))
    store.close()


LAYOUT_1 = Path(__file__).with_name("layout_1.sql").read_text()


def test_an_older_spool_is_made_one_of_todays(place: Place) -> None:
    """Layout 1 is what the first spools had; nothing on them is lost."""
    rows = (
        "INSERT INTO jobs (jobid, number, jobname, owner, job_class, phase, submitted) VALUES"
        " ('JOB00001', 1, 'OLD', 'IBMUSER', 'A', 'HARDCOPY', '2024-01-31T06:10:00+00:00');"
        "INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, local,"
        " disposition, priority) VALUES (1, '1', 1, 'B', 'CSSMTP', 'LOCAL', 1, 'WRITE', 144);"
        "INSERT INTO datasets (job_key, dsid, stepname, ddname, dsname, recfm, lrecl, records,"
        " bytes, sealed, doomed, group_key, incarnation) VALUES"
        " (1, 102, 'SEND', 'MAIL', 'A.B', 'FB', 80, 1, 80, 1, 0, 1, 1);"
    )
    if place.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(place.path)) as old:
            tables = LAYOUT_1.format(KEY="INTEGER PRIMARY KEY", BLOB="BLOB")
            old.executescript(f"{tables}{rows}PRAGMA user_version=1;")
    else:
        with psycopg.connect(place.conninfo) as old_postgres:
            key = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
            for part in f"{LAYOUT_1.format(KEY=key, BLOB='BYTEA')}{rows}".split(";"):
                if part.strip():
                    old_postgres.execute(part.encode())
            old_postgres.execute("INSERT INTO meta (name, value) VALUES ('layout', 1)")
    store = place.open()
    (job,), (group,), space = store.jobs(), store.groups(), store.space()
    assert (job.entered, group.created) == ("2024-01-31T06:10:00+00:00",) * 2
    assert (space.used, space.datasets) == (80, 1)
    with SapiSession(store, CSSMTP) as session:
        assert session.select()
    store.close()
    place.open().close()
