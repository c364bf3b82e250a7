"""`jesmail demo`: the samples as a newcomer sees them, and an honest exit code (blueprint §6)."""

from dataclasses import replace
from pathlib import Path

import pytest

from emulator.cli.demo import WHOLE, outcome, run_sample, shown
from emulator.exits import Exit
from emulator.samples_folder import folder, samples
from tests.emulator.command import jesmail


def test_the_demo_runs_every_sample_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = jesmail("demo")
    assert (said.code, said.err) == (0, "")
    titles = [line.split() for line in said.out.splitlines() if line.startswith("== ")]
    assert {words[1] for words in titles} == {sample.name for sample in samples()}
    assert {words[1] for words in titles if "bad," in words} == {
        sample.name for sample in samples() if sample.faulty
    }
    assert said.out.count("The mail as the mail server got it:") == len(WHOLE)
    assert "   | Subject: ledger extract ready" in said.out.splitlines()
    assert "   | 1001;Müller & Co;77,50" in said.out.splitlines()
    assert "All as expected." in said.out
    assert list(tmp_path.iterdir()) == []


def test_the_demo_is_plain_text_when_it_is_no_terminal() -> None:
    assert "\x1b" not in jesmail("demo").out


def test_the_demo_as_json_has_a_report_for_each_sample() -> None:
    said = jesmail("demo", "--json")
    assert said.code == 0
    runs = {one["sample"]: one for one in said.json["runs"]}
    assert runs.keys() == {sample.name for sample in samples()}
    assert all(one["as_expected"] for one in runs.values())
    assert runs["jobs/plain-text.jcl"]["report"]["mails"][0]["mail_from"] == (
        "ledger@batch.acme.example"
    )
    assert runs["jobs/faulty-jcl.jcl"]["expected"] == "bad"
    assert runs["jobs/faulty-jcl.jcl"]["exit_code"] == 1


@pytest.mark.parametrize(
    ("name", "faulty", "ends"),
    [
        pytest.param("plain-text", False, Exit.OK, id="good-as-expected"),
        pytest.param("plain-text", True, Exit.FAILED, id="good-where-bad-was-expected"),
        pytest.param("faulty-jcl", True, Exit.OK, id="bad-as-expected"),
        pytest.param("faulty-jcl", False, Exit.FAILED, id="jcl-error-in-a-good-one"),
        pytest.param("faulty-commands", False, Exit.FAILED, id="bad-spool-file-in-a-good-one"),
    ],
)
def test_a_sample_that_is_not_as_expected_ends_the_demo_with_1(
    name: str, *, faulty: bool, ends: Exit
) -> None:
    sample = next(one for one in samples() if one.path.stem == name)
    played = run_sample(replace(sample, faulty=faulty))
    assert outcome([played]) is ends
    text = "\n".join(shown([played]))
    assert ("NOT AS EXPECTED" in text) == (ends is Exit.FAILED)


def test_a_good_sample_that_sends_nothing_is_not_as_expected(tmp_path: Path) -> None:
    job = tmp_path / "quiet.jcl"
    job.write_text("//QUIET JOB\n//* Sends nothing.\n//S EXEC PGM=IEFBR14\n")
    quiet = replace(samples()[0], name="quiet", path=job, system=None, faulty=False)
    played = run_sample(quiet)
    assert played.code is Exit.OK
    assert outcome([played]) is Exit.FAILED


def test_no_sample_at_all_is_no_success() -> None:
    assert outcome([]) is Exit.FAILED


def test_samples_are_found_beside_the_package() -> None:
    assert (folder() / "jobs" / "plain-text.jcl").is_file()
