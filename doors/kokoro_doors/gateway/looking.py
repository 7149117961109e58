# loop: of asyncio; `explain` is a process.
"""What is asked and changes nothing: voices, health, metrics, status, how a text is read."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import shutil
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from kokoro_client.errors import KokoroError

from . import openapi, voices
from .asked import parse
from .bodies import json_of
from .encoding import available
from .failures import RefusedError
from .parts import parts_of
from .streaming import while_there

#: Any name is taken; these are what programs look for.
MODELS: Final = ("kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts")

#: Of the model card's release; programs want a number.
_CREATED: Final = 1_735_257_600


#: Of the daemon's status: paths of its user, which others who reach the port need not know.
_UNTOLD: Final = frozenset({"home", "socket", "pid"})

#: Loading the dictionaries takes a second, a long text a few.
_EXPLAIN_S: Final = 30.0
_EXPLAIN_CHARS: Final = 5_000


async def page(request: Request) -> Response:
    content, policy = _page()
    return HTMLResponse(content, headers={"Content-Security-Policy": policy})


@lru_cache(maxsize=1)
def _page() -> tuple[bytes, str]:
    """The page, and a policy by which its own script runs and no other."""
    content = Path(__file__).with_name("page.html").read_bytes()
    hashes = {
        tag: base64.b64encode(hashlib.sha256(_inside(content, tag)).digest()).decode()
        for tag in ("script", "style")
    }
    return content, (
        "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'none'; script-src 'sha256-{hashes['script']}'; "
        f"style-src 'sha256-{hashes['style']}'"
    )


def _inside(content: bytes, tag: str) -> bytes:
    _, _, rest = content.partition(f"<{tag}>".encode())
    return rest.partition(f"</{tag}>".encode())[0]


async def models(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_model(name) for name in MODELS]})


async def model(request: Request) -> Response:
    name = request.path_params["model"]
    if name not in MODELS:
        raise RefusedError(
            404, f"no model {name!r}; there are {', '.join(MODELS)}", code="model_not_found"
        )
    return JSONResponse(_model(name))


async def audio_models(request: Request) -> Response:
    return JSONResponse({"models": [{"id": name, "name": name} for name in MODELS]})


async def audio_voices(request: Request) -> Response:
    return JSONResponse({"voices": voices.listed(await parts_of(request).client.voices())})


async def health(request: Request) -> Response:
    """200 if a daemon answers; none is started for it."""
    try:
        status = await parts_of(request).looking.status()
    except KokoroError as error:
        return JSONResponse({"status": "unhealthy", "daemon": str(error)}, 503)
    return JSONResponse({"status": "healthy", "daemon": status.get("state")})


async def metrics(request: Request) -> Response:
    """The gateway's, then the daemon's if one runs."""
    parts = parts_of(request)
    text = parts.counters.text()
    with contextlib.suppress(KokoroError):
        text += str(await parts.looking.metrics())
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


async def status(request: Request) -> Response:
    """The daemon's, for the page; none is started for it."""
    answer = await parts_of(request).looking.status()
    told = {key: value for key, value in answer.items() if key not in _UNTOLD}
    return JSONResponse({"formats": available(), "daemon": told})


async def explain(request: Request) -> Response:
    """How a text is read: what `kokoroctl explain --json` tells."""
    asked = parse(await json_of(request))
    if len(asked.text) > _EXPLAIN_CHARS:
        raise RefusedError(
            400, f"input has over {_EXPLAIN_CHARS} characters", param="input", code="too_large"
        )
    async with parts_of(request).explaining:
        told = await while_there(request, _explained(asked.text, asked.lang, request))
    return JSONResponse(told)


async def _explained(text: str, lang: str, request: Request) -> Any:
    flags = [f"--lang={lang}"] if lang else []
    process = await asyncio.create_subprocess_exec(
        *(_kokoroctl(), "explain", "--json", *flags),
        env=dict(parts_of(request).environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_EXPLAIN_S):
            told, said = await process.communicate(text.encode())
    except TimeoutError:
        raise RefusedError(504, f"not explained within {_EXPLAIN_S:g} s", code="timeout") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        # The last line is for people: kokoroctl's own.
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise RefusedError(400, lines[-1][:500] if lines else "it failed", code="not_explained")
    return json.loads(told)


async def document(request: Request) -> Response:
    return JSONResponse(openapi.DOCUMENT)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "kokorod"}


def _kokoroctl() -> str:
    beside = Path(sys.executable).with_name("kokoroctl")
    return str(beside) if beside.exists() else shutil.which("kokoroctl") or "kokoroctl"
