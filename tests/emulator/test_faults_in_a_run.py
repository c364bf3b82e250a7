"""`--faults` of `run`, `mail` and `start`, and of the system file: what becomes of each recipient
(cssmtp-operations.md 3.8, as far as CSSMTP has it: there is no retry yet)."""

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.command import Said, jesmail
from tests.emulator.misbehaving import SAMPLES
from tests.emulator.running_system import place_in, system_up

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "samples" / "jobs"
ONE_MAIL = JOBS / "many-recipients.jcl"  # to anna, bo, chief and audit
THREE_MAILS = JOBS / "many-mails.jcl"  # to north, south and west
STILL = ("--clock", "2024-01-31T06:10", "--tz", "UTC")  # one mail after the other


def ran(job: Path, faults: Path, *arguments: object) -> Said:
    return jesmail("run", job, "--faults", faults, *STILL, "--json", *arguments)


def statuses(report: Any) -> dict[str, str]:
    """Status and reply of each recipient, by the first part of the address."""
    return {
        recipient["address"].partition("@")[0]: f"{recipient['status']} {recipient['reply']}"
        for mail in report["mails"]
        if mail["kind"] == "original"
        for recipient in mail["recipients"]
    }


REFUSED = "undeliverable 550 5.7.1 Sender refused"
OK = "delivered 250 2.0.0 OK"
LATER = "retry 451 4.7.1 Greylisted, try again later"
NOBODY = "pending 127.0.0.1:2525: 554 5.3.2 No SMTP service here"

RUNS: dict[str, tuple[Path, str, dict[str, str], int]] = {
    "recipients": (
        ONE_MAIL,
        '- {when: {recipient: "chief@*"}, do: refuse}\n'
        '- {when: {recipient: "audit@*"}, do: {reply: 452 4.2.2 Full}}\n',
        {
            "anna": OK,
            "bo": OK,
            "chief": "undeliverable 550 5.1.1 No such user here",
            "audit": "retry 452 4.2.2 Full",
        },
        7,
    ),
    "final period": (
        THREE_MAILS,
        "- {when: {mail: 2, point: period}, do: {reply: 554 5.6.0 No}}",
        {"north": OK, "south": "undeliverable 554 5.6.0 No", "west": OK},
        5,
    ),
    "sender": (
        THREE_MAILS,
        "- {when: {mail: after 1}, do: refuse}",
        {"north": OK, "south": REFUSED, "west": REFUSED},
        5,
    ),
    "greylisting": (
        THREE_MAILS,
        "- {when: {mail: every 2, point: rcpt}, do: {defer: 300}}",
        {"north": OK, "south": LATER, "west": OK},
        7,
    ),
    "nobody there": (
        THREE_MAILS,
        "- do: refuse",
        {"north": NOBODY, "south": NOBODY, "west": NOBODY},
        3,
    ),
    "too large": (
        THREE_MAILS,
        "- do: {size_limit: 10}",
        dict.fromkeys(
            ("north", "south", "west"),
            "undeliverable JML302E the mail is larger than any target takes",
        ),
        5,
    ),
    "HELO will do": (
        THREE_MAILS,
        "- {when: {point: ehlo}, do: {reply: 502 5.5.1 EHLO?}}".replace("?", ""),
        {"north": OK, "south": OK, "west": OK},
        0,
    ),
    "two mails a connection": (
        THREE_MAILS,
        "- do: {close_after: 2}",
        {"north": OK, "south": OK, "west": OK},
        0,
    ),
    "a connection lost before the text": (
        THREE_MAILS,
        "- {when: {mail: 2, point: data}, do: {drop: reset}}",
        {"north": OK, "south": OK, "west": OK},
        0,
    ),
    "STARTTLS that nobody asks for": (
        THREE_MAILS,
        "- do: {tls: expired}",
        {"north": OK, "south": OK, "west": OK},
        0,
    ),
}


@pytest.mark.parametrize(("job", "text", "expected", "code"), RUNS.values(), ids=RUNS)
def test_what_becomes_of_each_recipient(
    job: Path, text: str, expected: dict[str, str], code: int, tmp_path: Path
) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text(text)
    said = ran(job, faults, "--save-mail", tmp_path / "mail")
    assert statuses(said.json) == expected
    assert said.code == code
    delivered = [mail["eml"] for mail in said.json["mails"] if mail["eml"]]
    assert delivered == sorted(path.name for path in (tmp_path / "mail").glob("*.eml"))


def test_a_mail_that_was_accepted_but_not_answered_is_unknown(tmp_path: Path) -> None:
    """After the final period nobody knows (blueprint §9): the sandbox has it, the report not."""
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {when: {to: period, mail: 1}, do: {drop: reset}}")
    said = ran(THREE_MAILS, faults, "--save-mail", tmp_path / "mail")
    assert statuses(said.json)["north"].startswith("retry JML303W the connection ended after")
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 3
    assert said.code == 7


SAMPLE_RUNS = {
    "greylisting.yaml": ("retry", 7),
    "limits.yaml": ("delivered", 0),
    "lost-connections.yaml": ("retry", 7),
    "mailboxes.yaml": ("delivered delivered undeliverable retry", 7),
    "nonsense.yaml": ("pending", 3),
    "slow-server.yaml": ("delivered", 0),
    "wrong-tls.yaml": ("delivered", 0),
    "quota.py": ("delivered", 0),
}


def test_every_sample_is_in_this_table() -> None:
    files = {path.name: path for path in SAMPLES.iterdir() if path.is_file()}
    assert files.keys() == SAMPLE_RUNS.keys()
    for path in files.values():
        assert path.read_text("utf-8").startswith(('"""', "# "))


@pytest.mark.parametrize("name", SAMPLE_RUNS)
def test_a_sample_does_what_is_expected(name: str) -> None:
    expected, code = SAMPLE_RUNS[name]
    said = ran(ONE_MAIL, SAMPLES / name)
    found = [one.partition(" ")[0] for one in statuses(said.json).values()]
    wanted = expected.split()
    assert found == (wanted if len(wanted) > 1 else wanted * 4)
    assert (said.code, said.err) == (code, "")


def test_a_quota_is_full_after_three_mails(tmp_path: Path) -> None:
    mail = "MAIL FROM:<a@x.example>\nRCPT TO:<bo@x.example>\nDATA\nSubject: x\n\nx\n.\n"
    file = tmp_path / "mails.txt"
    file.write_text("HELO MVS1\n" + mail * 4 + "QUIT\n")
    said = jesmail("mail", file, "--faults", SAMPLES / "quota.py", *STILL, "--json")
    found = [one["recipients"][0]["reply"] for one in said.json["mails"]]
    assert found == ["250 2.0.0 OK"] * 3 + ["452 4.2.2 Mailbox full"]


def test_the_report_says_which_rules_acted_and_how_often(tmp_path: Path) -> None:
    """In the order of the file; a rule that nothing met stands there as well."""
    faults = tmp_path / "faults.yaml"
    faults.write_text(
        "- {when: {recipient: nobody@x}, do: refuse}\n"
        "- {when: {mail: after 1}, do: refuse}\n"
        "- {when: {mail: 1, point: data}, do: {delay: 0.01}}\n"
    )
    assert ran(THREE_MAILS, faults).json["faults"] == [
        {"name": "rule 1 (line 1)", "times": 0},
        {"name": "rule 2 (line 2)", "times": 4},  # two mails, and what their sender is told
        {"name": "rule 3 (line 3)", "times": 1},
    ]
    shown = jesmail("run", THREE_MAILS, "--faults", faults, *STILL).out.splitlines()
    assert "faults: rule 1 (line 1) never, rule 2 (line 2) 4 times, rule 3 (line 3) once" in shown
    assert jesmail("run", THREE_MAILS, *STILL, "--json").json["faults"] == []


# --- where faults come from ---------------------------------------------------------------------


def test_the_system_file_names_a_file_of_faults_and_the_command_line_another(
    tmp_path: Path,
) -> None:
    (tmp_path / "system.yaml").write_text("sandbox: {faults: f.yaml}\n")
    (tmp_path / "f.yaml").write_text("- do: {size_limit: 10}\n")
    (tmp_path / "g.yaml").write_text("- {when: {recipient: x}, do: refuse}\n")
    system = ("--system", tmp_path / "system.yaml")
    assert jesmail("run", THREE_MAILS, *system).code == 5
    assert jesmail("run", THREE_MAILS, *system, "--faults", tmp_path / "g.yaml").code == 0


def test_starttls_does_not_matter_to_mail_that_does_not_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("sandbox: {starttls: off}\n")
    said = jesmail("run", THREE_MAILS, "--system", tmp_path / "system.yaml", *STILL)
    assert (said.code, said.err) == (0, "")
    assert said.out == jesmail("run", THREE_MAILS, *STILL).out


def work_of(command: str, folder: Path) -> list[object]:
    """What a command needs beside its faults."""
    work: dict[str, list[object]] = {
        "run": [THREE_MAILS],
        "mail": [THREE_MAILS],
        "start": ["--spool", folder / "s"],
    }
    return work.get(command, [])


@pytest.mark.parametrize("command", ["run", "mail", "start", "sandbox"])
def test_findings_are_usage_errors_with_their_lines(command: str, tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- do: drop\n- {do: dorp}\n- {do: drop, time: 3}\n")
    said = jesmail(command, *work_of(command, tmp_path), "--faults", faults)
    assert said.code == 2
    assert f"{faults}: line 2, column 8: JML085E [2].do: 'dorp' is no action" in said.err
    assert f"{faults}: line 3, column 14: JML085E [3].time: not a known key" in said.err


@pytest.mark.parametrize("command", ["run", "start"])
def test_faults_and_deliver_do_not_go_together(command: str, tmp_path: Path) -> None:
    work = work_of(command, tmp_path)
    said = jesmail(command, *work, "--faults", SAMPLES / "limits.yaml", "--deliver")
    assert said.code == 2
    assert "no use with --deliver" in said.err


def test_a_function_that_raises_is_told_of_and_the_run_goes_on(tmp_path: Path) -> None:
    faults = tmp_path / "faults.py"
    faults.write_text("def rcpt(facts):\n    raise RuntimeError('oops')\n")
    said = ran(THREE_MAILS, faults)
    assert said.code == 0
    assert said.err == (
        "jesmail: JML087W sandbox: function rcpt (line 1) of the file of faults failed: "
        "RuntimeError: oops\n"
    )


def test_the_sandbox_of_a_system_that_stays_up_misbehaves_too(tmp_path: Path) -> None:
    (tmp_path / "faults.py").write_text(
        "from emulator.sandbox.faults import Refuse\n"
        "def rcpt(facts):\n"
        "    return Refuse() if 'south' in facts.recipient else 1 / 0\n"
    )
    with system_up(place_in(tmp_path, "sandbox: {faults: faults.py}")) as up:
        up.submit(THREE_MAILS.read_text())
        up.until("3 MAILS, SENT TO 2, REFUSED 1")
        up.until("JML087W sandbox: function rcpt (line 2) of the file of faults failed: ZeroDiv")
