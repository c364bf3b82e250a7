"""Rows of panels that are short lists (spool-ui.md 1.3: JDS, INIT, SP …)."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator.exits import Unreachable
from emulator.panels import values
from emulator.panels.facts import FactRows
from emulator.panels.reading import Lost, Reading
from emulator.panels.source import By
from emulator.place import Place, look
from emulator.settings import Settings
from jes import messages
from jes.errors import SpoolError
from jes.names import JobId
from tests.emulator.looked_at import Out, a_spool

CLASSES = [("A", 10), ("B", 9), ("C", 10), ("D", -1)]


@dataclass
class Asked:
    """A list that is asked for, or why it cannot be had."""

    facts: list[tuple[str, int]] = field(default_factory=lambda: list(CLASSES))
    error: Exception | None = None
    times: int = 0

    async def ask(self) -> list[tuple[str, int]]:
        self.times += 1
        if self.error is not None:
            raise self.error
        return self.facts


def play(case: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(case())


def name(fact: tuple[str, int]) -> str:
    return fact[0]


COUNT: By[tuple[str, int]] = By(lambda fact: fact[1], descending=True)


def test_the_list_is_shown_in_order_and_by_a_test_of_rows() -> None:
    async def case() -> None:
        rows = FactRows(Asked().ask, name, sort=(COUNT,), only=lambda fact: fact[0] != "A")
        shape: values.Rows[tuple[str, int]] = rows
        assert (rows.count, rows.complete) == (0, False)
        await shape.load(0, 10)
        assert shape.window(0, 10) == [("C", 10), ("B", 9), ("D", -1)]
        assert shape.window(1, 1) == [("B", 9)]
        assert (shape.count, shape.complete) == (3, True)
        assert (shape.key(3), shape.key(-1)) == (None, None)

    play(case)


def test_a_row_keeps_its_key_wherever_it_moves() -> None:
    asked, rung = Asked(), []

    async def case() -> None:
        rows = FactRows(asked.ask, name, sort=(COUNT,), changed=lambda: rung.append(1))
        await rows.load(0, 10)
        key = rows.key(3)
        assert key is not None
        assert rows.index(key) == 3
        asked.facts = [("D", 99), ("E", 1), ("A", 1)]
        await rows.refresh()
        assert rows.index(key) == 0
        assert rows.window(0, 3) == [("D", 99), ("E", 1), ("A", 1)]
        assert [rows.index(at) for at in range(1, 6)].count(None) == 2  # B and C

    play(case)
    assert len(rung) == 2


def test_the_same_list_is_no_change() -> None:
    asked, rung = Asked(), []

    async def case() -> None:
        rows = FactRows(asked.ask, name, changed=lambda: rung.append(1))
        await rows.load(0, 10)
        generation = rows.generation
        await rows.refresh()
        await rows.load(0, 10)
        assert rows.generation == generation

    play(case)
    assert (asked.times, len(rung)) == (2, 1)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SpoolError(messages.NO_SPOOL, spool="X"), id="spool"),
        pytest.param(Lost("JML999E IT IS GONE"), id="lost"),
        pytest.param(Unreachable("JML999E NOBODY ANSWERS"), id="system"),
    ],
)
def test_what_cannot_be_had_is_a_problem_and_what_was_had_stays(error: Exception) -> None:
    asked = Asked()

    async def case() -> None:
        rows = FactRows(asked.ask, name)
        await rows.load(0, 10)
        asked.error = error
        await rows.refresh()
        assert rows.problem is not None
        assert rows.problem.startswith("JML")
        assert rows.count == 4
        asked.error = None
        await rows.refresh()
        assert rows.problem is None

    play(case)


def test_data_sets_of_a_job_are_asked_for_in_the_thread_of_pages(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(dsid=103, ddname="B"), Out(dsid=102, ddname="A"))

    async def case() -> None:
        reading = Reading(lambda: look(Place(spool, Settings(spool=spool))))
        rows = FactRows(
            lambda: reading.page(lambda store: store.datasets(JobId("JOB00001"), 100)),
            lambda dataset: dataset.key,
        )
        await rows.load(0, 10)
        assert [dataset.ddname for dataset in rows.window(0, 10) if dataset] == ["A", "B"]
        await reading.close()

    play(case)


def test_a_spool_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    spool = tmp_path / "nothing"

    async def case() -> None:
        reading = Reading(lambda: look(Place(spool, Settings(spool=spool))))
        rows = FactRows(lambda: reading.page(lambda store: store.queues()), lambda queue: queue)
        await rows.load(0, 10)
        assert rows.problem is not None
        assert "nothing" in rows.problem
        await reading.close()

    play(case)
