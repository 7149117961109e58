# pure: no socket, thread or clock.
"""The failures that cross rooms. Each message says what was wrong, what is allowed, what to do.

The peer's failures are `kokoro_client.wire` errors; a bug is any other exception.
"""

from __future__ import annotations


class KokorodError(Exception):
    """Shown to people as one line, never as a traceback."""


class BrokenInvariantError(Exception):
    """The loop or the scheduler is not in a state that it may be in: the process is to end."""


class ConfigError(KokorodError):
    """A value of the configuration is not allowed."""


class ModelError(KokorodError):
    """A model cannot be used."""


class ModelMissingError(ModelError):
    """No such model in the store."""


class ModelDamagedError(ModelError):
    """A file no longer has the size or sha256 it was stored with."""


class DownloadError(KokorodError):
    """A model could not be fetched."""


class EngineError(KokorodError):
    """A synthesizer could not be made or its run failed."""


class UnknownVoiceError(KokorodError):
    """No such voice."""


class UnknownLanguageError(KokorodError):
    """No such language, or its extra is not installed."""
