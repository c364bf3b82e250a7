"""Every sample is run here, and what it does is written down (style: samples are tests).

Golden files hold what `jesmail run` says under a standing clock, and each mail. In a golden mail
CRLF stands as a line end and ISO 8859-1 as UTF-8, so that people can read it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from emulator.samples_folder import Sample, folder, samples
from tests.emulator.command import Said, jesmail

ROOT = Path(__file__).parents[1]
STILL = ("--clock", "2024-01-31T06:10:00", "--tz", "UTC")
SAMPLES = {sample.name: sample for sample in samples()}


@dataclass(frozen=True)
class Facts:
    """What a sample is expected to do; `to` are the recipients whose mail was delivered."""

    to: tuple[str, ...] = ()
    retcodes: tuple[str, ...] = ("CC 0000",)
    exit_code: int = 0
    files: tuple[str, ...] = ("good purged",)


EXPECTED = {
    "jobs/plain-text.jcl": Facts(("desk",)),
    "jobs/many-recipients.jcl": Facts(("anna", "bo", "chief", "audit")),
    "jobs/many-mails.jcl": Facts(("north", "south", "west")),
    "jobs/lower-case.jcl": Facts(("ops",), files=("None held", "good purged")),
    "jobs/output-statement.jcl": Facts(("finance",), files=("None unselected", "good purged")),
    "jobs/html.jcl": Facts(("all",)),
    "jobs/attachment-base64.jcl": Facts(("bi",)),
    "jobs/national-characters.jcl": Facts(("mueller",)),
    "jobs/joined-lines.jcl": Facts(("a.very.long.local.part.that.needs.two.cards",)),
    "jobs/two-jobs.jcl": Facts(
        ("early", "late"), ("CC 0000", "CC 0000"), files=("good purged", "good purged")
    ),
    "jobs/steps-and-conditions.jcl": Facts(("oncall",), ("CC 0004",)),
    "jobs/copy-programs.jcl": Facts(("desk", "desk", "desk"), files=("good purged",) * 3),
    "jobs/built-in-steps.jcl": Facts(("desk",)),
    "jobs/held-output.jcl": Facts(("desk",), files=("good purged", "None held")),
    "jobs/carriage-control.jcl": Facts(("sales",)),
    "jobs/faulty-commands.jcl": Facts(("desk",), exit_code=5, files=("bad held",)),
    "jobs/faulty-recipient.jcl": Facts(("anna", "bo"), exit_code=5, files=("bad held",)),
    "jobs/faulty-numbers.jcl": Facts((), exit_code=5, files=("bad held",)),
    "jobs/faulty-jcl.jcl": Facts((), ("JCL ERROR",), exit_code=1, files=()),
    "jobs/faulty-abend.jcl": Facts(
        ("desk", "oncall"), ("ABEND S806",), exit_code=1, files=("good purged", "good purged")
    ),
    "systems/acme/csv-attachment.jcl": Facts(("bi",)),
    "systems/acme/asa-report.jcl": Facts(("sales",), files=("None held", "good purged")),
    "systems/two-writers/both-writers.jcl": Facts(
        ("paris", "paris"), files=("good purged", "good purged")
    ),
}


def run(sample: Sample, *arguments: object) -> Said:
    system = ("--system", sample.system) if sample.system else ()
    return jesmail("run", sample.path, *system, *arguments)


def mails_in(saved: Path) -> list[Path]:
    return sorted(saved.glob("*.eml"))


def parsed(mail: Path) -> EmailMessage:
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_sample_is_expected_to_do_something() -> None:
    assert SAMPLES.keys() == EXPECTED.keys()
    assert folder() == ROOT / "samples"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_does_what_is_expected(name: str, tmp_path: Path) -> None:
    expected, sample = EXPECTED[name], SAMPLES[name]
    said = run(sample, "--json", "--save-mail", tmp_path)
    report = said.json
    assert said.code == expected.exit_code
    assert tuple(job["retcode"] for job in report["jobs"]) == expected.retcodes
    fates = tuple(f"{f['verdict']} {f['disposition']}" for f in report["spool_files"])
    assert fates == expected.files
    delivered = [
        r["address"].partition("@")[0]
        for mail in report["mails"]
        for r in mail["recipients"]
        if r["status"] == "delivered" and mail["kind"] == "original"
    ]
    assert tuple(delivered) == expected.to
    check_counts(report, tmp_path)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_says_and_sends_the_same_every_time(
    name: str, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    """`--clock` and `--tz` fix every byte (blueprint §6)."""
    stem = "samples/" + name.removesuffix(".jcl").replace("/", "-")
    said = run(SAMPLES[name], *STILL, "--save-mail", tmp_path)
    assert said.err == ""
    golden(f"{stem}.txt", said.out)
    for path in mails_in(tmp_path):
        data = path.read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
        golden(f"{stem}-{path.name}", data.replace(b"\r\n", b"\n").decode("latin-1"))
    kept = {path.name for path in (ROOT / "tests/golden/samples").glob("*")}
    mine = {n for n in kept if n.startswith(f"{Path(stem).name}-0") and n.endswith(".eml")}
    assert mine == {f"{Path(stem).name}-{path.name}" for path in mails_in(tmp_path)}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_opens_with_what_it_shows_and_fits_on_cards(name: str) -> None:
    sample = SAMPLES[name]
    text = sample.path.read_text("utf-8").splitlines()
    assert text[1].startswith("//* "), "the first comment follows the JOB statement"
    assert sample.shows.endswith(".")
    assert ("Expected: bad." in text[1]) == sample.faulty
    assert max(map(len, text)) <= 80
    assert all(len(line) <= 71 for line in text if line.startswith("//"))


@pytest.mark.parametrize(
    "path",
    sorted((folder() / "config").glob("*.conf")) + sorted((folder() / "systems").glob("*.yaml")),
    ids=lambda path: path.name,
)
def test_other_samples_open_with_a_comment(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# ")


def check_counts(report: Any, saved: Path) -> None:
    """The report and the folder of `--save-mail` tell the same story."""
    mails = report["mails"]
    names = [path.name for path in mails_in(saved)]
    assert sorted(mail["eml"] for mail in mails if mail["eml"]) == names
    assert names == [f"{number:04d}.eml" for number in range(1, len(names) + 1)]
    assert {p.name for p in saved.iterdir()} == {n[:-3] + end for n in names for end in ENDS}
    originals = [mail for mail in mails if mail["kind"] == "original"]
    assert len(originals) == sum(file["mails"] for file in report["spool_files"])
    for mail in mails:
        envelope = json.loads((saved / mail["eml"]).with_suffix(".json").read_text())
        taken = [r["address"] for r in mail["recipients"] if r["status"] == "delivered"]
        assert envelope["rcpt_to"] == taken
        assert envelope["mail_from"] == mail["mail_from"]


ENDS = ("eml", "json")


def glob(pattern: str) -> Iterable[Path]:
    return sorted((ROOT / "samples/jobs").glob(pattern))


def test_all_jobs_run_at_once_without_a_system_file(tmp_path: Path) -> None:
    said = jesmail("run", *glob("*.jcl"), "--json", "--save-mail", tmp_path)
    report = said.json
    wanted = [facts for name, facts in EXPECTED.items() if name.startswith("jobs/")]
    assert said.code == 1, "a JCL error and an abend are among them"
    assert len(report["jobs"]) == sum(len(facts.retcodes) for facts in wanted)
    assert len({job["jobname"] for job in report["jobs"]}) == len(report["jobs"])
    assert len(report["spool_files"]) == sum(len(facts.files) for facts in wanted)
    originals = [mail for mail in report["mails"] if mail["kind"] == "original"]
    delivered = [r for m in originals for r in m["recipients"] if r["status"] == "delivered"]
    assert len(delivered) == sum(len(facts.to) for facts in wanted)
    check_counts(report, tmp_path)


def test_all_good_jobs_run_at_once_and_end_with_0() -> None:
    good = [path for path in glob("*.jcl") if not path.name.startswith("faulty-")]
    assert len(good) >= 10
    assert jesmail("run", *good).code == 0


# --- what the samples say about themselves ------------------------------------------------------


def saved_by(name: str, to: Path, *arguments: object) -> list[EmailMessage]:
    assert run(SAMPLES[name], "--save-mail", to, *arguments).code == EXPECTED[name].exit_code
    return [parsed(path) for path in mails_in(to)]


def test_base64_attachment_arrives_as_it_was(tmp_path: Path) -> None:
    (mail,) = saved_by("jobs/attachment-base64.jcl", tmp_path)
    (part,) = mail.iter_attachments()
    assert part.get_filename() == "orders.csv"
    rows = part.get_content().splitlines()
    assert rows == ["NO;CUSTOMER;VALUE", "1001;Müller & Co;77,50", "1002;O'Hara;12,00"]


def test_csv_attachment_has_the_rows_of_the_data_set(tmp_path: Path) -> None:
    (mail,) = saved_by("systems/acme/csv-attachment.jcl", tmp_path)
    (part,) = mail.iter_attachments()
    rows = (folder() / "systems/acme/data/orders.csv").read_text("utf-8")
    assert part.get_content().replace("\r\n", "\n").rstrip("\n") == rows.rstrip("\n")


def test_csv_job_runs_with_dataset_instead_of_a_system_file(tmp_path: Path) -> None:
    job = SAMPLES["systems/acme/csv-attachment.jcl"]
    rows = folder() / "systems/acme/data/orders.csv"
    code = jesmail("run", job.path).code
    assert code == 1, "without the data set the job does not run"
    said = jesmail("run", job.path, "--dataset", f"SALE.ORDERS.CSV={rows}", "--save-mail", tmp_path)
    assert said.code == 0
    assert "1001;Müller & Co;77,50" in mails_in(tmp_path)[0].read_bytes().decode("latin-1")


def test_html_sample_has_no_joining_character() -> None:
    text = SAMPLES["jobs/html.jcl"].path.read_text("utf-8").splitlines()
    assert not any(line[79:80] == "<" for line in text)


def test_joined_sample_is_full_to_column_80() -> None:
    text = SAMPLES["jobs/joined-lines.jcl"].path.read_text("utf-8").splitlines()
    assert sum(line[79:80] == "<" for line in text) == 2


def test_two_writers_send_in_two_charsets(tmp_path: Path) -> None:
    mails = saved_by("systems/two-writers/both-writers.jcl", tmp_path)
    assert {mail.get_content_charset() for mail in mails} == {"iso-8859-1", "utf-8"}
    assert {mail.get_content().strip() for mail in mails} == {"Facture payée à Orléans"}


@pytest.mark.parametrize("config", ["minimal", "production", "invoices"])
def test_a_configuration_is_all_right(config: str) -> None:
    said = jesmail("check", folder() / f"config/{config}.conf")
    assert (said.code, said.err) == (0, "")
    assert "warning" not in said.out
    assert "Not built yet" not in said.out


@pytest.mark.parametrize(
    ("config", "target"),
    [("minimal", "192.0.2.25:25"), ("production", "relay1.acme.example:25")],
)
def test_a_job_runs_with_a_configuration(config: str, target: str) -> None:
    file = folder() / f"config/{config}.conf"
    report = run(SAMPLES["jobs/plain-text.jcl"], "--cssmtp-config", file, *STILL, "--json").json
    assert report["mails"][0]["recipients"][0]["target"] == target
