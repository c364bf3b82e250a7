"""MODIFY on a system that stays up: from the console to the CSSMTP and back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.exits import Exit
from tests.emulator.command import jesmail
from tests.emulator.running_system import SECONDS, Up, place_in, system_up
from tests.emulator.test_running_system import CONFIG, MAILED, mail_job

TASKS = "started_tasks: [{name: CSSMTP, config: c.conf}, {name: PRT, program: writer, folder: p}]"
GLOBAL_COUNTS = "  TARGETS: 1  USABLE: 1  CONNECTIONS: 0"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A CSSMTP with a configuration file."""
    (tmp_path / "c.conf").write_text(CONFIG)
    with system_up(place_in(tmp_path, TASKS)) as system:
        system.until("CSSMTP STARTED")
        yield system


def configured(up: Up, text: str) -> list[str]:
    """REFRESH with another configuration."""
    assert up.place.settings.cssmtps[0].config is not None
    up.place.settings.cssmtps[0].config.write_text(text)
    return up.command("F CSSMTP,REFRESH")


def test_a_suspended_cssmtp_leaves_output_on_the_spool_until_it_is_resumed(up: Up) -> None:
    assert up.command("F CSSMTP,SUSPEND")[0].startswith("JML345I")
    assert any("SUSPENDED" in line for line in up.command("D A,L"))
    up.submit(mail_job())
    up.until("$HASP395 MAILJOB")
    assert "STATE                 : SUSPENDED" in up.command("modify cssmtp,display,config")
    assert not up.said(MAILED)
    assert up.command("F CSSMTP,RESUME") == ["JML347I CSSMTP IS RESUMED"]
    up.until(MAILED)


def test_displays_know_what_was_sent(up: Up) -> None:
    up.submit(mail_job())
    up.until(MAILED)
    lines = up.command("F CSSMTP,D,TARGETS")
    assert lines[0] == "JML344I CSSMTP TARGET SERVERS"
    assert "  TOTAL SENT: 1  TOTAL FAILED: 0" in lines
    assert "  MAILS SENT: 1  4XX: 0  5XX: 0" in lines
    assert up.command("F CSSMTP,D,SP")[-1] == "4 RECORDS DISPLAYED"
    up.until("1 RECORDS DISPLAYED")  # the console has what was answered


def test_the_configuration_names_the_checkpoint(up: Up) -> None:
    assert "CHKPOINT              : spool.checkpoint" in up.command("F CSSMTP,D,CONFIG")


def test_a_look_at_targets_finds_the_sandbox(up: Up) -> None:
    assert "NOT TRIED" in "".join(up.command("F CSSMTP,D,TAR"))
    assert up.command("F CSSMTP,REFRESHTARGETS") == ["JML359I CSSMTP LOOKS AT 1 TARGET SERVERS"]
    while "  STATE: ACTIVE        PREF: 0      SECURE: NO" not in up.command("F CSSMTP,D,TAR"):
        pass
    can = "  TYPE: ESMTP  CAPABILITIES: STARTTLS 8BITMIME PIPELINING"
    assert can in up.command("F CSSMTP,D,TAR")


def test_a_refresh_puts_the_file_into_force(up: Up) -> None:
    lines = configured(up, f"LogLevel 63\nHeader\n{{\nDate No\n}}\n{CONFIG}")
    assert lines == ["JML355I CSSMTP CONFIGURATION IS REFRESHED, CHANGED: HEADER, LOGLEVEL"]
    assert "LOGLEVEL              : 63" in up.command("F CSSMTP,D,CONF")
    assert "  DATE                : No" in up.command("F CSSMTP,D,CONF")
    assert configured(up, f"LogLevel 63\nHeader\n{{\nDate No\n}}\n{CONFIG}")[-1].endswith("NOTHING")
    up.submit(mail_job())
    up.until(MAILED)


def test_a_refresh_with_an_error_changes_nothing(up: Up) -> None:
    before = up.command("F CSSMTP,D,CONF")
    lines = configured(up, f"LogLevel 63\nJESMsgSize many\n{CONFIG}")
    assert lines[-1].startswith("EZD1839I CSSMTP")
    assert lines[0].startswith("JML354E")
    assert any("line 2" in line for line in lines)
    assert up.command("F CSSMTP,D,CONF") == before
    assert up.place.settings.cssmtps[0].config is not None
    up.place.settings.cssmtps[0].config.unlink()
    assert up.command("F CSSMTP,REFRESH")[-1].startswith("EZD1839I")
    assert up.command("F CSSMTP,D,CONF") == before


def test_what_cannot_be_refreshed_counts_at_the_next_start(up: Up) -> None:
    lines = configured(up, f"ExtWrtName OTHER\nBadSpoolDisp Delete\n{CONFIG}")
    assert lines[0].startswith("JML356W ExtWrtName")
    assert "BADSPOOLDISP          : Delete" in up.command("F CSSMTP,D,CONF")
    assert "EXTWRTNAME            : CSSMTP" in up.command("F CSSMTP,D,CONF")
    up.command("P CSSMTP")
    up.until("CSSMTP ENDED")
    up.command("S CSSMTP")
    up.until("CSSMTP STARTED, EXTERNAL WRITER OTHER")


def test_targets_beyond_the_sandboxs_listeners_wait_for_a_start(up: Up) -> None:
    lines = configured(up, CONFIG + CONFIG.replace("192.0.2.25", "192.0.2.26"))
    assert lines[0].startswith("JML367W TARGET SERVER 192.0.2.26")
    assert GLOBAL_COUNTS in up.command("F CSSMTP,D,TAR")


def test_a_cssmtp_that_does_not_run_and_a_writer_take_no_commands(up: Up) -> None:
    assert up.command("F PRT,D,CONF") == ["JML366E PRT TAKES NO COMMANDS"]
    up.command("P CSSMTP")
    up.until("CSSMTP ENDED")
    assert up.command("F CSSMTP,D,CONF") == ["JML369E CSSMTP IS NOT STARTED"]
    assert up.command("F CSMTP,D,CONF")[0].startswith("JML405E")
    assert up.command("F CSSMTP")[0].startswith("JML050E")
    assert "JML369E" in "".join(up.command("$D MEMBER;F CSSMTP,D,CONF"))


def test_start_options_are_checked_and_shown(up: Up) -> None:
    up.command("P CSSMTP")
    up.until("CSSMTP ENDED")
    assert up.command("S CSSMTP,OPT='-c'")[0].startswith("JML365E START OPTION -c")
    up.command("S CSSMTP,OPT='-p tcpipb -f'")
    up.until("CSSMTP STARTED", 2)
    assert "TCPIP AFFINITY        : TCPIPB" in up.command("F CSSMTP,D,CONF")


# --- several instances (cssmtp-operations.md 1.5) ------------------------------------------------

TWO = """
started_tasks:
  - {name: CSSMTP, config: c.conf}
  - {name: CSSMTP2, config: d.conf}
"""


def test_two_instances_with_names_of_their_own_work_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "c.conf").write_text(CONFIG)
    (tmp_path / "d.conf").write_text(CONFIG)
    with system_up(place_in(tmp_path, TWO)) as up:
        up.until("CSSMTP STARTED")
        up.until("CSSMTP2 STARTED")
        up.command("F CSSMTP,SUSPEND")
        up.submit(mail_job().replace("(B,CSSMTP)", "(B,CSSMTP2)"))
        up.until(MAILED)
        assert not any("CSSMTP2" in one for one in up.command("F CSSMTP,D,CONF"))


def test_a_second_one_for_the_same_writer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.conf").write_text(CONFIG)
    (tmp_path / "d.conf").write_text("ExtWrtName CSSMTP\n" + CONFIG)
    with system_up(place_in(tmp_path, TWO)) as up:
        up.until("FAILED: JML364E")
        refused = next(line for line in up.lines if "JML364E" in line)
        first = "CSSMTP" if "JML407E CSSMTP2" in refused else "CSSMTP2"
        assert f"EXTERNAL WRITER CSSMTP BELONGS TO {first} OF SYS1" in refused
        up.submit(mail_job())
        up.until(MAILED)


def test_two_systems_side_by_side_do_not_disturb_each_other(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "c.conf").write_text(CONFIG)
    with (
        system_up(place_in(folders[0], TASKS)) as one,
        system_up(place_in(folders[1], TASKS)) as two,
    ):
        one.until("CSSMTP STARTED")
        two.until("CSSMTP STARTED")
        one.command("F CSSMTP,SUSPEND")
        one.submit(mail_job())
        two.submit(mail_job())
        two.until(MAILED)
        one.until("$HASP395 MAILJOB")
        assert not one.said(MAILED)
        one.command("F CSSMTP,RESUME")
        one.until(MAILED)


def test_a_run_refuses_two_for_the_same_writer(tmp_path: Path) -> None:
    """Exit code 3: it could be another system's (exit-codes.md)."""
    (tmp_path / "c.conf").write_text(CONFIG)
    (tmp_path / "d.conf").write_text("ExtWrtName CSSMTP\n" + CONFIG)
    (tmp_path / "job.jcl").write_text(mail_job())
    (tmp_path / "s.yaml").write_text(TWO)
    found = jesmail("run", "--system", str(tmp_path / "s.yaml"), str(tmp_path / "job.jcl"))
    assert found.code == Exit.UNREACHABLE
    assert "JML364E EXTERNAL WRITER CSSMTP BELONGS TO CSSMTP OF SYS1" in found.err


def test_a_changed_level_is_an_smf_record(tmp_path: Path) -> None:
    """48 at the start and after LOGLEVEL (cssmtp-operations.md 6.1)."""
    tasks = "smf: dump\nstarted_tasks: [{name: CSSMTP, config: c.conf}]"
    (tmp_path / "c.conf").write_text("SMF119\n{\nCONFIG Yes\n}\n" + CONFIG)
    with system_up(place_in(tmp_path, tasks)) as system:
        system.until("CSSMTP STARTED")
        system.command("F CSSMTP,LOG,LEVEL=36")
    found = jesmail("smf", tmp_path / "dump", "--json").json["records"]
    levels = [
        [fact["value"] for fact in one["facts"] if fact["name"] == "LOGLEVEL NOW"] for one in found
    ]
    assert levels == [[], ["36"]]


def test_a_look_at_targets_is_in_the_log(tmp_path: Path) -> None:
    tasks, log = "started_tasks: [{name: CSSMTP, config: c.conf, log: log}]", tmp_path / "log"
    (tmp_path / "c.conf").write_text("LogLevel 32\n" + CONFIG)
    with system_up(place_in(tmp_path, tasks)) as system:
        system.until("CSSMTP STARTED")
        system.command("F CSSMTP,REFRESHTARGETS")
        system.until("LOOKS AT 1 TARGET")
        end = time.monotonic() + SECONDS
        while "C> EHLO" not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.01)


def test_the_log_level_changes_while_it_runs(tmp_path: Path) -> None:
    """LOGLEVEL replaces the level at once (cssmtp-operations.md 2.2)."""
    tasks, log = "started_tasks: [{name: CSSMTP, config: c.conf, log: log}]", tmp_path / "log"
    (tmp_path / "c.conf").write_text("LogLevel 0\n" + CONFIG)
    with system_up(place_in(tmp_path, tasks)) as system:
        system.until("CSSMTP STARTED")
        system.submit(mail_job())
        system.until(MAILED)
        assert "mlJesDispose" not in log.read_text()
        assert system.command("F CSSMTP,LOG,LEVEL=36")[0].startswith("JML349I")
        system.submit(mail_job())
        system.until(MAILED, 2)
        assert "mlJesDispose: purged mails 1 sent 1" in log.read_text()
