# loop: of asyncio.
"""The routes, put together; and what becomes of a failure."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kokoro_client.errors import KokoroError

from . import encoding, looking, speaker, speech
from .counters import Counters
from .failures import RefusedError, refusal_of
from .guard import Guard
from .parts import Parts
from .settings import Settings
from .streaming import GoneError

_ROUTES = (
    Route("/", looking.page, methods=["GET"]),
    Route("/v1/audio/speech", speech.speak, methods=["POST"]),
    Route("/dev/captioned_speech", speech.caption, methods=["POST"]),
    Route("/v1/models", looking.models, methods=["GET"]),
    Route("/v1/models/{model}", looking.model, methods=["GET"]),
    Route("/v1/audio/models", looking.audio_models, methods=["GET"]),
    Route("/v1/audio/voices", looking.audio_voices, methods=["GET"]),
    Route("/speak", speaker.speak, methods=["POST"]),
    Route("/stop", speaker.stop, methods=["POST"]),
    Route("/pause", speaker.pause, methods=["POST"]),
    Route("/resume", speaker.resume, methods=["POST"]),
    Route("/explain", looking.explain, methods=["POST"]),
    Route("/health", looking.health, methods=["GET"]),
    Route("/status", looking.status, methods=["GET"]),
    Route("/metrics", looking.metrics, methods=["GET"]),
    Route("/openapi.json", looking.document, methods=["GET"]),
)


def application(settings: Settings, environ: Mapping[str, str]) -> Starlette:
    parts = Parts(settings, environ)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loading = asyncio.create_task(asyncio.to_thread(encoding.load))
        yield
        await loading
        await parts.close()

    app = Starlette(
        routes=_ROUTES,
        lifespan=lifespan,
        middleware=[
            Middleware(_Counted, counters=parts.counters),
            Middleware(Guard, settings=settings, counters=parts.counters),
        ],
        exception_handlers={
            RefusedError: _refused,
            KokoroError: _failed,
            GoneError: _gone,
            HTTPException: _not_found,
        },
    )
    app.state.parts = parts
    return app


def _answer(refusal: RefusedError) -> Response:
    return JSONResponse(refusal.body(), refusal.status, refusal.headers)


async def _refused(request: Request, error: Any) -> Response:
    return _answer(error)


async def _failed(request: Request, error: Any) -> Response:
    return _answer(refusal_of(error))


async def _gone(request: Request, error: Any) -> Response:
    return Response(status_code=499)  # nobody reads it; nginx's number for the count


async def _not_found(request: Request, error: Any) -> Response:
    if error.status_code == 404:
        message = f"there is no {request.url.path[:200]}; GET /openapi.json lists what there is"
        return _answer(RefusedError(404, message, code="not_found"))
    message = f"{request.method} is not for this path"
    return _answer(
        RefusedError(
            error.status_code, message, code="not_allowed", headers=dict(error.headers or {})
        )
    )


class _Counted:
    """Counts answers by route and status, and is the last that sees a failure."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app = app
        self._counters = counters
        self._known = {route.path for route in _ROUTES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                path = scope["path"]
                # Others would let anybody make counters without end.
                self._counters.answered(path if path in self._known else "other", message["status"])
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - a bug, whose message may quote what is spoken
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
            print(f"kokoroctl gateway: {type(error).__name__} at {where}", file=sys.stderr)
            if not begun:
                bug = RefusedError(
                    500, "the gateway has a bug; its log says where", code="internal"
                )
                await _answer(bug)(scope, receive, sending)
