"""A spool file on both sides: selection, fates, texts, verdicts (smtpd-migration.md 7.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from cssmtp.choices import DEFAULT
from cssmtp.config.parser import parse
from cssmtp.headers import Stamps
from cssmtp.rehearsal import Rehearsal
from cssmtp.rules import rules_of
from cssmtp.smtpd.facts import Site
from cssmtp.smtpd.report import FileReport, NotRead, Readiness, Verdict
from cssmtp.smtpd.tally import Tally
from cssmtp.smtpd.verdicts import SHOWN_LINES, Migration
from jes.names import SysoutClass, WriterName
from jes.records import Block, Recfm
from jes.sysout import Disposition
from tests.builders import blocks_of, ebcdic
from tests.cssmtp.fake_spool import a_spool_file
from tests.smtpd_files import NOW, a_file, a_site

TARGETS = "TargetServer\n{\nTargetIp 127.0.0.1\n}\n"
SMTP = WriterName("SMTP")


def a_migration(config: str = "ExtWrtName SMTP\n" + TARGETS, site: Site | None = None) -> Migration:
    """SMTPD as `SMTP`, and a CSSMTP configured by `config`."""
    parsed = parse(config, jobname="CSSMTP").config
    assert parsed is not None
    rules = rules_of(parsed, DEFAULT, "mvs1.acme.example", "CSSMTP", Stamps(lambda: NOW))
    wire = rules.codes.wire(parsed.target_servers[0])
    return Migration(site or a_site(), Rehearsal(rules, DEFAULT, wire), SMTP)


def report(lines: Sequence[str], by: Migration | None = None, **file: Any) -> FileReport:
    """A spool file of these lines, for SMTPD's name unless `file` says otherwise."""
    recfm, lrecl = Recfm("VB"), 1504
    blocks = list(blocks_of([ebcdic(line) for line in lines], recfm, lrecl))
    facts = {"writer": SMTP, "recfm": recfm, "lrecl": lrecl, **file}
    spooled = replace(a_spool_file(), records=len(lines), **facts)

    def read(record: int) -> Sequence[Block]:
        return [block for block in blocks if block.next > record]

    return (by or a_migration()).report("a file", spooled, read)


def rules(found: FileReport) -> set[str]:
    return {one.rule for one in found.changes}


def with_line(at: int, line: str) -> list[str]:
    good = a_file()
    return [*good[:at], line, *good[at + 1 :]]


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        pytest.param(a_file(), Verdict.SAME, id="same"),
        pytest.param(a_file("OPSB"), Verdict.BREAKS, id="a local user (RCP-01)"),
        pytest.param(with_line(0, "HELO NODEA 0010"), Verdict.BREAKS, id="nothing sent (CMD-05)"),
        pytest.param(a_file(text=[".a"]), Verdict.NOTICES, id="a leading period (FMT-08)"),
        pytest.param(["HELO A", "HELP", *a_file()[1:]], Verdict.DIFFERENT, id="CMD-01, mail sent"),
        pytest.param(["EHLO A", *a_file()[1:]], Verdict.IMPROVES, id="EHLO, which SMTPD refuses"),
        pytest.param(a_file(sender="OPSA"), Verdict.BREAKS, id="a short sender, refused (SND-01)"),
        pytest.param(["A REPORT"], Verdict.NOTICES, id="no commands (SEL-07)"),
        pytest.param([], Verdict.SAME, id="nothing at all"),
    ],
)
def test_a_verdict(lines: list[str], verdict: Verdict) -> None:
    found = report(lines)
    assert found.verdict is verdict, (found.changes, found.mails)


def test_both_texts_are_the_same_without_what_each_adds() -> None:
    (mail,) = report(a_file(text=["Subject: s", "", "x", "..y"])).mails
    assert mail.equal
    assert mail.smtpd == mail.cssmtp == ()  # nobody has to look
    both = ("OPSB", "desk@client.example")
    (other,) = report(a_file(*both, text=["Subject: s", "", "x", "..y"])).mails
    assert other.smtpd[-4:] == other.cssmtp[-4:] == ("Subject: s", "", "x", "..y")
    assert "SMTPD" in other.smtpd[0]
    assert "CSSMTP" in other.cssmtp[0]


def test_the_fates_of_recipients_stand_beside_each_other() -> None:
    (mail,) = report(a_file("OPSB", "b@client.example", "c@NODEB")).mails
    fates = [(one.address, one.smtpd, one.cssmtp) for one in mail.recipients]
    assert fates == [
        ("OPSB", "local", "refused"),
        ("b@client.example", "sent", "sent"),
        ("c@NODEB", "nje", "no such mailbox"),
    ]


# rule: a file that shows it, a twin that does not
SELECTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "SEL-01": ({"writer": SMTP}, {"writer": WriterName("CSSMTP")}),
    "SEL-03": ({"writer": None, "dest": "SMTP"}, {"writer": None, "dest": "CSSMTP"}),
    "SEL-05": ({"disposition": Disposition.HOLD}, {"disposition": Disposition.KEEP}),
}


@pytest.mark.parametrize("rule", SELECTED)
def test_selection(rule: str) -> None:
    by = a_migration("ExtWrtName CSSMTP\n" + TARGETS)
    shows, twin = SELECTED[rule]
    writer = {} if rule != "SEL-05" else {"writer": WriterName("CSSMTP")}
    found = report(a_file(), by, **(writer | shows))
    assert rules(found) == {rule}
    assert found.verdict is (Verdict.NOTICES if rule == "SEL-05" else Verdict.NEVER_SELECTED)
    assert found.cssmtp.result == ("HELD" if rule == "SEL-05" else "NOT-SELECTED")
    assert rules(report(a_file(), by, **(writer | twin))) == set()


def test_what_neither_takes_is_no_concern() -> None:
    by = a_migration()
    assert by.concerns(replace(a_spool_file(), writer=SMTP))
    assert not by.concerns(replace(a_spool_file(), writer=None, sysout_class=SysoutClass("A")))


def test_other_characters_are_cp_01() -> None:
    """SMTPD's table gives other characters than Translate and Charset."""
    text = ["Subject: s", "", "item [1]"]
    assert rules(report(a_file(text=text))) == set()
    other = a_migration("ExtWrtName SMTP\nTranslate IBM-037\n" + TARGETS)
    found = report(a_file(text=text), other)
    assert rules(found) == {"CP-01"}
    assert found.verdict is Verdict.DIFFERENT
    assert "'['" in found.changes[0].text
    assert rules(report(a_file(), other)) == set()


def test_a_charset_that_mail_does_not_leave_in_is_cp_06() -> None:
    def declared(charset: str) -> set[str]:
        header = f"Content-Type: text/plain; charset={charset}"
        return rules(report(a_file(text=["Mime-Version: 1.0", header, "", "caf\u00e9"])))

    assert "CP-06" in declared("iso-8859-2")
    assert "CP-06" not in declared("iso-8859-1")


def test_another_at_sign_is_cp_03() -> None:
    """IBM-273 has its at-sign elsewhere; AtSign says where the jobs have it."""
    german = "ExtWrtName SMTP\nTranslate IBM-273\n"
    found = report(a_file(), a_migration(german + TARGETS))
    assert "CP-03" in rules(found)
    assert found.verdict is Verdict.BREAKS
    known = a_migration(german + "Options\n{\nAtSign \u00a7\n}\n" + TARGETS)
    assert "CP-03" not in rules(report(a_file(), known))


def test_an_excerpt_shows_the_record_and_where_numbers_stand() -> None:
    numbered = "HELO NODEA".ljust(72) + "00010000"
    found = report([numbered, *a_file()[1:]])
    (change,) = [one for one in found.changes if one.rule == "CMD-05"]
    assert (change.record, change.column, change.excerpt) == (1, 73, numbered)


def test_a_long_text_is_shown_in_part_and_compared_whole() -> None:
    text = ["Subject: s", "", *["x"] * (SHOWN_LINES + 50)]
    assert report(a_file(text=text)).mails[0].equal
    last = [*text[:-1], "\u00e9"]  # not in the Charset
    ascii_ = a_migration("ExtWrtName SMTP\n" + TARGETS.replace("}", "Charset US-ASCII\n}"))
    (mail,) = report(a_file(text=last), ascii_).mails
    assert not mail.equal
    assert len(mail.smtpd) == SHOWN_LINES + 1
    assert mail.smtpd[-1].endswith("more lines]")


def test_a_site_is_ready_after_changes_that_rules_name() -> None:
    by = a_migration()

    def ready(*found: FileReport | NotRead) -> Readiness:
        tally = Tally()
        for one in found:
            tally.add(one)
        return tally.summary(by, "", "").readiness

    good, bad = report(a_file()), report(a_file("OPSB"))
    assert ready(good) is Readiness.READY
    assert ready(good, bad) is Readiness.AFTER_CHANGES
    assert ready(good, NotRead(source="x", reason="y")) is Readiness.NOT_READY
    assert ready(replace(bad, changes=())) is Readiness.NOT_READY


def test_short_retries_are_proposed_to_be_longer() -> None:
    """ERR-03: five minutes in place of days."""
    (said,) = Tally().summary(a_migration(), "", "").proposals
    assert "ERR-03" in said
    long = a_migration("ExtWrtName SMTP\nExtendedRetry\n{\nAge 5\n}\n" + TARGETS)
    assert Tally().summary(long, "", "").proposals == ()


def test_other_names_and_addresses_make_no_other_differences() -> None:
    """What is compared is what the programs do, not how things are called."""
    before = ["HELO NODEA 0010", *a_file("OPSB", "x@client.example", text=["Subject: s", "", ".a"])]
    after = [
        line.replace("OPSB", "PAYROLL").replace("client", "customer").replace("acme", "umbrella")
        for line in before
    ]

    def told(found: FileReport) -> list[tuple[str, int, str]]:
        return [(one.rule, one.record, one.severity) for one in found.changes]

    assert told(report(before)) == told(report(after))
    assert report(before).verdict is report(after).verdict


def values(found: object) -> Iterator[str]:
    """Every text in a report."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple):
        for one in found:
            yield from values(one)
    elif is_dataclass(found) and not isinstance(found, type):
        for one in fields(found):
            yield from values(getattr(found, one.name))


# ESC, BEL, CSI of 8 bits, DEL
@pytest.mark.parametrize("bad", ["\x1b[2J", "\x07", "\x9b2J", "\x7f"])
@pytest.mark.parametrize("line", range(6))
def test_nothing_in_a_report_moves_a_cursor(line: int, bad: str) -> None:
    lines = a_file("OPSB", text=["From: OPSA", "Subject: s", "", "x"])
    hostile = [one + bad if at == line else one for at, one in enumerate(lines)]
    for one in (hostile, [f"X{bad}", *lines], a_file(f"a{bad}@b.example", sender=f"c{bad}")):
        assert all(text.isprintable() for text in values(report(one)))


def test_a_held_file_is_held_on_both_sides() -> None:
    found = report(a_file(), disposition=Disposition.HOLD)
    assert (found.smtpd.result, found.cssmtp.result) == ("HELD", "HELD")
    assert found.cssmtp.disposition == "PURGED once it is released"
