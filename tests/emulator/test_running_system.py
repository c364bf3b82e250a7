"""A system that stays up: jobs by class, started tasks, stops (blueprint §2, jes2.md 1.4-1.9)."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from emulator.clock import running
from emulator.console import send
from emulator.exits import Unreachable, UsageFault
from emulator.place import look, socket_of
from emulator.settings import Settings
from emulator.submit import ended, submit, submitter
from jes.job import Phase
from jes.store.sqlite import open_spool
from tests.emulator.command import jesmail
from tests.emulator.running_system import GATES, Up, place_in, system_up
from tests.jes.store_builders import a_job

MAIL = """\
//{name:<8} JOB CLASS={job_class}
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP){more}
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<a@acme.example>
RCPT TO:<b@acme.example>
DATA
Subject: one

text
.
"""
CONFIG = "TargetServer\n{\nTargetIp 192.0.2.25\n}\n"
MAILED = "1 MAILS, SENT TO 1, REFUSED 0, PURGED"


def mail_job(name: str = "MAILJOB", job_class: str = "A", more: str = "") -> str:
    return MAIL.format(name=name, job_class=job_class, more=more)


def waiting_job(gate: str, name: str = "WAITJOB", job_class: str = "A", typrun: str = "") -> str:
    GATES[gate] = threading.Event()
    return f"//{name:<8} JOB CLASS={job_class}{typrun}\n//S EXEC PGM=WAITS,PARM='{gate}'\n" \
           "//OUT DD SYSOUT=B\n"  # fmt: skip


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """Two initiators: one of class A, one of B and C."""
    with system_up(place_in(tmp_path, "initiators: [A, BC]")) as system:
        yield system
        for gate in GATES.values():
            gate.set()


def phases(up: Up) -> dict[str, tuple[Phase, bool]]:
    with look(up.place) as store:
        return {job.jobid: (job.phase, job.active is not None) for job in store.jobs()}


def test_a_submitted_job_runs_and_its_mail_is_sent(up: Up) -> None:
    jobid = up.submit(mail_job())
    up.until(MAILED)
    order = ["$HASP100 MAILJOB", "$HASP373 MAILJOB", "$HASP395 MAILJOB  ENDED - RC=0000", MAILED]
    said = "\n".join(up.lines)
    assert sorted(order, key=said.index) == order
    assert all(jobid in line for line in up.lines if "MAILJOB" in line)


def test_initiators_take_jobs_of_their_classes(up: Up) -> None:
    """jes2.md 3.3, $D I: class A is busy, class C goes on, class D has no initiator."""
    up.submit(waiting_job("classes"))
    up.until("WAITING FOR classes")
    up.submit(mail_job("OTHER", "C"))
    nobody = up.submit(mail_job("NOBODY", "D"))
    up.until("$HASP395 OTHER")
    assert phases(up)[nobody] == (Phase.EXECUTION, False)
    up.command("$T I(2),CLASS=D")
    up.until("$HASP395 NOBODY")


def test_two_jobs_of_one_name_do_not_run_together(up: Up) -> None:
    """DUPL_JOB=DELAY, jes2.md 1.7."""
    up.submit(waiting_job("first", "SAME", "A"))
    up.until("WAITING FOR first")
    second = up.submit(waiting_job("second", "SAME", "B"))
    up.submit(mail_job("AFTER", "B"))
    up.until("$HASP395 AFTER")
    assert phases(up)[second] == (Phase.EXECUTION, False)
    GATES["first"].set()
    up.until("WAITING FOR second")


def test_a_held_job_waits_for_its_release(up: Up) -> None:
    """TYPRUN=HOLD and $A, jes2.md 1.5."""
    jobid = up.submit(waiting_job("held", typrun=",TYPRUN=HOLD"))
    up.submit(mail_job("AFTER"))
    up.until("$HASP395 AFTER")
    assert not up.said("WAITING FOR held")
    GATES["held"].set()
    up.command(f"$A J{int(jobid[3:])}")
    up.until("$HASP395 WAITJOB")


def test_a_job_with_a_jcl_error_needs_no_initiator(up: Up) -> None:
    """jes2.md 1.3: it ends before any step runs, whatever its class."""
    jobid = up.submit("//BAD JOB CLASS=D\n//S EXEC PGM=IEFBR14\n//X DD SYSOUT=(B\n")
    up.until("IEFC452I BAD - JOB NOT RUN - JCL ERROR")
    up.submit(mail_job("AFTER"))
    up.until("$HASP395 AFTER")
    with look(up.place) as store:
        assert [job.retcode for job in store.jobs() if job.jobid == jobid] == ["JCL ERROR"]


def test_a_running_job_is_cancelled_when_it_writes(up: Up) -> None:
    """$C J, jes2.md 3.3: abend S222."""
    jobid = up.submit(waiting_job("cancel"))
    up.until("WAITING FOR cancel")
    assert any("CANCEL=YES" in line for line in up.command(f"$C {jobid[0]}{int(jobid[3:])}"))
    GATES["cancel"].set()
    up.until("$HASP395 WAITJOB  ENDED - ABEND=S222")


def test_a_purged_job_leaves_nothing(up: Up) -> None:
    """$P J, jes2.md 3.3."""
    jobid = up.submit(mail_job("GONE", "D"))
    up.until("$HASP100 GONE")
    up.command(f"$P J{int(jobid[3:])}")
    assert jobid not in phases(up)


def test_output_is_selected_at_the_end_of_the_job_and_spun_output_at_once(up: Up) -> None:
    """jes2.md 1.4: step 1's SYSOUT waits while step 2 runs, unless it is spun."""
    second = waiting_job("steps").split("\n", 1)[1].replace("//S EXEC", "//T EXEC")
    for name, more, mailed in (("PLAIN", "", False), ("SPUN", ",FREE=CLOSE", True)):
        GATES["steps"].clear()
        job_class = "A" if name == "PLAIN" else "B"
        up.submit(mail_job(name, job_class, more) + second)
        up.until("WAITING FOR steps", 1 if name == "PLAIN" else 2)
        if mailed:
            up.until(f"{name} JOB")
            up.until(MAILED)
        assert up.said(MAILED) is mailed
    GATES["steps"].set()
    up.until("$HASP395", 2)
    up.until(MAILED, 2)


def test_a_stopped_task_leaves_its_output_and_sends_it_when_started(up: Up) -> None:
    """P and S of a started task."""
    up.until("CSSMTP STARTED")
    assert up.command("P CSSMTP") == ["CSSMTP IS STOPPING"]
    up.until("CSSMTP ENDED")
    up.submit(mail_job())
    up.until("$HASP395 MAILJOB")
    assert up.command("P CSSMTP")[0].startswith("JML406E")
    assert not up.said(MAILED)
    up.command("S CSSMTP")
    up.until(MAILED)


def test_a_job_waits_while_the_spool_is_full_and_goes_on_when_space_comes(tmp_path: Path) -> None:
    """jes2.md 1.8: $HASP355, $HASP050; the job waits, nothing is lost."""
    fill = "//FILL{n}  JOB\n//S EXEC PGM=FILLS,PARM='{size}'\n//OUT DD SYSOUT=(C,{writer})\n"
    with system_up(place_in(tmp_path, "spool_size: 12M")) as up:
        up.submit(fill.format(n=1, size=100, writer="X"))
        up.until("$HASP395 FILL1")
        second = up.submit(fill.format(n=2, size=60, writer="Y"))
        up.until("$HASP355 SPOOL VOLUMES ARE FULL")
        assert phases(up)[second] == (Phase.EXECUTION, True)
        up.command("$P J1")
        up.until("$HASP395 FILL2    ENDED - RC=0000")
        with look(up.place) as store:
            kept = [file.records for file in store.datasets(second) if file.ddname == "OUT"]
    assert kept == [60_000]


def test_a_stop_lets_jobs_end_and_gives_a_job_that_waits_for_space_back(tmp_path: Path) -> None:
    """Clean stop: what is in hand is finished; what cannot be runs again."""
    place = place_in(tmp_path, "spool_size: 3100K\ninitiators: [A, B]")
    full = "//FULL  JOB CLASS=B\n//S EXEC PGM=FILLS,PARM='100'\n//OUT DD SYSOUT=C\n"
    with system_up(place) as up:
        waiting = up.submit(waiting_job("stop"))
        up.until("WAITING FOR stop")
        again = up.submit(full)
        up.until("$HASP355")
        up.stop()
        up.until("ENDS: WHAT IS IN HAND")
        GATES["stop"].set()
    assert up.said("SYSTEM SYS1 ENDED")
    assert phases(up) == {
        waiting: (Phase.HARDCOPY, False), again: (Phase.EXECUTION, False)
    }  # fmt: skip


def test_a_stop_that_lasts_too_long_gives_work_back(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with system_up(place, grace=0) as up:
        jobid = up.submit(waiting_job("late"))
        up.until("WAITING FOR late")
        up.stop()
        up.until("GOES BACK TO THE SPOOL")
    GATES["late"].set()
    with system_up(place) as again:
        again.until("$HASP395 WAITJOB  ENDED - RC=0000")
        assert jobid in phases(again)


def test_one_spool_has_one_jes_and_the_second_is_told_who_has_it(up: Up) -> None:
    """Blueprint §3, Claims."""
    with pytest.raises(Unreachable, match="in use by process"), system_up(up.place):
        pass


def test_processing_can_be_stopped_and_started(up: Up) -> None:
    """$P and $S."""
    up.submit(waiting_job("processing"))
    up.until("WAITING FOR processing")
    up.command("$P")
    jobid = up.submit(mail_job("LATER", "B"))
    GATES["processing"].set()  # what runs goes on; its end rings for everybody
    up.until("$HASP395 WAITJOB")
    up.command("$D I")
    assert not up.said("$HASP100 LATER")
    up.command("$S")
    up.until(MAILED)
    assert phases(up)[jobid][0] is Phase.HARDCOPY


def test_a_system_without_a_spool_of_its_own_has_no_socket() -> None:
    assert socket_of(Settings()) is None


def test_a_start_says_of_what_kind_it_is(tmp_path: Path) -> None:
    """jes2.md 1.9: quick when the queues need no repair, warm otherwise."""
    place = place_in(tmp_path)
    with system_up(place) as up:
        up.submit(mail_job())
        up.until(MAILED)
    assert up.said("$HASP493 JES2 QUICK-START")
    with system_up(place) as again:
        pass
    assert again.said("$HASP493 JES2 QUICK-START")
    killed = open_spool(tmp_path / "spool")
    killed.add_job(a_job())
    killed._db.close()
    with system_up(place) as third:
        pass
    assert third.said("$HASP493 JES2 WARM-START")


def test_a_cold_start_loses_everything_and_asks_first(tmp_path: Path) -> None:
    """jes2.md 1.9."""
    place = place_in(tmp_path)
    with system_up(place) as up:
        up.submit(mail_job("OLD"))
        up.until(MAILED)
    said = jesmail("start", "--system", tmp_path / "system.yaml", "--cold", stdin="n\n")
    assert (said.code, "Lose all that is on" in said.err) == (1, True)
    with look(place) as store:
        assert [job.jobname for job in store.jobs()] == ["OLD"]


def test_a_program_that_ends_its_process_ends_its_step_only(up: Up) -> None:
    up.submit("//EXITJOB JOB\n//S EXEC PGM=EXITS\n")
    up.until("$HASP395 EXITJOB  ENDED - ABEND=U4095")
    up.submit(mail_job())
    up.until(MAILED)


def test_an_error_report_waits_while_the_spool_is_full(tmp_path: Path) -> None:
    """jes2.md 1.8; the mail of the file is not sent twice for it."""
    (tmp_path / "c.conf").write_text("Report Sysout A\nBadSpoolDisp Delete\n" + CONFIG)
    place = place_in(tmp_path, "started_tasks: [{name: CSSMTP, config: c.conf}]")
    with system_up(place) as up, submitter(place, running(UTC)) as store:
        up.until("CSSMTP STARTED")
        up.command("P CSSMTP")
        up.until("CSSMTP ENDED")
        up.submit(mail_job() + "NONSENSE\n")
        up.until("$HASP395 MAILJOB")
        full = store.space().total - store.space().used
        store._db.change("UPDATE meta SET value = value + ? WHERE name = 'used'", (full,))
        up.command("S CSSMTP")
        up.until("CSSMTP STARTED", 2)
        up.submit("//NOTHING JOB CLASS=A,TYPRUN=SCAN\n//S EXEC PGM=IEFBR14\n")
        up.until("$HASP355")  # somebody else found it full too, so the report has been tried
        assert not up.said("1 MAILS")
        store._db.change("UPDATE meta SET value = value - ? WHERE name = 'used'", (full,))
        up.until("1 MAILS, SENT TO 1, REFUSED 0, DELETED")
        assert not up.said("FAILED")


def test_a_socket_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    """`console:` names a file of somebody, or the socket of a system that runs."""
    (tmp_path / "mine").write_text("precious")
    place = place_in(tmp_path, "console: mine")
    with pytest.raises(UsageFault, match="is no socket"), system_up(place):
        pass
    assert (tmp_path / "mine").read_text() == "precious"
    (tmp_path / "other").mkdir()
    (tmp_path / "mine").unlink()
    with system_up(place) as up:
        other = place_in(tmp_path / "other", f"console: {tmp_path / 'mine'}")
        with pytest.raises(UsageFault, match="belongs to a system that runs"), system_up(other):
            pass
        assert up.command("D A,L")


def test_saved_mail_is_numbered_on_at_the_next_start(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    for number in (1, 2):
        with system_up(place, save_dir=tmp_path / "mail") as up:
            up.submit(mail_job())
            up.until(MAILED)
        saved = sorted(path.name for path in (tmp_path / "mail").glob("*.eml"))
        assert saved == [f"{n:04}.eml" for n in range(1, number + 1)]


def test_what_only_a_running_system_can_do_is_refused_without_one(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    open_spool(tmp_path / "spool").close()
    for text in ("$P JES2", "$P", "$S", "$T OUTCLASS(K),OUTDISP=HOLD", "S CSSMTP"):
        assert any("NEEDS A RUNNING SYSTEM" in line for line in send(place, text)), text
    said = jesmail("console", "--spool", tmp_path / "spool", "$D J9")
    assert said.code == 4


def test_a_wait_for_a_job_that_was_cancelled_fails(up: Up) -> None:
    """Blueprint §6: a job did not run."""
    jobid = up.submit(mail_job("HELD", "D"))
    up.until("$HASP100 HELD")
    up.command(f"$C J{int(jobid[3:])}")
    with submitter(up.place, running(UTC)) as store:
        assert ended(store, [jobid], 5) == {jobid: "PURGED"}


@pytest.mark.parametrize("option", [("--wait", "nan"), ("--user", "TOOLONGUSERID")])
def test_submit_refuses_what_is_no_value(tmp_path: Path, option: tuple[str, str]) -> None:
    said = jesmail("submit", "-", "--spool", tmp_path / "spool", *option, stdin=mail_job())
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert not (tmp_path / "spool").exists()


def test_a_system_whose_console_nobody_reads_goes_on(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    line = [sys.executable, "-m", "emulator", "start", "--system", str(tmp_path / "system.yaml")]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as system:
        assert system.stdout is not None
        assert b"$HASP493" in system.stdout.readline()
        system.stdout.close()
        with submitter(place, running(UTC)) as store:
            (job,) = submit(store, place, mail_job(), "test", "IBMUSER", running(UTC))
            assert job.jobid is not None
            assert ended(store, [job.jobid], 20) == {job.jobid: "CC 0000"}
        system.terminate()
    assert system.returncode == 0
