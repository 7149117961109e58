"""What of a unit is generated: all that is spoken, pauses to the sample, words where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kokorod.engine.join import Joiner
from kokorod.engine.plan import LEAD, TAIL, Plan, plan
from kokorod.engine.synthesizer import FRAME, Front
from kokorod.types import SAMPLE_RATE, Break, Segment


@dataclass(frozen=True)
class Unit:
    """A run of the model, invented, and what of it is speech."""

    front: Front
    segment: Segment
    spoken: list[range]  # the frames of each sentence


def unit(
    pad: int, sentences: list[list[int]], gaps: list[int], pauses: list[float], pause_s: float
) -> Unit:
    """sentences: frames of each phoneme; gaps: silent frames after each sentence."""
    phonemes, edges, spoken, breaks = "", [], [], []
    at = pad
    for number, lengths in enumerate(sentences):
        begin = at
        if number:
            breaks.append(Break(len(phonemes), pauses[number - 1]))
            phonemes += " "
            edges.append(at - gaps[number - 1] // 2)
        for length in lengths:
            phonemes += "a"
            edges.append(at)
            at += length
        spoken.append(range(begin, at))
        phonemes += "."
        edges.append(at)
        at += gaps[number]
    silent = np.ones(at, bool)
    for span in spoken:
        silent[span.start : span.stop] = False
    samples = np.array([*edges, spoken[-1].stop], np.int64) * FRAME
    segment = Segment(0, 0, 0, "", phonemes, breaks=tuple(breaks), pause_s=pause_s)
    return Unit(Front(at, samples, silent, None), segment, spoken)


@st.composite
def units(draw: st.DrawFn) -> Unit:
    count = draw(st.integers(1, 4))
    return unit(
        draw(st.integers(0, 20)),
        [draw(st.lists(st.integers(4, 12), min_size=1, max_size=5)) for _ in range(count)],
        [draw(st.integers(0, 20)) for _ in range(count)],
        [draw(st.sampled_from([0.0, 0.01, 0.1, 0.25, 0.7])) for _ in range(count)],
        draw(st.sampled_from([0.0, 0.01, 0.05, 0.25, 0.7])),
    )


befores = st.integers(0, 2500)


def sound(made: Plan, frames: int, cuts: list[int] | None = None) -> NDArray[np.float32]:
    """All of it; each frame has its number, so that it is known again. cuts: lengths of chunks."""
    whole = np.repeat(np.arange(1, frames + 1, dtype=np.float32), FRAME)
    lengths = iter(cuts * 1000 if cuts else [])
    parts = [] if made.pieces else [np.zeros(made.lead, np.float32)]
    for piece in made.pieces:
        at = piece.first
        while at < piece.last:
            to = min(at + next(lengths, frames), piece.last)
            parts.append(made.sound(whole[at * FRAME : to * FRAME], at, to))
            at = to
    return np.concatenate(parts)


@given(units(), befores, st.booleans())
def test_all_that_is_spoken_is_generated_once_and_in_order(
    drawn: Unit, before: int, fill: bool
) -> None:
    made = plan(drawn.front, drawn.segment, before, fill=fill)
    generated = [n for piece in made.pieces for n in range(piece.first, piece.last)]
    assert generated == sorted(set(generated))
    assert set(generated) >= {n for span in drawn.spoken for n in span}
    assert generated[0] >= max(drawn.spoken[0].start - LEAD, 0)
    assert generated[-1] < min(drawn.spoken[-1].stop + TAIL, drawn.front.frames)
    assert all(piece.first < piece.last for piece in made.pieces)


@given(units(), befores, st.booleans(), st.lists(st.integers(1, 40), min_size=1, max_size=9))
def test_its_length_is_known_before_and_the_same_however_it_is_divided(
    drawn: Unit, before: int, fill: bool, cuts: list[int]
) -> None:
    made = plan(drawn.front, drawn.segment, before, fill=fill)
    whole = sound(made, drawn.front.frames)
    assert len(whole) == made.samples
    assert made.spoken <= made.samples
    assert np.array_equal(whole, sound(made, drawn.front.frames, cuts))


@given(units(), befores)
def test_pauses_between_sentences_are_as_wanted_to_the_sample(drawn: Unit, before: int) -> None:
    made = plan(drawn.front, drawn.segment, before, fill=True)
    length = dict.fromkeys(range(drawn.front.frames), FRAME)
    starts: dict[int, int] = {}
    at = made.lead
    for piece in made.pieces:
        for n in range(piece.first, piece.last):
            starts[n] = at
            at += length[n]
        at += piece.silence
    assert starts[drawn.spoken[0].start] == before  # as was promised
    for a, b, wanted in zip(drawn.spoken, drawn.spoken[1:], drawn.segment.breaks, strict=False):
        pause = starts[b.start] - starts[a.stop - 1] - FRAME
        assert pause == round(wanted.pause_s * SAMPLE_RATE)
    if wanted_after := round(drawn.segment.pause_s * SAMPLE_RATE):
        after = made.samples - starts[drawn.spoken[-1].stop - 1] - FRAME
        assert after + made.promise == wanted_after


@given(units(), befores, st.booleans())
def test_each_phoneme_is_where_its_frame_is_heard(drawn: Unit, before: int, fill: bool) -> None:
    made = plan(drawn.front, drawn.segment, before, fill=fill)
    assert len(made.edges) == len(drawn.segment.phonemes) + 1
    assert (np.diff(made.edges) >= 0).all()
    assert made.edges[-1] <= made.spoken
    heard = sound(made, drawn.front.frames)
    for at, symbol in enumerate(drawn.segment.phonemes):
        if symbol == "a":
            frame = int(drawn.front.edges[at]) // FRAME
            middle = heard[made.edges[at] + FRAME // 2]
            assert middle == frame + 1


def test_silence_at_the_ends_is_not_generated() -> None:
    drawn = unit(18, [[4, 4]], [18], [], 0.0)
    made = plan(drawn.front, drawn.segment, LEAD * FRAME, fill=False)
    assert [(piece.first, piece.last) for piece in made.pieces] == [(15, 27)]
    assert made.lead == 0


def test_a_soft_pause_inside_a_sentence_stays() -> None:
    drawn = unit(5, [[4, 4, 4]], [9], [], 0.0)
    drawn.front.silent[9:13] = True  # a comma's
    made = plan(drawn.front, drawn.segment, 0, fill=True)
    assert [(piece.first, piece.last) for piece in made.pieces] == [(5, 18)]


def test_a_comma_near_a_sentence_end_is_not_taken_for_it() -> None:
    drawn = unit(0, [[4, 12], [6]], [5, 0], [0.5], 0.0)
    drawn.front.silent[2:4] = True
    made = plan(drawn.front, drawn.segment, 0, fill=True)
    assert [(piece.first, piece.last) for piece in made.pieces] == [(0, 17), (18, 27)]


def test_without_a_breath_the_pause_comes_between_the_sentences_all_the_same() -> None:
    drawn = unit(0, [[4], [5]], [0, 0], [0.25], 0.0)
    made = plan(drawn.front, drawn.segment, 0, fill=True)
    assert [(p.first, p.last, p.silence) for p in made.pieces] == [(0, 4, 6000), (4, 9, 0)]


def test_the_ends_of_a_piece_are_faded_and_its_chunks_are_not() -> None:
    drawn = unit(0, [[8]], [0], [], 0.25)
    made = plan(drawn.front, drawn.segment, 0, fill=True)
    ones = np.ones(4 * FRAME, np.float32)
    first, last = made.sound(ones, 0, 4), made.sound(ones, 4, 8)
    assert first[0] == 0.0
    assert first[-1] == 1.0
    assert last[0] == 1.0
    assert last[4 * FRAME - 1] == 0.0
    assert (ones == 1.0).all()


def test_what_has_no_sound_is_silence() -> None:
    drawn = unit(3, [[4]], [9], [], 0.25)
    drawn.front.silent[:] = True
    made = plan(drawn.front, drawn.segment, 1800, fill=True)
    assert (made.pieces, made.lead, made.samples) == ((), 7800, 7800)
    assert (made.edges == 0).all()


def test_nothing_silent_is_generated_before_the_first_sound_of_a_request() -> None:
    drawn = unit(18, [[4, 4]], [18], [], 0.5)
    joiner = Joiner()
    first = joiner.unit(drawn.front, drawn.segment)
    assert [(piece.first, piece.last) for piece in first.plan.pieces] == [(18, 27)]
    assert first.plan.edges[0] == 0
    # After a pause the model's own quiet is part of it.
    assert joiner.unit(drawn.front, drawn.segment).plan.pieces[0].first == 18 - LEAD
