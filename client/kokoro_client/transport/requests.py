# pure: no socket, thread or clock.
"""Requests as a caller words them, checked before anything is sent."""

from __future__ import annotations

from typing import Any, TypeVar

from .. import errors
from ..wire import messages
from ..wire.errors import WireError
from .inbox import FRAME_CHARS

_T = TypeVar("_T")


def checked(kind: type[_T], fields: dict[str, Any]) -> _T:
    """The request with these fields. Raises BadRequestError or a subclass."""
    try:
        request = messages.parse_request(fields)
    except WireError as error:
        raise errors.from_wire(error) from None
    assert isinstance(request, kind)
    return request


def speak_request(text: str, final: bool, **fields: Any) -> tuple[messages.Speak, str]:
    """The first frame of a text, still without its id, and the rest of the text.

    Raises BadRequestError for a value that is not allowed.
    """
    check_text(text)
    first, rest = text[:FRAME_CHARS], text[FRAME_CHARS:]
    fields = {"type": "speak", "id": 0, "text": first, "final": final and not rest, **fields}
    return checked(messages.Speak, fields), rest


def check_text(text: str) -> None:
    """Raises BadRequestError for a lone surrogate, which is half a character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.BadRequestError(
            f"text holds half a character (a lone surrogate) at {error.start}; send valid Unicode"
        ) from None
