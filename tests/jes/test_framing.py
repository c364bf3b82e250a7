"""Records in files: RDW, BDW, SDW, fixed, undefined, text (jes2.md 4.1, blueprint §6)."""

import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from construct import BitsInteger, BitStruct, Const, ConstructError, Enum, Int8ub, Int16ub, Struct
from hypothesis import given
from hypothesis import strategies as st

from jes import framing
from jes.codepages import page
from jes.errors import BadRecord
from jes.records import BLOCK_MAX, FB, VB, Block, Recfm, split
from tests.spool_files import bdw, fixed, rdw, sdw, segments, word

VBS = Recfm("VBS")
U = Recfm("U")
IBM_1047 = page("IBM-1047")
RECORDS = st.lists(st.binary(max_size=90), max_size=40)
SOME_BYTES = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 12, 0x80, 0x40, 0xC1])).map(bytes)

# jes2.md 4.1, the three words as declarations
RDW = Struct("ll" / Int16ub, Const(b"\0\0"))
SDW = Struct("ll" / Int16ub, "pos" / Enum(Int8ub, whole=0, first=1, last=2, middle=3), Const(b"\0"))
BDW = BitStruct(
    "extended" / Const(0, BitsInteger(1)), "ll" / BitsInteger(15), Const(0, BitsInteger(16))
)

Framing = Callable[[Iterable[bytes]], Iterator[Block]]
FRAMINGS: dict[str, Framing] = {
    "fixed": lambda chunks: framing.fixed(chunks, 7),
    "undefined": lambda chunks: framing.undefined(chunks, U, 7),
    "rdw": framing.variable,
    "bdw": lambda chunks: framing.variable(chunks, bdw=True),
    "sdw": lambda chunks: framing.spanned(chunks, VBS),
    "bdw-sdw": lambda chunks: framing.spanned(chunks, VBS, bdw=True),
}


def records(parts: Iterable[Block], recfm: Recfm = VB, lrecl: int = 32_760) -> list[bytes]:
    """The records, and that blocks are numbered without a gap and short enough."""
    found = list(parts)
    assert [b.first for b in found] == [1, *(b.next for b in found)][: len(found)]
    assert all(len(b.data) <= BLOCK_MAX for b in found)
    read = [r for b in found for r in split(b.data, recfm, lrecl)]
    assert len(read) == sum(b.count for b in found)
    return read


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(data=RECORDS, size=st.integers(1, 400))
def test_fixed_records_come_back_however_the_file_is_cut(data: list[bytes], size: int) -> None:
    file = fixed(data, 90)
    want = [record.ljust(90, b"\x40") for record in data]
    assert records(framing.fixed(cut(file, size), 90), FB, 90) == want


@given(data=RECORDS, size=st.integers(1, 400))
def test_variable_records_come_back_however_the_file_is_cut(data: list[bytes], size: int) -> None:
    assert records(framing.variable(cut(rdw(data), size))) == data
    for extended in (False, True):
        file = bdw(data, 200, extended=extended)
        assert records(framing.variable(cut(file, size), bdw=True)) == data


@given(data=RECORDS, size=st.integers(1, 400), width=st.integers(1, 50))
def test_spanned_records_are_joined_however_the_file_is_cut(
    data: list[bytes], size: int, width: int
) -> None:
    data = [record or b"\x40" for record in data]
    assert records(framing.spanned(cut(sdw(data, width), size), VBS, bdw=True)) == data
    alone = b"".join(segments(data, width))
    assert records(framing.spanned(cut(alone, size), VBS)) == data


@given(data=st.binary(max_size=300), size=st.integers(1, 90), width=st.integers(1, 90))
def test_undefined_records_are_blksize_long_but_the_last(
    data: bytes, size: int, width: int
) -> None:
    read = records(framing.undefined(cut(data, size), U, width), U)
    assert read == cut(data, width)


@given(data=RECORDS, width=st.integers(1, 50))
def test_descriptor_words_are_construct_s(data: list[bytes], width: int) -> None:
    """jes2.md 4.1: the schemas parse what the readers read, and build what they are given."""
    file, at = rdw(data), 0
    for record in records(framing.variable([file])):
        assert RDW.parse(file[at:]).ll == len(record) + 4
        assert RDW.build({"ll": len(record) + 4}) == word(len(record) + 4)
        at += len(record) + 4
    for segment in segments(data, width):
        parsed = SDW.parse(segment)
        assert parsed.ll == len(segment)
        assert SDW.build(parsed) == segment[:4]
    blocked = bdw(data, 200)
    assert not blocked or BDW.parse(blocked).ll <= max(200, 98)


def stepped(data: bytes, lrecl: int) -> tuple[list[bytes], int]:
    """The records that construct finds one after the other, and where it finds none."""
    found, at = [], 0
    while at < len(data):
        try:
            length = RDW.parse(data[at:]).ll
        except ConstructError:
            break
        if not 4 <= length <= min(lrecl, len(data) - at):
            break
        found.append(data[at + 4 : at + length])
        at += length
    return found, at


def mail_like(count: int) -> bytes:
    """Many short records without NULs, so that they are found in runs over several windows."""
    return rdw([b"\xc1\xc2\xc3" * (number % 26) for number in range(count)])


@given(
    count=st.integers(0, 2000),
    at=st.integers(0, 90_000),
    byte=st.integers(0, 255),
    size=st.sampled_from([997, 32_768, 100_000]),
    lrecl=st.sampled_from([60, 79, 300, 32_760]),
)
def test_a_run_of_records_is_what_construct_steps_through(
    count: int, at: int, byte: int, size: int, lrecl: int
) -> None:
    """jes2.md 4.1: one byte anywhere may be wrong."""
    file = bytearray(mail_like(count))
    if at < len(file):
        file[at] = byte
    want, end = stepped(bytes(file), lrecl)
    if end == len(file):
        assert records(framing.variable(cut(bytes(file), size), lrecl)) == want
    else:
        with pytest.raises(BadRecord) as caught:
            records(framing.variable(cut(bytes(file), size), lrecl))
        assert caught.value.fields["offset"] == end


@given(
    sizes=st.lists(st.integers(1, 90) | st.sampled_from([255, 32_752, 32_753, 32_756]), max_size=30)
)
def test_segments_that_are_made_are_few_and_joined_again(sizes: list[int]) -> None:
    data = [bytes([size % 256]) * size for size in sizes]
    file = framing.segmented(data)
    assert records(framing.spanned([file], VBS)) == data
    assert len(file) == sum(sizes) + 4 * (len(sizes) + sum(size > 32_752 for size in sizes))


@pytest.mark.parametrize("name", FRAMINGS)
@given(data=st.binary(max_size=80) | SOME_BYTES, size=st.integers(1, 20))
def test_any_bytes_give_records_or_the_place_of_the_fault(
    name: str, data: bytes, size: int
) -> None:
    def outcome(chunks: list[bytes]) -> list[bytes] | BadRecord:
        try:
            return [b.data for b in FRAMINGS[name](chunks)]
        except BadRecord as error:
            return error

    whole = outcome([data])
    if isinstance(whole, BadRecord):
        assert 0 <= int(str(whole.fields["offset"])) <= len(data)
    assert str(outcome(cut(data, size))) == str(whole)


@pytest.mark.parametrize("name", FRAMINGS)
@pytest.mark.parametrize(
    "filler", [b"\0\4\0\0", b"\0\5\1\0\x40", b"\0\0\0\0", b"\xff", b"\0\x08\0\0"]
)
def test_hostile_files_take_linear_time(name: str, filler: bytes) -> None:
    data = filler * (1_500_000 // len(filler))
    began = time.perf_counter()
    try:
        for _ in FRAMINGS[name](cut(data, framing.CHUNK)):
            pass
    except BadRecord:
        pass
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        pytest.param("fixed", bytes(16), "offset 14: 2 bytes left over", id="not-a-multiple"),
        pytest.param("rdw", b"\0\5\0\0A\0\5", "offset 5: the record desc", id="half-an-RDW"),
        pytest.param("rdw", b"\0\5\0\0A\0\3\0\0", "offset 5: the record desc", id="RDW-too-small"),
        pytest.param("rdw", b"\x7f\xf9\0\0A", "offset 0: the record desc", id="RDW-above-32760"),
        pytest.param("rdw", b"\0\5\1\0A", "offset 0: the record desc", id="RDW-with-a-code"),
        pytest.param("rdw", b"\0\5\0\0A\0\6\0\0B", "offset 5: the record of 6", id="cut-off"),
        pytest.param("bdw", b"\0\7\0\0\0\5\0\0A", "offset 0: the block desc", id="BDW-below-8"),
        pytest.param("bdw", b"\0\x09\0\1\0\5\0\0A", "offset 0: the block desc", id="BDW-not-zero"),
        pytest.param("bdw", b"\0\x09\0\0\0\6\0\0A", "offset 4: the record of 6", id="over-block"),
        pytest.param("bdw", b"\0\x0b\0\0\0\5\0\0A\0\5", "offset 9: the rec", id="rest-in-block"),
        pytest.param("bdw", b"\0\x0c\0\0\0\5\0\0A", "offset 0: the block is cut off", id="short"),
        pytest.param("bdw", b"\xff\xff\xff\xff", "offset 0: the block desc", id="2-GiB-block"),
        pytest.param("sdw", b"\0\4\0\0", "offset 0: the segment desc", id="empty-segment"),
        pytest.param("sdw", b"\0\5\4\0A", "offset 0: the segment desc", id="unknown-code"),
        pytest.param("sdw", b"\0\5\2\0A", "offset 0: a last segment without", id="last-first"),
        pytest.param("sdw", b"\0\5\3\0A", "offset 0: a middle segment without", id="middle-first"),
        pytest.param("sdw", b"\0\5\1\0A\0\5\0\0B", "offset 5: a whole record inside", id="whole"),
        pytest.param("sdw", b"\0\5\1\0A\0\5\1\0B", "offset 5: a record begins in", id="two-firsts"),
        pytest.param("sdw", b"\0\5\0\0A\0\5\1\0B", "offset 5: the last segment", id="no-last"),
        pytest.param("sdw", (b"\x10\0\1\0" + bytes(4092)) + (b"\x10\0\3\0" + bytes(4092)) * 9,
                     "offset 0: a spanned record of more than 32756", id="too-long"),
    ],
)  # fmt: skip
def test_what_does_not_frame_is_named_with_its_offset(name: str, data: bytes, where: str) -> None:
    with pytest.raises(BadRecord) as caught:
        list(FRAMINGS[name]([data]))
    assert framing.place(caught.value).startswith(where)


def test_an_rdw_says_lrecl_at_most() -> None:
    assert records(framing.variable([rdw([bytes(80)])], 84)) == [bytes(80)]
    with pytest.raises(
        BadRecord, match="offset 84: the record descriptor word says 85, LRECL is 84"
    ):
        list(framing.variable([rdw([bytes(80), bytes(81)])], 84))


@pytest.mark.parametrize(
    ("head", "spanned", "blocked"),
    [
        pytest.param(bdw([b"A"]), False, True, id="BDW"),
        pytest.param(bdw([b"A"], extended=True), False, True, id="extended-BDW"),
        pytest.param(rdw([b"\xc1\xc2\xc3\xc4\xc5"]), False, False, id="RDW"),
        pytest.param(rdw([b"", b""]), False, False, id="empty-records"),
        pytest.param(sdw([b"ABCDEFGHIJ"]), True, True, id="BDW-and-SDW"),
        pytest.param(b"".join(segments([b"ABCDEFGHIJ"], 3)), True, False, id="SDW"),
        pytest.param(sdw([b"ABCDEFGHIJ"]), False, False, id="SDW-when-RDW-was-named"),
        pytest.param(b"", False, False, id="empty-file"),
        pytest.param(b"\0\5\0\0A", False, False, id="one-short-record"),
    ],
)
def test_the_first_words_tell_whether_there_are_bdws(
    head: bytes, spanned: bool, blocked: bool
) -> None:
    """Blueprint §6."""
    assert framing.looks_blocked(head, spanned=spanned) == blocked


def test_one_record_a_block_does_not_make_a_track_of_each() -> None:
    parts = list(framing.variable([bdw([bytes(80)] * 5000, 92)], bdw=True))
    assert len(parts) == 7
    assert records(parts) == [bytes(80)] * 5000


# --- text ---------------------------------------------------------------------------------------


def lines(chunks: list[bytes], most: int = 100) -> list[bytes]:
    return [line for some in framing.text(chunks, IBM_1047, most) for line in some]


@given(
    data=st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\n\r"), max_size=30)),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    size=st.integers(1, 50),
)
def test_lines_come_back_however_the_file_is_cut(
    data: list[str], end: str, mark: bool, size: int
) -> None:
    file = (b"\xef\xbb\xbf" if mark else b"") + "".join(line + end for line in data).encode()
    assert lines(cut(file, size)) == [IBM_1047.encode(line) for line in data]


@given(data=st.binary(max_size=200), size=st.integers(1, 50))
def test_any_bytes_give_lines_or_the_line_of_the_fault(data: bytes, size: int) -> None:
    def outcome(chunks: list[bytes]) -> list[bytes] | BadRecord:
        try:
            return lines(chunks, 10)
        except BadRecord as error:
            return error

    whole = outcome([data])
    if isinstance(whole, BadRecord):
        assert 1 <= int(str(whole.fields["line"])) <= data.count(b"\n") + 1
    assert str(outcome(cut(data, size))) == str(whole)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        pytest.param(b"A\nB\xff\n", "line 2: it is not UTF-8", id="not-UTF-8"),
        pytest.param("A\n→\n".encode(), "line 2: character '→' is not in code page", id="lacking"),
        pytest.param(b"A\nB\n" + b"C" * 101, "line 3: 101 characters, the most is 100", id="long"),
        pytest.param(b"C" * 3_000_000, "line 1: longer than", id="no-line-end"),
        pytest.param("ä".encode() * 999_999, "line 1: longer than", id="no-line-end-cut-anywhere"),
    ],
)
def test_a_bad_line_is_named(data: bytes, where: str) -> None:
    with pytest.raises(BadRecord) as caught:
        lines(cut(data, 999))
    assert framing.place(caught.value).startswith(where)
