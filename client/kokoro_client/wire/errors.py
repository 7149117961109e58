# pure: no socket, thread or clock.
"""The error codes of the wire and the exception that carries one."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every `code` an `error` answer can have (docs/protocol.md)."""

    BAD_REQUEST = "bad_request"
    UNSUPPORTED_VERSION = "unsupported_version"
    TOO_LARGE = "too_large"
    UNKNOWN_VOICE = "unknown_voice"
    UNKNOWN_LANGUAGE = "unknown_language"
    MODEL_MISSING = "model_missing"
    MODEL_DAMAGED = "model_damaged"
    BUSY = "busy"
    SHUTTING_DOWN = "shutting_down"
    CANCELLED = "cancelled"
    ENGINE_FAILED = "engine_failed"


class WireError(Exception):
    """A refusal: `code` for programs, `message` for people (wrong, allowed, to do)."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        request_id: int | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.retry_after_ms = retry_after_ms
