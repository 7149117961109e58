# process: a part of the commands that fetch or copy.
"""Asking a web server for a file, or the rest of one: connect in time, redirects, refusals.

urllib does proxies (from the environment) and redirects, http.client the protocol; this
adds what they lack: a limit on the whole of connecting, name look-up included, and
errors that say what to do.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http import HTTPStatus
from typing import IO, Any, Final

from ..errors import DownloadError


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to try.

    connect_s   for look-up, connecting and TLS together; with no network this is how long
                the user waits to hear so
    stall_s     without a byte before the connection counts as dead
    attempts    failures in a row, none of which brought `gain_bytes`
    backoff_s   wait before the second attempt; doubled for each further one
    slow_s      in each such time slow_bytes must come, else the connection counts as dead: who
                sends a byte now and then is never silent; so long may an answer's head take too
    """

    connect_s: float = 5.0
    stall_s: float = 30.0
    attempts: int = 5
    backoff_s: float = 1.0
    gain_bytes: int = 1_000_000
    slow_s: float = 60.0
    slow_bytes: int = 64 * 1024


class UnreachableError(DownloadError):
    """No connection: no network, no such host, nobody there."""


class TransientError(DownloadError):
    """Worth another attempt."""


class UnsatisfiableRangeError(DownloadError):
    """The file there ends before the asked for byte."""


class _NotConnectedError(OSError):
    """No connection to the host, or to the proxy that stands in for it."""


#: Server trouble that passes: timeout, too many requests, and what proxies say of a server.
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

_MAX_REDIRECTS: Final = 5


def check_base_url(url: str) -> str:
    """The URL without a slash at its end. Raises DownloadError if it cannot be one."""
    try:
        parts = urllib.parse.urlsplit(url)
        usable = (
            parts.scheme in ("http", "https")
            and bool((parts.hostname or "").encode("idna"))
            and parts.port != 0
            and not parts.query
            and not parts.fragment
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        usable = False
    if not usable:
        raise DownloadError(
            f"{url[:200]!r} is no base URL; needed is one like https://host/folder "
            "(model_url in config.toml, KOKORO_MODEL_URL or --base-url)"
        )
    if parts.username is not None:
        raise DownloadError(
            "the base URL holds a user name, which is not supported; use a mirror that "
            "needs no login, or download the files and run `kokoroctl models import`"
        )
    return url.rstrip("/")


class Web:
    """Opens URLs. Holds no connection: each answer is its own."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            _Handler(patience),
            _Redirects(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def get(self, url: str, start: int = 0) -> http.client.HTTPResponse:
        """The answer to a request for the file from byte `start` on; the caller closes it.

        Raises UnreachableError, TransientError, UnsatisfiableRangeError, or DownloadError
        for what will not get better by itself.
        """
        # The URL comes from check_base_url, and no handler knows another scheme.
        request = urllib.request.Request(url, headers={"User-Agent": "kokorod"})  # noqa: S310
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            response = self._opener.open(request, timeout=self._patience.connect_s)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error, url) from None
        except urllib.error.URLError as error:
            raise _failure(error.reason, url) from None
        except (http.client.InvalidURL, ValueError) as error:
            # ValueError: a host that cannot be looked up, as a redirect may name one.
            raise DownloadError(f"{url} is no URL or leads to none: {error}") from None
        except (OSError, http.client.HTTPException) as error:
            raise _failure(error, url) from None
        assert isinstance(response, http.client.HTTPResponse)
        return response


def broken_off(error: Exception, patience: Patience) -> TransientError:
    """What to say of an error while an answer was read."""
    if isinstance(error, TimeoutError):
        return TransientError(f"no bytes came for {patience.stall_s:g} s")
    return TransientError(f"the connection broke ({_reason(error)})")


def _failure(error: object, url: str) -> DownloadError:
    host = urllib.parse.urlsplit(url).netloc
    if isinstance(error, DownloadError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return DownloadError(
            f"the certificate of {host} is not trusted: {error.verify_message}; look at the "
            "clock, and if a proxy of your company answers or Python came without "
            "certificates, set SSL_CERT_FILE to a file with the right authorities"
        )
    if isinstance(error, _NotConnectedError):
        return UnreachableError(f"{error}; is there a network?")
    if isinstance(error, TimeoutError):
        return TransientError(f"{host} did not answer in time")
    return TransientError(f"{host} broke the connection ({_reason(error)})")


def _refusal(error: urllib.error.HTTPError, url: str) -> DownloadError:
    said = f"{error.code} {error.reason}".strip()[:200]
    if error.code in _PASSING:
        return TransientError(f"{url} answered {said}")
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return UnsatisfiableRangeError(f"{url} answered {said}")
    if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        todo = (
            "the base URL must be a folder with <tag>/<file> below it; look at model_url "
            "(`kokoroctl config`), --base-url and --tag"
        )
    elif error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        todo = (
            "the server or a proxy on the way does not allow it; use another mirror "
            "(--base-url), or fetch the files in a browser and run `kokoroctl models import`"
        )
    elif error.code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        todo = "the proxy wants a login; put it into https_proxy"
    elif error.code in (301, 302, 303, 307, 308):
        todo = f"it redirects more than {_MAX_REDIRECTS} times or to what is no URL; use a mirror"
    else:
        todo = "use another mirror (--base-url) or try again later"
    return DownloadError(f"{url} answered {said}; {todo}")


def _reason(error: object) -> str:
    text = str(error) or type(error).__name__
    return text[:200]


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = _MAX_REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        allowed = ("https",) if req.type == "https" else ("https", "http")
        if urllib.parse.urlsplit(newurl).scheme not in allowed:
            fp.close()
            raise DownloadError(
                f"{req.full_url} redirects to {newurl[:200]!r}, allowed is only "
                f"{' or '.join(allowed)}; use another mirror (--base-url)"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


class _Handler(urllib.request.AbstractHTTPHandler):
    """Both schemes, over connections that are made in time."""

    http_request = urllib.request.AbstractHTTPHandler.do_request_
    https_request = urllib.request.AbstractHTTPHandler.do_request_

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Plain, self._patience), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        secure = partial(_Secure, self._patience, context=ssl.create_default_context())
        return self.do_open(secure, req)


class _Plain(http.client.HTTPConnection):
    def __init__(self, patience: Patience, host: str, **options: Any) -> None:
        super().__init__(host, **_halved(options, patience))
        self._patience = patience

    def connect(self) -> None:
        _connect(self, super().connect, self._patience)

    def getresponse(self) -> http.client.HTTPResponse:
        with _in_time(self, self._patience.slow_s):
            return super().getresponse()


class _Secure(http.client.HTTPSConnection):
    def __init__(self, patience: Patience, host: str, **options: Any) -> None:
        super().__init__(host, **_halved(options, patience))
        self._patience = patience

    def connect(self) -> None:
        _connect(self, super().connect, self._patience)

    def getresponse(self) -> http.client.HTTPResponse:
        with _in_time(self, self._patience.slow_s):
            return super().getresponse()


@contextlib.contextmanager
def _in_time(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """What is read within ends after so long, however slowly it comes. Raises TimeoutError."""
    sock, over = connection.sock, threading.Event()

    def end() -> None:
        over.set()
        with contextlib.suppress(OSError):
            # Of the connection below TLS, whose own state is the other thread's.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError  # a head that was cut short looks like a whole one


def _halved(options: dict[str, Any], patience: Patience) -> dict[str, Any]:
    # A host's first address may be dead (IPv6 that leads nowhere): its second gets a turn.
    return options | {"timeout": patience.connect_s / 2}


def _connect(connection: http.client.HTTPConnection, connect: Any, patience: Patience) -> None:
    """Connect within patience.connect_s, on a thread: a look-up has no timeout of its own."""
    outcome: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    settled = threading.Lock()  # taken by whoever decides first: connected, or given up

    def attempt() -> None:
        try:
            connect()
        except BaseException as error:  # noqa: BLE001 - is raised again on the waiting thread
            connection.close()
            outcome.put(error)
            return
        if settled.acquire(blocking=False):
            outcome.put(None)
        else:
            connection.close()

    # A daemon thread: one that hangs in a look-up must not keep the process from ending.
    threading.Thread(target=attempt, name="connect", daemon=True).start()
    try:
        error = outcome.get(timeout=patience.connect_s)
    except queue.Empty:
        if settled.acquire(blocking=False):
            raise _NotConnectedError(
                f"{connection.host} cannot be reached within {patience.connect_s:g} s"
            ) from None
        error = outcome.get()
    if isinstance(error, ssl.SSLCertVerificationError):
        raise error
    if isinstance(error, OSError):
        late = isinstance(error, TimeoutError)
        reason = "it does not answer" if late else error.strerror or str(error)
        raise _NotConnectedError(f"{connection.host} cannot be reached: {reason}")
    if error is not None:
        raise error
    connection.sock.settimeout(patience.stall_s)
