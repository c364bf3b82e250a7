"""CSSMTP's configuration file: grammar, values and rules between statements (cssmtp-config.md)."""

import pytest

from cssmtp.config import statements as s
from cssmtp.config.findings import Severity
from cssmtp.config.parser import Parsed, parse
from jes.names import SysoutClass

ONE_TARGET = "TargetServer\n{\n  TargetIp 192.0.2.25\n}\n"


def with_target(text: str) -> Parsed:
    return parse(ONE_TARGET + text)


def ids(parsed: Parsed) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.id) for finding in parsed.findings]


def test_the_smallest_legal_file_takes_every_default() -> None:
    """Section 7, and the defaults of section 8."""
    parsed = parse(ONE_TARGET, jobname="MAILER")
    assert parsed.findings == ()
    config = parsed.config
    assert config is not None
    assert config.ext_wrt_name == "MAILER"
    assert config.target_servers == (
        s.TargetServer(targets=(s.Target(s.TargetKind.IP, "192.0.2.25"),)),
    )
    assert config.extended_retry is None
    assert config.undeliverable.directory(config.ext_wrt_name) == "/var/cssmtp/MAILER/deadletter/"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        pytest.param("BadSpoolDisp delete", "bad_spool_disp", s.BadSpoolDisp.DELETE, id="4.1"),
        pytest.param("ChkPointSizeLimit 512000", "chk_point_size_limit", 512_000, id="4.2"),
        pytest.param("extwrtname mail#1", "ext_wrt_name", "MAIL#1", id="4.4-case"),
        pytest.param("JESJobSize 1000000", "jes_job_size", 1_000_000, id="4.6"),
        pytest.param("JESMsgSize\t0", "jes_msg_size", 0, id="4.7-tab"),
        pytest.param("JESSyntaxErrLimit 0", "jes_syntax_err_limit", 0, id="4.8"),
        pytest.param("LogLevel 15   # 1+2+4+8", "log_level", 15, id="2-comment-after-value"),
        pytest.param(
            "MailAdministrator Ops@Example.com",
            "mail_administrators",
            ("Ops@Example.com",),
            id="4.10-case-kept",
        ),
        pytest.param("MailAdministrator a#1@b.c", "mail_administrators", ("a#1@b.c",), id="2-hash"),
        pytest.param("Report None", "report", s.Report(), id="4.14-none"),
        pytest.param("Report SYSOUT", "report", s.Report(s.ReportTo.SYSOUT), id="4.14-sysout"),
        pytest.param(
            "Report Sysout e",
            "report",
            s.Report(s.ReportTo.SYSOUT, SysoutClass("E")),
            id="4.14-class",
        ),
        pytest.param("ReportMailFrom a@b.c", "report_mail_from", "a@b.c", id="4.14-from"),
        pytest.param("Translate cp273", "translate", "IBM-273", id="4.18-page"),
        pytest.param("UserExit version4", "user_exit", s.UserExit.VERSION4, id="4.20"),
        pytest.param("Header\n{\nDate NO\n}", "header", s.Header(date=False), id="4.5"),
        pytest.param("OPTIONS\n{\n}", "options", s.Options(), id="2-empty-block"),
        pytest.param("Options\n{\nAtSign Ö\n}", "options", s.Options(at_sign="Ö"), id="4.13"),
        pytest.param("ExtendedRetry\n{\n}", "extended_retry", s.ExtendedRetry(), id="4.3-present"),
        pytest.param(
            "Undeliverable # x\n  {  # y\n DeadLetterDirectory /var/x # z\n\n } # end",
            "undeliverable",
            s.Undeliverable(dead_letter_directory="/var/x/"),
            id="4.19-slash-added",
        ),
        pytest.param("RetryLimit\n{\nCount 120\nInterval 60\n}", "retry_limit",
                     s.RetryLimit(120, 60), id="4.15-limit-reached"),
    ],
)  # fmt: skip
def test_a_statement_is_read(text: str, field: str, value: object) -> None:
    parsed = with_target(text)
    assert parsed.config is not None, parsed.findings
    assert getattr(parsed.config, field) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Tmeout 5", [(5, "JML243E")], id="2-unknown"),
        pytest.param("Log 7", [(5, "JML243E")], id="2-no-abbreviation"),
        pytest.param("LogLevel", [(5, "JML245E")], id="2-no-value"),
        pytest.param("LogLevel 1 200", [(5, "JML246E")], id="2-one-word"),
        pytest.param("LogLevel 7 ; text", [(5, "JML247E")], id="2-semicolon-behind"),
        pytest.param("; text", [(5, "JML247E")], id="2-semicolon"),
        pytest.param("LogLevel #7", [(5, "JML245E")], id="2-hash-is-comment"),
        pytest.param("LogLevel 256", [(5, "JML248E")], id="4.9-range"),
        pytest.param("LogLevel -1", [(5, "JML248E")], id="2-unsigned"),
        pytest.param("LogLevel \u0667", [(5, "JML248E")], id="2-decimal-ascii"),
        pytest.param("LogLevel " + "9" * 900, [(5, "JML248E")], id="2-many-digits"),
        pytest.param("LogLevel 7" + " " * 1100 + "7", [(5, "JML241E")], id="2-line-length"),
        pytest.param("LogLevel \x077", [(5, "JML242E")], id="2-control"),
        pytest.param("LogLevel 3\nLogLevel 4", [(6, "JML249W")], id="2-last-wins"),
        pytest.param("MBCS Y", [(5, "JML248E")], id="2-no-Y"),
        pytest.param("Report Admin X\n", [(5, "JML248E")], id="4.14-class-of-sysout-only"),
        pytest.param("Report Sysout AB", [(5, "JML248E")], id="4.14-one-character"),
        pytest.param("ExtWrtName INTRDR", [(5, "JML248E")], id="7-reserved"),
        pytest.param("ExtWrtName NINECHARS", [(5, "JML248E")], id="4.4-length"),
        pytest.param("ChkPointSizeLimit 63999", [(5, "JML248E")], id="7-checkpoint"),
        pytest.param("Timeout\n{\nAnyCmd 29\n}", [(7, "JML248E")], id="7-anycmd"),
        pytest.param("Timeout\n{\nAnyCmd 30\nAnyCmd 31\n}", [(8, "JML249W")], id="2-parameter"),
        pytest.param("Timeout\n{\nAnyCmmd 30\n}", [(7, "JML244E")], id="2-unknown-parameter"),
        pytest.param("AnyCmd 30", [(5, "JML256E")], id="2-parameter-outside"),
        pytest.param("Timeout {\nAnyCmd 30\n}", [(5, "JML250E")], id="7-brace-on-keyword-line"),
        pytest.param("Timeout { AnyCmd 30 }", [(5, "JML250E")], id="2-all-on-one-line"),
        pytest.param("Timeout\n{ AnyCmd 30\n}", [(6, "JML250E")], id="2-open-and-more"),
        pytest.param("Timeout\n{\nAnyCmd 30 }\nLogLevel 1", [(7, "JML250E")], id="2-close"),
        pytest.param("Timeout\nAnyCmd 30\n}", [(5, "JML251E")], id="2-no-open"),
        pytest.param("Timeout\nLogLevel 1", [(5, "JML251E")], id="2-no-braces"),
        pytest.param("Timeout", [(5, "JML251E")], id="2-end-of-file"),
        pytest.param("Timeout\n{\nAnyCmd 30\nLogLevel 1", [(5, "JML252E")], id="2-no-close"),
        pytest.param("Timeout\n{\nAnyCmd 30", [(5, "JML252E")], id="2-no-close-at-end"),
        pytest.param("{\nx 1\n}\nLogLevel 1", [(5, "JML253E")], id="2-stray-open"),
        pytest.param("Timeout\n{\n{\n}", [(7, "JML253E")], id="2-nested"),
        pytest.param("}", [(5, "JML254E")], id="2-stray-close"),
        pytest.param("Timeout 30\n{\n}", [(5, "JML255E")], id="2-block-with-value"),
        pytest.param("Foo\n{\nBar 1\n}\nLogLevel 1", [(5, "JML243E")], id="8-unknown-block-once"),
        pytest.param("Foo\n{\nBar 1\nLogLevel 1", [(5, "JML243E"), (5, "JML252E")],
                     id="8-unknown-block-not-closed"),
        pytest.param("JESJobSize 50\nJESMsgSize 100", [(6, "JML268E")], id="7-sizes"),
        pytest.param("JESMsgSize 100", [], id="4.6-zero-is-unlimited"),
        pytest.param("RetryLimit\n{\nCount 121\nInterval 60\n}", [(5, "JML269E")], id="7-retry"),
        pytest.param("MBCS Yes\nTranslate IBM-939", [(1, "JML270E")], id="7-no-mbcharset"),
        pytest.param(
            "TargetServer\n{\nTargetName x\nMBCharset IBM-943\n}\nMBCS Yes",
            [(None, "JML271E"), (1, "JML270E")],
            id="4.11-translate-multi",
        ),
        pytest.param("Translate IBM-939", [(5, "JML272E")], id="4.11-translate-single"),
        pytest.param("Translate IBM-850", [(5, "JML248E")], id="4.18-ebcdic"),
        pytest.param("Report Admin", [(5, "JML274W")], id="5.2-no-admin"),
        pytest.param("Options\n{\nTestMode YES\n}", [(7, "EZD1841I")], id="5.2-testmode"),
        pytest.param(
            "Report Admin\nOptions\n{\nTestMode YES\n}",
            [(5, "JML274W"), (8, "EZD1841I")],
            id="5.2-testmode-nobody",
        ),
        pytest.param("Report Sysout\nOptions\n{\nTestMode YES\n}", [], id="5.2-testmode-fine"),
        pytest.param("MailAdministrator POSTMAST", [(5, "JML248E")], id="4.10-no-tso-user"),
        pytest.param(
            "MailAdministrator a@b\nMailAdministrator A@b\nMailAdministrator a@b",
            [(7, "JML267W")],
            id="4.10-same",
        ),
        pytest.param(
            "".join(f"MailAdministrator a{n}@b\n" for n in range(5)), [(9, "JML266W")], id="4.10-5"
        ),
        pytest.param("Undeliverable\n{\nDeadLetterDirectory x\n}", [(7, "JML248E")], id="4.19"),
        pytest.param("Options\n{\nAtSign a\n}", [(7, "JML248E")], id="4.13-letter"),
    ],
)  # fmt: skip
def test_a_fault_is_found_once_and_with_its_line(
    text: str, expected: list[tuple[int | None, str]]
) -> None:
    parsed = with_target(text)
    assert ids(parsed) == expected
    refused = any(f.severity is Severity.ERROR for f in parsed.findings)
    assert (parsed.config is None) is refused


def target(*parameters: str) -> str:
    return "\n".join(["TargetServer", "{", *parameters, "}", ""])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [(None, "JML260E")], id="7-none"),
        pytest.param(target("ConnectPort 25"), [(None, "JML260E"), (1, "JML261W")], id="7-empty"),
        pytest.param(target("TargetIp 1.2.3"), [(3, "JML248E")], id="bad-value-is-not-missing"),
        pytest.param(target("TargetIp 1.2.3.04"), [(3, "JML248E")], id="leading-zero"),
        pytest.param(target("TargetName a_b..c"), [(3, "JML248E")], id="host-syntax"),
        pytest.param(target("TargetMx a", "TargetMx b"), [(4, "JML262E")], id="4.17-two-mx"),
        pytest.param(target("TargetMx a") + target("TargetIp 1.2.3.4"), [(3, "JML263E")],
                     id="7-mx-mixed"),
        pytest.param(target("TargetIp ::1") + target("TargetIp 0:0::1"), [(7, "JML265W")],
                     id="7-same-ip"),
        pytest.param(target("TargetName A.b", "TargetName a.B."), [(4, "JML265W")], id="same-name"),
        pytest.param(target("TargetName a", "Charset IBM-1047"), [(4, "JML248E")], id="charset"),
        pytest.param(target("TargetName a", "Secure Maybe"), [(4, "JML248E")], id="secure"),
        pytest.param(target("TargetName a", "MBCharset IBM-943"), [(4, "JML273I")],
                     id="4.11-ignored"),
        pytest.param(target("TargetName a", "MBCharset IBM-948"), [(4, "JML273I")],
                     id="4.11-any-name-is-ignored"),
        pytest.param(target("TargetName a", "MBCharset ISO8859-1"), [(4, "JML248E")],
                     id="4.11-single-byte"),
        pytest.param("".join(target(f"TargetName t{n}") for n in range(6)),
                     [(19, "JML264W"), (23, "JML264W")], id="7-more-than-four"),
    ],
)  # fmt: skip
def test_target_servers_are_checked(text: str, expected: list[tuple[int | None, str]]) -> None:
    assert ids(parse(text)) == expected


MIXED = "MBCS Yes\nTranslate IBM-939\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(MIXED + target("TargetName a", "MBCharset IBM-5054"), [], id="pair"),
        pytest.param(MIXED + target("TargetName a", "MBCharset ibm_33722"), [], id="alias"),
        pytest.param(MIXED + target("TargetName a", "MBCharset UTF-8"), [], id="utf-8"),
        pytest.param(MIXED + target("TargetName a"), ["JML270E MBCS Yes needs"], id="none"),
        pytest.param(
            MIXED + target("TargetName a", "MBCharset IBM-850"),
            ["JML270E", "JML248E 'IBM-850' is not"],
            id="single-byte",
        ),
        pytest.param(
            MIXED + target("TargetName a", "MBCharset CP948"),
            ["JML276E mail cannot leave in 'CP948': there is no table of it here"],
            id="948",
        ),
        pytest.param(
            MIXED + target("TargetName a", "MBCharset IBM-934"),
            ["JML276E mail cannot leave in 'IBM-934': near names are IBM-9"],
            id="near",
        ),
        pytest.param(
            MIXED + target("TargetName a", "MBCharset KOI"),
            ["JML276E mail cannot leave in 'KOI': known are IBM-5052, "],
            id="far",
        ),
        pytest.param(
            "MBCS Yes\n" + target("TargetName a", "MBCharset IBM-943"),
            ["JML271E MBCS Yes needs a multi-byte code page, not 'IBM-1047'"], id="default-page",
        ),
        pytest.param(
            "MBCS Yes\nTranslate IBM-273\n" + target("TargetName a", "MBCharset IBM-943"),
            ["JML271E"], id="single-byte-page",
        ),
        pytest.param(
            "Translate IBM-939\n" + target("TargetName a"),
            ["JML272E 'IBM-939' is multi-byte, which needs MBCS Yes"], id="mbcs-no",
        ),
    ],
)  # fmt: skip
def test_mbcs_its_page_and_its_charset_belong_together(text: str, expected: list[str]) -> None:
    """cssmtp-config.md 4.11, 5.2; spool-mail.md 9.4."""
    parsed = parse(text)
    said = [f"{finding.id} {finding.text}" for finding in parsed.findings]
    assert [one[: len(e)] for one, e in zip(said, expected, strict=True)] == expected
    assert (parsed.config is None) is bool(expected)


def test_only_the_first_four_targets_are_used_and_emptied_blocks_go() -> None:
    """4.17: the first four unique ones in file order count."""
    text = target("TargetName a", "TargetName A", "TargetIp 1.2.3.4") + "".join(
        target(f"TargetName t{n}", f"ConnectPort {n + 1}") for n in range(4)
    )
    config = parse(text).config
    assert config is not None
    assert [[t.value for t in server.targets] for server in config.target_servers] == [
        ["a", "1.2.3.4"],
        ["t0"],
        ["t1"],
    ]
    assert [server.connect_port for server in config.target_servers] == [25, 1, 2]


def test_lines_of_values_follow_the_targets_that_are_left() -> None:
    text = target("TargetName a") + target("TargetName a") + target("TargetName b", "Secure Yes")
    assert parse(text).lines["TargetServer 2 Secure"] == 12


def test_the_last_of_two_blocks_replaces_the_first_whole() -> None:
    """Section 2: a repeated statement warns, the last one wins."""
    parsed = with_target("Header\n{\nDate NO\n}\nHeader\n{\nUserInfo NO\n}")
    assert ids(parsed) == [(9, "JML249W")]
    assert parsed.config is not None
    assert parsed.config.header == s.Header(date=True, user_info=False)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        pytest.param("Timeouts\n{\n}", "Timeout", id="statement"),
        pytest.param("Header\n{\nUserinf NO\n}", "UserInfo", id="parameter"),
    ],
)
def test_an_unknown_word_gets_the_nearest_known_one(text: str, nearest: str) -> None:
    (finding,) = with_target(text).findings
    assert f"did you mean {nearest}?" in finding.text


def test_unknown_words_can_be_made_warnings() -> None:
    """Section 8: the statement table may be incomplete, hence the switch."""
    text = ONE_TARGET + "NewThing 1\nNewBlock\n{\nAnother x\n}\nHeader\n{\nNewer x\n}\nLogLevel 3"
    parsed = parse(text, unknown_keyword="warning")
    assert ids(parsed) == [(5, "JML243W"), (6, "JML243W"), (12, "JML244W")]
    assert parsed.config is not None
    assert parsed.config.log_level == 3


def test_all_findings_come_at_once_in_line_order() -> None:
    text = "LogLevel x\nFoo 1\n" + target("TargetIp q") + "JESJobSize 1\nJESMsgSize 2\n}"
    assert [line for line, _ in ids(parse(text))] == [1, 2, 5, 8, 9]


def test_a_job_name_that_cannot_be_a_writer_needs_extwrtname() -> None:
    """4.4: the default is the job name, and three names are forbidden."""
    assert ids(parse(ONE_TARGET, jobname="INTRDR")) == [(None, "JML275E")]
    assert parse(ONE_TARGET + "ExtWrtName OK", jobname="INTRDR").config is not None


def test_sequence_numbers_are_cut_when_asked() -> None:
    """Section 2: an option cuts columns 73-80 of card images."""
    cards = "".join(f"{line:<72}{n:08}\n" for n, line in enumerate(ONE_TARGET.splitlines()))
    assert parse(cards).config is None
    assert parse(cards, last_column=72).findings == ()


def test_words_of_the_file_are_shown_without_control_or_excess() -> None:
    (finding,) = with_target("Q" * 900).findings
    assert len(finding.text) < 100


def test_a_hundred_thousand_bad_lines_take_linear_time() -> None:
    assert len(parse("Logg 1\n" * 100_000).findings) == 100_001
