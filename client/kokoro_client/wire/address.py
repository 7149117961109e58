# pure: no socket, thread or clock; reads only the environment it is given.
"""Where the two sides meet: the home folder and the socket, from the environment.

`KOKORO_HOME` holds config, models, caches and logs; `KOKORO_SOCKET` is the socket.
Setting them moves everything, for tests and for a second instance.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
MAX_SOCKET_PATH: Final = 103


def home_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """KOKORO_HOME, else ~/Library/Application Support/kokorod or $XDG_DATA_HOME/kokorod."""
    if home := environ.get("KOKORO_HOME"):
        return Path(home).expanduser().absolute()
    if platform == "darwin":
        return _user_home(environ) / "Library" / "Application Support" / "kokorod"
    if data := environ.get("XDG_DATA_HOME"):
        return Path(data) / "kokorod"
    return _user_home(environ) / ".local" / "share" / "kokorod"


def socket_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """KOKORO_SOCKET, else kokorod.sock in the home folder.

    The home folder belongs to the user alone and is not swept like the temporary
    folder, so a client and a daemon started from different sessions still meet.
    """
    if path := environ.get("KOKORO_SOCKET"):
        return Path(path).expanduser().absolute()
    return home_folder(environ, platform) / "kokorod.sock"


def socket_path_problem(path: Path) -> str | None:
    """Why `path` cannot be a socket's address, or None."""
    size = len(bytes(path))
    if size > MAX_SOCKET_PATH:
        return (
            f"socket path has {size} bytes, at most {MAX_SOCKET_PATH} are possible: {path}; "
            "set KOKORO_SOCKET to a shorter path"
        )
    return None


def _user_home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME")
    return Path(home) if home else Path.home()
