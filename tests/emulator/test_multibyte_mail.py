"""MBCS YES from a spool file to a mailbox (spool-mail.md 9.4, E15; cssmtp-config.md 4.11)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jes.mixed import mixed_page
from tests.emulator.command import jesmail
from tests.spool_files import bdw, fixed

E15 = """HELO PLEX1
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
ENVELOPE = "HELO A\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\nSubject: s\n\n{text}\n."
FB80 = ("--recfm", "FB", "--lrecl", "80")


def config(page: str, charset: str = "", more: str = "") -> str:
    """A configuration with MBCS Yes, or No when no MBCharset is given."""
    lines = ["TargetServer", "{", "TargetIp 192.0.2.25", *[f"MBCharset {charset}"] * bool(charset)]
    mbcs = "Yes" if charset else "No"
    return "\n".join((f"MBCS {mbcs}", f"Translate {page}", more, *lines, "}", ""))


def mail(tmp_path: Path, data: bytes, configuration: str, *shape: str) -> tuple[Any, list[bytes]]:
    """The run report and the mails that arrived, behind the header lines that CSSMTP adds."""
    tmp_path.mkdir(exist_ok=True)
    file, path = tmp_path / "spool.bin", tmp_path / "cssmtp.conf"
    file.write_bytes(data)
    path.write_text(configuration)
    saved = tmp_path / "mail"
    said = jesmail(
        "mail", file, *(shape or FB80), "--cssmtp-config", path, "--save-mail", saved, "--json",
        "--clock", "2024-01-31T06:10",
    )  # fmt: skip
    assert "JML" not in said.err, said.err
    mails = [one for one in said.json["mails"] if one["eml"] and one["kind"] == "original"]
    arrived = [(saved / str(one["eml"])).read_bytes() for one in mails]
    added = b"Message-ID: "  # the last of them
    return said.json, [text.partition(added)[2].partition(b"\r\n")[2] for text in arrived]


def records(text: str, page: str) -> list[bytes]:
    return [mixed_page(page).encode(line) for line in text.split("\n")]


def crlf(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


@pytest.mark.parametrize(
    ("page", "charset", "wire"),
    [
        pytest.param("IBM-939", "IBM-5054", "1B 24 42 46 7C 4A 73 1B 28 42 20 4F 4B", id="E15"),
        pytest.param("IBM-939", "IBM-5055", "1B 24 40 46 7C 4A 73 1B 28 42 20 4F 4B", id="JIS78"),
        pytest.param("IBM-930", "IBM-5052", "1B 24 42 46 7C 4A 73 1B 28 4A 20 4F 4B", id="ROMAN"),
        pytest.param("IBM-930", "IBM-eucJP", "C6 FC CA F3 20 4F 4B", id="EUCKANJI"),
        pytest.param("IBM-930", "IBM-943", "93 FA 95 F1 20 4F 4B", id="SJISKANJI"),
        pytest.param("IBM-937", "IBM-950", "A4 E9 B3 F8 20 4F 4B", id="BIG5"),
        pytest.param("IBM-1399", "UTF-8", "E6 97 A5 E5 A0 B1 20 4F 4B", id="UTF-8"),
    ],
)
@pytest.mark.parametrize("recfm", ["FB", "VB"])
def test_double_byte_text_arrives_in_the_target_s_charset(
    page: str, charset: str, wire: str, recfm: str, tmp_path: Path
) -> None:
    """E15, and IBM's table of what replaces SMTPD's DBCS statement (spool-mail.md 9.4)."""
    lines = records(E15, page)
    assert page != "IBM-939" or lines[10] == bytes.fromhex("0E 4562 49B8 0F 40 D6 D2")
    data, shape = (fixed(lines, 80), FB80) if recfm == "FB" else (bdw(lines), ("--recfm", "VB"))
    report, texts = mail(tmp_path, data, config(page, charset), *shape)
    ascii_lines = [line.encode() for line in E15.split("\n")[4:10]]
    assert texts == [crlf([*ascii_lines, bytes.fromhex(wire)])]
    (file,) = report["spool_files"]
    assert (file["verdict"], file["disposition"], file["errors"]) == ("good", "purged", [])
    # E15 declares ISO-2022-JP
    expected = set() if charset.startswith("IBM-505") else {"charset"}
    assert {notice["rule"] for notice in file["notices"]} - {"eight-bit"} == expected
    assert report["mails"][0]["recipients"][0]["address"] == "tokyo@acme.example"


def test_e15_with_mbcs_no_breaks_the_character_rule(tmp_path: Path) -> None:
    """SO and SI are bytes below X'40': the mail is undeliverable and the file is held (E15)."""
    report, texts = mail(tmp_path, fixed(records(E15, "IBM-939"), 80), config("IBM-1047"))
    assert texts == []
    (file,) = report["spool_files"]
    assert (file["verdict"], file["disposition"]) == ("bad", "held")
    assert [(e["record"], e["reply"]) for e in file["errors"]] == [
        (11, "501 5.5.4 JES Syntax error. Character not allowed")
    ]


def test_a_small_katakana_page_makes_katakana_of_lower_case(tmp_path: Path) -> None:
    """A file typed in IBM-939 and read with IBM-930: `nippo` is not Latin any more (E15)."""
    text = ENVELOPE.upper().format(TEXT="nippo 日報")
    _, texts = mail(tmp_path, fixed(records(text, "IBM-939"), 80), config("IBM-930", "UTF-8"))
    assert texts[0].decode().split("\r\n")[-2] == "ﾄｹﾆﾆﾅ 日報"


@pytest.mark.parametrize("charset", ["IBM-5054", "IBM-943", "UTF-8"])
def test_a_big_mail_is_sent_as_a_small_one(charset: str, tmp_path: Path) -> None:
    """Above 256 KiB the text is read from the spool again, in pieces, with the same outcome."""
    lines = [f"{number} 日報は報告 " + "漢字" * (number % 9) for number in range(9000)]
    big = ENVELOPE.format(text="\n".join(lines))
    parts = ["\n".join(lines[at : at + 500]) for at in range(0, 9000, 500)]
    small = "\n".join(ENVELOPE.format(text=part) for part in parts)
    whole = config("IBM-939", charset)
    _, at_once = mail(tmp_path / "big", fixed(records(big, "IBM-939"), 80), whole)
    _, apart = mail(tmp_path / "small", fixed(records(small, "IBM-939"), 80), whole)
    assert (len(at_once), len(apart)) == (1, 18)
    head = b"Subject: s\r\n\r\n"
    assert at_once[0].startswith(head)
    assert sum(map(len, lines)) > 100_000
    assert len(at_once[0]) > (260_000 if charset != "IBM-943" else 200_000)
    assert at_once[0][len(head) :] == b"".join(text[len(head) :] for text in apart)


def notices(report: Any) -> list[tuple[int, str, str]]:
    (file,) = report["spool_files"]
    return [(one["record"], one["rule"], one["text"]) for one in file["notices"]]


def test_shift_codes_that_are_amiss_are_noticed(tmp_path: Path) -> None:
    """A run that the record's end cuts: the next one begins in single bytes (spool-mail.md 9.4)."""
    lines = records(ENVELOPE.format(text="A\nB\nC\nD"), "IBM-939")
    lines[6] = b"\x0e\x45\x62"  # SI is missing
    lines[7] = b"\xc1\x0f\xc2"  # SI once more
    lines[8] = b"\x0e\x45\x62\x49\x0f"  # half a character
    data = bdw([line or b"\x40" for line in lines])
    report, texts = mail(tmp_path, data, config("IBM-939", "IBM-943"), "--recfm", "VB")
    assert texts == [crlf([b"Subject: s", b"", b"\x93\xfa", b"AB", b"\x93\xfa\x1a", b"D"])]
    found = notices(report)
    assert [record for record, rule, _ in found if rule == "mbcs-unbalanced"] == [7, 8, 9]
    assert [(record, text) for record, rule, text in found if rule == "mbcs-undefined"] == [
        (9, "1 characters, first in this record, are undefined in IBM-939: SUB is sent")
    ]
    assert report["spool_files"][0]["verdict"] == "good"


def test_many_unbalanced_records_do_not_fill_the_report(tmp_path: Path) -> None:
    lines = records(ENVELOPE.format(text="x"), "IBM-939")
    data = fixed([*lines[:6], *[b"\x0e\x45\x62"] * 1000, *lines[7:]], 80)
    report, _ = mail(tmp_path, data, config("IBM-939", "IBM-943"))
    found = [(record, text) for record, rule, text in notices(report) if rule == "mbcs-unbalanced"]
    assert len(found) == 101
    assert found[-1] == (107, "900 more of these")


def test_characters_that_mbcharset_lacks_are_counted_by_mail(tmp_path: Path) -> None:
    """Half-width katakana have no place in ISO-2022-JP: SUB, and a notice with count and place."""
    texts = ("日報\nﾄｹﾆ 日\nﾅ", "日報", "日ﾅ")
    data = fixed(records("\n".join(ENVELOPE.format(text=t) for t in texts), "IBM-939"), 80)
    report, arrived = mail(tmp_path, data, config("IBM-939", "IBM-5054"))
    assert [text.count(b"\x1a") for text in arrived] == [4, 0, 1]
    assert [one for one in notices(report) if one[1] == "unmappable"] == [
        (8, "unmappable", "4 characters leave as SUB, the first in this record"),
        (25, "unmappable", "1 characters leave as SUB, the first in this record"),
    ]


def test_an_at_sign_of_the_page_is_taken_in_headers_only(tmp_path: Path) -> None:
    """cssmtp-config.md 4.13 with MBCS Yes: AtSign is a character of the mixed page."""
    text = "HELO A\nMAIL FROM:<a¬b.example>\nRCPT TO:<c@d.example>\nDATA\nTo: x¬y\n\n日¬\n.\nQUIT"
    more = "Options\n{\n  AtSign ¬\n}\n"
    configuration = config("IBM-939", "UTF-8", more)
    report, texts = mail(tmp_path, fixed(records(text, "IBM-939"), 80), configuration)
    assert report["mails"][0]["mail_from"] == "a@b.example"
    assert texts == [crlf([b"To: x@y", b"", "日¬".encode()])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(config("IBM-939", "IBM-948"), "JML276E", id="IBM-948"),
        pytest.param(config("IBM-1047", "IBM-943"), "JML271E", id="single-byte-page"),
        pytest.param(config("IBM-939"), "JML272E", id="MBCS-No"),
        pytest.param(config("IBM-939", "IBM-943").replace("MBCh", "#"), "JML270E", id="none"),
    ],
)
def test_what_does_not_belong_together_stops_the_run(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "cssmtp.conf").write_text(text)
    (tmp_path / "a.txt").write_text("QUIT\n")
    answer = jesmail("mail", tmp_path / "a.txt", "--cssmtp-config", tmp_path / "cssmtp.conf")
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("kanji", "truncate", "arrives"),
    [
        pytest.param(499, "NO", 499, id="at-the-limit"),
        pytest.param(500, "NO", None, id="above"),
        pytest.param(500, "YES", 499, id="cut"),
    ],
)
def test_a_double_byte_character_counts_as_two_towards_998(
    kanji: int, truncate: str, arrives: int | None, tmp_path: Path
) -> None:
    text = ENVELOPE.format(text="日" * kanji)
    data = b"".join(bdw([record], 4) for record in records(text, "IBM-939"))
    options = f"Options\n{{\nDataLineTrunc {truncate}\n}}"
    report, arrived = mail(tmp_path, data, config("IBM-939", "IBM-943", options), "--recfm", "VB")
    assert [(len(t) - len("Subject: s\r\n\r\n\r\n")) // 2 for t in arrived] == (
        [] if arrives is None else [arrives]
    )
    if arrives is None:
        (error,) = report["spool_files"][0]["errors"]
        assert error["reply"] == "500 5.2.5 JES Text line too long"
