"""Data sets as lines: each view, any bytes in any format, and never more read than is looked at."""

import tracemalloc
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.panels.browsing import Browse, Form, Kind, Look, Spot, ruler
from emulator.panels.characters import characters
from emulator.panels.finding import Needle
from emulator.panels.holding import GONE
from jes.errors import BadCharacter
from jes.records import Block
from tests.emulator.ui.browsed import PAGE, Spool, all_texts, dataset, ebcdic, seen
from tests.strategies import File, files

FORMS = (Form.TEXT, Form.HEX, Form.SDSF, Form.REC)
SAMPLE = ebcdic("HELO MVS1", "MAIL FROM:<pay@example.com>", "", "Grüße · an alle.")
ASA = [b"\xf1" + r for r in ebcdic("PAGE ONE")] + [b"\x4e\x00\x15\xff\x41", b"\x40", b""]


def sample() -> tuple[Spool, Browse]:
    spool = Spool()
    return spool, Browse([spool.add(SAMPLE), spool.add([]), spool.add(ASA, "VBA", 137)])


@pytest.mark.parametrize("form", FORMS)
def test_a_view_looks_like_this(form: Form, golden: Callable[[str, str], None]) -> None:
    """spool-ui.md 1.6 and 4.3."""
    spool, browse = sample()
    look = Look(form=form, width=72)
    lines = [browse.heading(look, 0), *all_texts(spool, browse, look)]
    golden(f"browse/{form.lower()}.txt", "".join(f"{line.rstrip()}\n" for line in lines))


def test_carriage_control_is_shown_when_it_is_asked_for() -> None:
    spool, browse = sample()
    line = browse.index(Look(), Spot(2, 1))
    assert seen(spool, browse, Look(), line, 1)[0].text == "PAGE ONE"
    assert seen(spool, browse, Look(control=True), line, 1)[0].text == "1PAGE ONE"
    assert browse.columns(Look(width=80), 2) == (2, 81)
    assert browse.columns(Look(width=80, control=True, left=8), 2) == (9, 88)


def test_sideways_the_columns_move() -> None:
    spool, browse = sample()
    look = Look(left=5, width=4)
    assert seen(spool, browse, look, 1, 2)[0].text == "MVS1"
    assert browse.heading(look, 0) == "----"
    assert seen(spool, browse, Look(form=Form.SDSF, left=5, width=4), 2, 2)[0].text == "DEEF"
    hexed = seen(spool, browse, Look(form=Form.HEX, left=5, width=20), 1, 1)[0].text
    assert hexed == "MVS1  D4E5E2F1"
    recs = seen(spool, browse, Look(form=Form.REC, left=5, width=72), 1, 1)[0].text
    assert recs.split() == ["1", "9", "--", "C8C5D3D640D4E5E2F1", "MVS1"]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (1, 25, "----+----1----+----2----+"),
        (8, 12, "--1--"),
        (98, 112, "-10----+---11--"),
        (10, 10, "1"),
        (5, 4, ""),
    ],
)
def test_a_ruler_counts_columns(first: int, last: int, text: str) -> None:
    assert ruler(first, last) == text


def test_a_place_is_found_without_reading() -> None:
    browse = Browse([dataset(1, "FB", 80, 10**7, 8 * 10**8), dataset(2, "VB", 255, 5, 100)])
    for form in FORMS:
        look = Look(form=form)
        parts = 4 if form is Form.SDSF else 1
        assert browse.count(look) == (10**7 + 5) * parts + 2
        for spot in (Spot(0, 1), Spot(0, 10**7), Spot(1, 1), Spot(1, 5)):
            line = browse.index(look, spot)
            assert browse.spot(look, line) == browse.spot(look, line + parts - 1) == spot
        assert browse.spot(look, 0) is None
        assert browse.spot(look, browse.count(look) - 1) is None
        assert browse.near(look, 0) == Spot(0, 1)
        assert browse.near(look, 10**9) == Spot(1, 5)


def test_next_and_prev_go_to_beginnings_of_data_sets() -> None:
    _, browse = sample()
    look = Look()
    assert browse.step(look, 0, 1) == browse.step(look, 3, 1) == 5  # the second one is empty
    assert browse.step(look, 0, 2) == 5
    assert browse.step(look, 0, 3) is None
    assert browse.step(look, 3, -1) == 1
    assert browse.step(look, 7, -1) == 5
    assert browse.step(look, 1, -1) is None


def test_of_no_data_sets_there_are_two_lines() -> None:
    browse = Browse([])
    for form in FORMS:
        assert [line.kind for line in seen(Spool(), browse, Look(form=form), 0, 9)] == [
            Kind.EDGE,
            Kind.EDGE,
        ]
        assert browse.near(Look(form=form), 1) == Spot(0, 1)


def test_what_a_page_does_not_define_is_a_dot_and_counted() -> None:
    spool = Spool()
    browse = Browse([spool.add([b"\xc1\x4b\x00\x15\xc2\x71"])])
    (line,) = seen(spool, browse, Look(codepage="IBM-424"), 1, 1)
    assert line.text.startswith("A.··B")
    assert line.unknown >= 0
    assert seen(spool, browse, Look(dot="."), 1, 1)[0].text[:5] == "A...B"
    undefined = characters("IBM-424").unknown
    browse = Browse([spool.add([undefined + b"\xc1"])])
    (line,) = seen(spool, browse, Look(codepage="IBM-424"), 1, 1)
    assert line.text == "·" * len(undefined) + "A"
    assert line.unknown == len(undefined) > 0


def test_another_code_page_is_another_look() -> None:
    spool, browse = sample()
    assert seen(spool, browse, Look(codepage="IBM-273"), 4, 1)[0].text != "Grüße · an alle."
    with pytest.raises(BadCharacter):
        browse.lines(Look(codepage="IBM-4711"), 0, 9)


def test_a_mixed_page_has_wide_characters_in_text_and_bytes_in_hex() -> None:
    record = b"\xc1\x0e\x45\x66\x45\x66\x0f\xc2"
    spool = Spool()
    browse = Browse([spool.add([record])])
    look = Look(codepage="IBM-939", width=6)
    assert seen(spool, browse, look, 1, 1)[0].text == "A本本B"
    assert seen(spool, browse, Look(codepage="IBM-939", left=2, width=4), 1, 1)[0].text == " 本B"
    wide = Look(codepage="IBM-939", form=Form.SDSF)
    assert len(seen(spool, browse, wide, 1, 1)[0].text) == len(record)
    found = Look(codepage="IBM-939", find=Needle("本b"))
    assert seen(spool, browse, found, 1, 1)[0].spans == ((2, 4),)


def test_what_is_found_is_marked_where_it_is_shown() -> None:
    spool, browse = sample()
    needle = Needle("pay")
    (line,) = seen(spool, browse, Look(find=needle), 2, 1)
    assert [line.text[a:b] for a, b in line.spans] == ["pay"]
    (line,) = seen(spool, browse, Look(find=needle, left=11), 2, 1)
    assert [line.text[a:b] for a, b in line.spans] == ["pay"]
    (line,) = seen(spool, browse, Look(find=needle, left=12, width=1), 2, 1)
    assert (line.text, line.spans) == ("a", ((0, 1),))
    lines = seen(spool, browse, Look(find=needle, form=Form.SDSF), 5, 3)
    assert lines[0].spans == lines[1].spans == lines[2].spans == ((11, 14),)


def test_a_data_set_that_goes_is_said() -> None:
    spool = Spool()
    one = spool.add(ebcdic("one", "two"))
    browse = Browse([one])
    spool.held.clear()
    for form in FORMS:
        lines = seen(spool, browse, Look(form=form), 1, 1)
        assert (lines[0].kind, lines[0].text) == (Kind.FAULT, f"RECORD 1 CANNOT BE READ: {GONE}")


@pytest.mark.parametrize("data", [b"\x00\x09\x00\x00abc", b"\x00\x05\x00\x00a"])
def test_a_damaged_block_is_said_and_the_others_are_shown(data: bytes) -> None:
    spool = Spool()
    spool.held[1] = [Block(1, 2, data), Block(3, 1, b"\x00\x05\x00\x00\xc1")]
    browse = Browse([dataset(1, "VB", 255, 3, 20)])
    kinds = [line.kind for line in seen(spool, browse, Look(), 1, 3)]
    assert kinds == [Kind.FAULT, Kind.FAULT, Kind.RECORD]


# --- any bytes -----------------------------------------------------------------------------------


def spooled(file: File) -> tuple[Spool, Browse]:
    spool = Spool()
    at_once = max(file.cuts, default=3)
    return spool, Browse([spool.add(file.records, file.recfm, file.lrecl, at_once=at_once)])


@given(
    files(),
    st.sampled_from(FORMS),
    st.sampled_from(["IBM-1047", "IBM-424", "IBM-838", "IBM-939", "ISO8859-1"]),
    st.integers(0, 100),
    st.sampled_from([1, 20, 80]),
    st.booleans(),
)
@settings(deadline=None)
def test_any_bytes_are_lines_that_can_be_printed(
    file: File, form: Form, page: str, left: int, width: int, control: bool
) -> None:
    """A part of the lines is that part of all of them, whatever was read before."""
    spool, browse = spooled(file)
    look = Look(form=form, codepage=page, left=left, width=width, control=control)
    whole = seen(spool, browse, look, 0, browse.count(look))
    assert len(whole) == browse.count(look) == len(file.records) * look.parts + 2
    assert all(line.text.isprintable() for line in whole)
    again = Browse(browse.datasets)
    parts: Sequence[object] = [
        line for at in range(0, len(whole), 3) for line in seen(spool, again, look, at, 3)
    ]
    assert parts == whole


@given(st.binary(max_size=300))
@pytest.mark.parametrize("name", ["IBM-1047", "IBM-424", "IBM-838", "IBM-939", "ISO8859-1"])
def test_hex_views_have_a_cell_for_each_byte(name: str, data: bytes) -> None:
    shown = characters(name).bytewise(data)
    assert len(shown) == len(data)
    assert shown.isprintable()


# --- big ones ------------------------------------------------------------------------------------


class Endless(Spool):
    """A data set of any size, made when it is read."""

    def read(self, key: int, record: int, limit: int) -> list[Block]:
        self.reads.append((key, record, limit))
        first = (record - 1) // 819 * 819 + 1
        count = max(1, limit // 65_520)
        row = PAGE.encode("".join(f"{n:<80}" for n in range(819)))
        return [Block(first + n * 819, 819, row) for n in range(count)]


def test_a_gibibyte_is_browsed_without_growing() -> None:
    records = 819 * 16_384
    spool, browse = Endless(), Browse([dataset(1, "FB", 80, records, records * 80)])
    look = Look()
    tracemalloc.start()
    for page in range(300):
        first = page * (records // 300)
        assert len(seen(spool, browse, look, first, 43)) == 43
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16_000_000
    assert len(spool.reads) <= 600


def test_a_page_that_is_held_is_not_read_again() -> None:
    spool, browse = Endless(), Browse([dataset(1, "FB", 80, 10**6, 8 * 10**7)])
    seen(spool, browse, Look(), 10, 43)
    reads = len(spool.reads)
    seen(spool, browse, Look(form=Form.SDSF), 40, 43)
    assert len(spool.reads) == reads
    assert browse.lines(Look(), 900_000, 2) == [None, None]
