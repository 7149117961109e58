# loop: of asyncio.
"""One client: what it wants spoken, one text after the other.

Owns:       the connection, the texts that wait, the speech under way.
Invariants: each text is answered by audio-start, chunks, audio-stop, or by an error; one that was
            streamed by synthesize-stopped, too; a client that hangs up ends its speech.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.info import Describe
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from kokoro_client.aio import Client
from kokoro_client.errors import KokoroError
from kokoro_client.wire.choices import SAMPLE_RATE

from ..stretching import Stretching, shared
from ..stretching.speech import StretchedSpeech
from .events import BadEventError, events
from .info import info, lang_of

#: Texts of one client that may wait; then it is not read from.
_WAITING: Final = 16

#: Pieces of a text that is being written and is not spoken yet; a language model's whole answer.
_PIECES: Final = 4096

_FORMAT: Final = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}


class _Text:
    """A text, whole or still being written: None in `pieces` is its end."""

    def __init__(self, voice: SynthesizeVoice | None, ssml: bool, streamed: bool) -> None:
        self.voice = voice
        self.ssml = ssml
        self.streamed = streamed
        self.pieces: asyncio.Queue[str | None] = asyncio.Queue(_PIECES)


class Connection:
    def __init__(
        self,
        client: Client,
        voice: str,
        speed: float,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._client = client
        self._voice = voice
        self._speed, self._factor = shared(speed)
        self._reader = reader
        self._writer = writer
        self._texts: asyncio.Queue[_Text] = asyncio.Queue(_WAITING)
        self._written: _Text | None = None  # the one that is being written

    async def run(self) -> None:
        """Until the client hangs up."""
        speaking = asyncio.create_task(self._speak_all())
        try:
            async with contextlib.aclosing(events(self._reader)) as arriving:
                async for event in arriving:
                    await self._take(event)
        except BadEventError as error:
            await self._write(Error(text=str(error), code="bad_request").event())
        except (KeyError, AttributeError, TypeError) as error:
            wrong = f"an event lacks what it needs ({type(error).__name__})"
            await self._write(Error(text=wrong, code="bad_request").event())
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            self._writer.close()

    async def _take(self, event: Event) -> None:
        if Describe.is_type(event.type):
            try:
                await self._write(info(await self._client.voices()).event())
            except KokoroError as error:
                await self._write(_failure(error))
        elif SynthesizeStart.is_type(event.type):
            start = SynthesizeStart.from_event(event)
            await self._end_written()
            self._written = _Text(start.voice, _is_ssml(start.text_format), streamed=True)
            await self._texts.put(self._written)
        elif SynthesizeChunk.is_type(event.type):
            if self._written is not None:
                await self._written.pieces.put(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(event.type):
            await self._end_written()
        elif Synthesize.is_type(event.type) and self._written is None:
            # While one is written it is the same text again, for servers that do not stream.
            whole = Synthesize.from_event(event)
            text = _Text(whole.voice, _is_ssml(whole.text_format), streamed=False)
            for piece in (whole.text, None):
                text.pieces.put_nowait(piece)
            await self._texts.put(text)

    async def _end_written(self) -> None:
        written, self._written = self._written, None
        if written is not None:
            await written.pieces.put(None)

    async def _speak_all(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                text = await self._texts.get()
                try:
                    await self._speak(text)
                except* KokoroError as group:
                    await self._write(_failure(group.exceptions[0]))
                    await self._drop(text)
                if text.streamed:
                    await self._write(SynthesizeStopped().event())

    async def _speak(self, text: _Text) -> None:
        voice = text.voice
        speech = await self._client.speak(
            "",
            final=False,
            voice=(voice and voice.name) or self._voice,
            lang=lang_of(voice.language) if voice else "",
            speed=self._speed,
            markup="ssml" if text.ssml else "auto",
        )

        async def write() -> None:
            while (piece := await text.pieces.get()) is not None:
                await speech.append(piece)
            text.pieces.put_nowait(None)  # for _drop()
            await speech.finish()

        async with speech, asyncio.TaskGroup() as group:
            group.create_task(write())
            await self._write(AudioStart(**_FORMAT).event())
            stretched = StretchedSpeech(speech, Stretching(self._factor))
            async with contextlib.aclosing(stretched.events()) as sound:
                async for pcm in sound:
                    if isinstance(pcm, bytes):
                        await self._write(AudioChunk(**_FORMAT, audio=pcm).event())
        await self._write(AudioStop().event())

    async def _drop(self, text: _Text) -> None:
        """Take what still comes of a text that failed."""
        while await text.pieces.get() is not None:
            pass

    async def _write(self, event: Event) -> None:
        await async_write_event(event, self._writer)


def _is_ssml(format: Any) -> bool:
    return str(getattr(format, "value", format)) == "ssml"


def _failure(error: Exception) -> Event:
    code = getattr(error, "code", None)
    return Error(text=str(error), code=str(code or type(error).__name__)).event()
