"""How long a first chunk is."""

from __future__ import annotations

import pytest

from kokorod.schedule.chunks import FRAME_S, SIZES, first_frames, lasts
from kokorod.schedule.cost import Cost
from kokorod.schedule.lanes import work


def lane(rtf: float) -> Cost:
    """One that takes `rtf` seconds for a second of sound, in the longest chunk."""
    return Cost(0.0, rtf * FRAME_S * SIZES[-1] / work(SIZES[-1]), 0.07)


@pytest.mark.parametrize("rtf", [0.3, 0.6, 0.8, 0.88, 0.94])
@pytest.mark.parametrize("then_s", [0.0, 0.3])
def test_after_it_the_rest_of_the_unit_is_in_time_on_any_lane_that_keeps_up(
    rtf: float, then_s: float
) -> None:
    cost, frames = lane(rtf), 200
    first = first_frames(cost, 1, frames, then_s)
    assert lasts(cost, 1, first * FRAME_S, frames - first)


def test_the_slower_the_lane_the_longer_it_is() -> None:
    sizes = [first_frames(lane(rtf), 1, 200) for rtf in (0.3, 0.5, 0.6, 0.7, 0.8)]
    assert sizes == sorted(sizes)
    assert sizes[0] == SIZES[0] < sizes[-1]
