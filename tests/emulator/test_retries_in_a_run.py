"""Retries, notifications and dead letters of `jesmail run`, and its jumping clock."""

from pathlib import Path

import pytest

from tests.emulator.command import Said, jesmail

RETRIED = """HELO PLEX1
MAIL FROM:<{sender}>
RCPT TO:<b@acme.example>
RCPT TO:<later@acme.example>
DATA
Subject: hello

.
"""
FAULTS = """
- {when: {recipient: later@*}, do: {defer: {seconds: 7200}}}
- {when: {recipient: a@*}, do: refuse}
"""


def retried(tmp_path: Path, config: str, sender: str = "a@acme.example", *more: object) -> Said:
    files = {"mail.txt": RETRIED.format(sender=sender), "faults.yaml": FAULTS}
    files["cssmtp.conf"] = f"TargetServer\n{{\nTargetIp 192.0.2.1\n}}\n{config}"
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return jesmail(
        *("mail", tmp_path / "mail.txt", "--faults", tmp_path / "faults.yaml", "--json"),
        *("--cssmtp-config", tmp_path / "cssmtp.conf", "--clock", "2024-01-31T06:10", *more),
    )


EXTENDED = "ExtendedRetry\n{\n}\n"


def test_without_the_jumping_clock_a_retry_is_left(tmp_path: Path) -> None:
    said = retried(tmp_path, EXTENDED)
    assert said.code == 7
    assert [r["status"] for r in said.json["mails"][0]["recipients"]] == ["delivered", "retry"]
    assert said.json["spool_files"][0]["disposition"] == "in-use"


def test_hours_of_retries_take_no_time(tmp_path: Path) -> None:
    said = retried(tmp_path, EXTENDED, "a@acme.example", "--fast-forward")
    assert said.code == 0
    (mail,) = said.json["mails"]
    assert [r["status"] for r in mail["recipients"]] == ["delivered", "delivered"]
    assert said.json["spool_files"][0]["disposition"] == "purged"


def test_the_jumping_clock_gives_the_same_bytes_again(tmp_path: Path) -> None:
    said = [retried(tmp_path, "", "a@acme.example", "--fast-forward").out for _ in range(2)]
    assert said[0] == said[1]


@pytest.mark.parametrize(("sender", "mails"), [("", 1), ("a@acme.example", 2)])
def test_dead_letters_are_in_the_report_and_below_save_mail(
    sender: str, mails: int, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    said = retried(tmp_path, "", sender, "--fast-forward", "--save-mail", saved)
    assert said.code == 5
    assert len(said.json["mails"]) == mails
    (letter,) = said.json["dead_letters"]
    assert (letter["ordinal"], letter["reason"][:3]) == (1, "550" if sender else "451")
    assert letter["file"].startswith("/var/cssmtp/CSSMTP/deadletter/MAIL.JOB00001.Jan312024.0615")
    text = (saved / letter["file"][1:]).read_text()
    assert "Subject: hello\n" in text


def test_dead_letters_that_nobody_keeps_are_mentioned(tmp_path: Path) -> None:
    said = retried(tmp_path, "", "", "--fast-forward")
    assert len(said.json["dead_letters"]) == 1
    assert "dead letters went with this run" in said.err


def test_the_jumping_clock_is_refused_on_a_spool_that_stays(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("spool: spool.db\n")
    said = retried(tmp_path, "", "", "--fast-forward", "--system", tmp_path / "system.yaml")
    assert said.code == 2
    assert "throw-away spool" in said.err
