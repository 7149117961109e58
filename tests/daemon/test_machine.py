"""Clients that do anything in any order: speak, append, cancel, pause, leave, reload, kill.

Always the same orders, as many as there is time for; `make fuzz` has others, for FUZZ_S.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from support.daemon.homes import toy_home
from support.daemon.machine import DaemonMachine
from support.daemon.making import MakeDaemon

#: Seconds on the clock, not of the processor: how far one gets in it says how busy it is.
MACHINE_S = 30.0

#: Of a batch, which has one kill.
EXAMPLES = 4
STEPS = 25


@pytest.mark.timeout(300)
def test_whatever_clients_do_all_ends_well(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    class Machine(DaemonMachine):
        daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()

    until, batch = time.monotonic() + MACHINE_S, 0
    while batch == 0 or time.monotonic() < until:
        batch += 1
        Machine.kills_left = 1
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            seed(batch)(Machine),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=True,
                database=None,
                phases=(Phase.generate,),  # to make an order shorter takes minutes
                suppress_health_check=list(HealthCheck),
            ),
        )
