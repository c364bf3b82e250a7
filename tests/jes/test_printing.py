"""What a printer makes of records: control, overprinting, characters (jes2.md 4.2, 4.3)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.codepages import page
from jes.errors import BadRecord
from jes.printing import Printer, binary, overprinted
from jes.records import Block, Recfm, blocks, split
from tests.builders import blocks_of, ebcdic

PAGE = page("IBM-1047")


def text_of(records: list[bytes], recfm: str, lrecl: int = 133, cuts: tuple[int, ...] = ()) -> str:
    """The records printed, in blocks of the sizes of `cuts`."""
    form = Recfm(recfm)
    printer = Printer(form, lrecl, PAGE)
    return "".join(
        [
            *(printer.feed(block) for block in blocks_of(records, form, lrecl, cuts)),
            printer.finish(),
        ]
    )


def asa(*lines: str) -> str:
    """Lines that begin with a control character, printed."""
    return text_of([ebcdic(line) for line in lines], "VBA")


def machine(*lines: tuple[int, str]) -> str:
    """Lines behind their machine codes, printed."""
    return text_of([bytes([code]) + ebcdic(line) for code, line in lines], "VBM")


def test_a_record_without_control_is_a_line() -> None:
    """jes2.md 4.3: padding is not text; blanks in front are."""
    records = [ebcdic(line) for line in ("one", "", "  three", "four ")]
    for recfm in ("FB", "VB", "U", "VBS"):
        assert text_of(records, recfm, 80) == "one\n\n  three\nfour\n"


@pytest.mark.parametrize("recfm", ["FB", "VB", "VBA", "FBM"])
def test_a_data_set_without_records_is_an_empty_text(recfm: str) -> None:
    assert text_of([], recfm) == ""


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param((" a", " b"), "a\nb\n", id="blank"),
        pytest.param((" a", "0b"), "a\n\nb\n", id="0"),
        pytest.param((" a", "-b"), "a\n\n\nb\n", id="-"),
        pytest.param((" a", "1b"), "a\n\fb\n", id="1"),
        pytest.param(("1a", "1b", "1c"), "a\n\fb\n\fc\n", id="1-at-the-top-too"),
        pytest.param(("0a",), "\na\n", id="0-at-the-top"),
        pytest.param(("1", "1b"), "\n\fb\n", id="an-empty-page-is-a-page"),
        pytest.param((" a", "0", " b"), "a\n\n\nb\n", id="a-line-without-text"),
        pytest.param((" a", "", " b"), "a\n\nb\n", id="a-record-that-was-all-blank"),
        pytest.param((" a", "2b", "9c", "Ad", "Ce"), "a\nb\nc\nd\ne\n", id="other-channels"),
        pytest.param((" a", "Vb", "?c", "a d"), "a\nb\nc\n d\n", id="stackers-and-unknown"),
    ],
)
def test_asa_moves_before_it_prints(lines: tuple[str, ...], text: str) -> None:
    """jes2.md 4.2."""
    assert asa(*lines) == text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param(((0x09, "a"), (0x09, "b")), "a\nb\n", id="space-1"),
        pytest.param(((0x11, "a"), (0x09, "b")), "a\n\nb\n", id="space-2"),
        pytest.param(((0x19, "a"), (0x09, "b")), "a\n\n\nb\n", id="space-3"),
        pytest.param(((0x89, "a"), (0x09, "b")), "a\n\fb\n", id="write-and-skip"),
        pytest.param(((0x8B, " "), (0x09, "a"), (0x8B, " ")), "a\n", id="no-empty-pages"),
        pytest.param(((0x09, "a"), (0x8B, "x"), (0x09, "b")), "a\n\fb\n", id="skip-at-once"),
        pytest.param(((0x8B, ""), (0x8B, ""), (0x09, "a")), "a\n", id="skip-twice"),
        pytest.param(((0x09, "a"), (0x0B, "x"), (0x09, "b")), "a\n\nb\n", id="space-1-at-once"),
        pytest.param(((0x01, "a"), (0x13, "x"), (0x09, "b")), "a\n\nb\n", id="space-2-at-once"),
        pytest.param(((0x1B, ""), (0x09, "a")), "\n\n\na\n", id="space-3-at-once"),
        pytest.param(((0x03, "x"), (0x09, "a")), "a\n", id="no-operation"),
        pytest.param(((0x91, "a"), (0xE1, "b"), (0xE3, "x"), (0x09, "c")), "a\nb\n\nc\n",
                     id="other-channels"),
        pytest.param(((0x01, "a"),), "a\n", id="last-line-not-spaced"),
        pytest.param(((0x5A, "structured field"), (0x09, "a")), "a\n", id="page-mode"),
        pytest.param(((0x00, "a"), (0xFF, "b"), (0x02, "c")), "a\nb\nc\n", id="unknown"),
    ],
)  # fmt: skip
def test_machine_codes_print_before_they_move(
    lines: tuple[tuple[int, str], ...], text: str
) -> None:
    """jes2.md 4.2; what comes with an immediate code is not printed."""
    assert machine(*lines) == text


def test_the_head_of_a_job_log() -> None:
    """jes2.md 4.2: captured streams have 8B, 13, 01 and 0B."""
    lines = ((0x8B, " "), (0x13, " "), (0x01, "LOG"), (0x0B, " "), (0x01, "LINE"), (0x0B, " "))
    assert machine(*lines) == "\n\nLOG\nLINE\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param((" BOLD", "+BOLD"), "BOLD\n", id="bold"),
        pytest.param((" NAME:", "+      SMITH"), "NAME: SMITH\n", id="two-parts"),
        pytest.param((" a", "+"), "a\n", id="nothing-over-it"),
        pytest.param((" TITLE", "+_____", " text"), "TITLE\n_____\ntext\n", id="underlined"),
        pytest.param((" abc", "+xyz", "+   d"), "abc\nxyzd\n", id="three-layers"),
        pytest.param(("+a", " b"), "a\nb\n", id="first"),
        pytest.param(("1a", "+ b", "1c"), "ab\n\fc\n", id="pages"),
    ],
)
def test_overprinting_keeps_what_can_be_read(lines: tuple[str, ...], text: str) -> None:
    """Ours: one line where no column has two characters, else one below the other."""
    assert asa(*lines) == text


def test_machine_codes_overprint_too() -> None:
    assert machine((0x01, "a"), (0x01, " b"), (0x09, "  c"), (0x09, "d")) == "abc\nd\n"


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_overprinting_loses_no_character(under: bytes, over: bytes) -> None:
    """Every character of both lines is there, or they stay apart."""
    both = overprinted(under, over)
    for index in range(max(len(under), len(over))):
        column = {line[index] for line in (under, over) if index < len(line)} - {0x40}
        if both is None:
            continue
        assert {both[index]} - {0x40} == column
    columns = zip(under, over, strict=False)
    assert (both is None) == any(a != b and 0x40 not in (a, b) for a, b in columns)


def test_no_byte_of_a_record_can_end_a_line_or_a_page() -> None:
    """What a printer has no type for is a blank: NEL, LF, CR, FF, NUL, SO, DEL."""
    record = b"\xc1\x15\xc2\x25\xc3\x0d\xc4\x0c\xc5\x00\xc6\x0e\xc7\x07\xc8\x00"
    assert text_of([record], "VB") == "A B C D E F G H\n"
    assert text_of([b"\x40" + record], "VBA") == "A B C D E F G H\n"


def test_characters_of_the_page() -> None:
    german = page("IBM-1141")
    printer = Printer(Recfm("FB"), 4, german)
    assert printer.feed(Block(1, 1, german.encode("Äß€ "))) == "Äß€\n"


RECORDS = st.lists(
    st.binary(max_size=6)
    | st.tuples(
        st.sampled_from(ebcdic(" 0-+12C")), st.sampled_from([b"", b"\xc1", b"\x40\xc2"])
    ).map(lambda pair: bytes([pair[0]]) + pair[1])
    | st.tuples(
        st.sampled_from([0x01, 0x03, 0x09, 0x0B, 0x11, 0x13, 0x19, 0x1B, 0x89, 0x8B, 0x5A]),
        st.sampled_from([b"", b"\xc1", b"\x40\xc2"]),
    ).map(lambda pair: bytes([pair[0]]) + pair[1]),
    max_size=12,
)


@given(RECORDS, st.sampled_from(["VB", "VBA", "VBM", "FBA", "UM"]), st.lists(st.integers(1, 4)))
def test_the_text_is_the_same_however_the_blocks_are_cut(
    records: list[bytes], recfm: str, cuts: list[int]
) -> None:
    """Streaming: nothing depends on where a block ends."""
    whole = text_of(records, recfm, 20)
    assert text_of(records, recfm, 20, tuple(cuts)) == whole
    assert all(char.isprintable() or char in "\n\f\xa0\xad" for char in whole)
    assert whole == "" or whole.endswith("\n")
    assert " \n" not in whole
    assert whole.count("\f") <= len(records)


@given(RECORDS)
def test_asa_loses_no_text(records: list[bytes]) -> None:
    """Every character that can be seen is on the paper, as often as lines that differ have it."""
    printed = text_of(records, "VBA")
    for record in records:
        cleaned = text_of([b"\x40" + record[1:]], "VBA").strip("\n")
        assert set(cleaned) - {" "} <= set(printed)


def test_records_that_do_not_frame_are_refused() -> None:
    with pytest.raises(BadRecord):
        Printer(Recfm("VB"), 80, PAGE).feed(Block(1, 1, b"\0\x05\0\0"))


def test_overprinting_for_ever_does_not_fill_memory() -> None:
    """A hostile file: what cannot be changed any more is given out."""
    form = Recfm("VBA")
    printer = Printer(form, 20, PAGE)
    for number in range(200):
        lines = [ebcdic(f"+{'ab'[n % 2]}") for n in range(1000)]
        for block in blocks(lines, form, 20, number * 1000 + 1):
            assert len(printer.feed(block)) >= 2 * (block.count - 1)
    assert printer.finish() == "b\n"


@given(st.lists(st.binary(min_size=5, max_size=5), max_size=5))
def test_binary_records_are_behind_rdws(records: list[bytes]) -> None:
    """jes2.md 4.1; a control character stays."""
    for recfm in ("FB", "FBA", "VBA", "U"):
        form = Recfm(recfm)
        lrecl = 5 if form.fixed else 9
        data = b"".join(binary(block, form, lrecl) for block in blocks(records, form, lrecl))
        assert data == b"".join(struct.pack(">HH", 9, 0) + record for record in records)
        assert split(data, Recfm("VB"), 9) == records
