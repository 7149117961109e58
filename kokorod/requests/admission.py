# pure: no socket, thread or clock.
"""Picks voice and language for a request, or refuses it; the limits of what is taken on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Speak

from ..config import Config
from ..errors import UnknownLanguageError
from ..lanes.availability import Availability
from ..types import Engine, Priority, Utterance
from ..voices.languages import language, language_of_voice
from ..voices.names import BUILT_IN

#: Text of all requests together. A request's own limit is in the config.
MAX_TEXT_IN_ALL: Final = 64_000_000

#: Places beyond the limits that only what is important gets, in all and for a program: a notice
#: is heard whatever others have asked for. And text.
KEPT: Final = 8
KEPT_A_CLIENT: Final = 2
KEPT_TEXT: Final = 1_000_000


def check_number(
    in_flight: int,
    of_client: int,
    priority: Priority,
    config: Config,
    retry_after_s: Callable[[], float],
) -> None:
    """Whether one more request is taken on. Raises WireError if not.

    of_client: of the same process, over all its connections
    """
    important = priority is Priority.IMPORTANT
    if in_flight >= config.max_requests + KEPT * important:
        raise busy(f"{config.max_requests} requests are in flight in all", retry_after_s())
    most = config.max_requests_per_client
    if of_client >= most + KEPT_A_CLIENT * important:
        raise busy(f"this client has {most} requests in flight", retry_after_s())


def check_text(
    characters: int,
    in_all: int,
    priority: Priority,
    config: Config,
    retry_after_s: Callable[[], float],
) -> None:
    """Whether a request may have so much text, and all together. Raises WireError if not."""
    limit = config.max_text_chars
    if characters > limit:
        raise WireError(ErrorCode.TOO_LARGE, f"text is over {limit} characters; send less")
    if in_all > MAX_TEXT_IN_ALL + KEPT_TEXT * (priority is Priority.IMPORTANT):
        raise busy("too much text is waiting", retry_after_s())


def busy(what: str, retry_after_s: float) -> WireError:
    return WireError(
        ErrorCode.BUSY,
        f"{what}; try again in {retry_after_s:.1f} s",
        retry_after_ms=round(retry_after_s * 1000),
    )


def choose(speak: Speak, config: Config, available: Availability) -> Utterance:
    """The voice, speed and language; the built-in voice if Kokoro is not there.

    Raises WireError for an unknown voice or language, and for phonemes that the
    built-in voice would have to speak.
    """
    voice = available.resolve(speak.voice or available.default_voice(config), config)
    try:
        lang = language(speak.lang or config.lang or language_of_voice(voice))
    except UnknownLanguageError as error:
        raise WireError(ErrorCode.UNKNOWN_LANGUAGE, str(error)) from None
    if available.engine is Engine.BUILT_IN:
        voice = BUILT_IN
    if voice == BUILT_IN and speak.phonemes:
        raise WireError(
            available.problem or ErrorCode.BAD_REQUEST,
            "the built-in voice cannot speak Kokoro's phonemes; send text, or run "
            "`kokoroctl setup` to get Kokoro",
        )
    return Utterance(voice, speak.speed, lang)
