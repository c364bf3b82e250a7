"""Which code page a configuration file is in (cssmtp-config.md 1 and 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.config.parser import parse
from cssmtp.config.scanner import read
from jes.codepages import page
from jes.errors import BadCharacter

TEXT = "# relay\nTargetServer\n{\n  TargetIp 192.0.2.25\n}\n"


def ebcdic(text: str, name: str = "IBM-1047") -> bytes:
    return page(name).encode(text.replace("\n", "\x85"))


@pytest.mark.parametrize(
    ("data", "codepage", "used"),
    [
        pytest.param(TEXT.encode(), None, "UTF-8", id="ascii"),
        pytest.param(b"\xef\xbb\xbf" + TEXT.encode(), None, "UTF-8", id="byte-order-mark"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), None, "UTF-8", id="crlf"),
        pytest.param(ebcdic(TEXT), None, "IBM-1047", id="ebcdic-recognised"),
        pytest.param(ebcdic(TEXT).replace(b"\x15", b"\x25"), None, "IBM-1047", id="ebcdic-lf"),
        pytest.param(ebcdic(TEXT).replace(b"\x15", b"\x0d\x25"), None, "IBM-1047", id="ebcdic-cr"),
        pytest.param(
            b"".join(ebcdic(line.ljust(80)) for line in TEXT.splitlines()),
            None,
            "IBM-1047",
            id="card-images",
        ),
        pytest.param(ebcdic(TEXT, "IBM-273"), "IBM-273", "IBM-273", id="variant-braces"),
        pytest.param(ebcdic(TEXT, "IBM-037"), "ibm-4133", "IBM-037", id="ccsid"),
        pytest.param(ebcdic(TEXT), "1047", "IBM-1047", id="by-number"),
        pytest.param(TEXT.encode(), "utf8", "UTF-8", id="utf-8-by-name"),
        pytest.param("# é\n".encode("latin1") + TEXT.encode(), "ISO8859-1", "ISO8859-1", id="l1"),
    ],
)
def test_a_file_is_read_in_its_code_page(data: bytes, codepage: str | None, used: str) -> None:
    source = read(data, codepage)
    assert source.codepage == used
    assert parse(source.text).findings == ()


def test_braces_of_another_page_are_not_recognised_by_themselves() -> None:
    """IBM-273 has its braces elsewhere, which is why CSSMTP_CODEPAGE_CONFIG exists (2)."""
    assert parse(read(ebcdic(TEXT, "IBM-273")).text).config is None


def test_latin_text_that_nobody_named_is_read_with_its_bad_line_shown() -> None:
    parsed = parse(read(TEXT.encode() + "LogLevel é\n".encode("latin1")).text)
    assert [(f.line, f.id) for f in parsed.findings] == [(6, "JML242E")]


@pytest.mark.parametrize("name", ["IBM-939", "IBM-9999", "klingon", "", "IBM-" + "1" * 5000])
def test_a_code_page_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(BadCharacter, match="is not known"):
        read(b"x", name)


def test_bytes_that_a_named_page_lacks_are_refused_with_their_offset() -> None:
    with pytest.raises(BadCharacter, match="offset 2"):
        read(b"ab\xff", "UTF-8")


def test_utf_16_is_refused_in_words() -> None:
    with pytest.raises(BadCharacter, match="save the file as UTF-8"):
        read("x".encode("utf-16"))


@given(st.binary(max_size=200), st.sampled_from([None, "UTF-8", "IBM-1047", "IBM-277"]))
def test_any_bytes_are_read_or_refused(data: bytes, codepage: str | None) -> None:
    try:
        source = read(data, codepage)
    except BadCharacter:
        return
    assert parse(source.text).findings
