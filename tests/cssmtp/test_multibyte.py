"""MBCS Yes: mixed records to lines, and lines to a target's MBCharset (spool-mail.md 9.4, E15)."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cssmtp.multibyte import Utf8, charset, joins, known, lost, mixed_lines, wire, wire_size
from cssmtp.transcode import MARKS, TAB
from jes.codepages import UNDEFINED
from jes.errors import BadCharacter
from jes.mixed import Shift, mixed_page

E15 = bytes.fromhex("0E 4562 49B8 0F 40 D6 D2")
TEXT = "日報 OK"

# SMTPD's DBCS values, and what replaces them (spool-mail.md 9.4): TRANSLATE, MBCharset
# and how many of the page's characters the nearest codec of the standard library does not have
REPLACED = [
    pytest.param("IBM-939", "IBM-5055", 450, id="JIS78KJ-ASCII"),
    pytest.param("IBM-930", "IBM-5053", 450, id="JIS78KJ-JISROMAN"),
    pytest.param("IBM-939", "IBM-5054", 450, id="JIS83KJ-ASCII"),
    pytest.param("IBM-930", "IBM-5052", 450, id="JIS83KJ-JISROMAN"),
    pytest.param("IBM-937", "IBM-950", 164, id="BIG5"),
    pytest.param("IBM-930", "IBM-eucJP", 106, id="EUCKANJI"),
    pytest.param("IBM-933", "IBM-949", 397, id="KSC5601"),
    pytest.param("IBM-935", "IBM-1381", 32, id="SCHINESE"),
    pytest.param("IBM-930", "IBM-943", 1, id="SJISKANJI"),
]


# --- to the wire --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IBM-5052", "1B 24 42 46 7C 4A 73 1B 28 4A 20 4F 4B"),
        ("IBM-5053", "1B 24 40 46 7C 4A 73 1B 28 4A 20 4F 4B"),
        ("IBM-5054", "1B 24 42 46 7C 4A 73 1B 28 42 20 4F 4B"),  # E15's wire text
        ("IBM-5055", "1B 24 40 46 7C 4A 73 1B 28 42 20 4F 4B"),
        ("IBM-943", "93 FA 95 F1 20 4F 4B"),
        ("IBM-eucJP", "C6 FC CA F3 20 4F 4B"),
        ("IBM-950", "A4 E9 B3 F8 20 4F 4B"),
        ("IBM-949", "EC ED DC C3 20 4F 4B"),
        ("IBM-1381", "C8 D5 1A 20 4F 4B"),  # GB 2312 has not the second
        ("GB18030", "C8 D5 88 F3 20 4F 4B"),
        ("UTF-8", "E6 97 A5 E5 A0 B1 20 4F 4B"),
        ("ISO8859-1", "1A 1A 20 4F 4B"),
    ],
)
def test_the_record_of_e15_on_the_wire(name: str, expected: str) -> None:
    lines = mixed_lines([E15], mixed_page("IBM-939"))
    assert lines.text == [TEXT.encode()]
    assert wire(name).encode(lines.text[0]) == bytes.fromhex(expected)


@pytest.mark.parametrize("name", ["IBM-930", "IBM-939", "IBM-1390", "IBM-1399"])
def test_the_kanji_of_e15_are_the_same_in_each_japanese_page(name: str) -> None:
    assert mixed_lines([E15], mixed_page(name)).text == [TEXT.encode()]


@pytest.mark.parametrize(("page", "name", "known_lost"), REPLACED)
def test_smtpd_pairs_lose_few_characters(page: str, name: str, known_lost: int) -> None:
    """The pairs IBM names belong together; user-defined characters are left aside."""
    this, to = mixed_page(page), charset(name)
    every = {*this.single[0x40:], *this.double} - {UNDEFINED, "\x0e"}
    text = sorted(char for char in every if not "\ue000" <= char <= "\uf8ff")
    lost = [char for char in text if to.encode(char)[1]]
    assert len(text) > 7000
    assert len(lost) == known_lost


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        pytest.param("IBM-943", "cp932", id="943"),
        pytest.param("IBM-eucJP", "euc_jp", id="eucJP"),
        pytest.param("IBM-950", "cp950", id="950"),
        pytest.param("IBM-949", "cp949", id="949"),
        pytest.param("IBM-1381", "gb2312", id="1381"),
        pytest.param("IBM-5054", "iso2022_jp", id="5054"),
    ],
)
def test_a_charset_writes_as_its_codec_of_the_standard_library(name: str, codec: str) -> None:
    to = charset(name)
    both = 0
    for code in (*range(0x20, 0x7F), *range(0xA0, 0xD800), *range(0xF900, 0x10000)):
        theirs = chr(code).encode(codec, "ignore")
        ours, lost = to.encode(chr(code))
        if theirs and not lost:
            both += 1
            assert ours == theirs
    assert both > 6900


def test_what_a_charset_lacks_is_counted_and_what_the_page_lacks_is_not() -> None:
    count = lost(["IBM-5054", "IBM-943"])
    for _ in range(2):
        assert count("日報ﾄ§ OK\x1a\x01\tﾄｹ髙".encode()) == 4  # half-width katakana and a variant
    assert lost(["IBM-943"])("日報ﾄ".encode()) == 0
    assert lost(["UTF-8"])("\x1a日é".encode()) == 0
    assert lost([])("日".encode()) == 0


def test_ibm_948_is_refused_since_nobody_here_has_it() -> None:
    with pytest.raises(BadCharacter, match="IBM-948"):
        charset("IBM-948")


@pytest.mark.parametrize("name", ["IBM-5052", "IBM-5053", "IBM-5054", "IBM-5055"])
def test_iso_2022_jp_is_seven_bits_and_every_line_ends_in_single_bytes(name: str) -> None:
    data, lost = charset(name).encode("日\r\n報OK報\r\n\r\n日")
    back = b"\x1b(J" if name in ("IBM-5052", "IBM-5053") else b"\x1b(B"
    assert data.isascii()
    assert lost == 0
    for line in data.split(b"\r\n"):
        escapes = re.findall(rb"\x1b(?:\$[@B]|\([BJ])", line)
        assert not escapes or escapes[-1] == back
    assert data.decode("iso2022_jp") == "日\r\n報OK報\r\n\r\n日"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IBM-5052", b"\\ ~ \\ ~"),  # one code for both in JIS-Roman
        ("IBM-5054", b"\x1b(J\\\x1b(B \x1b(J~\x1b(B \\ ~"),
    ],
)
def test_yen_sign_and_overline(name: str, expected: bytes) -> None:
    assert charset(name).encode("¥ ‾ \\ ~") == (expected, 0)


@pytest.mark.parametrize("name", known())
def test_ascii_stays_ascii(name: str) -> None:
    text = "".join(map(chr, (*range(0x20, 0x7F), 9, 10, 13)))
    assert charset(name).encode(text) == (text.encode("ascii"), 0)


@pytest.mark.parametrize("name", [n for n in known() if n not in ("UTF-8", "GB18030")])
def test_a_character_that_a_charset_lacks_becomes_sub_and_is_counted(name: str) -> None:
    assert charset(name).encode("a\U0001f600\x1ab\u0e01") == (b"a\x1a\x1ab\x1a", 2)


@pytest.mark.parametrize("name", ["IBM-5052", "IBM-5053", "IBM-5054", "IBM-5055"])
def test_no_escape_comes_from_the_text(name: str) -> None:
    for text in ("\x1b$B", "日\x1b(I"):
        data, lost = charset(name).encode(text)
        assert lost == 1
        assert data.count(b"\x1b") == (2 if "日" in text else 0)
        assert wire(name).encode(text.encode()) == data


@pytest.mark.parametrize("name", ["GB2312", "GBK", "EUC-KR", "Shift_JIS", "Windows-31J", "EUC-JP"])
def test_either_reading_of_a_dash_or_wave_is_written(name: str) -> None:
    """IBM's pages and the standard library's read one character of JIS, KS and GB in two ways."""
    dashes, waves = charset(name).encode("—―")[0], charset(name).encode("\uff5e\u301c")[0]
    assert b"\x1a" not in dashes + waves


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("943", "IBM-943"), ("ibm943", "IBM-943"), ("CCSID-943", "IBM-943"), ("cp950", "IBM-950"),
     ("IBM-EUCJP", "IBM-eucJP"), ("ibm_33722", "IBM-eucJP"), ("utf8", "UTF-8"), ("1208", "UTF-8"),
     ("iso-2022-jp", "IBM-5054"), ("euc-kr", "EUC-KR"), ("gbk", "GBK"), ("1386", "GBK"),
     ("shift-jis", "Shift_JIS"), ("ISO8859-15", "ISO8859-15"), ("IBM-850", "IBM-850")],
)  # fmt: skip
def test_spellings_of_a_name(name: str, canonical: str) -> None:
    assert charset(name).name == wire(name).charset == canonical


@pytest.mark.parametrize(
    "name", ["", "IBM-939", "IBM-1047", "UTF-16", "IBM-٩٤٣", "x" * 99, "-", "ISO-2022-KR"]
)
def test_an_unknown_charset_is_refused(name: str) -> None:
    with pytest.raises(BadCharacter, match="as MBCharset; known ones are IBM-5052"):
        wire(name)


@settings(deadline=None)  # the first example may read a table
@example("IBM-5054", ["§", "a§a§", "¥x¥"])
@given(st.sampled_from([*known(), "ISO8859-1", "IBM-864"]), st.lists(st.text(), max_size=5))
def test_any_lines_are_encoded_apart_or_together(name: str, texts: list[str]) -> None:
    """A mail may be sent in parts, cut between lines, and `wire_size` is exact."""
    lines = [re.sub(r"[\r\n]", "", text).encode("utf-8", "replace") for text in texts]
    to = wire(name)
    whole = to.encode(b"".join(line + b"\r\n" for line in lines))
    assert whole == b"".join(to.encode(line + b"\r\n") for line in lines)
    assert wire_size(lines, name) == len(whole)
    eight_bit = sum(byte > 0x7F for line in lines for byte in line)
    assert len(whole) <= sum(len(line) + 2 for line in lines) + to.extra * eight_bit


@settings(deadline=None)  # the first example may read a table
@given(st.sampled_from(known()), st.binary())
def test_any_bytes_are_encoded(name: str, data: bytes) -> None:
    """A line that was cut inside a character is sent without that character."""
    wire(name).encode(data)
    assert wire(name).encode("A日".encode()[:-1]) == b"A"


# --- records to lines ---------------------------------------------------------------------------

PAGE = mixed_page("IBM-939")
A, NICHI = b"\xc1", b"\x0e\x45\x62\x0f"


def lines(records: str, reset: bool = True, shift: Shift = Shift.SINGLE) -> object:
    """What was made of hexadecimal records: text, any mark, unbalanced, undefined."""
    found = mixed_lines([bytes.fromhex(r) for r in records.split(",")], PAGE, reset, shift)
    assert found.ascii == all(line.isascii() for line in found.text)
    return (
        [line.decode() for line in found.text],
        found.special,
        found.unbalanced,
        found.undefined,
    )


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param("C1 40 40, 40, 0E 4562 0F", (["A", "", "日"], False, (), 0), id="trimmed"),
        pytest.param("C1 0E 4040 0F", (["A\u3000"], False, (), 0), id="wide-blank-stays"),
        pytest.param("C1 15 C2", (["A\nB"], True, (), 0), id="new-line"),
        pytest.param("C1 05 C2 09 C3", (["A\tB\tC"], False, (), 0), id="tabs"),
        pytest.param("C1 00 C2, C1", (["A\0B", "A"], True, (), 0), id="nul"),
        pytest.param("C1 01 C2, C1", (["A\x01B", "A"], True, (), 0), id="forbidden"),
        pytest.param("C1 1E C2, C1", (["A\x01B", "A"], True, (), 0), id="record-end-is-forbidden"),
        pytest.param("C1 0D C2", (["A\rB"], True, (), 0), id="bare-cr"),
        pytest.param("C1 25 C2", (["A\x0bB"], True, (), 0), id="bare-lf"),
        pytest.param(
            "0E 4515 1545 0F C1", (["\x1a\x1aA"], True, (), 2), id="no-new-line-in-a-pair"
        ),
        pytest.param("0E 451E 0F, C1", (["\x1a", "A"], True, (), 1), id="no-record-end-in-a-pair"),
        pytest.param("0E FDFD 0F", (["\x1a"], True, (), 1), id="undefined-pair"),
        pytest.param("41 C1", (["\x1aA"], True, (), 1), id="undefined-single"),
        pytest.param("0E 4562, C1", (["日", "A"], False, (0,), 0), id="open-is-reset"),
        pytest.param("C1, 0E 45 0F C1", (["A", "\x1aA"], True, (1,), 1), id="half"),
        pytest.param("C1, 0F, 0E 0E 0F", (["A", "", ""], False, (1, 2), 0), id="shifted-twice"),
        pytest.param(",", (["", ""], False, (), 0), id="empty"),
    ],
)
def test_records_become(records: str, expected: object) -> None:
    if "41 C1" in records:
        found = mixed_lines([bytes.fromhex(records)], mixed_page("IBM-1399"))
        assert ([line.decode() for line in found.text], found.undefined) == (["\x1aA"], 1)
    else:
        assert lines(records) == expected


def test_the_state_goes_on_when_it_is_not_reset() -> None:
    """`mbcs_reset_per_record` off: a run may cross records, and blocks."""
    assert lines("0E 4562, 49B8 0F C1", reset=False) == (["日", "報A"], False, (), 0)
    assert lines("49B8 0F", reset=False, shift=Shift.DOUBLE) == (["報"], False, (), 0)
    assert lines("49B8 0F", shift=Shift.DOUBLE) != (["報"], False, (), 0)
    found = mixed_lines([b"\x0e\x45\x62"], PAGE, reset=False)
    assert (found.shift, found.unbalanced) == (Shift.DOUBLE, ())
    assert mixed_lines([], PAGE, reset=False, shift=Shift.DOUBLE).shift is Shift.DOUBLE
    assert mixed_lines([b"\x0e"], PAGE).shift is Shift.SINGLE


RECORDS = st.lists(
    st.lists(st.sampled_from(b"\x0e\x0f\x1e\x15\x00\x40\x45\x62\xc1"), max_size=12).map(bytes),
    max_size=6,
)


@settings(deadline=None)  # the first example may read a table
@given(RECORDS)
def test_records_together_are_what_they_are_alone(records: list[bytes]) -> None:
    """Reset per record, so no record's fault changes another; the bulk path is the careful path."""
    together = mixed_lines(records, PAGE)
    alone = [mixed_lines([record], PAGE) for record in records]
    assert together.text == [one.text[0] for one in alone]
    assert together.unbalanced == tuple(i for i, one in enumerate(alone) if one.unbalanced)
    assert together.undefined == sum(one.undefined for one in alone)
    assert together.special == any(one.special for one in alone)


@settings(deadline=None)  # the first example may read a table
@given(RECORDS, st.integers(0, 6))
def test_blocks_of_records_carry_their_state(records: list[bytes], cut: int) -> None:
    whole = mixed_lines(records, PAGE, reset=False)
    first = mixed_lines(records[:cut], PAGE, reset=False)
    second = mixed_lines(records[cut:], PAGE, False, first.shift)
    assert first.text + second.text == whole.text
    assert second.shift is whole.shift


@settings(deadline=None)  # the first example may read a table
@given(st.lists(st.binary(max_size=100), max_size=5), st.booleans())
def test_any_records_give_lines_without_line_ends_of_their_own(
    records: list[bytes], reset: bool
) -> None:
    found = mixed_lines(records, PAGE, reset)
    assert len(found.text) == len(records)
    for line in found.text:
        assert not line.endswith(b" ")
        assert not set(line) & (set(range(0x20)) - {*MARKS, TAB})
        line.decode()


def test_lines_are_shown_and_characters_looked_up_as_in_an_inspection_code() -> None:
    code = Utf8(PAGE)
    assert code.shown("日A\0\x1a\t".encode() + b"\xe6") == "日A...."
    assert [code.byte_of(c) for c in "@日é"] == [b"@", "日".encode(), b""]


@pytest.mark.parametrize(
    ("record", "joined"),
    [
        pytest.param(A * 79 + b"\x4c", True, id="less-than"),
        pytest.param(A * 79 + b"\x15", True, id="new-line"),
        pytest.param(A * 78 + b"\x4c", False, id="79-bytes"),
        pytest.param(A * 80 + b"\x4c", False, id="81-bytes"),
        pytest.param(A * 75 + NICHI + b"\x4c", True, id="behind-a-run"),
        pytest.param(b"\x0e" + b"\x45\x4c" * 39 + b"\x4c", False, id="half-of-a-pair"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_a_record_is_joined_by_a_character_not_by_half_of_one(record: bytes, joined: bool) -> None:
    """spool-mail.md 4.5, and recommended for runs that are cut at column 80."""
    assert joins(record) is joined
