"""`kokoroctl hook`: how long an agent waits for it, from the start of its process to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.metric import Metric, at_most
from bench.stage import Stage

#: What it started loads Python, too: it is not to be in the next one's way.
_REST_S: Final = 1.0

_MOST_MS: Final = 80.0


def measure(stage: Stage) -> list[Metric]:
    command = [str(Path(sys.executable).with_name("kokoroctl")), "hook"]
    taken: list[float] = []
    stage.note("answers handed to the hook")
    with tempfile.TemporaryDirectory(prefix="kokoro-bench-") as home:
        socket = str(stage.kokorod.socket)
        environ = {**os.environ, "KOKORO_HOME": home, "KOKORO_SOCKET": socket}
        for number in range(max(20, stage.effort.trials * 4)):
            payload = {
                "hook_event_name": "Stop",
                "session_id": f"session-{number}",
                "last_assistant_message": f"{stage.texts.next(400)}\n\n```py\nx = 1\n```\n",
            }
            began = time.perf_counter()
            subprocess.run(
                command,
                env=environ,
                input=json.dumps(payload).encode(),
                stdout=subprocess.DEVNULL,
                check=True,
            )
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(_REST_S)
            stage.kokorod.client.control("stop", all=True)
    taken.sort()
    return [
        Metric(
            name="hook: an agent waits, p95",
            unit="ms",
            value=taken[int(len(taken) * 0.95)],
            asked=(at_most(_MOST_MS),),
            samples={"process start to end, ms": taken},
        )
    ]
