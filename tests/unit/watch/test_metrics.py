"""Percentiles, cold starts, Prometheus text."""

from __future__ import annotations

from kokorod.watch.metrics import Metrics, prometheus


def test_percentiles_of_the_first_sounds() -> None:
    metrics = Metrics()
    assert metrics.first_sound_ms() == {"p50": None, "p95": None}
    for ms in range(1, 101):
        metrics.first_sound(ms / 1000, None, 0.0)
    assert metrics.first_sound_ms() == {"p50": 51.0, "p95": 96.0}


def test_only_a_slow_first_sound_after_idle_is_a_cold_start() -> None:
    metrics = Metrics()
    metrics.first_sound(1.0, 0.4, idle_s=10.0)
    metrics.first_sound(0.5, 0.4, idle_s=1_000.0)
    assert metrics.cold_starts == 0
    metrics.first_sound(1.0, 0.4, idle_s=1_000.0)
    assert metrics.cold_starts == 1
    assert round(metrics.cold_extra_ms) == 600


def test_prometheus_has_every_number_and_labels_lists_by_name() -> None:
    text = prometheus(
        {
            "state": "ready",
            "memory": {"rss_mb": 512.5, "peak_mb": None},
            "keep_alive": {"enabled": True},
            "lanes": [{"name": 'a"b', "runs": 3, "why": "x\\y\nz"}],
        }
    )
    assert text.splitlines() == [
        "kokorod_memory_rss_mb 512.5",
        "kokorod_keep_alive_enabled 1",
        'kokorod_lanes_runs{name="a\\"b"} 3',
        'kokorod_info{state="ready"} 1',
        'kokorod_lanes_info{name="a\\"b",why="x\\\\y\\nz"} 1',
    ]
