"""Getting to the daemon: a checked Unix socket, and the simplest exchange over it.

`ask()` is all that `kokoroctl status` needs; it loads no dataclass, because a
command that only asks is to be as quick as the interpreter allows.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .. import errors
from ..wire import address, frames
from ..wire.errors import ErrorCode, WireError
from ..wire.framed_socket import FramedSocket

#: Longest wait for a connection or for the answer to a question. The daemon's loop
#: answers those at once; only a machine that swaps takes seconds.
TIMEOUT_S: Final = 30.0

#: 5 s of audio. macOS gives a Unix socket 8 KiB, which costs a wake-up every 0.2 s.
BUFFER_BYTES: Final = 256 * 1024

#: One recv. Several audio slices, and little to hold.
CHUNK_BYTES: Final = 64 * 1024

_RETRY_S: Final = 0.02  # a full backlog has no event to wait for


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The socket that KOKORO_SOCKET and KOKORO_HOME point to. Raises AddressError."""
    try:
        return address.socket_path(environ)
    except WireError as error:
        raise errors.AddressError(error.message) from None


def open_socket(path: Path, timeout: float = TIMEOUT_S) -> socket.socket:
    """A blocking socket, connected to this user's daemon at `path`.

    Raises NoDaemonError if nobody listens, AddressError if nobody could,
    WrongOwnerError if the socket is another user's, BusyError if the daemon
    has not accepted within `timeout` s.
    """
    if problem := address.socket_path_problem(path):
        raise errors.AddressError(problem)
    _check_file(path)
    deadline = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
            sock.settimeout(timeout)
            sock.connect(os.fspath(path))
            _check_peer(sock, path)
        except (FileNotFoundError, ConnectionRefusedError):
            sock.close()
            raise errors.NoDaemonError(
                f"no daemon answers at {path}; start one with `kokorod`"
            ) from None
        except (BlockingIOError, TimeoutError):
            # Linux refuses at once, with EAGAIN, while the backlog is full.
            sock.close()
            if time.monotonic() >= deadline:
                raise errors.BusyError(
                    f"the daemon at {path} accepted no connection for {timeout:g} s; try again"
                ) from None
            time.sleep(_RETRY_S)
        except OSError as error:
            sock.close()
            raise errors.AddressError(
                f"cannot connect to {path}: {error.strerror or error}"
            ) from None
        except BaseException:
            sock.close()
            raise
        else:
            return sock


def ask(path: Path, request: dict[str, Any], timeout: float = TIMEOUT_S) -> Any:
    """Send one request over a connection of its own and return the value of its `result`.

    Raises the KokoroError that the daemon's `error` stands for, AnswerTimeoutError,
    ConnectionLostError, and all that open_socket() raises.
    """
    deadline = time.monotonic() + timeout
    try:
        question = frames.encode({"id": 0, **request}, frames.MAX_REQUEST)
    except WireError as error:
        raise errors.from_wire(error) from None
    with open_socket(path, timeout) as sock:
        framed = FramedSocket(sock)
        try:
            framed.send_frame(question)
            answer = framed.receive(deadline)
        except TimeoutError:
            raise errors.AnswerTimeoutError(
                f"the daemon has not answered within {timeout:g} s; see its log"
            ) from None
        except OSError as error:
            raise errors.ConnectionLostError(
                f"the connection to the daemon broke: {error.strerror or error}"
            ) from None
        except WireError:
            raise errors.not_kokorod(path) from None
    if answer is None:
        raise errors.ConnectionLostError(
            "the daemon closed the connection without an answer; see its log, or try again"
        )
    return _value(answer)


def _value(answer: dict[str, Any]) -> Any:
    if answer.get("type") == "result":
        return answer.get("value")
    if answer.get("type") == "error":
        raise error_answer(answer.get("code"), answer.get("message"), answer.get("retry_after_ms"))
    raise errors.ProtocolError("the daemon answered something else than result or error")


def error_answer(code: Any, message: Any, retry_after_ms: Any) -> errors.KokoroError:
    """The exception for an `error` that no schema has checked yet."""
    try:
        known = ErrorCode(code)
    except ValueError:
        return errors.ProtocolError(f"the daemon sent an error of an unknown kind: {message!r}")
    after = retry_after_ms if type(retry_after_ms) is int else None
    return errors.from_code(known, str(message), after)


def _check_file(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise errors.NoDaemonError(
            f"no daemon runs: there is no socket at {path}; start one with `kokorod`"
        ) from None
    except OSError as error:
        raise errors.AddressError(
            f"cannot look at the socket {path}: {error.strerror or error}"
        ) from None
    if not stat.S_ISSOCK(found.st_mode):
        raise errors.AddressError(
            f"{path} is not a socket; move it away or set KOKORO_SOCKET to another path"
        )
    if found.st_uid != os.getuid():
        raise errors.WrongOwnerError(
            f"the socket {path} belongs to user {found.st_uid}, not to you "
            f"({os.getuid()}); set KOKORO_SOCKET to a socket of your own"
        )


def _check_peer(sock: socket.socket, path: Path) -> None:
    # The file may have been swapped since it was looked at; the peer cannot be.
    # Root is trusted: launchd listens as root on behalf of the user.
    uid = _peer_uid(sock)
    if uid not in (None, 0, os.getuid()):
        raise errors.WrongOwnerError(
            f"user {uid} listens at {path}, not you ({os.getuid()}); "
            "set KOKORO_SOCKET to a socket of your own"
        )


def _peer_uid(sock: socket.socket, platform: str = sys.platform) -> int | None:
    if platform == "linux":
        ucred = struct.Struct("3i")
        _, uid, _ = ucred.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, ucred.size))
        return int(uid)
    if platform == "darwin":
        # struct xucred of <sys/ucred.h>: version, uid, ...; 0 and 1 are
        # SOL_LOCAL and LOCAL_PEERCRED of <sys/un.h>.
        return int(struct.unpack_from("=2I", sock.getsockopt(0, 1, 76))[1])
    return None
