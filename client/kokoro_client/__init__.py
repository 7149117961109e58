"""The thin client of kokorod: `from kokoro_client import Client` (docs/client.md).

Names are loaded at their first use, because kokoroctl imports this package for
commands that need no more than a question to the daemon.
"""

from __future__ import annotations

from .version import __version__ as __version__

TYPE_CHECKING = False  # typing takes longer to load than all that is here
if TYPE_CHECKING:
    from .client import Client as Client
    from .errors import KokoroError as KokoroError
    from .speech import Speech as Speech
    from .wire.messages import Audio as Audio
    from .wire.messages import SegmentInfo as SegmentInfo

_HOME = {
    "Audio": "wire.messages",
    "Client": "client",
    "KokoroError": "errors",
    "SegmentInfo": "wire.messages",
    "Speech": "speech",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
