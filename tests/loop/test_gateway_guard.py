"""Who the gateway lets in: Host, Origin, token, sizes, rates, connections."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.gateway import Answer, Gateway, gateway

from kokoro_client.testing import FakeDaemon
from kokoro_doors.gateway.settings import MAX_TOLD

pytest.importorskip("uvicorn", reason="the extra kokoro-doors[openai] is not installed")

TOKEN = "a-token-of-some-length"
FRIEND = "https://friend.example"


@pytest.fixture(scope="module")
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def door(daemon: FakeDaemon) -> Iterator[Gateway]:
    with gateway(daemon.environ, "--allow-origin", FRIEND, "--allow-host", "box.lan") as door:
        yield door


@pytest.fixture(scope="module")
def locked(daemon: FakeDaemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(f"{TOKEN}\n")
    with gateway(daemon.environ, "--token-file", str(path)) as door:
        yield door


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:1", "box.lan:9"])
def test_hosts_that_are_ours(door: Gateway, host: str) -> None:
    assert door.get("/v1/models", Host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8880", "127.0.0.1.evil.example", ""]
)
def test_a_name_that_leads_here_by_somebodys_dns_is_refused(door: Gateway, host: str) -> None:
    answer = door.get("/v1/models", Host=host)
    assert (answer.status, answer.error["type"]) == (403, "permission_error")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_others_are_refused(door: Gateway, origin: str) -> None:
    answer = door.post("/stop", {}, Origin=origin)
    assert (answer.status, answer.error["code"]) == (403, "wrong_origin")
    assert "access-control-allow-origin" not in answer.headers
    image = door.get("/v1/models", Sec_Fetch_Site="cross-site")
    assert image.status == 403


def test_pages_of_ours_and_of_friends_are_let_in(door: Gateway) -> None:
    own = door.post("/stop", {}, Origin=door.url)
    assert own.status == 200
    friend = door.post("/stop", {}, Origin=FRIEND)
    assert friend.headers["access-control-allow-origin"] == FRIEND
    assert friend.headers["vary"] == "Origin"
    asks = {"Origin": FRIEND, "Access-Control-Request-Method": "POST"}
    preflight = door.ask("OPTIONS", "/v1/audio/speech", None, asks)
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    stranger = door.ask("OPTIONS", "/v1/audio/speech", None, asks | {"Origin": "https://x.example"})
    assert stranger.status == 403


def test_the_token(locked: Gateway) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        answer = locked.get("/v1/models", **headers)
        assert (answer.status, answer.error["type"]) == (401, "authentication_error")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert locked.get("/v1/models", Authorization=f"Bearer {TOKEN}").status == 200
    assert locked.post("/v1/audio/speech", {"input": "Hi."}).status == 401
    # What tells nothing is open: a monitor, and the page that asks for the token.
    assert locked.get("/health").status == locked.get("/").status == 200


def test_a_token_is_not_taken_from_a_file_that_holds_none(
    daemon: FakeDaemon, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for flags in (("--token-file", str(empty)), ("--host", "0.0.0.0")):
        with pytest.raises(AssertionError, match="token"), gateway(daemon.environ, *flags):
            pass


def test_bodies_are_bounded(door: Gateway) -> None:
    long = door.post("/v1/audio/speech", {"input": "x" * 150_000})
    assert long.error["code"] == "string_above_max_length"
    answer = door.post("/v1/audio/speech", {"input": "x" * 900_000})
    assert (answer.status, answer.error["code"]) == (413, "too_large")
    deep = b"[" * 200_000
    assert door.post("/stop", deep, Content_Type="application/json").status == 400


def test_heads_are_bounded(door: Gateway) -> None:
    with contextlib.suppress(ConnectionError):  # it hangs up without reading all of it
        assert door.get("/v1/models", X_Long="x" * 200_000).status in (400, 431)
    assert door.get("/v1/models").status == 200


def test_many_idle_connections_do_not_keep_others_out(door: Gateway) -> None:
    sockets = [socket.create_connection(door.address) for _ in range(100)]
    try:
        assert door.get("/v1/models").status == 200
    finally:
        for sock in sockets:
            sock.close()


#: With room for three connections.
_FEW = """
import os
from kokoro_doors.gateway import serving, settings
few = settings.Settings(port=0, connections=3)
sock = serving.bind(few.host, few.port)
print(f"listening at {serving.address_of(sock)}", flush=True)
serving.serve(sock, few, os.environ)
"""


def test_one_connection_too_many_reads_why_and_the_others_go_on(daemon: FakeDaemon) -> None:
    with gateway(daemon.environ, program=[sys.executable, "-c", _FEW]) as door:
        held = [door.connect() for _ in range(3)]
        for connection in held:
            door.begin(connection, "GET", "/v1/models").read()
        extra = door.connect()
        response = door.begin(extra, "POST", "/v1/audio/speech", {"input": "Hi."})
        answer = Answer(response.status, dict(response.getheaders()), response.read())
        assert (answer.status, answer.error["code"]) == (503, "too_many_connections")
        assert answer.error["type"] == "server_error"
        assert "3 connections" in answer.error["message"]
        assert answer.headers["retry-after"] == "1"
        for connection in held:
            response = door.begin(connection, "GET", "/v1/models")
            assert response.status == 200
            response.read()
        held.pop().close()

        def served() -> bool:
            response = door.begin(extra, "GET", "/v1/models")
            response.read()
            return response.status == 200

        wait_until(served, "room for one more")
        for connection in (*held, extra):
            connection.close()


def test_far_too_many_connections_are_hung_up_on(daemon: FakeDaemon) -> None:
    with gateway(daemon.environ, program=[sys.executable, "-c", _FEW]) as door:
        sockets = [
            socket.create_connection(door.address, PATIENCE_S) for _ in range(3 + MAX_TOLD + 1)
        ]
        with contextlib.suppress(ConnectionResetError):
            assert sockets[-1].recv(1) == b""
        for sock in sockets:
            sock.close()

        def served() -> bool:
            with contextlib.suppress(ConnectionError):  # it may not have seen them go
                return door.get("/v1/models").status == 200
            return False

        wait_until(served, "room again")


def test_posts_without_end_are_slowed_down(daemon: FakeDaemon) -> None:
    with gateway(daemon.environ) as door:
        connection = door.connect()
        answers = []
        while 429 not in answers:
            response = door.begin(connection, "POST", "/pause", {})
            response.read()
            answers.append(response.status)
            assert len(answers) < 5_000
        connection.close()
        assert door.get("/v1/models").status == 200
        wait_until(lambda: door.post("/resume").status == 200, "it may ask again")


def test_half_a_request_and_nonsense_harm_nobody(door: Gateway) -> None:
    for data in (
        b"POST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Le",
        os.urandom(500),
        b"\0" * 9,
    ):
        with socket.create_connection(door.address) as sock:
            sock.sendall(data)
    head = b"POST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(door.address) as sock:
        sock.sendall(head + b"Content-Length: 100\r\n\r\n{")
    assert door.get("/v1/models").status == 200


def test_nothing_of_a_text_is_printed(daemon: FakeDaemon) -> None:
    with gateway(daemon.environ) as door:
        daemon.refuse("engine_failed", "failed")
        door.post("/v1/audio/speech", {"input": "a secret"})
        door.post("/v1/audio/speech", {"input": "a secret", "voice": "nobody"})
        door.process.terminate()
        out, said = door.process.communicate()
        assert "secret" not in out + said
        door.process.poll = lambda: None  # type: ignore[method-assign]


def test_it_is_ended_with_a_speech_under_way(daemon: FakeDaemon) -> None:
    with gateway(daemon.environ) as door:
        daemon.hold()
        connection = door.connect()
        body = json.dumps({"input": "Never heard."}).encode()
        connection.request("POST", "/v1/audio/speech", body, {"Content-Type": "application/json"})
        wait_until(lambda: "Never heard." in [s.text for s in daemon.spoken], "it was asked")
    wait_until(lambda: daemon.spoken[-1].ending == "cancelled", "its end")
    connection.close()
    daemon.release()
