"""The bulk reader and the slow one see the same; nothing from a spool file reaches the protocol."""

import re
import sys

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cssmtp import mailtext
from cssmtp.choices import BareCrlf, Choices
from cssmtp.lines import LineReader
from cssmtp.mail import Mail, Status
from cssmtp.plainmails import made
from cssmtp.spoolmail import Limits, SpoolMailParser
from jes.records import Recfm
from tests.builders import CODE, WIRE, Read, blocks_of, ebcdic, on_wire, read_blocks
from tests.cssmtp.reference_reader import Reference, SeenMail
from tests.strategies import File, choices, files, limits

SLOW = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def quick(file: File, limit: Limits, choice: Choices) -> Read:
    """What the bulk reader sees."""
    recfm = Recfm(file.recfm)
    reader = LineReader(recfm, file.lrecl, CODE, choice)
    blocks = list(blocks_of(file.records, recfm, file.lrecl, file.cuts))
    return read_blocks(blocks, reader, limit, choice)


def slow(file: File, limit: Limits, choice: Choices) -> Reference:
    """What the reference reader sees."""
    at = "§" if limit.at_sign else ""
    return Reference(choice, limit, at).read(file.records, file.recfm, file.lrecl)


def expected(seen: SeenMail) -> bytes:
    """A mail of the reference reader on the wire."""
    middle = [""] if seen.blank_line_missing else []
    return "".join(f"{line}\r\n" for line in (*seen.header, *middle, *seen.body)).encode("latin-1")


def unstuffed(wire: bytes) -> list[bytes]:
    """The lines that a receiver keeps, up to the period that ends the mail."""
    lines: list[bytes] = []
    for line in wire.split(b"\r\n"):
        if line == b".":
            return lines
        lines.append(line[1:] if line.startswith(b".") else line)
    raise AssertionError("the mail did not end")


@SLOW
@given(files(), limits(), choices())
@example(File("FB", 80, [ebcdic(".").ljust(80, b"\x40")], []), Limits(), Choices())
def test_both_readers_see_the_same(file: File, limit: Limits, choice: Choices) -> None:
    read, reference = quick(file, limit, choice), slow(file, limit, choice)
    assert [(e.record, e.mail, e.reply, e.counted) for e in read.errors] == reference.errors
    assert len(read.mails) == len(reference.mails)
    for mail, text, seen in zip(read.mails, read.texts, reference.mails, strict=True):
        assert (mail.helo, mail.sender, mail.tls) == (seen.helo, seen.sender, seen.tls)
        assert [r.reply for r in mail.recipients] == [
            fault or seen.rejected for _, fault in seen.recipients
        ]
        good = [r.address for r in mail.recipients if r.reply in (None, seen.rejected)]
        assert good == [a for a, fault in seen.recipients if fault in (None, seen.rejected)] or (
            seen.rejected is not None
        )
        if seen.rejected is None:
            assert text == expected(seen)
            assert mail.size == len(text)
            names = [line.partition(":")[0].lower() for line in seen.header]
            assert mail.has_date == ("date" in names)
            assert mail.has_message_id == ("message-id" in names)
    notices = [
        (n.record, n.rule) for n in read.notices if n.rule in ("blank-record", "missing_dot")
    ]
    assert sorted(notices) == sorted(reference.notices)


@SLOW
@given(files(), limits(), choices(), st.lists(st.integers(1, 9), max_size=8))
def test_cuts_between_blocks_change_nothing(
    file: File, limit: Limits, choice: Choices, cuts: list[int]
) -> None:
    one = quick(file, limit, choice)
    other = quick(File(file.recfm, file.lrecl, file.records, cuts), limit, choice)
    assert one.errors == other.errors
    assert [m.recipients for m in one.mails] == [m.recipients for m in other.mails]
    assert [seen_of(m, t) for m, t in zip(one.mails, one.texts, strict=True) if m.waiting] == [
        seen_of(m, t) for m, t in zip(other.mails, other.texts, strict=True) if m.waiting
    ]


def seen_of(mail: Mail, text: bytes) -> tuple[bytes, int, int]:
    """What must not depend on blocks."""
    return text, mail.size, mail.eight_bit


@SLOW
@given(files(), limits(), choices())
def test_no_mail_can_be_forged(file: File, limit: Limits, choice: Choices) -> None:
    read = quick(file, limit, choice)
    for mail, text in zip(read.mails, read.texts, strict=True):
        for word in (mail.sender, mail.helo, *(r.address for r in mail.recipients)):
            assert word.isprintable()
        for recipient in mail.recipients:
            assert recipient.status is Status.UNDELIVERABLE or recipient.address.isascii()
        if not mail.waiting:
            continue
        wire = b"DATA\r\n" + text
        assert text.endswith(b"\r\n")
        # no line end of any server's taste, a period, and such a line end again
        assert not re.search(rb"[\r\n]\.[\r\n]", wire)
        if choice.bare_crlf is not BareCrlf.PASS:
            assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", text)
            kept = unstuffed(text + b".\r\n")
            assert len(kept) == text.count(b"\r\n")


@SLOW
@given(files(), limits(), choices())
def test_a_big_mail_has_the_bytes_of_a_small_one(
    file: File, limit: Limits, choice: Choices
) -> None:
    small = quick(file, limit, choice)
    before = mailtext.BIG
    try:
        mailtext.BIG = 40
        big = quick(file, limit, choice)
    finally:
        mailtext.BIG = before
    assert [m.size for m in big.mails] == [m.size for m in small.mails]
    assert big.texts == small.texts
    assert all(m.big == (m.size > 40) for m in big.mails if m.waiting and not m.blank_line_missing)


@SLOW
@given(st.lists(st.binary(max_size=300), max_size=20), st.sampled_from(["V", "VBA", "U"]))
def test_any_records_are_read_without_surprise(records: list[bytes], recfm: str) -> None:
    read = quick(File(recfm, 304, records, [3, 1]), Limits(), Choices())
    assert all(error.reply[:3].isdigit() for error in read.errors)


def test_a_million_mails_do_not_pile_up() -> None:
    """The parser keeps nothing of a mail that it handed on (here: 20,000 mails)."""
    import tracemalloc

    lines = ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: x", "", "y", "."]
    mail = b"".join(ebcdic(line).ljust(80, b"\x40") for line in lines)
    recfm = Recfm("FB")
    reader = LineReader(recfm, 80, CODE)
    parser = SpoolMailParser(CODE, Limits(), Choices())
    [first] = blocks_of([ebcdic("HELO X")], recfm, 80)
    parser.feed(reader.lines(first))
    [block] = blocks_of([ebcdic(line) for line in lines] * 100, recfm, 80)
    assert mail in block.data
    seen = 0
    tracemalloc.start()
    try:
        for _ in range(200):
            seen += sum(1 for _ in made(parser.feed(reader.lines(block))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == 20_000
    assert peak < 2_000_000


def test_a_huge_mail_stays_on_the_spool() -> None:
    """Of a mail of 40 MB the parser keeps a note for each block, not the text."""
    import tracemalloc

    recfm = Recfm("FB")
    reader = LineReader(recfm, 80, CODE)
    parser = SpoolMailParser(CODE, Limits(), Choices())
    start = ["HELO X", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: x", ""]
    [first] = blocks_of([ebcdic(line) for line in start], recfm, 80)
    parser.feed(reader.lines(first))
    [block] = blocks_of([b"\xe7" * 80] * 800, recfm, 80)
    tracemalloc.start()
    try:
        for _ in range(600):
            assert parser.feed(reader.lines(block)) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    [notice, mail] = [e for e in parser.finish(480_006) if not isinstance(e, str)]
    assert isinstance(mail, Mail), notice
    assert mail.big
    assert mail.size > 39_000_000
    assert sum(sys.getsizeof(segment) for segment in mail.text) < 100_000
    assert peak < 3_000_000


def test_a_chain_of_joined_records_is_linear_and_bounded() -> None:
    """Section 4.5: 50,000 joined records are one line, far too long, and read in no time."""
    recfm = Recfm("FB")
    records = [ebcdic(line) for line in ("HELO X", "MAIL FROM:<a@b.example>")]
    records += [ebcdic("RCPT TO:<c@d.example>"), ebcdic("DATA"), *[b"\x4c" * 80] * 50_000]
    blocks = list(blocks_of(records, recfm, 80, [800] * 70))
    reader = LineReader(recfm, 80, CODE)
    read = read_blocks(blocks, reader)
    assert read.replies == ["500 5.2.5 JES Text line too long"]
    assert max(len(carry.prefix) for carry in reader.carries.values()) < 70_000
    assert on_wire(read.mails[0], blocks, reader, Limits(), WIRE)
