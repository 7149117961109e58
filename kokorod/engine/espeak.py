# worker: called by worker threads.
"""The built-in voice: espeak-ng as a synthesizer, for when there is no Kokoro model.

Owns:       one copy of the espeak-ng library and its process-global state.
Invariants: one call at a time (a lock); phonemizer loads a copy of the library of its
            own, so the two do not meet.
Never:      initialises the library before its data path is known to exist: espeak-ng
            ends the process if it is missing.

Source: espeak-ng/speak_lib.h (constants and the event structure).
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import EngineError
from ..types import SAMPLE_RATE, Engine, Segment, Utterance
from ..voices.names import BUILT_IN
from .synthesizer import Run, Sound, TerminatedError, WholeOnly

_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_POS_CHARACTER: Final = 1
_RATE: Final = 1
_EE_OK: Final = 0

#: Words a minute at speed 1, espeak-ng's own default, and its limits.
_WORDS_A_MINUTE: Final = 175
_SLOWEST: Final = 80
_FASTEST: Final = 450

_LANGUAGES: Final = {
    "en-us": "en-us",
    "en-gb": "en",  # espeak-ng's plain English is the British one; no voice is named en-gb
    "es": "es",
    "fr": "fr",
    "hi": "hi",
    "it": "it",
    "ja": "ja",
    "pt-br": "pt-br",
    "zh": "cmn",
}

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class EspeakSynthesizer(WholeOnly):
    engine = Engine.BUILT_IN
    has_edges = False

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library = _load_library()
        self._chunks: list[bytes] = []
        self._run: Run | None = None
        self._lang = ""
        # Kept: the library holds only the address, and a collected callback is a crash.
        self._callback = _Callback(self._on_audio)
        self._rate = _initialize(self._library)
        self._library.espeak_SetSynthCallback(self._callback)

    def voices(self) -> Sequence[str]:
        return [BUILT_IN]

    def rest(self) -> None:
        """Nothing is kept."""

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        import soxr  # 70 ms, and only this voice needs it

        with self._lock:
            self._set_language(utterance.lang)
            words_a_minute = round(_WORDS_A_MINUTE * utterance.speed)
            self._library.espeak_SetParameter(
                _RATE, min(max(words_a_minute, _SLOWEST), _FASTEST), 0
            )
            self._chunks, self._run = [], run
            # A NUL would end the text early.
            text = segment.spoken.replace("\0", " ").encode("utf-8", "replace") + b"\0"
            result = self._library.espeak_Synth(
                text, len(text), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
            )
            chunks, self._chunks, self._run = self._chunks, [], None
        if run.terminated:
            raise TerminatedError
        if result != _EE_OK:
            raise EngineError(f"espeak-ng failed with {result}")
        pcm = np.frombuffer(b"".join(chunks), np.int16).astype(np.float32) / 32768
        return Sound(soxr.resample(pcm, self._rate, SAMPLE_RATE).astype(np.float32), None)

    def _set_language(self, lang: str) -> None:
        name = _LANGUAGES.get(lang, lang)
        if name == self._lang:
            return
        if self._library.espeak_SetVoiceByName(name.encode()) != _EE_OK:
            raise EngineError(f"espeak-ng has no voice for {lang}")
        self._lang = name

    def _on_audio(self, samples: Any, count: int, events: Any) -> int:
        """After each buffer, 60 ms: 0 to go on, 1 to stop."""
        run = self._run
        if run is None or run.terminated:
            return 1
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0


def _load_library() -> ctypes.CDLL:
    import espeakng_loader

    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise EngineError(
            f"espeak-ng cannot be loaded: {error}; reinstall espeakng-loader"
        ) from None
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    library.espeak_Initialize.argtypes = [
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
    ]
    return library


def _initialize(library: ctypes.CDLL) -> int:
    import espeakng_loader

    data = Path(espeakng_loader.get_data_path())
    if not (data / "phontab").is_file():
        raise EngineError(f"espeak-ng's data are not in {data}; reinstall espeakng-loader")
    buffer_ms = 60
    rate = int(
        library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, buffer_ms, str(data).encode(), _INITIALIZE_DONT_EXIT
        )
    )
    if rate <= 0:
        raise EngineError("espeak-ng cannot be initialised; reinstall espeakng-loader")
    return rate
