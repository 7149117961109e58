# pure: no socket, thread or clock.
"""What passes between the rooms: frozen data, named in the field's terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from kokoro_client.wire.choices import MAX_TTFA_MS as MAX_TTFA_MS
from kokoro_client.wire.choices import SAMPLE_RATE as SAMPLE_RATE
from kokoro_client.wire.choices import Markup as Markup
from kokoro_client.wire.choices import Priority as Priority
from kokoro_client.wire.choices import Turn as Turn

#: Kokoro's context is 512 with a pad at each end.
MAX_TOKENS: Final = 510

#: The number of a connection.
PeerId = NewType("PeerId", int)


@dataclass(frozen=True, slots=True, order=True)
class RequestKey:
    """A request's name inside the daemon: the peer, the peer's own id, and a number that
    tells it from an earlier request of that id, whose last results may still be on their way.
    """

    peer: PeerId
    id: int
    number: int = 0


class Engine(StrEnum):
    KOKORO = "kokoro"
    BUILT_IN = "built-in"


class Precision(StrEnum):
    """In what the operators compute that a model's file has dynamically quantized."""

    FLOAT = "float"
    FILE = "file"


class CodeBlocks(StrEnum):
    """What becomes of Markdown's code blocks."""

    SKIP = "skip"
    ANNOUNCE = "announce"
    READ = "read"


class Word(NamedTuple):
    """One spoken word: where it stands in the user's text and in the phonemes.

    start, end: characters of the request's text; first, last: a half-open range of
    phonemes in the sentence or segment that holds the word. A tuple, for a book has a hundred
    thousand of them, and a frozen dataclass takes three times as long to make.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark set by markup: reached before phoneme `at` of its sentence or segment."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence ready to be cut into segments.

    start, end  characters of the request's text
    spoken      the normalized text, as the built-in voice gets it
    phonemes    Kokoro's alphabet; every character is in the vocabulary, so that
                len(phonemes) is the number of tokens. Empty: nothing to say.
    words       in order, not overlapping
    pause_s     silence that follows it, if the text asks for more or less than
                the configured sentence pause; None: the configured one
    voice       that markup asks for, else ""
    rate        factor on the request's speed
    marks       in order
    """

    start: int
    end: int
    spoken: str
    phonemes: str
    words: tuple[Word, ...] = ()
    pause_s: float | None = None
    voice: str = ""
    rate: float = 1.0
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A sentence end inside a segment: `pause_s` of silence before phoneme `at`."""

    at: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class Segment:
    """What one run of a synthesizer speaks.

    index         from 0 within the request
    start, end    characters of the request's text
    spoken        normalized text, for the built-in voice
    phonemes      what is heard
    before, after phonemes of context, spoken and cut off again (joins inside a sentence)
    words         ranges into `phonemes`
    breaks        sentence ends inside it
    pause_s       silence after it
    voice, rate   as the sentence's
    marks         in order; `at` counts in `phonemes`
    begins        a sentence begins with it; else it goes on with one
    """

    index: int
    start: int
    end: int
    spoken: str
    phonemes: str
    before: str = ""
    after: str = ""
    words: tuple[Word, ...] = ()
    breaks: tuple[Break, ...] = ()
    pause_s: float = 0.0
    voice: str = ""
    rate: float = 1.0
    marks: tuple[Mark, ...] = ()
    begins: bool = True

    @property
    def tokens(self) -> int:
        """What a run costs: context and both pads included."""
        return len(self.before) + len(self.phonemes) + len(self.after) + 2


class TextState(StrEnum):
    """What the reader of a request's text can still give."""

    MORE = "more"  # ask again
    WAITING = "waiting"  # all that has arrived is given; more text is to come
    END = "end"  # nothing follows


@dataclass(frozen=True, slots=True)
class Utterance:
    """How a segment is to sound: everything beside its phonemes that changes the PCM."""

    voice: str
    speed: float
    lang: str


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice as `voices` lists it."""

    name: str
    lang: str
    gender: str
    engine: Engine


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences in order, and whether more can be read."""

    sentences: list[Sentence]
    state: TextState
