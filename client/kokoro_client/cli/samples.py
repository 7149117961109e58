# pure: no socket, thread or clock.
"""What a voice says to be heard, in each of the languages Kokoro has voices for."""

from __future__ import annotations

from typing import Final

#: Language -> its name, its locale as macOS say lists it, and a sentence in it.
LANGUAGES: Final = {
    "en-us": (
        "American English",
        "en_US",
        "Hello! This is how I sound when I read something to you.",
    ),
    "en-gb": (
        "British English",
        "en_GB",
        "Good afternoon. I should be glad to read that letter to you.",
    ),
    "es": ("Spanish", "es_ES", "Hola, así suena mi voz cuando leo algo en voz alta."),
    "fr": ("French", "fr_FR", "Bonjour, voici comment je lis un texte à haute voix."),
    "hi": ("Hindi", "hi_IN", "नमस्ते, पढ़ते समय मेरी आवाज़ ऐसी होती है।"),
    "it": ("Italian", "it_IT", "Ciao, ecco la mia voce quando leggo qualcosa."),
    "ja": ("Japanese", "ja_JP", "こんにちは。私の声はこのように聞こえます。"),
    "pt-br": ("Brazilian Portuguese", "pt_BR", "Olá, é assim que eu leio um texto em voz alta."),
    "zh": ("Mandarin Chinese", "zh_CN", "你好，这就是我朗读时的声音。"),
}

#: What the built-in voice speaks if no language is named.
_USUAL: Final = "en-us"


def locale_of(lang: str) -> str:
    return LANGUAGES.get(lang, LANGUAGES[_USUAL])[1]


def sample_in(lang: str) -> str:
    """A sentence in `lang`; American English for what is no language of Kokoro's."""
    return LANGUAGES.get(lang, LANGUAGES[_USUAL])[2]
