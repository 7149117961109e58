# process: a part of `kokoroctl doctor` and `kokoroctl config`.
"""Where the running daemon goes by other settings than those of this environment.

It was started with the environment of whoever came first, which may have named others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .. import config as configuration
from ..config import Config

#: Of a value that the daemon tells (admin/status.py).
_COMPARED: Final = 1_000

#: Of a value that is shown.
_SHOWN: Final = 60

#: What to do about them.
TODO: Final = "`kokoroctl service restart`, or set them in config.toml for everybody"


def differing(config: Config, ask: Callable[[dict[str, Any]], object | None]) -> list[str]:
    """One line a setting, for people; none if no daemon runs, or one that does not tell."""
    try:
        status = ask({"type": "status"})
    # Whatever the client's errors are: it cannot be imported from here, and `daemon` has them.
    except Exception:  # noqa: BLE001
        return []
    told = status.get("settings") if isinstance(status, dict) else None
    if not isinstance(told, dict):
        return []
    lines = []
    for name, spec in configuration.settings().items():
        here = str(getattr(config, name))[:_COMPARED]
        there = str(told.get(name, spec.default))[:_COMPARED]
        if here != there:
            lines.append(f"{name} is {there[:_SHOWN]} in the running daemon, {here[:_SHOWN]} here")
    return lines
