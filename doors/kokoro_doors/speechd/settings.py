# pure: no socket, thread or clock.
"""What speech-dispatcher sets for the messages that follow, and what it means for Kokoro."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kokoro_client.wire.choices import MAX_SPEED, MIN_SPEED

from . import names

#: Of the slowest and the fastest rate, -100 and 100, to the normal one.
SLOWEST: Final = 0.5
FASTEST: Final = 3.0

#: Of pitch 100, in semitones: higher, a voice is a child's.
_SEMITONES: Final = 8.0

_NUMBERS: Final = frozenset({"rate", "pitch", "pitch_range", "volume"})
_WORDS: Final = {
    "punctuation_mode": ("none", "some", "most", "all"),
    "spelling_mode": ("on", "off"),
    "cap_let_recogn": ("none", "spell", "icon"),
}
_TEXTS: Final = frozenset({"voice", "language", "synthesis_voice"})
_PUNCTUATION: Final = {"none": frozenset(), "some": names.SOME, "most": names.MOST, "all": None}


class SettingError(ValueError):
    """A value that a parameter cannot have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """speech-dispatcher's parameters, under its names. Numbers are from -100 to 100."""

    rate: int = 0
    pitch: int = 0
    pitch_range: int = 0
    volume: int = 100
    punctuation_mode: str = "none"
    spelling_mode: str = "off"
    cap_let_recogn: str = "none"
    voice: str = "male1"
    language: str = ""
    synthesis_voice: str = ""

    def with_value(self, key: str, value: str) -> Settings:
        """Raises SettingError. A parameter of a newer release changes nothing."""
        if value == "NULL":
            value = ""
        if key in _NUMBERS:
            try:
                number = int(value)
            except ValueError:
                raise SettingError(key) from None
            if not -100 <= number <= 100:
                raise SettingError(key)
            return replace(self, **{key: number})  # type: ignore[arg-type]
        if key in _WORDS:
            if value and value not in _WORDS[key]:
                raise SettingError(key)
            return replace(self, **{key: value or _WORDS[key][0]})  # type: ignore[arg-type]
        return replace(self, **{key: value}) if key in _TEXTS else self  # type: ignore[arg-type]

    @property
    def speed(self) -> float:
        """Kokoro's part of the rate: 0.5 to 2."""
        return max(MIN_SPEED, min(MAX_SPEED, self._factor))

    @property
    def stretch(self) -> float:
        """What is left for time stretching: 1 to 1.5."""
        return self._factor / self.speed

    @property
    def _factor(self) -> float:
        # Each step is heard as as much as the one before.
        return float(round((FASTEST if self.rate > 0 else 1 / SLOWEST) ** (self.rate / 100), 2))

    @property
    def semitones(self) -> float:
        return _SEMITONES * self.pitch / 100

    @property
    def gain(self) -> float:
        return (self.volume + 100) / 200

    @property
    def marks(self) -> frozenset[str] | None:
        """Punctuation that is named; None: all of it."""
        return _PUNCTUATION[self.punctuation_mode]

    @property
    def spells(self) -> bool:
        return self.spelling_mode == "on"

    @property
    def tells_capitals(self) -> bool:
        """There is no icon for one: it is said."""
        return self.cap_let_recogn != "none"


@dataclass(frozen=True, slots=True)
class Voice:
    """One of the daemon's. lang: e.g. en-us."""

    name: str
    lang: str
    gender: str
    grade: str

    @staticmethod
    def read(value: Any) -> list[Voice]:
        """From what the daemon answers to `voices`, whatever its release."""
        found = [entry for entry in value if isinstance(entry, Mapping)]
        keys = ("name", "lang", "gender", "grade")
        return [Voice(*(str(entry.get(key, "")) for key in keys)) for entry in found]

    @property
    def tag(self) -> str:
        """Its language as speech-dispatcher writes it: en-US."""
        language, _, country = self.lang.partition("-")
        return f"{language}-{country.upper()}" if country else language


def chosen(settings: Settings, voices: Sequence[Voice], default: str = "") -> Voice | None:
    """The voice for a message; None: the daemon's own choice.

    A name goes first, then the language, then the kind: male1 is the usual voice of the language,
    the others are counted by grade. default: the daemon's own voice.
    """
    if named := [voice for voice in voices if voice.name == settings.synthesis_voice]:
        return named[0]
    lang = settings.language.lower()
    usual = next((voice for voice in voices if voice.name == default), None)
    fitting = [v for v in voices if _fits(v.lang, lang)]
    # Another country's voice is better than another language's.
    fitting = fitting or [v for v in voices if _fits(v.lang, lang.partition("-")[0])]
    kind = settings.voice.lower()
    if not fitting or (kind in ("male1", "") and (usual is None or usual in fitting)):
        return usual
    gender = "female" if kind.startswith(("female", "child_female")) else "male"
    ranked = sorted(fitting, key=lambda voice: voice.grade or "Z")
    if kind in ("male1", ""):
        return ranked[0]
    of_gender = [voice for voice in ranked if voice.gender.lower().startswith(gender)] or ranked
    number = int(kind[-1]) - 1 if kind[-1:].isdigit() else 0
    return of_gender[number % len(of_gender)]


def _fits(lang: str, wanted: str) -> bool:
    return lang.lower() == wanted or lang.lower().startswith(f"{wanted}-") or not wanted
