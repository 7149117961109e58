"""Getting to a daemon, and what is said if there is none."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.loop.scripted_peer import PATIENCE_S, Peer, ScriptedDaemon

from kokoro_client import Client, errors
from kokoro_client.transport import connection
from kokoro_client.wire import address

MakePair = Callable[..., Client]


def _answering(value: Any) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        request = peer.receive()
        assert request is not None
        peer.send({"type": "result", "id": request["id"], "value": value})
        assert peer.receive() is None

    return script


def _hanging_up(peer: Peer) -> None:
    assert peer.receive()


def _ask(path: Path) -> Any:
    return connection.ask(path, {"type": "status"}, PATIENCE_S)


def test_a_question_gets_its_answer(socket_path: Path) -> None:
    with ScriptedDaemon(socket_path, _answering({"state": "ready"})):
        assert _ask(socket_path) == {"state": "ready"}


@pytest.mark.parametrize(
    ("method", "request_sent"),
    [
        ("status", {"type": "status", "id": 0}),
        ("voices", {"type": "voices", "id": 0}),
        ("metrics", {"type": "metrics", "id": 0}),
        ("warm", {"type": "warm", "id": 0}),
        ("reload", {"type": "reload", "id": 0}),
    ],
)
def test_each_question_of_the_client(
    pair: MakePair, method: str, request_sent: dict[str, Any]
) -> None:
    def script(peer: Peer) -> None:
        assert peer.receive() == request_sent
        peer.send({"type": "result", "id": 0, "value": [1]})

    assert getattr(pair(script), method)() == [1]


def test_control_says_what_to_do_and_to_whom(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        assert peer.receive() == {"type": "control", "id": 0, "action": "skip", "all": True}
        peer.send({"type": "result", "id": 0, "value": None})

    assert pair(script).control("skip", all=True) is None


def test_a_question_is_asked_again_where_the_daemon_went_away(pair: MakePair) -> None:
    assert pair(_hanging_up, _answering("second")).status() == "second"


def test_but_only_once(pair: MakePair) -> None:
    with pytest.raises(errors.ConnectionLostError):
        pair(_hanging_up, _hanging_up).status()


def test_control_is_not_done_twice(pair: MakePair) -> None:
    with pytest.raises(errors.ConnectionLostError):
        pair(_hanging_up).control("skip")


def test_a_refusal_is_raised_as_what_it_is(socket_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(
            {"type": "error", "id": 0, "code": "busy", "message": "wait", "retry_after_ms": 5}
        )

    with (
        ScriptedDaemon(socket_path, script),
        pytest.raises(errors.BusyError, match="wait") as caught,
    ):
        _ask(socket_path)
    assert caught.value.retry_after_ms == 5


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "done", "id": 0},
        {"type": "error", "id": 0, "code": "novel", "message": "?"},
        {},
    ],
)
def test_an_answer_that_fits_no_question_is_a_protocol_error(
    socket_path: Path, answer: dict[str, Any]
) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(answer)

    with ScriptedDaemon(socket_path, script), pytest.raises(errors.ProtocolError):
        _ask(socket_path)


def test_a_broken_answer_is_a_protocol_error(socket_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.sock.sendall(b"\x7f\xff\xff\xff")

    with (
        ScriptedDaemon(socket_path, script),
        pytest.raises(errors.ProtocolError, match="is not kokorod"),
    ):
        _ask(socket_path)


def test_a_daemon_that_never_answers_is_a_timeout(socket_path: Path) -> None:
    over = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        assert over.wait(PATIENCE_S)

    with ScriptedDaemon(socket_path, script):
        with pytest.raises(errors.AnswerTimeoutError, match=r"within 0\.05 s"):
            connection.ask(socket_path, {"type": "status"}, timeout=0.05)
        over.set()


def test_an_answer_in_drops_does_not_outlast_the_timeout(socket_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.sock.sendall(b"\x00\x00\xff\xff")
        try:
            while True:
                peer.sock.sendall(b"\x81")
                threading.Event().wait(0.001)
        except OSError:
            pass

    with ScriptedDaemon(socket_path, script), pytest.raises(errors.AnswerTimeoutError):
        connection.ask(socket_path, {"type": "status"}, timeout=0.2)


def test_a_question_that_is_no_unicode_is_refused_here(socket_path: Path) -> None:
    with pytest.raises(errors.BadRequestError):
        connection.ask(socket_path, {"type": "\ud800"})


def test_no_socket_is_no_daemon(socket_path: Path) -> None:
    with pytest.raises(errors.NoDaemonError, match="no socket at") as caught:
        _ask(socket_path)
    assert caught.type is errors.NoDaemonError


def test_a_socket_that_nobody_serves_is_no_daemon(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(socket_path))
    with pytest.raises(errors.NoDaemonError, match="no daemon answers") as caught:
        _ask(socket_path)
    assert caught.type is errors.NoDaemonError


def test_a_file_is_no_socket(socket_path: Path) -> None:
    socket_path.write_text("")
    with pytest.raises(errors.AddressError, match="is not a socket"):
        _ask(socket_path)


def test_a_file_in_place_of_the_folder(socket_path: Path) -> None:
    socket_path.write_text("")
    with pytest.raises(errors.AddressError, match="cannot look at"):
        _ask(socket_path / "below")


def test_a_path_that_is_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(errors.AddressError, match=f"at most {address.MAX_SOCKET_PATH}"):
        _ask(Path("/tmp") / ("x" * 120))


def test_another_users_socket_is_refused(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = os.getuid()
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(socket_path))
        theirs.listen()
        monkeypatch.setattr(os, "getuid", lambda: uid + 1)
        with pytest.raises(errors.WrongOwnerError, match=f"belongs to user {uid}, not to you"):
            _ask(socket_path)


def test_another_user_behind_my_socket_is_refused(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_peer_uid", lambda sock: os.getuid() + 1)
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(socket_path))
        theirs.listen()
        with pytest.raises(errors.WrongOwnerError, match="listens at"):
            _ask(socket_path)


def test_the_peer_is_known_by_its_user() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert connection._peer_uid(left) in (os.getuid(), None)


def test_a_backlog_that_stays_full_is_busy(socket_path: Path) -> None:
    # macOS refuses; Linux says `again`. It cannot be told from a dead socket.
    expected = errors.BusyError if sys.platform == "linux" else errors.NoDaemonError
    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as waiting:
        listener.bind(str(socket_path))
        listener.listen(0)

        def crowd() -> None:
            for _ in range(10):
                waiting.enter_context(connection.open_socket(socket_path, 0.05))

        with pytest.raises(expected):
            crowd()


def test_no_daemon_and_none_to_be_started_is_said(socket_path: Path) -> None:
    with Client(socket_path, start=False) as client:
        for ask in (client.status, lambda: client.speak("Hi")):
            with pytest.raises(errors.NoDaemonError, match="no socket at"):
                ask()


def test_kokoro_no_start_is_heeded(socket_path: Path) -> None:
    environ = {**os.environ, "KOKORO_SOCKET": str(socket_path), "KOKORO_NO_START": "1"}
    with (
        Client(environ=environ) as client,
        pytest.raises(errors.NoDaemonError, match="no socket at"),
    ):
        client.status()
