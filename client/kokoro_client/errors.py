# pure: no socket, thread or clock.
"""What can go wrong, one class each, so that a program can catch what it can handle.

Every message is one line for people: what was wrong, what is allowed, what to do.
"""

from __future__ import annotations

from .wire.errors import ErrorCode, WireError


class KokoroError(Exception):
    """Every failure of this package. `code` is the wire's, if the daemon sent one."""

    code: ErrorCode | None = None
    retry_after_ms: int | None = None


class NoDaemonError(KokoroError):
    """No daemon answers at the socket, and none could be started."""


class AddressError(NoDaemonError):
    """The socket's path cannot be used, whether a daemon runs or not."""


class WrongOwnerError(AddressError):
    """The socket belongs to someone else, who would hear what is to be spoken."""


class ShuttingDownError(NoDaemonError):
    """The daemon is about to end and takes nothing more."""


class ConnectionLostError(KokoroError):
    """The daemon went away before it had answered."""


class AnswerTimeoutError(KokoroError):
    """The daemon is there but has not answered in time."""


class ProtocolError(KokoroError):
    """The daemon sent what the protocol does not allow."""


class VersionError(KokoroError):
    """Client and daemon have no version of the protocol in common."""


class BusyError(KokoroError):
    """The daemon takes nothing more just now; `retry_after_ms` is when to ask again."""


class BadRequestError(KokoroError):
    """A request that is not allowed, whoever asks and whenever."""


class TooLargeError(BadRequestError):
    """More text, or a larger frame, than is allowed."""


class UnknownVoiceError(KokoroError):
    """No such voice."""


class UnknownLanguageError(KokoroError):
    """No such language."""


class ModelError(KokoroError):
    """The model cannot be used."""


class ModelMissingError(ModelError):
    """No such model in the store."""


class ModelDamagedError(ModelError):
    """A file of the model is not what was stored."""


class EngineFailedError(KokoroError):
    """The synthesizer failed."""


class CancelledError(KokoroError):
    """Somebody else ended the request."""


class NotReadError(KokoroError):
    """A speech was ended because nobody took its audio."""


class NoDeviceError(KokoroError):
    """No sound device can be opened."""


def not_kokorod(path: object) -> ProtocolError:
    """What answers there has not said one thing that the protocol knows."""
    return ProtocolError(
        f"what listens at {path} is not kokorod, or not one of this version; end it, or set "
        "KOKORO_SOCKET to kokorod's socket"
    )


def of_parent() -> KokoroError:
    """What was begun before fork() is not the child's to go on with."""
    return KokoroError("this speech belongs to the process that began it; speak() in this one")


_BY_CODE: dict[ErrorCode, type[KokoroError]] = {
    ErrorCode.BAD_REQUEST: BadRequestError,
    ErrorCode.UNSUPPORTED_VERSION: VersionError,
    ErrorCode.TOO_LARGE: TooLargeError,
    ErrorCode.UNKNOWN_VOICE: UnknownVoiceError,
    ErrorCode.UNKNOWN_LANGUAGE: UnknownLanguageError,
    ErrorCode.MODEL_MISSING: ModelMissingError,
    ErrorCode.MODEL_DAMAGED: ModelDamagedError,
    ErrorCode.BUSY: BusyError,
    ErrorCode.SHUTTING_DOWN: ShuttingDownError,
    ErrorCode.CANCELLED: CancelledError,
    ErrorCode.ENGINE_FAILED: EngineFailedError,
}


def from_code(code: ErrorCode, message: str, retry_after_ms: int | None = None) -> KokoroError:
    """The exception for an `error` answer."""
    error = _BY_CODE[code](message)
    error.code = code
    error.retry_after_ms = retry_after_ms
    return error


def from_wire(error: WireError) -> KokoroError:
    """The exception for a request that this side already knows to be wrong."""
    return from_code(error.code, error.message, error.retry_after_ms)


def again(error: KokoroError) -> KokoroError:
    """A fresh copy: one failure is raised in every thread that waits for the connection."""
    copy = type(error)(*error.args)
    copy.code = error.code
    copy.retry_after_ms = error.retry_after_ms
    return copy
