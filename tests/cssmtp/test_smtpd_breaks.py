"""The numbered break rules of smtpd-migration.md 5: a file that shows it, a twin that does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.choices import Choices
from cssmtp.smtpd.breaks import RULES
from cssmtp.smtpd.differences import Compared, SpoolData, compare, read
from cssmtp.smtpd.facts import BATCH, Origin
from jes.records import Recfm
from tests.builders import CODE, LIMITS, blocks_of, ebcdic
from tests.smtpd_files import a_file, a_site

GOOD = a_file()


def through(lines: list[str], config: str = "", origin: Origin = BATCH, **choices: Any) -> Compared:
    """Both sides of a file."""
    recfm, lrecl = Recfm("VB"), 1504
    blocks = list(blocks_of([ebcdic(line) for line in lines], recfm, lrecl))
    data = SpoolData(blocks, recfm, lrecl, origin)
    return compare(data, a_site(config), read(data, CODE, LIMITS, Choices(**choices)))


def rules(found: Compared) -> set[str]:
    return {one.rule.id for one in found.breaks}


def with_line(at: int, line: str) -> list[str]:
    return [*GOOD[:at], line, *GOOD[at + 1 :]]


def before(*lines: str) -> list[str]:
    return [GOOD[0], *lines, *GOOD[1:]]


TEXT = ["Subject: s", ""]
LOCAL = "MAILER OFFICE LOCAL"
# rule: a file that shows it, a twin that does not, SMTP.CONFIG, choices of CSSMTP
SHOWN: dict[str, tuple[list[str], list[str], str, dict[str, Any]]] = {
    "CMD-01": (before("HELP"), before("RSET"), "", {}),
    "CMD-02": (before("VERB ON"), before("RSET"), "", {}),
    "CMD-03": (before("TICK 4711"), before("RSET"), "", {}),
    "CMD-04": (["HELO A", "EHLO A", *GOOD[1:]], GOOD, "", {}),
    "CMD-05": (with_line(0, "HELO A 00010000"), GOOD, "", {}),
    "CMD-06": (with_line(3, "DATA 00040000"), GOOD, "", {}),
    "CMD-07": (with_line(1, "MAIL FROM: a@acme.example"), GOOD, "", {}),
    "CMD-08": (with_line(1, "MAIL FROM:<a@acme.example> SIZE=9"), GOOD, "", {}),
    "CMD-09": (
        with_line(0, "HELO A␍␊"), with_line(0, "HELO A␍"), "", {"lf_is_separator": False},
    ),
    "CMD-10": (with_line(0, "HELO A" + "␀" * 510), with_line(0, "HELO A␀␀"), "", {}),
    "CMD-11": (["HELO A", *["HELP"] * 6, *GOOD[1:]], ["HELO A", *["HELP"] * 5, *GOOD[1:]], "", {}),
    "CMD-12": (
        a_file(*[f"u{n}@client.example" for n in range(2001)]),
        a_file(*[f"u{n}@client.example" for n in range(2000)]), "", {},
    ),
    "RCP-01": (a_file("OPSB"), GOOD, "", {}),
    "RCP-02": (a_file("clerk@NODEB"), a_file("clerk@NODEX.example"), "GATEWAY", {}),
    "RCP-03": (a_file("@a.example:u@b.example"), GOOD, "", {}),
    "RCP-04": (a_file("opsb@mvs1.acme.example"), a_file("opsb@mvs2.acme.example"), "", {}),
    "RCP-05": (a_file("u@[192.0.2.9]"), GOOD, "", {}),
    "SND-01": (a_file(sender="OPSA@NODEA"), GOOD, "", {}),
    "SND-02": (
        a_file(text=["From: A@NODEA", "", "x"]), a_file(text=["From: A@x.org", "", "x"]), "", {},
    ),
    "SND-03": (a_file(sender=""), GOOD, "", {}),
    "SEL-07": (["TOTALS", "1 2"], GOOD, "", {}),
    "FMT-01": (
        a_file(text=[*TEXT, "x" * 79 + "<", "y"]), a_file(text=[*TEXT, "x" * 80, "y"]), "", {},
    ),
    "FMT-02": (
        [*GOOD[:-2], "x" * 79 + "<", "."], [*GOOD[:-2], "x" * 78 + "<", "."], "", {},
    ),
    "FMT-03": (a_file(text=[*TEXT, "x" * 999]), a_file(text=[*TEXT, "x" * 998]), "", {}),
    "FMT-04": (
        with_line(0, "HELO " + "a" * 506), with_line(0, "HELO " + "a" * 255), "", {},
    ),
    "FMT-05": (a_file(text=[*TEXT, "a␀b"]), a_file(text=[*TEXT, "a b"]), "", {}),
    "FMT-07": (a_file(text=[" Subject: s", "", "x"]), GOOD, "", {}),
    "FMT-08": (a_file(text=[*TEXT, ".TITLE"]), a_file(text=[*TEXT, "..TITLE"]), "", {}),
    "FMT-09": (GOOD[:-2], GOOD[:-1], "", {}),
    "FMT-12": (
        a_file(text=[*TEXT, "-- ", "x"]), a_file(text=[*TEXT, "- ", "x"]), "", {},
    ),
    "ERR-01": (before("NONSENSE"), GOOD, "", {}),
    "ERR-04": (before("NONSENSE"), GOOD, "", {}),
    "ROU-01": (a_file("OPSB"), GOOD, LOCAL, {}),
}  # fmt: skip


@pytest.mark.parametrize("rule", SHOWN)
def test_a_file_shows_a_rule_and_its_twin_does_not(rule: str) -> None:
    lines, twin, config, choices = SHOWN[rule]
    assert rule in rules(through(lines, config, **choices))
    assert rule not in rules(through(twin, config, **choices))


def test_netdata_is_worth_knowing() -> None:
    assert rules(through(GOOD, origin=Origin("OPSA", netdata=True))) == {"FMT-10"}
    assert rules(through(GOOD)) == set()


def test_every_rule_has_such_a_file() -> None:
    """Those of two configurations are in test_smtpd_verdicts."""
    of_both = {"FMT-06", "CP-06", "SEL-01", "SEL-03", "SEL-05", "CP-01", "CP-03"}
    assert set(SHOWN) | {"FMT-10"} | of_both == set(RULES)


@pytest.mark.parametrize("rule", SHOWN)
def test_other_names_and_addresses_make_no_difference(rule: str) -> None:
    """The same file with other users and domains breaks the same rules."""
    lines, _, config, choices = SHOWN[rule]
    other = [
        line.replace("client.example", "kunde.example").replace("ops@", "rep@") for line in lines
    ]
    assert rules(through(other, config, **choices)) == rules(through(lines, config, **choices))


LINES = st.sampled_from(sorted({line for lines, *_ in SHOWN.values() for line in lines[:40]}))


@given(st.lists(LINES | st.binary(max_size=90), max_size=30))
def test_any_records_can_be_compared(records: list[str | bytes]) -> None:
    data = [ebcdic(one) if isinstance(one, str) else one for one in records]
    recfm, lrecl = Recfm("VB"), 1504
    spool_data = SpoolData(list(blocks_of(data, recfm, lrecl)), recfm, lrecl)
    found = compare(spool_data, a_site(), read(spool_data, CODE, LIMITS))
    assert all(0 <= one.record <= len(records) for one in found.breaks)
    assert list(found.breaks) == sorted(found.breaks, key=lambda one: one.record)


def test_carriage_control_is_one() -> None:
    """FMT-06: a control byte in front of each record."""
    recfm = Recfm("VBA")
    blocks = list(blocks_of([ebcdic(" " + line) for line in GOOD], recfm, 1504))
    data = SpoolData(blocks, recfm, 1504)
    assert "FMT-06" in rules(compare(data, a_site(), read(data, CODE, LIMITS)))
