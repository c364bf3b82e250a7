"""A run in words: plain unless a person looks at it, and nothing from outside moves the cursor."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cli.present import closing, lines
from emulator.exits import Exit
from emulator.runreport import (
    ErrorEntry,
    MailEntry,
    RecipientEntry,
    ReportEntry,
    RunReport,
    SpoolFileEntry,
)
from emulator.samples_folder import folder
from tests.emulator.command import jesmail


def on_a_terminal(environment: dict[str, str], *arguments: str) -> str:
    """What `jesmail` prints on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        stdout=theirs,
        cwd=Path(__file__).parents[2],
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **environment},
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:  # Linux says so when the other end is closed
            pass
        assert process.wait() == 0
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["tty", "NO_COLOR"]
)
def test_colours_are_for_terminals_and_can_be_switched_off(
    environment: dict[str, str], *, coloured: bool
) -> None:
    sample = str(folder() / "jobs" / "plain-text.jcl")
    said = on_a_terminal(environment, "run", sample)
    assert "delivered" in said
    assert ("\x1b[" in said) == coloured


def test_no_colours_without_a_terminal() -> None:
    assert "\x1b" not in jesmail("run", folder() / "jobs" / "plain-text.jcl").out


def a_file(ddname: str, mails: int, outgrp: str) -> SpoolFileEntry:
    return SpoolFileEntry(
        jobid="JOB00001",
        jobname="MAILJOB",
        stepname="S1",
        ddname=ddname,
        dsid=int(outgrp[0]),
        outgrp=outgrp,
        sysout_class="B",
        writer="CSSMTP",
        dest="LOCAL",
        records=9,
        mails=mails,
        verdict="good",
        disposition="purged",
    )


def a_mail(
    ordinal: int, address: str, reply: str = "250 2.0.0 OK", outgrp: str = "1.1.1"
) -> MailEntry:
    recipient = RecipientEntry(address=address, status="delivered", reply=reply, target="t:25")
    return MailEntry(
        jobid="JOB00001",
        stepname="S1",
        ddname="M",
        dsid=int(outgrp[0]),
        outgrp=outgrp,
        ordinal=ordinal,
        kind="original",
        mail_from="a@x.example",
        eml=None,
        recipients=[recipient],
    )


def test_mails_stand_under_their_own_file_when_dds_have_the_same_name() -> None:
    report = RunReport(
        spool_files=[a_file("M", 2, "1.1.1"), a_file("M", 0, "2.1.1"), a_file("M", 1, "3.1.1")],
        mails=[
            a_mail(1, "one@x.example"),
            a_mail(2, "two@x.example"),
            a_mail(1, "six@x.example", outgrp="3.1.1"),
        ],
    )
    text = [line.split()[:3] for line in lines(report)]
    words = [line[0] + " " + line[1] for line in text if line and line[0] in ("file", "to")]
    assert words == [
        "file S1.M",
        "to one@x.example",
        "to two@x.example",
        "file S1.M",
        "file S1.M",
        "to six@x.example",
    ]


def test_a_report_mail_stands_under_the_file_that_it_is_about() -> None:
    bad = a_file("M", 0, "2.1.1")
    bad.verdict, bad.errors = "bad", [ErrorEntry(record=1, reply="500 x", counted=True, text="X")]
    about = a_mail(0, "admin@x.example", outgrp="2.1.1")
    about.kind = "report"
    told = ReportEntry(
        jobid="JOB00001",
        stepname="S1",
        ddname="M",
        dsid=2,
        outgrp="2.1.1",
        to="admin",
        sysout_class=None,
        lines=["1CSSMTP ERROR REPORT"],
    )
    report = RunReport(
        spool_files=[a_file("M", 1, "1.1.1"), bad],
        mails=[a_mail(1, "one@x.example"), about],
        reports=[told],
    )
    text = list(lines(report))
    files = [number for number, line in enumerate(text) if line.startswith("  file")]
    mailed = next(number for number, line in enumerate(text) if "admin@x.example" in line)
    printed = text.index("    error report, mailed to the administrators")
    assert files[0] < files[1] < mailed < printed
    assert any("| CSSMTP ERROR REPORT" in line for line in text)


def test_replies_of_servers_cannot_move_the_cursor() -> None:
    report = RunReport(
        spool_files=[a_file("M", 1, "1.1.1")],
        mails=[a_mail(1, "b@x.example", reply="250 \x1b[2J\x07\r\nOK")],
    )
    reply = next(line for line in lines(report) if "b@x.example" in line)
    assert "250 .[2J...OK" in reply


def test_the_last_line_says_why_the_exit_code_is_not_0() -> None:
    *_, last = closing(RunReport(), Exit.FAILED)
    assert "Exit code 1: a job did not run to its end." in last
