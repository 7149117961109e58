# pure: no socket, thread or clock.
"""The OpenAPI document of the gateway, `GET /openapi.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from kokoro_client.version import __version__
from kokoro_client.wire.choices import Markup, Priority

from ..stretching import FASTEST, SLOWEST
from .asked import MEDIA, Format, StreamFormat
from .settings import MAX_INPUT_CHARS

_Json = dict[str, Any]

#: HTTP status -> when.
_FAILURES: Final = {
    400: "a value that is not allowed, or that the daemon refuses",
    401: "the token is missing or wrong",
    403: "a Host or an Origin that is not allowed",
    408: "the body did not come in time",
    413: "the body is too large",
    415: "the body is no JSON",
    429: "too many requests, or texts, just now; Retry-After says when to ask again",
    500: "the synthesizer failed",
    503: "no daemon answers, or it cannot speak",
    504: "the daemon does not answer",
}


def _json(schema: _Json, what: str = "the answer") -> _Json:
    return {"description": what, "content": {"application/json": {"schema": schema}}}


def _object(properties: _Json, required: list[str] | None = None) -> _Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
    }


def _list(items: _Json) -> _Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> _Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _choice(kind: type[StrEnum], usual: StrEnum) -> _Json:
    return {"type": ["string", "null"], "enum": [*map(str, kind), None], "default": str(usual)}


_TEXT: Final[_Json] = {"type": "string", "minLength": 1, "maxLength": MAX_INPUT_CHARS}
_STRING: Final[_Json] = {"type": "string"}
_NUMBER: Final[_Json] = {"type": "number"}
_FLAG: Final[_Json] = {"type": ["boolean", "null"]}

_VOICE: Final[_Json] = {
    "description": "a name of `GET /v1/audio/voices`, one of OpenAI's, or a blend",
    "anyOf": [
        {"type": "string", "maxLength": 256},
        _object({"id": {"type": "string", "maxLength": 256}}),
        {"type": "null"},
    ],
}

_COMMON: Final[_Json] = {
    "voice": _VOICE,
    "speed": {
        "description": "below 0.5 and above 2 the sound is stretched, if python-stretch is there",
        "type": ["number", "null"],
        "minimum": SLOWEST,
        "maximum": FASTEST,
        "default": 1.0,
    },
    "lang": {
        "description": "e.g. en-gb; without it the voice's own",
        "type": ["string", "null"],
        "pattern": "^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,2})?$",
    },
    "markup": _choice(Markup, Markup.AUTO),
    "priority": _choice(Priority, Priority.TEXT),
}

_SPEECH: Final = _object(
    {
        "model": {"description": "any name", "type": ["string", "null"]},
        "input": _TEXT,
        **_COMMON,
        "response_format": _choice(Format, Format.MP3),
        "stream_format": _choice(StreamFormat, StreamFormat.AUDIO),
        "stream": _FLAG | {"description": "false: the answer comes whole, with its length"},
        "offsets": _FLAG | {"description": "captions say where in the text a word stands"},
    },
    ["input"],
)

_WORD: Final = _object(
    {
        "word": _STRING,
        "start_time": _NUMBER,
        "end_time": _NUMBER,
        "start": {"type": "integer"},
        "end": {"type": "integer"},
    },
    ["word", "start_time", "end_time"],
)

_SCHEMAS: Final[_Json] = {
    "Error": _object(
        {
            "error": _object(
                {
                    "message": _STRING,
                    "type": _STRING,
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "null"]},
                }
            )
        }
    ),
    "Speech": _SPEECH,
    "Captions": _object({"audio": _STRING, "audio_format": _STRING, "timestamps": _list(_WORD)}),
    "Model": _object(
        {"id": _STRING, "object": _STRING, "created": {"type": "integer"}, "owned_by": _STRING}
    ),
    "Voice": _object(
        dict.fromkeys(("id", "name", "lang", "gender", "grade"), _STRING), ["id", "name"]
    ),
    "Controlled": _object(
        {
            "stopped": {"type": "integer"},
            "paused": {"type": "boolean"},
            "playing": {"type": "boolean"},
        }
    ),
}


def _route(summary: str, responses: _Json, body: _Json | None = None, **more: Any) -> _Json:
    failures = {str(s): _json(_ref("Error"), when) for s, when in _FAILURES.items()}
    route: _Json = {"summary": summary, "responses": failures | responses, **more}
    if body is not None:
        needs = "required" in body and bool(body["required"])
        route["requestBody"] = {
            "required": needs,
            "content": {"application/json": {"schema": body}},
        }
    return route


_SOUND: Final[_Json] = {
    media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()
}

_POSTS: Final[_Json] = {
    "/v1/audio/speech": _route(
        "Text to sound, sent while it is made",
        {
            "200": {
                "description": "the sound, or with stream_format=sse events",
                "content": _SOUND | {"text/event-stream": {"schema": _object({"data": _STRING})}},
            }
        },
        _ref("Speech") | {"required": ["input"]},
    ),
    "/dev/captioned_speech": _route(
        "Text to sound with the time of each word",
        {
            "200": {
                "description": "one object, or with stream (the default) one a line",
                "content": {
                    "application/json": {"schema": _ref("Captions")},
                    "application/x-ndjson": {"schema": _STRING},
                },
            }
        },
        _ref("Speech") | {"required": ["input"]},
    ),
    "/speak": _route(
        "Say a text at this machine's speaker, when its turn comes",
        {
            "200": _json(_object({"status": _STRING, "voice": _STRING}), "it was heard"),
            "202": _json(_object({"status": _STRING, "voice": _STRING}), "it will be heard"),
        },
        {
            "type": "object",
            "properties": {"text": _TEXT, "input": _TEXT, **_COMMON, "wait": _FLAG},
            "anyOf": [{"required": ["text"]}, {"required": ["input"]}],
            "required": [],
        },
    ),
    "/stop": _route(
        "End what is being spoken at the speaker",
        {"200": _json(_ref("Controlled"))},
        {"type": "object", "properties": {"all": _FLAG}},
    ),
    "/pause": _route("Silence at the speaker", {"200": _json(_ref("Controlled"))}),
    "/resume": _route("Go on after a pause", {"200": _json(_ref("Controlled"))}),
    "/explain": _route(
        "How a text is read, stage by stage",
        {"200": _json({"type": "object"})},
        _object({"input": _TEXT | {"maxLength": 5_000}, "lang": _COMMON["lang"]}, ["input"]),
    ),
}

_GETS: Final[_Json] = {
    "/v1/models": _route(
        "The models' names; any is taken",
        {"200": _json(_object({"object": _STRING, "data": _list(_ref("Model"))}))},
    ),
    "/v1/models/{model}": _route(
        "One of them",
        {"200": _json(_ref("Model")), "404": _json(_ref("Error"), "no such model")},
        parameters=[{"name": "model", "in": "path", "required": True, "schema": _STRING}],
    ),
    "/v1/audio/models": _route(
        "The models' names",
        {"200": _json(_object({"models": _list(_object({"id": _STRING, "name": _STRING}))}))},
    ),
    "/v1/audio/voices": _route(
        "The voices", {"200": _json(_object({"voices": _list(_ref("Voice"))}))}
    ),
    "/health": _route(
        "Whether a daemon answers",
        {
            "200": _json(_object({"status": _STRING, "daemon": {}}), "it does"),
            "503": _json(_object({"status": _STRING, "daemon": {}}), "it does not"),
        },
    ),
    "/status": _route(
        "What the daemon is and does",
        {"200": _json(_object({"formats": _list(_STRING), "daemon": {"type": "object"}}))},
    ),
    "/metrics": _route(
        "Counters of the gateway and the daemon, for Prometheus",
        {"200": {"description": "text", "content": {"text/plain": {"schema": _STRING}}}},
    ),
    "/openapi.json": _route("This document", {"200": _json({"type": "object"})}),
}

DOCUMENT: Final[_Json] = {
    "openapi": "3.1.0",
    "info": {
        "title": "kokoroctl gateway",
        "version": __version__,
        "description": "OpenAI's audio API in front of kokorod; docs/gateway.md tells more",
    },
    "paths": {path: {"post": route} for path, route in _POSTS.items()}
    | {path: {"get": route} for path, route in _GETS.items()},
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    },
    "security": [{}, {"token": []}],
}
