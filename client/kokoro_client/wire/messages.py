# pure: no socket, thread or clock.
"""Every message as a frozen dataclass, and the schema check at the edge.

A message on the wire is a map with `type`, `id` and the dataclass's fields. A field
with a default may be left out; a key that is no field is refused, so that a typo
never passes for a default. docs/protocol.md is the same list in prose; a test holds
the two together.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from . import schema
from .errors import ErrorCode, WireError
from .frames import MAX_REQUEST

VERSION: Final = 1

#: Speed below and above which Kokoro's speech falls apart (kokoro-onnx's limits).
MIN_SPEED: Final = 0.5
MAX_SPEED: Final = 2.0

_MAX_ID: Final = 2**53 - 1  # what every language's number holds exactly


class AudioFormat(StrEnum):
    S16LE = "s16le"
    F32LE = "f32le"


class Priority(StrEnum):
    """speech-dispatcher's five, most urgent first."""

    IMPORTANT = "important"
    MESSAGE = "message"
    TEXT = "text"
    NOTIFICATION = "notification"
    PROGRESS = "progress"


class Output(StrEnum):
    STREAM = "stream"
    SPEAKER = "speaker"


class Control(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    STOP = "stop"


def _wire(check: schema.Check, **default: Any) -> Any:
    return field(metadata={"check": check}, **default)


def _id() -> Any:
    return _wire(schema.integer(0, _MAX_ID))


_NAME: Final = schema.text(256)
_TEXT: Final = schema.text(MAX_REQUEST)


@dataclass(frozen=True, slots=True)
class Hello:
    """Opens a connection; optional, without it version 1 is assumed."""

    id: int = _id()
    version: int = _wire(schema.integer(0, 2**31), default=VERSION)
    client: str = _wire(schema.text(64), default="")


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak `text`; with final=false more comes in Append.

    voice       name; empty: the daemon's default
    speed       0.5 to 2.0
    lang        e.g. en-us; empty: the voice's own
    phonemes    `text` is in Kokoro's phoneme alphabet already
    timings     answer `segment` with words
    cache       false: neither read from nor write to the phrase cache
    ttfa_ms     time the first sound may take; null: the daemon's default
    """

    id: int = _id()
    text: str = _wire(_TEXT)
    final: bool = _wire(schema.boolean, default=True)
    voice: str = _wire(_NAME, default="")
    speed: float = _wire(schema.number(MIN_SPEED, MAX_SPEED), default=1.0)
    lang: str = _wire(schema.text(32), default="")
    format: AudioFormat = _wire(schema.choice(AudioFormat), default=AudioFormat.S16LE)
    priority: Priority = _wire(schema.choice(Priority), default=Priority.TEXT)
    phonemes: bool = _wire(schema.boolean, default=False)
    timings: bool = _wire(schema.boolean, default=False)
    cache: bool = _wire(schema.boolean, default=True)
    ttfa_ms: int | None = _wire(schema.optional(schema.integer(50, 60_000)), default=None)
    output: Output = _wire(schema.choice(Output), default=Output.STREAM)


@dataclass(frozen=True, slots=True)
class Append:
    """More text for the Speak with the same id."""

    id: int = _id()
    text: str = _wire(_TEXT)
    final: bool = _wire(schema.boolean, default=False)


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the Speak with the same id: no audio follows, its Done says cancelled."""

    id: int = _id()


@dataclass(frozen=True, slots=True)
class ControlSpeaker:
    """Pause, resume, skip or stop what is being spoken to the speaker, by any client."""

    id: int = _id()
    action: Control = _wire(schema.choice(Control))
    all: bool = _wire(schema.boolean, default=False)


@dataclass(frozen=True, slots=True)
class Status:
    id: int = _id()


@dataclass(frozen=True, slots=True)
class Voices:
    id: int = _id()


@dataclass(frozen=True, slots=True)
class Metrics:
    id: int = _id()


@dataclass(frozen=True, slots=True)
class Warm:
    id: int = _id()


@dataclass(frozen=True, slots=True)
class Reload:
    id: int = _id()


@dataclass(frozen=True, slots=True)
class Welcome:
    id: int = _id()
    version: int = _wire(schema.integer(0, 2**31))
    daemon: str = _wire(_NAME)
    sample_rate: int = _wire(schema.integer(8_000, 192_000))
    limits: dict[str, Any] = _wire(schema.mapping)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request is in the queue. `voice` and `engine` are what will really speak."""

    id: int = _id()
    voice: str = _wire(_NAME)
    engine: str = _wire(_NAME)
    sample_rate: int = _wire(schema.integer(8_000, 192_000))
    note: str = _wire(schema.text(1024), default="")


@dataclass(frozen=True, slots=True)
class WordTiming:
    """A word of the request's text: characters start to end, heard from start_s to end_s."""

    start: int = _wire(schema.integer(0, _MAX_ID))
    end: int = _wire(schema.integer(0, _MAX_ID))
    start_s: float = _wire(schema.number(0.0, 1e9))
    end_s: float = _wire(schema.number(0.0, 1e9))


def _word_timings(value: Any) -> tuple[WordTiming, ...]:
    if type(value) is not list:
        raise ValueError("must be an array of words")
    return tuple(_fill(WordTiming, schema.mapping(word)) for word in value)


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """What the following audio says: characters start to end of the request's text.

    start_s is where the segment begins in the request's audio. `words` (with
    timings=true) are `exact` where the model reports durations, else estimated.
    """

    id: int = _id()
    index: int = _wire(schema.integer(0, _MAX_ID))
    start: int = _wire(schema.integer(0, _MAX_ID))
    end: int = _wire(schema.integer(0, _MAX_ID))
    start_s: float = _wire(schema.number(0.0, 1e9))
    duration_s: float = _wire(schema.number(0.0, 1e9))
    cached: bool = _wire(schema.boolean, default=False)
    exact: bool = _wire(schema.boolean, default=False)
    words: tuple[WordTiming, ...] = _wire(_word_timings, default=())


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM, mono, in the format asked for. seq counts from 0 within the request."""

    id: int = _id()
    seq: int = _wire(schema.integer(0, _MAX_ID))
    pcm: bytes = _wire(schema.binary)


@dataclass(frozen=True, slots=True)
class Done:
    id: int = _id()
    cancelled: bool = _wire(schema.boolean, default=False)
    stats: dict[str, Any] = _wire(schema.mapping, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    id: int = _id()
    value: Any = _wire(lambda value: value)


@dataclass(frozen=True, slots=True)
class Error:
    """id is null where the request's own could not be read."""

    code: ErrorCode = _wire(schema.choice(ErrorCode))
    message: str = _wire(schema.text(4096))
    id: int | None = _wire(schema.optional(schema.integer(0, _MAX_ID)), default=None)
    retry_after_ms: int | None = _wire(schema.optional(schema.integer(0, 3_600_000)), default=None)


Request = (
    Hello | Speak | Append | Cancel | ControlSpeaker | Status | Voices | Metrics | Warm | Reload
)
Answer = Welcome | Accepted | SegmentInfo | Audio | Done | Result | Error

REQUESTS: Final[dict[str, type]] = {
    "hello": Hello,
    "speak": Speak,
    "append": Append,
    "cancel": Cancel,
    "control": ControlSpeaker,
    "status": Status,
    "voices": Voices,
    "metrics": Metrics,
    "warm": Warm,
    "reload": Reload,
}
ANSWERS: Final[dict[str, type]] = {
    "welcome": Welcome,
    "accepted": Accepted,
    "segment": SegmentInfo,
    "audio": Audio,
    "done": Done,
    "result": Result,
    "error": Error,
}
_TYPE_OF: Final = {cls: name for table in (REQUESTS, ANSWERS) for name, cls in table.items()}


def parse_request(payload: dict[str, Any]) -> Request:
    """The request in a decoded frame. Raises WireError(bad_request) with its id."""
    return _parse(payload, REQUESTS)  # type: ignore[no-any-return]


def parse_answer(payload: dict[str, Any]) -> Answer:
    """The answer in a decoded frame. Raises WireError(bad_request)."""
    return _parse(payload, ANSWERS)  # type: ignore[no-any-return]


def to_payload(message: Request | Answer) -> dict[str, Any]:
    """The map that goes on the wire: `type` and the fields that are not their default."""
    payload: dict[str, Any] = {"type": _TYPE_OF[type(message)]}
    for spec in dataclasses.fields(message):
        value = getattr(message, spec.name)
        if spec.default is not dataclasses.MISSING and value == spec.default:
            continue
        payload[spec.name] = _plain(value)
    return payload


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [dataclasses.asdict(item) for item in value]
    return value


def _parse(payload: dict[str, Any], table: dict[str, type]) -> Any:
    request_id = payload.get("id")
    if type(request_id) is not int or not 0 <= request_id <= _MAX_ID:
        request_id = None
    name = payload.get("type")
    cls = table.get(name) if isinstance(name, str) else None
    if cls is None:
        raise WireError(
            ErrorCode.BAD_REQUEST,
            f"type is {_shown(name)}, allowed are {', '.join(table)}",
            request_id=request_id,
        )
    try:
        return _fill(cls, {key: value for key, value in payload.items() if key != "type"})
    except ValueError as error:
        raise WireError(ErrorCode.BAD_REQUEST, f"{name}: {error}", request_id=request_id) from None


def _fill(cls: type, values: dict[str, Any]) -> Any:
    specs = {spec.name: spec for spec in dataclasses.fields(cls)}
    if unknown := values.keys() - specs.keys():
        shown = ", ".join(sorted(_shown(key) for key in unknown))[:200]
        raise ValueError(f"has no key {shown}; its keys are {', '.join(specs)}")
    checked = {}
    for name, spec in specs.items():
        if name in values:
            try:
                checked[name] = spec.metadata["check"](values[name])
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            raise ValueError(f"{name} is missing")
    return cls(**checked)


def _shown(value: object) -> str:
    """A peer's value for a message: bounded, and free of what cannot be sent back."""
    return repr(value)[:40].encode("ascii", "backslashreplace").decode()
