"""Overtyped fields are commands that a real operator carries out, and never two (jes2.md 3.3)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.panels.panels import PANELS
from emulator.panels.tables_system import OutClassRow
from emulator.panels.values import Column, Refused
from jes.commands.grammar import JesCommand, commands_in
from jes.names import SysoutClass
from tests.emulator.panels.spool import Bench, a_bench

GROUP_VALUES = [
    ("Prty", "7", "P=7"), ("C", "k", "Q=K"), ("ODisp", "L", "OUTDISP=LEAVE"),
    ("ODisp", "hold", "OUTDISP=HOLD"), ("Dest", "n1.u7", "D=N1.U7"), ("Forms", "INV", "F=INV"),
    ("FCB", "6", "FCB=6"), ("UCS", "GT10", "UCS=GT10"), ("Wtr", "other", "W=OTHER"),
    ("Wtr", "  ", "W="), ("Flash", "LOGO", "FLASH=LOGO"), ("Burst", "y", "BURST=YES"),
    ("PrMode", "PAGE", "PRMODE=PAGE"),
]  # fmt: skip


@pytest.mark.parametrize("panel", ["O", "H"])
@pytest.mark.parametrize(("title", "value", "operand"), GROUP_VALUES)
def test_overtyped_output(bench: Bench, panel: str, title: str, value: str, operand: str) -> None:
    column = PANELS[panel].column(title)
    assert column.overtype is not None
    other = bench.group("MAILJOB", "2.1.1")
    command = column.overtype(bench.group("MAILJOB", "1.1.1"), value)
    assert command == f"$TOJ1,OUTGRP=1.1.1,{operand}"
    answer = bench.answer(command)
    assert "$HASP686" in answer
    shown = operand.partition("=")[2]
    assert column.show(bench.group("MAILJOB", "1.1.1")) == shown
    assert bench.group("MAILJOB", "2.1.1") == other


def test_overtyped_jobs(bench: Bench) -> None:
    for title, value, command in (("Prty", "12", "$TJ5,P=12"), ("C", "b", "$TJ5,C=B")):
        for panel in ("ST", "I"):
            column = PANELS[panel].column(title)
            assert column.overtype is not None
            assert column.overtype(bench.job("WAITA"), value) == command
        assert "$HASP890" in bench.answer(command)
        assert column.show(bench.job("WAITA")) == value.upper()
    overtype = PANELS["ST"].column("C").overtype
    assert overtype is not None
    with pytest.raises(Refused, match="DOES NOT WAIT FOR EXECUTION"):
        overtype(bench.job("MAILJOB"), "B")


def test_overtyped_initiators_and_output_classes(bench: Bench) -> None:
    overtype = PANELS["INIT"].column("Classes").overtype
    assert overtype is not None
    bench.answer(overtype(bench.machine.initiators()[1], "xyz"))
    assert [one.classes for one in bench.machine.initiators()] == ["AB", "XYZ", "AB"]
    name = SysoutClass("K")
    row = OutClassRow(name, bench.machine.classes[name])
    for title, value in (("ODisp", "KEEP"), ("ODispAb", "HOLD"), ("BlnkTrnc", "NO")):
        column = PANELS["OC"].column(title)
        assert column.overtype is not None
        assert "$HASP842" in bench.answer(column.overtype(row, value))
        assert column.show(OutClassRow(name, bench.machine.classes[name])) == value
    assert bench.machine.classes[name].outdisp.normal == "KEEP"


@pytest.mark.parametrize(
    ("panel", "title", "value", "message"),
    [
        ("O", "Prty", "256", "256 IS NO VALUE HERE: A NUMBER FROM 0 TO 255"),
        ("O", "C", "AB", "AB IS NO VALUE HERE: A CLASS A-Z, 0-9"),
        ("O", "ODisp", "GONE", "GONE IS NO VALUE HERE: WRITE, HOLD, KEEP, LEAVE, PURGE"),
        ("O", "Dest", "A,ALL", "A,ALL IS NO VALUE HERE: 1-8 OF A-Z 0-9 $ # @, PERHAPS NODE.USER"),
        ("O", "Wtr", "INTRDR", "INTRDR IS NO VALUE HERE: 1-8 OF A-Z 0-9 $ # @"),
        ("O", "Forms", "", "NOTHING IS NO VALUE HERE: 1-8 OF A-Z 0-9 $ # @"),
        ("O", "FCB", "X;$PJQ", "X;$PJQ IS NO VALUE HERE: 1-4 OF A-Z 0-9 $ # @"),
        ("O", "Forms", "A\nB", "A.B IS NO VALUE HERE: 1-8 OF A-Z 0-9 $ # @"),
    ],
)
def test_a_value_that_is_none_is_refused(
    bench: Bench, panel: str, title: str, value: str, message: str
) -> None:
    overtype = PANELS[panel].column(title).overtype
    assert overtype is not None
    with pytest.raises(Refused) as refused:
        overtype(bench.group("MAILJOB", "1.1.1"), value)
    assert str(refused.value) == message


# --- no value makes a second command, or an operand of its own -----------------------------------


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A row of each panel that has fields to overtype."""
    with a_bench(tmp_path_factory.mktemp("rows")) as bench:
        yield rows_of(bench)


def rows_of(bench: Bench) -> dict[str, Any]:
    group, job = bench.group("MAILJOB", "1.1.1"), bench.job("WAITA")
    name = SysoutClass("K")
    return {
        "O": group, "H": group, "ST": job, "I": job, "DA": job,
        "INIT": bench.machine.initiators()[0],
        "OC": OutClassRow(name, bench.machine.classes[name]),
    }  # fmt: skip


FIELDS = [
    (panel.name, column)
    for panel in PANELS.values() for column in panel.columns if column.overtype is not None
]  # fmt: skip
PIECES = (*"A9,;=()'*?. \n\u017f", "$PJQ", "ALL", "\u212a")
VALUES = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(PIECES)).map("".join))


@settings(deadline=None)
@given(field=st.sampled_from(FIELDS), value=VALUES)
def test_no_value_makes_two_commands(
    rows: dict[str, Any], field: tuple[str, Column[Any]], value: str
) -> None:
    name, column = field
    assert column.overtype is not None
    plain = _shape(column.overtype(rows[name], _GOOD[column.title]))
    try:
        command = column.overtype(rows[name], value)
    except Refused as refused:
        said = str(refused)
    else:
        said = ""
        assert _shape(command) == plain
    assert said.isprintable()


_GOOD = {
    "Prty": "1", "C": "A", "ODisp": "HOLD", "ODispAb": "HOLD", "Dest": "X", "Forms": "X",
    "FCB": "X", "UCS": "X", "Wtr": "X", "Flash": "X", "Burst": "YES", "PrMode": "X",
    "Classes": "A", "BlnkTrnc": "NO",
}  # fmt: skip


def _shape(command: str) -> tuple[object, ...]:
    """A command but for the value: its object, and its operands by name."""
    (found,) = commands_in(command)
    assert isinstance(found, JesCommand)
    names = [(one.name, one.comparison, len(one.values)) for one in found.operands]
    return found.verb, found.object, found.subscripts, tuple(names)


def test_a_hostile_group_has_no_command(bench: Bench) -> None:
    group = replace(bench.group("MAILJOB", "1.1.1"), outgrp="*")
    for name, column in FIELDS:
        if name in ("O", "H"):
            assert column.overtype is not None
            with pytest.raises(Refused, match="NO COMMAND CAN NAME GROUP"):
                column.overtype(group, _GOOD[column.title])
