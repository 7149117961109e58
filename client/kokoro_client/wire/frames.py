# pure: no socket, thread or clock.
"""Frames: a 4-byte big-endian length, then that many bytes holding one msgpack map.

Owns:       the bytes of the frame that has not arrived whole.
Invariants: buffers at most one frame, never more than `max_frame` bytes; what is
            yielded depends on the bytes alone, not on how they were cut.
Never:      goes on after an error: the peer and this side no longer agree where
            frames begin, so the connection is to be closed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

import msgpack

from . import shallow
from .errors import ErrorCode, WireError

HEADER: Final = struct.Struct(">I")

#: Largest request. Long text comes in several frames, so the daemon never has
#: to hold more than this for a peer that has not finished a sentence.
MAX_REQUEST: Final = 64 * 1024

#: Largest answer. Audio comes in slices far below it; a status or a list of
#: voices is the only thing that could grow, and this bounds it.
MAX_ANSWER: Final = 1024 * 1024

#: One message is one flat map. The largest nested value is `words` of a segment
#: (150 tokens at most, so at most 150 words) and `value` of a result.
_MAX_ARRAY: Final = 1024
_MAX_MAP: Final = 1024


class FrameError(WireError):
    """The peer broke the framing. Answer if possible, then close the connection."""


def encode(payload: dict[str, Any], max_frame: int = MAX_ANSWER) -> bytes:
    """The frame of one message.

    Raises WireError(too_large) if the packed map exceeds `max_frame` bytes and
    WireError(bad_request) if a string is not valid Unicode (a lone surrogate).
    """
    try:
        body: bytes = msgpack.packb(payload, use_bin_type=True)
    except UnicodeEncodeError as error:
        raise WireError(
            ErrorCode.BAD_REQUEST,
            f"text holds a lone surrogate at character {error.start}, which is no "
            "character; send valid Unicode",
        ) from None
    if len(body) > max_frame:
        raise WireError(
            ErrorCode.TOO_LARGE,
            f"frame of {len(body)} bytes is over the limit of {max_frame}; "
            "send long text in several `append` messages",
        )
    return HEADER.pack(len(body)) + body


class FrameDecoder:
    """Turns bytes into payload maps: feed() what arrived, then iterate frames()."""

    def __init__(self, max_frame: int, depth: int | None = None) -> None:
        """depth: maps and arrays in one another, at most; None: as msgpack can."""
        self._max_frame = max_frame
        self._depth = depth
        self._buffer = bytearray()
        self._failed = False

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Append what was received. The caller bounds the size of one feed."""
        if not self._failed:
            self._buffer += data

    @property
    def mid_frame(self) -> bool:
        """True if a frame has begun and its end has not arrived."""
        return bool(self._buffer)

    def frames(self) -> Iterator[dict[str, Any]]:
        """Yield each map that is complete.

        Raises FrameError(too_large) for a frame over the cap as soon as its header
        is known, FrameError(bad_request) for a body that is no msgpack map. Frames
        before the faulty one are yielded first.
        """
        if self._failed:
            raise FrameError(ErrorCode.BAD_REQUEST, "nothing can follow a broken frame")
        while len(self._buffer) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._buffer)
            if length > self._max_frame:
                raise self._fail(
                    ErrorCode.TOO_LARGE,
                    f"frame of {length} bytes is over the limit of {self._max_frame}; "
                    "send long text in several `append` messages",
                )
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            body = bytes(memoryview(self._buffer)[HEADER.size : end])
            del self._buffer[:end]
            yield self._unpack(body)

    def _unpack(self, body: bytes) -> dict[str, Any]:
        try:
            payload = self._value(body)
        except shallow.NestedError as error:
            raise self._fail(
                ErrorCode.BAD_REQUEST, f"frame {error}; see docs/protocol.md"
            ) from None
        except Exception as error:  # noqa: BLE001 - msgpack raises a dozen unrelated types
            raise self._fail(
                ErrorCode.BAD_REQUEST,
                f"frame is not one msgpack map ({type(error).__name__}); see docs/protocol.md",
            ) from None
        if not isinstance(payload, dict):
            raise self._fail(
                ErrorCode.BAD_REQUEST,
                f"frame holds a {type(payload).__name__}, not a map; see docs/protocol.md",
            )
        return payload

    def _value(self, body: bytes) -> Any:
        if self._depth is not None:
            return shallow.unpack(body, self._depth, _refuse_extension)
        # surrogateescape lets a string that is not UTF-8 reach the schema check, which refuses
        # it with the id of its request.
        return msgpack.unpackb(
            body,
            raw=False,
            unicode_errors="surrogateescape",
            strict_map_key=True,
            ext_hook=_refuse_extension,
            max_array_len=_MAX_ARRAY,
            max_map_len=_MAX_MAP,
            max_str_len=len(body),
            max_bin_len=len(body),
            max_ext_len=0,
            object_pairs_hook=_unique_keys,
        )

    def _fail(self, code: ErrorCode, message: str) -> FrameError:
        self._failed = True
        self._buffer.clear()
        return FrameError(code, message)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("a key occurs twice")
    return keys


def _refuse_extension(code: int, data: bytes) -> Any:
    raise ValueError(f"extension type {code}")
