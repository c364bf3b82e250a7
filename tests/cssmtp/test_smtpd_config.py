"""SMTP.CONFIG: each statement of smtpd-migration.md 2, its range and its default; the free form."""

from pathlib import Path
from typing import Any

import pytest

from cssmtp.config.findings import Severity
from cssmtp.config.scanner import read
from cssmtp.smtpd.parser import Parsed, parse
from cssmtp.smtpd.schema import BY_KEYWORD, STATEMENTS, Sure
from cssmtp.smtpd.statements import (
    DEFAULT,
    Barred,
    Dbcs,
    Disallowed,
    Format,
    IpMailerName,
    Mailer,
    Restrict,
    Rewrite,
)
from jes.codepages import page

SAMPLE = Path(__file__).parents[2] / "samples" / "smtpd" / "smtp.config"

GOOD: list[tuple[str, Any]] = [
    ("ALTNJEDOMAIN nje.acme.example", "nje.acme.example"),
    ("ALTTCPHOSTNAME mail2", "mail2"),
    ("ATSIGN §", "§"),
    ("BADSPOOLFILEID opsb", "OPSB"),
    ("CHECKSPOOLSIZE", True),
    ("DBCS jis83kj jisroman", Dbcs.JIS83KJ_JISROMAN),
    ("DBCS IBMKANJI", Dbcs.IBMKANJI),
    ("DEBUG", True),
    ("DELETEBADSPOOLFILE", True),
    ("DISALLOWCMD 1", Disallowed.VERB),
    ("DISALLOWCMD 31", ~Disallowed.NONE),
    ("EXITDIRECTION FROMJES", True),
    ("FINISHOPEN 1", 1),
    ("FINISHOPEN 86400", 86_400),
    ("GATEWAY", True),
    ("INACTIVE 86400", 86_400),
    ("INBOUNDOPENLIMIT 5", 5),
    ("IPMAILERADDRESS 192.0.2.25", "192.0.2.25"),
    ("IPMAILERNAME relay.acme.example", IpMailerName("relay.acme.example")),
    ("IPMAILERNAME ALL relay", IpMailerName("relay", all=True)),
    ("LISTENONADDRESS 192.0.2.1", "192.0.2.1"),
    ("LOCALCLASS z", "Z"),
    ("LOCALFORMAT PUNCH", Format.PUNCH),
    ("LOG", True),
    ("NOLOG", False),
    ("MAILER OFFICE", Mailer(user="OFFICE")),
    (
        "MAILER OFFICE PUNCH LOCAL RSCS NOUNKNOWN SOURCEROUTES",
        Mailer(user="OFFICE", format=Format.PUNCH, local=True, rscs=True, source_routes=True),
    ),
    ("MAILFILEDSPREFIX TCPIP.SMTP", "TCPIP.SMTP"),
    ("MAILFILESUNIT SYSALLDA", "SYSALLDA"),
    ("MAILFILEUNIT SYSALLDA", "SYSALLDA"),
    ("MAILFILEVOLUME WORK01", "WORK01"),
    ("MAXMAILBYTES 1", 1),
    ("MAXMAILBYTES 2147483647", 2_147_483_647),
    ("NJECLASS 3", "3"),
    ("NJEDOMAIN NJE", "NJE"),
    ("NJEFORMAT PUNCH", Format.PUNCH),
    ("NJENODENAME NODEA", "NODEA"),
    ("OUTBOUNDOPENLIMIT 30", 30),
    ("PORT 2525", 2525),
    ("POSTMASTER opsa", "OPSA"),
    ("POSTMASTER Ops@acme.example", "Ops@acme.example"),
    ("RCPTRESPONSEDELAY 0", 0),
    ("REMOTEPORT 65534", 65_534),
    ("RESOLVERRETRYINT 10", 10),
    ("RESOLVERUSAGE no", False),
    (
        "RESTRICT TRANSFERTO opsb\nbad AT nodeb\nworse\nENDRESTRICT",
        Restrict(Barred.TRANSFERTO, "OPSB", ("BAD@NODEB", "WORSE")),
    ),
    ("RESTRICT PURGE x@y *@z ENDRESTRICT", Restrict(Barred.PURGE, None, ("X@Y", "*@Z"))),
    ("RETRYAGE 0", 0),
    ("RETRYAGE 365", 365),
    ("RETRYINT 1440", 1440),
    ("REWRITE822HEADER YES PRINT", Rewrite(on=True, print=True)),
    ("REWRITE822HEADER NO", Rewrite(on=False)),
    ("SECURE", True),
    ("SMSGAUTHLIST opsa opsb", ("OPSA", "OPSB")),
    ("SMSGAUTHLIST\nopsa\nENDSMSGAUTHLIST", ("OPSA",)),
    ("SPOOLPOLLINTERVAL 5", 5),
    ("TEMPERRORRETRIES 12", 12),
    ("TIMEZONE EST", "EST"),
    ("WARNINGAGE 2", 2),
]
BAD = [
    "ALTTCPHOSTNAME a..b", "ATSIGN ab", "BADSPOOLFILEID TOOLONGID9", "DBCS KLINGON",
    "DISALLOWCMD 0", "DISALLOWCMD 32", "EXITDIRECTION BOTH", "FINISHOPEN 0", "FINISHOPEN 86401",
    "INACTIVE x", "IPMAILERADDRESS 192.0.2.256", "IPMAILERADDRESS 2001:db8::1",
    "IPMAILERNAME -bad-", "LOCALCLASS AB", "LOCALFORMAT DISK", "MAILER TOOLONGUSER",
    "MAILFILEDSPREFIX .A", "MAILFILEVOLUME SEVENCH", "MAXMAILBYTES 0", "MAXMAILBYTES 2147483648",
    "NJENODENAME 1NODE", "PORT 65536", "POSTMASTER not-a-user", "REMOTEPORT 65535",
    "RESOLVERUSAGE MAYBE", "RESTRICT KEEP A ENDRESTRICT", "RESTRICT TRANSFERTO ENDRESTRICT",
    "RETRYAGE 366", "RETRYINT 1441", "REWRITE822HEADER SOMETIMES", "SMSGAUTHLIST a/b",
    "TIMEZONE CEST", "WARNINGAGE -1",
]  # fmt: skip


def ids(parsed: Parsed) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.id) for finding in parsed.findings]


def test_there_are_47_statements() -> None:
    assert len(STATEMENTS) == 47
    assert len({one.keyword for one in STATEMENTS}) == 47


@pytest.mark.parametrize(("text", "value"), GOOD, ids=lambda value: str(value)[:40])
def test_a_statement_is_read(text: str, value: Any) -> None:
    parsed = parse(f"; first\n{text} ; last")
    keyword = text.split(maxsplit=1)[0]
    assert all(finding.severity is Severity.NOTE for finding in parsed.findings)
    assert getattr(parsed.config, BY_KEYWORD[keyword].field) == value
    assert parsed.setting(keyword).line == 2


def test_every_statement_has_such_a_test() -> None:
    assert {BY_KEYWORD[text.split(maxsplit=1)[0]] for text, _ in GOOD} == set(STATEMENTS)


@pytest.mark.parametrize("text", BAD)
def test_a_value_outside_its_range_is_an_error_and_leaves_the_default(text: str) -> None:
    parsed = parse(text)
    keyword = text.split(maxsplit=1)[0]
    assert ids(parsed) == [(1, "JML852E")]
    assert parsed.refused
    field = BY_KEYWORD[keyword].field
    assert getattr(parsed.config, field) == getattr(DEFAULT, field)


@pytest.mark.parametrize(
    ("keyword", "default", "sure"),
    [
        ("MAXMAILBYTES", "524288", Sure.V), ("RETRYAGE", "3", Sure.V), ("RETRYINT", "20", Sure.V),
        ("RESOLVERUSAGE", "YES", Sure.V), ("TIMEZONE", "LCL", Sure.V),
        ("GATEWAY", "not given", Sure.V),
        ("MAILFILEDSPREFIX", "SMTPD's job name", Sure.V), ("NJEDOMAIN", "empty", Sure.V),
        ("FINISHOPEN", "120", Sure.K), ("INACTIVE", "180", Sure.K), ("PORT", "25", Sure.K),
        ("POSTMASTER", "TCPMAINT", Sure.K), ("REWRITE822HEADER", "YES NOPRINT", Sure.K),
        ("LOCALFORMAT", "NETDATA", Sure.K), ("WARNINGAGE", "1", Sure.K), ("LOG", "given", Sure.K),
        ("SPOOLPOLLINTERVAL", "30", Sure.K), ("RCPTRESPONSEDELAY", "60", Sure.K),
    ],
)  # fmt: skip
def test_a_default_says_how_sure_it_is(keyword: str, default: str, sure: str) -> None:
    """smtpd-migration.md 2: V was read, K is shown as unverified."""
    setting = parse("").setting(keyword)
    assert BY_KEYWORD[keyword].default_text() == default
    assert setting.sure == sure
    assert setting.unverified == (sure == "K")


def test_what_is_coded_is_no_default() -> None:
    assert not parse("PORT 25").setting("PORT").unverified
    assert parse("NOLOG").setting("LOG").line == 1


def test_free_form_on_one_line_and_on_several() -> None:
    parsed = parse("RETRYAGE\n  5 RETRYINT 30 GATEWAY\nmailer\n office\n local")
    assert not parsed.findings
    assert (parsed.config.retry_age, parsed.config.retry_int) == (5, 30)
    assert parsed.config.mailer == Mailer(user="OFFICE", local=True)
    assert dict(parsed.lines) == {"RETRYAGE": 1, "RETRYINT": 2, "GATEWAY": 2, "MAILER": 3}


def test_a_keyword_on_the_same_line_may_be_a_value() -> None:
    parsed = parse("MAILER SECURE\nBADSPOOLFILEID DEBUG")
    assert not parsed.findings
    assert parsed.config.mailer == Mailer(user="SECURE")


def test_all_findings_at_once_in_line_order() -> None:
    text = (
        "RETRYAG 3\nRETRYAGE\nRETRYINT 9999\nGATEWAY yes\nRESTRICT PURGE A\nLOG\nNOLOG\n"
        "ENDRESTRICT\n# comment\nTIMEZONE EST DST\nPORT 25\nPORT 26\nX\x01\n"
    )
    assert ids(parse(text)) == [
        (1, "JML850W"), (2, "JML851E"), (3, "JML852E"), (4, "JML853E"), (5, "JML855E"),
        (7, "JML854W"), (8, "JML856E"), (9, "JML857E"), (10, "JML853E"), (12, "JML854W"),
        (13, "JML242E"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("RETRYAG", "RETRYAGE"),
        ("IPMAILERADRESS", "IPMAILERADDRESS"),
        ("REWRITE822", "REWRITE822HEADER"),
    ],
)
def test_a_near_miss_is_suggested(word: str, meant: str) -> None:
    parsed = parse(f"{word} 3")
    assert f"did you mean {meant}?" in parsed.findings[0].text
    assert parsed.findings[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IPMAILERADDRESS 192.0.2.1\nIPMAILERNAME a.example", [(1, "JML860W")]),
        ("IPMAILERADDRESS 192.0.2.1\nMAILER OFFICE UNKNOWN", [(2, "JML861W")]),
        ("RESOLVERUSAGE NO", [(1, "JML862I")]),
        ("RETRYAGE 2\nWARNINGAGE 2", [(2, "JML863I")]),
        ("SECURE", [(1, "JML864I")]),
        ("SECURE\nGATEWAY", []),
    ],
)
def test_what_statements_say_of_each_other(text: str, expected: list[tuple[int, str]]) -> None:
    """smtpd-migration.md 2: MAILER UNKNOWN and IPMAILERADDRESS, IPMAILER and RESOLVERUSAGE."""
    assert ids(parse(text)) == expected


def test_the_sample_in_ebcdic_card_images_is_the_same() -> None:
    text = SAMPLE.read_text("utf-8")
    cards = "".join(f"{line:<80.80}" for line in text.splitlines())
    source = read(page("IBM-1047").encode(cards))
    assert source.codepage == "IBM-1047"
    assert parse(source.text) == parse(text)
    assert not parse(text).findings


def test_sequence_numbers_are_ignored_when_every_line_has_them() -> None:
    lines = ["RETRYAGE 5", "; comment", "GATEWAY"]
    numbered = "\n".join(f"{line:<72}{n:08d}" for n, line in enumerate(lines))
    assert parse(numbered) == parse("\n".join(lines))
