"""V records framed and translated at once are what they are one by one (jes2.md 4.1)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cssmtp.shortrecords import framing, short_records
from cssmtp.transcode import inspection
from jes.codepages import known, page
from jes.errors import BadRecord
from jes.records import VB, blocks, split
from tests.builders import CODE, ebcdic

FRAMING = framing(CODE)
ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=251)
RECORDS = st.lists(ASCII.map(ebcdic) | st.binary(max_size=260), max_size=12)


@given(RECORDS, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=2))
@example([], [])
@example([b"", b""], [(1, 5)])
def test_what_is_framed_at_once_is_what_one_by_one_gives(
    records: list[bytes], damage: list[tuple[int, int]]
) -> None:
    data = bytearray(b"".join(block.data for block in blocks(records, VB, 264)))
    for at, byte in damage:
        data[at : at + 1] = bytes([byte])
    found = short_records(bytes(data), FRAMING)
    if found is not None:
        assert found == [r.translate(CODE.table) for r in split(bytes(data), VB, 264)]


@pytest.mark.parametrize("name", sorted(known()))
def test_every_page_has_its_ascii_taken_at_once(name: str) -> None:
    codepage = page(name)
    code = inspection(codepage)
    characters = [chr(c) for c in range(0x20, 0x7F) if chr(c) in codepage.decoding]
    lines = ["".join(characters), "", " ", ".", *characters]
    [block] = blocks(map(codepage.encode, lines), VB, 255)
    assert short_records(block.data, framing(code)) == [line.encode() for line in lines]


@pytest.mark.parametrize("length", range(252))
def test_no_length_is_taken_for_another(length: int) -> None:
    """jes2.md 4.1: the length counts the word itself; any other one is refused or left alone."""
    for said in range(256):
        data = bytes((0, said, 0, 0)) + b"\xe7" * length
        found = short_records(data, FRAMING)
        assert found in (None, [b"X" * length])
        if said != length + 4:
            assert found is None
            with pytest.raises(BadRecord):
                split(data, VB, 264)


@pytest.mark.parametrize("length", [0, 1, 5, 60, 76, 79, 130, 190])
def test_common_lengths_are_taken_at_once(length: int) -> None:
    data = bytes((0, length + 4, 0, 0)) + b"\xe7" * length
    assert short_records(data * 3, FRAMING) == [b"X" * length] * 3


@pytest.mark.parametrize("record", ["tab\there", "ü", "a¶b", "a␍", "␀"])
def test_what_needs_a_second_look_is_left_alone(record: str) -> None:
    [block] = blocks([ebcdic("plain"), ebcdic(record), ebcdic("plain")], VB, 84)
    assert short_records(block.data, FRAMING) is None


def test_words_that_run_into_one_another_are_left_alone() -> None:
    """Two zero bytes end the word: these lengths are 5 and 6 only when put together."""
    assert short_records(b"\0\5\6\0\0\xe7\0\0\0\xe7\xe7", FRAMING) is None
