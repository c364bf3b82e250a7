"""What is typed beside rows (spool-ui.md 1.4)."""

import pytest

from emulator.panels.actions import find
from emulator.panels.np import BLOCK_MAX, Entered, RefusedAt, entered
from emulator.panels.panels import PANELS

ST = PANELS["ST"]
S, HOLD, RELEASE = (find(ST, one) for one in ("S", "H", "A"))


def typed(texts: dict[int, str], last: str = "") -> list[tuple[int, str]]:
    found = entered(texts, ST, find(ST, last) if last else None)
    return [(row, action.character) for row, action in found.actions]


@pytest.mark.parametrize(
    ("texts", "last", "done"),
    [
        ({3: "s", 1: "H"}, "", [(1, "H"), (3, "S")]),
        ({0: "  ", 1: " cp "}, "", [(1, "CP")]),
        ({2: "=", 5: "="}, "H", [(2, "H"), (5, "H")]),
        ({1: "a", 2: "="}, "H", [(1, "A"), (2, "A")]),
        ({1: "//h", 3: "//"}, "", [(1, "H"), (2, "H"), (3, "H")]),
        ({1: "//", 2: "//h"}, "", [(1, "H"), (2, "H")]),
        ({1: "//h", 2: "//H"}, "", [(1, "H"), (2, "H")]),
        ({1: "//=", 2: "//", 4: "="}, "A", [(1, "A"), (2, "A"), (4, "A")]),
        ({1: "//h", 2: "//", 5: "//a", 6: "//"}, "", [(1, "H"), (2, "H"), (5, "A"), (6, "A")]),
        ({1: "?"}, "", [(1, "?")]),
    ],
)
def test_actions_blocks_and_repetition(
    texts: dict[int, str], last: str, done: list[tuple[int, str]]
) -> None:
    assert typed(texts, last) == done


def test_the_last_action_is_for_the_next_time_and_np_can_be_wider() -> None:
    assert entered({1: "h", 2: "a"}, ST).last is RELEASE
    assert entered({1: "+10"}, ST, HOLD) == Entered((), HOLD, 10)
    assert entered({}, ST, S) == Entered((), S)


@pytest.mark.parametrize(
    ("texts", "row", "message"),
    [
        ({1: "h", 4: "E"}, 4, "E: A JOB RUNS ONCE HERE: SUBMIT IT AGAIN"),
        ({2: "="}, 2, "= REPEATS AN ACTION: THERE WAS NONE YET"),
        ({1: "//h", 2: "s", 3: "//"}, 2, "INSIDE A BLOCK: CLOSE IT WITH // FIRST"),
        ({1: "//h", 3: "//a"}, 3, "A BLOCK HAS ONE ACTION"),
        ({1: "//", 3: "//"}, 3, "A BLOCK NEEDS AN ACTION: //X … //"),
        ({1: "s", 7: "//h"}, 7, "THE BLOCK IS NOT CLOSED: // ON ITS LAST ROW"),
        ({1: "//h", 1 + BLOCK_MAX: "//"}, 1 + BLOCK_MAX, "A BLOCK HAS 1000 ROWS AT MOST"),
        ({1: "+3"}, 1, "+3: NP CAN BE 4 TO 20 WIDE"),
        ({1: "+x\x1b"}, 1, "+x.: NP CAN BE 4 TO 20 WIDE"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(
    texts: dict[int, str], row: int, message: str
) -> None:
    with pytest.raises(RefusedAt) as refused:
        entered(texts, ST)
    assert (refused.value.row, str(refused.value)) == (row, message)
