"""Code pages: names, laws, and whole tables against another implementation (glibc's iconv)."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.codepages import SUB, UNDEFINED, ascii_page, known, known_ascii, page
from jes.errors import BadCharacter

ICONV = shutil.which("iconv")


def glibc() -> bool:
    """Whether the iconv command is glibc's: others have tables of their own."""
    if ICONV is None:
        return False
    version = subprocess.run([ICONV, "--version"], capture_output=True, check=False).stdout.lower()
    return b"glibc" in version or b"gnu libc" in version


# Where iconv differs, and why this side is kept. For most a later page of the same layout, as iconv
# itself has it, agrees with us. Not so for 273 and 1122: their euro versions (1141, 1157) have the
# macron, as iconv's own 273 and 1122 do; there we only follow Python's codec and the package.
DIFFERENT = {
    "IBM-273": {0xBC: "\u203e"},  # overline; iconv has macron, and 1141 too
    "IBM-1122": {0xBC: "\u203e"},  # overline; iconv has macron, and 1157 too
    "IBM-285": {0xA1: "\u00af"},  # macron, so in IBM-1146; iconv has overline
    "IBM-278": {0x71: "\\", 0xE0: "É"},  # so in IBM-1143; iconv's older table has them swapped
    "IBM-871": {0x4A: "Þ", 0xC0: "þ"},  # so in IBM-1149; iconv's older table has them swapped
    "IBM-870": {0xB0: "\u02d9"},  # dot above, so in IBM-1153; iconv has middle dot
    "IBM-1026": {0x9D: "\u00b8", 0xBC: "\u00af"},  # so in IBM-1155; iconv: ogonek, em dash
    "IBM-875": {0x6A: "|", 0x74: "\u00a0", 0xDD: "\u0387"},  # so in IBM-4971
    "IBM-420": {0x45: "\u200b"},  # so in IBM-16804
    "IBM-424": {0x78: "\u2017", 0x8F: "±"},  # so in IBM-12712
}
# iconv's IBM290 has full-width katakana and no lower case; ours is the half-width page.
NOT_COMPARED = {"IBM-290"}
UNKNOWN_TO_ICONV = {"IBM-833", "IBM-838"}


def iconv(name: str) -> str | None:
    """The 256 characters of a page as iconv has them, or None where it does not know the page."""
    number = name.removeprefix("IBM-")
    for spelled in (f"IBM-{number}", f"IBM{number}", f"CP{number}"):
        command = [str(ICONV), "-f", spelled, "-t", "UTF-16BE"]
        if subprocess.run(command, input=b"\x40", capture_output=True, check=False).returncode:
            continue
        every = bytes(range(256))
        whole = subprocess.run(command, input=every, capture_output=True, check=False)
        if not whole.returncode:
            return whole.stdout.decode("utf-16-be")
        characters = []
        for byte in range(256):
            one = subprocess.run(command, input=bytes([byte]), capture_output=True, check=False)
            text = "" if one.returncode else one.stdout.decode("utf-16-be")
            characters.append(text or UNDEFINED)
        return "".join(characters)
    return None


@pytest.mark.skipif(not glibc(), reason="the iconv command here is not that of glibc")
@pytest.mark.parametrize("name", sorted(set(known()) - NOT_COMPARED))
def test_an_ebcdic_page_is_the_one_iconv_has(name: str) -> None:
    theirs = iconv(name)
    if theirs is None:
        assert name in UNKNOWN_TO_ICONV
        return
    ours = page(name).decoding
    different = {at: ours[at] for at in range(256) if ours[at] != theirs[at]}
    assert different == DIFFERENT.get(name, {})


@pytest.mark.parametrize("name", known())
def test_line_ends_are_pinned(name: str) -> None:
    """X'15' is NEL and X'25' is LF, the default of IBM's tables (blueprint §4)."""
    decoding = page(name).decoding
    assert (decoding[0x15], decoding[0x25]) == ("\x85", "\n")
    assert decoding.count("\n") == decoding.count("\x85") == 1


@pytest.mark.parametrize("name", [*known(), *known_ascii()])
def test_every_page_encodes_what_it_decodes(name: str) -> None:
    this = page(name)
    text = "".join(c for c in this.decoding if c != UNDEFINED)
    assert len(this.decoding) == 256
    assert this.decode(this.encode(text)) == text
    assert this.encode_lossy("☃\ufffd") == this.encode("??")


@pytest.mark.parametrize(
    "name", ["IBM-1047", "IBM1047", "ibm-1047", "CP1047", "cp1047", "1047", " 1047 ", "IBM_1047"]
)
def test_spellings_of_a_name(name: str) -> None:
    assert page(name).name == "IBM-1047"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("37", "IBM-037"), ("IBM-037", "IBM-037"), ("ISO8859-1", "ISO8859-1"),
     ("ISO-8859-15", "ISO8859-15"), ("iso8859_2", "ISO8859-2"), ("IBM-850", "IBM-850"),
     ("windows-1252", "IBM-1252"), ("IBM-819", "ISO8859-1"), ("latin1", "ISO8859-1")],
)  # fmt: skip
def test_other_names(name: str, canonical: str) -> None:
    assert page(name).name == canonical


@pytest.mark.parametrize(
    ("name", "hint"),
    [("IBM-1074", "IBM-1047"), ("UTF-8", "single-byte"), ("", "not known"), ("x" * 99, "not known"),
     ("ISO8859-99", "ISO8859-9"), ("IBM-00000", "not known"), ("IBM-٣٧", "not known")],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(BadCharacter, match=hint):
        page(name)


def test_an_ebcdic_page_is_no_ascii_page() -> None:
    assert ascii_page("ISO8859-1").encode("é") == b"\xe9"
    with pytest.raises(BadCharacter, match="EBCDIC"):
        ascii_page("IBM-1047")


def test_a_missing_character_is_named() -> None:
    with pytest.raises(BadCharacter, match=r"line 3: character '☃' is not in code page IBM-1047"):
        page("1047").encode("a☃", "line 3")


def test_a_table_substitutes_what_the_other_page_lacks() -> None:
    source, target = page("IBM-1047"), ascii_page("US-ASCII")
    table = source.table_to(target)
    assert source.encode("AbC $é\n").translate(table) == b"AbC $\x1a\n"
    assert table[source.encode("é")[0]] == SUB
    assert source.table_to(target) is table


@given(st.sampled_from(known()), st.sampled_from((*known(), *known_ascii())), st.binary())
def test_a_table_does_what_decoding_and_encoding_do(source: str, target: str, data: bytes) -> None:
    here, there = page(source), page(target)
    sub = b"\x3f" if there.ebcdic else b"\x1a"
    expected = b"".join(
        sub if c == UNDEFINED or there.first_bad(c) is not None else there.encode(c)
        for c in here.decode(data)
    )
    assert data.translate(here.table_to(there)) == expected
