"""The words of MODIFY and how short they may be (cssmtp-operations.md 2.1)."""

import pytest

from cssmtp.operator.grammar import Command, Fault, parse
from cssmtp.operator.options import StartOptions, start_options
from cssmtp.operator.table import COMMANDS, Do, Word, syntaxes
from jes.errors import CommandRejected


def every(words: tuple[Word, ...] = COMMANDS) -> list[Word]:
    return [found for word in words for found in (word, *every(word.next))]


@pytest.mark.parametrize("word", every(), ids=lambda word: word.name)
def test_a_word_may_be_cut_to_its_capitals_and_no_further(word: Word) -> None:
    for length in range(len(word.name) + 1):
        assert word.is_meant(word.name[:length]) is (length >= word.shortest)
    assert not word.is_meant(f"{word.name}X")


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("REFRESH", Do.REFRESH), ("REFRESHIP", Do.REFRESH_IPLIST), ("REFRESHT", Do.REFRESH_TARGETS),
        ("res", Do.RESUME), ("sUsPeNd", Do.SUSPEND), ("SUS,I", Do.SUSPEND),
        ("SUS,D", Do.SUSPEND_DELAY), ("D,SP", Do.DISPLAY_SUMMARY), ("D,SP,D", Do.DISPLAY_DETAIL),
        ("D,LOG", Do.DISPLAY_LOGLEVEL),
    ],
)  # fmt: skip
def test_a_command_without_a_value(text: str, does: Do) -> None:
    assert parse(text) == Command(does)


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("REFR", "REFR"), ("REFRESHI", "REFRESHI"), ("D,CON", "CON"), ("D,CONFIG,X", "X"),
        ("D,SP,D,TKID=1,X", "X"), ("LOG,LEVEL=999", "LEVEL=999"), ("LOG,LEVEL=٣", "LEVEL=٣"),
        ("D, CONFIG", " CONFIG"), ("FLUSHR", "FLUSHR"), ("SUS,", "SUS,"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, operand: str) -> None:
    found = parse(text)
    assert isinstance(found, Fault)
    assert found.operand == operand


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("DISLPAY", "DISPLAY"), ("D,TARGTES", "TARGETS"), ("REFR", "REFRESH"), ("SU", "SUSPEND")],
)
def test_the_nearest_word_is_suggested(typed: str, nearest: str) -> None:
    found = parse(typed)
    assert isinstance(found, Fault)
    assert f"NEAREST: {nearest}" in found.reason


def test_every_command_that_is_documented_is_one() -> None:
    values = {"TKID": "1", "ADDR": "::1", "AGE": "1", "LEVEL": "7"}
    for syntax, help_text in syntaxes():
        text = syntax.removeprefix("F name,")
        head, equals, _ = text.partition("=")
        value = values[head.rpartition(",")[2]] if equals else ""
        value = "NONE" if head.startswith("USER") else value
        assert isinstance(parse(f"{head}{equals}{value}"), Command), syntax
        assert help_text


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", StartOptions()), ("-f", StartOptions(cold=True)), ("-F", StartOptions(cold=True)),
        ("-p tcpip", StartOptions("TCPIP")), ("-Ptcpip -f", StartOptions("TCPIP", cold=True)),
        ("-f -p TCPIPB", StartOptions("TCPIPB", cold=True)),
    ],
)  # fmt: skip
def test_start_options(text: str, options: StartOptions) -> None:
    """cssmtp-operations.md 1.2: there are exactly two."""
    assert start_options(text) == options


@pytest.mark.parametrize("text", ["-c", "f", "-p", "-p 1X", "-p TOOLONGNAME", "-f x"])
def test_other_start_options_are_refused(text: str) -> None:
    with pytest.raises(CommandRejected, match="EXPECTED"):
        start_options(text)
