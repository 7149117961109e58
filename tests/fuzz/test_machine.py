"""Clients that do anything in any order, as long as there is time: `make fuzz`.

FUZZ_S is how long, in seconds.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from support.daemon.homes import toy_home
from support.daemon.machine import DaemonMachine
from support.daemon.process import DaemonProcess

FUZZ_S = float(os.environ.get("FUZZ_S", "60"))


@pytest.mark.timeout(FUZZ_S * 2 + 300)
def test_whatever_clients_do_all_ends_well(tmp_path: Path) -> None:
    made = DaemonProcess(toy_home(tmp_path))

    class Machine(DaemonMachine):
        daemon = made
        kills_left = 1_000

    until = time.monotonic() + FUZZ_S
    try:
        made.start().wait_ready()
        while time.monotonic() < until:
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                Machine,
                settings=settings(
                    max_examples=20,
                    stateful_step_count=50,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
    finally:
        made.clean_up()
