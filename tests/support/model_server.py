"""A web server on loopback that serves files as a mirror does, and fails as one is told to.

Owns:       a listening socket, the thread that accepts and one thread a request.
Invariants: each request takes the next fault, none once they are used up; `requests`
            lists what was asked for and how many bytes went out.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import re
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kokorod.models import manifest
from kokorod.models.manifest import Release, RemoteFile
from kokorod.models.web import Patience

MODEL = random.Random(1).randbytes(400_000)
VOICES = random.Random(2).randbytes(70_000)


def remote_file(name: str, content: bytes) -> RemoteFile:
    return RemoteFile(name, len(content), hashlib.sha256(content).hexdigest())


#: A release small enough to be pulled a hundred times.
RELEASE = Release(
    "toy-fp32",
    manifest.DEFAULT_TAG,
    "fp32",
    remote_file("toy.onnx", MODEL),
    remote_file("voices.bin", VOICES),
)
MODEL_PATH = f"/{RELEASE.tag}/toy.onnx"
VOICES_PATH = f"/{RELEASE.tag}/voices.bin"

#: Gives up and goes on faster than the default; connecting may take as long as it does there.
QUICK = Patience(stall_s=0.5, attempts=3, backoff_s=0.01, gain_bytes=50_000)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; None and False: nothing."""

    status: int | None = None  # answer this instead
    cut_after: int | None = None  # bytes of the body, then the connection is reset
    stall_after: int | None = None  # bytes of the body, then nothing until the server closes
    drips_after: int | None = None  # bytes of the body, then one now and then
    drips_head: bool = False  # a header without end, a byte now and then
    ignore_range: bool = False
    no_length: bool = False  # the body ends where the connection does
    content_range: str = ""  # a lie about what is sent
    redirect: str = ""  # to this URL
    meanwhile: Callable[[], None] | None = None  # called before the answer


@dataclass
class Request:
    path: str
    start: int
    sent: int = 0


@dataclass
class FileServer:
    """`files`: path -> content; `faults`: one for each request to come."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: deque[Fault | None] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    scheme: str = "http"
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def sent(self) -> int:
        return sum(request.sent for request in self.requests)


def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment that the tests run in must not see them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextlib.contextmanager
def serving(
    tls: ssl.SSLContext | None = None,
) -> Iterator[FileServer]:
    """Serve RELEASE until left. With `tls`, over https."""
    state = FileServer(files={MODEL_PATH: MODEL, VOICES_PATH: VOICES})

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):  # the client may have gone
                _answer(self, state)

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

        def handle_error(self, request: object, address: object) -> None:
            pass  # a client that refuses the certificate

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        state.scheme = "https"
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, state: FileServer) -> None:
    fault = (state.faults.popleft() if state.faults else None) or Fault()
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    start = int(asked[1]) if asked and not fault.ignore_range else 0
    # A client behind a proxy asks for the whole URL.
    path = re.sub(r"^http://[^/]+", "", handler.path)
    request = Request(path, start)
    state.requests.append(request)
    if fault.meanwhile:
        fault.meanwhile()
    if fault.redirect:
        handler.send_response(302)
        handler.send_header("Location", fault.redirect)
        handler.end_headers()
        return
    content = state.files.get(path)
    if fault.status or content is None:
        handler.send_error(fault.status or 404)
        return
    if start and start >= len(content):
        handler.send_error(416)
        return
    if fault.drips_head:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        _drip(handler, state, b"x" * 1_000)
        return
    handler.send_response(206 if start else 200)
    if path.endswith("/"):
        handler.send_header("Content-Type", "text/html")  # a page of an index
    if start:
        span = fault.content_range or f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.send_header("Content-Range", span)
    body = content[start:]
    if not fault.no_length:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    limit = min(
        len(body) if at is None else at
        for at in (fault.cut_after, fault.stall_after, fault.drips_after, None)
    )
    handler.wfile.write(body[:limit])
    request.sent = limit
    if fault.stall_after is not None:
        state.closing.wait(60)
    if fault.drips_after is not None:
        _drip(handler, state, body[limit:])


def _drip(handler: BaseHTTPRequestHandler, state: FileServer, content: bytes) -> None:
    for byte in content:
        if state.closing.wait(0.05):
            return
        handler.wfile.write(bytes([byte]))
