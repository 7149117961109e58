# pure: no socket, thread or clock.
"""The value of a `voices` answer: what can speak, and the blends that are saved."""

from __future__ import annotations

from typing import Any

from ..config import Config
from ..lanes.availability import Availability
from ..types import Engine
from ..voices.languages import language_of_voice
from ..voices.names import GRADES


def voices_value(available: Availability, config: Config) -> list[dict[str, Any]]:
    """One map a voice; blends only where their voices could be there too."""
    listed = [
        {
            "name": v.name,
            "lang": v.lang,
            "gender": v.gender,
            "engine": v.engine.value,
            "grade": GRADES.get(v.name, ""),
        }
        for v in available.voices
    ]
    if available.engine is Engine.KOKORO:
        listed += [
            {
                "name": name,
                "lang": language_of_voice(blend),
                "gender": "",
                "engine": Engine.KOKORO.value,
                "grade": "",
                "blend": blend,
            }
            for name, blend in config.blends
        ]
    return listed
