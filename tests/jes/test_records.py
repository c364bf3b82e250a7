"""Record formats, blocks of whole records, and their splitting (jes2.md 4.1, blueprint §3)."""

import subprocess
import sys
from itertools import pairwise

import pytest
from construct import Const, GreedyBytes, GreedyRange, Int16ub, Prefixed, Struct, Terminated
from hypothesis import given
from hypothesis import strategies as st

from jes.errors import BadName, BadRecord
from jes.records import (
    BLOCK_MAX,
    FB,
    VB,
    Block,
    Recfm,
    blocks,
    check_lrecl,
    count_bytes,
    fixed_blocks,
    image,
    longest,
    merged,
    split,
    widest,
)

# jes2.md 4.1: a length that counts itself, two zero bytes, the data
ORACLE = Struct(
    "records"
    / GreedyRange(
        Prefixed(Int16ub, Struct(Const(b"\0\0"), "data" / GreedyBytes), includelength=True)
    ),
    Terminated,
)

WITHOUT_NULS = st.lists(st.binary(max_size=120).map(lambda b: b.replace(b"\0", b"\x40")))
RECORDS = WITHOUT_NULS | st.lists(st.binary(max_size=300))
FORMATS = st.sampled_from(["F", "FB", "FBS", "FBA", "V", "VB", "VBA", "VBM", "VS", "VBS", "U"])


@pytest.mark.parametrize(
    "text", ["F", "fb", "FBS", "FS", "FBA", "fbm", "V", "VBS", "VA", "U", "UA"]
)
def test_a_record_format_is_read_in_any_case(text: str) -> None:
    assert str(Recfm.parse(text)) == text.upper()


@pytest.mark.parametrize("text", ["", "B", "FBAM", "UB", "FV", "X", "F B", "FB\n", "VBSS"])
def test_what_is_no_record_format_is_refused(text: str) -> None:
    with pytest.raises(BadName):
        Recfm.parse(text)


@pytest.mark.parametrize(
    ("text", "fixed", "spanned", "undefined", "control"),
    [
        pytest.param("FB", True, False, False, None, id="FB"),
        pytest.param("FBS", True, False, False, None, id="FBS-is-not-spanned"),
        pytest.param("FBA", True, False, False, "A", id="FBA"),
        pytest.param("VBM", False, False, False, "M", id="VBM"),
        pytest.param("VS", False, True, False, None, id="VS"),
        pytest.param("VBSA", False, True, False, "A", id="VBSA"),
        pytest.param("U", False, False, True, None, id="U"),
    ],
)
def test_what_a_record_format_says(
    text: str, fixed: bool, spanned: bool, undefined: bool, control: str | None
) -> None:
    recfm = Recfm(text)
    assert (recfm.fixed, recfm.spanned, recfm.undefined) == (fixed, spanned, undefined)
    assert recfm.control == control


@pytest.mark.parametrize(
    ("text", "lrecl", "good"),
    [
        ("FB", 1, True), ("FB", 0, False), ("FB", 32760, True), ("FB", 32761, False),
        ("VB", 5, True), ("VB", 4, False), ("VB", 32760, True), ("U", 1, True), ("U", -1, False),
    ],
)  # fmt: skip
def test_lrecl_has_limits(text: str, lrecl: int, good: bool) -> None:
    if good:
        assert check_lrecl(Recfm(text), lrecl) == lrecl
    else:
        with pytest.raises(BadName):
            check_lrecl(Recfm(text), lrecl)


def test_lrecl_counts_the_rdw() -> None:
    assert longest(Recfm("VB"), 84) == longest(Recfm("FB"), 80) == 80
    assert image(b"A", VB, 84) == b"\0\x05\0\0A"
    assert image(b"A", FB, 3) == b"A\x40\x40"
    with pytest.raises(BadRecord, match="81 bytes, LRECL is 84"):
        image(bytes(81), VB, 84)


@given(data=RECORDS, text=FORMATS)
def test_records_make_blocks_and_come_back(data: list[bytes], text: str) -> None:
    recfm = Recfm(text)
    lrecl = 300 if recfm.fixed or recfm.undefined else 304
    made = list(blocks(data, recfm, lrecl))
    want = [record.ljust(300, b"\x40") for record in data] if recfm.fixed else data
    assert [r for block in made for r in split(block.data, recfm, lrecl)] == want
    assert widest(made, recfm, lrecl) == max(map(len, want), default=0)
    assert sum(block.count for block in made) == len(data)


@given(data=RECORDS)
def test_splitting_is_what_construct_does(data: list[bytes]) -> None:
    stored = b"".join(block.data for block in blocks(data, VB, 304))
    assert split(stored, VB, 304) == [r.data for r in ORACLE.parse(stored).records] == data
    assert ORACLE.build({"records": [{"data": record} for record in data]}) == stored


@given(data=st.binary(max_size=60) | st.lists(st.sampled_from([0, 1, 4, 5, 6, 64])).map(bytes))
def test_any_bytes_split_or_are_refused_where_they_stop_to_fit(data: bytes) -> None:
    try:
        records = split(data, VB, 80)
    except BadRecord as error:
        offset = error.fields["offset"]
        assert isinstance(offset, int)
        whole = split(data[:offset], VB, 80)
        assert b"".join(image(r, VB, 32_760) for r in whole) == data[:offset]
        length = int.from_bytes(data[offset : offset + 2])
        rest = data[offset:]
        assert len(rest) < 4 or rest[2:4] != b"\0\0" or not 4 <= length <= len(rest)
    else:
        assert b"".join(image(r, VB, 32_760) for r in records) == data


@given(data=st.binary(max_size=200), lrecl=st.integers(0, 90))
def test_any_bytes_split_into_fixed_records_or_name_what_is_left(data: bytes, lrecl: int) -> None:
    rest = len(data) % lrecl if lrecl else 1
    if rest:
        with pytest.raises(BadRecord) as caught:
            split(data, FB, lrecl)
        assert caught.value.fields["offset"] == (len(data) - rest if lrecl else 0)
    else:
        records = split(data, FB, lrecl)
        assert b"".join(records) == data
        assert set(map(len, records)) <= {lrecl}


@given(counts=st.lists(st.integers(0, 1200), max_size=8), lrecl=st.integers(1, 133))
def test_merged_blocks_hold_the_same_records_and_are_not_too_long(
    counts: list[int], lrecl: int
) -> None:
    parts: list[Block] = []
    first = 1
    for count in counts:
        parts += fixed_blocks(bytes(count * lrecl), lrecl, first)
        first += count
    together = list(merged(parts))
    assert count_bytes(together) == sum(counts) * lrecl
    assert [b.first for b in together] == [1, *(b.next for b in together)][: len(together)]
    assert all(len(block.data) <= BLOCK_MAX for block in together)
    small = [a for a, b in pairwise(together)
             if len(a.data) + len(b.data) <= BLOCK_MAX]  # fmt: skip
    assert not small


def test_a_length_below_four_is_no_record_whatever_follows_it() -> None:
    """jes2.md 4.1: the length counts the word itself. 255 bytes up to the next NUL."""
    with pytest.raises(BadRecord, match="offset 0"):
        split(b"\0\3\0\0" + bytes([0xC1]) * 255, VB, 300)


def test_a_length_of_two_bytes_and_none_are_not_taken_for_two_of_one() -> None:
    """jes2.md 4.1: two zero bytes end the word. The lengths are 5 and 6 only when put together."""
    with pytest.raises(BadRecord, match="offset 0"):
        split(b"\0\5\6\0\0x\0\0\0yy", VB, 84)


def test_blocks_are_never_too_long_and_know_their_first_record() -> None:
    made = list(blocks([bytes(1000)] * 200, VB, 1004))
    assert [block.first for block in made] == [1, 66, 131, 196]
    assert made[0] == Block(1, 65, (b"\x03\xec\0\0" + bytes(1000)) * 65)


def test_reading_records_does_not_load_construct() -> None:
    """Blueprint §4: it is not imported before it is needed."""
    program = "import sys, jes.records, jes.framing, jes.netdata; print('construct' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"
