# loop: asked by a peer or a signal, answered at once.
"""The configuration is read again, and everybody follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import config as configuration
from ..config import Config
from ..errors import ConfigError
from ..watch.log import Level
from .parts import Parts


def reload(
    parts: Parts,
    reread: Callable[[], Config],
    lexicon_problem: Callable[[], str],
    tell_ready: Callable[[], None],
) -> dict[str, Any]:
    """Read the configuration again; open the model if it is another one.

    lexicon_problem: what is wrong with lexicon.toml, "" if nothing
    """
    try:
        new = reread()
    except ConfigError as error:
        return {"reloaded": False, "message": str(error)}
    if problem := lexicon_problem():
        return {"reloaded": False, "message": problem}
    parts.notifier.reloading()
    old = parts.live.config
    waits = [
        name
        for name, spec in configuration.settings().items()
        if not spec.metadata["live"] and getattr(new, name) != getattr(old, name)
    ]
    parts.live.config = new
    parts.server.allow(new.max_clients)
    parts.log.level = Level[new.log_level.upper()]
    parts.priming.follow()
    parts.maintenance.reload()
    parts.phrases.resize(int(new.phrase_cache_mb * 2**20))
    parts.pool.open_kokoro()
    parts.log.info("reloaded", waits_for_restart=",".join(waits))
    tell_ready()
    return {"reloaded": True, "needs_restart": waits}
