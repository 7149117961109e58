"""Who is let in when all places are taken, and what waits for all clients together."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest
from support.loop.turning import Connected, Reported, connect, settle, turn_until

from kokoro_client.wire import frames
from kokoro_client.wire.framed_socket import FramedSocket
from kokoro_client.wire.messages import Audio, Result, Status
from kokorod.net import server as serving
from kokorod.net.backlog import Backlog
from kokorod.net.listener import bind
from kokorod.net.loop import Loop
from kokorod.net.peer import FRAME_S, Peer
from kokorod.net.server import Server
from kokorod.watch.log import Log

PLACES = 64


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Served:
    """A server whose peers report to the test, and its clients."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.loop = Loop(self.clock)
        self.path = path
        self.lines = io.StringIO()
        self.server = Server(self.loop, bind(path), Log(stream=self.lines), PLACES)
        self.reported = Answering(self.server)
        self.server.listen(self.reported)
        self.clients: list[socket.socket] = []

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(30)
        client.connect(str(self.path))
        self.clients.append(client)
        client.sendall(sent)
        settle(self.loop)
        return client

    def asks(self, client: socket.socket) -> str:
        """How a request is answered."""
        client.sendall(STATUS)
        return self.answer(client)

    def answer(self, client: socket.socket) -> str:
        settle(self.loop)
        answer = FramedSocket(client).receive()
        return "closed" if answer is None else str(answer.get("code", answer["type"]))

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.server.close()
        self.loop.close()


class Answering(Reported):
    def __init__(self, server: Server) -> None:
        super().__init__(answer_bytes=10)
        self._server = server

    def on_gone(self, peer: Peer) -> None:
        super().on_gone(peer)
        self._server.gone(peer)


def frame(payload: dict[str, object]) -> bytes:
    body = msgpack.packb(payload)
    return frames.HEADER.pack(len(body)) + body


STATUS = frame({"type": "status", "id": 1})


@pytest.fixture
def served(socket_path: Path) -> Iterator[Served]:
    served = Served(socket_path)
    yield served
    served.close()


def test_frames_that_are_not_whole_shut_nobody_out(served: Served) -> None:
    for _ in range(PLACES):
        served.connect(STATUS[:3])
        served.clock.now += 0.01
    for number in range(PLACES):
        assert served.asks(served.connect()) == "result"
        assert served.answer(served.clients[number]) == "busy"
    # Now all have asked for something, and keep their places.
    assert served.answer(served.connect()) == "busy"
    assert len(served.server.peers) <= PLACES + 1


def test_of_half_a_frame_the_longest_idle_goes(served: Served) -> None:
    slow = served.connect(STATUS[:3])
    served.clock.now += 1
    for _ in range(PLACES - 2):
        assert served.asks(served.connect()) == "result"
    served.connect(STATUS[:5])
    assert served.asks(served.connect()) == "result"
    assert served.answer(slow) == "busy"
    assert len(served.server.peers) == PLACES


def test_who_never_asked_gives_way_after_a_while(served: Served) -> None:
    for _ in range(PLACES):
        served.connect()
    assert served.answer(served.connect()) == "busy"
    served.clock.now += FRAME_S
    assert served.asks(served.connect()) == "result"


def test_who_asked_once_keeps_its_place(served: Served) -> None:
    clients = [served.connect() for _ in range(PLACES)]
    assert {served.asks(client) for client in clients} == {"result"}
    served.clock.now += 10 * FRAME_S
    assert served.answer(served.connect()) == "busy"
    assert {served.asks(client) for client in clients} == {"result"}


def test_strangers_do_not_fill_the_log(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.listening, "peer_uid", lambda _: 4711)
    for _ in range(120):
        served.connect()
    assert served.server.peers == {}
    assert served.lines.getvalue().count("foreign_user") == 3


# -- what waits for all


def test_the_longest_queue_goes_when_there_is_too_much_in_all() -> None:
    loop, most = Loop(), 8 * 2**20
    backlog = Backlog(most)
    many = [connect(loop, id, backlog) for id in range(20)]

    def relieve() -> bool:
        longest = max(many, key=lambda one: one.peer.queued)
        longest.peer.close()
        return True

    backlog.relieve = relieve
    for seq in range(60):
        for one in many:
            one.peer.send(Audio(id=1, seq=seq, pcm=bytes(16 * 1024)))
            assert backlog.bytes == sum(each.peer.queued for each in many)
            assert backlog.bytes <= most
    left = [one for one in many if not one.peer.closed]
    assert 5 <= len(left) < 20
    for one in left:
        read_all(one)
    assert backlog.bytes == 0
    for one in many:
        one.peer.close()
        one.other.close()
    loop.close()


def read_all(one: Connected) -> None:
    def empty() -> bool:
        one.received()
        return one.peer.queued == 0

    turn_until(one.loop, empty, "all to be read")


def test_answers_that_nobody_reads_are_bounded_in_all(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.server._backlog, "_most", 4 * 2**20)
    served.reported.answer_bytes = 100_000
    readers = [served.connect() for _ in range(30)]
    for _ in range(12):
        for reader in readers:
            try:
                reader.sendall(STATUS * 3)
            except (BrokenPipeError, ConnectionResetError):
                continue
            settle(served.loop)
            queued = sum(peer.queued for peer in served.server.peers.values())
            assert queued == served.server._backlog.bytes <= 4 * 2**20
    assert "backlog_dropped" in served.lines.getvalue()
    assert 0 < len(served.server.peers) < 30
    served.reported.answer_bytes = 10
    assert served.asks(served.connect()) == "result"


def test_a_peer_alone_counts_for_itself() -> None:
    loop = Loop()
    one = connect(loop)
    one.peer.send(Result(id=1, value="x" * 900_000))
    assert one.peer.queued > 0
    one.other.send(frame({"type": "status", "id": 1}))
    turn_until(loop, lambda: one.reported.requests == [Status(id=1)])
    one.peer.close()
    assert one.peer.queued == 0
    one.other.close()
    loop.close()
