# loop: of asyncio.
"""`POST /v1/audio/speech` and `POST /dev/captioned_speech`: text to sound, as it is made."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kokoro_client.wire.messages import SegmentInfo

from ..stretching import Stretching
from ..stretching.speech import StretchedSpeech
from .asked import MEDIA, Asked, StreamFormat, parse
from .bodies import json_of
from .encoding import Encoder, encoder_of
from .failures import RefusedError
from .parts import Parts, begun, parts_of
from .settings import MAX_STREAMS
from .streaming import GoneError, Streamed, while_there

#: 0.1 s of sound. A frame of the daemon may hold three times that, which take Opus a while.
_FIRST_BYTES: Final = 4_800


async def speak(request: Request) -> Response:
    """OpenAI's: a file of sound, in pieces, or events with the pieces in Base64."""
    parts = parts_of(request)
    asked = parse(await json_of(request), parts.settings.voice)
    encoder = encoder_of(asked.format, whole=not asked.stream)
    speech = await _begin(request, parts, asked, encoder)
    if asked.stream_format is StreamFormat.SSE:
        return _streamed(parts, asked, speech, _events(speech, encoder), "text/event-stream")
    media = MEDIA[asked.format]
    if asked.stream:
        return _streamed(parts, asked, speech, _sound(speech, encoder), media)
    sound = await _whole(request, parts, _sound(speech, encoder))
    return Response(sound, media_type=media, headers=_notes(asked, speech))


async def caption(request: Request) -> Response:
    """Kokoro-FastAPI's: sound with the time of each word, whole or a line a segment."""
    parts = parts_of(request)
    asked = parse(await json_of(request), parts.settings.voice)
    encoder = encoder_of(asked.format, whole=not asked.stream)
    speech = await _begin(request, parts, asked, encoder, timings=True)
    lines = _captioned(speech, encoder, asked)
    if asked.stream:
        pieces = (json.dumps(line, ensure_ascii=False).encode() + b"\n" async for line in lines)
        return _streamed(parts, asked, speech, pieces, "application/x-ndjson")
    sound, words = bytearray(), []

    async def gather() -> None:
        async with aclosing(lines):
            async for line in lines:
                sound.extend(base64.b64decode(line["audio"]))
                words.extend(line["timestamps"])

    with parts.counted() as count:
        await while_there(request, gather())
        count.whole = True
    body = _line(bytes(sound), words, asked)
    return JSONResponse(body, headers=_notes(asked, speech))


async def _begin(
    request: Request, parts: Parts, asked: Asked, encoder: Encoder, **fields: Any
) -> StretchedSpeech:
    """The speech, accepted by the daemon, at the speed that was asked for."""
    if parts.counters.streams >= MAX_STREAMS:
        await encoder.close()
        raise RefusedError(
            429,
            f"{MAX_STREAMS} speeches are under way; try again when one has ended",
            code="busy",
            retry_after_s=1,
        )
    parts.counters.characters += len(asked.text)
    try:
        speaking = begun(parts.client.speak, asked, **fields)
        return StretchedSpeech(await while_there(request, speaking), Stretching(asked.stretch))
    except BaseException as error:
        parts.counters.left += isinstance(error, GoneError)
        await encoder.close()
        raise


def _streamed(
    parts: Parts,
    asked: Asked,
    speech: StretchedSpeech,
    pieces: AsyncGenerator[bytes, None],
    media_type: str,
) -> Streamed:
    count = parts.counted()
    count.__enter__()

    def ended(whole: bool) -> None:
        count.whole = whole
        count.__exit__(None, None, None)

    response = Streamed(pieces, media_type, ended)
    response.headers.update(_notes(asked, speech))
    return response


async def _whole(request: Request, parts: Parts, pieces: AsyncGenerator[bytes, None]) -> bytes:
    async def gather() -> bytes:
        async with aclosing(pieces):
            return b"".join([piece async for piece in pieces])

    with parts.counted() as count:
        sound = await while_there(request, gather())
        count.whole = True
        return sound


async def _sound(speech: StretchedSpeech, encoder: Encoder) -> AsyncGenerator[bytes, None]:
    try:
        async with speech.speech, aclosing(speech.events()) as events:
            begun = False
            async for pcm in events:
                if isinstance(pcm, SegmentInfo):
                    continue
                # Before anything has left, little is encoded at once.
                step = len(pcm) if begun else _FIRST_BYTES
                for at in range(0, len(pcm), step):
                    if data := await encoder.feed(pcm[at : at + step]):
                        begun = True
                        yield data
            if data := await encoder.finish():
                yield data
    finally:
        await encoder.close()


async def _events(speech: StretchedSpeech, encoder: Encoder) -> AsyncGenerator[bytes, None]:
    """Server-sent events, as OpenAI's stream_format=sse has them."""
    async with aclosing(_sound(speech, encoder)) as pieces:
        async for piece in pieces:
            yield _event({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
    yield _event({"type": "speech.audio.done", "usage": _usage(speech)})


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def _usage(speech: StretchedSpeech) -> dict[str, int]:
    """tokens: Kokoro's phonemes for the text; of sound 20 a second, as OpenAI counts it."""
    stats = speech.speech.stats
    said = int(stats.get("tokens") or stats.get("characters") or 0)
    sounded = round(20 * float(stats.get("sound_s") or 0.0) / speech.factor)
    return {"input_tokens": said, "output_tokens": sounded, "total_tokens": said + sounded}


async def _captioned(
    speech: StretchedSpeech, encoder: Encoder, asked: Asked
) -> AsyncGenerator[dict[str, Any], None]:
    """A line with a segment's words before its sound; each piece of sound is a line."""
    words: list[dict[str, Any]] = []
    try:
        async with speech.speech, aclosing(speech.events()) as events:
            async for event in events:
                if isinstance(event, SegmentInfo):
                    words += [_word(word, asked, speech) for word in event.words]
                elif data := await encoder.feed(event):
                    yield _line(data, words, asked)
                    words = []
            data = await encoder.finish()
            if data or words:
                yield _line(data, words, asked)
    finally:
        await encoder.close()


def _word(word: Any, asked: Asked, speech: StretchedSpeech) -> dict[str, Any]:
    told = {
        "word": asked.text[word.start : word.end],
        "start_time": speech.moment(word.start_s),
        "end_time": speech.moment(word.end_s),
    }
    return told | {"start": word.start, "end": word.end} if asked.offsets else told


def _line(sound: bytes, words: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
    return {
        "audio": base64.b64encode(sound).decode(),
        "audio_format": MEDIA[asked.format],
        "timestamps": words,
    }


def _notes(asked: Asked, speech: StretchedSpeech) -> dict[str, str]:
    """What speaks, and what is not as it was asked for."""
    note = asked.note if speech.factor == 1 else ""
    notes = "; ".join(filter(None, (note, speech.speech.note)))
    shown = {"X-Kokoro-Voice": speech.speech.voice, "X-Kokoro-Note": notes}
    # A header holds Latin-1.
    return {
        name: value.encode("ascii", "backslashreplace").decode()
        for name, value in shown.items()
        if value
    }
