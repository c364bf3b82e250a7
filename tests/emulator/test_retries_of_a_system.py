"""Retries in a system that stays up: what operators see, and what a stop leaves."""

from pathlib import Path

import pytest

from emulator.panels.port import Port
from emulator.status import CssmtpStatus
from tests.emulator.command import jesmail
from tests.emulator.running_system import Up, place_in, system_up
from tests.emulator.test_running_system import mail_job

SYSTEM = """
sandbox: {faults: faults.yaml}
started_tasks:
  - {name: CSSMTP, config: cssmtp.conf}
"""
FAULTS = "- {when: {recipient: 'b@*'}, do: defer}"


def a_system(folder: Path, config: str) -> None:
    (folder / "faults.yaml").write_text(FAULTS)
    (folder / "cssmtp.conf").write_text(
        f"ExtWrtName CSSMTP\nTargetServer\n{{\nTargetIp 192.0.2.1\n}}\n{config}"
    )


def cssmtp(up: Up) -> CssmtpStatus:
    status = Port(up.place).status()
    assert status is not None
    (one,) = status.cssmtps
    return one


def test_a_mail_in_long_retry_shows_and_its_file_goes_back(tmp_path: Path) -> None:
    a_system(tmp_path, "")
    with system_up(place_in(tmp_path, SYSTEM)) as up:
        up.submit(mail_job())
        while cssmtp(up).long_retry == 0:
            up.command("$D I")
        one = cssmtp(up)
        assert [task.state for task in one.spool_tasks].count("LONG RETRY") == 1
        assert one.counters is not None
        assert one.counters.pending == 1
        said = jesmail("cssmtp", "status", "--spool", up.place.spool)
        assert "mails in long retry 1, in extended retry 0" in said.out
        up.command("P CSSMTP")
        up.until("CSSMTP ENDED")
        assert any("JML312W MAILJOB" in line for line in up.lines)


@pytest.mark.parametrize("again", [False, True], ids=["stays", "stops"])
def test_a_mail_in_extended_retry_is_beside_the_spool(again: bool, tmp_path: Path) -> None:
    a_system(tmp_path, "RetryLimit\n{\nCount 0\n}\nExtendedRetry\n{\n}\n")
    place = place_in(tmp_path, SYSTEM)
    with system_up(place) as up:
        up.submit(mail_job())
        up.until("SENT TO 0, REFUSED 0, PURGED")
        if again:
            up.command("P CSSMTP")
            up.until("CSSMTP ENDED")
            up.command("S CSSMTP")
            up.until("CSSMTP STARTED", 2)
        while cssmtp(up).extended_retry == 0:
            up.command("$D I")
        one = cssmtp(up)
        assert (one.long_retry, one.extended_retry) == (0, 1)
        assert one.oldest is not None
        up.submit(mail_job())
        up.until("SENT TO 0, REFUSED 0, PURGED", 2)
        found = [file.name[:2] for file in tmp_path.glob("*-unix/var/cssmtp/CSSMTP/mail/*")]
        assert sorted(found) == ["cf", "cf", "df", "df"]
