"""A spool file in a mixed page, from blocks to the wire (spool-mail.md 9.4 and 13, E15)."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.lines import LineReader, Lines
from cssmtp.mixedlines import MixedLineReader
from cssmtp.multibyte import wire
from cssmtp.transcode import inspection
from jes.codepages import page
from jes.mixed import mixed_page
from jes.records import Recfm
from tests.builders import Read, blocks_of, read_blocks

PAGE = mixed_page("IBM-939")
E15 = """\
HELO PLEX1
MAIL FROM:<batch@acme.example>
RCPT TO:<tokyo@acme.example>
DATA
From: <batch@acme.example>
To: <tokyo@acme.example>
Subject: nippo 20240131
MIME-Version: 1.0
Content-Type: text/plain; charset=ISO-2022-JP

日報 OK
.
QUIT"""


def read(records: list[bytes], reader: MixedLineReader, charset: str, cuts: list[int]) -> Read:
    blocks = list(blocks_of(records, reader.recfm, reader.lrecl, cuts))
    # The parser asks its code for nothing but `shown`, which the reader's has too.
    return read_blocks(blocks, cast("LineReader", reader), to=wire(charset))


@pytest.mark.parametrize(("recfm", "lrecl"), [("FB", 80), ("VB", 1028), ("FB", 133)])
@pytest.mark.parametrize("cuts", [[], [1] * 20, [9, 2]], ids=["whole", "single", "in-three"])
def test_e15_is_sent_in_iso_2022_jp(recfm: str, lrecl: int, cuts: list[int]) -> None:
    records = [PAGE.encode(line) for line in E15.split("\n")]
    assert records[10] == bytes.fromhex("0E 4562 49B8 0F 40 D6 D2")
    reader = MixedLineReader(Recfm(recfm), lrecl, PAGE)
    found = read(records, reader, "IBM-5054", cuts)
    assert found.errors == []
    assert [r.address for r in found.mails[0].recipients] == ["tokyo@acme.example"]
    text = found.texts[0].split(b"\r\n")
    assert text[2] == b"Subject: nippo 20240131"
    assert text[-2:] == [bytes.fromhex("1B 24 42 46 7C 4A 73 1B 28 42 20 4F 4B"), b""]
    assert not reader.unbalanced


def test_e15_read_with_930_has_katakana_for_lower_case() -> None:
    """The Kanji are the same; commands and addresses are not (spool-mail.md 9.4)."""
    records = [PAGE.encode(line) for line in E15.upper().split("\n")]
    records[6] = PAGE.encode("SUBJECT: nippo")
    found = read(records, MixedLineReader(Recfm("FB"), 80, mixed_page("IBM-930")), "IBM-943", [])
    text = found.texts[0].decode("cp932").split("\r\n")
    assert text[2] == "SUBJECT: \uff84\uff79\uff86\uff86\uff85"
    assert text[-2] == "日報 OK"
    records = [PAGE.encode(line) for line in E15.split("\n")]
    found = read(records, MixedLineReader(Recfm("FB"), 80, mixed_page("IBM-930")), "IBM-943", [])
    assert found.errors


def test_a_double_byte_run_goes_on_over_joined_records() -> None:
    """Joined as bytes: the second record begins in the state in which the first ends, but a record
    that is cut inside a run is not joined, whatever its last byte is."""
    whole = PAGE.encode("日" * 40 + "A<" + "報" * 5)
    first = PAGE.encode("日" * 38) + PAGE.encode("<")
    assert len(first) == 79
    records = [b"\x40" + first, PAGE.encode("報"), whole[:79] + b"\x4c", b"\x40"]
    reader = MixedLineReader(Recfm("VB"), 255, PAGE)
    lines = [reader.lines(block) for block in blocks_of(records, Recfm("VB"), 255)]
    assert [line.decode() for line in lines[0].text] == [
        " " + "日" * 38 + "報", "日" * 39 + "\x1a", "",
    ]  # fmt: skip
    assert lines[0].numbers == [1, 3, 4]
    assert [(n.record, n.rule) for n in reader.notices()] == [
        (3, "mbcs-unbalanced"), (3, "mbcs-undefined"),
    ]  # fmt: skip


def test_a_run_over_records_when_the_state_is_not_reset() -> None:
    """`mbcs_reset_per_record` off; the blocks can be read again."""
    records = [b"\x0e\x45\x62", b"\x49\xb8\x0f\xc1", b"\x0e\x45\x62", b"\x49\xb8"]
    reader = MixedLineReader(Recfm("VB"), 255, PAGE, reset=False)
    blocks = list(blocks_of(records, Recfm("VB"), 255, [1, 2]))
    for _ in range(2):
        text = [line.decode() for block in blocks for line in reader.lines(block).text]
        assert text == ["日", "報A", "日", "報"]
    assert reader.notices() == []
    reader = MixedLineReader(Recfm("VB"), 255, PAGE)
    assert reader.lines(blocks[0]).text == ["日".encode()]
    assert [line.decode() for line in reader.lines(blocks[1]).text] != ["報A", "日"]
    assert [n.record for n in reader.notices() if n.rule == "mbcs-unbalanced"] == [1, 2, 3]


def test_undefined_characters_are_counted_once_however_often_a_block_is_read() -> None:
    reader = MixedLineReader(Recfm("VB"), 255, PAGE)
    for block in 2 * list(blocks_of([b"\x0e\xfd\xfd\x0f"] * 3, Recfm("VB"), 255, [1])):
        reader.lines(block)
    assert reader.undefined == 3
    assert [(n.record, n.text[:13]) for n in reader.notices()] == [(1, "3 characters,")]


def summary(lines: Lines | None) -> object:
    """What a parser sees of lines."""
    if lines is None:
        return None
    where = [lines.record(index) for index in range(len(lines.text) + 1)]
    spooled = lines.spooled(0, len(lines.text))
    return lines.text, where, spooled, list(lines.hints.swallowed)


BYTES = st.sampled_from(b"\xc1\xc2\x40\x40\x4b\x4c\x15\x00\x0d\x25\x05\x3f")
RECORD = st.one_of(
    st.lists(BYTES, max_size=10).map(bytes),
    st.builds(lambda a, b: a * 79 + b, st.sampled_from([b"\xc1", b"\x40"]),
              st.sampled_from([b"\x4c", b"\x15", b"\xc2"])),
    st.just(b"\x4b"),
)  # fmt: skip


@given(
    st.lists(RECORD, max_size=8),
    st.lists(st.integers(1, 4), max_size=4),
    st.sampled_from([("FB", 80), ("FBA", 81), ("VB", 255), ("VBA", 255), ("FB", 133)]),
)
def test_records_without_shift_codes_are_read_as_with_mbcs_no(
    records: list[bytes], cuts: list[int], attributes: tuple[str, int]
) -> None:
    """The same lines, record numbers and sizes as `LineReader` gives for a single-byte page."""
    recfm, lrecl = Recfm(attributes[0]), attributes[1]
    records = [b"\x40" * bool(recfm.control) + record for record in records]
    single = LineReader(recfm, lrecl, inspection(page("IBM-1047")))
    mixed = MixedLineReader(recfm, lrecl, PAGE)
    end = 1
    for block in blocks_of(records, recfm, lrecl, cuts):
        ours, theirs = mixed.lines(block), single.lines(block)
        assert summary(ours) == summary(theirs)
        assert theirs.special or not ours.special
        assert ours.ascii or not theirs.ascii
        end = block.next
    assert summary(mixed.last(end)) == summary(single.last(end))
