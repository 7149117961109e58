# loop: asked by a peer or a signal, answered at once.
"""What is asked of the daemon itself: status, metrics, voices, warm, reload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import config as configuration
from ..errors import ConfigError
from ..watch.log import Level
from ..watch.metrics import prometheus
from .status import status_value
from .voice_list import voices_value

if TYPE_CHECKING:
    from ..app import App


def answer(app: App, name: str) -> Any:
    """The value of the answer to a question of this name."""
    match name:
        case "status":
            return status_value(app)
        case "metrics":
            speaker = app.in_flight.turns.counters()
            return prometheus({**status_value(app), "speaker": speaker})
        case "warm":
            app.upkeep.look()
            return {"lanes": list(app.engines.lanes)}
        case "voices":
            return voices_value(app.engines.voicing, app.config)
        case _:
            return {}


def reload(app: App) -> dict[str, Any]:
    """Read the configuration again; open the model if it is another one."""
    try:
        new = app.reread()
    except ConfigError as error:
        return {"reloaded": False, "message": str(error)}
    app.notifier.reloading()
    waits = [
        name
        for name, spec in configuration.settings().items()
        if not spec.metadata["live"] and getattr(new, name) != getattr(app.config, name)
    ]
    app.config = new
    app.clients.allow(new.max_clients)
    app.log.level = Level[new.log_level.upper()]
    app.priming.follow()
    app.upkeep.reload()
    app.in_flight.phrases.resize(int(new.phrase_cache_mb * 2**20))
    app.engines.open_kokoro()
    app.log.info("reloaded", waits_for_restart=",".join(waits))
    app.tell_ready()
    return {"reloaded": True, "needs_restart": waits}
