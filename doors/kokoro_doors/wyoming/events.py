# loop: of asyncio.
"""Events of a client, read with limits that the package wyoming does not have.

Source: the protocol's page in its repository: a line of JSON, then `data_length` bytes of JSON,
then `payload_length` bytes, which nothing that is asked of us has.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, Final

from wyoming.event import Event

#: Of one event: a text of 100,000 characters, or a chunk of one.
MAX_BYTES: Final = 512 * 1024


class BadEventError(Exception):
    """What came is no event."""


async def events(reader: asyncio.StreamReader) -> AsyncGenerator[Event, None]:
    """Until the client hangs up. Raises BadEventError."""
    try:
        while line := await reader.readline():
            yield await _event(line, reader)
    except (ValueError, TypeError, RecursionError, asyncio.LimitOverrunError) as error:
        raise BadEventError(f"no event of the Wyoming protocol ({type(error).__name__})") from None
    except (asyncio.IncompleteReadError, ConnectionError):
        return


async def _event(line: bytes, reader: asyncio.StreamReader) -> Event:
    header = json.loads(line)
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise BadEventError("an event has no type")
    data: Any = header.get("data") or {}
    if length := _length(header, "data_length"):
        data = {**data, **json.loads(await reader.readexactly(length))}
    if length := _length(header, "payload_length"):
        await reader.readexactly(length)
    if not isinstance(data, dict):
        raise BadEventError("an event's data is no object")
    return Event(type=header["type"], data=data)


def _length(header: dict[str, Any], key: str) -> int:
    length = header.get(key) or 0
    if not isinstance(length, int) or not 0 <= length <= MAX_BYTES:
        raise BadEventError(f"{key} is not from 0 to {MAX_BYTES}")
    return length
