# loop: runs on the one selector thread.
"""Who is connected: let in, counted, said goodbye to.

Owns:       the listening descriptor's place in the loop, the peer of every connection.
Invariants: a peer is of this user or root; one over the limit is told so and closed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import Error

from ..errors import KokorodError
from ..safety.faults import worth_telling
from ..types import PeerId
from ..watch.log import Log
from . import listener as listening
from .backlog import Backlog
from .descriptors import room_for
from .listener import Listener
from .loop import READ, Loop
from .peer import Handler, Peer

#: Pause before connections are accepted again after there was no descriptor for one.
_LISTEN_AGAIN_S: Final = 0.5

#: How often it is seen to that the socket still has its name: whoever removes it, with a
#: folder or by a cleaner of old files, would leave the daemon running and out of reach.
_LOOK_AT_NAME_S: Final = 30.0


class Server:
    def __init__(self, loop: Loop, listener: Listener, log: Log, max_clients: int) -> None:
        self.peers: dict[PeerId, Peer] = {}
        #: Told whenever the last peer has gone.
        self.when_empty: Callable[[], None] | None = None
        self._loop = loop
        self._listener = listener
        self._log = log
        self._handler: Handler
        self._listens = False
        self._next = 1
        self._strangers = 0
        self._backlog = Backlog()
        self._backlog.relieve = self._drop_longest_queue
        self.allow(max_clients)

    def allow(self, max_clients: int) -> None:
        """How many may be connected, if there are descriptors for them."""
        self._max = room_for(max_clients)

    def listen(self, handler: Handler) -> None:
        """Let them in; their peers report to `handler`."""
        self._handler = handler
        self._listens = True
        self._loop.watch(self._listener.fileno(), READ, self._on_connection)
        self._loop.after(_LOOK_AT_NAME_S, self._look_at_name)

    def let_nobody_in(self) -> None:
        self._listens = False
        self._loop.unwatch(self._listener.fileno())

    def gone(self, peer: Peer) -> None:
        self.peers.pop(peer.id, None)
        if not self.peers and self.when_empty is not None:
            self.when_empty()

    def close_after_sending(self) -> None:
        """Hang up on everybody once they have been sent what is theirs."""
        for peer in list(self.peers.values()):
            peer.close_after_sending()

    def close(self) -> None:
        self._listener.close()
        for peer in list(self.peers.values()):
            peer.close()

    def _on_connection(self, events: int) -> None:
        try:
            connection = self._listener.accept()
        except OSError as error:
            # Out of descriptors: those who wait are let in when others have left.
            self._log.warning("accept_failed", why=error.strerror)
            self._listen_later()
            return
        if connection is None:
            return
        uid = listening.peer_uid(connection)
        if uid not in (os.getuid(), 0):
            self._tell_of_stranger(uid)
            connection.close()
            return
        try:
            peer = Peer(self._loop, connection, PeerId(self._next), self._handler, self._backlog)
        except OSError:
            connection.close()  # gone before its buffers could be set
            return
        peer.pid = listening.peer_pid(connection)
        self._next += 1
        self.peers[peer.id] = peer
        if len(self.peers) > self._max and not self._make_room():
            message = f"{self._max} clients are connected; try again later"
            peer.send(Error(code=ErrorCode.BUSY, message=message, retry_after_ms=1000))
            peer.close_after_sending()

    def _tell_of_stranger(self, uid: int | None) -> None:
        self._strangers += 1
        if worth_telling(self._strangers):
            self._log.warning("foreign_user", uid=uid, times=self._strangers)

    def _make_room(self) -> bool:
        """Who has held a place for longest without a whole request gives it up, if anybody."""
        now = self._loop.clock()
        idle = [(since, p) for p in self.peers.values() if (since := p.idle_since(now)) is not None]
        if not idle:
            return False
        since, peer = min(idle, key=lambda found: found[0])
        self._log.info("gave_way", peer=peer.id, idle_s=now - since)
        self._drop(peer, f"{self._max} clients are connected, and this one sent nothing whole")
        return True

    def _drop_longest_queue(self) -> bool:
        peer = max(self.peers.values(), key=lambda peer: peer.queued, default=None)
        if peer is None or not peer.queued:
            return False
        self._log.warning("backlog_dropped", peer=peer.id, bytes=peer.queued)
        self.peers.pop(peer.id)
        peer.close()
        return True

    def _drop(self, peer: Peer, why: str) -> None:
        self.peers.pop(peer.id)  # its place is free now; the rest is told later
        peer.give_way(why)

    def _look_at_name(self) -> None:
        if not self._listens:
            return
        before = self._listener.fileno()
        try:
            if self._listener.bind_again():
                self._loop.unwatch(before)
                self._loop.watch(self._listener.fileno(), READ, self._on_connection)
                self._log.warning("bound_again", socket=self._listener.path)
        except (KokorodError, OSError) as error:
            self._log.warning("socket_lost", why=str(error))
        self._loop.after(_LOOK_AT_NAME_S, self._look_at_name)

    def _listen_later(self) -> None:
        self._loop.unwatch(self._listener.fileno())

        def listen() -> None:
            if self._listens:
                self._loop.watch(self._listener.fileno(), READ, self._on_connection)

        self._loop.after(_LISTEN_AGAIN_S, listen)
