"""What was heard: tokens, silences, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from support.toy import tones


@dataclass(frozen=True, slots=True)
class HeardToken:
    """One tone.

    token     its id; tones.UNKNOWN if no id of the vocabulary has such a tone
    start     first sample
    length    samples
    full      samples it lasts when nothing is cut off
    slack     samples that its length may differ from `full`
    loudness  amplitude of its middle, 1 = full scale
    clear     one steady tone of the alphabet, from one end to the other
    """

    token: int
    start: int
    length: int
    full: int
    slack: int
    loudness: float
    clear: bool

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Silence:
    """Samples between two tokens, `start` up to `start + length`."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What PCM says.

    sounds     every token in order, pads left out
    silences   those between tokens, 5 ms and longer; pads and pauses look alike
    samples    length of the PCM
    """

    sounds: tuple[HeardToken, ...]
    silences: tuple[Silence, ...]
    samples: int

    @property
    def tokens(self) -> list[int]:
        return [sound.token for sound in self.sounds]

    @property
    def phonemes(self) -> str:
        return tones.phonemes_of(self.tokens)

    @property
    def lead(self) -> int:
        """Samples of silence before the first token."""
        return self.sounds[0].start if self.sounds else self.samples

    @property
    def tail(self) -> int:
        """Samples of silence after the last token; 0 if nothing was heard."""
        return self.samples - self.sounds[-1].end if self.sounds else 0

    @property
    def cut(self) -> list[int]:
        """Indexes of tokens that are too short."""
        return [i for i, s in enumerate(self.sounds) if s.length < s.full - s.slack]

    @property
    def stretched(self) -> list[int]:
        """Indexes of tokens that are too long: said by two runs with no dip between, perhaps."""
        return [i for i, s in enumerate(self.sounds) if s.length > s.full + s.slack]

    @property
    def unclear(self) -> list[int]:
        """Indexes of sounds that are not one steady tone: spliced, or two at once."""
        return [i for i, s in enumerate(self.sounds) if not s.clear]

    def mistakes(self, expected: Sequence[int]) -> list[str]:
        """What is wrong with it, one line each; empty when it says just the `expected` ids."""
        lines = []
        matcher = SequenceMatcher(None, list(expected), self.tokens, autojunk=False)
        # The matcher is quadratic if much repeats: ask it only about what differs.
        changes = matcher.get_opcodes() if self.tokens != list(expected) else []
        for tag, a, b, c, d in changes:
            if tag != "equal":
                said, meant = self.phonemes[c:d], tones.phonemes_of(expected[a:b])
                at = self.sounds[c].start if c < len(self.sounds) else self.samples
                lines.append(f"sample {at}: {said!r} where token {a} is {meant!r}")
        for name in ("cut", "stretched", "unclear"):
            for i in getattr(self, name):
                s = self.sounds[i]
                lines.append(f"sample {s.start}: token {i} is {name}, {s.length} of {s.full}")
        return lines
