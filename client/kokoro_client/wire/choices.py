# pure: no socket, thread or clock.
"""What a field of a message may be, if it is one of a few words or between two bounds."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

#: What Kokoro makes; the built-in voice is resampled to it (docs/protocol.md). Hz.
SAMPLE_RATE: Final = 24_000

#: Milliseconds that a first sound may take, at most; who says so much has nobody waiting.
MAX_TTFA_MS: Final = 60_000

#: Speed below and above which Kokoro's speech falls apart (kokoro-onnx's limits).
MIN_SPEED: Final = 0.5
MAX_SPEED: Final = 2.0


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


class Markup(StrEnum):
    """How the text is written; auto: SSML if it begins with <speak>, else plain."""

    AUTO = "auto"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    SSML = "ssml"


class Output(StrEnum):
    STREAM = "stream"
    SPEAKER = "speaker"


class Control(StrEnum):
    """Back and forward: by one sentence of what is heard."""

    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    STOP = "stop"
    BACK = "back"
    FORWARD = "forward"


class Turn(StrEnum):
    """What a request at the speaker is to do now."""

    WAIT = "wait"
    PLAY = "play"
    PAUSE = "pause"


class Ending(StrEnum):
    """How a Speak ended. Stopped: by Control; replaced: gave way to another at the speaker."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    REPLACED = "replaced"


class Calibration(StrEnum):
    """What is asked about the learning of a voice's norms."""

    START = "start"
    LOOK = "look"
    STOP = "stop"
