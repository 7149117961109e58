# pure: no socket, thread or clock; reads the environment it is given and the user database.
"""The home folder as a string: address.py without pathlib.

`kokoroctl hook`, for which an agent waits, has no time to load pathlib.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def home_path(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """As address.home_folder()."""
    if home := environ.get("KOKORO_HOME"):
        return absolute("KOKORO_HOME", home, environ)
    if platform == "darwin":
        return os.path.join(user_path(environ), "Library", "Application Support", "kokorod")
    return os.path.join(xdg_path(environ, "XDG_DATA_HOME", ".local/share"), "kokorod")


def user_path(environ: Mapping[str, str]) -> str:
    """As address.user_home()."""
    if (home := environ.get("HOME", "")).startswith("/"):
        return home
    import pwd  # not everywhere, and seldom needed

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        raise _refusal(
            f"HOME is {home!r} and user {os.getuid()} is in no user database; "
            "set HOME or KOKORO_HOME to an absolute path"
        ) from None


def xdg_path(environ: Mapping[str, str], variable: str, default: str) -> str:
    """As address.xdg_folder()."""
    if (folder := environ.get(variable, "")).startswith("/"):
        return folder
    return os.path.join(user_path(environ), default)


def absolute(variable: str, path: str, environ: Mapping[str, str]) -> str:
    """A variable's path, which may begin at a home. Raises WireError for a home of nobody."""
    if path == "~" or path.startswith("~/"):
        return os.path.join(user_path(environ), path[2:])
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        raise _refusal(
            f"{variable} is {path!r}, but there is no user {path[1:].partition('/')[0]!r}; "
            "set it to an absolute path"
        )
    return expanded if expanded.startswith("/") else os.path.join(os.getcwd(), expanded)


def _refusal(message: str) -> Exception:
    from .errors import ErrorCode, WireError

    return WireError(ErrorCode.BAD_REQUEST, message)
