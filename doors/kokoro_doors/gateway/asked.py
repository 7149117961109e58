# pure: no socket, thread or clock.
"""A request for speech, from the JSON of its body. Keys that are not known are passed over:
every program that speaks OpenAI's API sends some of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from kokoro_client.wire.choices import Markup, Priority

from ..stretching import FASTEST, SLOWEST, shared
from .failures import RefusedError, wrong
from .settings import MAX_INPUT_CHARS
from .voices import is_openais, voice_of

_LANG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,2}")


class Format(StrEnum):
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"
    WAV = "wav"
    PCM = "pcm"


class StreamFormat(StrEnum):
    AUDIO = "audio"
    SSE = "sse"


#: As OpenAI names them; opus lies in Ogg.
MEDIA: Final = {
    Format.MP3: "audio/mpeg",
    Format.OPUS: "audio/opus",
    Format.AAC: "audio/aac",
    Format.FLAC: "audio/flac",
    Format.WAV: "audio/wav",
    Format.PCM: "audio/pcm",
}

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Asked:
    """speed: what was asked for; spoken_speed: what Kokoro speaks of it; stretch: the rest.

    instead: who speaks if the voice is not there: one of OpenAI's names asks for nobody in
    particular. None: nobody does.
    """

    text: str
    voice: str
    instead: str | None
    speed: float
    lang: str
    format: Format
    stream_format: StreamFormat
    stream: bool
    markup: Markup
    priority: Priority
    offsets: bool

    @property
    def spoken_speed(self) -> float:
        return shared(self.speed)[0]

    @property
    def stretch(self) -> float:
        return shared(self.speed)[1]

    @property
    def note(self) -> str:
        """What is not done as it was asked for if nothing is stretched; empty if all is."""
        if self.speed == self.spoken_speed:
            return ""
        return f"speed {self.speed:g} is spoken at {self.spoken_speed:g}"

    def speak(self) -> dict[str, Any]:
        """The arguments of Client.speak() and play(), but for the text."""
        return {
            "voice": self.voice,
            "speed": self.spoken_speed,
            "lang": self.lang,
            "markup": self.markup.value,
            "priority": self.priority.value,
        }


def parse(body: Any, usual: str = "", *, text_key: str = "input") -> Asked:
    """usual: the voice if none is named. Raises RefusedError."""
    if not isinstance(body, dict):
        raise RefusedError(400, "the body is no JSON object", code="invalid_json")
    if not isinstance(body.get("model", ""), str | None):
        raise wrong("model", "is a name, any")
    return Asked(
        text=_text(body, text_key),
        voice=voice_of(body.get("voice"), usual),
        instead=usual if is_openais(body.get("voice")) else None,
        speed=_speed(body.get("speed")),
        lang=_lang(body),
        format=_choice(body, "response_format", Format.MP3),
        stream_format=_choice(body, "stream_format", StreamFormat.AUDIO),
        stream=flag(body, "stream", True),
        markup=_choice(body, "markup", Markup.AUTO),
        priority=_choice(body, "priority", Priority.TEXT),
        offsets=flag(body, "offsets", False),
    )


def flag(body: Mapping[str, Any], key: str, usual: bool) -> bool:
    value = body.get(key)
    if value is None:
        return usual
    if not isinstance(value, bool):
        raise wrong(key, "is true or false")
    return value


def _text(body: Mapping[str, Any], key: str) -> str:
    text = body.get(key)
    if not isinstance(text, str):
        raise wrong(key, "is the text to speak, a string")
    if not text:
        raise wrong(key, "is empty; it is the text to speak")
    if len(text) > MAX_INPUT_CHARS:
        raise RefusedError(
            400,
            f"{key} has {len(text)} characters, allowed are {MAX_INPUT_CHARS}; send it in parts",
            param=key,
            code="string_above_max_length",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise wrong(key, f"holds half a character (a surrogate) at {error.start}") from None
    return text


def _speed(value: Any) -> float:
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("speed", f"is a number from {SLOWEST} to {FASTEST:g}")
    if not SLOWEST <= value <= FASTEST:
        raise wrong("speed", f"is {str(value)[:20]}, allowed is {SLOWEST} to {FASTEST:g}")
    return float(value)


def _lang(body: Mapping[str, Any]) -> str:
    value = body.get("lang")
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _LANG.fullmatch(value):
        raise wrong("lang", "is a language, e.g. en-gb")
    return value


def _choice(body: Mapping[str, Any], key: str, usual: _Choice) -> _Choice:
    value = body.get(key)
    if value is None:
        return usual
    try:
        if not isinstance(value, str):
            raise ValueError
        return type(usual)(value)
    except ValueError:
        allowed = ", ".join(type(usual))
        raise wrong(key, f"is not one of {allowed}") from None
