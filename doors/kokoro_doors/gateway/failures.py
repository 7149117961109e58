# pure: no socket, thread or clock.
"""What went wrong, in the shape of OpenAI's API: {"error": {message, type, param, code}}."""

from __future__ import annotations

from typing import Any, Final

from kokoro_client import errors

#: Kind of failure -> HTTP status. The first that fits counts; what is none of them is a 500.
_STATUS: Final[tuple[tuple[type[errors.KokoroError], int], ...]] = (
    (errors.BadRequestError, 400),
    (errors.UnknownVoiceError, 400),
    (errors.UnknownLanguageError, 400),
    (errors.BusyError, 429),
    (errors.NoDaemonError, 503),
    (errors.ConnectionLostError, 503),
    (errors.ModelError, 503),
    (errors.NoDeviceError, 503),
    (errors.AnswerTimeoutError, 504),
)

#: Of which key of the request it complains.
_PARAM: Final[tuple[tuple[type[errors.KokoroError], str], ...]] = (
    (errors.UnknownVoiceError, "voice"),
    (errors.UnknownLanguageError, "lang"),
    (errors.TooLargeError, "input"),
)


class RefusedError(Exception):
    """Answered instead of what was asked for."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after_s: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.headers = dict(headers or {})
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after_s)))

    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": _type_of(self.status),
                "param": self.param,
                "code": self.code,
            }
        }


def wrong(param: str, message: str) -> RefusedError:
    """A value of the request that is not allowed."""
    return RefusedError(400, f"{param} {message}", param=param, code="invalid_value")


def refusal_of(error: errors.KokoroError) -> RefusedError:
    """What the daemon, or the way to it, said."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    param = next((param for kind, param in _PARAM if isinstance(error, kind)), None)
    after = error.retry_after_ms
    return RefusedError(
        status,
        str(error),
        param=param,
        code=error.code.value if error.code else _code_of(error),
        retry_after_s=None if after is None else after / 1000,
    )


def _code_of(error: errors.KokoroError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _type_of(status: int) -> str:
    match status:
        case 401:
            return "authentication_error"
        case 403:
            return "permission_error"
        case 404 | 405:
            return "not_found_error"
        case 429:
            return "rate_limit_error"
    return "invalid_request_error" if status < 500 else "server_error"
