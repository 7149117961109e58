"""The states of a request: one table, asserted at each step, drawn in docs/architecture.md."""

from __future__ import annotations

import pytest

from kokorod.requests.state import TRANSITIONS, IllegalTransitionError, RequestState, check

ENDS = {
    RequestState.FINISHED,
    RequestState.CANCELLED,
    RequestState.FAILED,
    RequestState.GONE,
}


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(RequestState)
    reached, found = {RequestState.ACCEPTED}, {RequestState.ACCEPTED}
    while found:
        found = {after for state in found for after in TRANSITIONS[state]} - reached
        reached |= found
    assert reached == set(RequestState)


def test_ends_are_final_and_everything_else_can_end() -> None:
    assert {state for state, after in TRANSITIONS.items() if not after} == ENDS
    for state in set(RequestState) - ENDS:
        assert TRANSITIONS[state].keys() >= {
            RequestState.CANCELLED,
            RequestState.FAILED,
            RequestState.GONE,
        }


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("following", RequestState)
def test_only_what_the_table_has_may_follow(state: RequestState, following: RequestState) -> None:
    if following in TRANSITIONS[state]:
        check(state, following)
    else:
        with pytest.raises(IllegalTransitionError, match=f"{following} after {state}"):
            check(state, following)
