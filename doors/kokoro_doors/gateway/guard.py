# loop: of asyncio.
"""Who is let in: before any route is looked for.

Against a page of another site that a browser on this machine shows (Host, Origin), against other
users and machines (the token), against a program that asks without end (posts a second).

Owns:       the allowance of posts.
Invariants: what is refused here has reached no route; the token is compared in constant time.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .counters import Counters
from .failures import RefusedError
from .settings import FULL, POSTS_A_SECOND, POSTS_AT_ONCE, Settings, is_loopback

#: What tells nothing and changes nothing: the page asks for the token, and a monitor has none.
_OPEN: Final = frozenset({"/", "/health", "/favicon.ico"})

_METHODS: Final = "GET, POST, OPTIONS"
_HEADERS: Final = "Authorization, Content-Type"
_EXPOSED: Final = "X-Kokoro-Voice, X-Kokoro-Note, Retry-After"
_PREFLIGHT_S: Final = "600"

_HEADERS_OF_EACH: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Guard:
    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        counters: Counters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._settings = settings
        self._counters = counters
        self._clock = clock
        self._allowance = float(POSTS_AT_ONCE)
        self._counted_at = clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        # A page of ours may read the answer, a refusal too.
        allowed = origin if origin in self._settings.origins else ""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), allowed)
            await send(message)

        try:
            self._check(scope, headers, origin)
        except RefusedError as refusal:
            self._counters.refused += 1
            response: Response = JSONResponse(refusal.body(), refusal.status, refusal.headers)
            await response(scope, receive, sending)
            return
        if scope["method"] == "OPTIONS" and allowed and "access-control-request-method" in headers:
            await _preflight()(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    def _check(self, scope: Scope, headers: Headers, origin: str) -> None:
        full = scope.get("state", {}).get(FULL)
        if full is not None and full():
            raise RefusedError(
                503,
                f"{self._settings.connections} connections are open; close one, or try again",
                code="too_many_connections",
                retry_after_s=1,
            )
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._knows(hosts[0]):
            raise RefusedError(
                403,
                "this Host is not ours; ask for localhost, or start the gateway with --allow-host",
                code="wrong_host",
            )
        own = origin in (f"http://{hosts[0]}", f"https://{hosts[0]}")
        if origin and not own and origin not in self._settings.origins:
            raise RefusedError(
                403,
                "pages of this origin may not use the gateway; start it with --allow-origin",
                code="wrong_origin",
            )
        if not origin and headers.get("sec-fetch-site", "none") == "cross-site":
            raise RefusedError(403, "pages of another site may not use it", code="wrong_origin")
        if scope["method"] == "OPTIONS":
            return
        if scope["path"] not in _OPEN and not self._has_token(headers):
            raise RefusedError(
                401,
                "the token is missing or wrong; send it as `Authorization: Bearer TOKEN`",
                code="invalid_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if scope["method"] == "POST":
            self._take_post()

    def _knows(self, host: str) -> bool:
        """Whether a request's Host may be ours: a name that an attacker's page cannot have."""
        name, colon, port = host.rpartition(":")
        if not colon or not port.isdigit():
            name = host
        name = name.lower()
        ours = (self._settings.host.lower(), *(known.lower() for known in self._settings.hosts))
        return is_loopback(name) or name in ours

    def _has_token(self, headers: Headers) -> bool:
        token = self._settings.token
        if not token:
            return True
        given = headers.get("authorization", "")
        kind, _, sent = given.partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(
            sent.strip().encode(), token.encode()
        )

    def _take_post(self) -> None:
        now = self._clock()
        more = (now - self._counted_at) * POSTS_A_SECOND
        self._allowance = min(float(POSTS_AT_ONCE), self._allowance + more)
        self._counted_at = now
        if self._allowance < 1:
            raise RefusedError(
                429,
                f"over {POSTS_A_SECOND} requests a second; slow down",
                code="rate_limit_exceeded",
                retry_after_s=1,
            )
        self._allowance -= 1


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Max-Age": _PREFLIGHT_S,
        },
    )


def _add_headers(headers: MutableHeaders, allowed: str) -> None:
    for name, value in _HEADERS_OF_EACH.items():
        headers.setdefault(name, value)
    headers.add_vary_header("Origin")
    if allowed:
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Access-Control-Expose-Headers"] = _EXPOSED
