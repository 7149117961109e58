# pure: no socket, thread or clock.
"""The phrase cache: recent short phrases as they were sent.

A screen reader says "button", "menu", "3 new messages" all day; those are answered from
here in a few ms.

Owns:       the answers of recent short requests.
Invariants: never above `capacity` bytes; the key holds everything that changes a byte of
            the sound, the model's sha256 included; the least recently spoken goes first.
Never:      holds the text itself: the key is a hash.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import astuple, dataclass
from typing import Any, Final

from kokoro_client.wire.choices import AudioFormat

from ..types import Markup, Utterance

#: Sound longer than this is no phrase: one page would push out a hundred of them.
MAX_PHRASE_S: Final = 6.0


@dataclass(frozen=True, slots=True)
class CachedSegment:
    """One segment: the fields of its `segment` answer, and the slices of its audio.

    begins: seconds at which its sentences do.
    """

    info: dict[str, object]
    pcm: tuple[bytes, ...]
    begins: tuple[float, ...] = ()

    @property
    def bytes(self) -> int:
        # A word timing takes about 200 bytes as Python objects.
        words = self.info.get("words", ())
        return sum(map(len, self.pcm)) + 500 + 200 * len(words)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Phrase:
    segments: tuple[CachedSegment, ...]
    samples: int

    @property
    def bytes(self) -> int:
        return sum(segment.bytes for segment in self.segments)


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Everything beside the text that changes a byte of what a request is sent.

    model    the sha256 of its graph and of its voices; "" for the built-in voice
    blends   that are saved: markup may name one
    lexicon  stamp of the user's lexicon
    """

    model: str
    utterance: Utterance
    format: AudioFormat
    phonemes: bool
    markup: Markup
    timings: bool
    sentence_pause_ms: int
    emoji: str
    code_blocks: str
    thoughts: str
    blends: tuple[tuple[str, str], ...]
    lexicon: tuple[int, int] | None


def phrase_key(text: str, sound: SoundSettings) -> bytes:
    """A key of the text and of everything that changes its sound, 32 bytes."""
    digest = hashlib.sha256()
    for part in (text, *astuple(sound)):
        data = str(part).encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))  # "ab" + "c" is not "a" + "bc"
        digest.update(data)
    return digest.digest()


class PhraseCache:
    def __init__(self, capacity: int) -> None:
        """capacity: bytes; 0 keeps nothing."""
        self.capacity = capacity
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self._phrases: OrderedDict[bytes, Phrase] = OrderedDict()

    def __len__(self) -> int:
        return len(self._phrases)

    def get(self, key: bytes) -> Phrase | None:
        phrase = self._phrases.get(key)
        if phrase is None:
            self.misses += 1
            return None
        self.hits += 1
        self._phrases.move_to_end(key)
        return phrase

    def put(self, key: bytes, phrase: Phrase) -> None:
        """Keep a phrase; one that is over the capacity alone is not kept."""
        if (old := self._phrases.pop(key, None)) is not None:
            self.bytes -= old.bytes
        if phrase.bytes > self.capacity:
            return
        self._phrases[key] = phrase
        self.bytes += phrase.bytes
        self._shrink()

    def resize(self, capacity: int) -> None:
        self.capacity = capacity
        self._shrink()

    def clear(self) -> None:
        """Forget all; the counters stay."""
        self._phrases.clear()
        self.bytes = 0

    def value(self) -> dict[str, Any]:
        """For `status`."""
        return {
            "phrases": len(self),
            "mb": round(self.bytes / 2**20, 2),
            "capacity_mb": round(self.capacity / 2**20, 2),
            "hits": self.hits,
            "misses": self.misses,
        }

    def _shrink(self) -> None:
        while self.bytes > self.capacity:
            _, oldest = self._phrases.popitem(last=False)
            self.bytes -= oldest.bytes
