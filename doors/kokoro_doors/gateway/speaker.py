# loop: of asyncio.
"""`POST /speak`, `/stop`, `/pause`, `/resume`: at the speaker of this machine, for programs that
cannot play. The daemon decides whose turn it is; the gateway plays."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .asked import flag, parse
from .bodies import json_of
from .failures import RefusedError
from .parts import begun, parts_of
from .streaming import while_there

#: What may be spoken or wait at once: the daemon takes 32 of a client.
_MOST: Final = 16


async def speak(request: Request) -> Response:
    """`text` is said when its turn comes; with `wait` the answer comes when it was heard."""
    parts = parts_of(request)
    body = await json_of(request)
    key = "text" if isinstance(body, dict) and "text" in body else "input"
    asked = parse(body, parts.settings.voice, text_key=key)
    waits = flag(body, "wait", False)
    if len(parts.playing) >= _MOST:
        raise RefusedError(429, f"{_MOST} texts wait for the speaker", code="busy", retry_after_s=5)
    parts.counters.characters += len(asked.text)
    playing = await while_there(request, begun(parts.client.play, asked))
    parts.keep(playing)
    # The client plays it, and stretches nothing.
    headers = {"X-Kokoro-Note": asked.note} if asked.note else None
    if waits:
        ending = await while_there(request, playing.wait())
        return JSONResponse(
            {"status": str(ending or "finished"), "voice": playing.voice}, headers=headers
        )
    return JSONResponse({"status": "accepted", "voice": playing.voice}, 202, headers)


async def stop(request: Request) -> Response:
    """What is being spoken ends; with `all` what waits ends, too."""
    body = await json_of(request, may_be_empty=True)
    if not isinstance(body, dict):
        raise RefusedError(400, "the body is no JSON object", code="invalid_json")
    return await _control(request, "stop", flag(body, "all", False))


async def pause(request: Request) -> Response:
    """Silence, whoever speaks, until `resume`."""
    return await _control(request, "pause")


async def resume(request: Request) -> Response:
    return await _control(request, "resume")


async def _control(request: Request, action: str, everything: bool = False) -> Response:
    return JSONResponse(await parts_of(request).looking.control(action, all=everything))
