# pure: no socket, thread or clock; names what it is given.
"""The parts of the daemon that status, its attention and its answers ask."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import LiveConfig
from ..lanes.after_ready import AfterReady
from ..lanes.calibrating import Calibrating
from ..lanes.pool import Pool
from ..maintenance.priming import Priming
from ..maintenance.runner import Maintenance
from ..net.loop import Loop
from ..net.server import Server
from ..requests.phrase_cache import PhraseCache
from ..schedule.scheduler import Scheduler
from ..speaker.turns import Turns
from ..watch.log import Log
from ..watch.metrics import Metrics
from ..watch.notify import Notifier
from ..watch.startup import Startup


@dataclass(frozen=True, slots=True)
class Parts:
    loop: Loop
    live: LiveConfig
    log: Log
    notifier: Notifier
    startup: Startup
    metrics: Metrics
    scheduler: Scheduler
    server: Server
    pool: Pool
    after_ready: AfterReady
    calibrating: Calibrating
    priming: Priming
    maintenance: Maintenance
    phrases: PhraseCache
    turns: Turns
