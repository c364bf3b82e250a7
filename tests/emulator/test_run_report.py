"""`jesmail run` and its report: the contract of blueprint §6."""

import json
import os
import signal
import socket
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.emulator.command import Said, jesmail

MAIL = """HELO PLEX1
MAIL FROM:<a@acme.example>
RCPT TO:<b@acme.example>
DATA
Subject: hello

a line
.
"""
JOB = """//{name:<8} JOB (ACCT),'TEST',CLASS=A,MSGCLASS=H
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD {sysout}
//SYSUT1   DD *
{mail}QUIT
/*
"""


def a_job(mail: str = MAIL, *, name: str = "MAILJOB", sysout: str = "SYSOUT=(B,CSSMTP)") -> str:
    return JOB.format(name=name, sysout=sysout, mail=mail)


@pytest.fixture
def jcl(tmp_path: Path) -> Path:
    path = tmp_path / "job.jcl"
    path.write_text(a_job())
    return path


def run(text: str, *arguments: object) -> Said:
    return jesmail("run", "-", "--json", *arguments, stdin=text)


def test_a_jobs_mail_arrives_and_the_report_says_so(jcl: Path) -> None:
    said = jesmail("run", jcl, "--json")
    assert (said.code, said.err) == (0, "")
    report = said.json
    assert report["report_version"] == 1
    assert report["jobs"] == [
        {
            "file": str(jcl),
            "jobid": "JOB00001",
            "jobname": "MAILJOB",
            "owner": "IBMUSER",
            "class": "A",
            "retcode": "CC 0000",
            "steps": [{"stepname": "SEND", "program": "IEBGENER", "retcode": "CC 0000"}],
            "messages": [],
        }
    ]
    (file,) = report["spool_files"]
    assert file == {
        "jobid": "JOB00001",
        "jobname": "MAILJOB",
        "stepname": "SEND",
        "ddname": "SYSUT2",
        "dsid": 102,
        "outgrp": "1.1.1",
        "class": "B",
        "writer": "CSSMTP",
        "dest": "LOCAL",
        "records": 9,
        "mails": 1,
        "verdict": "good",
        "disposition": "purged",
        "errors": [],
        "notices": [],
    }
    (mail,) = report["mails"]
    (recipient,) = mail.pop("recipients")
    assert mail == {
        "jobid": "JOB00001",
        "stepname": "SEND",
        "ddname": "SYSUT2",
        "dsid": 102,
        "outgrp": "1.1.1",
        "ordinal": 1,
        "kind": "original",
        "mail_from": "a@acme.example",
        "eml": None,
    }
    assert recipient.pop("target").startswith("127.0.0.1:")
    assert recipient == {
        "address": "b@acme.example",
        "status": "delivered",
        "reply": "250 2.0.0 OK",
    }
    assert (report["dead_letters"], report["reports"]) == ([], [])


def test_saved_mail_agrees_with_the_report(tmp_path: Path) -> None:
    mails = "".join(
        f"MAIL FROM:<a@acme.example>\nRCPT TO:<r{n}@acme.example>\nDATA\nSubject: {n}\n\n.\n"
        for n in range(40)
    )
    said = run(a_job("HELO PLEX1\n" + mails), "--save-mail", tmp_path / "mail")
    assert said.code == 0
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 40
    for mail in said.json["mails"]:
        saved = message_from_bytes((tmp_path / "mail" / mail["eml"]).read_bytes())
        assert saved["Subject"] == str(mail["ordinal"] - 1)


def test_two_runs_with_a_clock_give_the_same_bytes(tmp_path: Path) -> None:
    text = "".join(a_job(MAIL * 3, name=f"JOB{n}") for n in range(3))
    outcomes = []
    for number in range(2):
        folder = tmp_path / str(number)
        said = run(text, "--clock", "2024-01-31T06:10", "--tz", "EST5EDT", "--save-mail", folder)
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        outcomes.append((said.code, said.out, files))
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][2]) == 18
    first = outcomes[0][2]["0001.eml"].decode()
    assert "Date: Wed, 31 Jan 2024 06:10:00 -0500\r\n" in first
    assert "<JOB0.JOB00001.20240131.061000.000000.102.1@mvs1.example.com>" in first
    assert '"target": "127.0.0.1:2525"' in outcomes[0][1]


def test_mails_of_one_moment_get_ids_of_their_own(tmp_path: Path) -> None:
    run(a_job(MAIL * 3), "--clock", "2024-01-31T06:10", "--save-mail", tmp_path)
    ids = {message_from_bytes(path.read_bytes())["Message-ID"] for path in tmp_path.glob("*.eml")}
    assert len(ids) == 3
    assert any("061000.000002" in one for one in ids)


@pytest.mark.parametrize(
    ("sysout", "disposition"),
    [
        pytest.param("SYSOUT=B", "unselected", id="no-writer"),
        pytest.param("SYSOUT=(B,OTHER)", "unselected", id="another-writer"),
        pytest.param("SYSOUT=(H,CSSMTP)", "held", id="held-class"),
        pytest.param("SYSOUT=(B,CSSMTP),HOLD=YES", "held", id="held-by-dd"),
        pytest.param("SYSOUT=(Z,CSSMTP)", "dummy", id="dummy-class"),
        pytest.param("SYSOUT=(H,CSSMTP),HOLD=NO", "purged", id="not-held-by-dd"),
        pytest.param("SYSOUT=B,DEST=CSSMTP", "purged", id="destination"),
        pytest.param("SYSOUT=B,DEST=N1.CSSMTP", "purged", id="destination-at-this-node"),
        pytest.param("SYSOUT=B,DEST=N2.CSSMTP", "unselected", id="destination-elsewhere"),
        pytest.param("SYSOUT=(B,CSSMTP),DEST=N2.CSSMTP", "unselected", id="writer-elsewhere"),
        pytest.param("SYSOUT=(B,CSSMTP),SPIN=UNALLOC", "purged", id="spun"),
    ],
)
def test_output_is_selected_by_writer_or_destination(sysout: str, disposition: str) -> None:
    """jes2.md 1.2-1.4, 2.7; output that nobody selects is no fault."""
    said = run(a_job(sysout=sysout))
    assert said.code == 0
    assert [file["disposition"] for file in said.json["spool_files"]] == [disposition]
    assert len(said.json["mails"]) == (1 if disposition == "purged" else 0)


def test_keep_output_is_left_after_it_was_mailed() -> None:
    """jes2.md 1.3: KEEP becomes LEAVE."""
    job = a_job(sysout="SYSOUT=(,),OUTPUT=*.O").replace(
        "//SEND", "//O        OUTPUT CLASS=B,WRITER=CSSMTP,OUTDISP=(KEEP,KEEP)\n//SEND"
    )
    said = run(job)
    assert said.code == 0
    assert [file["disposition"] for file in said.json["spool_files"]] == ["kept"]


def test_a_job_with_a_jcl_error_mails_nothing() -> None:
    said = run(a_job().replace("PGM=IEBGENER", "PGM=IEBGENER,PARN=1"))
    assert said.code == 1
    (job,) = said.json["jobs"]
    assert job["retcode"] == "JCL ERROR"
    assert [(m["card"], m["job_card"]) for m in job["messages"]] == [(2, 2)]
    assert said.json["mails"] == []


def test_an_unknown_program_abends() -> None:
    said = run(a_job().replace("PGM=IEBGENER", "PGM=PAYROLL"))
    assert said.code == 1
    (job,) = said.json["jobs"]
    assert job["retcode"] == "ABEND S806"
    assert [(m["id"], m["card"]) for m in job["messages"]] == [("JML209E", 2)]


def test_text_that_is_no_job_is_an_entry_of_its_own() -> None:
    said = run("hello\n")
    assert said.code == 1
    assert [(j["jobid"], j["retcode"]) for j in said.json["jobs"]] == [(None, "JCL ERROR")]


def test_a_bad_spool_file_is_held_and_reported() -> None:
    said = run(a_job("HELO PLEX1 01/31/24\n" + MAIL))
    assert said.code == 5
    (file,) = said.json["spool_files"]
    assert (file["verdict"], file["disposition"], file["mails"]) == ("bad", "held", 1)
    assert [(e["record"], e["counted"]) for e in file["errors"]] == [(1, True)]
    (report,) = said.json["reports"]
    assert (report["to"], report["class"]) == ("none", None)
    assert any("Too many args after 'HELO' command" in line for line in report["lines"])


def test_bad_spool_disp_delete_deletes(tmp_path: Path) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text("BadSpoolDisp Delete\nTargetServer\n{\n  TargetIp 192.0.2.1\n}\n")
    said = run(a_job("NOOP\n" + MAIL), "--cssmtp-config", config)
    assert [file["disposition"] for file in said.json["spool_files"]] == ["deleted"]


def test_a_configurations_targets_are_replaced_by_the_sandbox(tmp_path: Path) -> None:
    """`192.0.2.1` is a documentation address: nothing may go there."""
    config = tmp_path / "cssmtp.conf"
    config.write_text(
        "ExtWrtName MAILOUT\nTargetServer\n{\n  TargetIp 192.0.2.1\n  ConnectPort 2600\n}\n"
    )
    said = run(
        a_job(sysout="SYSOUT=(B,MAILOUT)"), "--cssmtp-config", config, "--clock", "2024-01-31"
    )
    assert said.code == 0
    assert said.json["mails"][0]["recipients"][0]["target"] == "192.0.2.1:2600"


def test_no_target_within_reach_leaves_mail_pending(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        config = tmp_path / "cssmtp.conf"
        port = taken.getsockname()[1]
        config.write_text(f"TargetServer\n{{\n  TargetIp 127.0.0.1\n  ConnectPort {port}\n}}\n")
        said = run(a_job(), "--deliver", "--cssmtp-config", config)
    assert said.code == 3
    (file,) = said.json["spool_files"]
    assert (file["verdict"], file["disposition"]) == (None, "in-use")
    (recipient,) = said.json["mails"][0]["recipients"]
    assert (recipient["status"], recipient["target"]) == ("pending", None)
    assert "refused" in recipient["reply"].lower()


def test_a_mail_that_needs_tls_is_not_sent_in_clear(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("sandbox: {starttls: false}\n")
    asks = a_job(MAIL.replace("HELO PLEX1", "EHLO PLEX1\nSTARTTLS"))
    assert run(asks).code == 0, "the sandbox offers it by default"
    said = run(asks, "--system", system)
    assert said.code == 5
    (recipient,) = said.json["mails"][0]["recipients"]
    assert recipient["status"] == "undeliverable"
    assert "no target offers it" in recipient["reply"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["run"], "name JCL files", id="nothing-to-run"),
        pytest.param(["run", "nowhere.jcl"], "nowhere.jcl: No such file", id="no-file"),
        pytest.param(["run", "-", "--proclib", "."], "not built yet", id="proclib"),
        pytest.param(["run", "-", "--clock", "noon"], "'noon' is not an ISO time", id="clock"),
        pytest.param(["run", "-", "--tz", "Mars/Base"], "neither an IANA zone", id="zone"),
        pytest.param(["run", "-", "--user", "toolongname"], "user id", id="user"),
        pytest.param(["run", "-", "--symbol", "A"], "NAME=VALUE is needed", id="symbol"),
        pytest.param(["run", "-", "--dataset", "A=nowhere"], "is not there", id="data-set"),
        pytest.param(["run", "-", "--dataset", "1A=/"], "data set name", id="data-set-name"),
        pytest.param(["run", "-", "--deliver"], "needs a configuration", id="deliver"),
        pytest.param(["run", "-", "--timeout", "0"], "not in the range", id="timeout"),
        pytest.param(["run", "-", "--timeout", "nan"], "number of seconds", id="not-a-number"),
        pytest.param(["run", "-", "--clock", ""], "is not an ISO time", id="empty-clock"),
        pytest.param(["run", "-", "--clock", "1700-01-01"], "a year from 1900", id="old-clock"),
        pytest.param(["run", "-", "--tz", "AAA-24"], "neither an IANA zone", id="far-zone"),
        pytest.param(["run", "-", "--what"], "No such option", id="option"),
        pytest.param(["mail", "nowhere"], "does not exist", id="mail-no-file"),
        pytest.param(["nothing"], "No such command", id="command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(arguments: list[str], words: str) -> None:
    said = jesmail(*arguments, stdin=a_job())
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_a_wrong_configuration_ends_with_2_and_names_the_line(tmp_path: Path) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text("TargetServer\n{\n  TargetIp 192.0.2.1\n}\nLogLevle 7\n")
    said = run(a_job(), "--cssmtp-config", config)
    assert said.code == 2
    assert f"{config}: line 5" in said.err
    assert "LogLevel" in said.err


def test_a_wrong_system_file_ends_with_2_and_names_the_line(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("node: N1\nsysnmae: X\n")
    said = run(a_job(), "--system", system)
    assert said.code == 2
    assert "line 2" in said.err
    assert "sysname" in said.err


def test_jcl_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    jcl = tmp_path / "latin1.jcl"
    jcl.write_bytes(b"//A JOB\n//* gr\xfc\xdfe\n")
    said = jesmail("run", jcl)
    assert said.code == 2
    assert f"{jcl}: line 2: not UTF-8" in said.err


def test_time_that_runs_out_ends_with_7(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = tmp_path / "cssmtp.conf"
        port = silent.getsockname()[1]
        config.write_text(f"TargetServer\n{{\n  TargetIp 127.0.0.1\n  ConnectPort {port}\n}}\n")
        said = run(a_job(), "--deliver", "--cssmtp-config", config, "--timeout", "0.2")
    assert said.code == 7
    assert [f["disposition"] for f in said.json["spool_files"]] == ["in-use"]


def test_a_spool_of_its_own_keeps_what_was_not_sent(tmp_path: Path) -> None:
    """--system without JCL works off what is on that system's spool."""
    system = tmp_path / "system.yaml"
    system.write_text("spool: jes.spool\n")
    config = tmp_path / "cssmtp.conf"
    config.write_text("TargetServer\n{\n  TargetIp 127.0.0.1\n  ConnectPort 9\n}\n")
    first = run(a_job(), "--system", system, "--deliver", "--cssmtp-config", config)
    assert first.code == 3
    second = jesmail("run", "--system", system, "--json")
    assert second.code == 0
    assert [f["disposition"] for f in second.json["spool_files"]] == ["purged"]
    assert second.json["jobs"] == []
    third = jesmail("run", "--system", system, "--json")
    assert third.json["spool_files"] == []


def test_a_data_set_comes_from_the_command_line(tmp_path: Path) -> None:
    mail = tmp_path / "mail.txt"
    mail.write_text(MAIL)
    job = a_job("").replace("DD *\nQUIT\n/*\n", "DD DSN=MAIL.TEXT,DISP=SHR\n")
    said = run(job, "--dataset", f"MAIL.TEXT={mail}")
    assert said.code == 0
    assert len(said.json["mails"]) == 1


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("CET-1CEST", "+0100"), (":Europe/Berlin", "+0100"), ("EST5EDT", "-0500"), ("", "+0000")],
)
def test_time_zones_are_iana_names_or_posix_strings(zone: str, offset: str, tmp_path: Path) -> None:
    run(a_job(), "--clock", "2024-01-31T06:10", "--tz", zone, "--save-mail", tmp_path)
    assert f"06:10:00 {offset}" in (tmp_path / "0001.eml").read_text()


def test_a_program_that_fails_says_why() -> None:
    said = run(a_job().replace("//SYSIN    DD DUMMY\n", ""))
    (job,) = said.json["jobs"]
    assert job["retcode"] == "CC 0012"
    assert [(m["card"], "SYSIN" in m["text"]) for m in job["messages"]] == [(2, True)]


def test_a_spool_out_of_reach_still_gives_a_document(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("spool: nowhere/spool\n")
    said = run(a_job(), "--system", system)
    assert said.code == 3
    assert said.json["jobs"] == []
    assert "JML006E" in said.err


def test_unnamed_steps_keep_their_mails_apart() -> None:
    """Two files of one job may differ in their data set id alone."""
    step = a_job().replace("//SEND ", "//     ")
    second = step.partition("\n")[2].replace("HELO PLEX1", "HELO PLEX1\nNOOP")
    said = run(step + second)
    assert [(f["dsid"], f["verdict"]) for f in said.json["spool_files"]] == [
        (103, "good"),
        (104, "bad"),
    ]
    assert [m["dsid"] for m in said.json["mails"]] == [103, 104]
    assert [r["dsid"] for r in said.json["reports"]] == [104]


def test_a_file_name_of_any_bytes_is_reported(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/bad\xff.jcl"
    Path(os.fsdecode(path)).write_text(a_job())
    said = jesmail("run", os.fsdecode(path), "--json")
    assert said.code == 0
    assert said.json["jobs"][0]["file"].endswith("bad\ufffd.jcl")


def test_six_targets_of_two_cssmtps_are_all_behind_the_sandbox(tmp_path: Path) -> None:
    blocks = "".join(f"TargetServer\n{{\n  TargetIp 192.0.2.{n}\n}}\n" for n in range(1, 4))
    (tmp_path / "cssmtp.conf").write_text(blocks)
    system = tmp_path / "system.yaml"
    system.write_text(
        "started_tasks:\n  - {name: CSSMTP, config: cssmtp.conf}\n"
        "  - {name: CSSMTP2, config: cssmtp.conf}\n"
    )
    assert run(a_job(), "--system", system).code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
def test_an_interrupted_run_says_how_far_it_got(number: signal.Signals, tmp_path: Path) -> None:
    """Nothing is lost: what was not sent is still on the spool, and is sent by the next run."""
    system = tmp_path / "system.yaml"
    system.write_text("spool: spool\n")
    config = tmp_path / "cssmtp.conf"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        config.write_text(f"TargetServer\n{{\n  TargetIp 127.0.0.1\n  ConnectPort {port}\n}}\n")
        jcl = tmp_path / "job.jcl"
        jcl.write_text(a_job())
        started = subprocess.Popen(
            [sys.executable, "-m", "emulator", "run", jcl, "--json", "--system", system,
             "--deliver", "--cssmtp-config", config],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        connection, _ = silent.accept()  # the mail is on its way, and nobody answers
        started.send_signal(number)
        out, err = started.communicate(timeout=30)
        connection.close()
    assert started.returncode == 130, err
    report = json.loads(out)
    assert [f["disposition"] for f in report["spool_files"]] == ["in-use"]
    assert [r["status"] for m in report["mails"] for r in m["recipients"]] == ["pending"]
    again = jesmail("run", "--system", system, "--json")
    assert [f["disposition"] for f in again.json["spool_files"]] == ["purged"]


@pytest.mark.slow
def test_ten_thousand_mails_from_one_spool_file(tmp_path: Path) -> None:
    """Each with the report right for it; far below half a minute (a generous bound)."""
    import time

    text = "".join(
        f"MAIL FROM:<a@acme.example>\nRCPT TO:<r{n}@acme.example>\nDATA\nSubject: {n}\n\n"
        + ("x" * 70 + "\n") * 14
        + ".\n"
        for n in range(10_000)
    )
    path = tmp_path / "mails.txt"
    path.write_text("HELO PLEX1\n" + text)
    begin = time.perf_counter()
    said = jesmail("mail", path, "--json")
    assert time.perf_counter() - begin < 30
    assert said.code == 0
    mails = said.json["mails"]
    assert [m["ordinal"] for m in mails] == list(range(1, 10_001))
    assert all(
        m["recipients"][0]["address"] == f"r{m['ordinal'] - 1}@acme.example"
        and m["recipients"][0]["status"] == "delivered"
        for m in mails
    )


def test_choices_of_the_system_file_reach_cssmtp(tmp_path: Path) -> None:
    """spool-mail.md 14: each unverified point is a named setting."""
    system = tmp_path / "system.yaml"
    system.write_text("started_tasks:\n  - choices: {leading_blanks: ignore, pipelining: off}\n")
    indented = MAIL.replace("HELO", "  HELO")
    assert run(a_job(indented)).code == 5
    assert run(a_job(indented), "--system", system).code == 0
