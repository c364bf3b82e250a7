"""Spanned data sets that may be damaged."""

from hypothesis import given
from hypothesis import strategies as st

from jes import framing, salvage
from jes.descriptors import WORD
from jes.errors import BadRecord
from jes.records import RDW, Recfm, split

VBS = Recfm("VBS")
RECORDS = st.lists(st.binary(min_size=1, max_size=60), max_size=8)
SIZES = st.integers(5, 40)


def spanned(records: list[bytes], size: int) -> bytes:
    """In blocks with segments of `size` bytes at most, two a block."""
    segments = []
    for record in records:
        parts = [record[at : at + size] for at in range(0, len(record), size)]
        for number, part in enumerate(parts):
            code = (0 if len(parts) == 1 else 1) if not number else 3
            code = 2 if number and number == len(parts) - 1 else code
            segments.append(WORD.pack(len(part) + RDW, code << 8) + part)
    blocks = [b"".join(segments[at : at + 2]) for at in range(0, len(segments), 2)]
    return b"".join(WORD.pack(len(block) + RDW, 0) + block for block in blocks)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(RECORDS, SIZES, st.integers(1, 50))
def test_what_is_whole_comes_as_framing_has_it(records: list[bytes], size: int, chunk: int) -> None:
    data = spanned(records, size)
    found = list(salvage.records(cut(data, chunk), bdw=True))
    framed = framing.spanned([data], VBS, bdw=True)
    assert found == records == [one for block in framed for one in split(block.data, VBS, 0)]


@given(RECORDS, SIZES, st.data())
def test_records_before_the_damage_come(
    records: list[bytes], size: int, draw: st.DataObject
) -> None:
    data = spanned(records, size)
    at = draw.draw(st.integers(0, len(data)))
    found = list(salvage.records([data[:at]], bdw=True))
    good = [one for one in found if not isinstance(one, BadRecord)]
    assert good == records[: len(good)]
    assert at in (0, len(data)) or len(good) < len(records)


@given(st.lists(st.binary(max_size=80)), st.booleans())
def test_any_bytes_are_records_or_damage(chunks: list[bytes], bdw: bool) -> None:
    list(salvage.records(chunks, bdw=bdw))
