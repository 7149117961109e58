# process: a part of `kokoroctl doctor`.
"""What lies on the disk: configuration, home folder, socket, models."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kokoro_client.wire import address

from .. import config
from ..errors import ConfigError, ModelDamagedError, ModelError, ModelMissingError
from ..models.store import Store
from .result import CheckResult, fail, ok, warn
from .running import Ask
from .settings import TODO, differing

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_ANY: Final = 0o077


def check_configuration(environ: Mapping[str, str], ask: Ask) -> CheckResult:
    try:
        settings, origins = config.load(environ)
    except ConfigError as error:
        return fail("configuration", str(error), "fix the value; the daemon does not start so")
    if others := differing(settings, ask):
        return warn("configuration", "; ".join(others), TODO)
    changed = [origin.name for origin in origins if origin.source != "default"]
    return ok("configuration", f"set are {', '.join(changed)}" if changed else "all default")


def check_home(home: Path, uid: int | None = None) -> CheckResult:
    uid = os.getuid() if uid is None else uid
    try:
        status = home.stat()
    except FileNotFoundError:
        return _to_be_made("home", home, "KOKORO_HOME", "is made at the first start")
    except OSError as error:
        return fail("home", f"{home}: {error.strerror}", "set KOKORO_HOME to a folder of yours")
    if not stat.S_ISDIR(status.st_mode):
        return fail("home", f"{home} is no folder", "move it away, or set KOKORO_HOME")
    if status.st_uid != uid:
        return fail(
            "home",
            f"{home} belongs to user {status.st_uid}, not to you ({uid})",
            f"sudo chown -R {uid} it, or set KOKORO_HOME to a folder of yours",
        )
    if not os.access(home, os.W_OK | os.X_OK):
        return fail("home", f"{home} cannot be written", "chmod u+wx it")
    if status.st_mode & _OTHERS_WRITE:
        return fail(
            "home",
            f"others may write in {home} ({stat.filemode(status.st_mode)})",
            "chmod go-w it: who can replace the socket hears what is spoken",
        )
    return ok("home", f"{home} ({stat.filemode(status.st_mode)})")


def check_socket(path: Path, uid: int | None = None) -> CheckResult:
    """The file alone; whether a daemon answers there is running.py's."""
    uid = os.getuid() if uid is None else uid
    if problem := address.socket_path_problem(path):
        return fail("socket", problem, "set KOKORO_SOCKET to a shorter path")
    try:
        status = path.stat()
    except FileNotFoundError:
        return _to_be_made("socket", path, "KOKORO_SOCKET", "is made at the next start")
    except OSError as error:
        return fail("socket", f"{path}: {error.strerror}", "set KOKORO_SOCKET to a path of yours")
    if not stat.S_ISSOCK(status.st_mode):
        return fail("socket", f"{path} is no socket", "move it away, or set KOKORO_SOCKET")
    if status.st_uid != uid:
        return fail(
            "socket",
            f"{path} belongs to user {status.st_uid}, not to you ({uid})",
            "remove it, or set KOKORO_SOCKET to a path of yours",
        )
    mode = stat.filemode(status.st_mode)
    if status.st_mode & _OTHERS_ANY:
        return fail("socket", f"others may open {path} ({mode})", "`kokoroctl service restart`")
    return ok("socket", f"{path} ({mode})")


def _to_be_made(check: str, path: Path, variable: str, made: str) -> CheckResult:
    """path: what is not there; whether it can be made."""
    above = next(folder for folder in path.parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        return fail(
            check,
            f"{path} is not there and cannot be made: {above} cannot be written",
            f"chmod u+wx {above}, or set {variable} to a path of yours",
        )
    return ok(check, f"{path} {made}")


def check_models(environ: Mapping[str, str]) -> CheckResult:
    """Hashes the chosen model if it was touched since it was last hashed."""
    settings, _ = config.load(environ)
    store = Store(settings.models_folder)
    try:
        model = store.chosen(settings.model)
        store.check(model)
    except ModelMissingError as error:
        return warn("model", f"the built-in voice speaks: {_first(error)}", _rest(error))
    except ModelDamagedError as error:
        return fail("model", _first(error), _rest(error))
    except ModelError as error:
        return fail("model", str(error), "fix it, then try again")
    if broken := store.broken():
        name, problem = next(iter(broken.items()))
        return warn(
            "model",
            f"{model.name} is whole, but {name} is broken: {problem}",
            f"kokoroctl models remove {name}",
        )
    return ok("model", f"{model.name} is whole, {model.bytes / 1e6:,.0f} MB in {model.folder}")


def _first(error: Exception) -> str:
    return str(error).partition("; ")[0]


def _rest(error: Exception) -> str:
    return str(error).partition("; ")[2] or "`kokoroctl setup`"
