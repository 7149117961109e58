# loop: called by the loop's thread.
"""What a service manager hears of the daemon: sd_notify, without its library.

Owns:       one datagram socket, if NOTIFY_SOCKET names an address.
Invariants: the ping is a timer of the loop: a loop that hangs falls silent, and the
            manager starts the daemon anew. Without NOTIFY_SOCKET every call does nothing.
Never:      waits, or fails because nobody listens.

Source: sd_notify(3), sd_watchdog_enabled(3).
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, MutableMapping
from typing import Final

#: A status is one line for people.
_MAX_STATUS: Final = 200

#: Two pings in each period: one may come late.
_PINGS: Final = 2

_MICROSECONDS: Final = 1_000_000


class Notifier:
    def __init__(self, address: str = "", watchdog_s: float = 0.0) -> None:
        """address: of the manager's socket, abstract with a leading @. watchdog_s: 0: no pings."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        self._ping_s = watchdog_s / _PINGS
        if address.startswith(("/", "@")) and len(address) > 1:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)

    @property
    def ping_s(self) -> float:
        """Seconds between pings; 0 if nobody waits for them."""
        return self._ping_s if self._socket is not None else 0.0

    def keep_pinging(self, after: Callable[[float, Callable[[], None]], object]) -> None:
        """Ping now and ever after; `after(seconds, call)` is the loop's timer."""
        if not self.ping_s:
            return

        def ping() -> None:
            self._send("WATCHDOG=1")
            after(self.ping_s, ping)

        ping()

    def status(self, text: str) -> None:
        """One line that `systemctl status` shows."""
        self._send(_status(text))

    def ready(self, text: str) -> None:
        """Started, or done with reloading."""
        self._send("READY=1", _status(text))

    def reloading(self) -> None:
        """To be followed by ready()."""
        # systemd waits for the READY that is younger than this stamp.
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now}", _status("reloading"))

    def stopping(self) -> None:
        self._send("STOPPING=1", _status("stopping"))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> None:
        if self._socket is None:
            return
        # A manager that is gone or does not read must not end the speech.
        with contextlib.suppress(OSError):
            self._socket.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)


def from_environment(environ: MutableMapping[str, str]) -> Notifier:
    """The notifier for NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.

    Takes them out of `environ`, so that no child speaks for the daemon.
    """
    address = environ.pop("NOTIFY_SOCKET", "")
    period = environ.pop("WATCHDOG_USEC", "")
    pid = environ.pop("WATCHDOG_PID", str(os.getpid()))
    for_us = period.isascii() and period.isdigit() and pid == str(os.getpid())
    return Notifier(address, int(period) / _MICROSECONDS if for_us else 0.0)


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())[:_MAX_STATUS]
