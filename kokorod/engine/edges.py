# pure: no socket, thread, clock or onnxruntime.
"""Where each phoneme is heard, from the frames that the model gave it.

Kokoro's durations come from an aligner that ran behind the sound. Inside speech a phoneme is
heard two frames before its frames begin, at any speed: medians of 60 ms for the onset and 40
for the end of 120 sibilants, 72 sentences of bench/listen, three voices, speeds 0.8 to 1.3;
kokoro's own pipeline subtracts three frames. Beside silence the durations say little: a leading
pad of 450 ms may hold 100 ms of speech, one of 280 ms none, and the last phoneme before a
pause holds most of it. There the sound itself is asked. `make bench ARGS=edges` measures what
is left.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import SAMPLE_RATE

_MS: Final = SAMPLE_RATE // 1000

#: In a graph's metadata: its durations are where its sound is. Kokoro's exports have no such
#: key; the toy of the tests, whose tones begin with their frames, says "exact".
EDGES_KEY: Final = "kokorod_edges"
EXACT: Final = "exact"

#: How much earlier than its frames a phoneme is heard, in samples.
LEAD: Final = 50 * _MS

#: Symbols that have frames and no sound of their own.
SILENT: Final = frozenset(' ,.;:!?—…"()“”$')

#: Silence is 36 dB under the loudest sample. Breath and the model's noise lie below. Onsets are
#: then within 2 ms (median; 95 %: 40 ms) of where the sound reaches 5 % of its peak, and 22 ms
#: after it has -60 dB.
_SILENCE: Final = 10 ** (-36 / 20)

#: A silence is at least so long: the closed lips of a b are not, or hardly.
_SHORTEST: Final = 25 * _MS

#: How far before and after its expected place a word may begin beside a pause: at speed 0.5 the
#: leading pad is 30 frames, and a third of them may be speech.
_BEFORE: Final = 150 * _MS
_AFTER: Final = 100 * _MS

#: A silence that begins later than this after the expected onset is one inside the word.
_WITHIN: Final = 10 * _MS


#: First samples of the silences, and of what follows each.
Silences = tuple[NDArray[np.int64], NDArray[np.int64]]


def heard(edges: NDArray[np.int64], phonemes: str, pcm: NDArray[np.float32]) -> NDArray[np.int64]:
    """The same edges, in samples, at which the phonemes are heard.

    edges     int64 [phonemes + 1], never falling: where the model's frames of each begin
    pcm       float32 [samples], the run's sound
    """
    return beside(edges, phonemes, len(pcm), _silences(pcm))


def beside(
    edges: NDArray[np.int64], phonemes: str, samples: int, silences: Silences
) -> NDArray[np.int64]:
    """The same edges, those of words beside a pause moved to where it begins and ends."""
    moved = np.clip(edges - LEAD, 0, samples)
    starts, ends = silences
    for first, last in _gaps(phonemes):
        at = moved[last]
        near = (starts <= at + _WITHIN) & (ends >= at - _BEFORE) & (ends <= at + _AFTER)
        if last == len(phonemes):
            near = ends == samples  # what follows the last sound
        if not near.any():
            continue
        longest = np.flatnonzero(near)[np.argmax((ends - starts)[near])]
        if first > 0:
            moved[first] = max(starts[longest], moved[first - 1])
        if last < len(phonemes):
            moved[last] = ends[longest]
        moved[first : last + 1] = np.clip(moved[first : last + 1], moved[first], moved[last])
    return np.maximum.accumulate(moved)


def _gaps(phonemes: str) -> list[tuple[int, int]]:
    """Half-open ranges of the marks between words; both ends of the run are pauses too.

    Between two words without a mark there is none: what is silent there is a closed mouth, and
    of two takes of the same words only one may have it.
    """
    sounding = [at for at, symbol in enumerate(phonemes) if symbol not in SILENT]
    bounds = [-1, *sounding, len(phonemes)]
    return [
        (a + 1, b)
        for a, b in pairwise(bounds)
        if a < 0 or b == len(phonemes) or phonemes[a + 1 : b].strip()
    ]


def _silences(pcm: NDArray[np.float32]) -> Silences:
    level = np.abs(pcm)
    return between(level > max(float(level.max(initial=0.0)) * _SILENCE, 1e-5))


def between(loud: NDArray[np.bool_]) -> Silences:
    """The silences of bool [samples]."""
    bounds = np.concatenate([[-1], np.flatnonzero(loud), [len(loud)]])
    long = np.flatnonzero(np.diff(bounds) > _SHORTEST)
    return bounds[long] + 1, bounds[long + 1]
