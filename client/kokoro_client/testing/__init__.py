"""A daemon for tests of programs that speak: `from kokoro_client.testing import FakeDaemon`.

sound.py     each character as a tone or as silence
speaking.py  one request, one client, the speaker
daemon.py    the socket, in a thread of the test's own process
"""

from __future__ import annotations

from .daemon import FakeDaemon
from .sound import CHARACTER_S, pcm_of
from .speaking import Spoken

__all__ = ["CHARACTER_S", "FakeDaemon", "Spoken", "pcm_of"]
