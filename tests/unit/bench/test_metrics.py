"""Figures of `make bench`: limits, percentiles, the table, the file; no sample, no metric."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as command
from bench import report
from bench.metric import Metric, at_most, percentile, ratio_at_least, ratio_at_most
from bench.metrics import ALL, GROUPS
from bench.metrics.document import Made, pace_of
from bench.metrics.memory import growth_percent
from bench.stage import Effort, Stage
from kokorod.commands.bench.hearing import NothingHeardError


def _metric(**changed: Any) -> Metric:
    fields: dict[str, Any] = {
        "name": "first sound",
        "unit": "s",
        "value": 0.5,
        "asked": (ratio_at_most(0.5),),
        "samples": {"kokorod": [0.5], "other": [1.0]},
        "compared": 1.0,
        "against": "other 1.0",
    }
    return Metric(**{**fields, **changed})


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)]
)
def test_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    values = [float(v) for v in reversed(range(1, 101))]
    assert percentile(values, percent) == expected


def test_percentile_of_few_and_of_none() -> None:
    assert percentile([3.0], 99) == 3.0
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


@pytest.mark.parametrize(
    ("value", "compared", "limits", "reached"),
    [
        (0.5, 1.0, (ratio_at_most(0.5),), True),
        (0.51, 1.0, (ratio_at_most(0.5),), False),
        (0.75, 1.0, (ratio_at_least(0.75),), True),
        (0.74, 1.0, (ratio_at_least(0.75),), False),
        (800.0, None, (at_most(800),), True),
        (300.0, 1000.0, (ratio_at_most(0.35), at_most(800)), True),
        (300.0, 500.0, (ratio_at_most(0.35), at_most(800)), False),
        (900.0, 9000.0, (ratio_at_most(0.35), at_most(800)), False),
        (0.0, None, (at_most(0),), True),
        # A ratio was asked for and there is nothing to compare with.
        (0.1, None, (ratio_at_most(0.5),), False),
    ],
)
def test_every_limit_must_hold(
    value: float, compared: float | None, limits: tuple[Any, ...], reached: bool
) -> None:
    assert _metric(value=value, compared=compared, asked=limits).reached is reached


@pytest.mark.parametrize("samples", [{}, {"kokorod": []}, {"kokorod": [1.0], "other": []}])
def test_a_figure_without_samples_cannot_be_made(samples: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        _metric(samples=samples)


def test_the_table_says_what_was_asked_and_whether_it_is_reached() -> None:
    short = _metric(name="memory", unit="MB", value=900.4, compared=None, asked=(at_most(800),))
    lines = report.table([_metric(), _metric(note="7 runs", asked=()), short]).splitlines()
    assert lines[0].split() == "metric kokorod compared with ratio asked".split()
    words = "first sound 0.500 s 1.000 s other 1.0 0.500 x <= 0.5 x reached"
    assert lines[1].split() == words.split()
    assert lines[3].split() == "memory 900 MB <= 800 MB FALLS SHORT".split()
    assert lines[4] == "first sound: 7 runs"
    assert lines[1].index("<=") == lines[3].index("<=")


def test_results_are_written_whole_and_never_over_earlier_ones(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    content = {"figures": [_metric().as_json()]}
    paths = [report.write(folder, "2026-01-31", "first-sound", content) for _ in range(3)]
    assert [path.name for path in paths] == [
        "2026-01-31-first-sound.json",
        "2026-01-31-first-sound-2.json",
        "2026-01-31-first-sound-3.json",
    ]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert json.loads(paths[0].read_text())["figures"][0]["ratio"] == 0.5
    with pytest.raises(ValueError, match="file's name"):
        report.write(folder, "2026-01-31", "../elsewhere", content)


def test_pace_is_taken_from_segment_to_segment() -> None:
    # 2 s of sound a second; the first and the last came outside the window.
    made = [Made(at, 2 * at) for at in (0.5, 1.5, 4.0, 9.0, 11.0)]
    assert pace_of(made, 1.0, 10.0) == pytest.approx(2.0)
    with pytest.raises(NothingHeardError):
        pace_of(made, 1.0, 3.0)


def _silent(stage: Stage) -> list[Metric]:
    raise NothingHeardError("0 samples came")


def _stage() -> Stage:
    return Stage(lambda: pytest.fail("no model is needed"), Effort.quick(), 1)


def test_one_silent_figure_does_not_take_the_others_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ALL, "cancel", _silent)
    monkeypatch.setitem(ALL, "cached", lambda stage: [_metric()])
    monkeypatch.setitem(ALL, "crowd", lambda stage: [])
    with _stage() as stage:
        metrics, problems = command.measure(stage, ["cancel", "cached", "crowd"])
    assert len(metrics) == 1
    assert problems == {"cancel": "0 samples came", "crowd": "it gave no value"}


def test_a_run_without_samples_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(ALL, "cancel", _silent)
    assert command.main(["cancel", "--out", str(tmp_path)]) == 1
    assert "0 samples came" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_with_samples_is_kept_with_the_machine_but_without_its_paths(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(ALL, "cancel", lambda stage: [_metric()])
    monkeypatch.setitem(ALL, "cached", _silent)
    assert command.main(["cancel", "cached", "--seed", "5", "--out", str(tmp_path)]) == 1
    (path,) = tmp_path.iterdir()
    assert path.name.endswith("-cached-cancel.json")
    text = path.read_text()
    content = json.loads(text)
    assert content["seed"] == 5
    assert content["not_measured"] == ["cached"]
    assert content["machine"]["cpu"]
    assert content["machine"]["versions"]["onnxruntime"]
    assert str(Path.home()) not in text
    assert str(tmp_path) not in text


def test_too_few_trials_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--trials", "3"])
    assert "7 or more" in capsys.readouterr().err


def test_a_group_means_its_figures_and_what_needs_a_sound_server_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured: list[str] = []
    for name in list(ALL):
        monkeypatch.setitem(
            ALL, name, lambda stage, name=name: [measured.append(name), _metric()][1:]
        )
    assert command.main(["speaker", "--out", str(tmp_path)]) == 0
    assert measured == list(GROUPS["speaker"])
    assert [path.name.endswith("-speaker.json") for path in tmp_path.iterdir()] == [True]
    measured.clear()
    assert command.main(["--out", str(tmp_path)]) == 0
    assert measured
    assert not set(measured) & set(GROUPS["speaker"])


def test_growth_is_of_the_line_through_what_follows_the_warm_up() -> None:
    assert growth_percent([900.0] * 10 + [100.0] * 30) == 0.0
    rising = [50.0] * 4 + [100.0 + n for n in range(12)]
    assert growth_percent(rising) == pytest.approx(11 / 105.5 * 100)
    assert growth_percent([1.0] * 4 + [110.0 - n for n in range(12)]) < 0
