"""The client for asyncio: `from kokoro_client.aio import Client` (docs/client.md).

wakeup.py    waiting in an event loop
exchange.py  one connection, shared by many speeches
speech.py    one text being spoken
playing.py   one that is heard at the speaker
client.py    what a program holds
"""

from __future__ import annotations

from .client import Client
from .playing import Playing
from .speech import Speech

__all__ = ["Client", "Playing", "Speech"]
