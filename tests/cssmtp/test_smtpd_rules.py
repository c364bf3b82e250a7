"""Where mail goes, how headers are rewritten, how long it is tried (smtpd-migration.md 2 and 5)."""

from typing import Any

import pytest

from cssmtp.smtpd.retry import Answer, Outcome, after
from cssmtp.smtpd.rewriting import field
from cssmtp.smtpd.routing import Need, Via, route
from cssmtp.smtpd.statements import Format
from tests.smtpd_files import a_file, a_site, run_lines

RELAY = "RESOLVERUSAGE NO\nIPMAILERADDRESS 192.0.2.25"
GATE = "GATEWAY\nNJEDOMAIN NJE\nALTNJEDOMAIN nje.acme.example\n"


@pytest.mark.parametrize(
    ("rule", "config", "path", "via", "to"),
    [
        ("RCP-01", "", "OPSB", Via.LOCAL, "OPSB"),
        ("RCP-01", "", "opsb@NODEA", Via.LOCAL, "OPSB"),
        ("RCP-02", GATE, "clerk@NODEB", Via.NJE, "CLERK@NODEB"),
        ("RCP-02", GATE, "clerk%NODEB@mvs1.acme.example", Via.NJE, "CLERK@NODEB"),
        ("RCP-02", GATE, "clerk%NODEB.NJE@mvs1", Via.NJE, "CLERK@NODEB"),
        ("RCP-02", GATE, "clerk@NODEB.NJE", Via.NJE, "CLERK@NODEB"),
        ("RCP-02", GATE, "clerk@nodeb.nje.acme.example", Via.NJE, "CLERK@NODEB"),
        ("RCP-02", GATE, "opsb@NODEA.NJE", Via.LOCAL, "OPSB"),
        ("RCP-02", "", "clerk@nodex", Via.MX, "nodex"),
        ("RCP-03", "", "@client.example,@b.example:u@c.example", Via.MX, "client.example"),
        ("RCP-03", "", "@mvs1,@b.example:u@c.example", Via.MX, "b.example"),
        ("RCP-03", "", "@mvs1:opsb", Via.LOCAL, "OPSB"),
        ("RCP-04", "", "opsb@mvs1.acme.example", Via.LOCAL, "OPSB"),
        ("RCP-04", "", "opsb@MVS1", Via.LOCAL, "OPSB"),
        ("RCP-04", "ALTTCPHOSTNAME mail", "opsb@mail.acme.example", Via.LOCAL, "OPSB"),
        ("RCP-05", "", "u@[192.0.2.9]", Via.ADDRESS, "192.0.2.9"),
        ("RCP-05", RELAY, "u@[192.0.2.9]", Via.RELAY, "192.0.2.25"),
        ("T8", "", "u@client.example", Via.MX, "client.example"),
        ("T18", RELAY, "u@client.example", Via.RELAY, "192.0.2.25"),
        ("T18", "RESOLVERUSAGE NO", "u@client.example", Via.SITE_TABLE, "client.example"),
        ("T16", "IPMAILERNAME ALL r.example", "u@client.example", Via.RELAY, "r.example"),
        ("ROU-01", "MAILER OFFICE LOCAL", "OPSB", Via.MAILER, "OFFICE"),
        ("ROU-01", "MAILER OFFICE RSCS", "clerk@NODEB", Via.MAILER, "OFFICE"),
        ("ROU-01", "MAILER OFFICE LOCAL", "u@client.example", Via.MX, "client.example"),
        ("ROU-01", "MAILER OFFICE SOURCEROUTES", "@a.example:u@b.example", Via.MAILER, "OFFICE"),
        ("2", "POSTMASTER OPSA", "postmaster", Via.LOCAL, "OPSA"),
        ("2", "POSTMASTER o@client.example", "Postmaster@mvs1", Via.MX, "client.example"),
        ("2", "POSTMASTER postmaster@mvs1.acme.example", "postmaster", Via.LOCAL, "POSTMASTER"),
        ("2", "POSTMASTER postmaster%x@mvs1.acme.example", "postmaster", Via.LOCAL, "POSTMASTER"),
    ],
)
def test_the_way_to_a_recipient(rule: str, config: str, path: str, via: Via, to: str) -> None:
    found = route(path, a_site(config))
    assert (found.via, found.to) == (via, to), rule


def test_how_local_and_nje_mail_lies_on_the_spool() -> None:
    config = "LOCALFORMAT PUNCH\nLOCALCLASS L\nNJEFORMAT NETDATA\nNJECLASS N"
    assert route("OPSB", a_site(config)).spool == (Format.PUNCH, "L")
    assert route("clerk@NODEB", a_site(config)).spool == (Format.NETDATA, "N")


@pytest.mark.parametrize(
    ("config", "need", "instead"),
    [
        ("", Need("mx", "client.example"), None),
        ("IPMAILERADDRESS 192.0.2.25", Need("mx", "client.example"), "192.0.2.25"),
        ("IPMAILERNAME r.example", Need("mx", "client.example"), "r.example"),
        (RELAY, None, None),
        ("RESOLVERUSAGE NO\nIPMAILERNAME r.example", Need("address", "r.example"), None),
        ("MAILER OFFICE UNKNOWN", Need("mx", "client.example"), "OFFICE"),
    ],
)
def test_what_has_to_be_asked_and_who_takes_what_has_no_answer(
    config: str, need: Need | None, instead: str | None
) -> None:
    """T8, T16, T18: no name server is asked here."""
    found = route("u@Client.Example", a_site(config))
    assert (found.need, found.instead) == (need, instead)


@pytest.mark.parametrize(
    ("config", "path", "topic"),
    [
        ("", "clerk@NODEB", "gateway"), ("MAILER OFFICE LOCAL", "OPSB", "mailer"),
        ("", "@a.example:u@b.example", "source-route"), ("", "postmaster", "postmaster"),
        ("IPMAILERNAME ALL r.example", "u@c.example", "ipmailer-all"),
        ("RESOLVERUSAGE NO", "u@c.example", "site-tables"),
        (f"{RELAY}\nIPMAILERNAME r.example", "u@c.example", "two-ipmailers"),
    ],
)  # fmt: skip
def test_a_way_that_rests_on_a_guess_is_marked(config: str, path: str, topic: str) -> None:
    assert topic in {mark.topic for mark in route(path, a_site(config), 7).unsure}
    assert {mark.record for mark in route(path, a_site(config), 7).unsure} == {7}


def test_without_a_host_table_a_name_without_a_period_is_a_node() -> None:
    found = route("clerk@NODEX", a_site("GATEWAY", nodes=None))
    assert found.via is Via.NJE
    assert [mark.topic for mark in found.unsure] == ["nodes"]
    assert not route("clerk@NODEB", a_site("GATEWAY")).unsure


# --- headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "before", "after"),
    [
        ("", "OPSA@NODEA", "OPSA@mvs1.acme.example"),
        ("", "CLERK@NODEB", "CLERK%NODEB@mvs1.acme.example"),
        ("NJEDOMAIN nje.example", "CLERK@NODEB", "CLERK@NODEB.nje.example"),
        ("NJEDOMAIN NJE", "CLERK@NODEB", "CLERK%NODEB.NJE@mvs1.acme.example"),
        ("", "OPSA@mvs1", "OPSA@mvs1.acme.example"),
        ("ALTTCPHOSTNAME mail", "OPSA@mail", "OPSA@mvs1.acme.example"),
        ("", "x@client.example", "x@client.example"),
        ("", "x@server", "x@server.acme.example"),
        ("", "x@[192.0.2.1]", "x@[192.0.2.1]"),
        ("", "OPSA", "OPSA@mvs1.acme.example"),
    ],
)
def test_the_built_in_rules(config: str, before: str, after: str) -> None:
    """smtpd-migration.md 2, T23."""
    assert field(f"From: {before}", a_site(config)).text == f"From: {after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("To: Ann <A@NODEA>, b@x.example", "To: Ann <A@mvs1.acme.example>, b@x.example"),
        ("To: \"A@NODEA, x\" <A@NODEA> (A@NODEA)",
         "To: \"A@NODEA, x\" <A@mvs1.acme.example> (A@NODEA)"),
        ("Cc: A@NODEA,\n B@NODEA", "Cc: A@mvs1.acme.example,\n B@mvs1.acme.example"),
        ("rEPLY-tO : A@NODEA", "rEPLY-tO : A@mvs1.acme.example"),
        ("To: OPSA, OPSB", "To: OPSA@mvs1.acme.example, OPSB@mvs1.acme.example"),
        ("To: The Desk <d@x.example>", "To: The Desk <d@x.example>"),
        ("Subject: A@NODEA", "Subject: A@NODEA"),
        ("X-From: A@NODEA", "X-From: A@NODEA"),
        ("Message-ID: <1@NODEA>", "Message-ID: <1@NODEA>"),
        ("From: <>", "From: <>"),
        ("From: \"unclosed <A@NODEA", "From: \"unclosed <A@mvs1.acme.example"),
    ],
)  # fmt: skip
def test_only_addresses_of_the_ten_fields_are_rewritten(before: str, after: str) -> None:
    """T11: names, comments and other fields stay as they are."""
    assert field(before, a_site()).text == after


@pytest.mark.parametrize("name", ["From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Return-Path",
                                  "Resent-From", "Resent-Reply-To", "Resent-Sender"])  # fmt: skip
def test_the_ten_fields(name: str) -> None:
    assert field(f"{name}: A@NODEA", a_site()).changes == (("A@NODEA", "A@mvs1.acme.example"),)


MAIL = a_file(text=["From: A@NODEA", "Date: today", "", "text"])


@pytest.mark.parametrize(
    ("config", "more", "rewritten", "topic"),
    [
        ("", {}, True, "rewrite-default"),
        ("REWRITE822HEADER YES", {}, True, None),
        ("REWRITE822HEADER NO", {}, False, None),
        ("", {"rules": True}, False, "smtprules"),
        ("SECURE\nGATEWAY", {"security": frozenset({"IBMUSER@NODEA"})}, False, "secure-rules"),
    ],
)
def test_when_headers_are_rewritten(
    config: str, more: dict[str, Any], rewritten: bool, topic: str | None
) -> None:
    """What is not modelled is marked, and the header stays."""
    outcome = run_lines(MAIL, config, **more)
    text = outcome.mails[0].text
    assert (b"\r\nFrom: A@mvs1.acme.example\r\n" in text.wire) is rewritten
    assert b"\r\nFrom: A@NODEA\r\n" in text.local
    marks = {mark.topic for mark in outcome.unsure}
    assert marks & {"rewrite-default", "smtprules", "secure-rules"} == ({topic} if topic else set())


def test_atsign_stands_for_the_at_sign_in_commands_and_header() -> None:
    lines = [line.replace("@", "§") for line in MAIL[:-3]] + ["a§b", ".", "QUIT"]
    mail = run_lines(lines, "ATSIGN §").mails[0]
    assert mail.recipients[0].route.to == "client.example"
    assert b"From: A@mvs1.acme.example\r\n" in mail.text.wire
    assert mail.text.wire.endswith(b"a\xa7b\r\n")


def test_an_indented_header_is_a_header() -> None:
    """FMT-07 [U]."""
    outcome = run_lines(a_file(text=[" From: A@NODEA,", "   B@NODEA", " Subject: s", "", "x"]))
    text = outcome.mails[0].text
    assert text.changes == (
        ("A@NODEA", "A@mvs1.acme.example"), ("B@NODEA", "B@mvs1.acme.example"),
    )  # fmt: skip
    assert "indented-header" in text.topics


def test_received_and_date_are_added_with_the_zone_of_timezone() -> None:
    """spool-mail.md 5.2; smtpd-migration.md 2 TIMEZONE."""
    added = run_lines(a_file(), "TIMEZONE EST").mails[0].text.added
    assert added[0].startswith("Received: from NODEA by mvs1.acme.example ")
    assert added[1] == "Date: Wed, 31 Jan 2024 06:10:00 EST"
    assert len(run_lines(MAIL).mails[0].text.added) == 1


def test_doubled_periods_stay_on_the_wire_and_go_locally() -> None:
    """spool-mail.md 5.1, FMT-08."""
    text = run_lines(a_file("OPSB", text=["Subject: s", "", "..x", ".y"])).mails[0].text
    assert text.wire.endswith(b"\r\n..x\r\n.y\r\n")
    assert text.local.endswith(b"\r\n.x\r\n.y\r\n")


def test_the_sender_leaves_rewritten_and_that_is_marked() -> None:
    """SND-01."""
    outcome = run_lines(a_file(sender="OPSA@NODEA"))
    assert outcome.mails[0].wire_sender == "OPSA@mvs1.acme.example"
    assert "envelope" in {mark.topic for mark in outcome.unsure}


def test_another_table_of_the_site() -> None:
    """CP-01: the table, and no mark."""
    table = bytes.maketrans(bytes(range(256)), bytes(range(256)))
    table = a_site().table[:0xAD] + b"?" + a_site().table[0xAE:]
    outcome = run_lines(a_file(text=["", "["]), table=table, own_table=True)
    assert outcome.mails[0].text.wire.endswith(b"?\r\n")
    assert "translation" not in {mark.topic for mark in outcome.unsure}


# --- tries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "config", "answer", "lasts", "end"),
    [
        ("8", "", Answer.TAKEN, None, (Outcome.DELIVERED, 1, 0)),
        ("ERR-02", "", Answer.REFUSED, None, (Outcome.RETURNED, 1, 0)),
        ("ERR-03", "", Answer.LATER, None, (Outcome.RETURNED, 217, 4320)),
        ("ERR-03", "", Answer.LATER, 30, (Outcome.DELIVERED, 3, 40)),
        ("ERR-06", "RETRYAGE 1\nRETRYINT 60", Answer.SILENT, None, (Outcome.RETURNED, 25, 1440)),
        ("2", "RETRYAGE 0", Answer.LATER, None, (Outcome.RETURNED, 1, 0)),
        ("2", "TEMPERRORRETRIES 3", Answer.LATER, None, (Outcome.RETURNED, 3, 40)),
        ("2", "TEMPERRORRETRIES 3", Answer.SILENT, 60, (Outcome.DELIVERED, 4, 60)),
    ],
)
def test_how_long_a_mail_is_tried(
    rule: str, config: str, answer: Answer, lasts: int | None, end: tuple[Outcome, int, int]
) -> None:
    found = after(answer, a_site(config).config, "a@b.example", lasts=lasts)
    assert (found.outcome, found.tries, found.minutes) == end, rule
    assert found.returned_to == ("a@b.example" if end[0] is Outcome.RETURNED else None)


def test_the_sender_is_warned_after_warningage() -> None:
    config = a_site("WARNINGAGE 1").config
    assert after(Answer.LATER, config, "a@b").warned == 1440
    assert after(Answer.LATER, config, "a@b", lasts=60).warned is None


def test_mail_without_a_sender_comes_back_to_nobody() -> None:
    """SND-03."""
    found = after(Answer.REFUSED, a_site().config, "")
    assert (found.outcome, found.returned_to) == (Outcome.LOST, None)
