"""Where the rows of a panel are, against lists that Python sorts (spool-ui.md 4.5)."""

from array import array
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.panels.index import IndexBuilder, RowIndex
from emulator.panels.ordering import Sorter

VALUES = st.one_of(st.sampled_from(["", "A", "AB", "B", "b", "Ä"]), st.text(max_size=3))
NUMBERS = st.one_of(st.integers(-2, 2), st.integers(-(2**40), 2**40))
ROWS = st.lists(st.tuples(VALUES, NUMBERS), max_size=60)
FLAGS = st.tuples(st.booleans(), st.booleans())


def in_order(rows: list[tuple[str, int]], flags: tuple[bool, bool]) -> list[int]:
    """Ordinals as a stable sort has them."""
    ordinals = list(range(len(rows)))
    for at in (1, 0):
        ordinals.sort(key=[row[at] for row in rows].__getitem__, reverse=flags[at])
    return ordinals


def cut(rows: list[tuple[str, int]], cuts: list[int]) -> list[list[tuple[str, int]]]:
    ends = sorted({0, len(rows), *(min(at, len(rows)) for at in cuts)})
    return [rows[start:end] for start, end in pairwise(ends)]


@given(ROWS, FLAGS, st.lists(st.integers(0, 60)), st.integers(1, 5), st.integers(1, 9))
def test_rows_are_sorted_however_they_come(
    rows: list[tuple[str, int]],
    flags: tuple[bool, bool],
    cuts: list[int],
    block: int,
    batch: int,
) -> None:
    sorter = Sorter(flags, block=block, batch=batch)
    for some in cut(rows, cuts):
        sorter.add(list(zip(*some, strict=True)))
    assert [n for part in sorter.merged() for n in part] == in_order(rows, flags)


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        pytest.param(lambda n: f"{n:06d}", id="as-they-came"),
        pytest.param(lambda n: f"{99999 - n:06d}", id="the-other-way-round"),
        pytest.param(lambda n: "SAME", id="equal"),
        pytest.param(lambda n: f"W{n % 7}", id="few"),
        pytest.param(lambda n: f"{n * 7919 % 30011:06d}", id="mixed"),
    ],
)
def test_no_step_sorts_more_than_a_batch_or_two(values: Callable[[int], str], down: bool) -> None:
    """Other threads wait while one sorts."""
    rows = [values(n) for n in range(30_000)]
    sorter = Sorter([down], block=64, batch=1_024)
    for first in range(0, len(rows), 1_000):
        sorter.add([rows[first : first + 1_000]])
    parts = list(sorter.merged())
    assert max(map(len, parts)) <= 2_048
    ordinals = [n for part in parts for n in part]
    assert ordinals == sorted(range(len(rows)), key=lambda n: rows[n], reverse=down)


def built(rows: list[tuple[str, int]], flags: tuple[bool, ...]) -> RowIndex:
    """An index of rows with the keys 10, 20 …; sorted when there are flags."""
    builder = IndexBuilder(flags)
    keyed = [(10 * n, *(row if flags else ())) for n, row in enumerate(rows, 1)]
    builder.add(keyed[:7])
    builder.add(keyed[7:])
    (index,) = [found for found in builder.finished() if found is not None]
    return index


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("gone"), st.lists(st.integers(1, 70).map(lambda n: 10 * n), max_size=5)),
        st.tuples(st.just("new"), st.lists(st.integers(1, 50), max_size=4, unique=True)),
    ),
    max_size=12,
)


@given(ROWS, st.one_of(st.just(()), FLAGS), EVENTS)
def test_an_index_is_a_list_of_keys(
    rows: list[tuple[str, int]], flags: tuple[bool, ...], events: list[tuple[str, list[int]]]
) -> None:
    """Rows vanish, new ones come at the end; every other one keeps its place among its fellows."""
    index = built(rows, flags)
    order = in_order(rows, (flags[0], flags[1])) if flags else range(len(rows))
    model = [10 * n + 10 for n in order]
    highest = 10 * len(rows)
    for event, numbers in events:
        if event == "gone":
            index.discard(numbers)
            model = [key for key in model if key not in numbers]
        else:
            keys = sorted(highest + number for number in numbers)
            index.extend([*range(1, index.last + 1, 10), *keys])  # those that it has change nothing
            model += keys
            highest = max([highest, *keys])
        assert len(index) == len(model)
        assert index.keys(0, len(model) + 3) == model
        assert [index.key(at) for at in range(len(model))] == model
        assert [index.index(key) for key in model] == list(range(len(model)))
        assert all(index.index(key) is None for key in set(range(highest + 2)) - set(model))


def test_outside_there_is_nothing() -> None:
    index = RowIndex(array("q", [1, 2, 3]))
    assert (index.key(-1), index.key(3)) == (None, None)
    assert index.keys(-5, 7) == [1, 2]
    assert index.keys(2, 5) == [3]
    assert index.keys(7, 5) == []
    assert RowIndex().last == 0


def test_what_is_higher_than_a_key() -> None:
    index = RowIndex(array("q", [1, 5, 9]))
    assert list(index.after(5)) == [9]
    assert list(index.after(4)) == [5, 9]
    assert list(index.after(9)) == []
