"""Run as a program: rounds of processes that all want to listen on one path, then are killed.

    python bind_race.py PATH RACERS ROUNDS

Prints for each round the pids of those that listen, and what the others were told.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from kokorod.net.listener import AlreadyRunningError, bind


def race(path: Path, start: int, report: int) -> None:
    """One racer: waits for the start, then listens or says who does; lives until killed."""
    os.read(start, 1)
    try:
        listener = bind(path)
        told: object = {"listens": os.getpid(), "socket": listener.fileno()}
    except AlreadyRunningError as winner:
        told = {"told": winner.pid}
    os.write(report, json.dumps(told).encode() + b"\n")  # below PIPE_BUF: whole lines
    signal.pause()


def hold(path: Path, racers: int) -> list[dict[str, object]]:
    """One round: what each racer said."""
    start_read, start_write = os.pipe()
    report_read, report_write = os.pipe()
    children = []
    for _ in range(racers):
        pid = os.fork()
        if pid == 0:
            race(path, start_read, report_write)
        children.append(pid)
    os.write(start_write, b"x" * racers)
    said = b""
    while said.count(b"\n") < racers:
        said += os.read(report_read, 4096)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    for fd in (start_read, start_write, report_read, report_write):
        os.close(fd)
    return [json.loads(line) for line in said.splitlines()]


def main(path: str, racers: str, rounds: str) -> None:
    for _ in range(int(rounds)):
        print(json.dumps(hold(Path(path), int(racers))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
