"""Where the error report of a bad spool file goes (cssmtp-config.md 4.14, blueprint §10)."""

from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from jes.records import VBA
from jes.store.sqlite import open_spool
from tests.emulator.command import Said, jesmail

BAD = """HELO PLEX1
NOOP
MAIL FROM:<a@acme.example>
RCPT TO:<b@acme.example>
RCPT TO:<nobody>
DATA
Subject: still sent

.
"""
TARGET = "TargetServer\n{\n  TargetIp 192.0.2.1\n}\n"
ADMINS = "MailAdministrator ops@acme.example\nMailAdministrator second@acme.example\n"
CLOCK = ("--clock", "2024-01-31T06:10")


def mail(tmp_path: Path, config: str, text: str = BAD, *more: object) -> Said:
    spool_file = tmp_path / "bad.txt"
    spool_file.write_text(text)
    path = tmp_path / "cssmtp.conf"
    path.write_text(config + TARGET)
    arguments = (spool_file, "--json", "--cssmtp-config", path, *CLOCK, *more)
    return jesmail("mail", *arguments)


def the_report(said: Said) -> dict[str, Any]:
    (report,) = said.json["reports"]
    assert isinstance(report, dict)
    return report


LINES = [
    "1CSSMTP ERROR REPORT  WRITER CSSMTP  SYSTEM SYS1  2024-01-31 06:10:00",
    " SPOOL FILE BAD JOB00001 D0000102 OWNER IBMUSER NODE N1 STEP MAIL DD MAIL",
    " RECORD 0000002 MAIL 0001 500 5.5.1 JES Unknown command, 'NOOP'",
    " >NOOP",
    " RECORD 0000005 MAIL 0001 501 5.5.4 JES Syntax error. Domain missing in path",
    " >RCPT TO:<nobody>",
    " Undeliverable mail 0001 FROM <a@acme.example> TO <nobody> TARGET -"
    " 501 5.5.4 JES Syntax error. Domain missing in path",
    " ERRORS 2 COUNTED 1 SENT 1 UNDELIVERABLE 1 DISPOSITION HELD",
]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param("", id="default"),
        pytest.param("Report None\n", id="none"),
        pytest.param("Report Admin\n", id="admin-without-administrators"),
    ],
)
def test_a_report_that_goes_nowhere_is_shown_all_the_same(tmp_path: Path, config: str) -> None:
    said = mail(tmp_path, config)
    assert said.code == 5
    assert the_report(said) == {
        "jobid": "JOB00001", "stepname": "MAIL", "ddname": "MAIL", "dsid": 102, "outgrp": "1.1.1",
        "to": "none", "class": None, "lines": LINES,
    }  # fmt: skip
    assert [one["kind"] for one in said.json["mails"]] == ["original", "notification"]


def saved(folder: Path, said: Said, number: int) -> tuple[dict[str, Any], Message]:
    entry = said.json["mails"][number]
    return entry, message_from_bytes((folder / entry["eml"]).read_bytes())


def test_administrators_get_one_mail_with_all_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    said = mail(tmp_path, "Report Admin\n" + ADMINS, BAD, "--save-mail", folder)
    assert the_report(said)["to"] == "admin"
    entry, message = saved(folder, said, 1)
    assert (entry["kind"], entry["mail_from"]) == ("report", "")
    assert [(r["address"], r["status"]) for r in entry["recipients"]] == [
        ("ops@acme.example", "delivered"),
        ("second@acme.example", "delivered"),
    ]
    assert message["From"] == "CSSMTP@mvs1.example.com"
    assert message["To"] == "ops@acme.example, second@acme.example"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().splitlines() == [line[1:] for line in LINES]


def test_report_mail_from_is_the_sender(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    config = "Report Admin\nReportMailFrom reports@acme.example\n" + ADMINS
    said = mail(tmp_path, config, BAD, "--save-mail", folder)
    entry, message = saved(folder, said, 1)
    assert entry["mail_from"] == message["From"] == "reports@acme.example"


def test_records_of_any_characters_and_periods_survive_the_mail(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    text = "HELO PLEX1\n.periöd\n"
    said = mail(tmp_path, "Report Admin\n" + ADMINS, text, "--save-mail", folder)
    payload = saved(folder, said, 0)[1].get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert ">.periöd" in payload.decode("utf-8").splitlines()


def test_a_sysout_report_is_printed_on_the_spool(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("spool: spool\n")
    said = mail(tmp_path, "Report Sysout X\n", BAD, "--system", system)
    report = the_report(said)
    assert (report["to"], report["class"]) == ("sysout", "X")
    store = open_spool(tmp_path / "spool")
    (file,) = [one for one in store.all_files() if one.jobname == "CSSMTP"]
    assert (file.jobid, file.sysout_class, file.recfm, file.lrecl) == ("STC99999", "X", VBA, 137)
    assert file.records == len(LINES)
    (block,) = store.read(file.key, 1, 1)
    store.close()
    assert "ERRORS 2 COUNTED 1".encode("cp037") in block.data


def test_a_good_file_has_no_report(tmp_path: Path) -> None:
    good = BAD.replace("NOOP\n", "").replace("RCPT TO:<nobody>\n", "")
    said = mail(tmp_path, "Report Admin\n" + ADMINS, good)
    assert said.code == 0
    assert said.json["reports"] == []
    assert len(said.json["mails"]) == 1


def test_the_limit_of_errors_is_said_in_the_report(tmp_path: Path) -> None:
    said = mail(tmp_path, "JESSyntaxErrLimit 2\n", "NOOP\n" * 5)
    lines = the_report(said)["lines"]
    assert lines[-3:-1] == [
        " Maximum errors reached in Jes file. Quit Command generated",
        " Exceeded maximum errors(2) allowed",
    ]
    assert len(said.json["spool_files"][0]["errors"]) == 3


@pytest.mark.parametrize(
    ("text", "disposition", "code"),
    [
        pytest.param(BAD.replace("NOOP\n", "").replace("RCPT TO:<nobody>\n", ""), "purged", 0,
                     id="good"),
        pytest.param(BAD, "held", 5, id="bad"),
    ],
)  # fmt: skip
def test_test_mode_reads_and_sends_nothing(
    tmp_path: Path, text: str, disposition: str, code: int
) -> None:
    """cssmtp-config.md 4.13: a file without errors is deleted, one with errors follows
    BadSpoolDisp, and the report is the only product."""
    folder = tmp_path / "mail"
    said = mail(tmp_path, "Options\n{\n  TestMode YES\n}\n", text, "--save-mail", folder)
    assert said.code == code
    assert [one["disposition"] for one in said.json["spool_files"]] == [disposition]
    statuses = {r["status"] for one in said.json["mails"] for r in one["recipients"]}
    assert "delivered" not in statuses
    assert "discarded" in statuses
    assert list(folder.glob("*.eml")) == []
