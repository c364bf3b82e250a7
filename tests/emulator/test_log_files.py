"""The log of a CSSMTP in a run: what is in it, who may read it, a full disk."""

import os
import stat
from pathlib import Path

import pytest

from emulator.logfile import LogFile
from tests.disk import files_end_at
from tests.emulator.command import jesmail
from tests.smtpd_files import a_file

MAIL = "samples/jobs/faulty-recipient.jcl"
ROOT = Path(__file__).parents[2]
STILL = ("--clock", "2024-01-31T06:10:00", "--tz", "UTC")


def a_config(tmp_path: Path, level: int) -> Path:
    path = tmp_path / "cssmtp.conf"
    path.write_text(f"LogLevel {level}\nTargetServer\n{{\nTargetIp 127.0.0.1\n}}\n")
    return path


def logged(tmp_path: Path, level: int) -> list[str]:
    """The entries of a run, from their level on."""
    log = tmp_path / "log"
    jesmail("run", ROOT / MAIL, *STILL, "--cssmtp-config", a_config(tmp_path, level), "--log", log)
    if not log.exists():
        return []
    start = "2024-01-31 06:10:00.000000 CSSMTP[1] "
    lines = log.read_text().splitlines()
    assert all(line.startswith(start) for line in lines)
    return [line.removeprefix(start) for line in lines]


def test_a_log_at_its_default(tmp_path: Path) -> None:
    """Errors, warnings and events (LogLevel 7)."""
    reply = "501 5.5.4 JES Syntax error. Domain missing in path"
    assert logged(tmp_path, 7) == [
        f"WARN JOB00001.102 1 mlMail: <DESKUSER> undeliverable {reply}",
        f"EVENT JOB00001.102 1 mlJesReport: Report: {reply} record 4",
        "EVENT JOB00001.102 - mlJesDispose: held mails 1 sent 2 undeliverable 1",
    ]


def test_every_level_brings_its_entries(tmp_path: Path) -> None:
    found = {line.split(" ")[0] for line in logged(tmp_path, 63)}
    assert found == {"WARN", "EVENT", "INFO", "JES", "NET"}
    network = [line for line in logged(tmp_path, 32) if line.startswith("NET")]
    assert any("C> RCPT TO:<anna@acme.example>" in line for line in network)
    assert not any("Anna and Bo" in line for line in network)
    assert any("bytes of text]" in line for line in network)


def test_nothing_is_wanted(tmp_path: Path) -> None:
    assert logged(tmp_path, 0) == []


def test_the_log_is_for_its_owner_and_goes_on(tmp_path: Path) -> None:
    first = logged(tmp_path, 7)
    assert stat.S_IMODE(os.stat(tmp_path / "log").st_mode) == 0o600  # noqa: PTH116
    assert logged(tmp_path, 7) == first * 2


def test_the_system_file_names_it_beside_itself(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("started_tasks: [{name: CSSMTP, log: cssmtp.log}]\n")
    assert jesmail("run", ROOT / "samples/jobs/plain-text.jcl", "--system", system).code == 0
    assert "mlJesDispose: purged mails 1 sent 1" in (tmp_path / "cssmtp.log").read_text()


def test_a_full_disk_stops_no_mail_and_is_said_once(tmp_path: Path) -> None:
    spool_file = tmp_path / "mail.txt"
    spool_file.write_text("".join(f"{line}\n" for line in a_file()))
    said = jesmail(
        "mail", spool_file, spool_file, "--log", "/dev/full",
        "--cssmtp-config", a_config(tmp_path, 63),
    )  # fmt: skip
    assert said.code == 0
    assert "2 mails; recipients: 2 delivered" in said.out
    assert (said.out + said.err).count("JML395W THE LOG /dev/full CANNOT BE WRITTEN") == 1


def test_what_a_full_disk_did_not_take_is_counted(tmp_path: Path) -> None:
    told: list[str] = []
    log = LogFile(tmp_path / "log", told.append)
    log.put("first")
    with files_end_at(6):
        log.put("second")
        log.put("third")
    log.put("fourth")
    log.close()
    assert (tmp_path / "log").read_text() == "first\n[2 entries lost]\nfourth\n"
    assert len(told) == 1


def test_errors_above_the_limit_and_notices_are_entries(tmp_path: Path) -> None:
    log = tmp_path / "log"
    jesmail("run", ROOT / "samples/jobs/faulty-commands.jcl", "--log", log)
    entries = log.read_text()
    assert entries.count("mlJesReport: Report: ") >= 6
    assert "mlJesReport: Maximum errors reached" in entries
    lines = a_file(text=["Subject: s", "", ".x"])
    (tmp_path / "mail.txt").write_text("".join(f"{line}\n" for line in lines))
    config = a_config(tmp_path, 8)
    jesmail("mail", tmp_path / "mail.txt", "--cssmtp-config", config, "--log", tmp_path / "more")
    assert "mlJesNotice: leading-period record 7: " in (tmp_path / "more").read_text()


def test_what_the_console_says_is_an_entry(tmp_path: Path) -> None:
    config = a_config(tmp_path, 2)
    config.write_text("SMF119\n{\nSPOOL Yes\n}\n" + config.read_text())
    jesmail("run", ROOT / MAIL, "--cssmtp-config", config, "--log", tmp_path / "log")
    assert "WARN - - mlConsole: JML397W" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("secure", ["No", "Yes"])
def test_the_dialogue_is_an_entry_inside_tls_too(tmp_path: Path, secure: str) -> None:
    """And of a text that is sent in pieces its size."""
    config, log = a_config(tmp_path, 32), tmp_path / "log"
    config.write_text(config.read_text().replace("}", f"Secure {secure}\n}}"))
    text = ["Subject: s", "", *["x" * 70] * 20_000]
    (tmp_path / "mail.txt").write_text("".join(f"{line}\n" for line in a_file(text=text)))
    options = ("--cssmtp-config", config, "--log", log, "--save-mail", tmp_path / "mails")
    assert jesmail("mail", tmp_path / "mail.txt", *options).code == 0
    said = [line.partition("mlNet: ")[2].partition(" ")[2] for line in log.read_text().splitlines()]
    assert ("C> STARTTLS" in said) == (secure == "Yes")
    assert said.count("C> RCPT TO:<desk@client.example>") == 1
    assert [line for line in said if "S< 354" in line]
    size = (tmp_path / "mails" / "0001.eml").stat().st_size
    assert f"C> [{size + 3} bytes of text]" in said  # and its period
    assert "xxxx" not in log.read_text()


@pytest.mark.parametrize("log", ["/nowhere/log", "/"])
def test_a_log_that_cannot_be_opened_is_refused(log: str) -> None:
    said = jesmail("run", ROOT / MAIL, "--log", log)
    assert said.code == 2
    assert log in said.err
