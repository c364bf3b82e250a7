"""Mixed EBCDIC pages: every code against glibc's iconv, shift states, laws (spool-mail.md 9.4).

Also here: the single-byte pages that `test_code_pages.py` leaves out, against iconv.
"""

import platform
import shutil
import subprocess
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jes import codepages, tables
from jes.codepages import UNDEFINED
from jes.errors import BadCharacter
from jes.mixed import Faults, MixedPage, Shift, known, mixed_page

# glibc's tables are the oracle; on Linux this must run, and fails where iconv is missing.
with_iconv = pytest.mark.skipif(
    platform.system() != "Linux", reason="macOS has an iconv of its own, with other tables"
)
PAIRS = [0x4040, *(high << 8 | low for high in range(0x41, 0xFF) for low in range(0x41, 0xFF))]
CHARACTERS = [
    chr(code)
    for code in (*range(0x20, 0xD800), *range(0xE000, 0x10000), *range(0x20000, 0x30000))
    if code != 0x85
]

# What iconv writes otherwise than it reads. ICU has what is here, the inverse of reading.
WRITTEN_BY_ICONV = {
    "IBM-930": {"\\": b"\x5b", "~": b"\xa1"},  # the yen sign's and the overline's bytes
    "IBM-939": {"\\": b"\xb2", "~": b"\xa0"},  # the same
    "IBM-1371": {"\\": b"\x5b"},  # the dollar sign's byte
}

# How many pairs read as a character that has another code too: radicals, and the euro sign.
REPEATED = {"IBM-937": 377, "IBM-1371": 378, "IBM-1390": 1, "IBM-1399": 1}


def iconv(source: str, target: str, data: bytes) -> bytes:
    """`data` converted by iconv, leaving out what cannot be."""
    program = shutil.which("iconv")
    assert program, "the iconv command (Debian: libc-bin) is needed to compare code pages"
    command = [program, "-c", "-f", source.replace("IBM-", "IBM"), "-t", target]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout


def pair(code: int) -> bytes:
    return b"\x0e" + code.to_bytes(2) + b"\x0f"


# --- whole tables -------------------------------------------------------------------------------


@with_iconv
@pytest.mark.parametrize("name", known())
def test_every_pair_reads_as_iconv_reads_it(name: str) -> None:
    data = b"".join(pair(code) + b"\x25" for code in PAIRS)
    theirs = iconv(name, "UTF-32BE", data).decode("utf-32-be").split("\n")
    ours = mixed_page(name).decode(data)
    assert [text or UNDEFINED for text in theirs[:-1]] == ours.text.split("\n")[:-1]
    assert (ours.faults.halves, ours.faults.shifts) == (0, 0)
    assert ours.faults.undefined == theirs[:-1].count("")


@with_iconv
@pytest.mark.parametrize("name", known())
def test_every_single_byte_reads_as_iconv_reads_it(name: str) -> None:
    """iconv reads some undefined bytes as SUB; here only X'3F' is."""
    page = mixed_page(name)
    theirs = [
        "" if char == "\x1a" and byte != 0x3F else char
        for byte, char in enumerate(singles(name, line_end=0x25))
    ]
    for byte in (*range(0x0E), *range(0x10, 0x100)):
        assert (byte, page.decode(bytes([byte])).text) == (byte, theirs[byte] or UNDEFINED)


@with_iconv
@pytest.mark.parametrize("name", known())
def test_every_character_is_written_as_iconv_writes_it(name: str) -> None:
    """Where iconv writes SUB for a character that the page lacks, here it is refused."""
    page = mixed_page(name)
    source = "".join(f"{char}\n" for char in CHARACTERS).encode("utf-32-be")
    theirs = iconv("UTF-32BE", name.replace("IBM-", "IBM"), source).split(b"\x25")[:-1]
    assert len(theirs) == len(CHARACTERS)
    wanted = {
        char: code
        for char, code in zip(CHARACTERS, theirs, strict=True)
        if code and code != b"\x3f"
    }
    ours = {char: page.encode(char) for char in CHARACTERS if page.first_bad(char) is None}
    assert ours.keys() == wanted.keys()
    different = {char: code for char, code in wanted.items() if ours[char] != code}
    assert different == WRITTEN_BY_ICONV.get(name, {})


@pytest.mark.parametrize("name", known())
def test_what_was_read_is_written_and_reads_the_same(name: str) -> None:
    """The one way back: of several codes for a character one is written, and reads the same."""
    page = mixed_page(name)
    text = page.decode(b"".join(map(pair, PAIRS))).text.replace(UNDEFINED, "")
    singles = page.decode(bytes(set(range(256)) - {0x0E, 0x0F})).text.replace(UNDEFINED, "")
    assert page.decode(page.encode(text + singles)).text == text + singles
    times = Counter([*page.single, *page.double])
    repeated = [code for code in PAIRS if times[page.double[code]] > 1]
    for code in PAIRS:
        if times[page.double[code]] == 1:
            assert page.encode(page.double[code]) == pair(code)
    assert len([code for code in repeated if page.double[code] != UNDEFINED]) == REPEATED.get(
        name, 0
    )


@pytest.mark.parametrize("name", known())
def test_line_ends_are_pinned(name: str) -> None:
    """X'15' is NEL and X'25' is LF, and nothing else is (blueprint §4)."""
    page = mixed_page(name)
    assert page.decode(b"\x15\x25").text == "\x85\n"
    assert page.encode("\x85\n") == b"\x15\x25"
    assert page.single.count("\n") == page.single.count("\x85") == 1


@pytest.mark.parametrize("name", known())
def test_no_pair_reads_as_a_control_or_ascii_character(name: str) -> None:
    """A line end or a period that a mail's framing knows cannot come out of a double-byte run."""
    page = mixed_page(name)
    assert all(page.double[code] >= "\xa0" for code in range(0x1000, 0x10000))


def test_the_tables_are_small() -> None:
    assert sum(len(f.read_bytes()) for f in files(tables).iterdir() if f.name.endswith("xz")) < 3e5


# --- shift states -------------------------------------------------------------------------------

S, D = Shift.SINGLE, Shift.DOUBLE


@pytest.mark.parametrize(
    ("data", "begin", "text", "end", "faults"),
    [
        pytest.param("0E 4562 49B8 0F 40 D6 D2", S, "日報 OK", S, (0, 0, 0), id="E15"),
        pytest.param("C1 0E 4562 0F C2 0E 49B8 0F", S, "A日B報", S, (0, 0, 0), id="two-runs"),
        pytest.param("0E 0F C1", S, "A", S, (0, 0, 0), id="empty-run"),
        pytest.param("0E 4562", S, "日", D, (0, 0, 0), id="open-at-the-end"),
        pytest.param("49B8 0F C1", D, "報A", S, (0, 0, 0), id="open-at-the-start"),
        pytest.param("4562 49B8", D, "日報", D, (0, 0, 0), id="all-double"),
        pytest.param("", D, "", D, (0, 0, 0), id="nothing-in-double"),
        pytest.param("C1", S, "A", S, (0, 0, 0), id="no-shift"),
        pytest.param("0E 45 0F C1", S, "\ufffdA", S, (0, 1, 0), id="half-before-SI"),
        pytest.param("0E 4562 49", S, "日\ufffd", D, (0, 1, 0), id="half-at-the-end"),
        pytest.param("0E 45 0E 4562 0F", S, "\ufffd日", S, (0, 1, 1), id="half-before-SO"),
        pytest.param("0F C1 0F", S, "A", S, (0, 0, 2), id="SI-twice"),
        pytest.param("0E 4562 0E 49B8 0F", S, "日報", S, (0, 0, 1), id="SO-twice"),
        pytest.param("0E 0E 0F 0F C1", S, "A", S, (0, 0, 2), id="both-twice"),
        pytest.param("0E", D, "", D, (0, 0, 1), id="SO-in-double"),
        pytest.param("0E FDFD 4562 0F", S, "\ufffd日", S, (1, 0, 0), id="undefined-pair"),
        pytest.param("0E 4525 1562 0F", S, "\ufffd\ufffd", S, (2, 0, 0), id="controls-in-a-pair"),
        pytest.param("0E 4040 0F 40", S, "\u3000 ", S, (0, 0, 0), id="wide-blank"),
        pytest.param("57 C1", S, "\ufffdA", S, (1, 0, 0), id="undefined-single"),
    ],
)
def test_shift_states_in(
    data: str, begin: Shift, text: str, end: Shift, faults: tuple[int, int, int]
) -> None:
    page = mixed_page("IBM-930" if data.startswith("57") else "IBM-939")
    decoded = page.decode(bytes.fromhex(data), begin)
    assert decoded == (text, end, Faults(*faults))


def slowly(page: MixedPage, data: bytes, shift: Shift) -> tuple[str, Shift, Faults]:
    """The rules once more, a byte at a time."""
    text, half, undefined, halves, shifts = "", b"", 0, 0, 0
    for byte in data:
        if byte in (0x0E, 0x0F):
            if half:
                text, half, halves = text + UNDEFINED, b"", halves + 1
            wanted = D if byte == 0x0E else S
            shifts += shift is wanted
            shift = wanted
        elif shift is S:
            text += page.single[byte]
            undefined += page.single[byte] == UNDEFINED
        elif half:
            found = page.double[int.from_bytes(half + bytes([byte]))]
            text, half = text + found, b""
            undefined += found == UNDEFINED
        else:
            half = bytes([byte])
    return text + UNDEFINED * len(half), shift, Faults(undefined, halves + len(half), shifts)


FEW = st.lists(st.sampled_from(b"\x0e\x0f\x0d\x00\x40\x45\x62\xc1\xff\x57"), max_size=40).map(bytes)


@settings(deadline=None)  # the first example may read a table
@given(st.sampled_from(known()), st.sampled_from(Shift), FEW | st.binary(max_size=200))
@example("IBM-1390", S, b"\x0e\xec\xb5\x0f")  # a pair of two characters
def test_any_bytes_read_as_they_do_one_at_a_time(name: str, shift: Shift, data: bytes) -> None:
    page = mixed_page(name)
    assert page.decode(data, shift) == slowly(page, data, shift)


@settings(deadline=None)  # the first example may read a table
@given(st.sampled_from(known()), st.sampled_from(Shift), FEW, FEW)
def test_the_state_goes_on_in_the_next_record(name: str, shift: Shift, a: bytes, b: bytes) -> None:
    """Records that are cut at a shift code read as if they were one."""
    page = mixed_page(name)
    first = page.decode(a, shift)
    for cut in (b"\x0e" + b, b"\x0f" + b):
        whole, rest = page.decode(a + cut, shift), page.decode(cut, first.shift)
        assert first.text + rest.text == whole.text
        assert rest.shift == whole.shift


@settings(deadline=None)  # the first example may read a table
@given(st.sampled_from(known()), st.text())
def test_any_text_is_written_or_its_first_missing_character_named(name: str, text: str) -> None:
    page = mixed_page(name)
    at = page.first_bad(text)
    if at is None:
        decoded = page.decode(page.encode(text))
        assert decoded.shift is S
        assert not decoded.faults.halves + decoded.faults.shifts
    else:
        assert page.first_bad(text[:at]) is None
        with pytest.raises(BadCharacter, match=r"is not in code page"):
            page.encode(text)
        assert page.decode(page.encode_lossy(text)).shift is S


def test_a_hundred_thousand_shift_codes_take_no_time() -> None:
    page = mixed_page("939")
    assert page.decode(b"\x0e" * 100_000).faults.shifts == 99_999
    assert page.decode(b"\x0f" * 100_000).faults.shifts == 100_000
    assert page.decode(b"\x0e\x45\x0f" * 100_000).faults.halves == 100_000


# --- single facts -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["IBM-930", "IBM-939", "IBM-1390", "IBM-1399"])
def test_japanese_pages_share_their_pairs(name: str) -> None:
    """spool-mail.md 9.4."""
    assert mixed_page(name).encode("日報") == bytes.fromhex("0E 4562 49B8 0F")


@pytest.mark.parametrize(
    ("name", "letters"),
    [("IBM-930", "62 63"), ("IBM-1390", "62 63"), ("IBM-939", "81 82"), ("IBM-1399", "81 82")],
)
def test_lower_case_letters_are_elsewhere_in_the_katakana_pages(name: str, letters: str) -> None:
    """spool-mail.md 9.4: a file typed on a Latin terminal arrives as katakana."""
    page = mixed_page(name)
    assert page.encode("ab") == bytes.fromhex(letters)
    assert page.encode("AB09@<>.:") == bytes.fromhex("C1 C2 F0 F9 7C 4C 6E 4B 7A")


def test_lower_case_written_for_939_is_katakana_in_930() -> None:
    """spool-mail.md 13 E15: `nippo` with TRANSLATE IBM-930."""
    data = mixed_page("IBM-939").encode("nippo")
    assert mixed_page("IBM-930").decode(data).text == "\uff84\uff79\uff86\uff86\uff85"


@pytest.mark.parametrize("name", ["IBM-1390", "IBM-1399"])
def test_a_pair_of_two_characters_is_read_and_written(name: str) -> None:
    """JIS X 0213 has か with a half-voiced mark as one character, Unicode as two."""
    page = mixed_page(name)
    data = bytes.fromhex("0E 4562 ECB5 4487 0F C1")
    assert page.decode(data).text == "日\u304b\u309aきA"
    assert page.encode("日\u304b\u309aきA") == data
    assert page.first_bad("日\u304b\u309a\U0001f600") == 3


@pytest.mark.parametrize("name", ["939", "IBM939", "cp939", "CP-939", " ibm-0939 ", "IBM_939"])
def test_spellings_of_a_name(name: str) -> None:
    assert mixed_page(name) is mixed_page("IBM-939")


@pytest.mark.parametrize("name", ["IBM-1047", "", "IBM-943", "x" * 99, "UTF-8", "IBM-٩٣٩"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(BadCharacter, match="double-byte characters; these are IBM-930"):
        mixed_page(name)


def test_a_mixed_page_is_no_single_byte_page() -> None:
    with pytest.raises(BadCharacter, match=r"IBM-939.*double-byte characters too"):
        codepages.page("IBM-939")


def test_a_missing_character_is_named() -> None:
    with pytest.raises(BadCharacter, match=r"line 3: character 'é' is not in code page IBM-939"):
        mixed_page("939").encode("日é", "line 3")
    assert mixed_page("939").encode_lossy("日é") == bytes.fromhex("0E 4562 0F 6F")


# --- single-byte pages that test_code_pages.py leaves out -----------------------------------------

STAND_INS = {
    # Pages that iconv has not, or has another page under their name of: the same bytes elsewhere.
    "IBM-290": "IBM930",  # the single bytes of the mixed page
    "IBM-833": "IBM933",
    "IBM-838": "IBM9030",  # the same page with a later number
}
ASCII_DIFFERENT = {
    # iconv has three controls in other places, an overline and a bullet.
    "IBM-856": {0x1A: "\x1a", 0x1C: "\x1c", 0x7F: "\x7f", 0xEE: "\xaf", 0xFA: "\xb7"},
}
NOT_IN_ICONV = {"IBM-720", "IBM-1006"}


def singles(spelled: str, line_end: int = 0x0A) -> list[str]:
    """The characters of single bytes in iconv, "" where it has none; no shift codes of EBCDIC."""
    asked = [bytes([byte]) if byte != line_end else b"" for byte in range(256)]
    if line_end == 0x25:
        asked[0x0E] = asked[0x0F] = b""
    data = b"".join(byte + bytes([line_end]) for byte in asked)
    read = iconv(spelled, "UTF-16BE", data).decode("utf-16-be").split("\n")[:-1]
    return [*read[:line_end], "\n", *read[line_end + 1 :]]


@with_iconv
@pytest.mark.parametrize("name", STAND_INS)
def test_an_ebcdic_page_is_the_one_iconv_has_elsewhere(name: str) -> None:
    theirs = singles(STAND_INS[name], line_end=0x25)
    theirs[0x0E:0x10] = "\x0e", "\x0f"
    assert codepages.page(name).decoding == "".join(char or UNDEFINED for char in theirs)


@with_iconv
@pytest.mark.parametrize("name", sorted(set(codepages.known_ascii()) - NOT_IN_ICONV))
def test_an_ascii_page_is_the_one_iconv_has(name: str) -> None:
    theirs = singles(name.replace("ISO", "ISO-").replace("IBM-", "CP"))
    assert any(theirs)
    ours = codepages.ascii_page(name).decoding
    different = {at: ours[at] for at in range(256) if ours[at] != (theirs[at] or UNDEFINED)}
    assert different == ASCII_DIFFERENT.get(name, {})
