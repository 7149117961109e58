# process: a part of `kokoroctl doctor`.
"""The daemon that runs, and the service that is to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kokoro_service import service_files
from kokoro_service.background import Background
from kokoro_service.detect import supervisor_here, supervisor_in_force
from kokoro_service.job import job_from

from .. import __version__
from .result import CheckResult, fail, ok, warn

#: Sends one request to the daemon that runs; None if none does. Context.ask.
Ask = Callable[[dict[str, Any]], object | None]


def check_daemon(ask: Ask) -> CheckResult:
    try:
        status = ask({"type": "status"})
    # Whatever the client's errors are: it cannot be imported from here.
    except Exception as error:  # noqa: BLE001
        return fail(
            "daemon", f"does not answer as it should: {error}", "`kokoroctl service restart`"
        )
    if status is None:
        return warn(
            "daemon",
            "none runs",
            "clients start one; `kokoroctl service install` starts it at login",
        )
    if not isinstance(status, dict):
        return fail("daemon", "answers nonsense", "`kokoroctl service restart`")
    found = f"{status.get('state')}, process {status.get('pid')}, version {status.get('version')}"
    if status.get("version") != __version__:
        return warn("daemon", f"{found}; installed is {__version__}", "`kokoroctl service restart`")
    speaker = status.get("speaker")
    if isinstance(speaker, dict) and speaker.get("state") == "paused":
        return warn("daemon", f"{found}; the speaker is paused", "`kokoroctl resume`")
    if (nice := _niceness(status.get("pid"))) > 0:
        return warn(
            "daemon",
            f"{found}; it runs at niceness {nice}, as who started it did",
            "`kokoroctl service restart` from a shell without `nice`",
        )
    if note := status.get("note"):
        return warn("daemon", f"{found}; {note}", "see the line `model`")
    return ok("daemon", f"{found}, engine {status.get('engine')}")


def _niceness(pid: object) -> int:
    """Of a process; 0 if it has gone or is not to be looked at."""
    import psutil

    try:
        return int(psutil.Process(pid).nice()) if isinstance(pid, int) else 0
    except psutil.Error:
        return 0


def check_service(environ: Mapping[str, str]) -> CheckResult:
    supervisor = supervisor_in_force(environ)
    if isinstance(supervisor, Background):
        here = supervisor_here(environ)
        if isinstance(here, Background):
            return ok("service", "there is neither launchd nor a systemd user manager here")
        return warn(
            "service",
            f"not installed: {here.name} does not start the daemon at login",
            "`kokoroctl service install`",
        )
    state = supervisor.state()
    found = f"{supervisor.name}: {state.detail}"
    if state.switched_off:
        return warn("service", found, state.switched_off)
    if program := service_files.missing_program(supervisor.installed()):
        return fail(
            "service", f"{found}: its program {program} is missing", "`kokoroctl service install`"
        )
    job = job_from(environ)
    if any(service_files.differs(path, content) for path, content in supervisor.files(job).items()):
        return warn(
            "service",
            f"{found}; it was installed for another program, home or setting than yours",
            "`kokoroctl service install`",
        )
    if state.failed:
        return fail("service", found, "see `kokoroctl logs`, then `kokoroctl service start`")
    if state.pid is None:
        return warn("service", f"{found}: no daemon runs", "`kokoroctl service start`")
    return ok("service", found)
