"""The view MAIL: what CSSMTP will make of a spool file, with the records where it stands."""

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.panels import mails as mails_module
from emulator.panels.browsing import Kind, Line, Look, Spot
from emulator.panels.mailparts import FIELD_MAX, FIELDS_MAX, PARTS_MAX, PartScanner, decoded
from emulator.panels.mails import MAILS_MAX, Mails
from jes.records import Block
from tests.emulator.ui.browsed import Spool, dataset, ebcdic
from tests.emulator.ui.hostile import texts
from tests.strategies import File, files

ENVELOPE = ("HELO MVS1", "MAIL FROM:<pay@example.com>", "RCPT TO:<a@b.example>", "DATA")
SAMPLE = (
    *ENVELOPE[:3], "RCPT TO:<nobody", "DATA",
    "Subject: =?utf-8?q?J=C3=BCne_=1B[2J?=", " [/foo]", "From: me",
    'Content-Type: multipart/mixed; boundary="bb"', "", "preamble",
    "--bb", "Content-Type: multipart/alternative; boundary=cc", "",
    "--cc", "Content-Type: text/plain; charset=utf-8", "", "hello", ".x",
    "--cc", "Content-Type: text/html", "", "<p>hello", "--cc--",
    "--bb", 'Content-Type: application/pdf; name="a.pdf"', "Content-Transfer-Encoding: base64",
    "", "AAAA", "BBBB", "--bb--", "epilogue", ".", "NOOP", "QUIT", "more",
)  # fmt: skip


def read(spool: Spool, mails: Mails, steps: int = 100_000) -> list[Line]:
    while steps and mails.step(spool.read):
        steps -= 1
    assert mails.complete
    return mails.lines


def lines_of(*records: str, page: str = "IBM-1047") -> list[Line]:
    spool = Spool()
    return read(spool, Mails(spool.add(ebcdic(*records)), 0, page))


def test_the_view_looks_like_this(golden: Callable[[str, str], None]) -> None:
    lines = lines_of(*SAMPLE)
    text = [
        f"{line.spot.record if line.spot else '':>3} {line.kind:9} {line.text}" for line in lines
    ]
    golden("browse/mail.txt", "".join(f"{line}\n" for line in text))


def test_an_error_leads_to_its_record() -> None:
    (error,) = [line for line in lines_of(*ENVELOPE, ".", "NOOP") if line.kind is Kind.ERROR]
    assert error.spot == Spot(0, 6)
    assert "record 6" in error.text


def solid(lines: list[Line]) -> list[Line]:
    """What cannot hang on how blocks are cut: notices come when a block has been read."""
    return [line for line in lines if line.kind not in (Kind.NOTICE, Kind.EDGE)]


@pytest.mark.parametrize("at_once", [1, 3, 100])
@given(file=files(), page=st.sampled_from(["IBM-1047", "IBM-939"]))
@settings(deadline=None, max_examples=50)
def test_any_spool_file_is_shown(file: File, page: str, at_once: int) -> None:
    """Blocks are cut anywhere, and mails, errors and their records are the same."""
    spool = Spool()
    view = spool.add(file.records, file.recfm, file.lrecl, at_once=at_once)
    lines = read(spool, Mails(view, 0, page))
    assert all(line.text.isprintable() for line in lines)
    assert all(line.spot is None or line.spot.record >= 1 for line in lines)
    whole = Spool()
    again = whole.add(file.records, file.recfm, file.lrecl)
    found = read(whole, Mails(again, 0, page))
    assert solid(found) == solid(lines)


def test_a_big_mail_is_read_twice_and_never_held() -> None:
    """16 MiB in a mail with two parts."""
    text = [*ebcdic("Content-Type: multipart/mixed; boundary=b", "", "--b", "", *("x" * 72,) * 200)]
    records = [*ebcdic(*ENVELOPE), *text, *ebcdic(*("y" * 72,) * 220_000), *ebcdic("--b--", ".")]
    spool = Spool()
    view = spool.add(records, "FB", 80, at_once=819)
    mails = Mails(view, 0, "IBM-1047")
    del records
    tracemalloc.start()
    lines = read(spool, mails)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (part,) = [line.text for line in lines if line.kind is Kind.PART]
    assert part == f"  PART  text/plain  7bit  {220_200 * 74:,} bytes"
    assert peak < 8_000_000


def test_only_so_many_mails_are_listed() -> None:
    lines = lines_of(ENVELOPE[0], *(*ENVELOPE[1:], "", "hi", ".") * (MAILS_MAX + 1))
    assert sum(line.kind is Kind.MAIL for line in lines) == MAILS_MAX
    last = f"ONLY {MAILS_MAX} MAILS ARE LISTED: NOT READ FROM RECORD {2 + 6 * MAILS_MAX} ON"
    assert lines[-1].text == last


def test_only_so_many_recipients_fields_and_findings_are_listed() -> None:
    rcpt = [f"RCPT TO:<r{n}@b.example>" for n in range(30)]
    fields = [f"X-{n}: y" for n in range(40)]
    texts = [
        line.text
        for line in lines_of(*ENVELOPE[:2], *rcpt, "DATA", *fields, "", ".", *["NOOP"] * 1200)
    ]
    assert "  … and 10 more recipients" in texts
    assert "  … and 10 more header fields" in texts
    assert sum(text.startswith("ERROR") for text in texts) == mails_module.FINDINGS_MAX
    assert texts[-2:] == [
        "200 MORE ERRORS AND NOTICES ARE NOT LISTED",
        "1 MAIL, 1,200 ERRORS, 0 NOTICES",
    ]


def test_what_cannot_be_read_is_said() -> None:
    spool = Spool()
    view = spool.add(ebcdic(*SAMPLE))
    spool.held.clear()
    assert "HAS GONE" in read(spool, Mails(view, 0, "IBM-1047"))[0].text
    spool.held[1] = [Block(1, 2, b"\x00\x09\x00\x00abc")]
    assert (
        "CANNOT BE READ" in read(spool, Mails(dataset(1, "VB", 255, 2, 7), 0, "IBM-1047"))[0].text
    )
    assert read(spool, Mails(dataset(2, "VB", 255, 0, 0), 0, "IBM-1047"))[-1].text.startswith("0 M")


def test_lines_scroll_sideways() -> None:
    spool = Spool()
    mails = Mails(spool.add(ebcdic(*ENVELOPE, ".")), 0, "IBM-1047")
    read(spool, mails)
    (line,) = mails.window(Look(left=5, width=3), 0, 1)
    assert line is not None
    assert line.text == mails.lines[0].text[5:8]


# --- parts ---------------------------------------------------------------------------------------


def scanned(*lines: str) -> PartScanner:
    scanner = PartScanner()
    scanner.feed(lines, 1)
    scanner.finish()
    return scanner


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?b?SsO8bmk=?= x", "Jüni x"),
        ("=?nonsense?q?a=FF?=", "a\ufffd"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?", "=?"),
    ],
)
def test_encoded_words_are_decoded(value: str, text: str) -> None:
    assert decoded(value) == text


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Type: multipart/mixed", "", "no boundary"),
        (
            "Content-Type: multipart/mixed; boundary=a",
            "",
            "--a",
            "",
            "one",
            "--b",
            "--a",
            "",
            "two",
        ),
        ("Content-Type: text/plain; charset*=x'y'%FF; name*0*=", "", "x"),
        ("Content-Type: ;;;==;", "Content-Disposition: attachment; filename*=%", "", "x"),
    ],
)
def test_odd_headers_still_give_parts(lines: tuple[str, ...]) -> None:
    assert scanned(*lines).parts


def test_much_of_anything_is_bounded() -> None:
    long = scanned("Subject: " + "x" * 9999, *(" y" * 5000,) * 3, *["A: b"] * 999, "", "text")
    assert len(long.fields) == FIELDS_MAX
    assert len(long.fields[0][1]) <= FIELD_MAX
    nested: list[str] = []
    for depth in range(99):
        nested += [f"Content-Type: multipart/mixed; boundary=b{depth}", "", f"--b{depth}"]
    assert len(scanned(*nested, "", "deep").parts) == 1
    many = scanned("Content-Type: multipart/mixed; boundary=b", "", *["--b", "", "x"] * 99)
    assert (len(many.parts), many.more_parts) == (PARTS_MAX, 99 - PARTS_MAX)


@given(
    st.lists(
        st.one_of(
            texts(), st.sampled_from(["", "--b", "--b--", "Content-Type: multipart/x; boundary=b"])
        )
    )
)
def test_any_lines_have_parts(lines: list[str]) -> None:
    scanner = scanned(*lines)
    assert all(part.size >= 0 for part in scanner.parts)
    for _, value in scanner.fields:
        decoded(value)


@given(texts(), texts())
def test_any_header_value_is_decoded(value: str, charset: str) -> None:
    decoded(value)
    decoded(f"=?{charset}?q?{value}?=")
    decoded(f"=?{charset}?b?{value}?=")
