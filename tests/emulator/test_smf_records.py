"""SMF records of a run, and `jesmail smf`."""

import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cssmtp.smf.layouts import Record, Subtype, built
from emulator.smf import SmfDataSet
from tests.disk import files_end_at
from tests.emulator.command import Said, jesmail

ROOT = Path(__file__).parents[2]
MAIL = ROOT / "samples/jobs/faulty-recipient.jcl"
STILL = ("--clock", "2024-01-31T06:10:00", "--tz", "UTC")
ALL = "MAIL Yes\nSPOOL Yes\nSTATS Yes\nCONFIG Yes"


def run(tmp_path: Path, wanted: str, *options: object) -> Said:
    config = tmp_path / "cssmtp.conf"
    smf = f"SMF119\n{{\n{wanted}\n}}\n" if wanted else ""
    config.write_text(f"{smf}TargetServer\n{{\nTargetIp 127.0.0.1\n}}\n")
    return jesmail("run", MAIL, *STILL, "--cssmtp-config", config, *options)


def records(tmp_path: Path, wanted: str, *options: object) -> list[dict[str, Any]]:
    run(tmp_path, wanted, "--smf", tmp_path / "smf")
    found = jesmail("smf", tmp_path / "smf", "--json", *options).json
    assert (found["others"], found["bad"]) == (0, 0)
    return list(found["records"])


def test_a_run_cuts_what_the_statement_asks_for(tmp_path: Path) -> None:
    """48 at the start, 50 for each mail, 51 for the file, 52 at the end."""
    found = records(tmp_path, ALL)
    assert [one["subtype"] for one in found] == [48, 50, 50, 51, 52]
    spool = {fact["name"]: fact["value"] for fact in found[3]["facts"]}
    assert (spool["MAILS"], spool["SENT"], spool["DISPOSITION"]) == ("1", "2", "held")
    assert found[3]["spool"]["jobid"] == "JOB00001"
    assert found[0]["when"].startswith("2024-01-31")
    assert stat.S_IMODE((tmp_path / "smf").stat().st_mode) == 0o600
    assert len(records(tmp_path, ALL, "--subtype", "51")) == 2  # they are put at the end


@pytest.mark.parametrize(("wanted", "subtypes"), [("", []), ("SPOOL Yes", [51]), ("MAIL No", [])])
def test_only_what_is_wanted_is_cut(tmp_path: Path, wanted: str, subtypes: list[int]) -> None:
    assert [one["subtype"] for one in records(tmp_path, wanted)] == subtypes


def test_a_file_whose_mail_waits_is_not_finished(tmp_path: Path) -> None:
    """51 says that all mails of a spool file are finished."""
    faults = ROOT / "samples/faults/greylisting.yaml"
    run(tmp_path, ALL, "--smf", tmp_path / "smf", "--faults", faults)
    found = jesmail("smf", tmp_path / "smf", "--json").json["records"]
    assert [one["subtype"] for one in found if one["subtype"] == 51] == []
    more = tmp_path / "more"
    run(tmp_path, ALL, "--smf", more, "--faults", faults, "--fast-forward")
    found = jesmail("smf", more, "--json").json["records"]
    assert [one["subtype"] for one in found if one["subtype"] == 51] == [51]


def test_the_command_shows_them_to_people(tmp_path: Path) -> None:
    records(tmp_path, ALL)
    said = jesmail("smf", tmp_path / "smf", "--subtype", "51")
    assert said.code == 0
    assert said.out.startswith(
        "2024-01-31 06:10:00.00  51 SPOOL    CSSMTP on SYS1  writer CSSMTP\n"
    )
    assert "    MAILJOB" not in said.out
    assert "BADR020 JOB00001  data set 102  owner IBMUSER" in said.out


def test_without_a_data_set_the_operator_is_told(tmp_path: Path) -> None:
    said = run(tmp_path, ALL)
    assert "JML397W" in said.out + said.err
    assert "JML397W" not in run(tmp_path, "").out


def test_half_a_block_is_never_left(tmp_path: Path) -> None:
    """A disk that is full for a while loses whole records; those behind them can be read."""
    told: list[str] = []
    data_set = SmfDataSet(tmp_path / "smf", told.append)
    one = built(Record(Subtype.STATS, datetime(2024, 1, 31), "SYS1", "A", "A"))  # noqa: DTZ001
    data_set.put(one)
    size = (tmp_path / "smf").stat().st_size
    with files_end_at(size + 20):
        data_set.put(one)
        data_set.put(one)
    assert (tmp_path / "smf").stat().st_size == size
    data_set.put(one)
    data_set.close()
    assert [line.split(" ")[0] for line in told] == ["JML396W", "JML398W"]
    assert told[1].startswith("JML398W 2 SMF RECORDS")
    assert len(jesmail("smf", tmp_path / "smf", "--json").json["records"]) == 2


def test_a_full_disk_stops_no_mail(tmp_path: Path) -> None:
    said = run(tmp_path, ALL, "--smf", "/dev/full")
    assert "recipients: 3 delivered, 1 undeliverable" in said.out
    assert (said.out + said.err).count("JML396W SMF RECORDS ARE LOST") == 1
    assert "JML398W 5 SMF RECORDS WERE LOST" in said.out + said.err


# --- data sets that are not whole ---------------------------------------------------------------


def a_record(data: bytes) -> bytes:
    """A block with one record."""
    return (len(data) + 8).to_bytes(2) + b"\0\0" + (len(data) + 4).to_bytes(2) + b"\0\0" + data


def show(tmp_path: Path, data: bytes) -> tuple[int, list[int], str]:
    """Exit code, the subtypes that are shown, and what is said of the rest."""
    (tmp_path / "data").write_bytes(data)
    said = jesmail("smf", tmp_path / "data", "--json")
    return said.code, [one["subtype"] for one in said.json["records"]], said.err


def test_records_that_are_not_cssmtps_are_passed_over(tmp_path: Path) -> None:
    """Other types, and type 119 of other components."""
    records(tmp_path, "SPOOL Yes")
    other = bytes([0, 118]) + b"x" * 60
    tcpip = bytes([0, 119]) + b"\0" * 16 + (2).to_bytes(2) + b"\0" * 60
    data = a_record(other) + a_record(tcpip) + (tmp_path / "smf").read_bytes()
    assert show(tmp_path, data) == (0, [51], "")
    said = jesmail("smf", tmp_path / "data")
    assert "2 records are not CSSMTP's" in said.err


@pytest.mark.parametrize(
    ("damage", "text", "behind"),
    [
        pytest.param(a_record(b"\0\x77abc"), "record 2: not an SMF 119", True, id="a record"),
        pytest.param(b"\0\x0c\0\0" + b"\xff" * 8, "no segment descriptor", True, id="an SDW"),
        pytest.param(b"\0\x0c\0\0\0\x08\2\0abcd", "does not follow", True, id="a last segment"),
        pytest.param(b"\0\x0c\0\0\0\x40\0\0abcd", "64 bytes is cut off", True, id="a segment"),
        pytest.param(b"\0\0\0\0", "no segment descriptor", False, id="a BDW"),
    ],
)
def test_damage_is_named_and_the_rest_goes_on(
    tmp_path: Path, damage: bytes, text: str, behind: bool
) -> None:
    records(tmp_path, "SPOOL Yes")
    good = (tmp_path / "smf").read_bytes()
    code, shown, said = show(tmp_path, good + damage + good)
    assert (code, shown) == (1, [51, 51] if behind else [51])
    assert text in said
    assert f"offset {len(good)}" in said or "record 2" in said or f"offset {len(good) + 4}" in said


def test_a_cut_off_end_hides_nothing_before_it(tmp_path: Path) -> None:
    records(tmp_path, "SPOOL Yes")
    good = (tmp_path / "smf").read_bytes()
    for end in range(len(good) + 1, 2 * len(good), 37):
        code, shown, said = show(tmp_path, (good + good)[:end])
        assert (code, shown) == (1, [51])
        assert "offset" in said


def test_a_file_of_anything_else_is_bad_and_the_document_whole(tmp_path: Path) -> None:
    assert show(tmp_path, b"no SMF records are here")[:2] == (1, [])
    assert show(tmp_path, b"") == (0, [], "")


def test_the_system_file_names_the_data_set(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("smf: dump\n")
    run(tmp_path, "STATS Yes", "--system", system)
    assert jesmail("smf", tmp_path / "dump", "--json").json["records"][0]["name"] == "STATS"
