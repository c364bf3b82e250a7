"""Statement by statement from SMTPD to CSSMTP (smtpd-migration.md 4)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cssmtp.config import statements as s
from cssmtp.config.parser import parse as parse_cssmtp
from cssmtp.smtpd.converter import PLACEHOLDER, Converted, Options, convert
from cssmtp.smtpd.migration import CHANGES, NONE, RISKS
from cssmtp.smtpd.parser import parse
from cssmtp.smtpd.schema import STATEMENTS
from jes.names import WriterName

SAMPLE = Path(__file__).parents[2] / "samples" / "smtpd" / "smtp.config"


def converted(text: str, relay: str | None = None) -> Converted:
    parsed = parse(text)
    assert not parsed.refused
    return convert(parsed, Options(WriterName("SMTP"), relay))


def made(text: str) -> s.Config:
    """The configuration in effect."""
    result = parse_cssmtp(converted(text).text)
    assert result.config is not None
    assert not result.findings
    return result.config


def line_with(text: str, converted_to: Converted) -> str:
    return next(line for line in converted_to.text.splitlines() if text in line)


def test_the_table_has_every_statement() -> None:
    assert set(CHANGES) == {one.keyword for one in STATEMENTS}
    assert all(0 <= change.risk < len(RISKS) for change in CHANGES.values())


def test_the_sample(golden: Callable[[str, str], None]) -> None:
    parsed = parse(SAMPLE.read_text("utf-8"))
    result = convert(parsed, Options(WriterName("SMTP")))
    golden("smtpd/converted.conf", result.text)
    golden("smtpd/converted.findings", "".join(f"{one}\n" for one in result.findings))


@pytest.mark.parametrize(
    ("text", "get", "value"),
    [
        ("IPMAILERADDRESS 192.0.2.25", "target_servers",
         (s.TargetServer(targets=(s.Target(s.TargetKind.IP, "192.0.2.25"),)),)),
        ("IPMAILERNAME ALL r.example\nREMOTEPORT 26\nOUTBOUNDOPENLIMIT 900", "target_servers",
         (s.TargetServer(targets=(s.Target(s.TargetKind.NAME, "r.example"),),
                         connect_port=26, connect_limit=500),)),
        ("RETRYAGE 5\nRETRYINT 30", "extended_retry", s.ExtendedRetry(age=5, interval=30)),
        ("RETRYAGE 0", "extended_retry", None),
        ("RETRYAGE 0", "retry_limit", s.RetryLimit(0, 1)),
        ("TEMPERRORRETRIES 9\nRETRYINT 10", "retry_limit", s.RetryLimit(9, 10)),
        ("TEMPERRORRETRIES 9000\nRETRYINT 1440", "retry_limit", s.RetryLimit(5, 1440)),
        ("POSTMASTER Ops@acme.example", "mail_administrators", ("Ops@acme.example",)),
        ("POSTMASTER Ops@acme.example", "report", s.Report(s.ReportTo.ADMIN)),
        ("POSTMASTER OPSA", "mail_administrators", ()),
        ("POSTMASTER OPSA", "report", s.Report(s.ReportTo.SYSOUT)),
        ("DELETEBADSPOOLFILE", "bad_spool_disp", s.BadSpoolDisp.HOLD),
        ("MAXMAILBYTES 1000", "jes_msg_size", 0),
        ("DBCS JIS83KJ ASCII", "translate", "IBM-939"),
        ("DBCS IBMKANJI", "mbcs", False),
        ("ATSIGN §", "options", s.Options()),
        ("ATSIGN !", "options", s.Options(at_sign="!")),
        ("INACTIVE 5000\nFINISHOPEN 5", "timeout", s.Timeout(initial_msg=30, connect_idle=1200)),
        ("DEBUG", "log_level", 55),
        ("NOLOG", "log_level", 3),
        ("", "log_level", 7),
        ("", "ext_wrt_name", WriterName("SMTP")),
        ("", "undeliverable", s.Undeliverable(return_to_mail_from=True)),
    ],
)  # fmt: skip
def test_a_statement_becomes_its_equivalent(text: str, get: str, value: object) -> None:
    if text.startswith("ATSIGN §"):
        value = s.Options(at_sign="§")
    assert getattr(made(text), get) == value


@pytest.mark.parametrize(
    ("dbcs", "page", "charset"),
    [
        ("JIS78KJ ASCII", "IBM-939", "IBM-5055"), ("JIS78KJ JISROMAN", "IBM-930", "IBM-5053"),
        ("JIS83KJ ASCII", "IBM-939", "IBM-5054"), ("JIS83KJ JISROMAN", "IBM-930", "IBM-5052"),
        ("BIG5", "IBM-937", "IBM-950"), ("EUCKANJI", "IBM-930", "IBM-eucJP"),
        ("KSC5601", "IBM-933", "IBM-949"), ("SCHINESE", "IBM-935", "IBM-1381"),
        ("SJISKANJI", "IBM-930", "IBM-943"), ("TCHINESE", "IBM-937", "IBM-950"),
    ],
)  # fmt: skip
def test_dbcs_by_ibms_table(dbcs: str, page: str, charset: str) -> None:
    """spool-mail.md 9.4; IBM-948 of TCHINESE has no table here."""
    config = made(f"DBCS {dbcs}")
    assert (config.mbcs, config.translate) == (True, page)
    assert config.target_servers[0].mb_charset == charset


def test_without_a_relay_its_place_is_marked() -> None:
    """Risk 3: SMTPD asked for MX records."""
    result = converted("")
    assert "PUT YOUR RELAY HERE; risk 3" in line_with(PLACEHOLDER, result)
    assert [one.id for one in result.findings] == ["JML872W"]
    assert PLACEHOLDER not in converted("", relay="192.0.2.1").text


def test_each_line_says_where_it_comes_from_and_defaults_how_sure_they_are() -> None:
    result = converted("; x\nRETRYAGE 5")
    assert "# line 2 RETRYAGE 5; risk 3" in line_with("Age 5", result)
    assert "# default of RETRYINT 20" in line_with("Interval 20", result)
    assert "# unverified default of LOG" in line_with("LogLevel", result)
    assert "unverified default of REWRITE822HEADER YES" in result.text


@pytest.mark.parametrize("keyword", [one for one, change in CHANGES.items() if change.to == NONE])
def test_what_has_no_equivalent_is_a_comment_with_its_risk(keyword: str) -> None:
    from tests.cssmtp.test_smtpd_config import GOOD

    text = next(one for one, _ in GOOD if one.startswith(keyword))
    result = converted(text)
    line = line_with(f"line 1 {keyword}", result)
    assert line.startswith("# ")
    assert f"risk {CHANGES[keyword].risk}: " in line
    finding = next(one for one in result.findings if one.statement == keyword)
    assert finding.line == 1
    assert finding.id == ("JML871W" if CHANGES[keyword].risk == 3 else "JML871I")
