# pure: no socket, thread or clock.
"""A voice as other programs name one: OpenAI's names, objects with an id, blends."""

from __future__ import annotations

import re
from typing import Any, Final

from .failures import wrong

#: OpenAI's voices, and who of Kokoro's comes near: its namesake, if there is one.
OPENAI: Final = {
    "alloy": "af_alloy",
    "ash": "am_michael",
    "ballad": "bm_george",
    "cedar": "am_adam",
    "coral": "af_bella",
    "echo": "am_echo",
    "fable": "bm_fable",
    "marin": "af_heart",
    "nova": "af_nova",
    "onyx": "am_onyx",
    "sage": "af_sarah",
    "shimmer": "af_sky",
    "verse": "am_puck",
}

#: af_heart(2)+am_adam, as Kokoro-FastAPI writes a blend.
_PART: Final = re.compile(r"\s*([^()+:,\s]+)\s*(?:\(\s*([0-9.]+)\s*\))?\s*")

_MAX_CHARS: Final = 256


def voice_of(value: Any, usual: str) -> str:
    """The daemon's name for a voice. usual: for what names none. Raises RefusedError."""
    if value is None:
        return usual
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, str):
        raise wrong("voice", 'is a name, or an object {"id": NAME}')
    name = value.strip()
    if len(name) > _MAX_CHARS:
        raise wrong("voice", f"has {len(name)} characters, allowed are {_MAX_CHARS}")
    if "+" in name:
        return _blend(name)
    return OPENAI.get(name.lower(), name) or usual


def is_openais(value: Any) -> bool:
    """Whether what voice_of() was given is one of OpenAI's names: any voice does for it."""
    name = value.get("id") if isinstance(value, dict) else value
    return isinstance(name, str) and name.strip().lower() in OPENAI


def _blend(name: str) -> str:
    parts = [_PART.fullmatch(part) for part in name.split("+")]
    if not all(parts):
        raise wrong("voice", f"{name!r} is no blend; write af_heart:0.6,am_adam:0.4")
    return ",".join(
        f"{OPENAI.get(part[1], part[1])}:{part[2] or 1}" for part in parts if part is not None
    )


def listed(voices: Any) -> list[dict[str, str]]:
    """The daemon's voices for `GET /v1/audio/voices`."""
    return [
        {
            "id": str(voice["name"]),
            "name": str(voice["name"]),
            "lang": str(voice.get("lang", "")),
            "gender": str(voice.get("gender", "")),
            "grade": str(voice.get("grade", "")),
        }
        for voice in voices
    ]
