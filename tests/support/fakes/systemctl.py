"""A `systemctl --user` that answers as the real one is documented to.

Put on PATH by `install_fake`; its manager is one JSON file, the unit files are real.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

if __package__:
    from . import program
else:  # as a program: this folder alone is on the path
    import program

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
    state = {**FRESH, "folder": str(units_folder), **changes}
    return program.install(bin_folder / "systemctl", "systemctl", state)


def start() -> None:
    program.start(main)


def main(manager: dict[str, Any], arguments: list[str]) -> int:
    if arguments[0] != "--user":
        return say(1, "the system's manager was asked")
    arguments = arguments[1:]
    manager["calls"].append(arguments)
    if not manager["reachable"]:
        return say(1, "Failed to connect to bus: No medium found")
    return answer(manager, arguments[0], [a for a in arguments[1:] if a[0] != "-"], arguments)


def answer(manager: dict[str, Any], command: str, units: list[str], whole: list[str]) -> int:
    match command:
        case "show":
            return show(manager, units[0]) if units else 0
        case "daemon-reload":
            manager["units"] = read_units(manager["folder"])
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
            return start_units(manager, [u for u in units if u not in manager["active"]])
        case "restart":
            stop(manager, units)
            return start_units(manager, units)
        case "stop":
            stop(manager, units)
    return 0


def read_units(folder: str) -> dict[str, str]:
    units = {}
    for entry in os.scandir(folder):
        if entry.is_file() and ".s" in entry.name:
            with open(entry) as file:  # noqa: PTH123
                units[entry.name] = file.read()
    return units


def start_units(manager: dict[str, Any], units: list[str]) -> int:
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
