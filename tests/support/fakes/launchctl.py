"""A launchctl that answers as the real one is known to, and writes down what it was asked.

Put on PATH by `install_fake`; its launchd is one JSON file. What is known: launchctl(1);
125 for gui/ over ssh; `bootout` returns before the job is gone; `bootstrap` then answers
EIO or EALREADY for some seconds; `bootout` of what is not loaded answers 3, 5 or 113.
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
    "gui": True,  # someone is logged in at the screen
    "disabled": {},  # label -> the word print-disabled shows
    "loaded": {},  # domain/label -> job
    "going": {},  # domain/label -> prints until it is gone
    "linger": 0,  # prints for which a job booted out is still shown
    "settle": [],  # statuses of the next bootstraps of what has just gone
    "bootout_missing": 3,
    "stubborn": False,  # SIGTERM does not end it
    "refuse": {},  # subcommand -> [status, message]
    "next_pid": 501,
}


def install_fake(bin_folder: Path, **changes: Any) -> Path:
    """Put it into `bin_folder`; the path of its state."""
    return program.install(bin_folder / "launchctl", "launchctl", {**FRESH, **changes})


def start() -> None:
    program.start(main)


def main(launchd: dict[str, Any], arguments: list[str]) -> int:
    launchd["calls"].append(arguments)
    return answer(launchd, arguments[0], arguments[1:])


def answer(launchd: dict[str, Any], command: str, rest: list[str]) -> int:
    if command in launchd["refuse"]:
        status, message = launchd["refuse"][command]
        return say(status, message)
    options = [word for word in rest if word.startswith("-")]
    words = [word for word in rest if not word.startswith("-")]
    domain = "/".join(words[-1 if command != "bootstrap" else 0].split("/")[:2])
    if command == "kill":
        domain = "/".join(words[1].split("/")[:2])
    if domain.startswith("gui/") and not launchd["gui"]:
        if command == "bootstrap":
            return say(125, "Bootstrap failed: 125: Domain does not support specified action")
        return say(112, f"Could not find domain for user gui: {os.getuid()}")
    match command:
        case "bootstrap":
            return bootstrap(launchd, domain, words[1])
        case "bootout":
            return bootout(launchd, words[0])
        case "print":
            return show(launchd, words[0])
        case "print-disabled":
            print("disabled services = {")
            for label, word in launchd["disabled"].items():
                print(f'\t\t"{label}" => {word}')
            print("\t}")
            return 0
        case "kickstart":
            return kickstart(launchd, words[0], "-k" in options)
        case "kill":
            return kill(launchd, words[1])
    return say(64, f"Unrecognized subcommand: {command}")


def bootstrap(launchd: dict[str, Any], domain: str, plist: str) -> int:
    import plistlib

    with open(plist, "rb") as file:  # noqa: PTH123
        job = plistlib.load(file)
    target = f"{domain}/{job['Label']}"
    if target in launchd["going"] or target in launchd["loaded"]:
        return say(5, "Bootstrap failed: 5: Input/output error")
    if launchd["settle"]:
        status = launchd["settle"].pop(0)
        return say(status, f"Bootstrap failed: {status}: {os.strerror(status)}")
    writable = os.stat(plist).st_mode & 0o022  # noqa: PTH116
    if writable or launchd["disabled"].get(job["Label"]) in ("disabled", "true"):
        return say(5, "Bootstrap failed: 5: Input/output error")
    pid = launchd["next_pid"] if job.get("RunAtLoad") else None
    launchd["next_pid"] += 1
    launchd["loaded"][target] = {"pid": pid, "exit": "(never exited)"}
    return 0


def bootout(launchd: dict[str, Any], target: str) -> int:
    if launchd["loaded"].pop(target, None) is None:
        status = launchd["bootout_missing"]
        return say(status, f"Boot-out failed: {status}: No such process")
    if launchd["linger"]:
        launchd["going"][target] = launchd["linger"]
        return say(36, "Boot-out failed: 36: Operation now in progress")
    return 0


def show(launchd: dict[str, Any], target: str) -> int:
    if target in launchd["going"]:
        launchd["going"][target] -= 1
        if launchd["going"][target] < 0:
            del launchd["going"][target]
        else:
            print(f"{target} = {{\n\tstate = SIGTERMed\n\tpid = 400\n}}")
            return 0
    job = launchd["loaded"].get(target)
    if job is None:
        label = target.split("/")[-1]
        return say(113, f'Could not find service "{label}" in domain for user gui: {os.getuid()}')
    print(f"{target} = {{\n\tactive count = 1\n\tpath = (submitted)")
    print(f"\tstate = {'running' if job['pid'] else 'not running'}")
    if job["pid"]:
        print(f"\tpid = {job['pid']}")
    print(f"\tlast exit code = {job['exit']}\n}}")
    return 0


def kickstart(launchd: dict[str, Any], target: str, kills: bool) -> int:
    job = launchd["loaded"].get(target)
    if job is None:
        return say(113, f"Could not find service {target}")
    if job["pid"] is None or kills:
        job["pid"] = launchd["next_pid"]
        launchd["next_pid"] += 1
    return 0


def kill(launchd: dict[str, Any], target: str) -> int:
    job = launchd["loaded"].get(target)
    if job is None or job["pid"] is None:
        return say(3, "Could not signal service: 3: No such process")
    if not launchd["stubborn"]:
        job.update(pid=None, exit="0")
    return 0


def say(status: int, message: str) -> int:
    print(message, file=sys.stderr)
    return status
