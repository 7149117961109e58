"""What a pull says of servers that refuse, hang, lie about who they are, or are not there."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import model_server
from support.model_server import MODEL, MODEL_PATH, QUICK, RELEASE, Fault, FileServer

from kokorod.errors import DownloadError
from kokorod.models.pull import pull_release as pull
from kokorod.models.store import Store
from kokorod.models.web import Patience, UnreachableError, check_base_url

#: Made for these tests: 127.0.0.1, signed by itself, 2020 to 2120.
CERTIFICATE = base64.b64decode(
    "MIIBjDCCATOgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwIBcNMjAwMTAxMDAwMDAw"
    "WhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA"
    "BJ5X76B7NuYkLJkyR2Rc2GyqX9+DIlTLmmPt59VcOARR/dOLwDlxiYX5QIS3ZMVShaW8usRj0xyNti0rqsee6pSj"
    "dDByMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgKEMB0GA1UdDgQWBBSZMZJtBTZyb07uTf7i1reEj1qo"
    "wzAfBgNVHSMEGDAWgBSZMZJtBTZyb07uTf7i1reEj1qowzAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cA"
    "MEQCIFx13BlVEV5UO0v7uM6wdz+1cPFwYa3Dh/oIdYDRxu4/AiBofImmekcDktiAWUR3wJtMVgdP/6saGPMb8iOW"
    "Hon0HQ=="
)
KEY = base64.b64decode(
    "MHcCAQEEIFH3x0VULLtncN6wABZpDXmpcuLisTAA/lqvagUbKcJUoAoGCCqGSM49AwEHoUQDQgAEnlfvoHs25iQs"
    "mTJHZFzYbKpf34MiVMuaY+3n1Vw4BFH904vAOXGJhflAhLdkxVKFpby6xGPTHI22LSuqx57qlA=="
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    model_server.without_proxy(monkeypatch)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with model_server.serving() as state:
        yield state


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[FileServer, Path]]:
    """A server behind TLS and the file with the authority that vouches for it."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(ssl.DER_cert_to_PEM_cert(CERTIFICATE))
    body = base64.encodebytes(KEY).decode()
    key.write_text(f"-----BEGIN EC {'PRIVATE'} KEY-----\n{body}-----END EC {'PRIVATE'} KEY-----\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with model_server.serving(context) as state:
        yield state, certificate


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (404, "<tag>/<file>"),
        (410, "<tag>/<file>"),
        (401, "another mirror"),
        (403, "models import"),
        (407, "proxy wants a login"),
        (418, "try again later"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_repeated(
    status: int, advice: str, server: FileServer, store: Store
) -> None:
    server.faults.extend([Fault(status=status)] * 10)
    with pytest.raises(DownloadError) as caught:
        pull(RELEASE, server.url, store, patience=QUICK)
    assert str(status) in str(caught.value)
    assert advice in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trouble_that_passes_is_tried_again(status: int, server: FileServer, store: Store) -> None:
    server.faults.extend([Fault(status=status)] * 2)
    pull(RELEASE, server.url, store, patience=QUICK)
    assert len(server.requests) == 4


#: As QUICK, and what drips is known for it in half a second.
SLOW = replace(QUICK, slow_s=0.5, slow_bytes=10_000)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(drips_after=100), "bytes came in 0.5 s"),
        (Fault(drips_head=True), "did not answer in time"),
    ],
    ids=["body", "head"],
)
def test_what_drips_is_given_up(fault: Fault, why: str, server: FileServer, store: Store) -> None:
    server.faults.extend([fault] * 10)
    with pytest.raises(DownloadError, match=why) as caught:
        pull(RELEASE, server.url, store, patience=SLOW)
    assert "given up after 3 attempts" in str(caught.value)
    assert len(server.requests) == 3
    assert store.installed() == []
    # And where one drips once, the next goes on.
    server.faults.clear()
    server.faults.append(fault)
    assert pull(RELEASE, server.url, store, patience=SLOW).model.read_bytes() == MODEL


def test_redirects_are_followed_and_keep_the_range(server: FileServer, store: Store) -> None:
    server.files["/elsewhere"] = MODEL
    to = Fault(redirect=f"{server.url}/elsewhere")
    server.faults.extend([None, to, Fault(cut_after=100_000), to])
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL
    assert [(request.path, request.start) for request in server.requests[1:]] == [
        (MODEL_PATH, 0),
        ("/elsewhere", 0),
        (MODEL_PATH, 100_000),
        ("/elsewhere", 100_000),
    ]


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://a..b/", MODEL_PATH]
)
def test_redirects_to_nowhere_end(target: str, server: FileServer, store: Store) -> None:
    server.faults.extend([Fault(redirect=target)] * 50)
    with pytest.raises(DownloadError):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert len(server.requests) <= 7
    assert store.installed() == []


def test_nobody_listening_is_known_at_the_first_attempt(store: Store) -> None:
    notes: list[str] = []
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 cannot be reached"):
            pull(RELEASE, url, store, note=notes.append, patience=QUICK)
    assert notes == []


def test_no_such_host_is_unreachable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a resolver answers; asking a real one would leave this machine.
    def look_up(*args: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(UnreachableError, match=r"kokorod.example cannot be reached: Name or"):
        pull(RELEASE, "https://kokorod.example", store, patience=QUICK)


def test_a_tls_handshake_that_hangs_is_given_up_in_time(store: Store) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        # One step may take half of the time, so that a second address gets its turn.
        patience = Patience(connect_s=2.0, attempts=1)
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnreachableError, match="it does not answer"):
            pull(RELEASE, url, store, patience=patience)


def test_a_network_lost_in_between_is_waited_for(server: FileServer, store: Store) -> None:
    # The redirect leads to a port where nobody listens, as when the network goes away.
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = Fault(redirect=f"http://127.0.0.1:{unused.getsockname()[1]}/")
        server.faults.extend([None, Fault(cut_after=150_000), away])
        assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


def test_a_proxy_from_the_environment_is_used(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    model = pull(RELEASE, "http://kokorod.example", store, patience=QUICK)
    assert model.model.read_bytes() == MODEL


def test_a_proxy_that_refuses_is_named(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    with pytest.raises(UnreachableError, match="Tunnel connection failed"):
        pull(RELEASE, "https://kokorod.example", store, patience=QUICK)


def test_a_lookup_that_hangs_is_given_up_in_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one thing that cannot be had for real on loopback: a resolver that never answers.
    over = threading.Event()

    def look_up(*args: object) -> object:
        over.wait(10)
        raise OSError("over")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        with pytest.raises(
            UnreachableError, match=r"kokorod.example cannot be reached within 0.2 s"
        ):
            pull(RELEASE, "http://kokorod.example", store, patience=Patience(connect_s=0.2))
    finally:
        over.set()


def test_an_unknown_certificate_is_refused_with_advice(
    tls: tuple[FileServer, Path], store: Store
) -> None:
    server, _ = tls
    with pytest.raises(DownloadError, match=r"certificate of 127.* is not trusted.*SSL_CERT_FILE"):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert server.requests == []


def test_https_with_a_known_certificate_works(
    tls: tuple[FileServer, Path], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


def test_https_is_never_left_by_a_redirect(
    tls: tuple[FileServer, Path],
    server: FileServer,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secure, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secure.faults.append(Fault(redirect=server.url + MODEL_PATH))
    with pytest.raises(DownloadError, match="allowed is only https"):
        pull(RELEASE, secure.url, store, patience=QUICK)
    assert server.requests == []


def test_http_may_be_left_for_https(
    tls: tuple[FileServer, Path],
    server: FileServer,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secure, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.faults.extend([None, Fault(redirect=secure.url + MODEL_PATH)])
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL
    assert [request.path for request in secure.requests] == [MODEL_PATH]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mirror",
        "file:///mirror",
        "ftp://mirror/x",
        "https://",
        "https:///folder",
        "https://host:port/",
        "https://host:70000/",
        "https://ho st/",
        "https://host/a b",
        "https://host/?q=1",
        "https://host/#top",
        "https://höst/",
        "https://host/\n",
        "https://[::1/",
        "https://a..b/",
        "https://user:secret@host/",
    ],
)
def test_what_is_no_base_url_is_refused(url: str, store: Store) -> None:
    with pytest.raises(DownloadError, match="base URL") as caught:
        pull(RELEASE, url, store)
    assert "secret" not in str(caught.value)
    assert not store.folder.exists()


@pytest.mark.parametrize(
    "url", ["https://host/folder/", "http://127.0.0.1:8000", "https://[::1]:8443/a/b//"]
)
def test_a_base_url_loses_its_last_slash(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")
