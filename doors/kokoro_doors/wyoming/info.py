# pure: no socket, thread or clock.
"""The answer to `describe`: one program, and a voice for each of the daemon's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from wyoming.info import Attribution, Info, TtsProgram, TtsVoice

from kokoro_client.version import __version__

_MODEL: Final = Attribution("hexgrad", "https://huggingface.co/hexgrad/Kokoro-82M")
_OURS: Final = Attribution("kokorod", "")


def info(voices: Iterable[Mapping[str, Any]]) -> Info:
    program = TtsProgram(
        name="kokorod",
        attribution=_OURS,
        installed=True,
        description="Kokoro-82M, kept warm",
        version=__version__,
        voices=[_voice(voice) for voice in voices],
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program])


def _voice(voice: Mapping[str, Any]) -> TtsVoice:
    lang = str(voice.get("lang") or "en-us")
    told = ", ".join(str(voice[key]) for key in ("gender", "grade") if voice.get(key))
    return TtsVoice(
        name=str(voice["name"]),
        attribution=_MODEL,
        installed=True,
        description=f"{voice['name']} ({told})" if told else str(voice["name"]),
        version=None,
        languages=[_locale(lang)],
    )


def _locale(lang: str) -> str:
    """en_US of en-us, as Home Assistant has it."""
    language, _, region = lang.partition("-")
    return f"{language}_{region.upper()}" if region else language


def lang_of(locale: str | None) -> str:
    """The daemon's language of Home Assistant's; empty: the voice's own."""
    return (locale or "").replace("_", "-").lower()
