"""What listeners get: simulated lanes and players around the real scheduler and planner."""

from __future__ import annotations

import random
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.schedule.simulation import (
    Listener,
    Request,
    Simulation,
    kokoro,
    machine,
    sentences,
    short_sentence,
    submit_all,
)

from kokorod.schedule.cuts import MIN_TOKENS
from kokorod.schedule.state import CAP
from kokorod.types import PeerId

#: Of a run, in seconds: next to nothing, and more than onnxruntime ever took.
STARTS_S = [0.0, 0.02, 0.05]


def settled(seed: int, rtf: float, start_s: float = 0.02, express: bool = False) -> Simulation:
    simulation = Simulation(seed, machine(rtf, start_s, noise=0.05), express=express)
    simulation.settle()
    return simulation


@settings(max_examples=120)
@given(
    seed=st.integers(0, 10**6),
    rtf=st.floats(0.02, 0.75),
    start_s=st.sampled_from(STARTS_S),
    phonemes=st.integers(5, 1500),
    express=st.booleans(),
    context=st.booleans(),
)
def test_a_listener_never_runs_dry(
    seed: int, rtf: float, start_s: float, phonemes: int, express: bool, context: bool
) -> None:
    """Whenever the lane is faster than real time by a quarter, whatever the text."""
    simulation = Simulation(seed, machine(rtf, start_s, 0.05), express=express, context=context)
    simulation.settle()
    listener = simulation.submit(1, 1, sentences(random.Random(seed), phonemes))
    simulation.run()
    assert listener.said == listener.text
    assert listener.dry_s <= 0.001
    assert all(len(s.phonemes) <= CAP for s in listener.segments)
    assert simulation.scheduler.active == 0


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    rtf=st.floats(0.02, 0.45),
    phonemes=st.integers(5, 1500),
    context=st.booleans(),
)
def test_nor_if_short_runs_cost_more_than_their_share(
    seed: int, rtf: float, phonemes: int, context: bool
) -> None:
    """Kokoro itself makes 33 silent frames in each run, however short."""
    simulation = Simulation(seed, kokoro(rtf, 0.05), express=False, context=context)
    simulation.settle()
    listener = simulation.submit(1, 1, sentences(random.Random(seed), phonemes))
    simulation.run()
    assert listener.said == listener.text
    assert listener.dry_s <= 0.001


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), rtf=st.floats(0.02, 3), first_s=st.sampled_from([0.1, 0.5, 3]))
def test_the_first_sound_comes_within_its_time_or_as_soon_as_can_be(
    seed: int, rtf: float, first_s: float
) -> None:
    simulation = settled(seed, rtf)
    listener = simulation.submit(1, 1, sentences(random.Random(seed), 600), first_s=first_s)
    simulation.run()
    first = listener.segments[0]
    wait_s = simulation.machine.seconds(first)
    if wait_s > first_s * 1.1:
        # As short as it may be; on a lane that just keeps up, long enough to bridge the second.
        assert len(first.phonemes) <= (40 if 0.4 < rtf < 1.05 else 20)
    assert len(first.phonemes) >= MIN_TOKENS


def test_a_slow_lane_stutters_least_where_a_speaker_breathes() -> None:
    """Slower than real time nothing helps, but the gaps are between sentences or clauses."""
    simulation = settled(5, rtf=1.5)
    listener = simulation.submit(1, 1, sentences(random.Random(5), 1500))
    simulation.run()
    ends = [s.phonemes.rstrip()[-1] for s in listener.segments[1:]]
    assert sum(end in ".," for end in ends) >= 0.9 * len(ends)
    # Long segments: no time is wasted on many small ones.
    assert len(listener.segments) < 35
    assert listener.wait_s < 2.5


def test_who_ran_dry_once_does_not_run_dry_for_ever() -> None:
    """A lane that stood still for a while catches up and makes long segments again."""
    simulation = settled(1, rtf=0.5)
    listener = simulation.submit(1, 1, sentences(random.Random(1), 3000))
    simulation.run(until=8)
    simulation.scheduler.block(PeerId(1), True, simulation.now)
    simulation.run(until=60)
    dry_before, listener_at = listener.dry_s, len(listener.segments)
    simulation.unblock(1)
    simulation.run()
    assert listener.said == listener.text
    gap_s = listener.dry_s - dry_before
    assert 10 < gap_s < 60
    resumed = [len(s.phonemes) for s in listener.segments[listener_at:]]
    assert sum(resumed[4:12]) / 8 > 80


def beside_a_document(
    seed: int, rtf: float, express: bool, every_s: float = 5.0, until: float = 60.0
) -> tuple[Simulation, Listener, list[Listener]]:
    simulation = settled(seed, rtf, express=express)
    document = simulation.submit(1, 1, sentences(random.Random(seed), 20_000))
    source = random.Random(seed)
    asked: list[Listener] = []
    for number in range(1, int(until / every_s)):
        simulation.at(
            every_s * number + source.uniform(0, every_s / 5),
            lambda n=number: asked.append(simulation.submit(2, n, short_sentence(source))),
        )
    simulation.run(until=until)
    return simulation, document, asked


@pytest.mark.parametrize("rtf", [0.2, 0.4])
def test_a_short_request_hardly_waits_for_a_document_which_gets_on(rtf: float) -> None:
    ratios, rates = [], []
    for seed in range(8):
        alone = settled(seed, rtf, express=True)
        short = alone.submit(2, 1, short_sentence(random.Random(seed)))
        alone.run()
        undisturbed = settled(seed, rtf, express=True)
        whole = undisturbed.submit(1, 1, sentences(random.Random(seed), 20_000))
        undisturbed.run(until=60)
        _, document, asked = beside_a_document(seed, rtf, express=True)
        assert all(one.ended for one in asked)
        assert document.dry_s == 0
        ratios += [one.wait_s / short.wait_s for one in asked]
        rates.append(document.made_s / whole.made_s)
    assert median(ratios) <= 1.4
    assert min(rates) >= 0.7
    assert sum(rates) / len(rates) >= 0.75


@pytest.mark.parametrize("express", [True, False])
def test_a_document_is_ended_at_most_at_every_third_run(express: bool) -> None:
    simulation, document, asked = beside_a_document(3, 0.3, express, every_s=0.7)
    assert simulation.scheduler.counters.terminated_runs >= 5
    places = [at for at, how in enumerate(document.runs) if how == "terminated"]
    assert all(b - a >= 3 for a, b in pairwise(places))
    assert document.said == document.text[: len(document.said)]
    assert all(one.said == one.text for one in asked if one.ended)


def test_a_document_gets_on_under_constant_short_requests() -> None:
    _, document, asked = beside_a_document(4, 0.4, express=True, every_s=1.0)
    assert len([one for one in asked if one.ended]) >= 50
    assert document.made_s >= 20


def test_who_waits_for_the_first_sound_comes_before_who_has_sound_in_store() -> None:
    simulation = settled(2, rtf=0.3)
    document = simulation.submit(1, 1, sentences(random.Random(2), 5000))
    simulation.run(until=20)
    assert simulation.scheduler.job(document.key)
    first = simulation.submit(1, 2, sentences(random.Random(3), 400))  # the same client's
    second = simulation.submit(3, 1, sentences(random.Random(4), 400))
    at = len(simulation.order)
    simulation.run(until=25)
    assert {first.key, second.key} == set(simulation.order[at : at + 2])


def test_clients_of_one_priority_take_turns() -> None:
    """One client with ten requests does not keep another from its one."""
    simulation = settled(6, rtf=0.4)
    many = [simulation.submit(1, n, sentences(random.Random(n), 100)) for n in range(10)]
    one = simulation.submit(2, 1, sentences(random.Random(99), 100))
    simulation.run()
    order = list(dict.fromkeys(simulation.order))
    assert order.index(one.key) <= 2
    assert all(listener.said == listener.text for listener in [*many, one])
    assert [key for key in order if key.peer == 1] == [listener.key for listener in many]


def test_the_more_urgent_comes_first() -> None:
    simulation = settled(7, rtf=0.4)
    blocker = simulation.submit(9, 1, short_sentence(random.Random(0)), rank=0)
    ranks = [4, 2, 0, 3, 1]
    listeners = {
        rank: simulation.submit(rank + 1, 1, short_sentence(random.Random(rank)), rank=rank)
        for rank in ranks
    }
    simulation.run()
    order = [key for key in dict.fromkeys(simulation.order) if key != blocker.key]
    assert order == [listeners[rank].key for rank in sorted(ranks)]


def test_the_more_urgent_ends_what_is_less_so_every_time() -> None:
    simulation = settled(8, rtf=0.5)
    notice = simulation.submit(1, 1, sentences(random.Random(8), 2000), rank=4)
    asked: list[Listener] = []
    for number in range(6):
        simulation.at(
            2.0 + 4 * number,
            lambda n=number: asked.append(
                simulation.submit(2, n, short_sentence(random.Random(n)), rank=0)
            ),
        )
    simulation.run()
    assert max(one.wait_s for one in asked) < 0.8
    assert notice.said == notice.text


def test_a_cancelled_request_leaves_the_lane_to_the_next() -> None:
    simulation = settled(9, rtf=0.8)
    long = simulation.submit(1, 1, sentences(random.Random(9), 2000))
    waiting = simulation.submit(1, 2, short_sentence(random.Random(10)))
    simulation.at(30.0, lambda: simulation.cancel(long.key))
    simulation.run()
    assert long.cancelled
    assert long.ended == 30.0
    assert waiting.said == waiting.text
    assert simulation.scheduler.active == 0
    assert [lane.segment for lane in simulation.scheduler.lanes()] == [None]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    express=st.booleans(),
    requests=st.lists(
        st.tuples(
            st.integers(1, 4),  # client
            st.floats(0, 10),  # when
            st.integers(5, 800),  # phonemes
            st.integers(0, 4),  # rank
            st.one_of(st.none(), st.floats(0, 12)),  # cancelled when
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_everyone_is_heard_whole_or_cancelled(
    seed: int,
    express: bool,
    requests: list[Request],
) -> None:
    simulation = settled(seed, rtf=0.2, express=express)
    listeners = submit_all(simulation, seed, requests)
    simulation.run()
    assert len(listeners) == len(requests)
    for listener in listeners:
        assert listener.ended is not None
        assert listener.text.startswith(listener.said)
        assert listener.cancelled or listener.said == listener.text
    assert simulation.scheduler.active == 0
