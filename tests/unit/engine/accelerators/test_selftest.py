"""The self-test on real sessions: one that is right, and every way of being wrong."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import onnxruntime
import pytest
from support import toy
from support.toy import synthesizers
from support.toy.synthesizers import Turning, synthesizer

from kokorod.engine import child
from kokorod.engine.accelerators.hardware import Hardware
from kokorod.engine.accelerators.selftest import (
    LENGTHS,
    Trial,
    Verdict,
    Verdicts,
    examine,
    judge,
    verdict_key,
)
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.errors import EngineError

#: Matrix products a token: some 100 ms for 150 tokens, far from what the rest costs.
COST = 40


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> KokoroSynthesizer:
    """The CPU's, which an accelerator is to beat."""
    return synthesizer(tmp_path_factory.mktemp("slow"), cost=COST)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> KokoroSynthesizer:
    """Says the same in a fraction of the time."""
    return synthesizer(tmp_path_factory.mktemp("fast"))


def test_one_that_agrees_and_is_faster_is_fit(
    slow: KokoroSynthesizer, fast: KokoroSynthesizer
) -> None:
    found = examine("coreml-ane", slow, lambda: fast)
    assert (found.fit, found.why) == (True, "")
    assert [trial.tokens for trial in found.trials] == list(LENGTHS)
    for trial in found.trials:
        assert trial.gain == trial.cpu_s / trial.lane_s
        assert 0 < trial.rtf == trial.lane_s / trial.sound_s
        assert trial.sound_s > trial.tokens * 0.025


def test_one_that_is_slower_at_every_length_is_not(
    slow: KokoroSynthesizer, fast: KokoroSynthesizer
) -> None:
    found = examine("coreml-ane", fast, lambda: slow)
    assert not found.fit
    assert found.why.startswith("it is not faster than the CPU: 0.")
    assert len(found.trials) == len(LENGTHS)


@pytest.mark.parametrize(
    ("constant", "by", "problem"),
    [
        ("tone_hz", lambda hz: np.where(hz > 0, hz + 400, hz), "spectrum differs"),
        ("loudest", lambda _: 0.3, "loudness differs by -4.4 dB"),
        ("base_frames", lambda frames: frames + 1, "s of sound instead of"),
        ("loudest", lambda _: 0.0, "silence"),
        ("radians", lambda _: np.nan, "not a number"),
    ],
)
def test_one_that_is_wrong_is_refused_with_the_reason(
    constant: str, by: Callable[[Any], Any], problem: str, fast: KokoroSynthesizer, tmp_path: Path
) -> None:
    wrong = synthesizer(tmp_path, constant=constant, by=by)
    found = examine("coreml-ane", fast, lambda: wrong)
    assert not found.fit
    assert problem in found.why
    assert found.why.startswith("run 1 of 12 tokens ")
    assert found.trials == ()


@pytest.mark.parametrize("after", [1, 4, 8])
def test_one_that_goes_silent_later_is_refused(
    after: int, fast: KokoroSynthesizer, tmp_path: Path
) -> None:
    silent = synthesizer(tmp_path, constant="loudest", by=lambda _: 0.0)
    found = examine("coreml-ane", fast, lambda: Turning(fast, silent, after))
    assert not found.fit
    assert found.why == (f"run {after % 3 + 1} of {LENGTHS[after // 3]} tokens gave silence")
    assert len(found.trials) == after // 3


def test_one_that_fails_in_a_run_is_refused(fast: KokoroSynthesizer, tmp_path: Path) -> None:
    # Rows of a table that is cut short: onnxruntime itself refuses the index.
    failing = synthesizer(tmp_path, constant="tone_hz", by=lambda hz: hz[:2])
    found = examine("coreml-gpu", fast, lambda: failing)
    assert not found.fit
    assert "run 1 of 12 tokens failed: inference failed" in found.why


def test_one_that_cannot_be_opened_is_refused(fast: KokoroSynthesizer) -> None:
    def make() -> NoReturn:
        raise EngineError("onnxruntime ignored the provider CoreMLExecutionProvider")

    found = examine("coreml-ane", fast, make)
    assert found == Verdict(
        "coreml-ane",
        False,
        "it cannot be opened: onnxruntime ignored the provider CoreMLExecutionProvider",
    )


def test_a_few_frames_more_are_fit(slow: KokoroSynthesizer, tmp_path: Path) -> None:
    longer = synthesizer(
        tmp_path,
        constant="base_frames",
        by=lambda frames: frames + (np.arange(len(frames)) == toy.IDS[-1]),
    )
    assert examine("coreml-ane", slow, lambda: longer).fit


def test_one_faster_length_is_enough(fast: KokoroSynthesizer) -> None:
    class Clock:
        """Real sessions, told times: only the 150 tokens are faster on the lane."""

        def __init__(self) -> None:
            self.now = 0.0
            self.readings = 0
            # load, then for each length 2 runs of the CPU and 3 of the lane
            self.durations = iter([9, *[1, 1, 9, 2, 2], *[2, 2, 9, 3, 3], *[6, 5, 9, 4, 4]])

        def __call__(self) -> float:
            self.readings += 1
            if self.readings % 2 == 0:
                self.now += next(self.durations)
            return self.now

    found = examine("coreml-ane", fast, lambda: fast, Clock())
    assert found.fit
    assert found.load_s == 9
    assert [round(trial.gain, 3) for trial in found.trials] == [0.5, 0.667, 1.25]


# -- what a child's end says


TRIALS = (Trial(12, 0.5, 0.25, 1.0), Trial(60, 2.0, 0.5, 4.5))
FIT = Verdict("coreml-ane", True, "", 3.5, TRIALS)


def test_a_childs_answer_is_its_verdict() -> None:
    value = json.loads(json.dumps(dataclasses.asdict(FIT)))
    assert judge("coreml-ane", child.Done(value, 30.0)) == (FIT, "")


@pytest.mark.parametrize("value", [{}, {"fit": 1}, dataclasses.asdict(FIT) | {"fit": "yes"}])
def test_nonsense_is_no_verdict(value: dict[str, Any]) -> None:
    verdict, why = judge("coreml-ane", child.Done(value, 1.0))
    assert verdict is None
    assert "nonsense" in why


def test_a_crash_or_hang_is_the_lanes_fault_and_a_missing_model_is_not() -> None:
    crashed, _ = judge("coreml-ane", child.Failed("signal SIGSEGV ended it"))
    assert crashed is not None
    assert not crashed.fit
    assert crashed.why == "its self-test failed: signal SIGSEGV ended it"
    verdict, why = judge("coreml-ane", child.Failed("no model is installed", answered=True))
    assert (verdict, why) == (None, "no model is installed")
    assert judge("coreml-ane", child.Stopped()) == (None, "its self-test was stopped")


# -- kept


MONTH = 30 * 86_400.0
REFUSED = Verdict("coreml-gpu", False, "run 2 of 12 tokens gave silence")


def test_verdicts_are_kept_over_processes(tmp_path: Path) -> None:
    Verdicts(tmp_path / "cache").put("a", FIT, 1_000.0)
    Verdicts(tmp_path / "cache").put("b", REFUSED, 1_000.0)
    kept = Verdicts(tmp_path / "cache")
    assert kept.get("a", 2_000.0) == FIT
    assert kept.get("b", 2_000.0) == REFUSED
    assert kept.get("c", 2_000.0) is None


def test_a_refusal_is_looked_at_again_after_a_month_a_pass_is_not(tmp_path: Path) -> None:
    kept = Verdicts(tmp_path)
    kept.put("a", FIT, 1_000.0)
    kept.put("b", REFUSED, 1_000.0)
    assert kept.get("b", 1_000.0 + MONTH - 1) == REFUSED
    assert kept.get("b", 1_000.0 + MONTH) is None
    assert kept.get("b", 999.0) is None  # the clock was put back: nothing is known of when
    assert kept.get("a", 1_000.0 + 9 * MONTH) == FIT


def test_the_verdicts_are_bounded_and_the_oldest_goes(tmp_path: Path) -> None:
    kept = Verdicts(tmp_path)
    for at in range(30):
        kept.put(f"key {at}", FIT, 0.0)
    kept.put("key 6", FIT, 0.0)  # the oldest there is, known anew
    kept.put("key 30", FIT, 0.0)
    known = [at for at in range(31) if kept.get(f"key {at}", 0.0)]
    assert known == [6, *range(8, 31)]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b"[" * 9_999, b'{"a": 1}', b'{"a": {"at": 1, "verdict": {}}}']
)
def test_an_unreadable_file_knows_nothing_and_is_replaced(content: bytes, tmp_path: Path) -> None:
    kept = Verdicts(tmp_path)
    (tmp_path / "self-tests.json").write_bytes(content)
    assert kept.get("a", 0.0) is None
    kept.put("a", FIT, 0.0)
    assert kept.get("a", 0.0) == FIT


def test_where_nothing_can_be_kept_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = Verdicts(tmp_path / "file")
    kept.put("a", FIT, 0.0)
    assert kept.get("a", 0.0) is None


def test_a_verdict_is_for_one_lane_model_system_and_onnxruntime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, model = synthesizers.install(tmp_path)
    machine = Hardware("macOS 15.5", "arm64", "Apple M3", (), 8, 8, 1, (), ())
    keys = {
        verdict_key("coreml-ane", model, machine),
        verdict_key("coreml-gpu", model, machine),
        verdict_key("coreml-ane", dataclasses.replace(model, model_sha256="0" * 64), machine),
        verdict_key("coreml-ane", model, dataclasses.replace(machine, system="macOS 15.6")),
        verdict_key("coreml-ane", model, dataclasses.replace(machine, chip="Apple M4")),
    }
    monkeypatch.setattr(onnxruntime, "__version__", "9.9.9")
    keys.add(verdict_key("coreml-ane", model, machine))
    assert len(keys) == 6
