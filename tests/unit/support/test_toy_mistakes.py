"""What is wrong with a sound shows: lost, doubled, cut and stretched tokens, clicks."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from support import toy
from support.toy.speaking import (
    FRAME,
    SENTENCE,
    Sound,
    Toy,
    silence,
)

Spoken = tuple[list[int], Sound, list[int]]


def test_a_lost_token_shows(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    for lost in range(len(tokens)):
        heard = toy.decode(np.concatenate([sound[: edges[lost]], sound[edges[lost + 1] :]]))
        assert heard.tokens == tokens[:lost] + tokens[lost + 1 :]
        assert len(heard.mistakes(tokens)) == 1


def test_a_doubled_token_shows(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    for twice in range(len(tokens)):
        heard = toy.decode(np.concatenate([sound[: edges[twice + 1]], sound[edges[twice] :]]))
        assert heard.tokens == tokens[: twice + 1] + tokens[twice:]
        assert len(heard.mistakes(tokens)) == 1


def test_tokens_out_of_order_show(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    a, b, c = edges[4], edges[5], edges[6]
    heard = toy.decode(np.concatenate([sound[:a], sound[b:c], sound[a:b], sound[c:]]))
    assert heard.tokens != tokens
    assert heard.cut == heard.unclear == []
    assert heard.mistakes(tokens) != []


@pytest.mark.parametrize("samples", [240, 300, 450])
@pytest.mark.parametrize("side", ["head", "tail"])
def test_a_token_cut_short_shows_even_where_it_does_not_click(
    spoken: Spoken, side: str, samples: int
) -> None:
    tokens, sound, edges = spoken
    fade = np.linspace(0, 1, 72, dtype=np.float32)
    for short in range(len(tokens)):
        before, after = sound[: edges[short]], sound[edges[short + 1] :]
        token = sound[edges[short] : edges[short + 1]].copy()
        if side == "head":
            token = token[samples:]
            token[:72] *= fade
        else:
            token = token[:-samples]
            token[-72:] *= fade[::-1]
        changed = np.concatenate([before, token, after])
        heard = toy.decode(changed)
        assert heard.tokens == tokens
        assert heard.cut == [short]
        assert "is cut" in heard.mistakes(tokens)[0]
        assert toy.clicks(changed) == []


@pytest.mark.parametrize("samples", [200, 300, 450])
def test_a_join_too_late_shows(spoken: Spoken, samples: int) -> None:
    tokens, sound, edges = spoken
    for early in range(1, len(tokens)):
        late = np.concatenate([sound[: edges[early] + samples], sound[edges[early] :]])
        heard = toy.decode(late)
        assert heard.mistakes(tokens) != []
        assert heard.cut or heard.stretched
        assert toy.clicks(late) != []


def test_a_stretched_token_shows(new: Toy) -> None:
    tokens = toy.tokens_of("abc")
    heard = toy.decode(new.say(tokens, 0.5), speed=1.0)
    assert heard.tokens == tokens
    assert heard.stretched == [0, 1, 2]
    assert len(heard.mistakes(tokens)) == 3


def test_a_splice_and_two_voices_at_once_show(new: Toy) -> None:
    first, second = new.body([43] * 5), new.body([44] * 5)
    n = 2 * FRAME
    spliced = np.concatenate([first[: n * 2 + n // 2], second[n // 2 :]])
    heard = toy.decode(spliced)
    assert heard.unclear != []
    assert heard.mistakes([43, 43, 43, 44, 44, 44, 44]) != []
    short = min(len(first), len(second))
    assert toy.decode(first[:short] + second[:short]).mistakes([43] * 5) != []


def test_a_click_is_found_where_it_is(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    middle = (edges[9] + edges[10]) // 2
    spike = sound.copy()
    spike[middle] += 0.1
    assert toy.clicks(spike) == [pytest.approx(middle, abs=1)]
    assert toy.decode(spike).mistakes(tokens) == []
    dropped = np.concatenate([sound[:middle], sound[middle + 7 :]])
    assert toy.clicks(dropped) == [pytest.approx(middle, abs=2)]
    gap = sound.copy()
    gap[middle + 3 : middle + 243] = 0
    assert toy.clicks(gap) == [
        pytest.approx(middle + 3, abs=2),
        pytest.approx(middle + 243, abs=2),
    ]
    early = np.concatenate([sound[: edges[10] - 80], silence(2_400), sound[edges[10] :]])
    assert toy.clicks(early) == [pytest.approx(edges[10] - 80, abs=2)]


def test_a_click_in_a_pause_is_no_token(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    pause = silence(2_400)
    pause[1_111] = 0.15
    clicked = np.concatenate([sound[: edges[9]], pause, sound[edges[9] :]])
    assert toy.decode(clicked).mistakes(tokens) == []
    assert toy.clicks(clicked) == [pytest.approx(edges[9] + 1_111, abs=1)]


def test_a_wrong_sample_rate_shows(new: Toy) -> None:
    tokens = toy.tokens_of(SENTENCE)
    sound = new.say(tokens)
    for rate in (22_050, 23_800, 24_200, 44_100, 48_000):
        heard = toy.decode(soxr.resample(sound, 24_000, rate))
        assert heard.mistakes(tokens) != []
    off = toy.decode(soxr.resample(new.say([43]), 24_000, 24_230))
    assert len(off.tokens) == 1
    assert off.unclear == [0]


def test_sound_that_starts_or_ends_in_a_tone_clicks(spoken: Spoken) -> None:
    tokens, sound, edges = spoken
    begin, end = edges[2] + 331, edges[8] - 377
    assert toy.clicks(sound[begin:]) == [pytest.approx(0, abs=2)]
    assert toy.clicks(sound[:end]) == [pytest.approx(end, abs=2)]
    heard = toy.decode(sound[begin:end])
    assert heard.tokens == tokens[2:8]
    assert heard.cut == [0, 5]
    assert (heard.lead, heard.tail) == (0, 0)
    assert toy.clicks(np.concatenate([silence(99), sound * 0.01 + 0.5])) != []
