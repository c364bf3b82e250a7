"""How a CSSMTP is started: warm, cold, without a checkpoint (cssmtp-operations.md 1.2, 4.9)."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from cssmtp.checkpoint import FileKey, encode
from emulator.checkpoint.store import CheckpointStore, SqliteFile
from jes.store.sql import SpoolStore
from jes.store.sqlite import attach_spool, open_spool
from jes.sysout import SpoolFile
from tests.emulator.running_system import SECONDS, Up, place_in, system_up
from tests.emulator.spooled_mail import spool_mails

TO = [f"r{n}@acme.example" for n in range(5)]
SANDBOX = "CSSMTP (sandbox)"
MAIL = """\
MAIL FROM:<a@acme.example>
RCPT TO:<b@acme.example>
DATA
Subject: x

y
.
"""
JOB = f"""\
//MAILJOB  JOB CLASS=A
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=A
//SYSIN    DD DUMMY
//SYSUT1   DD *
HELO PLEX1
{MAIL * 5}/*
//SYSUT2   DD SYSOUT=(B,CSSMTP)
"""


def note(folder: Path, file: SpoolFile, mails: Sequence[int], writer: str = SANDBOX) -> None:
    """Note mails of a file of ours as delivered, as a CSSMTP that was killed has left them."""
    key = FileKey(writer, str(file.jobname), str(file.jobid), file.key, file.incarnation)
    store = CheckpointStore(SqliteFile(folder / "spool.checkpoint"))
    store.commit([(key, encode((n, 2 + 7 * (n - 1)) for n in mails))])
    store.close()


def noted(folder: Path) -> list[FileKey]:
    store = CheckpointStore(SqliteFile(folder / "spool.checkpoint"))
    found = store.files(SANDBOX) + store.files("CSSMTP")
    store.close()
    return found


def mail_file(store: SpoolStore) -> SpoolFile:
    (file,) = [file for file in store.all_files() if file.writer == "CSSMTP"]
    return file


def saved(folder: Path) -> int:
    return len(list((folder / "mail").glob("*.eml")))


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder with a spool file of five mails, of which three were sent."""
    store = open_spool(tmp_path / "spool")
    spool_mails(store, TO)
    note(tmp_path, mail_file(store), [1, 2, 4])
    store.close()
    return tmp_path


@pytest.mark.parametrize(
    ("how", "says", "sent"),
    [
        pytest.param("warm", "JML385I CSSMTP: WARM START, 3 MAILS OF 1 SPOOL FILES", 2, id="warm"),
        pytest.param("cold", "JML386I CSSMTP: COLD START", 5, id="cold"),
        pytest.param("none", "", 5, id="none"),
    ],
)
def test_a_start_by_the_system_file(half: Path, how: str, says: str, sent: int) -> None:
    place = place_in(half, f"started_tasks: [{{name: CSSMTP, checkpoint: {how}}}]")
    with system_up(place, save_dir=half / "mail") as up:
        up.until("5 MAILS, SENT TO 5, REFUSED 0, PURGED")
        assert up.said(says)
        assert up.said("JML38") == bool(says)
    assert saved(half) == sent


def after_stop(up: Up, folder: Path, option: str) -> None:
    """Stop CSSMTP, give it a file that it knows in part, start it again."""
    up.until("JML403I")
    up.command("P CSSMTP")
    up.until("JML404I")
    up.submit(JOB)
    store = attach_spool(folder / "spool", read_only=True)
    until = time.monotonic() + SECONDS
    while not any(file.writer == "CSSMTP" for file in store.all_files()):
        assert time.monotonic() < until, up.lines
        time.sleep(0.05)
    note(folder, mail_file(store), [1, 2, 4])
    store.close()
    assert up.command(f"S CSSMTP{option}") == ["CSSMTP IS STARTING"]
    up.until("5 MAILS, SENT TO 5, REFUSED 0, PURGED")


@pytest.mark.parametrize(
    ("option", "sent"), [("", 2), (",OPT='-f'", 5), (",OPT='-F'", 5), (",OPT=-F", 5)]
)
def test_the_start_option_f_is_a_cold_start(tmp_path: Path, option: str, sent: int) -> None:
    with system_up(place_in(tmp_path), save_dir=tmp_path / "mail") as up:
        after_stop(up, tmp_path, option)
        assert up.said("JML386I") == bool(option)
    assert saved(tmp_path) == sent


def test_another_start_option_is_refused(tmp_path: Path) -> None:
    with system_up(place_in(tmp_path)) as up:
        up.until("JML403I")
        up.command("P CSSMTP")
        up.until("JML404I")
        (answer,) = up.command("S CSSMTP,OPT='-x'")
        assert answer.startswith("JML365E")


def test_what_a_sandbox_took_is_not_taken_for_delivered(half: Path) -> None:
    """And the other way round: `--deliver` and without keep their notes apart."""
    store = open_spool(half / "spool")
    CheckpointStore(SqliteFile(half / "spool.checkpoint")).clear(SANDBOX)
    note(half, mail_file(store), [1, 2, 3, 4, 5], "CSSMTP")
    store.close()
    with system_up(place_in(half), save_dir=half / "mail") as up:
        up.until("5 MAILS, SENT TO 5")
    assert saved(half) == 5


def test_notes_of_files_that_are_no_more_are_forgotten_at_a_start(half: Path) -> None:
    """A crash between the disposal and the end of the entry leaves them behind."""
    store = open_spool(half / "spool")
    file = mail_file(store)
    note(half, file, [5], "CSSMTP (sandbox)")
    store.cancel_group(store.groups()[0].key)
    store.close()
    assert len(noted(half)) == 1
    with system_up(place_in(half)) as up:
        up.until("JML403I")
        assert not up.said("JML385I")
    assert noted(half) == []


def test_a_checkpoint_that_cannot_be_read_keeps_cssmtp_from_starting(half: Path) -> None:
    (half / "spool.checkpoint").write_bytes(b"no database" * 1000)
    with system_up(place_in(half), save_dir=half / "mail") as up:
        up.until("JML407E CSSMTP FAILED: JML382E")
    assert saved(half) == 0
