# process: an actor of a cluster, on a node of it.
"""A worker: a daemon of its own, which speaks parts of a book.

Owns:       the daemon, the node's home while it is used, the sound of the part being spoken.
Never:      lets an exception out: it would have to be understood on another machine. What went
            wrong is told in words.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection
from dataclasses import dataclass

from kokoro_client import errors
from kokoro_client.cli import exits

from ...cluster.daemon import OwnDaemon
from ...cluster.kit import Kit
from ...cluster.node_home import KitError, NodeHome, Shipped
from ..render.plan import Manner, Part
from ..render.speaking import Speaker, manner_of
from ..render.work import Spoken, Word


@dataclass(frozen=True, slots=True)
class Begun:
    """failure: why it cannot speak; empty: it can."""

    node: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A part. failure: why it was not spoken; hopeless: nor would another worker speak it."""

    pcm: bytes = b""
    crc: int = 0
    words: tuple[Word, ...] = ()
    failure: str = ""
    hopeless: bool = False


class Worker:
    def __init__(self, node: str | None, kit: Kit, shipped: Shipped, threads: int) -> None:
        """node: what it is called; None: asks Ray. threads: of the daemon; 0: as it likes."""
        self._node = node
        self._kit = kit
        self._shipped = shipped
        self._threads = threads
        self._daemon: OwnDaemon | None = None
        self._home: NodeHome | None = None
        self._speaker: Speaker | None = None
        self._kept = _Kept()

    def begin(self, manner: Manner, markup: str) -> Begun:
        """Start the daemon; it must speak as the book was begun."""
        if self._node is None:
            from ...cluster.ray_cluster import node_name

            self._node = node_name()
        try:
            self._home = NodeHome(self._kit, self._shipped, os.environ)
            lanes = {} if self._threads == 0 else {"KOKORO_LANES": "cpu"}
            settings = {**dict(self._kit.settings), **lanes, "KOKORO_THREADS": str(self._threads)}
            self._daemon = OwnDaemon(self._home.path, settings)
            client = self._daemon.client
            version = str(client.status()["version"])
            if version != self._kit.version:
                return self._failed(
                    f"it has kokorod {version}, and this machine {self._kit.version}; install the"
                    " same on every node"
                )
            now, note = manner_of(client, manner.voice, manner.speed, manner.lang)
            if now != manner:
                speaks, asked = now.model or now.engine, manner.model or manner.engine
                return self._failed(f"it speaks with {speaks} and not {asked} {note}".rstrip())
            self._speaker = Speaker(client, self._kept, manner, markup, self._on_wait)
        except (errors.KokoroError, exits.CommandError, KitError, OSError) as error:
            return self._failed(exits.one_line(error))
        return Begun(self._node)

    def speak(self, text: str) -> Said:
        assert self._speaker is not None
        try:
            spoken = self._speaker.speak(Part(text, "", 0.0, 0))
        except errors.BadRequestError as error:
            return Said(failure=exits.one_line(error), hopeless=True)
        except (errors.KokoroError, exits.CommandError, OSError) as error:
            return Said(failure=exits.one_line(error))
        return Said(self._kept.take(), spoken.crc, spoken.words)

    def close(self) -> None:
        if self._daemon is not None:
            self._daemon.close()
        if self._home is not None:
            self._home.close()

    def _on_wait(self, why: str) -> None:
        assert self._daemon is not None
        self._daemon.revive()

    def _failed(self, why: str) -> Begun:
        assert self._node is not None
        self.close()
        return Begun(self._node, f"{self._node}: {why}")


class _Kept:
    """Where the Speaker keeps a part: here, until it is sent."""

    def __init__(self) -> None:
        self._pcm = bytearray()

    def begin(self, key: str) -> _Kept:
        self._pcm.clear()
        return self

    def write(self, pcm: bytes) -> None:
        self._pcm += pcm

    def commit(self, words: Collection[Word]) -> Spoken:
        return Spoken(len(self._pcm), zlib.crc32(self._pcm), tuple(words))

    def discard(self) -> None:
        """What was committed is taken."""

    def take(self) -> bytes:
        pcm = bytes(self._pcm)
        self._pcm.clear()
        return pcm
