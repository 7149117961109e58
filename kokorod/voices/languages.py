# pure: no socket, thread or clock.
"""The languages Kokoro has voices for, and how a voice's name tells its own."""

from __future__ import annotations

from typing import Final

from ..errors import UnknownLanguageError

#: Language -> espeak-ng's name for it. Japanese and Chinese do not come from espeak.
ESPEAK_NAMES: Final = {
    "en-us": "en-us",
    "en-gb": "en-gb",
    "es": "es",
    "fr": "fr-fr",
    "hi": "hi",
    "it": "it",
    "pt-br": "pt-br",
}

#: Every language that a request may name.
LANGUAGES: Final = (*ESPEAK_NAMES, "ja", "zh")

ENGLISH: Final = frozenset({"en-us", "en-gb"})

_ALIASES: Final = {
    "en": "en-us",
    "pt": "pt-br",
    "cmn": "zh",
    "zh-cn": "zh",
    "jp": "ja",
    "en-uk": "en-gb",
}

#: The first letter of a voice of Kokoro (af_heart, bm_george ...) is its language.
_OF_VOICE: Final = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-br",
    "z": "zh",
}


def language(name: str) -> str:
    """The language a tag means: `en-US`, `en`, `fr-CA`, `pt_BR` ... -> one of LANGUAGES.

    Raises UnknownLanguageError.
    """
    tag = name.strip().lower().replace("_", "-")
    tag = _ALIASES.get(tag, tag)
    if tag in LANGUAGES:
        return tag
    first = tag.partition("-")[0]
    first = _ALIASES.get(first, first)
    if first in LANGUAGES:
        return first
    raise UnknownLanguageError(
        f"no language {name[:40]!r}; the languages are {', '.join(LANGUAGES)}"
    )


def understood(name: str) -> str:
    """The language a tag in a text means, or the tag itself, for `check` to refuse it when it
    is reached: what comes before it is spoken.
    """
    try:
        return language(name)
    except UnknownLanguageError:
        return name.strip().lower()


def check(lang: str) -> None:
    """Raises UnknownLanguageError for what is not in LANGUAGES."""
    if lang not in LANGUAGES:
        language(lang)


def language_of_voice(name: str) -> str:
    """The language a voice was trained in: `af_heart` -> en-us, `jf_alpha` -> ja.

    A name that does not follow the pattern (the built-in voice) speaks en-us.
    """
    if len(name) > 2 and name[2] == "_" and name[1] in "fm":
        return _OF_VOICE.get(name[0], "en-us")
    return "en-us"
