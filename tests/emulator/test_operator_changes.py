"""Changes are operator commands of JES2 (jes2.md 3.3): what is sent, and what its answer means."""

from pathlib import Path

import pytest

from jes.store.sqlite import open_spool
from jes.sysout import JobKind
from tests.emulator.command import Said, jesmail
from tests.emulator.looked_at import Out, World, ended_job, new_job

NOTHING = [
    "$HASP003 RC=(52),H J1",
    "$HASP003 RC=(52),H J1  - NO SELECTABLE ENTRIES FOUND",
    "$HASP003            MATCHING SPECIFICATION",
]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """JOB00001 with two output groups, JOB00002, STC99999."""
    path = tmp_path / "spool"
    store = open_spool(path, durable=False)
    ended_job(store, Out(), Out("REPORT", dsid=103, dest="BO"))
    new_job(store, "OTHER")
    new_job(store, "TASK", kind=JobKind.STC)
    store.close()
    return path


def changed(spool: Path, world: World, *arguments: object) -> Said:
    return jesmail(*arguments, "--spool", spool, outside=world.outside)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ("job hold JOB00001", ["$H J1"]),
        ("job hold 1 J2 JOB00001", ["$H J1", "$H J2"]),
        ("job release STC99999", ["$A S99999"]),
        ("job cancel 1", ["$C J1"]),
        ("job cancel 1 --purge", ["$C J1,P"]),
        ("job purge 1 --yes", ["$P J1"]),
        ("output set 1 1.1.1 --class a", ["$T O J1,OUTGRP=1.1.1,Q=A"]),
        ("output set 1 1.1.1 --writer cssmtp --dest n1.bo --forms std --priority 200",
         ["$T O J1,OUTGRP=1.1.1,W=CSSMTP,D=N1.BO,F=STD,P=200"]),
        ("output set 1 1.1.1 --disposition hold --hold none --no-burst",
         ["$T O J1,OUTGRP=1.1.1,OUTDISP=HOLD,HOLD=NONE,BURST=NO"]),
        ("output release 1 1.1.1 2.1.1", ["$O J1,OUTGRP=1.1.1", "$O J1,OUTGRP=2.1.1"]),
        ("output release 1 *", ["$O J1,OUTGRP=*"]),
        ("output purge 1 1.1.1 --yes", ["$P O J1,OUTGRP=1.1.1"]),
    ],
)  # fmt: skip
def test_a_change_is_an_operator_command(spool: Path, arguments: str, sent: list[str]) -> None:
    world = World()
    said = changed(spool, world, *arguments.split(), "--verbose")
    assert said.code == 0, said.err
    assert world.sent == sent
    assert said.err.splitlines() == [f"jesmail: {text}" for text in sent]
    assert said.out.splitlines() == world.answer * len(sent)


def test_without_verbose_only_the_answer_is_shown(spool: Path) -> None:
    said = changed(spool, World(), "job", "hold", "1")
    assert (said.out, said.err) == ("$HASP890 JOB(MAILJOB)\n", "")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (NOTHING, 4),
        (["$HASP003 RC=(57),H J1  - DISPLAY TERMINATED"], 1),
        (["$HASP650 Q=%       INVALID OPERAND OR MISPLACED OPERAND"], 1),
        (["$HASP649 XX        INVALID COMMAND"], 1),
        (["$HASP890 JOB(A)", "$HASP003 RC=(25),H J1"], 1),
        (["$HASP690 COMMAND REJECTED - SOURCE OF COMMAND HAS IMPROPER AUTHORITY"], 1),
        (["JML006E the spool failed"], 1),
        ([], 0),
    ],
)
def test_the_answer_decides_how_the_command_ends(spool: Path, answer: list[str], code: int) -> None:
    said = changed(spool, World(answer), "job", "hold", "1")
    assert said.code == code
    failures = [line for line in answer if "890" not in line]
    assert said.err.splitlines() == failures
    assert said.out.splitlines() == [line for line in answer if "890" in line]


def test_json_is_zosmfs_feedback(spool: Path) -> None:
    """zos-clients.md 0.5: `status` is a number, 0 is good; 140 is not found."""
    good = changed(spool, World(), "job", "hold", "1", "--json").json
    assert [(one["jobid"], one["status"], one["command"]) for one in good] == [
        ("JOB00001", 0, "$H J1")
    ]
    bad = changed(spool, World(NOTHING), "job", "hold", "1", "2", "--json")
    assert bad.code == 4
    assert [one["status"] for one in bad.json] == [140, 140]
    assert bad.err == ""


def test_nothing_is_sent_when_one_of_them_is_not_there(spool: Path) -> None:
    world = World()
    said = changed(spool, world, "job", "purge", "1", "7", "--yes")
    assert said.code == 4
    assert world.sent == []
    assert changed(spool, world, "output", "purge", "1", "9.1.1", "-y").code == 4
    assert world.sent == []


@pytest.mark.parametrize("arguments", ["job purge 1 2", "output purge 1 1.1.1"])
def test_purging_asks_and_takes_no_for_an_answer(spool: Path, arguments: str) -> None:
    world = World(agrees=False)
    said = changed(spool, world, *arguments.split())
    assert (said.code, world.sent) == (1, [])
    assert "JOB00001 (MAILJOB)" in world.asked[0]
    world.agrees = True
    assert changed(spool, world, *arguments.split()).code == 0
    assert world.sent


def test_purging_without_a_terminal_needs_yes(spool: Path) -> None:
    said = jesmail("job", "purge", "1", "--spool", spool)
    assert said.code == 2
    assert "--yes" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--writer", "A,Q=B"], ["--dest", "X;$P J2"], ["--class", ""], ["--forms", "A B"],
        ["--hold", "SYS"], ["--disposition", "X"], ["--priority", "256"], ["--fcb", "É"], [],
    ],
    ids=str,
)  # fmt: skip
def test_no_value_can_become_another_operand_or_command(spool: Path, arguments: list[str]) -> None:
    world = World()
    assert changed(spool, world, "output", "set", "1", "1.1.1", *arguments).code == 2
    assert world.sent == []


@pytest.mark.parametrize("outgrp", ["1.1.1;$P J2", "*,Q=A", "1.1.1 "])
def test_no_group_can_become_another_command(spool: Path, outgrp: str) -> None:
    world = World()
    assert changed(spool, world, "output", "purge", "1", outgrp, "-y").code == 4
    assert world.sent == []


def test_an_answer_does_not_move_the_cursor(spool: Path) -> None:
    said = changed(spool, World(["$HASP890 \x1b[2J"]), "job", "hold", "1")
    assert said.out == "$HASP890 .[2J\n"
