# process: a command of kokoroctl.
"""`kokoroctl service`: the daemon as a login item."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kokoro_service import lock_owner, service_files
from kokoro_service.background import WITHOUT, Background
from kokoro_service.detect import supervisor_here, supervisor_in_force
from kokoro_service.job import Job, job_from
from kokoro_service.stale_socket import remove_free_lock, remove_stale_socket
from kokoro_service.state import State, Supervisor

from .. import __version__, config
from . import FAILED, OK, Context, logs

HELP = "start the daemon at every login: install, uninstall, start, stop, restart, status"

#: What kokoroctl ends with if no daemon runs.
NOT_RUNNING: Final = 3

#: A cold disk needs some seconds for Python; supervisors say earlier what went wrong.
_ANSWER_S: Final = 60.0
_POLL_S: Final = 0.1

_NOT_INSTALLED: Final = "running in the background; `kokoroctl service install` starts it at login"

_ACTIONS: Final = {
    "install": "write the login item and start it; again after an upgrade",
    "uninstall": "stop it and remove all that was written",
    "start": "start the daemon",
    "stop": "stop it until the next start or login",
    "restart": "stop it and start it anew; clients that connect meanwhile wait",
    "status": "show what the supervisor knows; ends with 3 if no daemon runs",
    "print": "print the files that are installed, or that install would write",
    "logs": "the same as `kokoroctl logs`",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, line in _ACTIONS.items():
        action = actions.add_parser(name, help=line, description=line)
        if name == "install":
            action.add_argument(
                "--dry-run", action="store_true", help="print what would be written, change nothing"
            )
        elif name == "status":
            action.add_argument("--json", action="store_true", help="for programs")
        elif name == "logs":
            logs.add_arguments(action)


def run(args: argparse.Namespace, context: Context) -> int:
    environ = context.environ
    match args.action:
        case "install":
            return _install(args.dry_run, context)
        case "uninstall":
            return _uninstall(environ)
        case "status":
            return _status(args.json, context)
        case "print":
            return _print(environ)
        case "logs":
            return logs.run(args, context)
    supervisor = supervisor_in_force(environ)
    _end_unsupervised(supervisor, environ)
    match args.action:
        case "stop":
            supervisor.stop()
            print("stopped")
            return OK
        case "start":
            supervisor.start()
        case "restart":
            supervisor.restart()
    if isinstance(supervisor, Background):
        here = supervisor_here(environ)
        print(WITHOUT if isinstance(here, Background) else _NOT_INSTALLED)
    return _say(_await_answer(context))


def _install(dry_run: bool, context: Context) -> int:
    environ = context.environ
    config.load(environ)  # a daemon that cannot read it would only crash later
    job = job_from(environ)
    supervisor = supervisor_here(environ)
    if dry_run:
        _print_files(supervisor, job)
        return OK
    _end_unsupervised(supervisor, environ)
    for line in supervisor.install(job):
        print(line)
    answer = _await_answer(context)
    if answer is not None and answer.get("version") != __version__:
        print(f"the daemon that runs is {answer.get('version')}, installed is {__version__}")
        supervisor.restart()
        answer = _await_answer(context)
    return _say(answer)


def _uninstall(environ: Mapping[str, str]) -> int:
    supervisor = supervisor_in_force(environ)
    done = supervisor.uninstall()
    _end_unsupervised(supervisor, environ)
    job = job_from(environ)
    if remove_stale_socket(job.socket):
        done.append(f"removed {job.socket}")
    if remove_free_lock(job.socket):
        done.append(f"removed {lock_owner.lock_path(job.socket)}")
    for line in done or ["nothing was installed, no daemon ran"]:
        print(line)
    if job.home.is_dir():
        print(f"models, settings and logs stay in {job.home}; remove that folder to lose them too")
    return OK


def _status(as_json: bool, context: Context) -> int:
    supervisor = supervisor_in_force(context.environ)
    state = supervisor.state()
    files = [str(path) for path in supervisor.installed()]
    # If none runs, asking at a supervisor's socket would start one.
    answer = _ask(context) if state.pid else None
    if as_json:
        value = {
            "supervisor": state.supervisor,
            "installed": state.installed,
            "files": files,
            "switched_off": state.switched_off,
            "pid": state.pid,
            "detail": state.detail,
            "daemon": answer,
        }
        print(json.dumps(value, indent=1))
    else:
        for name, line in _rows(state, files, answer):
            print(f"{name:12}{line}")
    return OK if state.pid else NOT_RUNNING


def _rows(
    state: State, files: list[str], answer: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    installed = ", ".join(files) if state.installed else "no; `kokoroctl service install`"
    rows = [
        ("supervisor", state.supervisor),
        ("installed", installed),
        ("state", state.detail),
        ("process", str(state.pid or "none")),
    ]
    if program := service_files.missing_program(map(Path, files)):
        rows.append(("program", f"{program} is missing; `kokoroctl service install`"))
    if state.switched_off:
        rows.append(("off", state.switched_off))
    rows.append(("daemon", _described(answer) if answer else "does not answer"))
    return rows


def _print(environ: Mapping[str, str]) -> int:
    installed = supervisor_in_force(environ).installed()
    if not installed:
        _print_files(supervisor_here(environ), job_from(environ))
        return OK
    for path in installed:
        print(f"# {path}\n{path.read_text(encoding='utf-8')}")
    return OK


def _print_files(supervisor: Supervisor, job: Job) -> None:
    files = supervisor.files(job)
    for path, content in files.items():
        print(f"# {path}\n{content.decode()}")
    if not files:
        print(f"nothing would be written: {WITHOUT}")


def _end_unsupervised(supervisor: Supervisor, environ: Mapping[str, str]) -> None:
    """A daemon that a client or a person started has the address a supervisor wants."""
    if isinstance(supervisor, Background):
        return
    if process := lock_owner.find(job_from(environ).socket):
        print(f"stopping process {process.pid}, a daemon that was started without the service")
        lock_owner.end(process)


def _say(answer: Mapping[str, Any] | None) -> int:
    if answer is None:
        print(
            f"the daemon does not answer after {_ANSWER_S:g} s; see `kokoroctl logs` and "
            "`kokoroctl doctor`",
            file=sys.stderr,
        )
        return FAILED
    print(_described(answer))
    return OK


def _await_answer(context: Context) -> Mapping[str, Any] | None:
    """The daemon's status once it knows what speaks; as it is if that takes too long."""
    deadline = time.monotonic() + _ANSWER_S
    while True:
        answer = _ask(context)
        if answer is not None and answer.get("state") != "starting":
            return answer
        if time.monotonic() > deadline:
            return answer
        time.sleep(_POLL_S)


def _ask(context: Context) -> Mapping[str, Any] | None:
    # Whatever goes wrong while it starts or stops: it does not answer.
    with contextlib.suppress(Exception):
        answer = context.ask({"type": "status"})
        return answer if isinstance(answer, dict) else None
    return None


def _described(answer: Mapping[str, Any]) -> str:
    note = f" ({answer['note']})" if answer.get("note") else ""
    return (
        f"{answer.get('state')}, process {answer.get('pid')}, version {answer.get('version')}, "
        f"engine {answer.get('engine')}{note}"
    )
