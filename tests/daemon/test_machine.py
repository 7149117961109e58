"""Clients that do anything in any order: speak, append, cancel, pause, leave, reload, kill.

Always the same orders; `make fuzz` has others, for FUZZ_S.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from support.daemon.homes import toy_home
from support.daemon.machine import DaemonMachine
from support.daemon.making import MakeDaemon

#: About 15 s, of which most is kills and starts.
EXAMPLES = 12
STEPS = 25


@pytest.mark.timeout(300)
def test_whatever_clients_do_all_ends_well(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    class Machine(DaemonMachine):
        daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()
        kills_left = 2

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
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
