"""Where a target is, as a table (cssmtp-operations.md 3.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.targetstates import TRANSITIONS, TargetEvent, TargetState, after

E, S = TargetEvent, TargetState


@pytest.mark.parametrize(
    ("events", "state"),
    [
        pytest.param([E.OPENING], S.CONNECTING, id="opening"),
        pytest.param([E.OPENING, E.GREETED], S.ACTIVE, id="greeted"),
        pytest.param([E.OPENING, E.FAILED], S.UNREACHABLE, id="refused"),
        pytest.param([E.OPENING, E.EXPIRED], S.UNRESPONSIVE, id="expired"),
        pytest.param([E.OPENING, E.LACKS_TLS], S.NOT_CAPABLE, id="lacks-tls"),
        pytest.param([E.OPENING, E.FAILED, E.OPENING], S.CONNECTING, id="tried-again"),
        pytest.param([E.OPENING, E.FAILED, E.GREETED], S.ACTIVE, id="one-on-its-way"),
        pytest.param([E.OPENING, E.GREETED, E.OPENING], S.ACTIVE, id="one-more-connection"),
        pytest.param([E.OPENING, E.GREETED, E.EXPIRED], S.UNRESPONSIVE, id="later-expired"),
        pytest.param([E.DROPPED, E.GREETED, E.FAILED], S.REMOVED, id="dropped-for-good"),
    ],
)
def test_what_happens_to_a_target_says_where_it_is(
    events: list[TargetEvent], state: TargetState
) -> None:
    now = S.NOT_TRIED
    for event in events:
        now = after(now, event)
    assert now is state


def test_a_name_is_resolved_before_anything_else() -> None:
    assert after(S.RESOLVING, E.OPENING) is S.RESOLVING
    assert after(S.RESOLVING, E.RESOLVED) is S.NOT_TRIED


@given(st.sampled_from(S), st.lists(st.sampled_from(E)))
def test_a_dropped_target_stays_dropped(state: TargetState, events: list[TargetEvent]) -> None:
    now = after(state, E.DROPPED)
    for event in events:
        now = after(now, event)
    assert now is S.REMOVED


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert TRANSITIONS.keys() == set(S)
    reached = {state for row in TRANSITIONS.values() for state in row.values()}
    assert reached | {S.RESOLVING} == set(S)
