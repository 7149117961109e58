# pure: no socket, thread or clock.
"""The daemon's voices as kokoroctl shows them: sorted, picked by language, in columns."""

from __future__ import annotations

from typing import Any, Final

from . import exits
from .samples import LANGUAGES, locale_of, sample_in

_HEADINGS: Final = ("voice", "language", "gender", "quality", "")
_SIGNS: Final = {"+": 0, "": 1, "-": 2}

Voice = dict[str, Any]


def listed(value: Any) -> list[Voice]:
    """The voices in the daemon's answer, by language, gender and quality; blends last."""
    voices = [voice for voice in value if isinstance(voice, dict)] if type(value) is list else []
    return sorted(voices, key=_sort_key)


def _sort_key(voice: Voice) -> tuple[object, ...]:
    languages = list(LANGUAGES)
    lang, grade = str(voice.get("lang", "")), str(voice.get("grade", ""))
    return (
        "blend" in voice,
        languages.index(lang) if lang in languages else len(languages),
        lang,
        str(voice.get("gender", "")),
        # The best first; what has no grade after all that have one.
        (not grade, grade[:1], _SIGNS.get(grade[1:], 1)),
        str(voice.get("name", "")),
    )


def of_language(voices: list[Voice], lang: str | None) -> list[Voice]:
    """Those that speak `lang`: `en` is both English accents, `fr-CA` is fr."""
    if lang is None:
        return voices
    tag = lang.lower().replace("_", "-")
    found = [
        voice
        for voice in voices
        if (own := str(voice.get("lang", "")))
        and (own == tag or own.startswith(f"{tag}-") or tag.startswith(f"{own}-"))
    ]
    if not found:
        known = ", ".join(dict.fromkeys(str(v.get("lang")) for v in voices if v.get("lang")))
        there = f"the languages are {known}" if known else "the built-in voice speaks them all"
        raise exits.CommandError(f"no voice of the language {lang[:40]!r}; {there}", exits.USAGE)
    return found


def table(voices: list[Voice]) -> list[str]:
    """A voice a line, in columns."""
    rows = [_HEADINGS] + [
        (
            exits.one_line(voice.get("name", "")),
            exits.one_line(voice.get("lang", "") or "any"),
            exits.one_line(voice.get("gender", "") or "-"),
            exits.one_line(voice.get("grade", "") or "-"),
            exits.one_line(voice.get("blend", "")),
        )
        for voice in voices
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def as_say_lists(voices: list[Voice]) -> list[str]:
    """Name, locale and a sentence, in the columns of macOS' `say -v '?'`."""
    return [
        f"{exits.one_line(voice.get('name', '')):<19} {locale_of(lang):<8} # {sample_in(lang)}"
        for voice in voices
        for lang in [str(voice.get("lang", ""))]
    ]
