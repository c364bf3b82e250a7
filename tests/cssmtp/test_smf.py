"""SMF 119 records: their bytes, and the way back (cssmtp-operations.md 6)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.smf.layouts import Common, Record, Spool, Subtype, built, parsed
from jes.codepages import page
from jes.errors import BadRecord

WHEN = datetime(2024, 1, 31, 6, 10, 0, 420_000)  # noqa: DTZ001 records have the local time
COMMON = Common("CSSMTP", WHEN, "CSSMTP", "CSSMTP")
SPOOL = Spool("MAILJOB", "JOB00001", "SYS1", "N1", "IBMUSER", 1, 7, 102)
ONE = Record(
    Subtype.MAIL, WHEN, "SYS1", "CSSMTP", "CSSMTP", COMMON, SPOOL, WHEN, (("ORDINAL", "1"),)
)
E = page("IBM-1047").encode
RDW = 4  # offsets count from it, and the record here begins behind it


def test_the_header_and_the_triplets_are_ibms() -> None:
    data = built(ONE)
    assert data[:2] == b"\x00\x77"  # flag, type 119
    assert int.from_bytes(data[2:6]) == (6 * 3600 + 600) * 100 + 42
    assert data[6:10].hex() == "0124031f"  # 0cyydddF
    assert data[10:14] == E("SYS1")
    assert int.from_bytes(data[18:20]) == 50
    assert int.from_bytes(data[20:22]) == 6  # triplets
    offsets = [int.from_bytes(data[24 + at * 8 :][:4]) for at in range(6)]
    lengths = [int.from_bytes(data[28 + at * 8 :][:2]) for at in range(6)]
    assert offsets[0] == 76
    assert lengths[:5] == [64, 36, 72, 60, 0]
    assert data[offsets[5] - RDW :][:4] == E("XCSM")  # ours, and said so


def test_the_sections_are_ibms() -> None:
    data = built(ONE)
    identification, common, spool = data[72:136], data[136:172], data[172:244]
    assert identification[32:40] == E("CSSMTP  ")
    assert identification[16:24] == E(" " * 8)  # no stack without -p
    assert identification[60] == 8  # the reason is an event
    assert common[24:32] == E("CSSMTP  ")
    assert common[32:] == E("JES2")
    assert spool[:8] == E("MAILJOB ")
    assert spool[24:32] == E("JOB00001")
    assert int.from_bytes(spool[68:]) == 102


NAMES = st.text(st.sampled_from("ABCXYZ019$#@"), max_size=8)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda when: when - timedelta(microseconds=when.microsecond % 10_000)
)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60).map(str.rstrip)


def _record(one: Record, waited: timedelta | None) -> Record:
    """A mail was read up to a day before it was settled, perhaps before midnight."""
    read = one.when - waited if waited is not None and one.subtype == Subtype.MAIL else None
    spool = one.spool if one.subtype in (Subtype.MAIL, Subtype.SPOOL) else None
    return replace(one, spool=spool, read=read)


WHOLE = st.builds(
    Record,
    st.sampled_from(Subtype),
    MOMENTS,
    st.text(st.sampled_from("SYS1"), max_size=4),
    NAMES,
    NAMES,
    st.builds(Common, NAMES, st.none() | MOMENTS, NAMES, NAMES),
    st.builds(
        Spool, NAMES, NAMES, NAMES, NAMES, NAMES, st.integers(0, 99999),
        st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1),
    ),
    st.none(),
    st.lists(st.tuples(TEXT, TEXT), max_size=5).map(tuple),
)  # fmt: skip
WAITED = st.none() | st.integers(0, 8_639_999).map(lambda n: timedelta(milliseconds=10 * n))
RECORDS = st.builds(_record, WHOLE, WAITED)


@given(RECORDS)
def test_a_record_comes_back(one: Record) -> None:
    assert parsed(built(one)) == one
    assert len(built(one)) + RDW <= 32_756


def test_a_mail_may_be_read_before_midnight() -> None:
    """The record has the time alone."""
    late = datetime(2024, 1, 31, 23, 59, 58)  # noqa: DTZ001 records have the local time
    one = replace(ONE, when=datetime(2024, 2, 1, 0, 0, 3), read=late)  # noqa: DTZ001
    found = parsed(built(one))
    assert found is not None
    assert found.read == late


@given(st.binary(max_size=400), st.data())
def test_any_bytes_are_a_record_another_type_or_bad(data: bytes, draw: st.DataObject) -> None:
    good = built(ONE)
    at = draw.draw(st.integers(0, len(good)))
    for hostile in (data, good[:at], good[:at] + data, b"\0\x77" + data):
        try:
            found = parsed(hostile)
        except BadRecord:
            continue
        assert found is None or all(value.isprintable() for _, value in found.facts)


@pytest.mark.parametrize("subtype", [1, 2, 47, 53])
def test_other_components_records_are_none(subtype: int) -> None:
    data = bytearray(built(ONE))
    data[18:20] = subtype.to_bytes(2)
    assert parsed(bytes(data)) is None


def test_a_longer_section_and_other_types_are_taken() -> None:
    data = bytearray(built(ONE))
    assert parsed(bytes([0, 118]) + bytes(data[2:])) is None
    data[24 + 8 * 1 + 4 : 24 + 8 * 1 + 6] = (40).to_bytes(2)  # common information, four bytes more
    found = parsed(bytes(data))
    assert found is not None
    assert found.common == COMMON


@pytest.mark.parametrize("value", ["\n\x1b[2J", "\u202e", "\u4e2d"])
def test_text_that_the_page_lacks_is_a_question_mark(value: str) -> None:
    one = Record(Subtype.SPOOL, WHEN, "SYS1", "CSSMTP", "CSSMTP", facts=(("TO", value),))
    found = parsed(built(one))
    assert found is not None
    assert set(found.facts[0][1].removesuffix("[2J")) == {"?"}


def test_more_facts_than_a_record_holds_are_cut_off() -> None:
    """An SMF record has 32,756 bytes at most."""
    many = tuple(("TO", "x" * 200) for _ in range(2000))
    data = built(replace(ONE, facts=many))
    assert 32_000 < len(data) + RDW <= 32_756
    found = parsed(data)
    assert found is not None
    assert 100 < len(found.facts) < 2000
