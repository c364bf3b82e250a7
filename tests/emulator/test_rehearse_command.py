"""`jesmail rehearse`: what it says, its forms, what it keeps, and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cssmtp.smtpd.breaks import RULES
from emulator.corpus import sources
from emulator.rehearsed import running
from emulator.rehearsed.plan import Plan
from emulator.rehearsed.state import open_state
from tests.emulator.command import Said, jesmail
from tests.smtpd_files import a_file

SAMPLE = Path(__file__).parents[2] / "samples" / "smtpd" / "smtp.config"
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
        (["--lrecl", "80"], "--lrecl goes with --recfm"),
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
    assert jesmail("rehearse", folder, "--state", state, "--json").out == whole
    assert counted.read == ["b"]


def test_several_processes_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"f{n}": LOCAL if n % 7 == 0 else GOOD for n in range(60)}
    wanted = sources([str(a_folder(tmp_path / "files", **files))])
    monkeypatch.setattr(running, "MANY", 50)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)

    def told(processes: int) -> Any:
        state = open_state(tmp_path / f"state{processes}")
        seen: list[int] = []
        summary = running.rehearse(Plan(), wanted, state, processes, seen.append)
        assert seen == [*range(61)]
        found = running.reports(state, wanted)
        return summary, [(one.source, one.verdict, one.changes) for one in found]

    assert told(1) == told(2)


# --- forms ------------------------------------------------------------------------------------

HOSTILE = "x]]></failure><script>alert(1)</script>\u202e"


def forms(tmp_path: Path) -> dict[str, str]:
    """Each form of a report with hostile data in it."""
    hostile = a_file(f"a{HOSTILE[:-1].replace('>', '')}", text=[f"Subject: {HOSTILE}", "", ".y"])
    hostile = [line.encode("latin-1", "replace").decode("latin-1") for line in hostile]
    folder = a_folder(tmp_path / "files", good=GOOD, local=LOCAL, hostile=hostile)
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


def test_the_page_holds_hostile_data_as_data(tmp_path: Path) -> None:
    page = forms(tmp_path)["html"]
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert page.count("</script>") == 3  # the files, their index, and what draws them
    assert "default-src 'none'" in page


SITE = Path(__file__).parents[2] / "samples" / "site"


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
    options = ("rehearse", "--smtpd", "smtp.config", "jobs", "--patch", "patch", "--json")
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
