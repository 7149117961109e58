# pure: no socket, thread or clock.
"""What can speak at the moment, and what the name of a voice means."""

from __future__ import annotations

from dataclasses import dataclass, field

from kokoro_client.wire.errors import ErrorCode, WireError

from ..config import Config
from ..types import Engine, VoiceInfo
from ..voices.blends import is_blend
from ..voices.blends import parse as parse_blend
from ..voices.names import BUILT_IN, DEFAULT, KNOWN


@dataclass(slots=True)
class Availability:
    """What can speak at the moment.

    engine     None until it is known
    voices     as `voices` lists them
    note       why it is no better, for people
    problem    the same as a code
    has_edges  the model reports durations
    """

    engine: Engine | None = None
    voices: list[VoiceInfo] = field(default_factory=list)
    note: str = ""
    problem: ErrorCode | None = None
    has_edges: bool = False

    def resolve(self, name: str, config: Config) -> str:
        """The voice that `name` means: itself, or a blend in its one spelling.

        Raises WireError for a voice that is not there and for a blend that is none.
        """
        names = {v.name for v in self.voices}
        if self.engine is Engine.BUILT_IN:
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

    def default_voice(self, config: Config) -> str:
        """The voice of a request that names none: the configured one; or the first that there
        is, if nobody configured one and these voices lack the usual one.
        """
        return self.instead_of_default(config) or config.voice

    def instead_of_default(self, config: Config) -> str:
        """The voice that speaks in place of the usual one, which is not there; "": it is."""
        if config.voice != DEFAULT or self.engine is not Engine.KOKORO:
            return ""
        names = [v.name for v in self.voices if v.engine is Engine.KOKORO]
        return names[0] if names and DEFAULT not in names else ""

    def kokoro_voice(self, name: str, config: Config) -> str:
        """What `name` means as resolve() has it; "" if that is no voice of Kokoro's."""
        try:
            voice = self.resolve(name, config) if name else ""
        except WireError:
            return ""
        return "" if voice == BUILT_IN else voice


def _check(voice: str, names: set[str], where: str) -> None:
    if voice not in names:
        raise WireError(
            ErrorCode.UNKNOWN_VOICE,
            f"no voice {voice[:60]!r}{where}; `kokoroctl voices` lists the {len(names)} there are",
        )
