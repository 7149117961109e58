"""The child processes: one report however they end, and the command in the foreground."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.toy import synthesizers

from kokorod.engine.accelerators import selftest
from kokorod.engine.accelerators.selftest import Verdict
from kokorod.engine.child import Child, Done, Failed, Stopped
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.optimised.build import start_building
from kokorod.engine.optimised.copies import Copies
from kokorod.models.store import Store
from kokorod.types import Precision


class Reports:
    """What a child reported; fails if there is not exactly one."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __call__(self, *report: Any) -> None:
        self._queue.put(report[0] if len(report) == 1 else report)

    def the_one(self, process: Child) -> Any:
        report = self._queue.get(timeout=PATIENCE_S)
        assert process.join(PATIENCE_S)
        assert self._queue.empty()
        return report


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def run(
    tmp_path: Path, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Child, Any]]:
    """run(source, patience_s, then) runs Python source as a child; then(process) meanwhile."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)

    def start(
        source: str, patience_s: float = PATIENCE_S, then: Callable[[Child], None] | None = None
    ) -> tuple[Child, Any]:
        (tmp_path / "task_of_test.py").write_text(source)
        process = Child("task_of_test", ["one", "two words"], patience_s, reports)
        process.start()
        if then is not None:
            then(process)
        return process, reports.the_one(process)

    return start


ANSWER = "import json, sys; from kokorod.engine import child; "


def test_the_answer_is_the_last_line_and_has_the_arguments(
    run: Callable[..., tuple[Child, Any]],
) -> None:
    source = f"{ANSWER}print('noise'); sys.exit(child.answer(lambda: {{'got': sys.argv[1:]}}))"
    _, report = run(source)
    assert isinstance(report, Done)
    assert report.value == {"got": ["one", "two words"]}
    assert report.seconds > 0


def test_it_has_low_priority(run: Callable[..., tuple[Child, Any]]) -> None:
    source = f"{ANSWER}import os; sys.exit(child.answer(lambda: {{'nice': os.nice(0)}}))"
    _, report = run(source)
    assert report.value["nice"] >= min(os.nice(0) + 5, 19)


@pytest.mark.parametrize(
    ("source", "why", "answered"),
    [
        (
            "from kokorod.errors import EngineError\n"
            "def work(): raise EngineError('it cannot be loaded')\n"
            "import sys; from kokorod.engine import child; sys.exit(child.answer(work))",
            "it cannot be loaded",
            True,
        ),
        ("raise ValueError('a bug')", "it ended with 1: ValueError: a bug", False),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal SIGSEGV", False),
        ("import os; os._exit(3)", "it ended with 3", False),
        ("pass", "it ended with 0", False),
        ("print('{\"done\": 1}')", "it ended with 0", False),
        ("print('{\"done\": {}}'); raise SystemExit(2)", "it ended with 2", False),
        ("print('[' * 9999)", "it ended with 0: [[[", False),
        ("print('x' * 10_000_000)", "it ended with 0: xxx", False),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\n')", "it ended with 0: \ufffd", False),
    ],
)
def test_however_it_ends_there_is_one_reason(
    source: str, why: str, answered: bool, run: Callable[..., tuple[Child, Any]]
) -> None:
    _, report = run(source)
    assert isinstance(report, Failed)
    assert why in report.why
    assert len(report.why) < 400
    assert report.answered is answered


def test_one_that_hangs_is_ended_when_its_time_is_over(
    run: Callable[..., tuple[Child, Any]],
) -> None:
    source = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    _, report = run(source, patience_s=1.0)
    assert report == Failed("it took longer than 1 s and was ended")
    assert not _children()


def test_a_child_can_be_stopped_at_any_time(
    run: Callable[..., tuple[Child, Any]], reports: Reports
) -> None:
    process, report = run(
        "import signal; signal.pause()",
        then=lambda process: (wait_until(_children, "the child"), process.terminate()),
    )
    assert report == Stopped()
    process.terminate()
    assert not _children()
    early = Child("task_of_test", [], PATIENCE_S, reports)
    early.terminate()
    assert early.join(0)
    early.start()
    assert reports.the_one(early) == Stopped()


def test_a_module_that_is_not_there_is_a_reason(reports: Reports) -> None:
    process = Child("kokorod.no_such_module", [], PATIENCE_S, reports)
    process.start()
    assert "No module named" in reports.the_one(process).why


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


# -- building


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _build(home: Path, reports: Reports) -> Child:
    return start_building(home / "models", "toy", home / "cache", Precision.FLOAT, reports)


def _left(home: Path) -> list[str]:
    folder = home / "cache" / "optimised"
    return sorted(path.name for path in folder.glob("*") if path.name != ".lock")


def _optimised(home: Path) -> bool:
    plan = KokoroPlan(home / "models", "toy", 1, cache_folder=home / "cache")
    return open_kokoro(plan).optimised


def test_the_copy_is_built_beside_a_daemon(home: Path, reports: Reports) -> None:
    synthesizers.install(home)
    process = _build(home, reports)
    report = reports.the_one(process)
    assert isinstance(report, Done), report
    assert _left(home) == [report.value["key"]]
    assert report.value["bytes"] > 60_000
    assert _optimised(home)
    again = _build(home, reports)
    assert reports.the_one(again).value == report.value


def test_a_model_that_is_gone_is_a_reason(home: Path, reports: Reports) -> None:
    report = reports.the_one(_build(home, reports))
    assert isinstance(report, Failed)
    assert report.answered
    assert "no model 'toy'" in report.why


#: Makes a run of the phrase take minutes: a child that is ended is ended in the middle of it.
_ENDLESS = 2_000_000


def _wait_for_graph(home: Path) -> None:
    """Until the child has written the copy and is about to compare it."""
    folder = home / "cache" / "optimised"
    wait_until(lambda: list(folder.glob(".tmp-*/model.onnx")), "a graph")


def test_a_build_that_is_stopped_leaves_nothing(home: Path, reports: Reports) -> None:
    synthesizers.install(home, cost=_ENDLESS)
    process = _build(home, reports)
    _wait_for_graph(home)
    process.terminate()
    assert reports.the_one(process) == Stopped()
    assert _left(home) == []


def test_a_build_that_is_killed_leaves_nothing_and_the_next_can_build(
    home: Path, reports: Reports
) -> None:
    synthesizers.install(home, cost=_ENDLESS)
    process = _build(home, reports)
    _wait_for_graph(home)
    (building,) = _children()
    building.kill()
    report = reports.the_one(process)
    assert report == Failed("signal SIGKILL ended it")
    assert _left(home) == []
    Store(home / "models").remove("toy")
    synthesizers.install(home)
    assert isinstance(reports.the_one(_build(home, reports)), Done)


def test_of_two_builders_at_once_one_builds(home: Path) -> None:
    synthesizers.install(home, cost=_ENDLESS)
    first, second = Reports(), Reports()
    slow = _build(home, first)
    _wait_for_graph(home)
    late = _build(home, second)
    report = second.the_one(late)
    assert isinstance(report, Failed)
    assert "is optimising toy" in report.why
    assert len(_left(home)) == 1  # the first one's, untouched
    slow.terminate()
    assert first.the_one(slow) == Stopped()


# -- the self-test's child


def test_an_accelerator_that_is_not_there_is_refused_by_its_child(
    home: Path, reports: Reports
) -> None:
    synthesizers.install(home)
    folder, cache = home / "models", home / "cache"
    process = selftest.start_selftest(
        folder, "toy", cache, Precision.FLOAT, 1, "coreml-ane", reports
    )
    verdict, why = reports.the_one(process)
    assert why == ""
    assert isinstance(verdict, Verdict)
    assert not verdict.fit
    assert "onnxruntime ignored the provider CoreMLExecutionProvider" in verdict.why


def test_without_a_model_no_lane_is_judged(home: Path, reports: Reports) -> None:
    folder, cache = home / "models", home / "cache"
    process = selftest.start_selftest(
        folder, "toy", cache, Precision.FLOAT, 1, "coreml-ane", reports
    )
    verdict, why = reports.the_one(process)
    assert verdict is None
    assert "no model 'toy'" in why


# -- the command


def _kokoroctl(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KOKORO_")}
    environ |= {"KOKORO_HOME": str(home), "KOKORO_SOCKET": str(home / "s")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "kokoro_client", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def test_optimize_shows_its_steps_and_says_where_the_copy_is(home: Path) -> None:
    synthesizers.install(home)
    done = _kokoroctl(home, "models", "optimize")
    assert done.returncode == 0, done.stderr
    assert "toy: optimising the graph\n" in done.stderr
    assert done.stdout.startswith("toy is optimised in ")
    assert str(home / "cache" / "optimised") in done.stdout
    assert _optimised(home)
    again = _kokoroctl(home, "models", "optimize", "toy")
    assert again.stdout.startswith("toy has its optimised copy already")
    assert again.stderr == ""


def test_optimize_without_a_model_says_how_to_get_one(home: Path) -> None:
    done = _kokoroctl(home, "models", "optimize")
    assert done.returncode == 1
    assert "kokoroctl setup" in done.stderr
    assert done.stdout == ""


def test_optimize_while_another_builds_says_who(home: Path) -> None:
    synthesizers.install(home)
    with Copies(home / "cache").building("optimising toy"):
        done = _kokoroctl(home, "models", "optimize")
    assert done.returncode == 1
    assert f"process {os.getpid()} is optimising toy; wait" in done.stderr


def test_optimize_says_when_the_daemon_uses_it(home: Path) -> None:
    synthesizers.install(home)
    done = _kokoroctl(home, "models", "optimize")
    assert "the daemon uses it from its next start on" in done.stdout


def test_ending_the_command_leaves_nothing_that_is_trusted(home: Path) -> None:
    synthesizers.install(home, cost=_ENDLESS)
    environ = os.environ | {"KOKORO_HOME": str(home), "KOKORO_SOCKET": str(home / "s")}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "kokoro_client", "models", "optimize"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_graph(home)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
    copies = Copies(home / "cache")
    assert copies.find(Store(home / "models").get("toy")).copy is None
    copies.clean()
    assert _left(home) == []


def test_a_child_that_is_held_stands_still_and_goes_on(
    run: Callable[..., tuple[Child, Any]],
) -> None:
    source = f"{ANSWER}import time; sys.exit(child.answer(lambda: time.sleep(0.5) or {{}}))"

    def hold_and_release(process: Child) -> None:
        found = _of(process)
        process.hold()
        wait_until(lambda: found.status() == psutil.STATUS_STOPPED, "it stands still")
        process.release()
        wait_until(lambda: found.status() != psutil.STATUS_STOPPED, "it goes on")

    _, report = run(source, then=hold_and_release)
    assert isinstance(report, Done)


def test_a_child_that_is_held_can_be_ended(run: Callable[..., tuple[Child, Any]]) -> None:
    def hold_and_end(process: Child) -> None:
        found = _of(process)
        process.hold()
        wait_until(lambda: found.status() == psutil.STATUS_STOPPED, "it stands still")
        process.terminate()

    _, report = run("import time; time.sleep(600)", then=hold_and_end)
    assert isinstance(report, Stopped)


def _of(process: Child) -> psutil.Process:
    """The process of a child, once it has begun."""

    def mine() -> list[psutil.Process]:
        return [c for c in psutil.Process().children() if "task_of_test" in c.cmdline()]

    wait_until(lambda: bool(mine()), "the child runs")
    return mine()[0]
