"""`jesmail rehearse`: what it says, its forms, what it keeps, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from cssmtp.smtpd.breaks import RULES
from emulator.corpus import sources
from emulator.rehearsed import running
from emulator.rehearsed.plan import Plan
from emulator.rehearsed.state import open_state
from tests.builders import ebcdic
from tests.emulator.command import Said, jesmail
from tests.smtpd_files import a_file
from tests.spool_files import NetdataFile, netdata

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "smtpd" / "smtp.config"
GOOD = a_file()
LOCAL = a_file("OPSB")
JCL = """//SENDER JOB 1,OPS
//SEND EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN DD DUMMY
//SYSUT1 DD *
{mail}
//SYSUT2 DD SYSOUT=(B,{writer})
"""


def a_folder(folder: Path, **files: Sequence[str]) -> Path:
    """Text files of these lines."""
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))
    return folder


def found(said: Said) -> dict[str, tuple[str, list[str]]]:
    """Verdict and rules of each job name."""
    return {
        one["jobname"]: (one["verdict"], [change["rule"] for change in one["changes"]])
        for one in said.json["files"]
    }


def test_a_folder_goes_through_both(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "files", good=GOOD, local=LOCAL)
    said = jesmail("rehearse", "--smtpd", SAMPLE, folder, "--json")
    assert said.code == 6
    assert found(said) == {"GOOD": ("SAME", []), "LOCAL": ("BREAKS", ["RCP-01"])}
    assert said.json["report_version"] == 1
    assert said.json["summary"]["readiness"] == "ready after changes"
    words = jesmail("rehearse", folder)
    assert words.code == 6
    assert words.out.startswith("REHEARSAL  READY AFTER CHANGES\n")
    assert "RCP-01 F documented  a recipient that is a local user" in words.out
    assert "GOOD/" not in words.out  # the same on both sides
    assert "<OPSB> local -> refused" in words.out


def test_a_job_is_run_and_its_writer_counts(tmp_path: Path) -> None:
    """SEL-01: what no program selects is not in the report."""
    for name in ("SMTP", "OTHER"):
        source = tmp_path / f"{name}.jcl"
        source.write_text(JCL.format(mail="\n".join(GOOD), writer=name))
    config = tmp_path / "cssmtp.conf"
    config.write_text("ExtWrtName CSSMTP\nTargetServer\n{\nTargetIp 192.0.2.1\n}\n")
    said = jesmail("rehearse", "--cssmtp", config, tmp_path, "--json", "--writer", "NOBODY")
    assert found(said) == {"SENDER": ("NEVER-SELECTED", ["SEL-01"])}
    assert said.code == 6


@pytest.mark.parametrize(
    ("lines", "level", "code"),
    [
        (GOOD, "information", 0),
        (GOOD[:4], "error", 6),  # DIFFERENT, by a warning alone
        (GOOD[:4], "fatal", 0),
        (LOCAL, "fatal", 6),
        (LOCAL, "never", 0),
        (a_file(text=[".a"]), "error", 0),
        (a_file(text=[".a"]), "warning", 6),
    ],
)
def test_fail_on(tmp_path: Path, lines: list[str], level: str, code: int) -> None:
    folder = a_folder(tmp_path / "files", one=lines)
    assert jesmail("rehearse", folder, "--fail-on", level).code == code


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "files", good=GOOD)
    (folder / "wrong.jcl").write_text("//WRONG JOB 1\n//A EXEC PGM=NOSUCH\n")
    said = jesmail("rehearse", folder)
    assert said.code == 1
    assert "REHEARSAL  NOT READY" in said.out
    assert f"NOT READ {folder / 'wrong.jcl'}: WRONG" in said.out
    assert "SAME 1" in said.out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--smtpd-name", "NINELETTERS"], "NINELETTERS"),
        (["--lrecl", "80"], "--lrecl, --blksize and --bdw go with --recfm"),
        (["--recfm", "FB", "--lrecl", "80", "--bdw"], "--bdw and --no-bdw are for V formats"),
        (["--smtpd", "wrong.config"], "wrong.config: line 1: "),
        (["--html", "/nowhere/x.html"], "/nowhere/x.html"),
        (["--state", "wrong.config"], "not the state of a rehearsal"),
        (["nothing.txt"], "nothing.txt: no such file or folder"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.config").write_text("PORT x\n")
    a_folder(tmp_path / "files", one=GOOD)
    said = jesmail("rehearse", "files", *options)
    assert (said.code, text in said.err) == (2, True), said.err


@pytest.mark.parametrize("name", ["empty", "others"])
def test_nothing_to_rehearse_is_said(tmp_path: Path, name: str) -> None:
    """And not that a site is ready."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "job.jcl").write_text(JCL.format(mail="HELO A", writer="OTHER"))
    said = jesmail("rehearse", tmp_path / name)
    assert (said.code, said.out) == (4, "")
    assert "no spool file for the writer SMTP" in said.err


def test_a_transmitted_file_says_so(tmp_path: Path) -> None:
    """FMT-10: both read NETDATA."""
    source = tmp_path / "mail.xmi"
    records = [ebcdic(line) for line in GOOD]
    source.write_bytes(netdata(NetdataFile(records=records, recfm=0x5002, lrecl=255)))
    assert found(jesmail("rehearse", source, "--json")) == {
        "MAIL": ("SAME-WITH-NOTICES", ["FMT-10"])
    }


def test_the_configuration_of_a_system_counts(tmp_path: Path) -> None:
    (tmp_path / "c.conf").write_text("ExtWrtName OTHER\nTargetServer\n{\nTargetIp 192.0.2.1\n}\n")
    (tmp_path / "system").write_text("started_tasks: [{name: CSSMTP, config: c.conf}]\n")
    folder = a_folder(tmp_path / "files", a=GOOD)
    said = jesmail("rehearse", folder, "--system", tmp_path / "system", "--json")
    assert found(said) == {"A": ("NEVER-SELECTED", ["SEL-01"])}
    assert said.json["summary"]["cssmtp"].endswith("c.conf")


# --- what is kept -----------------------------------------------------------------------------


class Counted:
    """How often each source was read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        entry = running._entry

        def counting(rehearser: Any, source: str) -> Any:
            self.read.append(Path(source).stem)
            return entry(rehearser, source)

        monkeypatch.setattr(running, "_entry", counting)


def test_another_run_takes_what_is_still_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, state = a_folder(tmp_path / "files", a=GOOD, b=LOCAL), tmp_path / "state"
    counted = Counted(monkeypatch)
    first = jesmail("rehearse", folder, "--state", state, "--json")
    again = jesmail("rehearse", folder, "--state", state, "--json")
    assert first.out == again.out
    assert counted.read == ["a", "b"]
    a_folder(folder, b=[*LOCAL, "QUIT"], c=GOOD)
    jesmail("rehearse", folder, "--state", state)
    assert counted.read == ["a", "b", "b", "c"]
    jesmail("rehearse", folder, "--state", state, "--smtpd", SAMPLE)  # another configuration
    assert counted.read[4:] == ["a", "b", "c"]


def test_a_run_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, state = a_folder(tmp_path / "files", a=GOOD, b=LOCAL), tmp_path / "state"
    whole = jesmail("rehearse", folder, "--state", state, "--json").out
    os.truncate(state, state.stat().st_size - 10)  # in the middle of the second entry
    counted = Counted(monkeypatch)
    for _ in range(2):
        assert jesmail("rehearse", folder, "--state", state, "--json").out == whole
    assert counted.read == ["b"]


def test_what_a_file_comes_to_does_not_rest_on_others(tmp_path: Path) -> None:
    """Ids and times of one that is rehearsed alone, and behind another one."""
    both = a_file("OPSB", "x@client.example")  # not equal: its texts are there
    folder = a_folder(tmp_path / "files", a=both, b=both)
    alone = jesmail("rehearse", folder / "b.txt", "--json").json["files"]
    assert "Message-ID" in str(alone)
    assert jesmail("rehearse", folder, "--json").json["files"][1:] == alone


def test_the_choices_of_a_system_count(tmp_path: Path) -> None:
    system, folder = tmp_path / "system", a_folder(tmp_path / "files", a=GOOD[:-2])
    verdicts = []
    for choice in ("accept", "reject"):
        system.write_text(
            f"started_tasks: [{{name: CSSMTP, choices: {{missing_dot: {choice}}}}}]\n"
        )
        said = jesmail("rehearse", folder, "--system", system, "--json")
        verdicts.append(said.json["files"][0]["verdict"])
    assert verdicts == ["SAME-WITH-NOTICES", "BREAKS"]


def test_several_processes_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"f{n}": LOCAL if n % 7 == 0 else GOOD for n in range(60)}
    wanted = sources([str(a_folder(tmp_path / "files", **files))])
    monkeypatch.setattr(running, "MANY", 50)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)

    def told(processes: int) -> Any:
        with open_state(None) as state:
            seen: list[int] = []
            summary = running.rehearse(Plan(), wanted, state, processes, seen.append)
            assert seen == [*range(61)]
            return summary, list(running.reports(state, wanted))

    assert told(1) == told(2)


def test_a_run_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL in the middle of the 30th of 60 sources."""
    files = {f"f{n:02}": LOCAL if n % 7 == 0 else GOOD for n in range(60)}
    folder, state = a_folder(tmp_path / "files", **files), tmp_path / "state"
    whole = jesmail("rehearse", folder, "--json").out
    script = """
import os, signal, sys
from emulator.cli import main
from emulator.rehearsed import running
entry = running._entry
def dying(rehearser, source):
    if source.endswith("f30.txt"):
        os.kill(os.getpid(), signal.SIGKILL)
    return entry(rehearser, source)
running._entry = dying
main(sys.argv[1:])
"""
    line = [sys.executable, "-c", script, "rehearse", str(folder), "--state", str(state)]
    assert subprocess.run(line, check=False).returncode == -signal.SIGKILL
    counted = Counted(monkeypatch)
    assert jesmail("rehearse", folder, "--state", state, "--json").out == whole
    assert counted.read == [f"f{n}" for n in range(30, 60)]


@pytest.mark.parametrize("text", ["my notes", "my notes\n", '{"source": "x"}\n', "\0\xff\n"])
def test_a_file_that_is_no_state_stays_as_it_is(tmp_path: Path, text: str) -> None:
    folder, other = a_folder(tmp_path / "files", a=GOOD), tmp_path / "other"
    other.write_text(text)
    said = jesmail("rehearse", folder, "--state", other)
    assert (said.code, "not the state of a rehearsal" in said.err) == (2, True)
    assert other.read_text() == text


def test_a_state_is_for_one_run_at_a_time(tmp_path: Path) -> None:
    folder, state = a_folder(tmp_path / "files", a=GOOD), tmp_path / "state"
    with open_state(state):
        said = jesmail("rehearse", folder, "--state", state)
    assert (said.code, "another rehearsal uses it" in said.err) == (2, True)


def test_a_data_set_that_changed_is_not_what_was_rehearsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, source, state = tmp_path / "system", tmp_path / "job.jcl", tmp_path / "state"
    system.write_text("datasets: {MAIL.TEXT: {path: text, recfm: FB, lrecl: 80, text: true}}\n")
    jcl = JCL.replace("DD *\n{mail}", "DD DISP=SHR,DSN=MAIL.TEXT")
    source.write_text(jcl.format(writer="SMTP"))
    (tmp_path / "text").write_text("".join(f"{line}\n" for line in GOOD))
    options = ("rehearse", source, "--system", system, "--state", state, "--json")
    assert found(jesmail(*options)) == {"SENDER": ("SAME", [])}
    (tmp_path / "text").write_text("".join(f"{line}\n" for line in LOCAL))
    assert found(jesmail(*options))["SENDER"][0] == "BREAKS"


def test_a_spool_is_always_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file does not change with what is written to it."""
    spool, source = tmp_path / "spool", tmp_path / "job.jcl"
    system, state = tmp_path / "system", tmp_path / "state"
    system.write_text("spool: spool\nstarted_tasks: []\n")
    source.write_text(JCL.format(mail="\n".join(GOOD), writer="SMTP"))
    jesmail("run", source, "--system", system)
    counted = Counted(monkeypatch)
    for _ in range(2):
        assert found(jesmail("rehearse", spool, "--state", state, "--json"))["SENDER"][0] == "SAME"
    assert counted.read == ["spool", "spool"]


# --- forms ------------------------------------------------------------------------------------

HOSTILE = "x]]></failure><script>alert(1)<!--"
NAME = "<script>alert(2)\u202e\x01\udc80"  # of a file; a slash cannot be in it


def forms(tmp_path: Path) -> dict[str, str]:
    """Each form of a report with hostile data in it."""
    hostile = ["HELP", *a_file("OPSB", text=[f"Subject: {HOSTILE}", "", f".{HOSTILE}"])]
    folder = a_folder(tmp_path / "files", good=GOOD, local=LOCAL, **{NAME: hostile})
    names = ("junit", "sarif", "html")
    options = [part for name in names for part in (f"--{name}", tmp_path / name)]
    jesmail("rehearse", folder, *options)
    return {name: (tmp_path / name).read_text("utf-8") for name in names}


def test_junit_has_a_case_for_each_file(tmp_path: Path) -> None:
    suite = ET.fromstring(forms(tmp_path)["junit"]).find("testsuite")
    assert suite is not None
    cases = {case.attrib["name"].split(" ")[0]: case for case in suite.iter("testcase")}
    assert suite.attrib["tests"] == str(len(cases)) == "3"
    assert len(cases["GOOD"]) == 0
    failure = cases["LOCAL"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "BREAKS: RCP-01"
    assert "<OPSB> local -> refused" in (failure.text or "")


def test_sarif_names_rules_and_places(tmp_path: Path) -> None:
    (run,) = json.loads(forms(tmp_path)["sarif"])["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(RULES)
    results = run["results"]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in results)
    (local,) = [one for one in results if one["ruleId"] == "RCP-01" and "LOCAL" in str(one)]
    place = local["locations"][0]["physicalLocation"]
    assert (local["level"], place["region"]["startLine"]) == ("error", 3)
    assert place["artifactLocation"]["uri"].endswith("files/local.txt")
    prints = [one["partialFingerprints"]["jesmail/v1"] for one in results]
    assert len(set(prints)) == len(prints)


def test_hostile_data_is_data_in_every_form(tmp_path: Path) -> None:
    """Markup, controls, and what turns the writing round; the file's name and its text."""
    said = forms(tmp_path)
    page = said["html"]
    assert "alert(1)" in page
    assert "alert(2)" in page
    assert "<script>alert" not in page
    assert page.count("</script>") == 3  # the files, their index, and what draws them
    assert "default-src 'none'" in page
    for name, form in said.items():
        assert "alert(2)" in unquote(form), name
        assert not {"\u202e", "\x01", "\udc80"} & set(form), name
    (run,) = json.loads(said["sarif"])["runs"]
    assert any("alert(1)" in str(one) for one in run["results"])
    suite = ET.fromstring(said["junit"])
    assert any("alert(1)" in (one.text or "") for one in suite.iter("failure"))


SITE = ROOT / "samples" / "site"


def test_the_report_of_a_site(golden: Callable[[str, str], None], monkeypatch: Any) -> None:
    """200 jobs of eight departments (tools/make_site.py)."""
    monkeypatch.chdir(SITE)
    said = jesmail("rehearse", "--smtpd", "smtp.config", "jobs")
    assert said.code == 6
    golden("rehearse/site.txt", said.out)


def test_a_patch_mends_what_needs_no_thought(tmp_path: Path, monkeypatch: Any) -> None:
    """Numbers, VERB and TICK, periods; what is left are addresses and a held class."""
    shutil.copytree(SITE, tmp_path / "site")
    monkeypatch.chdir(tmp_path / "site")
    jobs = tmp_path / "site" / "jobs"  # a patch names files from where the command runs
    options = ("rehearse", "--smtpd", "smtp.config", jobs, "--patch", "patch", "--json")
    before = jesmail(*options).json["summary"]["rules"]
    assert {"CMD-02", "CMD-05", "FMT-08", "FMT-09"} <= set(before)
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "patch"], check=True)
    assert set(jesmail(*options).json["summary"]["rules"]) == {"RCP-01", "SEL-05", "SND-02"}


def test_a_patch_adds_brackets_and_leaves_doubtful_places_alone(tmp_path: Path) -> None:
    bare = [*GOOD[:1], "MAIL FROM: a@acme.example", *GOOD[2:]]
    folder = a_folder(tmp_path / "files", bare=bare)
    twice = JCL.format(mail="\n".join(bare), writer="SMTP")
    (folder / "twice.jcl").write_text(twice + twice.replace("SENDER", "SECOND"))
    jesmail("rehearse", folder, "--patch", tmp_path / "patch")
    patch = (tmp_path / "patch").read_text()
    assert "-MAIL FROM: a@acme.example\n+MAIL FROM:<a@acme.example>\n" in patch
    assert "twice.jcl" not in patch  # the same records stand there twice
