"""The client for asyncio and trio: `from kokoro_client.aio import Client` (docs/client.md).

backend/     what runs the tasks: asyncio or trio
wakeup.py    waiting for another task
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
