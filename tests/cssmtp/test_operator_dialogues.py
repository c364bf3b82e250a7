"""What an operator types behind `F CSSMTP,` and what CSSMTP answers: one golden dialogue for each
command (cssmtp-operations.md 2). The layouts are ours: structure is tested beside."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.config.statements import UserExit
from cssmtp.operation import Mode
from cssmtp.operator import desk, displays, layouts
from cssmtp.operator.table import COMMANDS
from tests.cssmtp.a_subject import ASubject, TheExits, TheRetry

DIALOGUES = {
    "display-config": ("D,CONF", "DISPLAY,CONFIG", "D,CONFIG,ALL"),
    "display-iplist": ("D,IP", "DISPL,IPLIST", "D,I"),
    "display-loglevel": ("D,LOG", "LOG,LEVEL=0", "D,LOGLEVEL", "D,LO"),
    "display-spoolstatus": (
        "D,SP", "D,SPOOLSTATUS,S", "D,SP,D", "D,SP,D,ALL", "D,SP,DET,TKID=2", "D,SP,D,TKID=9",
        "D,SP,D,TKID=X", "D,SP,D,TKID", "D,SP,A", "SUS", "D,SP",
    ),
    "display-targets": (
        "D,TAR", "D,TAR,ADDR=192.0.2.25", "D,TAR,ADDR=2001:DB8:0::25", "D,TAR,ADDR=192.0.2.26",
        "D,TAR,ADDR=HOST", "D,TAR,ADDR=192.0.2.25,X",
    ),
    "flushretry": ("FLUSHR,TKID=1", "FLUSHRETRY,TKID=2", "FLUSHR,AGE=0", "FLUSHR,AGE=366",
                   "FLUSHR", "FLUSHR,ALL"),
    "loglevel": ("LOG,LEVEL=255", "LOGLEVEL,LEVEL=7", "LOG,LEVEL=256", "LOG,LEVEL=-1", "LOG"),
    "refresh": ("REFRESH", "REFRESHIP", "REFRESHIPLIST", "REFRESHT", "REFR", "REFRESHI",
                "REFRESH,NOW"),
    "suspend-and-resume": ("SUS", "SUSPEND,I", "SUS,D", "RES", "RESUME", "SUS,DELAY", "SUS,D",
                           "SUS", "RES", "SUS,LATER", "RES,ALL", "SU"),
    "userexit": ("USER,LEVEL=VERSION3", "USEREXIT,LEVEL=none", "USER,LEVEL=VERSION5", "USER",
                 "USER,LEVEL"),
    "faults": ("", "X", "DISLPAY,CONFIG", "D", "D,", "D, CONFIG", " D,CONFIG", "D,CONFIG ", "D,NO",
               "D,CONFIG=1", "LEVEL=7", "=", "D,TAR,ADDR=", "D,\x1b[31m", "D," + "X" * 200),
}  # fmt: skip


def said(text: str, subject: ASubject) -> list[str]:
    return asyncio.run(desk.answer(text, subject))


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_reads_as_in_the_golden_file(
    name: str, golden: Callable[[str, str], None]
) -> None:
    subject = ASubject(TheRetry(), TheExits())
    lines = []
    for text in DIALOGUES[name]:
        lines += [f"> F CSSMTP,{text!r}"[:71], *said(text, subject)]
    golden(f"modify/{name}.txt", "".join(f"{line}\n" for line in lines))


def test_every_command_has_a_dialogue() -> None:
    typed = {text.partition(",")[0] for texts in DIALOGUES.values() for text in texts}
    for word in COMMANDS:
        assert any(word.is_meant(one) for one in typed), word


@pytest.mark.parametrize(
    ("text", "message"),
    [("USER,LEVEL=NONE", "JML353W")],
)
def test_what_this_version_has_not_is_said_in_one_sentence(text: str, message: str) -> None:
    subject = ASubject()
    (line,) = said(text, subject)
    assert line.startswith(message)


def test_suspend_is_immediate_and_delay_does_not_weaken_it() -> None:
    """Trap 13 of the reference; both are idempotent with a message that informs."""
    subject = ASubject()
    said("SUSPEND", subject)
    assert subject.operation.mode is Mode.IMMEDIATE
    assert said("SUS,D", subject)[0].startswith("JML346I")
    assert subject.operation.mode is Mode.IMMEDIATE
    said("RES", subject)
    assert subject.told == ["woken"]
    assert said("RES", subject)[0].startswith("JML348I")
    said("SUS,D", subject)
    assert said("SUS,I", subject)[0].startswith("JML345I")
    assert subject.operation.mode is Mode.IMMEDIATE


def test_a_level_of_the_exit_is_handed_on() -> None:
    subject = ASubject(exits=(exits := TheExits()))
    said("USER,LEVEL=VERSION4", subject)
    assert exits.levels == [UserExit.VERSION4]
    assert subject.facts().exit_level is UserExit.VERSION4


def test_the_log_level_is_127_at_start_and_then_the_configured_one() -> None:
    """cssmtp-operations.md 8.1."""
    subject = ASubject()
    assert type(subject.operation)().log_level == 127
    assert subject.operation.log_level == 7
    said("LOG,LEVEL=33", subject)
    assert displays.levels(subject.operation.log_level) == ["ERROR", "NETWORK"]


@given(st.text(max_size=80) | st.text("DSPALOGLEVTKIDRFUSX=,0123456789 ", max_size=40))
def test_any_text_has_an_answer_of_short_lines_and_faults_change_nothing(text: str) -> None:
    subject = ASubject()
    before = (subject.operation.mode, subject.operation.log_level)
    lines = said(text, subject)
    assert lines
    assert all(len(line) <= layouts.WIDTH and line.isprintable() for line in lines)
    if lines[0].startswith("EZD1806I"):
        assert (subject.operation.mode, subject.operation.log_level) == before
        assert not subject.told
