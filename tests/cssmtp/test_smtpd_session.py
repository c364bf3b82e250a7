"""What SMTPD makes of a spool file: commands, order, tolerance, replies (spool-mail.md 2-5,
smtpd-migration.md 5 and 8)."""

import pytest

from cssmtp.smtpd.facts import TOPICS, Assumptions, MissingHello, Origin
from cssmtp.smtpd.outcome import Fate, Outcome, Result
from cssmtp.smtpd.records import records_of
from cssmtp.smtpd.session import run
from jes.records import Block, Recfm
from tests.builders import ebcdic
from tests.smtpd_files import a_file, a_site, run_lines


def codes(outcome: Outcome) -> list[str]:
    return [one.reply[:3] for one in outcome.responses]


def topics(outcome: Outcome) -> set[str]:
    return {mark.topic for mark in outcome.unsure}


def test_a_good_file() -> None:
    outcome = run_lines(a_file())
    assert codes(outcome) == ["250", "250", "250", "354", "250", "221"]
    assert outcome.result is Result.SENT
    assert (outcome.report_to, outcome.responses_to, outcome.bad_file_to) == (None, None, None)


@pytest.mark.parametrize(
    ("rule", "command", "code"),
    [
        ("CMD-01", "HELP", "214"), ("CMD-01", "NOOP", "250"), ("CMD-01", "EXPN list", "250"),
        ("CMD-01", "VRFY opsb", "250"), ("CMD-01", "QUEU", "250"), ("CMD-02", "VERB ON", "250"),
        ("CMD-03", "TICK 4711", "250"), ("CMD-04", "EHLO NODEA", "500"),
        ("CMD-04", "STARTTLS", "500"), ("2", "AUTH PLAIN x", "500"), ("2", "SOML x", "502"),
        ("2", "helo nodea", "250"), ("2", "RSET", "250"),
    ],
)  # fmt: skip
def test_a_command_by_itself(rule: str, command: str, code: str) -> None:
    """smtpd-migration.md 5 and the table of spool-mail.md 2."""
    assert codes(run_lines([command])) == [code], rule


@pytest.mark.parametrize(
    ("number", "command"), [(1, "VERB ON"), (2, "QUEU"), (4, "HELP"), (8, "VRFY a"), (16, "EXPN a")]
)
def test_disallowcmd_switches_commands_off(number: int, command: str) -> None:
    """spool-mail.md 2: a sum of bits."""
    assert codes(run_lines([command], f"DISALLOWCMD {number}")) == ["502"]
    assert codes(run_lines([command], f"DISALLOWCMD {31 - number}"))[0][0] == "2"


@pytest.mark.parametrize(
    ("rule", "lines", "topic"),
    [
        ("CMD-05", ["HELO NODEA 00010000"], "args"),
        ("CMD-06", [*a_file()[:3], "DATA 00040000"], "args"),
        ("CMD-07", ["HELO A", "MAIL FROM: ops@acme.example"], "brackets"),
        ("CMD-08", ["HELO A", "MAIL FROM:<ops@acme.example> SIZE=100"], "mail-parameters"),
        ("CMD-10", ["HELO A" + "␀" * 600], "command-length"),
        ("FMT-04", ["HELO A" + " " * 600 + "B"], "command-length"),
        ("2.2", ["  HELO A"], "leading-blanks"),
    ],
)
def test_tolerance_is_marked(rule: str, lines: list[str], topic: str) -> None:
    """smtpd-migration.md 5: accepted [U]."""
    outcome = run_lines(lines)
    assert codes(outcome)[-1] in {"250", "354"}, rule
    assert topic in topics(outcome)


@pytest.mark.parametrize(
    "lines", [["HELO A B"], ["HELO A", "MAIL FROM:<a@b> SIZE=1"], [*a_file()[:3], "DATA 1"]]
)
def test_tolerance_can_be_taken_away(lines: list[str]) -> None:
    strict = Assumptions(lenient_args=False)
    assert codes(run_lines(lines, assumptions=strict))[-1] == "501"


def test_brackets_can_be_asked_for() -> None:
    lines = ["HELO A", "MAIL FROM:a@b"]
    assert codes(run_lines(lines, assumptions=Assumptions(brackets=True)))[-1] == "501"


def test_x25_and_x0d25_behind_a_command_are_no_argument() -> None:
    """CMD-09: accepted."""
    outcome = run_lines(["HELO A␍␊", "MAIL FROM:<ops@acme.example>␊", "RSET␍␊"])
    assert codes(outcome) == ["250", "250", "250"]
    assert "args" not in topics(outcome)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["MAIL FROM:<a@b>"], "503"),
        (["HELO A", "RCPT TO:<a@b>"], "503"),
        (["HELO A", "DATA"], "503"),
        (["HELO A", "MAIL FROM:<a@b>", "DATA"], "503"),
        (["HELO A", "MAIL FROM:<a@b>", "MAIL FROM:<a@b>"], "503"),
        (["HELO A", "MAIL FROM:<a@b>", "HELO B", "RCPT TO:<a@b>"], "503"),
        (["HELO A", "MAIL FROM:<a@b>", "RSET", "MAIL FROM:<c@d>"], "250"),
        (["HELO A", "MAIL FROM:<>"], "250"),
        (["HELO A", "MAIL FROM:<a@b>", "RCPT TO:<>"], "501"),
    ],
)
def test_order(lines: list[str], code: str) -> None:
    """spool-mail.md 3; the text of RFC 821."""
    assert codes(run_lines(lines))[-1] == code


def test_mail_without_helo_can_be_let_through() -> None:
    """E19: EHLO is unknown, so that MAIL FROM comes without HELO."""
    lines = ["EHLO A", *a_file()[1:]]
    assert not run_lines(lines).mails
    lax = Assumptions(missing_hello=MissingHello.ACCEPT)
    assert len(run_lines(lines, assumptions=lax).mails) == 1


def test_it_does_not_stop_after_five_errors() -> None:
    """CMD-11 [U]."""
    outcome = run_lines([*["NONSENSE"] * 9, *a_file()])
    assert len(outcome.errors) == 9
    assert len(outcome.mails) == 1
    assert "no-limit" in topics(outcome)
    assert "no-limit" not in topics(run_lines([*["NONSENSE"] * 5, *a_file()]))


def test_more_than_2000_recipients_are_taken() -> None:
    """CMD-12 [U]."""
    outcome = run_lines(a_file(*[f"u{n}@client.example" for n in range(2001)]))
    assert len(outcome.mails[0].recipients) == 2001
    assert "recipients" in topics(outcome)


def test_verb_on_brings_the_responses_back_and_commands_into_them() -> None:
    """spool-mail.md 2, S11."""
    outcome = run_lines(["HELO A", "VERB ON", "TICK 47", "VERB OFF", "NOOP"], origin=Origin("OPSA"))
    assert outcome.responses_to == "OPSA@NODEA"
    assert outcome.response_lines()[1:] == (
        "VERB ON", "250 Verbose mode ON", "TICK 47", "250 TICK 47", "250 Verbose mode OFF",
        "250 OK",
    )  # fmt: skip
    assert run_lines(["HELO A", "TICK 47"]).responses_to is None


def test_an_error_report_goes_to_the_last_valid_sender_else_to_the_origin() -> None:
    """spool-mail.md 3, S12; ERR-01."""
    lines = [*a_file(sender="one@acme.example")[:-1], *a_file(sender="two@acme.example")[1:-1]]
    assert run_lines([*lines, "NONSENSE"]).report_to == "two@acme.example"
    assert run_lines(["NONSENSE"], origin=Origin("OPSA", "NODEB")).report_to == "OPSA@NODEB"
    assert run_lines([*a_file(sender="")[:-1], "NONSENSE"]).report_to is None
    assert run_lines(lines).report_to is None


def test_missing_period_and_quit_are_supplied() -> None:
    """spool-mail.md 5.4; FMT-09."""
    outcome = run_lines(a_file()[:-2])
    assert len(outcome.mails) == 1
    assert "missing-period" in topics(outcome)
    assert run_lines(a_file()[:-1]).mails == run_lines(a_file()).mails


def test_quit_inside_text_is_text() -> None:
    """FMT-09: two mails become one."""
    outcome = run_lines([*a_file()[:-2], "QUIT", *a_file()[1:]])
    assert len(outcome.mails) == 1
    assert b"QUIT\r\nMAIL FROM:" in outcome.mails[0].text.wire


def test_what_stands_behind_quit_is_not_read() -> None:
    outcome = run_lines([*a_file(), *a_file()])
    assert len(outcome.mails) == 1
    assert "after-quit" in topics(outcome)


def test_a_report_without_commands_goes_to_badspoolfileid() -> None:
    """SEL-07."""
    outcome = run_lines(["TOTALS", "", "1 2 3"], "BADSPOOLFILEID OPSB")
    assert outcome.bad_file_to == "OPSB"
    assert outcome.result is Result.NOT_SENT
    assert "bad-file" in topics(outcome)


def test_no_record_is_no_mail() -> None:
    """E16a, E16d."""
    assert run_lines([]).result is Result.EMPTY
    assert run_lines(["HELO A", "QUIT"]).result is Result.EMPTY


def test_joined_records() -> None:
    """FMT-01: 80 bytes and `<` or X'15' at the end, as with CSSMTP; FMT-02: not in the last one."""
    outcome = run_lines(a_file(text=["", "a" * 79 + "<", "b", "c" * 78 + "<", "d" * 80 + "<"]))
    lines = outcome.mails[0].text.wire.split(b"\r\n")
    assert b"a" * 79 + b"b" in lines
    assert b"c" * 78 + b"<" in lines
    assert b"d" * 80 + b"<" in lines
    last = run_lines([*a_file()[:-2], "e" * 79 + "<"])
    assert "joined-last" in topics(last)


def test_trailing_blanks_stay_in_transmits_data_only() -> None:
    """FMT-12."""
    lines = [f"{line:<40}" for line in a_file(text=["Subject: s", "", "-- "])]
    batch = run_lines(lines).mails[0].text.wire
    sent = run_lines(lines, origin=Origin("OPSA", netdata=True)).mails[0].text.wire
    assert batch.endswith(b"\r\n--\r\n")
    assert sent.endswith(b"\r\n-- " + b" " * 37 + b"\r\n")


@pytest.mark.parametrize(
    ("line", "topic"),
    [("x" * 999, "line-length"), ("a␀b", "controls"), ("a¶b", "new-line")],
)
def test_text_that_rests_on_a_guess_is_marked(line: str, topic: str) -> None:
    """FMT-03, FMT-05, E23."""
    outcome = run_lines(a_file(text=["Subject: s", "", line]))
    assert len(outcome.mails) == 1
    assert topic in topics(outcome)
    assert topic not in topics(run_lines(a_file()))


def test_a_period_that_a_split_makes_does_not_end_the_mail() -> None:
    wire = run_lines(a_file(text=["Subject: s", "", "a¶.¶b"])).mails[0].text.wire
    assert b"\r\na\r\n..\r\nb\r\n" in wire


def test_carriage_control_is_taken_away() -> None:
    """FMT-06: RECFM with A or M."""
    records = [b"\x40" + ebcdic(line).ljust(132, b"\x40") for line in a_file()]
    block = Block(1, len(records), b"".join(records))
    outcome = run(records_of([block], Recfm("FBA"), 133), a_site())
    assert len(outcome.mails) == 1


@pytest.mark.parametrize(
    ("config", "user", "fate"),
    [
        ("RESTRICT RETURN BAD ENDRESTRICT", "BAD@NODEA", Fate.RETURNED),
        ("RESTRICT PURGE BAD AT NODEB ENDRESTRICT", "BAD@NODEB", Fate.PURGED),
        ("RESTRICT TRANSFERTO OPSB *@NODEB ENDRESTRICT", "ANY@NODEB", Fate.TRANSFERRED),
        ("RESTRICT PURGE BAD AT NODEB ENDRESTRICT", "GOOD@NODEB", Fate.PASSED),
        ("GATEWAY\nSECURE", "GOOD@NODEB", Fate.PASSED),
        ("GATEWAY\nSECURE", "BAD@NODEB", Fate.REFUSED),
    ],
)
def test_who_may_use_the_gateway(config: str, user: str, fate: Fate) -> None:
    """smtpd-migration.md 2: RESTRICT and SECURE."""
    name, _, node = user.partition("@")
    table = frozenset({"GOOD@NODEB"})
    outcome = run_lines(a_file(), config, Origin(name, node), security=table)
    assert outcome.mails[0].fate is fate
    assert (outcome.result is Result.SENT) == (fate is Fate.PASSED)


def test_a_mail_for_local_users_alone_is_a_local_delivery() -> None:
    assert run_lines(a_file("OPSB")).result is Result.LOCAL_DELIVERY


def test_every_mark_names_its_section() -> None:
    assert all(section and text for section, text in TOPICS.values())
