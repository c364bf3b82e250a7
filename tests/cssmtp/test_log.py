"""CSSMTP's log: levels, layout, what of the dialogue is in it (cssmtp-operations.md 8)."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.log import WORDS, Level, Log
from cssmtp.smtp.tap import Tap

NOW = datetime(2024, 1, 31, 6, 10, 0, 42, tzinfo=UTC)


def a_log(level: int, lines: list[str]) -> Log:
    return Log(lines.append, lambda: level, lambda: NOW, "CSSMTP", 7)


@pytest.mark.parametrize("wanted", [0, 1, 7, 127, 255])
def test_a_level_is_a_bit(wanted: int) -> None:
    lines: list[str] = []
    log = a_log(wanted, lines)
    for level in Level:
        log.say(level, "mlTest", "text", task="JOB00001.102", mail=3)
    said = [
        f"2024-01-31 06:10:00.000042 CSSMTP[7] {WORDS[level]} JOB00001.102 3 mlTest: text"
        for level in Level
        if wanted & level
    ]
    assert lines == said


@given(st.text())
def test_an_entry_is_one_line(text: str) -> None:
    lines: list[str] = []
    a_log(255, lines).say(Level.EVENT, "mlTest", text)
    (line,) = lines
    assert len(line.splitlines()) == 1
    assert line.isprintable()


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("EZD1821I CSSMTP IS READY", Level.EVENT),
        ("JML395W X", Level.WARNING),
        ("JML304E X", Level.ERROR),
        ("no id", Level.EVENT),
    ],
)
def test_a_console_message_has_the_level_of_its_id(line: str, level: Level) -> None:
    lines: list[str] = []
    a_log(level, lines).message(line)
    assert [one.endswith(f"mlConsole: {line}") for one in lines] == [True]
    lines.clear()
    a_log(255 - level, lines).message(line)
    assert lines == []


# --- the dialogue -----------------------------------------------------------------------------

BODY_LINES = st.lists(
    st.sampled_from([b"SECRET", b"..", b"..SECRET", b"", b"MAIL FROM:<SECRET>", b"SECRET."])
)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(one % (len(data) + 1) for one in at)})
    return [data[a:b] for a, b in pairwise(ends)]


@given(st.lists(BODY_LINES, min_size=1, max_size=4), st.lists(st.integers(0, 5000)))
def test_no_line_of_a_mail_is_in_the_log_wherever_it_is_cut(
    bodies: list[list[bytes]], at: list[int]
) -> None:
    """The period of one mail and the envelope of the next go out in one write (RFC 2920)."""
    lines: list[str] = []
    tap = Tap(lines.append)
    tap.sent(b"MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n")
    for number, body in enumerate(bodies, 1):
        for part in cut(b"250 a\r\n250 b\r\n354 go\r\n", at):
            tap.heard(part)
        text = b"".join(line + b"\r\n" for line in body) + b".\r\n"
        envelope = b"MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n"
        for part in cut(text + (envelope if number < len(bodies) else b"QUIT\r\n"), at):
            tap.sent(part)
    assert not any("SECRET" in line for line in lines)
    sizes = [f"C> [{sum(len(line) + 2 for line in body) + 3} bytes of text]" for body in bodies]
    assert [line for line in lines if "bytes of text" in line] == sizes
    assert lines.count("C> RCPT TO:<b>") == len(bodies)
    assert lines[-1] == "C> QUIT"


def test_replies_are_lines_and_odd_bytes_are_shown() -> None:
    lines: list[str] = []
    tap = Tap(lines.append)
    for data in (b"220 a", b"\r\n250-x\r\n25", b"0 \xff\x1b\r\n"):
        tap.heard(data)
    assert lines == ["S< 220 a", "S< 250-x", "S< 250 \ufffd\x1b"]  # `Log` makes them harmless


def test_a_connection_is_heard_only_while_somebody_listens() -> None:
    lines: list[str] = []
    level: list[int] = [7]
    log = Log(lines.append, lambda: level[0], lambda: NOW, "CSSMTP", 7)
    assert log.tap("t") is None
    level[0] = Level.NETWORK
    tap = log.tap("t")
    assert tap is not None
    tap.heard(b"220 a\r\n")
    level[0] = 7
    tap.heard(b"221 b\r\n")
    assert [line.rpartition(": ")[2] for line in lines] == ["t S< 220 a"]
