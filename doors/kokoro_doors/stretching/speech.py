# loop: of asyncio; what stretches works in a thread.
"""A speech of the client, faster or slower than Kokoro speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from kokoro_client.aio import Speech
from kokoro_client.wire.messages import SegmentInfo

from . import Pieces, Stretching

#: A third of a second, as long as the daemon's own; a segment as a whole is a lot to send at once.
_FRAME_BYTES: Final = 16 * 1024


class StretchedSpeech:
    """speech: its own, to be left by whoever has this; factor: what its sound is shortened by."""

    def __init__(self, speech: Speech, stretching: Stretching) -> None:
        self.speech = speech
        self.factor = stretching.factor
        self._pieces = Pieces(stretching) if stretching.works else None

    async def events(self) -> AsyncGenerator[SegmentInfo | bytes, None]:
        """PCM, and of each segment what it is, before; its times are those of the speech.

        What is stretched comes a segment at a time. Raises as the speech does.
        """
        pieces = self._pieces
        async for event in self.speech.events():
            if pieces is None:
                yield event if isinstance(event, SegmentInfo) else event.pcm
            elif isinstance(event, SegmentInfo):
                for frame in _frames(await asyncio.to_thread(pieces.end)):
                    yield frame
                pieces.begin(event.duration_s)
                yield event
            elif pieces.add(event.pcm):
                for frame in _frames(await asyncio.to_thread(pieces.end)):
                    yield frame
        if pieces is not None:
            for frame in _frames(await asyncio.to_thread(pieces.end)):
                yield frame

    def moment(self, spoken_s: float) -> float:
        """When a moment of the segment that was told last is heard, in seconds."""
        return spoken_s if self._pieces is None else self._pieces.moment(spoken_s)


def _frames(pcm: bytes) -> Iterator[bytes]:
    return (pcm[at : at + _FRAME_BYTES] for at in range(0, len(pcm), _FRAME_BYTES))
