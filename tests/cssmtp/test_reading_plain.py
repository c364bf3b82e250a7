"""Mails found by one pattern are what they are line by line (spool-mail.md 2-6)."""

from dataclasses import astuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cssmtp import mailtext
from cssmtp.lines import LineReader
from cssmtp.mail import Mail
from cssmtp.plainmails import PlainMails
from cssmtp.spoolmail import Limits, SpoolMailParser
from jes.records import Recfm
from tests.builders import CODE, LIMITS, Read, blocks_of, ebcdic, read_blocks

PATHS = st.sampled_from(
    ["a@b.example", "c@d", "x.y+z@[192.0.2.1]", "o'k@d.example", "a:b@c", "a,b@c", "u@d,e", "u@d;e",
     "@r:u@d", '"q r"@d', "a@b@c", "a@", "@b", "a\\b@c", "(a)@b", "a b@c", "l" * 64 + "@d",
     "l" * 65 + "@d", "u@" + "d" * 188, "u@" + "d" * 255, ""]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["Subject: s", "From: a", " folded", "\tfolded", "Date: today", "dAte : x", "Date:", "DATE:x",
     "message-id:<m@x>", "Message-Id : x", "MIME-Version: 1.0", "Content-Type: text; format=flowed",
     "X-A: format=flowed", "To:b", "no field", ": x", "a b: c", "", "Cc: c", "x" * 90 + ": y"]
)  # fmt: skip
TEXT = st.sampled_from(
    ["text", "", " x", "..", ".x", "--", "MAIL FROM:<a@b>", "m", "M", ".", "end   12345678", "ü"]
)


@st.composite
def mails(draw: st.DrawFn) -> list[str]:
    """Lines of a mail that is nearly always plain."""
    verb = draw(
        st.sampled_from(["MAIL FROM:<{}>"] * 9 + ["mail from:<{}>", "MAIL FROM:<{}> SIZE=5"])
    )
    sender = draw(st.just("a@b.example") | PATHS)
    to = draw(st.lists(st.just("c@d.example") | PATHS, min_size=1, max_size=3))
    header = draw(st.lists(st.just("Subject: s") | FIELDS, max_size=4))
    end = draw(st.sampled_from([["."]] * 9 + [[]]))
    return [
        verb.format(sender),
        *(f"RCPT TO:<{path}>" for path in to),
        "DATA",
        *header,
        "",
        *draw(st.lists(TEXT, max_size=4)),
        *end,
    ]


def seen(read: Read) -> list[object]:
    """All there is to compare: segments differ with the blocks, and so does which record of a
    header the notice of format=flowed names."""
    parts: list[object] = [read.texts, read.errors, read.counted]
    parts += sorted((n.record, n.rule, n.text) for n in read.notices if "flowed" not in n.text)
    for mail in read.mails:
        recipients = [astuple(recipient) for recipient in mail.recipients]
        envelope = (mail.ordinal, mail.record, mail.helo, mail.sender, mail.tls, mail.rules)
        header = (mail.has_date, mail.has_message_id, mail.blank_line_missing)
        parts += [recipients, envelope, header, mail.size, mail.eight_bit, mail.rework]
    return parts


@given(
    st.lists(mails(), min_size=1, max_size=5),
    st.sampled_from([("FB", 80), ("FB", 1100), ("V", 255), ("VBA", 300)]),
    st.sampled_from([[], ["HELO X"], ["EHLO X", "STARTTLS"]]),
)
@example([["MAIL FROM:<>", "RCPT TO:<a@b>", "DATA", "A:", "", "--", "."]] * 3, ("FB", 80), [])
def test_mails_are_the_same_however_blocks_are_cut(
    found: list[list[str]], form: tuple[str, int], greeting: list[str]
) -> None:
    recfm, lrecl = Recfm(form[0]), form[1]
    control = b"\x40" if recfm.control else b""
    lines = ["HELO Y", *found[0], *greeting, *(line for mail in found for line in mail)]
    records = [(control + ebcdic(line))[: lrecl - 4] for line in lines]
    limits = Limits(syntax_errors=0)
    whole = list(blocks_of(records, recfm, lrecl))
    single = list(blocks_of(records, recfm, lrecl, [1] * len(records)))
    reads = [read_blocks(b, LineReader(recfm, lrecl, CODE), limits) for b in (whole, single)]
    assert seen(reads[0]) == seen(reads[1])


PLAIN = ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: s", "", "text", "."]


def plain(lines: list[str], recfm: Recfm, lrecl: int) -> int:
    """How many mails are found at once."""
    reader = LineReader(recfm, lrecl, CODE)
    parser = SpoolMailParser(CODE, LIMITS, reader.choices)
    [block] = blocks_of([ebcdic(line) for line in ["HELO X", *PLAIN, *lines]], recfm, lrecl)
    events = parser.feed(reader.lines(block))
    return sum(len(event.places) for event in events if isinstance(event, PlainMails))


@pytest.mark.parametrize(("recfm", "lrecl"), [("FB", 80), ("VB", 84), ("V", 255)])
@pytest.mark.parametrize(
    "more",
    [
        "Date: today",
        "Message-ID: <m@x>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain",
        " folded",
    ],
)
def test_what_most_mails_are_is_found_at_once(recfm: str, lrecl: int, more: str) -> None:
    mail = [*PLAIN[:4], more, *PLAIN[4:]]
    assert plain([*PLAIN, *mail, *mail], Recfm(recfm), lrecl) == 3


def test_a_mail_that_may_be_big_is_measured_line_by_line() -> None:
    before = mailtext.BIG
    try:
        mailtext.BIG = 100
        reader = LineReader(Recfm("FB"), 80, CODE)
        [block] = blocks_of([ebcdic(line) for line in ["HELO X", *PLAIN, *PLAIN]], reader.recfm, 80)
        events = SpoolMailParser(CODE, LIMITS, reader.choices).feed(reader.lines(block))
    finally:
        mailtext.BIG = before
    assert all(isinstance(event, Mail) for event in events)
