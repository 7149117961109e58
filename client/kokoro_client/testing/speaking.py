# loop: of the fake daemon.
"""One request to the fake daemon, its client, and whose turn it is at the speaker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from ..wire import frames, messages
from ..wire.choices import SAMPLE_RATE, Control, Ending, Output, Turn
from . import sound

#: Of one audio frame, as the real daemon has it.
_SLICE_BYTES: Final = 16 * 1024


@dataclass(slots=True)
class Spoken:
    """What was asked. text grows with each append; ending is None until it has ended."""

    text: str
    voice: str
    speed: float
    lang: str
    priority: str
    markup: str
    output: str
    client: str
    ending: Ending | None = None


class Peer:
    """A connected client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.client = ""
        self.requests: dict[int, Request] = {}

    def send(self, answer: messages.Answer) -> None:
        if not self.writer.is_closing():
            self.writer.write(frames.encode(messages.to_payload(answer)))


class Request:
    def __init__(self, peer: Peer, speak: messages.Speak, spoken: Spoken) -> None:
        self.peer = peer
        self.speak = speak
        self.spoken = spoken
        self.task: asyncio.Task[None] | None = None
        self.final = speak.final
        self.ending: Ending | None = None
        self.rendered = False
        self.turn: Turn | None = None
        self.played_s = 0.0
        self.seeks = 0
        self.samples = 0
        self.arrived = asyncio.Event()
        self.arrived.set()
        self._said = 0  # characters
        self._begins: list[float] = []  # of its sentences, in seconds
        self._segments = 0
        self._seq = 0

    def add(self, text: str, final: bool) -> None:
        self.spoken.text += text
        self.final = self.final or final
        self.arrived.set()

    def next_sentences(self) -> list[str]:
        return sound.sentences(self.spoken.text[self._said :], self.final)

    def say(self, sentence: str) -> None:
        """Send a segment and its audio."""
        self._begins.append(self.samples / SAMPLE_RATE)
        pcm = sound.pcm_of(sentence, self.speak.speed, self.speak.format)
        samples = len(sentence) * sound.samples_of(self.speak.speed)
        words = sound.words_of(sentence, self._said, self.speak.speed)
        self.peer.send(
            messages.SegmentInfo(
                id=self.speak.id,
                index=self._segments,
                start=self._said,
                end=self._said + len(sentence),
                start_s=self.samples / SAMPLE_RATE,
                duration_s=samples / SAMPLE_RATE,
                exact=True,
                words=words if self.speak.timings else (),
            )
        )
        for at in range(0, len(pcm), _SLICE_BYTES):
            piece = pcm[at : at + _SLICE_BYTES]
            self.peer.send(messages.Audio(id=self.speak.id, seq=self._seq, pcm=piece))
            self._seq += 1
        self._said += len(sentence)
        self._segments += 1
        self.samples += samples

    def played(self, at_s: float, seeks: int) -> None:
        if seeks >= self.seeks:
            self.played_s = at_s

    def move(self, back: bool) -> None:
        """To the sentence that is heard, or the one before it in its first second; or the next."""
        before = [at_s for at_s in self._begins if at_s <= self.played_s]
        after = [*self._begins[len(before) :], self.samples / SAMPLE_RATE]
        if len(before) > 1 and self.played_s - before[-1] < 1.0:
            before.pop()
        self.played_s = (before[-1] if before else 0.0) if back else after[0]
        self.seeks += 1
        self.peer.send(messages.Seek(id=self.speak.id, at_s=self.played_s, number=self.seeks))

    def render(self) -> None:
        self.rendered = True
        self.peer.send(messages.Rendered(id=self.speak.id, sound_s=self.samples / SAMPLE_RATE))

    def tell(self, turn: Turn) -> None:
        if turn is not self.turn:
            self.turn = turn
            self.peer.send(messages.TurnAtSpeaker(id=self.speak.id, turn=turn))

    def done(self, ending: Ending) -> messages.Done:
        stats = {
            "engine": "kokoro",
            "voice": self.spoken.voice,
            "characters": len(self.spoken.text),
            "segments": self._segments,
            "sound_s": round(self.samples / SAMPLE_RATE, 3),
        }
        cancelled = ending is not Ending.FINISHED
        return messages.Done(id=self.speak.id, cancelled=cancelled, ending=ending, stats=stats)

    def described(self) -> dict[str, Any]:
        return {
            "client": self.peer.client,
            "pid": None,
            "request": self.speak.id,
            "turn": self.turn,
            "priority": self.speak.priority.value,
            "characters": len(self.spoken.text),
            "played_s": self.played_s,
            "sound_s": self.samples / SAMPLE_RATE,
        }


class Speaker:
    """First come, first heard."""

    def __init__(self) -> None:
        self.waiting: list[Request] = []
        self.paused = False

    def join(self, request: Request) -> None:
        assert request.speak.output is Output.SPEAKER
        self.waiting.append(request)
        self._tell()

    def leave(self, request: Request) -> None:
        if request in self.waiting:
            self.waiting.remove(request)
            self._tell()

    def control(self, action: Control, everything: bool) -> list[Request]:
        """Those that are to be ended."""
        if action in (Control.PAUSE, Control.RESUME):
            self.paused = action is Control.PAUSE
            self._tell()
            return []
        if action in (Control.BACK, Control.FORWARD):
            for request in self.waiting[:1]:
                request.move(action is Control.BACK)
            return []
        return self.waiting[: len(self.waiting) if everything else 1]

    def _tell(self) -> None:
        for place, request in enumerate(self.waiting):
            first = Turn.PAUSE if self.paused and request.turn is not None else Turn.PLAY
            if self.paused and request.turn in (None, Turn.WAIT):
                first = Turn.WAIT
            request.tell(first if place == 0 else Turn.WAIT)
