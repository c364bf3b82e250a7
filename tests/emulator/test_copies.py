"""spool-mail.md 13, E20: an OUTPUT statement, its writer, its class, its copies."""

from pathlib import Path
from typing import Any

import pytest

from jes.programs.step import StepContext
from jes.records import VB
from tests.emulator.command import Said, jesmail

E20 = """\
//FIN030   JOB (FIN),'INVOICES',CLASS=A,MSGCLASS=X
//MOUT     OUTPUT WRITER=CSSMTP2,CLASS=M{copies}
//S1       EXEC PGM=INVMAIL
//MAILDD   DD SYSOUT=(,),OUTPUT=*.MOUT,RECFM=VB,LRECL=1004,SPIN=UNALLOC
//SYSOUT   DD SYSOUT=*
"""
MAIL = """\
HELO PLEX1
MAIL FROM:<inv@acme.example>
RCPT TO:<fin@acme.example>
DATA
Subject: invoices

ready
.
NOOP
"""
SYSTEM = """\
programs: {INVMAIL: "tests.emulator.test_copies:invmail"}
started_tasks:
  - {name: CSSMTP2, choices: {copies: %s}}
"""


def invmail(step: StepContext) -> int:
    """A program that writes mail to MAILDD and a line to SYSOUT."""
    for ddname, text in (("MAILDD", MAIL), ("SYSOUT", "done\n")):
        output = step.open_output(ddname, VB, 1004)
        output.write(step.page.encode(line) for line in text.splitlines())
        output.close()
    return 0


@pytest.fixture
def ran(tmp_path: Path) -> Any:
    """Runs E20 with so many copies and a choice."""

    def run(copies: str, choice: str) -> Said:
        (tmp_path / "job.jcl").write_text(E20.format(copies=copies))
        (tmp_path / "system.yaml").write_text(SYSTEM % choice)
        return jesmail("run", tmp_path / "job.jcl", "--system", tmp_path / "system.yaml", "--json")

    return run


def test_the_writer_of_the_output_statement_selects_and_sysout_is_left(ran: Any) -> None:
    report = ran("", "ignore").json
    files = {file["ddname"]: file for file in report["spool_files"]}
    assert (files["MAILDD"]["class"], files["MAILDD"]["writer"]) == ("M", "CSSMTP2")
    assert (files["MAILDD"]["mails"], files["SYSOUT"]["disposition"]) == (1, "unselected")


@pytest.mark.parametrize(("choice", "mails"), [("ignore", 1), ("repeat", 2)])
def test_copies_are_ignored_unless_the_system_says_repeat(
    ran: Any, choice: str, mails: int
) -> None:
    """spool-mail.md 14, `copies`; the file's one error counts once."""
    report = ran(",COPIES=2", choice).json
    (file,) = [file for file in report["spool_files"] if file["ddname"] == "MAILDD"]
    assert (file["mails"], len(file["errors"])) == (mails, 1)
    assert [mail["ordinal"] for mail in report["mails"]] == list(range(1, mails + 1))
    assert {r["status"] for mail in report["mails"] for r in mail["recipients"]} == {"delivered"}
