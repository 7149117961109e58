"""kokorod as a program meets it: a real daemon, its socket, and the client library.

Owns:       the daemon, its home folder with a copy of the model, one client.
Invariants: the daemon has started twice, so that what it prepares once is prepared;
            speak() returns when its lanes are idle.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.home import Home
from bench.model import ModelFiles
from bench.speaker import VOICE
from kokoro_client import Audio, Client, SegmentInfo, Speech
from kokorod.commands.bench.hearing import Heard, Hearing
from kokorod.commands.bench.private_daemon import PrivateDaemon
from kokorod.errors import EngineError

#: A lane begins and ends a run within seconds; who waits longer has found a bug.
_LANES_S: Final = 60.0

#: Between two looks at the lanes; what they cost the daemon stays a tenth of this.
_LOOK_S: Final = 0.002


class Kokorod:
    def __init__(self, files: ModelFiles, phonemes: str = "espeak", **environ: str) -> None:
        """Import the model and start. Raises LineError, ModelError or EngineError.

        phonemes: to compare times both systems are to speak the same tokens, and kokoro-onnx
        has espeak-ng's; to compare what is heard each has its own ("kokoro"). environ: other
        settings.
        """
        self.name = "kokorod"
        self._home = Home(files)
        self._daemon = PrivateDaemon(self._home.environ(KOKORO_PHONEMES=phonemes, **environ))
        self._client: Client | None = None
        try:
            self._daemon.start()
            self._daemon.stop()
            self._daemon.start()
            status = self._daemon.status()
            if status["engine"] != "kokoro":
                raise EngineError(f"the daemon cannot speak with the model: {status['note']}")
            self._client = self.connect()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._daemon.pid

    @property
    def socket(self) -> Path:
        return self._daemon.socket

    @property
    def client(self) -> Client:
        assert self._client is not None
        return self._client

    def connect(self) -> Client:
        """Another client, for the caller to close."""
        return Client(self._daemon.socket, start=False)

    def speak(self, text: str, *, to_end: bool = True) -> Heard:
        heard = self.hear(text, to_end=to_end)
        self.wait_idle()
        return heard

    def hear(self, text: str, *, to_end: bool = True, cache: bool = False) -> Heard:
        """One speech, whatever else the daemon does. cache: the phrase cache takes part."""
        began = time.perf_counter()
        speech = self.client.speak(text, voice=VOICE, cache=cache)
        return take_audio(speech, began, to_end=to_end)

    def say(self, text: str, ttfa_ms: int | None = None) -> Any:
        """All of its sound: int16 [samples]."""
        speech = self.client.speak(text, voice=VOICE, cache=False, ttfa_ms=ttfa_ms)
        parts = [pcm_of(event) for event in speech.events() if isinstance(event, Audio)]
        speech.wait()
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def busy(self) -> bool:
        """A lane runs something."""
        return any(lane["state"] != "idle" for lane in self.client.status()["lanes"])

    def wait_busy(self) -> None:
        self._wait(self.busy, "no lane was busy")

    def wait_idle(self) -> None:
        self._wait(lambda: not self.busy(), "a lane was still busy")

    def log_end(self) -> str:
        return self._daemon.log_end()

    def _wait(self, condition: Callable[[], bool], problem: str) -> None:
        deadline = time.monotonic() + _LANES_S
        while not condition():
            if time.monotonic() > deadline:
                raise EngineError(f"{problem} after {_LANES_S:g} s")
            time.sleep(_LOOK_S)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._daemon.close()
        self._home.close()


def take_audio(speech: Speech, began: float, *, to_end: bool = True) -> Heard:
    """Take the audio as it comes; `began` is of time.perf_counter().

    Raises NothingHeardError and the KokoroError that ended the speech.
    """
    hearing = Hearing()
    cached = False
    for event in speech.events():
        at = time.perf_counter() - began
        match event:
            case SegmentInfo():
                cached = cached or event.cached
            case Audio():
                hearing.take(pcm_of(event), at)
                if not to_end and hearing.first_sound_s is not None:
                    speech.cancel()
    return hearing.heard(speech.wait(), cached)


def pcm_of(audio: Audio) -> Any:
    """int16 [samples]."""
    return np.frombuffer(audio.pcm, "<i2")
