# worker: a thread with an inbox of one message.
"""Speaks the messages that the module is given, one at a time.

Owns:       the thread, the client, the voices, the cache of echoes, the speech under way.
Invariants: what is sent to the server is at most AHEAD_S ahead of what is heard; a newer message
            takes the place of one that has not begun; when nothing is asked, echoes are made.
Never:      holds up the thread that reads the server's commands.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kokoro_client import Client
from kokoro_client.errors import BadRequestError, UnknownVoiceError
from kokoro_client.speech import Speech
from kokoro_client.wire.choices import SAMPLE_RATE
from kokoro_client.wire.messages import SegmentInfo

from ..stretching import Stretching
from . import names, protocol
from .echo_cache import EchoCache, trimmed
from .playing import Pace, Piece, play
from .settings import Settings, Voice, chosen
from .stream import Stream
from .wording import Kind, is_ssml, marks_of, plain, text_of, words_alone

#: Without a message for so long, echoes are made: a person who moves about presses keys faster.
_IDLE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Message:
    number: int
    kind: Kind
    text: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """What the sound of a text hangs on."""

    voice: str
    lang: str
    speed: float
    stretch: float
    semitones: float


class Speaking:
    def __init__(self, stream: Stream, client: Client, cache: EchoCache) -> None:
        self._stream = stream
        self._client = client
        self._cache = cache
        self._changed = threading.Condition()
        self._message: Message | None = None
        self._speech: Speech | None = None
        self._closed = False
        # As an earlier run knew them, until the daemon has been asked: no key waits for that.
        self._usual, voices = cache.remembered()
        self._voices = Voice.read(voices)
        self._asked = False
        self._ask_again = False
        self._to_make: list[tuple[Profile, str]] = []  # at most one profile's table
        self._made_for: Profile | None = None
        self._thread = threading.Thread(target=self._run, name="speaking", daemon=True)

    def start(self) -> None:
        self._thread.start()

    # -- the thread that reads commands

    def begin(self, message: Message) -> None:
        with self._changed:
            self._message = message
            speech = self._speech
            self._changed.notify()
        if speech is not None:
            speech.cancel()  # an echo that is being made, or one that is over

    def end(self, event: bytes) -> None:
        """Silence; the server is told by `event` if it waits for one."""
        self._stream.break_off(event)
        with self._changed:
            speech = self._speech
            self._changed.notify()
        if speech is not None:
            speech.cancel()

    def list_voices(self) -> list[Voice]:
        """The daemon's, as it said last; it is asked if it never did."""
        if not self._voices:
            self._learn()
        return self._voices

    def close(self) -> None:
        with self._changed:
            self._closed = True
        self.end(protocol.STOP)
        self._client.close()

    # -- its own thread

    def _run(self) -> None:
        if not self._voices:
            self._learn()
        while (message := self._next()) is not None:
            try:
                self._speak(message)
            except BrokenPipeError:
                return  # the server has gone
            except Exception as error:  # noqa: BLE001 - a reader that waits for ever is worse
                complain(error)
                self._stream.finish(message.number, protocol.STOP)
            finally:
                self._speech = None

    def _next(self) -> Message | None:
        """The next message. Meanwhile the daemon is asked, and echoes are made. None: the end."""
        while True:
            with self._changed:
                waits = _IDLE_S if self._to_make or not self._asked else None
                self._changed.wait_for(lambda: self._closed or self._message, waits)
                if self._closed:
                    return None
                if self._message is not None:
                    message, self._message = self._message, None
                    return message
            if not self._asked:
                self._learn()
            elif self._to_make:
                self._make_echo()

    def _speak(self, message: Message) -> None:
        if not self._voices:
            self._learn()
        settings = message.settings
        voice = chosen(settings, self._voices, self._usual)
        name = voice.name if voice else settings.synthesis_voice
        lang = voice.lang if voice else settings.language.lower() or "en-us"
        text = text_of(message.kind, message.text, settings, lang)
        profile = Profile(name, lang, settings.speed, settings.stretch, settings.semitones)
        words, before, behind = words_alone(text)
        echoes = bool(words) and words in _echoed(lang)
        if echoes:
            self._want_echoes(profile)
            if (pcm := self._cache.get(words, profile)) is not None:
                marks = [(0, mark) for mark in before] + [(len(pcm) // 2, mark) for mark in behind]
                play(self._sender(message), [(pcm, marks)], settings.gain)
                self._stream.finish(message.number, protocol.END)
                return
        try:
            self._say(message, profile, text, words if echoes else "")
        except UnknownVoiceError as error:
            complain(error)
            self._voices = []  # they have changed
            self._say(message, Profile("", lang, *_sound(settings)), text, "")
        except BadRequestError as error:
            complain(error)
            self._say(message, profile, plain(text), "")

    def _say(self, message: Message, profile: Profile, text: str, echo: str) -> None:
        """By the daemon, when it has the turn. echo: keep the sound as that text's."""
        with self._client.speak(
            text,
            voice=profile.voice,
            speed=profile.speed,
            markup="ssml" if is_ssml(text) else "plain",
            priority="important",
            output="speaker",
        ) as speech:
            self._hold(speech, message.number)
            pace = Pace(lambda: self._stream.is_current(message.number), self._changed)
            speech.on_turn(pace.turn)
            stretching = Stretching(profile.stretch, profile.semitones)
            kept: list[bytes] | None = [] if echo else None
            play(
                self._sender(message),
                _pieces(speech, stretching, marks_of(text), kept),
                message.settings.gain,
                pace,
                lambda seconds: speech.played(seconds * stretching.factor),
            )
            if not self._stream.is_current(message.number):
                return
            ended = speech.ending if not pace.silenced else None
            last = protocol.STOP if pace.silenced and ended != "finished" else protocol.END
            self._stream.finish(message.number, last)
            if kept:
                self._cache.put(trimmed(b"".join(kept)), echo, profile)
            if self._ask_again:
                self._asked = self._ask_again = False
            pace.wait_heard(lambda: self._message is not None or self._closed)
            speech.played(pace.sent_s * stretching.factor, final=True)

    def _sender(self, message: Message) -> Callable[[bytes], bool]:
        return lambda data: self._stream.event(message.number, data)

    def _hold(self, speech: Speech, number: int) -> None:
        """From now on end() cancels it; it may have been asked for already."""
        with self._changed:
            self._speech = speech
        if number and not self._stream.is_current(number):
            speech.cancel()

    # -- echoes

    def _want_echoes(self, profile: Profile) -> None:
        if profile != self._made_for:
            self._made_for = profile
            entries = [*names.table_entries(profile.lang), *names.WORDS]
            self._to_make = [(profile, text) for text in reversed(entries)]

    def _make_echo(self) -> None:
        """The next one that is not there. A message that comes ends it: it is made again."""
        profile, text = self._to_make.pop()
        if (text, profile) in self._cache:
            return
        try:
            with self._client.speak(
                text, voice=profile.voice, speed=profile.speed, markup="plain", priority="progress"
            ) as speech:
                self._hold(speech, 0)
                pcm = b"".join(speech)
                if speech.cancelled or self._message is not None:
                    self._to_make.append((profile, text))
                    return
            stretching = Stretching(profile.stretch, profile.semitones)
            self._cache.put(trimmed(stretching.process(pcm)), text, profile)
        except Exception as error:  # noqa: BLE001 - messages are to be spoken all the same
            complain(error)
            self._to_make.clear()
            self._made_for = None
        finally:
            self._speech = None

    def _learn(self) -> None:
        """Which model speaks, with which voices. A daemon that is starting is asked again."""
        try:
            status = self._client.status()
            starting = status.get("state") == "starting"  # it may know neither yet
            if starting and self._voices:
                return
            voices = self._client.voices()
            self._usual = str(status.get("voice", ""))
            self._voices = Voice.read(voices)
            if not starting:
                self._asked = True
                self._cache.of_model("/".join(str(status.get(key, "")) for key in _MODEL_KEYS))
                self._cache.remember(self._usual, voices)
        except Exception as error:  # noqa: BLE001 - as above
            complain(error)
            self._asked = True  # once a message has been spoken it is asked again
            self._ask_again = True


_MODEL_KEYS: Final = ("engine", "model", "model_source", "voice")


def _sound(settings: Settings) -> tuple[float, float, float]:
    return settings.speed, settings.stretch, settings.semitones


def _echoed(lang: str) -> frozenset[str]:
    return frozenset(names.table_entries(lang)) | frozenset(names.WORDS)


def _pieces(
    speech: Speech, stretching: Stretching, names: list[str], kept: list[bytes] | None
) -> Iterator[Piece]:
    """(PCM, marks in it) as they come; marks: (samples into the PCM, name).

    names: of all marks; the daemon tells of none behind the last word.
    """
    waiting, whole, begin_s = b"", 0, 0.0
    marks: list[tuple[float, str]] = []

    def piece(pcm: bytes) -> tuple[bytes, list[tuple[int, str]]]:
        nonlocal marks, begin_s
        until_s = begin_s + len(pcm) / 2 / SAMPLE_RATE
        here = [mark for mark in marks if mark[0] <= until_s]
        marks = [mark for mark in marks if mark[0] > until_s]
        made = stretching.process(pcm)
        if kept is not None:
            kept.append(made)
        at = [
            (round(max(0.0, at_s - begin_s) * SAMPLE_RATE / stretching.factor), name)
            for at_s, name in here
        ]
        begin_s = until_s
        return made, at

    for event in speech.events():
        if isinstance(event, SegmentInfo):
            if waiting:
                yield piece(waiting)
                waiting = b""
            marks += [(mark.at_s, mark.name) for mark in event.marks]
            for mark in event.marks:
                if mark.name in names:
                    names.remove(mark.name)
            whole = round(event.duration_s * SAMPLE_RATE) * 2
        else:
            waiting += event.pcm
            # Stretching wants a segment as a whole; else what has come is heard.
            if not stretching.works or len(waiting) >= whole:
                yield piece(waiting)
                waiting = b""
    if waiting:
        yield piece(waiting)
    yield b"", [(0, name) for name in [*(name for _, name in marks), *names]]


def complain(error: object) -> None:
    """speech-dispatcher writes a module's standard error to its log. No spoken text."""
    print("kokoro:", type(error).__name__, " ".join(str(error).split())[:200], file=sys.stderr)
