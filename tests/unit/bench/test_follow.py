"""What `--follow` shows on a terminal, and how far it is from what is heard."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
from support.toy import SAMPLE_RATE, decode, frames_of, tokens_of

from bench import toy
from bench.metrics.follow import Onset, deviations, onsets_of
from bench.sink.recording import Recording
from bench.terminal import Highlight, Terminal, highlights


def test_highlights_have_the_moment_their_last_character_came() -> None:
    umlaut = "ä".encode()
    written = [
        (1.0, b"an \033[7mold\033[0m map"),
        (2.0, b"\ran old \033[7;33mm" + umlaut[:1]),
        (3.0, umlaut[1:] + b"p\033["),
        (4.0, b"0m\n"),
        (5.0, b"\033[1mbold\033[0m and \033[7mcut"),
    ]
    assert highlights(written) == [Highlight("old", 1.0), Highlight("mäp", 4.0)]


def test_a_terminal_keeps_what_is_written_and_says_it_is_one() -> None:
    terminal = Terminal()
    assert os.isatty(terminal.slave)
    assert os.get_terminal_size(terminal.slave).columns == 80
    os.write(terminal.slave, "\033[7mwörd\033[0m".encode())
    written = terminal.close()
    assert [highlight.text for highlight in highlights(written)] == ["wörd"]


def test_words_that_were_never_shown_are_left_out_and_repeats_are_told_apart() -> None:
    onsets = [Onset(word, at) for at, word in enumerate(["a", "b", "a", "c"])]
    shown = [Highlight("a", 0.1), Highlight("a", 2.3), Highlight("c", 2.9)]
    assert deviations(onsets, shown) == pytest.approx([0.1, 0.3, -0.1])
    assert deviations(onsets, []) == []


def test_words_begin_at_their_first_tone() -> None:
    words = ["hɛlo", "wɜld", "tu"]
    phonemes = " ".join(words)
    tokens = tokens_of(phonemes)
    lengths = frames_of(tokens) * 600
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1] + 2_400
    pcm = _tones(tokens, lengths, 2_400)
    blocks = np.arange(0, len(pcm), 120)
    onsets = onsets_of(Recording(pcm, blocks, 50 + blocks / SAMPLE_RATE), decode(pcm))
    assert [onset.word for onset in onsets] == words
    firsts = [phonemes.index(word) for word in words]
    expected = [50 + starts[first] / SAMPLE_RATE for first in firsts]
    assert [onset.at for onset in onsets] == pytest.approx(expected, abs=0.005)


def test_words_without_meaning_are_new_each_time() -> None:
    draw = random.Random(1)
    first, second = toy.phonemes(draw, 60), toy.phonemes(draw, 60)
    assert first != second
    assert 60 <= len(first) < 60 + 8
    tokens_of(first)


def _tones(tokens: list[int], lengths: np.ndarray, lead: int) -> np.ndarray:
    from support.toy.tones import RAMP, TONE_HZ

    fade = np.sin(np.linspace(0, np.pi / 2, RAMP)) ** 2
    pieces = [np.zeros(lead)]
    for token, length in zip(tokens, lengths, strict=True):
        tone = 0.3 * np.sin(2 * np.pi * TONE_HZ[token] * np.arange(length) / SAMPLE_RATE)
        tone[:RAMP] *= fade
        tone[-RAMP:] *= fade[::-1]
        pieces.append(tone)
    return (np.concatenate([*pieces, np.zeros(2_400)]) * 32767).astype(np.int16)
