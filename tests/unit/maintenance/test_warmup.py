"""The warm-up coordinator, with a virtual clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.maintenance.warmup import (
    LENGTHS,
    QUIET_S,
    RECENT_S,
    Pattern,
    Warm,
    Warmup,
    WarmupSettings,
    slept,
)

CPU = "cpu"


def warm_all(warmup: Warmup, now: float) -> list[Pattern]:
    """Let every warm-up that is due run to its end at `now`."""
    done = []
    while (warm := warmup.decide(now, idle=True)) is not None:
        done.append(warm.pattern)
        warmup.warmed(0.1, now)
        assert len(done) < 20
    return done


def made(**manner: object) -> Warmup:
    warmup = Warmup(WarmupSettings(**manner), now=0.0)  # type: ignore[arg-type]
    warmup.lane_up(CPU, first_done=True)
    return warmup


def test_a_new_lane_gets_its_first_inference_and_two_patterns_once() -> None:
    warmup = Warmup(WarmupSettings(), now=0.0)
    warmup.lane_up(CPU, first_done=False)
    assert warm_all(warmup, 1.0) == [Pattern.FIRST, Pattern.SHORT, Pattern.LONG]
    assert warm_all(warmup, 2.0) == []


def test_the_first_inference_is_not_repeated_where_making_the_lane_did_it() -> None:
    assert warm_all(made(), 1.0) == [Pattern.SHORT, Pattern.LONG]


def test_extended_warming_can_be_skipped() -> None:
    assert warm_all(made(extended=False), 1.0) == []


def test_a_long_run_of_a_request_warms_both_patterns() -> None:
    warmup = made()
    warmup.ran(CPU, LENGTHS[Pattern.LONG])
    assert warm_all(warmup, 1.0) == []


def test_a_lane_made_anew_is_warmed_anew() -> None:
    warmup = made()
    warm_all(warmup, 1.0)
    warmup.lane_up(CPU, first_done=True)
    assert warm_all(warmup, 2.0) == [Pattern.SHORT, Pattern.LONG]


def test_never_while_a_request_is_in_flight_and_never_two_at_once() -> None:
    warmup = made()
    assert warmup.decide(1.0, idle=False) is None
    assert warmup.decide(1.0, idle=True) == Warm(CPU, Pattern.SHORT)
    assert warmup.decide(1.0, idle=True) is None


def test_a_warm_up_that_was_ended_comes_back_after_a_quiet_while() -> None:
    warmup = made()
    assert warmup.decide(1.0, idle=True) == Warm(CPU, Pattern.SHORT)
    warmup.ended(1.5)
    assert warmup.decide(1.6, idle=True) is None
    assert warmup.wait_s(1.6) == pytest.approx(QUIET_S - 0.1)
    assert warmup.decide(1.5 + QUIET_S, idle=True) == Warm(CPU, Pattern.SHORT)


def test_keep_alive_runs_each_interval_without_requests() -> None:
    warmup = made(extended=False, interval_s=300.0)
    assert warmup.wait_s(0.0) == 300.0
    assert warm_all(warmup, 299.0) == []
    assert warm_all(warmup, 300.0) == [Pattern.KEEP_ALIVE]
    assert warm_all(warmup, 301.0) == []
    assert warm_all(warmup, 600.0) == [Pattern.KEEP_ALIVE]
    assert warmup.keep_alive.runs == 2
    assert warmup.keep_alive.last_ms == 100.0


def test_keep_alive_is_skipped_after_a_recent_request_and_can_be_turned_off() -> None:
    warmup = made(extended=False)
    warmup.request_came(300.0 - RECENT_S + 1)
    assert warm_all(warmup, 300.0) == []
    assert warmup.keep_alive.skipped == 1
    off = made(extended=False, keep_alive=False)
    assert warm_all(off, 10_000.0) == []
    assert off.wait_s(10_000.0) is None


def test_a_request_ends_a_keep_alive_and_it_is_counted() -> None:
    warmup = made(extended=False)
    assert warmup.decide(300.0, idle=True) == Warm(CPU, Pattern.KEEP_ALIVE)
    warmup.ended(300.1)
    assert warmup.keep_alive.terminated == 1
    assert warmup.keep_alive.runs == 0


def test_waking_from_sleep_warms_each_lane_once() -> None:
    warmup = made(extended=False, keep_alive=False)
    warmup.lane_up("coreml", first_done=True)
    warmup.woke(50.0)
    assert warm_all(warmup, 50.0) == [Pattern.WAKE, Pattern.WAKE]
    assert warm_all(warmup, 51.0) == []
    warmup.woke(60.0)
    warmup.request_came(60.5)
    assert warm_all(warmup, 61.0) == []


def test_sleep_is_told_from_a_slow_turn() -> None:
    assert slept(wall_s=100.0, monotonic_s=10.0)
    assert not slept(wall_s=14.0, monotonic_s=10.0)
    assert not slept(wall_s=-500.0, monotonic_s=10.0)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["decide", "busy", "warmed", "ended", "request", "up", "down", "woke"]),
        st.sampled_from([CPU, "coreml"]),
        st.floats(0.0, 400.0),
    ),
    max_size=80,
)


@given(EVENTS)
def test_nothing_is_warmed_twice_and_only_one_at_a_time(
    events: list[tuple[str, str, float]],
) -> None:
    warmup = Warmup(WarmupSettings(), now=0.0)
    now = 0.0
    lanes: set[str] = set()
    warm: set[tuple[str, Pattern]] = set()
    for event, lane, step in events:
        now += step
        running = warmup.running
        match event:
            case "decide" | "busy":
                choice = warmup.decide(now, idle=event == "decide")
                if choice is not None:
                    assert running is None
                    assert event == "decide"
                    assert choice.lane in lanes
                    if choice.pattern not in (Pattern.KEEP_ALIVE, Pattern.WAKE):
                        assert (choice.lane, choice.pattern) not in warm
            case "warmed" if running:
                warmup.warmed(0.1, now)
                warm.add((running.lane, running.pattern))
            case "ended" if running:
                warmup.ended(now)
            case "request":
                warmup.request_came(now)
            case "up":
                warmup.lane_up(lane, first_done=True)
                lanes.add(lane)
                warm = {pair for pair in warm if pair[0] != lane} | {(lane, Pattern.FIRST)}
            case "down":
                warmup.lane_down(lane)
                lanes.discard(lane)
                warm = {pair for pair in warm if pair[0] != lane}
            case "woke":
                warmup.woke(now)
        wait = warmup.wait_s(now)
        assert wait is None or wait > 0
