"""What views ask of the spool (spool-ui.md 1.3, 1.5)."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.panels.criteria import criterion_test, plan
from emulator.panels.panels import PANELS
from emulator.panels.values import Comparison, Criterion, Kind, Refused, View
from jes.views import GroupFilter, JobFilter
from tests.emulator.panels.spool import Bench, a_bench
from tests.emulator.panels.test_tables import rows_of

EQ, NE, GT, LT = Comparison.EQ, Comparison.NE, Comparison.GT, Comparison.LT


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One spool, which nothing here changes."""
    with a_bench(tmp_path_factory.mktemp("criteria")) as made:
        made.answer("$HJ(WAITB)")
        yield made


def names(bench: Bench, panel: str, **view: Any) -> list[str]:
    return [row.jobname for row in rows_of(bench, panel, View(**view))]


def by(*criteria: tuple[str, Comparison, str], **more: Any) -> dict[str, Any]:
    return {"criteria": tuple(Criterion(*one) for one in criteria), **more}


@pytest.mark.parametrize(
    ("panel", "parameter", "found"),
    [
        ("ST", "B *", ["WAITB"]),
        ("ST", "WAIT%", ["WAITA", "WAITB"]),
        ("ST", "A WAIT*", ["WAITA"]),
        ("ST", "+ MAIL*", ["MAILJOB", "MAILB"]),
        ("ST", "B+ *AIL*", ["MAILJOB", "MAILB", "BADMAIL"]),
        ("ST", "? *", []),
        ("ST", "= *", []),
        ("ST", "# *", ["CSSMTP"]),
        ("I", "H", ["WAITB"]),
        ("I", "NH", ["RUNS", "WAITA", "CSSMTP"]),
        ("I", "B *", ["WAITB"]),
        ("I", "A * H", []),
        ("DA", "OSTC", ["CSSMTP"]),
        ("DA", "NOSTC NOJOB NOTSU", []),
        ("DA", "JOB STC", ["RUNS", "CSSMTP"]),
        ("O", "B *", ["MAILJOB", "MAILB"]),
        ("O", "INV", ["MAILB"]),
        ("O", "A STD", ["AWAY", "CSSMTP"]),
        ("H", "HC *", ["MAILJOB", "MAILB"]),
        ("H", "MAIL*", ["MAILJOB", "MAILB"]),
    ],
)
def test_parameters(bench: Bench, panel: str, parameter: str, found: list[str]) -> None:
    assert names(bench, panel, parameter=parameter) == found


@pytest.mark.parametrize(
    ("panel", "view", "found"),
    [
        ("ST", {"prefix": "mail*"}, ["MAILJOB", "MAILB"]),
        ("ST", {"prefix": "M*", "parameter": "*B"}, ["MAILJOB", "MAILB"]),
        ("ST", {"owner": "TE%T"}, ["AWAY"]),
        ("O", {"dest": ("N2.*", "X")}, ["AWAY"]),
        ("H", {"prefix": "BAD*", "owner": "TEST"}, []),
        ("ST", by(("JOBNAME", EQ, "WAIT*")), ["WAITA", "WAITB"]),
        ("ST", by(("MAX", EQ, "ABEND*")), ["MAILB"]),
        ("ST", by(("Queue", EQ, "EXEC*"), ("C", NE, "A")), ["WAITB", "CSSMTP"]),
        ("ST", by(("JOBNAME", EQ, "WAIT*"), prefix="*B"), ["WAITB"]),
        ("ST", by(("C", EQ, "B"), ("Max-RC", EQ, "AB*"), any_of=True), ["MAILB", "WAITB"]),
        ("ST", by(("Prty", GT, "10")), []),
        ("ST", by(("C", EQ, "B"), filtering=False, prefix="W*"), ["WAITA", "WAITB"]),
        ("O", by(("Tot-Rec", GT, "9")), ["MAILJOB"]),
        ("O", by(("tot", LT, "12"), ("forms", EQ, "std")), ["AWAY", "CSSMTP"]),
        ("O", by(("Wtr", EQ, "")), ["AWAY", "CSSMTP"]),
        ("H", by(("Status", EQ, "*SYSTEM")), ["BADMAIL"]),
        ("H", by(("ODisp", NE, "HOLD")), ["MAILB"]),
    ],
)
def test_limits_and_filters(
    bench: Bench, panel: str, view: dict[str, Any], found: list[str]
) -> None:
    assert names(bench, panel, **view) == found


def test_what_the_spool_can_look_for_is_left_to_it() -> None:
    view = View(prefix="PAY*", dest=("R5",), **by(("Wtr", EQ, "CSSMTP"), ("Tot-Rec", GT, "5")))
    made = plan(PANELS["O"], view)
    assert made.fits is None
    assert made.wanted == GroupFilter(
        jobs=JobFilter(names=("PAY*",)), held=False, dests=("R5",), writers=("CSSMTP",),
        records=(6, 2**62),
    )  # fmt: skip
    made = plan(PANELS["ST"], View(**by(("Queue", EQ, "PRINT"), ("JNum", Comparison.LE, "9"))))
    assert made.fits is None
    for panel in ("ST", "I", "DA", "O", "H"):
        assert plan(PANELS[panel], View()).fits is None


def test_a_sort_names_columns() -> None:
    made = plan(PANELS["O"], View(sort=(("CrDate", True), ("dest", False))))
    assert [(key.column.stored, key.descending) for key in made.sort] == [
        ("created", True), ("dest", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("panel", "view", "message"),
    [
        ("ST", by(("NOSUCH", EQ, "1")), "NOSUCH IS NOT A COLUMN"),
        ("ST", by(("Prty", GT, "HIGH")), "Prty IS A NUMBER: HIGH IS NONE"),
        ("ST", {"sort": (("Qwerty", False),)}, "QWERTY IS NOT A COLUMN"),
        ("ST", {"prefix": "A?"}, "A? IS NOT A MASK: % IS ONE CHARACTER, * ANY STRING"),
        ("O", by(*[("C", NE, "A")] * 26), "A FILTER HAS 25 CRITERIA AT MOST"),
        ("INIT", {"parameter": "A"}, "INIT TAKES NO PARAMETER"),
    ],
)
def test_what_cannot_be_asked_is_refused(panel: str, view: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(PANELS[panel], View(**view))
    assert str(refused.value) == message


FIELDS = [
    (panel, column.title)
    for panel in ("ST", "O", "H") for column in PANELS[panel].columns
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["*", "", "%", "A", "B", "H", "HOLD", "H*", "MAIL*", "*B", "CC 0000", "CC*",
                     "PRINT", "EXECUTION", "3", "12", "0", "-1", "LOCAL", "N2.*", "STD", "INV",
                     "****", "CSSMTP", "2024-01-31", "2024-02-02", "2024-02-03", "JOB00002",
                     "2024-02-02 12:00:00", "LINE", "?", "J?B"]),
    st.text("AB*%?129", max_size=5),
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(
    field=st.sampled_from(FIELDS), comparison=st.sampled_from(Comparison), value=VALUES,
    second=st.sampled_from(["*", "MAIL*"]),
)  # fmt: skip
def test_the_spool_and_the_test_of_rows_agree(
    bench: Bench, field: tuple[str, str], comparison: Comparison, value: str, second: str
) -> None:
    panel, title = field
    criterion = Criterion(title, comparison, value)
    column = PANELS[panel].column(title)
    try:
        test = criterion_test(column, criterion)
    except Refused:
        return
    found = rows_of(bench, panel, View(prefix=second, criteria=(criterion,)))
    assert found == [row for row in rows_of(bench, panel, View(prefix=second)) if test(row)]


def test_short_lists_are_filtered_by_their_columns() -> None:
    (init,) = (panel for panel in PANELS.values() if panel.name == "INIT")
    made = plan(init, View(**by(("Status", EQ, "DRAIN*"))))
    assert made.wanted is None
    assert made.fits is not None
    assert init.kind is Kind.FACTS
