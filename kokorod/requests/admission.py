# pure: no socket, thread or clock.
"""Who speaks a request: its voice and language, or why it is refused."""

from __future__ import annotations

from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Speak

from ..config import Config
from ..errors import UnknownLanguageError
from ..lanes.pool import Voicing
from ..types import Engine, Utterance
from ..voices.blends import is_blend
from ..voices.blends import parse as parse_blend
from ..voices.languages import language, language_of_voice
from ..voices.names import BUILT_IN, KNOWN


def choose(speak: Speak, config: Config, voicing: Voicing) -> Utterance:
    """The voice, speed and language; the built-in voice where Kokoro is not there.

    Raises WireError for an unknown voice or language, and for phonemes that the
    built-in voice would have to speak.
    """
    voice = resolve(speak.voice or config.voice, config, voicing)
    try:
        lang = language(speak.lang or config.lang or language_of_voice(voice))
    except UnknownLanguageError as error:
        raise WireError(ErrorCode.UNKNOWN_LANGUAGE, str(error)) from None
    if voicing.engine is Engine.BUILT_IN:
        voice = BUILT_IN
    if voice == BUILT_IN and speak.phonemes:
        raise WireError(
            voicing.problem or ErrorCode.BAD_REQUEST,
            "the built-in voice cannot speak Kokoro's phonemes; send text, or run "
            "`kokoroctl setup` to get Kokoro",
        )
    return Utterance(voice, speak.speed, lang)


def resolve(name: str, config: Config, voicing: Voicing) -> str:
    """The voice that `name` means: itself, or a blend in its one spelling.

    Raises WireError for a voice that is not there and for a blend that is none.
    """
    names = {v.name for v in voicing.voices}
    if voicing.engine is Engine.BUILT_IN:
        # A voice that would be there with the model is no typo.
        names |= KNOWN
    voice = config.voice_called(name)
    if not is_blend(voice):
        _check(voice, names, "")
        return voice
    try:
        blend = parse_blend(voice)
    except ValueError as error:
        raise WireError(ErrorCode.BAD_REQUEST, f"voice: {error}") from None
    for part, _ in blend.parts:
        _check(part, names, f" in the blend {name[:60]!r}")
    return str(blend)


def _check(voice: str, names: set[str], where: str) -> None:
    if voice not in names:
        raise WireError(
            ErrorCode.UNKNOWN_VOICE,
            f"no voice {voice[:60]!r}{where}; `kokoroctl voices` lists the {len(names)} there are",
        )


def kokoro_voice(name: str, config: Config, voicing: Voicing) -> str:
    """What `name` means as resolve() has it; "" where that is no voice of Kokoro's."""
    try:
        voice = resolve(name, config, voicing) if name else ""
    except WireError:
        return ""
    return "" if voice == BUILT_IN else voice
