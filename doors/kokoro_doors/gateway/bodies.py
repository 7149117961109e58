# loop: of asyncio.
"""The JSON of a request, no larger and no slower than is allowed."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from .failures import RefusedError
from .settings import BODY_S, MAX_BODY_BYTES
from .streaming import GoneError

#: A client that is refused in the middle of its body may never read why: so much is let come.
_DROPPED_BYTES: Final = 8 * 1024 * 1024


async def json_of(request: Request, *, may_be_empty: bool = False) -> Any:
    """Raises RefusedError, GoneError."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise RefusedError(
            415, f"the body is {kind[:60]!r}; send application/json", code="unsupported_media_type"
        )
    body = await _bytes_of(request)
    if may_be_empty and not body.strip():
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            400, f"the body is no JSON ({type(error).__name__})", code="invalid_json"
        ) from None


async def _bytes_of(request: Request) -> bytes:
    body = bytearray()
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size <= MAX_BODY_BYTES:
                    body += part
                elif size > _DROPPED_BYTES:
                    break
    except TimeoutError:
        raise RefusedError(
            408,
            f"the body has not come within {BODY_S:g} s",
            code="timeout",
            headers={"Connection": "close"},
        ) from None
    except ClientDisconnect:
        raise GoneError from None
    if size > MAX_BODY_BYTES:
        raise RefusedError(
            413,
            f"the body has over {MAX_BODY_BYTES} bytes; send less text at once",
            code="too_large",
            headers={"Connection": "close"},
        )
    return bytes(body)
