# loop: called once, on the main thread, before the loop runs.
"""The listening socket that a supervisor made and handed down, if it did.

While the daemon is away the supervisor keeps the socket open: who connects during a
restart waits in the kernel's queue and is answered by the next daemon.

Sources: sd_listen_fds(3) for LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; launch(3) and
launchd.plist(5) for launch_activate_socket and the names under `Sockets`.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

from ..errors import KokorodError
from .listener import Listener

#: The socket's name in the LaunchAgent and in the .socket unit.
LAUNCHD_NAME: Final = "Listener"
SYSTEMD_NAME: Final = "kokorod"

_FIRST_FD: Final = 3

#: sun_path has no room for more; a longer list is not one for this daemon.
_MAX_FDS: Final = 16

_VARIABLES: Final = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")

#: launch_activate_socket: not launchd's child; no socket of that name in the job.
_NOT_LAUNCHD: Final = (errno.ESRCH, errno.ENOENT)


def inherited(
    environ: MutableMapping[str, str], platform: str = sys.platform, library: Path | None = None
) -> Listener | None:
    """The supervisor's socket, or None if there is no supervisor.

    Takes LISTEN_* out of `environ`, so that no child mistakes them for its own.
    library: holds launch_activate_socket; None: the process's own symbols.
    Raises KokorodError if what was handed down is not one listening Unix socket.
    """
    fds = _from_launchd(library) if platform == "darwin" else []
    supervisor = "launchd"
    if not fds:
        fds, supervisor = _from_systemd(environ), "systemd"
    if not fds:
        return None
    for fd in fds:
        os.set_inheritable(fd, False)
    if len(fds) > 1:
        raise KokorodError(
            f"{supervisor} handed down {len(fds)} sockets, one is needed; "
            "run `kokoroctl service install` again"
        )
    return _listener(fds[0], supervisor)


def _from_systemd(environ: MutableMapping[str, str]) -> list[int]:
    values = {name: environ.pop(name, None) for name in _VARIABLES}
    # Meant for another process, e.g. our parent, which let them slip through.
    if values["LISTEN_PID"] != str(os.getpid()):
        return []
    count = values["LISTEN_FDS"] or ""
    if not (count.isascii() and count.isdigit() and 1 <= int(count) <= _MAX_FDS):
        raise KokorodError(
            f"LISTEN_FDS is {count[:20]!r}, allowed is 1 to {_MAX_FDS}; unset it and LISTEN_PID"
        )
    fds = list(range(_FIRST_FD, _FIRST_FD + int(count)))
    if (joined := values["LISTEN_FDNAMES"]) is None:
        return fds
    names = joined.split(":")
    if len(names) != len(fds):
        raise KokorodError(
            f"LISTEN_FDNAMES has {len(names)} names for {len(fds)} sockets; "
            "fix what sets it, or unset it"
        )
    if len(fds) == 1:
        return fds
    return [fd for fd, name in zip(fds, names, strict=True) if name == SYSTEMD_NAME] or fds


def _from_launchd(library: Path | None) -> list[int]:
    import ctypes  # 10 ms that only macOS needs to spend before the socket is there

    handle = ctypes.CDLL(os.fspath(library) if library else None)
    activate = handle.launch_activate_socket
    activate.argtypes = [
        ctypes.c_char_p,
        ctypes.POINTER(ctypes.POINTER(ctypes.c_int)),
        ctypes.POINTER(ctypes.c_size_t),
    ]
    activate.restype = ctypes.c_int
    array = ctypes.POINTER(ctypes.c_int)()
    count = ctypes.c_size_t(0)
    result = activate(LAUNCHD_NAME.encode(), ctypes.byref(array), ctypes.byref(count))
    if result in _NOT_LAUNCHD:
        return []
    if result:
        raise KokorodError(
            f"launchd did not hand down the socket: {os.strerror(result)}; "
            "run `kokoroctl service restart`"
        )
    try:
        if count.value > _MAX_FDS:
            raise KokorodError(f"launchd handed down {count.value} sockets, one is needed")
        return [array[index] for index in range(count.value)]
    finally:
        free = ctypes.CDLL(None).free
        free.argtypes = [ctypes.c_void_p]
        free.restype = None
        free(ctypes.cast(array, ctypes.c_void_p))


def _listener(fd: int, supervisor: str) -> Listener:
    try:
        sock = socket.socket(fileno=fd)
    except OSError as error:
        raise _unfit(supervisor, f"descriptor {fd} is no socket ({error.strerror})") from None
    try:
        if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
            raise _unfit(supervisor, "it is no Unix stream socket")
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise _unfit(supervisor, "it does not listen")
        name = sock.getsockname()
        if not isinstance(name, str) or not name:
            raise _unfit(supervisor, "it has no path")
    except OSError as error:
        sock.close()
        raise _unfit(supervisor, error.strerror or str(error)) from None
    except KokorodError:
        sock.close()
        raise
    return Listener(sock, Path(name), None)


def _unfit(supervisor: str, why: str) -> KokorodError:
    return KokorodError(
        f"the socket that {supervisor} handed down cannot be used: {why}; "
        "run `kokoroctl service install` again"
    )
