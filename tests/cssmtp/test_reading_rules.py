"""Each rule of reading a spool file, by its section of spool-mail.md (B: of the blueprint)."""

import pytest

from cssmtp.mail import Status
from cssmtp.notices import PER_RULE, RULES
from cssmtp.spoolmail import Limits
from tests.builders import a_mail, ebcdic, read_lines, read_records

GREETED = ["HELO PLEX1"]
SENDER = [*GREETED, "MAIL FROM:<a@acme.example>"]
RECIPIENT = [*SENDER, "RCPT TO:<b@acme.example>"]
SYNTAX = "501 5.5.4 JES Syntax error. "
SEQUENCE = "503 5.5.1 JES Bad sequence of commands"


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        pytest.param("helo plex1", None, id="2-verbs-in-any-case"),
        pytest.param("HELO␀PLEX1", None, id="2.2-nul-separates"),
        pytest.param("HELO¶PLEX1", None, id="2.2-nl-separates"),
        pytest.param("HELO␍PLEX1␊", None, id="2.2-cr-and-lf-separate"),
        pytest.param("HELO\tPLEX1", None, id="2.2-tab-separates"),
        pytest.param("HELO", SYNTAX + "Missing argument after 'HELO' command", id="2-no-name"),
        pytest.param(
            "EHLO a b", SYNTAX + "Too many args after 'EHLO' command", id="2-one-argument"
        ),
        pytest.param("HELO plex1 00010000", SYNTAX + "Too many args after 'HELO' command", id="6"),
        pytest.param("HELO plex§", SYNTAX + "Character not allowed", id="B10-ascii-only"),
        pytest.param("HELO " + "h" * 256, SYNTAX + "Domain too long", id="4-domain-255"),
        pytest.param("HELO " + "h" * 255, None, id="4-domain-255-fits"),
        pytest.param("HELO " + "h" * 506, "500 5.2.5 JES Command line too long", id="4-above-510"),
        pytest.param("NOOP", "500 5.5.1 JES Unknown command, 'NOOP'", id="2-noop"),
        pytest.param("AUTH PLAIN", "500 5.5.1 JES Unknown command, 'AUTH'", id="2-auth"),
        pytest.param("wörd␀x", "500 5.5.1 JES Unknown command, 'wörd'", id="B8-word-as-it-stands"),
        pytest.param("a\x03b", "500 5.5.1 JES Unknown command, 'a.b'", id="B10-unprintable"),
        pytest.param("x" * 99, f"500 5.5.1 JES Unknown command, '{'x' * 64}'", id="B10-64"),
        pytest.param("QUIT now", SYNTAX + "Too many args after 'QUIT'", id="B10-quit-args"),
        pytest.param("RSET now", SYNTAX + "Too many args after 'RSET'", id="B10-rset-args"),
        pytest.param("STARTTLS x", SYNTAX + "Too many args after 'STARTTLS'", id="B10-starttls"),
        pytest.param("STARTTLS", SEQUENCE, id="3-starttls-without-ehlo"),
        pytest.param(
            "MAIL FROM:<a@b> X=1", SYNTAX + "Too many args after 'MAIL' command", id="2.1"
        ),
        pytest.param("MAIL FROM:a@b", SYNTAX + "'<' and '>' required", id="2-brackets"),
        pytest.param("MAIL FROM:<a@b", SYNTAX + "Path not closed", id="B10-not-closed"),
        pytest.param("MAIL FROM:", SYNTAX + "Missing argument after 'MAIL' command", id="B10-mail"),
        pytest.param("MAIL", SYNTAX + "Missing argument after 'MAIL' command", id="B10-mail-alone"),
        pytest.param("MAIL FROM:<a>", SYNTAX + "Domain missing in path", id="B8-no-domain"),
        pytest.param("MAIL FROM:<a b@c>", SYNTAX + "Character not allowed", id="2.2-blank-in-path"),
        pytest.param('MAIL FROM:<"a b"@c>', SEQUENCE, id="rfc5321-quoted-local-part"),
        pytest.param('MAIL FROM:<"a>"@c>', SEQUENCE, id="rfc5321-bracket-in-quotes"),
        pytest.param("MAIL FROM:<>", SEQUENCE, id="2.1-null-sender-before-helo"),
        pytest.param(f"MAIL FROM:<{'a' * 64}@c>", SEQUENCE, id="4-local-part-64"),
        pytest.param(f"MAIL FROM:<{'a' * 65}@c>", SYNTAX + "Local part too long", id="4-local-65"),
        pytest.param(f"MAIL FROM:<a@{'d' * 251}>", SEQUENCE, id="4-path-255"),
        pytest.param(f"MAIL FROM:<a@{'d' * 252}>", SYNTAX + "Path too long", id="4-path-256"),
        pytest.param("RCPT TO:<a@b>", SEQUENCE, id="3-rcpt-before-mail"),
        pytest.param("RCPT TO:<a>", SYNTAX + "Domain missing in path", id="B10-arguments-first"),
        pytest.param("DATA", SEQUENCE, id="3-data-first"),
        pytest.param("DATA x", SYNTAX + "Too many args after 'DATA'", id="2-data-args"),
    ],
)
def test_the_first_command_of_a_file(line: str, reply: str | None) -> None:
    assert read_lines([line]).replies == ([] if reply is None else [reply])


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        pytest.param(["RCPT TO:<a@b.example>"], 1, id="B8-out-of-order-counts"),
        pytest.param(["RCPT TO:<a"], 0, id="4.8-rcpt-syntax-does-not"),
        pytest.param([*SENDER, "RCPT TO:<a"], 0, id="4.8-nor-in-a-transaction"),
        pytest.param([*SENDER, "RCPT " + "x" * 600], 0, id="4.8-nor-a-long-one"),
        pytest.param(["NOOP", "NOOP"], 2, id="3-each-unknown-command"),
    ],
)
def test_what_counts_towards_the_limit(lines: list[str], counted: int) -> None:
    assert read_lines(lines).counted == counted


@pytest.mark.parametrize(
    ("limit", "errors", "exceeded"),
    [(5, 6, True), (0, 9, False), (1, 2, True), (999, 9, False)],
    ids=["default-5", "0-is-no-limit", "1", "999"],
)
def test_the_error_limit_stops_the_file(limit: int, errors: int, exceeded: bool) -> None:
    """spool-mail.md 3: the rest is not processed when the count exceeds the limit."""
    read = read_lines(["NOOP"] * 9 + a_mail("x"), limits=Limits(syntax_errors=limit))
    assert (len(read.errors), read.exceeded) == (errors, exceeded)
    assert len(read.mails) == (0 if exceeded else 1)


@pytest.mark.parametrize(
    ("lines", "mails", "tls"),
    [
        pytest.param(["EHLO x", "STARTTLS", *a_mail("a")[1:-1], *a_mail("b")[1:]], 2, [True, True],
                     id="3-tls-mark-sticks"),
        pytest.param(["EHLO x", "STARTTLS", *a_mail("a")[1:-1], *a_mail("b")], 2, [True, False],
                     id="3-helo-clears-it"),
        pytest.param(["EHLO x", "STARTTLS", "RSET", *a_mail("a")[1:]], 1, [True],
                     id="3-rset-keeps-it"),
        pytest.param([*RECIPIENT, *a_mail("a")], 1, [False], id="3-helo-drops-a-transaction"),
        pytest.param([*RECIPIENT, "HELO a b", "DATA", "S: x", "."], 1, [False],
                     id="3-bad-helo-later"),
        pytest.param([*SENDER, "RSET", *RECIPIENT[1:], "DATA", "."], 1, [False], id="3-rset"),
        pytest.param([*RECIPIENT, "QUIT", *a_mail("a")], 0, [], id="3-after-quit"),
        pytest.param([*SENDER, "RCPT TO:<bad", "DATA", "x", "."], 1, [False],
                     id="B10-rcpt-moves-on"),
    ],
)  # fmt: skip
def test_the_order_of_commands(lines: list[str], mails: int, tls: list[bool]) -> None:
    read = read_lines(lines)
    assert len(read.mails) == mails
    assert [mail.tls for mail in read.mails] == tls


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("RCPT TO:<a@b.example", "a@b.example"),
        ("RCPT TO:a@b.example", "a@b.example"),
        ("RCPT TO:<nobody>", "nobody"),
        ("RCPT TO: < a@b.example > x", " a@b.example "),
        ("RCPT TO:<a@b.example> 00010000", "a@b.example"),
        ("RCPT TO:<ü@b.example>", "ü@b.example"),
        ("RCPT TO:", ""),
        ("RCPT", ""),
        ("RCPT <a@b.example>", "a@b.example"),
        ("RCPT TO:<\x03@b.example>", ".@b.example"),
    ],
)
def test_a_bad_recipient_is_named_by_its_path(line: str, address: str) -> None:
    """Blueprint §6: addresses stand without brackets, as far as one can be found."""
    [mail] = read_lines([*SENDER, line, "DATA", ".", "QUIT"]).mails
    [recipient] = mail.recipients
    assert (recipient.address, recipient.status) == (address, Status.UNDELIVERABLE)


def test_the_2001st_recipient_is_ignored() -> None:
    """Blueprint §8; the notice names it."""
    rcpts = [f"RCPT TO:<u{n}@acme.example>" for n in range(2002)]
    read = read_lines([*SENDER, *rcpts, "DATA", ".", "QUIT"])
    assert len(read.mails[0].recipients) == 2000
    assert [n.record for n in read.notices if n.rule == "recipient-limit"] == [2003, 2004]
    assert not read.errors


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        pytest.param([".."], "..\r\n", id="5.1-two-periods"),
        pytest.param(["..."], "...\r\n", id="5.1-three-periods"),
        pytest.param([".X"], ".X\r\n", id="5.1-one-period-and-text"),
        pytest.param(["..X"], "..X\r\n", id="5.1-doubled"),
        pytest.param(["a¶.¶b"], "a\r\n..\r\nb\r\n", id="B8-split-period-is-text"),
        pytest.param([".¶"], "..\r\n\r\n", id="B8-period-before-nl"),
        pytest.param(["a¶b"], "a\r\nb\r\n", id="4.9-nl-splits"),
        pytest.param(["a   ", "   b"], "a\r\n   b\r\n", id="4-trailing-blanks"),
        pytest.param(["a\tb"], "a\tb\r\n", id="4.1-tab"),
        pytest.param(["", ""], "\r\n\r\n", id="4.10-empty-lines"),
        pytest.param(["<" * 79 + "<", "x"], "<" * 79 + "x\r\n", id="4.5-joined"),
        pytest.param(["j" * 79 + "¶", "x"], "j" * 79 + "x\r\n", id="4.5-joined-by-nl"),
        pytest.param(["j" * 79 + "<"] * 2 + ["x"], "j" * 158 + "x\r\n", id="4.6-chain"),
        pytest.param(["j" * 78 + "<", "x"], "j" * 78 + "<\r\nx\r\n", id="4.5-79-bytes"),
        pytest.param(["j" * 80 + "<", "x"], "j" * 80 + "<\r\nx\r\n", id="4.5-81-bytes"),
        pytest.param(["x" * 998], "x" * 998 + "\r\n", id="4-998"),
    ],
)
def test_text_on_the_wire(body: list[str], sent: str) -> None:
    [text] = read_lines(a_mail(*body)).texts
    assert text.decode("latin-1") == "Subject: test\r\n\r\n" + sent


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        pytest.param(["A: b", "", "c"], "A: b|-|c", id="5.3-plain"),
        pytest.param(["A: b", " folded", "c"], "A: b| folded|-|c", id="5.3-no-blank-line"),
        pytest.param([" A: b", "C: d"], "-| A: b|C: d", id="5.3-indented-header-is-text"),
        pytest.param(["A b: c"], "-|A b: c", id="5.3-name-without-blanks"),
        pytest.param(["A: b¶C: d¶¶e"], "A: b|C: d|-|e", id="4.9-header-in-one-record"),
        pytest.param(["A: b¶no field¶", "c"], "A: b|-|no field|-|c", id="4.9-header-ends-inside"),
        pytest.param(["A: b"], "A: b|-", id="5.2-blank-line-added"),
        pytest.param([], "-", id="E16b-empty"),
        pytest.param(["Bcc: x@y"], "Bcc: x@y|-", id="5.3-bcc-stays"),
    ],
)
def test_where_the_header_ends(lines: list[str], sent: str) -> None:
    [text] = read_lines(a_mail(*lines, header=())).texts
    wanted = "".join(f"{'' if line == '-' else line}\r\n" for line in sent.split("|"))
    assert text.decode("latin-1") == wanted


@pytest.mark.parametrize(
    ("lines", "rule", "record"),
    [
        pytest.param(a_mail(".X"), "leading-period", 7, id="5.1"),
        pytest.param(a_mail("a")[:-2], "missing_dot", 7, id="5.4-file-ends"),
        pytest.param([*a_mail("a")[:-2], "quit"], "missing-period", 8, id="5.4-quit"),
        pytest.param(a_mail("mail from:<x@y>"), "missing-period", 7, id="5.4-envelope"),
        pytest.param(a_mail("<" * 80), "joining-last-record", 7, id="4.7"),
        pytest.param([*a_mail("a")[:-2], "<" * 80], "joining-last-record", 8, id="4.7-end-of-file"),
        pytest.param(a_mail("x" * 79 + "<", "td>x"), "joining-html", 7, id="E06"),
        pytest.param(a_mail("-- "), "trailing-blanks", 7, id="4.11-signature"),
        pytest.param(a_mail("x", header=["Content-Type: text/plain; format=flowed", ""]),
                     "trailing-blanks", 5, id="4.11-flowed"),
        pytest.param(a_mail("a", "ü"), "eight-bit", 8, id="10"),
        pytest.param(["HELO PLEX1".ljust(72) + "00010000"], "sequence-numbers", 1, id="6"),
        pytest.param(a_mail("a".ljust(72) + "00010000", "b".ljust(72) + "00020000"),
                     "sequence-numbers", 8, id="6-text"),
        pytest.param(["HELO x", "", "QUIT"], "blank-record", 2, id="B8"),
        pytest.param(["HELO x", "QUIT", "NOOP"], "after_quit", 2, id="3"),
        pytest.param(RECIPIENT, "incomplete", 3, id="E16e"),
        pytest.param([*GREETED, "MAIL FROM: <a@b>", "RSET"], "blank_after_colon", 2, id="2.2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("recfm", ["VB", "FB"])
def test_notices(lines: list[str], rule: str, record: int, recfm: str) -> None:
    read = read_lines(lines, recfm, 84 if recfm == "VB" else 80)
    assert (record, rule) in [(n.record, n.rule) for n in read.notices]
    assert all(error.reply.startswith("501") for error in read.errors)


LATIN = Limits(charsets=frozenset({"iso8859-1"}))
UTF8 = "Content-Type: text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("lines", "records"),
    [
        pytest.param(a_mail("ü", header=[UTF8, ""]), [5], id="in-the-header"),
        pytest.param(a_mail("ü", header=["Content-Type: text/plain;", ' charset="UTF-8"', ""]),
                     [6], id="folded"),
        pytest.param(a_mail("--b", UTF8, "", "ü", header=["Content-Type: multipart/mixed", ""]),
                     [8], id="in-a-part"),
        pytest.param(a_mail("u", header=[UTF8, ""]), [], id="ascii-only"),
        pytest.param(a_mail("ü", header=[UTF8.replace("utf-8", "ISO-8859-1"), ""]), [], id="right"),
        pytest.param(a_mail("ü", header=[UTF8.replace("utf-8", "windows-1252"), ""]), [],
                     id="as-good-as-right"),
        pytest.param(a_mail(UTF8, "ü"), [], id="no-MIME-field"),
    ],
)  # fmt: skip
def test_a_charset_that_text_does_not_leave_in_is_noticed(
    lines: list[str], records: list[int]
) -> None:
    """spool-mail.md 10: a part declares UTF-8, Charset is ISO8859-1."""
    read = read_lines(lines, "VB", 84, LATIN)
    assert [n.record for n in read.notices if n.rule == "charset"] == records


def test_every_notice_is_of_a_known_rule_and_a_clean_file_has_none() -> None:
    assert read_lines(a_mail("text", "--bound", " indented", "a.b")).notices == []
    assert all(sentence.endswith(".") for sentence in RULES.values())


def test_notices_of_one_rule_are_capped() -> None:
    read = read_lines(a_mail(*[".X"] * (PER_RULE + 20)))
    assert read.rules == ["leading-period"] * (PER_RULE + 1)
    assert read.notices[-1].text == "20 more of these"


def test_overprinted_lines_are_noticed() -> None:
    """spool-mail.md 7: `+` in a file with ASA carriage control."""
    records = [b"\x40" + ebcdic(line) for line in a_mail("one")]
    records[6] = b"\x4e" + records[6][1:]
    for recfm, lrecl in (("VBA", 137), ("FBA", 133)):
        read = read_records(records, recfm, lrecl)
        assert [(n.record, n.rule) for n in read.notices] == [(7, "overprint")]
        assert read.texts == [b"Subject: test\r\n\r\none\r\n"]


@pytest.mark.parametrize(
    ("lrecl", "size", "rejected"),
    [(80, 1000, False), (80, 960, False), (80, 959, True)],
    ids=["below", "at-the-limit", "above"],
)
def test_jes_msg_size_counts_spool_space(lrecl: int, size: int, rejected: bool) -> None:
    """cssmtp-operations.md 5: twelve text records of 80 bytes are 960."""
    read = read_lines(a_mail(*["x"] * 10), "FB", lrecl, Limits(mail_size=size))
    assert read.replies == (["552 5.3.4 JES Message too large"] if rejected else [])
    assert [e.record for e in read.errors] == ([16] if rejected else [])


def test_a_fault_in_the_text_counts_once_and_the_next_mail_is_read() -> None:
    """Blueprint §10: the text is read to its period and dropped."""
    read = read_lines(a_mail("a␀", "b" * 999, "c\x03")[:-1] + a_mail("good")[1:])
    assert [(e.record, e.reply, e.mail) for e in read.errors] == [
        (7, SYNTAX + "Character not allowed", 1)
    ]
    first, second = read.mails
    assert [r.status for r in first.recipients] == [Status.UNDELIVERABLE]
    assert second.waiting
