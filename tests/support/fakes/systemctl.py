"""A `systemctl --user` that answers as the real one is documented to.

Put on PATH by `install_fake`; its manager is one JSON file, the unit files are real.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

FRESH: dict[str, Any] = {
    "calls": [],
    "reachable": True,
    "units": {},  # name -> what daemon-reload read
    "enabled": [],
    "masked": [],
    "active": {},  # name -> pid, 0 for a socket
    "failing": [],  # units that do not start
    "results": {},  # name -> Result of a unit that has failed
    "next_pid": 601,
}


def install_fake(bin_folder: Path, units_folder: Path, **changes: Any) -> Path:
    """Put it into `bin_folder`; the path of its state."""
    bin_folder.mkdir(parents=True, exist_ok=True)
    state = bin_folder / "systemd.json"
    state.write_text(json.dumps({**FRESH, "folder": str(units_folder), **changes}))
    program = bin_folder / "systemctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{__file__}" "{state}" "$@"\n')
    program.chmod(0o755)
    return state


def main(state_path: Path, arguments: list[str]) -> int:
    manager = json.loads(state_path.read_text())
    if arguments[0] != "--user":
        return say(1, "the system's manager was asked")
    arguments = arguments[1:]
    manager["calls"].append(arguments)
    try:
        if not manager["reachable"]:
            return say(1, "Failed to connect to bus: No medium found")
        return answer(manager, arguments[0], [a for a in arguments[1:] if a[0] != "-"], arguments)
    finally:
        state_path.write_text(json.dumps(manager))


def answer(manager: dict[str, Any], command: str, units: list[str], whole: list[str]) -> int:
    match command:
        case "show":
            return show(manager, units[0]) if units else 0
        case "daemon-reload":
            folder = Path(manager["folder"])
            manager["units"] = {
                path.name: path.read_text() for path in folder.glob("*.s*") if path.is_file()
            }
            return 0
        case "reset-failed":
            manager["results"] = {}
            return 0
    for unit in units:
        if unit not in manager["units"]:
            return say(5, f"Failed to {command} {unit}: Unit {unit} not loaded.")
        if unit in manager["masked"] and command in ("enable", "start", "restart"):
            return say(1, f"Failed to {command} unit: Unit file {unit} is masked.")
    match command:
        case "enable":
            manager["enabled"] = sorted({*manager["enabled"], *units})
        case "disable":
            manager["enabled"] = [u for u in manager["enabled"] if u not in units]
            if "--now" in whole:
                stop(manager, units)
        case "start":
            return start(manager, [u for u in units if u not in manager["active"]])
        case "restart":
            stop(manager, units)
            return start(manager, units)
        case "stop":
            stop(manager, units)
    return 0


def start(manager: dict[str, Any], units: list[str]) -> int:
    for unit in units:
        if unit in manager["failing"]:
            manager["results"][unit] = "exit-code"
            return say(1, f"Job for {unit} failed because the control process exited with error")
        is_socket = unit.endswith(".socket")
        manager["active"][unit] = 0 if is_socket else manager["next_pid"]
        manager["next_pid"] += not is_socket
    return 0


def stop(manager: dict[str, Any], units: list[str]) -> None:
    for unit in units:
        manager["active"].pop(unit, None)


def show(manager: dict[str, Any], unit: str) -> int:
    known, active = unit in manager["units"], unit in manager["active"]
    masked, failed = unit in manager["masked"], unit in manager["results"]
    enabled = "enabled" if unit in manager["enabled"] else "disabled"
    print(f"LoadState={'masked' if masked else 'loaded' if known else 'not-found'}")
    print(f"ActiveState={'active' if active else 'failed' if failed else 'inactive'}")
    print(f"SubState={'running' if active else 'failed' if failed else 'dead'}")
    print(f"UnitFileState={'masked' if masked else enabled if known else ''}")
    print(f"Result={manager['results'].get(unit, 'success')}")
    if unit.endswith(".service"):
        print(f"MainPID={manager['active'].get(unit, 0)}")
        print(f"StatusText={'kokoro speaks = fine' if active else ''}")
    return 0


def say(status: int, message: str) -> int:
    assert os.environ["LC_ALL"] == "C"
    print(message, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
