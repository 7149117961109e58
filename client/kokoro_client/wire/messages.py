# pure: no socket, thread or clock.
"""Every message as a frozen record, and the schema check at the edge.

A message on the wire is a map with `type`, `id` and the record's fields. A field
with a default may be left out; a key that is no field is refused, so that a typo
never passes for a default. docs/protocol.md is the same list in prose; a test holds
the two together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from . import schema
from .choices import (
    MAX_SPEED,
    MAX_TTFA_MS,
    MIN_SPEED,
    AudioFormat,
    Calibration,
    Control,
    Ending,
    Markup,
    Output,
    Priority,
    Turn,
)
from .errors import ErrorCode, WireError
from .frames import MAX_REQUEST
from .record import Record, field

VERSION: Final = 1

_MAX_ID: Final = 2**53 - 1  # what every language's number holds exactly


_ID: Final = schema.integer(0, _MAX_ID)
_NAME: Final = schema.text(256)
_TEXT: Final = schema.text(MAX_REQUEST)


class Hello(Record):
    """Opens a connection; optional, without it version 1 is assumed."""

    id: int = field(_ID)
    version: int = field(schema.integer(0, 2**31), default=VERSION)
    client: str = field(schema.text(64), default="")


class Speak(Record):
    """Speak `text`; with final=false more comes in Append.

    voice       name; empty: the daemon's default
    speed       0.5 to 2.0
    lang        e.g. en-us; empty: the voice's own
    phonemes    `text` is in Kokoro's phoneme alphabet already
    markup      how `text` is written
    timings     answer `segment` with words
    cache       false: neither read from nor write to the phrase cache
    ttfa_ms     time the first sound may take; null: the daemon's default
    output      speaker: the client plays it when it is told Turn, and says Played
    """

    id: int = field(_ID)
    text: str = field(_TEXT)
    final: bool = field(schema.boolean, default=True)
    voice: str = field(_NAME, default="")
    speed: float = field(schema.number(MIN_SPEED, MAX_SPEED), default=1.0)
    lang: str = field(schema.text(32), default="")
    format: AudioFormat = field(schema.choice(AudioFormat), default=AudioFormat.S16LE)
    priority: Priority = field(schema.choice(Priority), default=Priority.TEXT)
    phonemes: bool = field(schema.boolean, default=False)
    markup: Markup = field(schema.choice(Markup), default=Markup.AUTO)
    timings: bool = field(schema.boolean, default=False)
    cache: bool = field(schema.boolean, default=True)
    ttfa_ms: int | None = field(schema.optional(schema.integer(50, MAX_TTFA_MS)), default=None)
    output: Output = field(schema.choice(Output), default=Output.STREAM)


class Append(Record):
    """More text for the Speak with the same id."""

    id: int = field(_ID)
    text: str = field(_TEXT)
    final: bool = field(schema.boolean, default=False)


class Cancel(Record):
    """End the Speak with the same id: no audio follows, its Done says cancelled."""

    id: int = field(_ID)


class ControlSpeaker(Record):
    """Pause, resume, skip, stop, or move by a sentence, what is heard at the speaker."""

    id: int = field(_ID)
    action: Control = field(schema.choice(Control))
    all: bool = field(schema.boolean, default=False)


class Played(Record):
    """What a client at the speaker has let be heard: at_s seconds of the request's audio.

    final: it has played all there is, or will play no more; the turn is free.
    seeks: the number of the last Seek that at_s takes account of.
    """

    id: int = field(_ID)
    at_s: float = field(schema.number(0.0, 1e9))
    final: bool = field(schema.boolean, default=False)
    seeks: int = field(_ID, default=0)


class Queue(Record):
    """What is being spoken to the speaker, and what waits for it."""

    id: int = field(_ID)


class Status(Record):
    id: int = field(_ID)


class Voices(Record):
    id: int = field(_ID)


class Metrics(Record):
    id: int = field(_ID)


class Warm(Record):
    id: int = field(_ID)


class Reload(Record):
    id: int = field(_ID)


class Calibrate(Record):
    """Learn how a voice streams on this machine; look: how far that is."""

    id: int = field(_ID)
    voice: str = field(_NAME, default="")
    step: Calibration = field(schema.choice(Calibration), default=Calibration.LOOK)


class Welcome(Record):
    id: int = field(_ID)
    version: int = field(schema.integer(0, 2**31))
    daemon: str = field(_NAME)
    sample_rate: int = field(schema.integer(8_000, 192_000))
    limits: dict[str, Any] = field(schema.mapping)


class Accepted(Record):
    """The request is in the queue. `voice` and `engine` are what will really speak."""

    id: int = field(_ID)
    voice: str = field(_NAME)
    engine: str = field(_NAME)
    sample_rate: int = field(schema.integer(8_000, 192_000))
    note: str = field(schema.text(1024), default="")


class WordTiming(Record):
    """A word of the request's text: characters start to end, heard from start_s to end_s."""

    start: int = field(_ID)
    end: int = field(_ID)
    start_s: float = field(schema.number(0.0, 1e9))
    end_s: float = field(schema.number(0.0, 1e9))


def _word_timings(value: Any) -> tuple[WordTiming, ...]:
    if type(value) is not list:
        raise ValueError("must be an array of words")
    return tuple(_fill(WordTiming, schema.mapping(word)) for word in value)


class MarkTiming(Record):
    """A mark set by markup, reached at_s seconds into the request's audio."""

    name: str = field(_NAME)
    at_s: float = field(schema.number(0.0, 1e9))


def _mark_timings(value: Any) -> tuple[MarkTiming, ...]:
    if type(value) is not list:
        raise ValueError("must be an array of marks")
    return tuple(_fill(MarkTiming, schema.mapping(mark)) for mark in value)


class SegmentInfo(Record):
    """What the following audio says: characters start to end of the request's text.

    start_s is where the segment begins in the request's audio. `words` (with
    timings=true) are `exact` if the model reports durations, else estimated.
    """

    id: int = field(_ID)
    index: int = field(_ID)
    start: int = field(_ID)
    end: int = field(_ID)
    start_s: float = field(schema.number(0.0, 1e9))
    duration_s: float = field(schema.number(0.0, 1e9))
    cached: bool = field(schema.boolean, default=False)
    exact: bool = field(schema.boolean, default=False)
    words: tuple[WordTiming, ...] = field(_word_timings, default=())
    marks: tuple[MarkTiming, ...] = field(_mark_timings, default=())


class Audio(Record):
    """PCM, mono, in the format asked for. seq counts from 0 within the request."""

    id: int = field(_ID)
    seq: int = field(_ID)
    pcm: bytes = field(schema.binary)


class TurnAtSpeaker(Record):
    """To a request with output=speaker: wait, play, or pause, from now on."""

    id: int = field(_ID)
    turn: Turn = field(schema.choice(Turn))


class Rendered(Record):
    """To a request with output=speaker: that was its last audio. Done follows Played."""

    id: int = field(_ID)
    sound_s: float = field(schema.number(0.0, 1e9))


class Seek(Record):
    """To a request with output=speaker: go on from at_s seconds of its audio.

    number: counts the request's Seeks, from 1.
    """

    id: int = field(_ID)
    at_s: float = field(schema.number(0.0, 1e9))
    number: int = field(_ID)


class Done(Record):
    """cancelled: it ended early; `ending` says how."""

    id: int = field(_ID)
    cancelled: bool = field(schema.boolean, default=False)
    ending: Ending = field(schema.choice(Ending), default=Ending.FINISHED)
    stats: dict[str, Any] = field(schema.mapping, default_factory=dict)


class Result(Record):
    id: int = field(_ID)
    value: Any = field(lambda value: value)


class Error(Record):
    """id is null if the request's own could not be read."""

    code: ErrorCode = field(schema.choice(ErrorCode))
    message: str = field(schema.text(4096))
    id: int | None = field(schema.optional(_ID), default=None)
    retry_after_ms: int | None = field(schema.optional(schema.integer(0, 3_600_000)), default=None)


Question = Queue | Status | Voices | Metrics | Warm | Reload | Calibrate
Request = Hello | Speak | Append | Cancel | Played | ControlSpeaker | Question
Answer = (
    Welcome
    | Accepted
    | TurnAtSpeaker
    | SegmentInfo
    | Audio
    | Rendered
    | Seek
    | Done
    | Result
    | Error
)

REQUESTS: Final[dict[str, type[Record]]] = {
    "hello": Hello,
    "speak": Speak,
    "append": Append,
    "cancel": Cancel,
    "played": Played,
    "control": ControlSpeaker,
    "queue": Queue,
    "status": Status,
    "voices": Voices,
    "metrics": Metrics,
    "warm": Warm,
    "reload": Reload,
    "calibrate": Calibrate,
}
ANSWERS: Final[dict[str, type[Record]]] = {
    "welcome": Welcome,
    "accepted": Accepted,
    "turn": TurnAtSpeaker,
    "segment": SegmentInfo,
    "audio": Audio,
    "rendered": Rendered,
    "seek": Seek,
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
    payload.update(_sparse(message))
    return payload


def _sparse(record: Record) -> dict[str, Any]:
    fields = {}
    for name, spec in record.fields_.items():
        value = getattr(record, name)
        if spec.required or spec.make_default is not None or value != spec.default:
            fields[name] = _plain(value)
    return fields


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_sparse(item) for item in value]
    return value


def _parse(payload: dict[str, Any], table: dict[str, type[Record]]) -> Any:
    request_id = payload.get("id")
    if type(request_id) is not int or not 0 <= request_id <= _MAX_ID:
        request_id = None
    name = payload.get("type")
    cls = table.get(name) if type(name) is str else None
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


def _fill(cls: type[Record], values: dict[str, Any]) -> Any:
    fields = cls.fields_
    if unknown := values.keys() - fields.keys():
        shown = ", ".join(sorted(_shown(key) for key in unknown))[:200]
        raise ValueError(f"has no key {shown}; its keys are {', '.join(fields)}")
    checked = {}
    for name, spec in fields.items():
        if name in values:
            try:
                checked[name] = spec.check(values[name])
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None
        elif spec.required:
            raise ValueError(f"{name} is missing")
    return cls(**checked)


def _shown(value: object) -> str:
    """A peer's value for a message: bounded, and free of what cannot be sent back."""
    return schema.shown(value).encode("ascii", "backslashreplace").decode()
