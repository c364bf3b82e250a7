"""`jesmail convert`: the file, what is said of it, and exit codes."""

from pathlib import Path

import pytest

from jes.codepages import page
from tests.emulator.command import jesmail

SAMPLE = Path(__file__).parents[2] / "samples" / "smtpd" / "smtp.config"


def test_what_it_writes_is_what_check_accepts(tmp_path: Path) -> None:
    output = tmp_path / "cssmtp.conf"
    said = jesmail("convert", SAMPLE, "-o", output)
    assert (said.code, said.out) == (0, "")
    assert "JML871W NJEDOMAIN" in said.err
    assert jesmail("check", output).code == 0
    assert jesmail("convert", SAMPLE).out == output.read_text("utf-8")


def test_json_has_every_statement_with_its_way() -> None:
    document = jesmail("convert", SAMPLE, "--json").json
    assert document["valid"]
    assert len(document["statements"]) == 47
    by_name = {one["statement"]: one for one in document["statements"]}
    assert by_name["RETRYAGE"]["line"] == 6
    assert by_name["REMOTEPORT"]["default_grade"] == "K"
    assert by_name["NJEDOMAIN"]["to"] is None
    assert "ExtWrtName SMTP" in document["configuration"]


def test_an_error_refuses_the_file(tmp_path: Path) -> None:
    config, output = tmp_path / "smtp.config", tmp_path / "cssmtp.conf"
    config.write_text("RETRYINT 9999\nPORT x\n")
    said = jesmail("convert", config, "-o", output)
    assert said.code == 2
    assert [line.split(" ")[1] for line in said.err.splitlines()] == ["1:", "2:"]
    assert not output.exists()
    assert jesmail("convert", config, "--json").json["configuration"] is None


def test_ebcdic_and_its_page(tmp_path: Path) -> None:
    config = tmp_path / "smtp.config"
    config.write_bytes(page("IBM-273").encode("ATSIGN §\x85TIMEZONE MEZ\x85"))
    said = jesmail("convert", config, "--codepage", "IBM-273", "--jobname", "smtp2")
    assert said.code == 0
    assert "AtSign §" in said.out
    assert "ExtWrtName SMTP2" in said.out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--relay", "not a host"),
        ("--jobname", "TOOLONGNAME"),
        ("--codepage", "IBM-9"),
        ("-o", "/x/y"),
    ],
)
def test_wrong_usage(option: str, value: str) -> None:
    said = jesmail("convert", SAMPLE, option, value)
    assert said.code == 2
    assert "jesmail: " in said.err
