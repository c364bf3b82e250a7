"""Every setting of `Choices`, and every statement about reading, with each of its values."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from cssmtp import text
from cssmtp.choices import (
    AfterQuit,
    BareCrlf,
    BlankAfterColon,
    CarriageControl,
    Choices,
    GraphicRule,
    LeadingBlanks,
    MailParameters,
    MessageIdStyle,
    MissingDot,
    SyntaxErrorLimit,
)
from cssmtp.headers import HeaderMaker, Stamps
from cssmtp.mail import Mail
from cssmtp.spoolmail import Limits
from cssmtp.transcode import inspection, lost, missing, wire
from jes.codepages import page
from jes.names import UserId
from tests.builders import CODE, a_mail, ebcdic, read_lines, read_records
from tests.cssmtp.test_reading_examples import Case, spool_file

SYNTAX = "501 5.5.4 JES Syntax error. "
SEQUENCE = "503 5.5.1 JES Bad sequence of commands"
PARAMETERS = [line.replace("<a@acme.example>", "<a@acme.example> SIZE=1") for line in a_mail("x")]
BLANK = [line.replace("FROM:<", "FROM: <") for line in a_mail("x")]
LF_AFTER_DATA = [line.replace("DATA", "DATA␊") for line in a_mail("x")]
TOO_MANY = SYNTAX + "Too many args after '{}'"


@pytest.mark.parametrize(
    ("choices", "lines", "replies", "rules", "mails"),
    [
        pytest.param(Choices(mail_from_params=MailParameters.REJECT), PARAMETERS[:2],
                     [TOO_MANY.format("MAIL") + " command"], [], 0, id="mail_from_params-reject"),
        pytest.param(Choices(mail_from_params=MailParameters.IGNORE), PARAMETERS,
                     [], [], 1, id="mail_from_params-ignore"),
        pytest.param(Choices(lf_is_separator=True), LF_AFTER_DATA, [], [], 1, id="lf-separates"),
        pytest.param(Choices(lf_is_separator=False), LF_AFTER_DATA[:4],
                     [TOO_MANY.format("DATA")], ["incomplete"], 0, id="lf-does-not"),
        pytest.param(Choices(leading_blanks=LeadingBlanks.ERROR), [" HELO x"],
                     ["500 5.5.1 JES Unknown command, ''"], [], 0, id="leading_blanks-error"),
        pytest.param(Choices(leading_blanks=LeadingBlanks.IGNORE),
                     [" HELO x", *a_mail("y")[1:]], [], [], 1, id="leading_blanks-ignore"),
        pytest.param(Choices(blank_after_colon=BlankAfterColon.ACCEPT), BLANK,
                     [], [], 1, id="blank_after_colon-accept"),
        pytest.param(Choices(blank_after_colon=BlankAfterColon.NOTICE), BLANK,
                     [], ["blank_after_colon"], 1, id="blank_after_colon-notice"),
        pytest.param(Choices(blank_after_colon=BlankAfterColon.REJECT), BLANK[:2],
                     [SYNTAX + "Character not allowed"], [], 0, id="blank_after_colon-reject"),
        pytest.param(Choices(syntax_error_limit=SyntaxErrorLimit.AT), ["NOOP"] * 7,
                     ["500 5.5.1 JES Unknown command, 'NOOP'"] * 5, [], 0, id="limit-at"),
        pytest.param(Choices(syntax_error_limit=SyntaxErrorLimit.ABOVE), ["NOOP"] * 7,
                     ["500 5.5.1 JES Unknown command, 'NOOP'"] * 6, [], 0, id="limit-above"),
        pytest.param(Choices(missing_dot=MissingDot.ACCEPT), a_mail("x")[:-2],
                     [], ["missing_dot"], 1, id="missing_dot-accept"),
        pytest.param(Choices(missing_dot=MissingDot.REJECT), a_mail("x")[:-2],
                     [SEQUENCE], ["missing_dot"], 1, id="missing_dot-reject"),
        pytest.param(Choices(after_quit=AfterQuit.IGNORE), [*a_mail("x"), "NOOP", "NOOP"],
                     [], [], 1, id="after_quit-ignore"),
        pytest.param(Choices(after_quit=AfterQuit.WARN), [*a_mail("x"), "NOOP", "NOOP"],
                     [], ["after_quit"], 1, id="after_quit-warn"),
        pytest.param(Choices(after_quit=AfterQuit.ERROR), [*a_mail("x"), "NOOP", "NOOP"],
                     [SEQUENCE], [], 1, id="after_quit-error"),
    ],
)  # fmt: skip
def test_commands(
    choices: Choices, lines: list[str], replies: list[str], rules: list[str], mails: int
) -> None:
    read = read_lines(lines, choices=choices)
    assert (read.replies, read.rules, len(read.mails)) == (replies, rules, mails)
    rejected = choices.missing_dot is MissingDot.REJECT
    assert all(bool(mail.waiting) != rejected for mail in read.mails)


@pytest.mark.parametrize(
    ("choices", "line", "sent", "rules"),
    [
        pytest.param(Choices(graphic_rule=GraphicRule.REJECT), "a␀b\x03", None, [], id="graphic"),
        pytest.param(Choices(graphic_rule=GraphicRule.WARN), "a␀b\x03",
                     "a\x1ab\x1a\r\n", ["graphic_rule"], id="graphic_rule-warn"),
        pytest.param(Choices(bare_crlf=BareCrlf.REJECT), "a␍b␊c", None, [], id="bare_crlf-reject"),
        pytest.param(Choices(bare_crlf=BareCrlf.STRIP), "a␍b␊c",
                     "abc\r\n", ["bare_crlf"], id="bare_crlf-strip"),
        pytest.param(Choices(bare_crlf=BareCrlf.PASS), "a␍b␊c",
                     "a\rb\nc\r\n", ["bare_crlf"], id="bare_crlf-pass"),
        pytest.param(Choices(bare_crlf=BareCrlf.STRIP), ".␍␊",
                     "..\r\n", ["bare_crlf"], id="bare_crlf-strip-no-forged-end"),
        pytest.param(Choices(bare_crlf=BareCrlf.PASS), "a␍␊.␍␊b",
                     "a\r\n..\r\nb\r\n", ["bare_crlf"], id="bare_crlf-pass-no-forged-end"),
        pytest.param(Choices(bare_crlf=BareCrlf.PASS), "a␊.␊b",
                     "a\n..\nb\r\n", ["bare_crlf"], id="bare_crlf-pass-nor-for-lenient-servers"),
        pytest.param(Choices(join_rule=True), "j" * 79 + "<", "j" * 79 + "z\r\n", [], id="join"),
        pytest.param(Choices(join_rule=False), "j" * 79 + "<",
                     "j" * 79 + "<\r\nz\r\n", [], id="join_rule-off"),
    ],
)  # fmt: skip
def test_text(choices: Choices, line: str, sent: str | None, rules: list[str]) -> None:
    body = [line, "z"] if "j" in line else [line]
    read = read_lines(a_mail(*body), choices=choices)
    [mail] = read.mails
    if sent is None:
        assert read.replies == [SYNTAX + "Character not allowed"]
        assert not mail.waiting
    else:
        assert read.texts[0].decode("latin-1") == "Subject: test\r\n\r\n" + sent
        assert mail.size == len(read.texts[0])
        assert read.rules == rules


@pytest.mark.parametrize("recfm", ["FBA", "VBA", "FBM", "VBM"])
@pytest.mark.parametrize("control", CarriageControl)
def test_carriage_control(recfm: str, control: CarriageControl) -> None:
    """spool-mail.md 7: stripped before anything else, or left in column 1."""
    records = [b"\x40" + ebcdic(line) for line in a_mail("x")]
    read = read_records(records, recfm, 133, choices=Choices(carriage_control=control))
    assert len(read.mails) == (control is CarriageControl.STRIP)
    assert read.exceeded == (control is CarriageControl.KEEP)


def test_joining_is_tested_without_the_control_character() -> None:
    """spool-mail.md 4.5 and 7: FBA with LRECL 81 has 80 bytes of data."""
    records = [b"\x40" + ebcdic(line) for line in a_mail("j" * 79 + "<", "z")]
    assert read_records(records, "FBA", 81).texts == [
        b"Subject: test\r\n\r\n" + b"j" * 79 + b"z\r\n"
    ]


@pytest.mark.parametrize(
    ("style", "user_info", "unique"),
    [
        pytest.param(MessageIdStyle.LEFT, True,
                     "PAYM010.JOB00007.20240131.061000.000000.102.3@mvs1.acme.example", id="left"),
        pytest.param(MessageIdStyle.LEFT, False,
                     "20240131.061000.000000.102.3@mvs1.acme.example", id="left-userinfo-no"),
        pytest.param(MessageIdStyle.CLASSIC, True,
                     "PAYM010.JOB00007.mvs1@acme.example.20240131.061000.000000.102.3",
                     id="classic"),
        pytest.param(MessageIdStyle.CLASSIC, False,
                     "mvs1@acme.example.20240131.061000.000000.102.3", id="classic-userinfo-no"),
    ],
)  # fmt: skip
def test_message_id_style(style: MessageIdStyle, user_info: bool, unique: str) -> None:
    """spool-mail.md 5.2; cssmtp-config.md 4.5 for UserInfo."""
    now = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
    maker = HeaderMaker("mvs1.acme.example", "CSSMTP", Stamps(lambda: now), style=style)
    maker.user_info = user_info
    prefix = maker.prefix(Mail(3, 1, "PLEX1", "a@b"), spool_file(Case(), 9)).decode()
    assert prefix.endswith(f"Message-ID: <{unique}>\r\n")
    who = "for OPSA;" if user_info else "for CSSMTP;"
    assert prefix.split("\r\n")[1].endswith(who)
    assert ("PAYM010" in prefix) == user_info


@pytest.mark.parametrize(
    ("has_date", "has_id", "add_date", "names"),
    [
        (False, False, True, ["Received", "Date", "Message-ID"]),
        (True, False, True, ["Received", "Message-ID"]),
        (False, False, False, ["Received", "Message-ID"]),
        (True, True, True, ["Received"]),
    ],
)
def test_which_headers_are_added(
    has_date: bool, has_id: bool, add_date: bool, names: list[str]
) -> None:
    """cssmtp-config.md 4.5: Date only when it is missing; nothing stops Message-ID."""
    now = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
    maker = HeaderMaker("h.example", "CSSMTP", Stamps(lambda: now), add_date=add_date)
    mail = Mail(1, 1, "PLEX1", "a@b", has_date=has_date, has_message_id=has_id)
    lines = maker.prefix(mail, spool_file(Case(), 9)).decode().split("\r\n")
    assert [line.partition(":")[0] for line in lines if line and line[0] != " "] == names


def test_two_mails_of_one_moment_have_two_ids() -> None:
    """spool-mail.md 5.2; and NOTIFY stands behind the user."""
    now = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
    maker = HeaderMaker("h.example", "CSSMTP", Stamps(lambda: now))
    file = spool_file(Case(), 9)
    ids = {maker.prefix(Mail(1, 1, "x", ""), file) for _ in range(3)}
    assert len(ids) == 3
    assert UserId("OPSA") == file.owner


@pytest.mark.parametrize(
    ("header", "replace", "sent"),
    [
        pytest.param(["To: a§b", "Subject: § 5"], True, "To: a@b|Subject: @ 5", id="yes"),
        pytest.param(["To: a§b", "Subject: § 5"], False, "To: a@b|Subject: § 5", id="no"),
        pytest.param(["Subject: x", " § folded", "Cc: §"], False,
                     "Subject: x| § folded|Cc: @", id="no-folded"),
    ],
)  # fmt: skip
def test_at_sign(header: list[str], replace: bool, sent: str) -> None:
    """spool-mail.md 9.3: AtSign in commands and headers, never in text; ReplaceSubjectAtSign."""
    limits = Limits(at_sign=CODE.byte_of("§"), replace_subject_at_sign=replace)
    lines = [line.replace("a@acme", "a§acme") for line in a_mail("text §", header=[*header, ""])]
    read = read_lines(lines, limits=limits)
    assert read.mails[0].sender == "a@acme.example"
    wanted = [*sent.split("|"), "", "text §", ""]
    assert read.texts[0].decode("latin-1").split("\r\n") == wanted


@pytest.mark.parametrize("data_line_trunc", [False, True])
def test_data_line_trunc(data_line_trunc: bool) -> None:
    """cssmtp-config.md 4.13: cut to 998, or rejected."""
    read = read_lines(a_mail("x" * 998 + "y"), limits=Limits(data_line_trunc=data_line_trunc))
    if data_line_trunc:
        assert read.texts == [b"Subject: test\r\n\r\n" + b"x" * 998 + b"\r\n"]
        assert read.rules == ["data-line-trunc"]
        assert read.mails[0].size == len(read.texts[0])
    else:
        assert read.replies == ["500 5.2.5 JES Text line too long"]


@pytest.mark.parametrize(("null_trnc", "errors"), [(True, 0), (False, 1)])
def test_null_trnc(null_trnc: bool, errors: int) -> None:
    """cssmtp-config.md 4.13: trailing X'00' count towards 510, unless they are cut."""
    read = read_lines(["HELO PLEX1" + "␀" * 501], limits=Limits(null_trnc=null_trnc))
    assert read.replies == ["500 5.2.5 JES Command line too long"] * errors


def test_null_trnc_leaves_text_alone() -> None:
    """cssmtp-config.md 4.13: data lines are not touched."""
    assert read_lines(a_mail("x␀"), limits=Limits(null_trnc=True)).replies == [
        SYNTAX + "Character not allowed"
    ]


def test_characters_that_a_charset_lacks_are_counted() -> None:
    """spool-mail.md 9.1: SUB, and a notice with count and position."""
    code = inspection(page("IBM-1047"))
    limits = Limits(lost=lost(code, ["IBM-850", "US-ASCII"]))
    read = read_lines(a_mail("plain", "äöü"), limits=limits)
    [notice] = [n for n in read.notices if n.rule == "unmappable"]
    assert (notice.record, notice.text[:2]) == (8, "3 ")
    sent = text.whole(read.mails[0], wire(code, "US-ASCII"), b"")
    assert sent.endswith(b"plain\r\n\x1a\x1a\x1a\r\n")
    assert len(sent) == read.mails[0].size
    assert missing(code, ["ISO8859-1", "UTF-8"]) == b"\x1a"


def test_the_defaults_are_those_recommended() -> None:
    """spool-mail.md 14."""
    assert {name: str(value) for name, value in asdict(Choices()).items()}.items() >= {
        "pipelining": "True",
        "mail_from_params": "reject",
        "lf_is_separator": "True",
        "leading_blanks": "error",
        "blank_after_colon": "notice",
        "syntax_error_limit": "above",
        "graphic_rule": "reject",
        "bare_crlf": "reject",
        "join_rule": "True",
        "missing_dot": "accept",
        "after_quit": "warn",
        "carriage_control": "strip",
        "message_id_style": "left",
    }.items()
