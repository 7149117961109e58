# process: in a child of its own (espeak.py).
"""The espeak-ng library as a voice: text to samples.

Owns:       one copy of the espeak-ng library and its process-global state.
Never:      initialises the library before its data path is known to exist: espeak-ng
            ends the process if it is missing.

Source: espeak-ng/speak_lib.h (constants and the event structure).
"""

from __future__ import annotations

import ctypes
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..errors import EngineError
from ..safety.isolated import Answer, nursery

#: Before the samples of an answer: their rate.
RATE: Final = struct.Struct(">I")

_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_POS_CHARACTER: Final = 1
_RATE: Final = 1
_EE_OK: Final = 0

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


class EspeakVoice:
    """See the module for what it owns and must not do."""

    def __init__(self) -> None:
        self._library = _load_library()
        self._chunks: list[bytes] = []
        self._cancelled: Callable[[], bool] = bool
        self._lang = ""
        # Kept: the library holds only the address, and a collected callback is a crash.
        self._callback = _Callback(self._on_audio)
        self.rate = _initialize(self._library)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(
        self, text: str, lang: str, words_a_minute: int, cancelled: Callable[[], bool]
    ) -> bytes:
        """s16 samples at `rate`; fewer if it was cancelled. Raises EngineError."""
        self._set_language(lang)
        self._library.espeak_SetParameter(_RATE, words_a_minute, 0)
        self._chunks, self._cancelled = [], cancelled
        # A NUL would end the text early.
        data = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
        result = self._library.espeak_Synth(
            data, len(data), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        chunks, self._chunks = self._chunks, []
        if result != _EE_OK:
            raise EngineError(f"espeak-ng failed with {result}")
        return b"".join(chunks)

    def _set_language(self, lang: str) -> None:
        name = _LANGUAGES.get(lang, lang)
        if name == self._lang:
            return
        if self._library.espeak_SetVoiceByName(name.encode()) != _EE_OK:
            raise EngineError(f"espeak-ng has no voice for {lang}")
        self._lang = name

    def _on_audio(self, samples: Any, count: int, events: Any) -> int:
        """After each buffer, 60 ms: 0 to go on, 1 to stop."""
        if self._cancelled():
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


def _make() -> Answer:
    voice = EspeakVoice()

    def answer(question: bytes, cancelled: Callable[[], bool]) -> bytes:
        text, lang, words_a_minute = json.loads(question)
        pcm = voice.speak(text, lang, words_a_minute, cancelled) if text else b""
        return RATE.pack(voice.rate) + pcm

    return answer


if __name__ == "__main__":
    nursery(_make)
