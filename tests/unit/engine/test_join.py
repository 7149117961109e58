"""Joining takes: no step, no lost time, pauses as wanted, words where they are heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kokoro_client.wire.choices import AudioFormat
from kokorod.engine.join import SILENT, SLICE, Chunk, Joiner, slices
from kokorod.engine.synthesizer import Sound
from kokorod.types import SAMPLE_RATE, Break, Segment

Pcm = NDArray[np.float32]

MS = SAMPLE_RATE // 1000
PAD = 300 * MS

#: How far a cross-fade may lie from the edge between two phonemes, its own length included.
REACH = 60 * MS


def phoneme_lengths(phonemes: str) -> list[int]:
    """Samples of each: from 50 to 125 ms, in frames of 25 ms."""
    return [(2 + ord(symbol) % 4) * 25 * MS for symbol in phonemes]


@dataclass
class Voice:
    """Speaks phonemes as one steady hum, or each with a level of its own; never twice alike."""

    levels: bool = False
    edges: bool = True
    seed: int = 0
    hz: float = 173.0

    def say(self, segment: Segment) -> Sound:
        self.seed += 1
        said = segment.before + segment.phonemes + segment.after
        lengths = phoneme_lengths(said)
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64) + PAD
        if self.levels:
            body = np.concatenate(
                [np.full(n, level_of(s)) for n, s in zip(lengths, said, strict=True)] or [[]]
            )
        else:
            phase = np.random.default_rng(self.seed).uniform(0, 2 * np.pi)
            time = np.arange(sum(lengths)) / SAMPLE_RATE
            body = 0.5 * np.sin(2 * np.pi * self.hz * time + phase)
            soft = min(8 * MS, len(body) // 2)
            if soft:
                ramp = np.linspace(0, 1, soft)
                body[:soft] *= ramp
                body[-soft:] *= ramp[::-1]
        pcm = np.concatenate([np.zeros(PAD), body, np.zeros(PAD)]).astype(np.float32)
        return Sound(pcm, edges if self.edges else None)


def level_of(symbol: str) -> float:
    return 0.1 + (ord(symbol) % 17) / 20


def join(voice: Voice, segments: list[Segment]) -> tuple[Pcm, list[Chunk]]:
    joiner = Joiner()
    pieces = [joiner.push(voice.say(segment), segment) for segment in segments]
    return np.concatenate([*(p.pcm for p in pieces), joiner.finish()]), pieces


def largest_step(pcm: Pcm) -> float:
    return float(np.abs(np.diff(pcm, prepend=0, append=0)).max())


def hum_step(voice: Voice) -> float:
    """The largest step of the hum itself, when two of it may be added."""
    return 0.5 * 2 * np.pi * voice.hz / SAMPLE_RATE


def loud_spans(pcm: Pcm, level: float = 0.004) -> list[tuple[int, int]]:
    """What is not silence; silence shorter than 2 ms is none."""
    loud = np.abs(pcm) > level
    change = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    spans = [(int(a), int(b)) for a, b in change.reshape(-1, 2)]
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first - merged[-1][1] < 2 * MS:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def gaps(pcm: Pcm) -> list[float]:
    """The silences between what is loud, in ms."""
    return [(b[0] - a[1]) / MS for a, b in pairwise(loud_spans(pcm))]


def cut(text: str, places: list[int], before: int = 8, after: int = 6) -> list[Segment]:
    """One sentence, cut at these places, with context at each join."""
    bounds = [0, *places, len(text)]
    return [
        Segment(
            index,
            0,
            0,
            "",
            text[a:b],
            before=text[max(0, a - before) : a],
            after=text[b : b + after] if b < len(text) else "",
        )
        for index, (a, b) in enumerate(pairwise(bounds))
    ]


sentences = st.text("abcdefghijklmnop ", min_size=20, max_size=60)


@st.composite
def cut_sentences(draw: st.DrawFn) -> tuple[str, list[Segment]]:
    text = draw(sentences)
    places = draw(st.sets(st.integers(3, len(text) - 3), max_size=4))
    return text, cut(text, sorted(places))


@given(cut_sentences(), st.integers(0, 10_000))
def test_a_join_inside_a_sentence_is_not_heard(drawn: tuple[str, list[Segment]], seed: int) -> None:
    text, segments = drawn
    voice = Voice(seed=seed)
    pcm, _ = join(voice, segments)
    # Two hums in a cross-fade, and the slope of the fade itself.
    assert largest_step(pcm) <= hum_step(voice) * 1.05 + 1 / (20 * MS)
    assert sum(phoneme_lengths(text)) == pytest.approx(len(pcm) - 2 * 20 * MS, abs=30 * MS)
    if len(segments) > 1:
        loudest = np.abs(pcm).reshape(-1)
        assert loudest.max() <= 0.55


@given(cut_sentences())
def test_no_time_is_lost_or_doubled_at_a_join(drawn: tuple[str, list[Segment]]) -> None:
    text, segments = drawn
    whole, _ = join(Voice(levels=True), cut(text, []))
    joined, _ = join(Voice(levels=True), segments)
    assert len(joined) == len(whole)
    # Each level is where it would be in one take: both takes say the same there.
    assert np.abs(joined[100 * MS :] - whole[100 * MS :]).max() < 0.01


@given(cut_sentences())
def test_edges_are_where_the_phonemes_are_heard(drawn: tuple[str, list[Segment]]) -> None:
    text, segments = drawn
    pcm, pieces = join(Voice(levels=True), segments)
    starts: list[int] = []
    for segment, piece in zip(segments, pieces, strict=True):
        assert piece.edges is not None
        assert len(piece.edges) == len(segment.phonemes) + 1
        assert (np.diff(piece.edges) >= 0).all()
        starts += piece.edges[:-1].tolist()
    for symbol, start, length in zip(text, starts, phoneme_lengths(text), strict=True):
        # Near a join an edge may be where the fade begins; the middle is never wrong.
        middle = start + length // 2
        assert pcm[middle] == pytest.approx(level_of(symbol), abs=0.02)


@given(sentences)
def test_edges_of_one_take_are_exact(text: str) -> None:
    pcm, (piece,) = join(Voice(levels=True), cut(text, []))
    assert piece.edges is not None
    for before, symbol, edge in zip(text, text[1:], piece.edges[1:], strict=False):
        assert pcm[edge - 1] == pytest.approx(level_of(before))
        assert pcm[edge] == pytest.approx(level_of(symbol))


def test_the_hiss_of_a_model_begins_and_ends_softly() -> None:
    voice = Voice()
    joiner = Joiner()
    for index, pause_s in enumerate((0.3, 0.0)):
        segment = Segment(index, 0, 0, "", "hello", pause_s=pause_s)
        sound = voice.say(segment)
        piece = joiner.push(replace(sound, pcm=sound.pcm + np.float32(2e-4)), segment)
        own = piece.pcm[: piece.samples]
        assert (own[0], own[-1]) == (0, 0)
        assert np.abs(own[24:72]).max() > 0


@given(
    st.lists(st.sampled_from(["Hello.", "How do you do?", "a"]), min_size=2, max_size=5),
    st.integers(10, 1500),
    st.booleans(),
)
def test_pauses_between_sentences_are_as_wanted(
    said: list[str], pause_ms: int, edges: bool
) -> None:
    segments = [
        Segment(at, 0, 0, "", text, pause_s=pause_ms / 1000 if at < len(said) - 1 else 0.0)
        for at, text in enumerate(said)
    ]
    voice = Voice(edges=edges)
    pcm, pieces = join(voice, segments)
    assert gaps(pcm) == pytest.approx([pause_ms] * (len(said) - 1), abs=3)
    assert largest_step(pcm) <= hum_step(voice) * 1.05 + 0.01
    for segment, piece in zip(segments, pieces, strict=True):
        assert (piece.edges is not None) == edges
        assert piece.samples == pytest.approx(sum(phoneme_lengths(segment.phonemes)), abs=42 * MS)


def test_two_segments_without_context_or_pause_are_close() -> None:
    segments = [Segment(0, 0, 0, "", "one "), Segment(1, 0, 0, "", "two")]
    for edges in (True, False):
        pcm, _ = join(Voice(edges=edges), segments)
        (gap,) = gaps(pcm)
        assert 5 < gap < 13


def test_a_segment_that_is_only_a_pause_adds_its_pause() -> None:
    joiner = Joiner()
    voice = Voice()
    first = Segment(0, 0, 0, "", "one", pause_s=0.2)
    pause = Segment(1, 0, 0, "", "", pause_s=0.5)
    last = Segment(2, 0, 0, "", "two")
    pieces = [
        joiner.push(voice.say(first), first),
        joiner.push(SILENT, pause),
        joiner.push(voice.say(last), last),
    ]
    pcm = np.concatenate([p.pcm for p in pieces])
    assert gaps(pcm) == pytest.approx([700], abs=3)
    assert pieces[1].samples == 0


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=2, max_size=5),
    st.integers(0, 800),
    st.booleans(),
    st.integers(0, 1000),
)
def test_sentence_ends_inside_a_segment_get_their_pause(
    said: list[str], pause_ms: int, breathes: bool, seed: int
) -> None:
    text = " ".join(said)
    breaks, at = [], 0
    for sentence in said[:-1]:
        at += len(sentence)
        breaks.append(Break(at, pause_ms / 1000))
        at += 1
    segment = Segment(0, 0, 0, "", text, breaks=tuple(breaks))
    voice = Voice(seed=seed)
    sound = voice.say(segment)
    assert sound.edges is not None
    pcm = sound.pcm.copy()
    for pause in breaks:
        if breathes:  # as Kokoro does at a full stop
            pcm[sound.edges[pause.at] - 10 * MS : sound.edges[pause.at] + 30 * MS] = 0
    piece = Joiner().push(replace(sound, pcm=pcm), segment)
    own = 40 if breathes else 0
    if pause_ms > own + 5:
        assert gaps(piece.pcm) == pytest.approx([pause_ms] * len(breaks), abs=9)
    added = max(0, pause_ms - own) * MS * len(breaks)
    assert len(piece.pcm) == pytest.approx(
        sum(phoneme_lengths(text)) + added + 25 * MS, abs=20 * MS
    )
    if not breathes:
        assert largest_step(piece.pcm) <= hum_step(voice) * 1.05 + 0.01
    # The edges moved with the sound.
    assert piece.edges is not None
    lengths = np.diff(piece.edges)
    expected = np.array(phoneme_lengths(text))
    for pause in breaks:
        expected[pause.at - 1] += max(0, pause_ms - own) * MS
    assert np.abs(lengths - expected).max() <= 2


@pytest.mark.parametrize("edges", [True, False])
def test_what_is_silent_says_nothing_and_breaks_nothing(edges: bool) -> None:
    silent = Sound(np.zeros(9600, np.float32), np.array([100, 5000, 9000]) if edges else None)
    segment = Segment(0, 0, 0, "", "ab", pause_s=0.3)
    joiner = Joiner()
    piece = joiner.push(silent, segment)
    assert not piece.pcm.any()
    assert len(piece.pcm) <= 0.4 * SAMPLE_RATE
    follower = Segment(1, 0, 0, "", "hello")
    piece = joiner.push(Voice(edges=edges).say(follower), follower)
    assert piece.samples == pytest.approx(sum(phoneme_lengths("hello")), abs=42 * MS)


@pytest.mark.parametrize("samples", [0, 1, 2, 10, 300])
@pytest.mark.parametrize("edges", [True, False])
def test_very_short_sounds_are_joined_too(samples: int, edges: bool) -> None:
    joiner = Joiner()
    given_out = 0
    for index, (before, after) in enumerate((("", "b"), ("a", "b"), ("a", ""))):
        tokens = len(before) + 1 + len(after)
        at = np.linspace(0, samples, tokens + 1).astype(np.int64) if edges else None
        sound = Sound(np.full(samples, 0.5, np.float32), at)
        segment = Segment(index, 0, 0, "", "x", before=before, after=after)
        piece = joiner.push(sound, segment)
        assert piece.start == given_out
        assert np.isfinite(piece.pcm).all()
        given_out += len(piece.pcm)
    assert given_out + len(joiner.finish()) <= 3 * samples


def test_a_promised_join_that_does_not_come_ends_softly() -> None:
    """The next segment may be spoken by a model that knows no edges."""
    text = "a sentence that is cut in two"
    first, second = cut(text, [12])
    voice = Voice()
    joiner = Joiner()
    pieces = [joiner.push(voice.say(first), first)]
    bare = replace(second, before="")
    pieces.append(joiner.push(Voice(edges=False).say(bare), bare))
    pcm = np.concatenate([p.pcm for p in pieces])
    assert largest_step(pcm) <= hum_step(voice) * 1.05 + 0.01
    assert pieces[1].start <= len(pieces[0].pcm) + 20 * MS


def test_the_end_that_was_held_back_comes_with_finish() -> None:
    first, _ = cut("a sentence that is cut in two", [12])
    joiner = Joiner()
    voice = Voice()
    piece = joiner.push(voice.say(first), first)
    rest = joiner.finish()
    assert 0 < len(rest) <= 20 * MS
    assert largest_step(np.concatenate([piece.pcm, rest])) <= hum_step(voice) * 1.05 + 0.01
    assert not len(joiner.finish())


@given(st.integers(0, 40_000), st.sampled_from(AudioFormat))
def test_slices_are_the_sound_in_the_format_asked_for(samples: int, format: AudioFormat) -> None:
    pcm = np.sin(np.arange(samples) / 7).astype(np.float32) * np.float32(1.2)
    sliced = slices(pcm, format)
    assert all(0 < len(piece) <= SLICE for piece in sliced)
    data = b"".join(sliced)
    if format is AudioFormat.F32LE:
        assert (np.frombuffer(data, "<f4") == pcm).all()
    else:
        heard = np.frombuffer(data, "<i2")
        assert np.abs(heard / 32767 - np.clip(pcm, -1, 1)).max(initial=0) <= 1 / 32767
